// Who may call /mcp beside those with a good token: other scopes than a tool needs, other origins, Sentry's own tokens.
import { describe, expect, it } from "vitest";
import { rpc, signIn } from "../support/oauth.ts";
import { withSite } from "../support/site.ts";
import type { DemoSentry } from "../support/demo-sentry.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

let sentry: DemoSentry;
let worker: TestWorker;
withSite((site) => ({ sentry, worker } = site));

describe("a call whose scope the token lacks", () => {
  // rule: resource/insufficient-scope: 403 `insufficient_scope` with all scopes and the skill, in every version, for
  //    hidden tools too [RFC 6750 §3.1]
  it("is 403 with a challenge of all that it needs, in every protocol version, also where the tool is hidden", async () => {
    const { tokens } = await signIn(worker, { parameters: { scope: "event:write" }, choices: { skills: ["triage"] } });
    expect(tokens.scope).toBe("event:write");
    const list = (await (await rpc(worker, tokens.access_token, { method: "tools/list" })).json()) as { result: { tools: { name: string }[] } };
    expect(list.result.tools.map(({ name }) => name)).not.toContain("find_organizations");
    for (const version of ["2025-03-26", "2025-06-18", "2025-11-25"]) {
      const answer = await worker.fetch("/mcp?utm_source=x", {
        method: "POST",
        headers: { authorization: `Bearer ${tokens.access_token}`, "content-type": "application/json", "mcp-protocol-version": version },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "find_organizations", arguments: {} } }),
      });
      expect(answer.status, version).toBe(403);
      const [challenge, skill] = answer.headers.get("www-authenticate")!.split(/, error_description=/);
      expect(challenge).toBe(
        `Bearer realm="Sentry MCP", resource_metadata="${worker.origin}/.well-known/oauth-protected-resource/mcp?utm_source=x", ` +
          'scope="org:read", error="insufficient_scope"',
      );
      expect(skill).toMatch(/^"connect again and tick the skill .* \(inspect\)"$/);
      expect(await answer.json()).toEqual({ error: "insufficient_scope", error_description: expect.stringContaining("(inspect)") });
    }
  });
});

describe("a page that calls", () => {
  const call = (origin: string | undefined, at: TestWorker, url = "https://mcp.example.com/mcp") =>
    at.at(url, { method: "POST", headers: { "content-type": "application/json", ...(origin && { origin }) }, body: "{}" });

  // rule: resource/origin-header
  it("may be of any origin on a public host, where only a token gives access", async () => {
    for (const origin of [undefined, "https://evil.example", "http://localhost:6274", "null"]) {
      const answer = await call(origin, worker);
      expect(answer.status, origin).toBe(401);
      expect(answer.headers.get("access-control-allow-origin")).toBe("*");
      expect(answer.headers.has("access-control-allow-credentials")).toBe(false);
    }
  });

  // rule: resource/origin-header
  it("is of an allowed origin where ALLOWED_ORIGINS narrows them; who has none is no page", async () => {
    await using narrow = await startWorker({ sentry: sentry.url, vars: { ALLOWED_ORIGINS: "https://app.example, https://other.example" } });
    for (const origin of ["https://evil.example", "https://app.example.evil.example", "http://app.example", "null"]) {
      const answer = await call(origin, narrow);
      expect(answer.status, origin).toBe(403);
      expect(await answer.json()).toMatchObject({ error: "invalid_request" });
    }
    for (const origin of [undefined, "https://app.example", "https://other.example"]) expect((await call(origin, narrow)).status, origin).toBe(401);
  });
});

describe("Sentry-Bearer", () => {
  // rule: resource/token-mistakes
  it.each([
    ["Sentry-Bearer", "empty"],
    ["Sentry-Bearer ", "empty"],
    ["sentry-bearer\t", "empty"],
    ["Sentry-Bearer ${SENTRY_ACCESS_TOKEN}", "variable"],
    ["Sentry-Bearer $TOKEN", "variable"],
    ['Sentry-Bearer "demo-token-ada"', "quotes"],
    ["Sentry-Bearer demo-token-ada demo-token-bo", "several"],
    ["Sentry-Bearer demo-token-ada, Sentry-Bearer demo-token-bo", "several"],
    ["Sentry-Bearer,Sentry-Bearer demo-token-ada", "several"],
    ["Sentry-Bearer Bearer demo-token-ada", "several"],
  ])("%s is 401 in its own scheme and says what is wrong, and Sentry is not asked", async (authorization, words) => {
    await sentry.forget();
    const answer = await worker.fetch("/mcp", {
      method: "POST",
      headers: { authorization, "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "whoami" } }),
    });
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toBe('Sentry-Bearer realm="Sentry MCP"');
    const { error, error_description } = (await answer.json()) as { error: string; error_description: string };
    expect(error).toBe("invalid_token");
    expect(error_description).toContain(words);
    expect(error_description).not.toContain("demo-token");
    expect(await sentry.requests("/")).toEqual([]);
  });

  const direct = (at: TestWorker, token: string) =>
    at.fetch("/mcp", {
      method: "POST",
      headers: { authorization: `Sentry-Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }),
    });

  // rule: resource/upstream-token-scheme
  it("is refused with its own challenge where SENTRY_BEARER is off, and OAuth goes on", async () => {
    await using closed = await startWorker({ sentry: sentry.url, vars: { SENTRY_BEARER: "off" } });
    expect((await direct(worker, "a-token")).status, "on unless told otherwise").toBe(200);
    const answer = await direct(closed, "a-token");
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toBe('Sentry-Bearer realm="Sentry MCP"');
    expect(await answer.json()).toMatchObject({ error: "invalid_token" });
    const { tokens } = await signIn(closed);
    expect((await rpc(closed, tokens.access_token)).status).toBe(200);
  });
});
