// The path at which a client refreshes that has kept its tokens and not the metadata: `/token` of the server's host, the
// default of MCP 2025-03-26. It is the token endpoint under another name.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { type Parameters, authorize, outcome, postForm, signIn, tokensOf, tool } from "../support/oauth.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

let sentry: DemoSentry;
let worker: TestWorker;
beforeAll(async () => {
  sentry = await startDemoSentry();
  worker = await startWorker({ sentry: sentry.url });
});
afterAll(() => Promise.all([worker?.stop(), sentry?.stop()]));

describe("the default path of token requests", () => {
  // rule: tokens/default-path: `/token` is the token endpoint too, for clients that refresh without the metadata
  //    [MCP 2025-03-26, Fallbacks for Servers without Metadata Discovery]
  it("refreshes as the token endpoint does, and the two rotate one family", async () => {
    const { client, tokens } = await signIn(worker);
    const form = { grant_type: "refresh_token", client_id: client.client_id, resource: `${worker.origin}/mcp` };
    const second = await tokensOf(await postForm(worker, "/token", { ...form, refresh_token: tokens.refresh_token }));
    expect(second.refresh_token).not.toBe(tokens.refresh_token);
    const third = await tokensOf(await postForm(worker, "/oauth/token", { ...form, refresh_token: second.refresh_token }));
    expect(await tool(worker, third.access_token)).toContain("Ada Marlowe");
  });

  // rule: tokens/default-path
  it("redeems a code, once", async () => {
    const { client, verifier, code } = await authorize(worker);
    const form: Parameters = { grant_type: "authorization_code", code, code_verifier: verifier, client_id: client.client_id, redirect_uri: client.redirect_uris[0] };
    await tokensOf(await postForm(worker, "/token", form));
    expect(await outcome(await postForm(worker, "/oauth/token", form))).toBe("400 invalid_grant");
  });

  // rule: tokens/default-path
  it.each([
    ["nothing", "POST", undefined],
    ["a made-up token", "POST", "grant_type=refresh_token&refresh_token=made-up&client_id=nobody"],
    ["a method that is not POST", "GET", undefined],
  ])("answers %s in the same words, headers and all", async (_, method, body) => {
    const headers = { "content-type": "application/x-www-form-urlencoded", origin: "https://page.example" };
    const [usual, old] = await Promise.all(["/oauth/token", "/token"].map((path) => worker.fetch(path, { method, headers, body })));
    expect(old!.status).toBe(usual!.status);
    expect(await old!.text()).toBe(await usual!.text());
    for (const name of ["access-control-allow-origin", "cache-control", "content-type", "allow"]) {
      expect(old!.headers.get(name), name).toBe(usual!.headers.get(name));
    }
  });

  it("is for scripts in pages as the token endpoint is, and nothing is below it", async () => {
    const preflight = await worker.fetch("/token", { method: "OPTIONS", headers: { origin: "https://page.example", "access-control-request-method": "POST" } });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
    expect((await postForm(worker, "/token/", {})).status).toBe(404);
    expect((await postForm(worker, "/token/x", {})).status).toBe(404);
  });
});
