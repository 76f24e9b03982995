// The limits by address and by session, as wrangler.toml binds them where others can reach the worker (the fetches of
// metadata documents have theirs in clients.test.ts).
import { describe, expect, it } from "vitest";
import { REDIRECT_URI, rpc, signIn } from "../support/oauth.ts";
import { many, withSite } from "../support/site.ts";
import type { TestWorker } from "../support/worker.ts";

const PUBLIC = "https://mcp.example.com";

let worker: TestWorker;
withSite((site) => ({ worker } = site), { environment: "canary" });

const post = (path: string, address: string, headers: Record<string, string>, body: string) =>
  worker.at(`${PUBLIC}${path}`, { method: "POST", headers: { "cf-connecting-ip": address, ...headers }, body });
const JSON_TYPE = { "content-type": "application/json" };

/** So that a client waits, and keeps what it has. */
async function expectToWait(answer: { status: number; headers: { get(name: string): string | null }; json(): Promise<unknown> }) {
  expect(answer.status).toBe(429);
  expect(answer.headers.get("retry-after")).toBe("60");
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(answer.headers.get("access-control-allow-origin"), "readable by the script of a page").toBe("*");
  const body = await answer.json();
  expect(body).toEqual({ error: "temporarily_unavailable", error_description: expect.stringContaining("wait a minute") });
}

describe("in a minute", () => {
  it("20 registrations come from one address", async () => {
    const body = JSON.stringify({ redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: "none" });
    const register = (address: string) => post("/oauth/register", address, JSON_TYPE, body);
    const answers = await many(20, () => register("203.0.113.1"));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201));
    await expectToWait(await register("203.0.113.1"));
    expect((await register("203.0.113.2")).status, "another address").toBe(201);
  });

  it("300 calls come from one address, with a token or without", async () => {
    const call = (address: string) => post("/mcp", address, JSON_TYPE, "{}");
    const answers = await many(300, () => call("203.0.113.3"));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    await expectToWait(await call("203.0.113.3"));
    expect((await call("203.0.113.4")).status, "another address").toBe(401);
  });

  it("60 calls come from one session", async () => {
    const { tokens } = await signIn(worker);
    const answers = await many(60, () => rpc(worker, tokens.access_token));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    await expectToWait(await rpc(worker, tokens.access_token));
    const { tokens: others } = await signIn(worker);
    expect((await rpc(worker, others.access_token)).status, "another session").toBe(200);
  });
});
