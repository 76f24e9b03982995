// The limits by address and by session, as wrangler.toml binds them where others can reach the worker (the fetches of
// metadata documents have theirs in clients.test.ts, the language model in model-use.test.ts, what is stored in stored.test.ts).
import { beforeEach, describe, expect, it } from "vitest";
import { REDIRECT_URI, rpc, signIn } from "../support/oauth.ts";
import { many, withSite } from "../support/site.ts";
import type { DemoSentry } from "../support/demo-sentry.ts";
import { expectToWait, untilThereIsTime } from "../support/wait.ts";
import type { TestWorker } from "../support/worker.ts";

const PUBLIC = "https://mcp.example.com";

let sentry: DemoSentry;
let worker: TestWorker;
withSite((site) => ({ sentry, worker } = site), { environment: "canary" });
beforeEach(() => untilThereIsTime());

const post = (path: string, address: string, headers: Record<string, string>, body: string) =>
  worker.at(`${PUBLIC}${path}`, { method: "POST", headers: { "cf-connecting-ip": address, ...headers }, body });
const JSON_TYPE = { "content-type": "application/json" };
const registration = JSON.stringify({ redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: "none" });
const register = (address: string) => post("/oauth/register", address, JSON_TYPE, registration);

describe("in a minute", () => {
  // rule: clients/registrations-limited: registrations are limited by address
  // rule: tokens/transient-never-fatal
  it("20 registrations come from one address", async () => {
    const answers = await many(20, () => register("203.0.113.1"));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201));
    await expectToWait(await register("203.0.113.1"));
    expect((await register("203.0.113.2")).status, "another address").toBe(201);
  });

  // rule: resource/calls-limited: calls are limited by address and by session
  it("300 calls come from one address, with a token or without", async () => {
    const call = (address: string) => post("/mcp", address, JSON_TYPE, "{}");
    const answers = await many(300, () => call("203.0.113.3"));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    await expectToWait(await call("203.0.113.3"));
    expect((await call("203.0.113.4")).status, "another address").toBe(401);
  });

  // rule: tokens/transient-never-fatal
  // rule: resource/calls-limited
  it("60 calls come from one session", async () => {
    const { tokens } = await signIn(worker);
    const answers = await many(60, () => rpc(worker, tokens.access_token));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    await expectToWait(await rpc(worker, tokens.access_token));
    const { tokens: others } = await signIn(worker);
    expect((await rpc(worker, others.access_token)).status, "another session").toBe(200);
  });
});

describe("one address", () => {
  // rule: clients/address-is-a-network
  it("is a whole network of IPv6, and one host of IPv4 however it is written", async () => {
    const answers = await many(20, (host) => register(`2001:db8:1:2:${host}::${host}`));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201));
    await expectToWait(await register("2001:0DB8:1:2:ffff:ffff:ffff:ffff"));
    expect((await register("2001:db8:1:3::1")).status, "another network").toBe(201);
    const written = await many(20, (turn) => register(["203.0.113.10", "::ffff:203.0.113.10", "::FFFF:cb00:710a"][turn % 3]!));
    expect(written.map(({ status }) => status)).toEqual(Array(20).fill(201));
    for (const address of ["203.0.113.10", "::ffff:203.0.113.10"]) await expectToWait(await register(address));
  });

  // Without the header Miniflare adds the sender's own; src/runtime/address.rs holds that none at all is the same.
  // rule: clients/address-is-a-network
  it("is all that says what is none", async () => {
    const answers = await many(20, (turn) => register(["made up", `made up ${turn}`, "203.0.113.300", "2001:db8::1%eth0"][turn % 4]!));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201));
    for (const none of ["made up anew", "203.0.113.9, 203.0.113.10"]) await expectToWait(await register(none));
  });
});

describe("a batch", () => {
  const ping = (id: number) => ({ jsonrpc: "2.0", id, method: "ping" });
  const whoami = (id: number) => ({ jsonrpc: "2.0", id, method: "tools/call", params: { name: "whoami" } });
  const batch = (length: number, message: (id: number) => object = ping) => JSON.stringify(Array.from({ length }, (_, id) => message(id)));
  const send = (token: string, address: string, body: string) =>
    post("/mcp", address, { ...JSON_TYPE, accept: "application/json", authorization: token }, body);

  // rule: resource/batch-counted
  it("of 20 messages is 20 calls of a session, and one that is over the limit is refused before any of it runs", async () => {
    const { tokens } = await signIn(worker);
    const token = `Bearer ${tokens.access_token}`;
    for (let times = 0; times < 2; times += 1) expect((await send(token, "203.0.113.20", batch(20))).status).toBe(200);
    expect((await send(token, "203.0.113.20", batch(15))).status).toBe(200);
    await sentry.forget();
    await expectToWait(await send(token, "203.0.113.20", batch(6, whoami)));
    expect(await sentry.requests("/api/")).toEqual([]);
  });

  // rule: resource/batch-counted
  it("of 20 messages is 20 calls of an address, whatever tokens it makes up", async () => {
    const made = (turn: number) => send(`Sentry-Bearer made-up-${turn}`, "203.0.113.21", batch(20));
    const answers = await many(15, made);
    expect(answers.map(({ status }) => status)).toEqual(Array(15).fill(200));
    await expectToWait(await made(16));
  });

  // rule: resource/batch-counted
  it("is at most 20 messages, and costs one call where it is more", async () => {
    for (let times = 0; times < 30; times += 1) {
      const answer = await send("Sentry-Bearer demo-token-ada", "203.0.113.22", batch(21, whoami));
      expect([answer.status, ((await answer.json()) as { error: { code: number } }).error.code]).toEqual([400, -32600]);
    }
    expect((await send("Sentry-Bearer demo-token-ada", "203.0.113.22", batch(20))).status).toBe(200);
  });
});
