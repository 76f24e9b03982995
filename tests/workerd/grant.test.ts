// A grant under races, losses and theft, as clients meet it. What the machine itself does is tested natively; this is
// that workerd keeps it: one object per grant, whatever arrives at once.
import { describe, expect, it } from "vitest";
import type { DemoSentry } from "../support/demo-sentry.ts";
import {
  type Registered,
  type Tokens,
  authorize,
  grantOf,
  outcome,
  postForm,
  redeem,
  refresh,
  register,
  revoke,
  rpc,
  signIn,
  tokensOf,
} from "../support/oauth.ts";
import { many, withSite } from "../support/site.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

let sentry: DemoSentry;
let worker: TestWorker;
withSite((site) => ({ sentry, worker } = site));

const works = async (token: string, path?: string, at = worker) => (await rpc(at, token, { path })).status;
const next = async (client: Registered, token: string) => tokensOf(await refresh(worker, client, token));

describe("a code", () => {
  // rule: tokens/one-redemption-wins: one redemption wins, also of 20 at once [RFC 6749 §4.1.2]
  it("is redeemed by exactly one of 20 at once, whose tokens the others' tries end", async () => {
    const authorized = await authorize(worker);
    const answers = await many(20, () => redeem(worker, authorized));
    const good = answers.filter((answer) => answer.status === 200);
    expect(good).toHaveLength(1);
    const others = await Promise.all(answers.filter((answer) => answer.status !== 200).map(outcome));
    expect(others).toEqual(Array(19).fill("400 invalid_grant"));
    // RFC 6749 §4.1.2: a second redemption revokes what the first one issued.
    const tokens = await tokensOf(good[0]!);
    expect(await works(tokens.access_token)).toBe(401);
    expect(await outcome(await refresh(worker, authorized.client, tokens.refresh_token))).toBe("400 invalid_grant");
  });

  // rule: authorization/pkce-verifier
  it("is not used up by a wrong verifier, redirect URI or resource, nor by another client", async () => {
    const authorized = await authorize(worker);
    const other = await register(worker);
    const tries = [
      await redeem(worker, authorized, { code_verifier: "v".repeat(43) }),
      await redeem(worker, authorized, { redirect_uri: "http://127.0.0.1:33418/other" }),
      await redeem(worker, authorized, { client_id: other.client_id }),
      await redeem(worker, authorized, { resource: `${worker.origin}/other` }),
    ];
    expect(await Promise.all(tries.map(outcome))).toEqual([
      "400 invalid_grant",
      "400 invalid_grant",
      "400 invalid_grant",
      "400 invalid_target",
    ]);
    const tokens = await tokensOf(await redeem(worker, authorized));
    expect(await works(tokens.access_token)).toBe(200);
  });

  // rule: tokens/wrong-code-tries
  it("is closed by five wrong tries", async () => {
    const authorized = await authorize(worker);
    const wrong = () => redeem(worker, authorized, { code_verifier: "v".repeat(43) });
    for (let tries = 0; tries < 5; tries++) expect(await outcome(await wrong())).toBe("400 invalid_grant");
    expect(await outcome(await redeem(worker, authorized))).toBe("400 invalid_grant");
  });

  it("with another secret neither counts as a wrong try nor tells anything", async () => {
    const authorized = await authorize(worker);
    const guessed = { ...authorized, code: `${authorized.code.slice(0, -8)}AAAAAAAA` };
    const answers = await many(6, () => redeem(worker, guessed));
    const unknown = await redeem(worker, { ...authorized, code: `smcp_c_${"A".repeat(43)}.${"A".repeat(43)}` });
    const bodies = await Promise.all([...answers, unknown].map((answer) => answer.text()));
    expect(new Set(bodies).size, "a different answer for unknown and wrong").toBe(1);
    expect((await redeem(worker, authorized)).status).toBe(200);
  });

  it("of another client ends nothing when that client's rival replays it", async () => {
    const { client, tokens, ...rest } = await signIn(worker);
    const rival = await register(worker);
    const replay = await redeem(worker, { client, ...rest }, { client_id: rival.client_id });
    expect(await outcome(replay)).toBe("400 invalid_grant");
    expect(await works(tokens.access_token)).toBe(200);
  });

  // rule: tokens/redirect-uri-at-redemption
  it("needs no redirect_uri, and takes the one that it was asked for", async () => {
    const authorized = await authorize(worker, { parameters: { redirect_uri: "http://127.0.0.1:50000/callback" } });
    expect(authorized.callback.port).toBe("50000");
    expect((await redeem(worker, authorized, { redirect_uri: undefined })).status).toBe(200);
  });

  it("of a confidential client needs its secret, in the header or the form", async () => {
    const client = await register(worker, { token_endpoint_auth_method: undefined });
    const first = await authorize(worker, { client });
    expect(await outcome(await redeem(worker, first))).toBe("401 invalid_client");
    expect((await redeem(worker, first, { client_secret: client.client_secret })).status).toBe(200);

    const second = await authorize(worker, { client });
    const credentials = Buffer.from(`${client.client_id}:${client.client_secret}`).toString("base64");
    const form = { grant_type: "authorization_code", code: second.code, code_verifier: second.verifier };
    const answer = await postForm(worker, "/oauth/token", form, { authorization: `Basic ${credentials}` });
    expect(answer.status).toBe(200);
  });
});

describe("a refresh token", () => {
  // rule: tokens/rotation
  it("yields the same successor to 20 at once", async () => {
    const { client, tokens } = await signIn(worker);
    const answers = await Promise.all((await many(20, () => refresh(worker, client, tokens.refresh_token))).map(tokensOf));
    expect(new Set(answers.map((answer) => answer.refresh_token)).size).toBe(1);
    expect(answers[0]!.refresh_token).not.toBe(tokens.refresh_token);
    const statuses = await Promise.all(answers.map((answer) => works(answer.access_token)));
    expect(statuses).toEqual(Array(20).fill(200));
  });

  it("can be used again when the answer was lost, until its successor is used", async () => {
    const { client, tokens } = await signIn(worker);
    const lost = await next(client, tokens.refresh_token);
    const again = await next(client, tokens.refresh_token);
    expect(again.refresh_token).toBe(lost.refresh_token);

    const third = await next(client, again.refresh_token);
    expect(await outcome(await refresh(worker, client, tokens.refresh_token))).toBe("400 invalid_grant");
    expect(await works(third.access_token)).toBe(200);
    expect((await next(client, third.refresh_token)).refresh_token).not.toBe(third.refresh_token);
  });

  // rule: tokens/two-steps-old
  it("two steps old fails alone, and is written down", async () => {
    const { client, tokens } = await signIn(worker);
    const second = await next(client, tokens.refresh_token);
    const third = await next(client, second.refresh_token);
    expect(await outcome(await refresh(worker, client, tokens.refresh_token))).toBe("400 invalid_grant");
    // The windows of one editor do this every day: the session goes on.
    expect(await works(third.access_token)).toBe(200);
    const fourth = await next(client, third.refresh_token);
    expect(await works(fourth.access_token)).toBe(200);
    const lines = (await worker.flushedLogs()).map(({ message }) => message);
    expect(lines.filter((line) => line.includes(grantOf(tokens.refresh_token)) && line.includes("refresh_reused"))).toHaveLength(1);
  });

  it("is good for its own client only", async () => {
    const { client, tokens } = await signIn(worker);
    const rival = await register(worker);
    expect(await outcome(await refresh(worker, rival, tokens.refresh_token))).toBe("400 invalid_grant");
    expect((await refresh(worker, client, tokens.refresh_token)).status).toBe(200);
  });

  it("narrows the scope for one access token, and never widens it", async () => {
    const scope = "event:write org:read";
    const { client, tokens } = await signIn(worker, { parameters: { scope }, choices: { skills: ["inspect", "triage"] } });
    expect(tokens.scope).toBe(scope);
    const narrow = await tokensOf(await refresh(worker, client, tokens.refresh_token, { scope: "org:read" }));
    expect(narrow.scope).toBe("org:read");
    expect((await next(client, narrow.refresh_token)).scope).toBe("event:write org:read");
    const wider = await refresh(worker, client, narrow.refresh_token, { scope: "org:read project:write" });
    expect(await outcome(wider)).toBe("400 invalid_scope");
  });

  // rule: clients/refresh-grant-listed
  it("is not given to a client that did not list it", async () => {
    const client = await register(worker, { grant_types: ["authorization_code"] });
    const { tokens } = await signIn(worker, { client });
    expect(tokens).not.toHaveProperty("refresh_token");
    expect(await works(tokens.access_token)).toBe(200);
  });

  // rule: tokens/eviction: eviction loses nothing
  it("survives the eviction of its object", async () => {
    const { client, tokens } = await signIn(worker);
    const id = Buffer.from(grantOf(tokens.refresh_token), "base64url").toString("hex");
    const evict = () => worker.miniflare.unsafeEvictDurableObject("worker", "GrantObject", { id });
    await evict();
    const second = await next(client, tokens.refresh_token);
    await evict();
    expect((await next(client, tokens.refresh_token)).refresh_token).toBe(second.refresh_token);
    expect(await works(second.access_token)).toBe(200);
  });
});

// rule: tokens/grace-and-late-retries
describe("with REFRESH_REUSE=close", () => {
  it("a token two steps old ends the session", async () => {
    await using strict = await startWorker({ sentry: sentry.url, vars: { REFRESH_REUSE: "close" } });
    const { client, tokens } = await signIn(strict);
    const second = await tokensOf(await refresh(strict, client, tokens.refresh_token));
    const again = await tokensOf(await refresh(strict, client, tokens.refresh_token));
    expect(again.refresh_token, "within its grace").toBe(second.refresh_token);
    const third = await tokensOf(await refresh(strict, client, second.refresh_token));
    expect(await outcome(await refresh(strict, client, tokens.refresh_token))).toBe("400 invalid_grant");
    expect(await works(third.access_token, "/mcp", strict)).toBe(401);
    expect(await outcome(await refresh(strict, client, third.refresh_token))).toBe("400 invalid_grant");
  });
});

// rule: tokens/revocation
describe("revocation", () => {
  // rule: resource/audience
  it("of an access token ends that one", async () => {
    const { client, tokens } = await signIn(worker);
    const second = await next(client, tokens.refresh_token);
    expect((await revoke(worker, client, tokens.access_token)).status).toBe(200);
    expect(await works(tokens.access_token)).toBe(401);
    expect(await works(second.access_token)).toBe(200);
    expect((await refresh(worker, client, second.refresh_token)).status).toBe(200);
  });

  it.each([
    ["the current", (_: Tokens, second: Tokens) => second.refresh_token],
    ["an old", (first: Tokens) => first.refresh_token],
  ])("of %s refresh token ends the session", async (_, choose) => {
    const { client, tokens } = await signIn(worker);
    const second = await next(client, tokens.refresh_token);
    const answer = await revoke(worker, client, choose(tokens, second));
    expect(answer.status).toBe(200);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    for (const token of [tokens.access_token, second.access_token]) expect(await works(token)).toBe(401);
    expect(await outcome(await refresh(worker, client, second.refresh_token))).toBe("400 invalid_grant");
  });

  it("by another client is answered alike and does nothing", async () => {
    const { client, tokens } = await signIn(worker);
    const rival = await register(worker);
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      const answer = await revoke(worker, rival, token);
      expect([answer.status, await answer.text()]).toEqual([200, ""]);
    }
    expect(await works(tokens.access_token)).toBe(200);
    expect((await refresh(worker, client, tokens.refresh_token)).status).toBe(200);
  });

  it("of a client that must authenticate and does not is refused, and the token lives (RFC 7009 §2.1)", async () => {
    const client = await register(worker, { token_endpoint_auth_method: "client_secret_post" });
    const authorized = await authorize(worker, { client });
    const tokens = await tokensOf(await redeem(worker, authorized, { client_secret: client.client_secret }));
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      const answer = await revoke(worker, client, token);
      expect([answer.status, await answer.json()]).toEqual([401, expect.objectContaining({ error: "invalid_client" })]);
    }
    expect(await works(tokens.access_token)).toBe(200);
    const { client_id, client_secret } = client;
    expect((await postForm(worker, "/oauth/revoke", { token: tokens.refresh_token, client_id, client_secret })).status).toBe(200);
    expect(await works(tokens.access_token)).toBe(401);
  });

  it("of something that never was a token is a success", async () => {
    const client = await register(worker);
    for (const token of ["x", `smcp_r_${"A".repeat(43)}.${"A".repeat(64)}`, `smcp_c_${"A".repeat(43)}.${"A".repeat(43)}`]) {
      expect((await revoke(worker, client, token)).status, token).toBe(200);
    }
  });
});

// rule: resource/audience
describe("an access token", () => {
  const scoped = (path: string) => signIn(worker, { parameters: { resource: `${worker.origin}${path}` } });

  it.each([
    ["/mcp", { "/mcp": 200, "/mcp/lighthouse-books": 200, "/mcp/lighthouse-books/checkout": 200 }],
    [
      "/mcp/lighthouse-books",
      {
        "/mcp": 401,
        "/mcp/": 401,
        "/mcp/lighthouse-books": 200,
        "/mcp/lighthouse-books?utm_source=x": 200,
        "/mcp/lighthouse-books/checkout": 200,
        "/mcp/lighthouse-books-evil": 401,
        "/mcp/Lighthouse-Books": 401,
        "/mcp/quiet-harbor": 401,
      },
    ],
    [
      "/mcp/lighthouse-books/checkout",
      {
        "/mcp": 401,
        "/mcp/lighthouse-books": 401,
        "/mcp/lighthouse-books/checkout": 200,
        "/mcp/lighthouse-books/checkout-evil": 401,
        "/mcp/lighthouse-books/shop-window": 401,
      },
    ],
  ])("for %s is good there and below", async (resource, expected) => {
    const { tokens } = await scoped(resource);
    const found: Record<string, number> = {};
    for (const path of Object.keys(expected)) found[path] = await works(tokens.access_token, path);
    expect(found).toEqual(expected);
  });

  it("is narrowed by the token request, and the grant's own reach comes back with a refresh", async () => {
    const authorized = await authorize(worker);
    const narrow = await tokensOf(await redeem(worker, authorized, { resource: `${worker.origin}/mcp/lighthouse-books` }));
    expect(await works(narrow.access_token)).toBe(401);
    expect(await works(narrow.access_token, "/mcp/lighthouse-books")).toBe(200);
    const wide = await next(authorized.client, narrow.refresh_token);
    expect(await works(wide.access_token)).toBe(200);
  });

  it("never reaches beyond the grant", async () => {
    const { client, tokens } = await scoped("/mcp/lighthouse-books");
    for (const path of ["/mcp", "/mcp/quiet-harbor", "/mcp/lighthouse-books-evil"]) {
      const answer = await refresh(worker, client, tokens.refresh_token, { resource: `${worker.origin}${path}` });
      expect(await outcome(answer), path).toBe("400 invalid_target");
    }
    expect((await refresh(worker, client, tokens.refresh_token)).status).toBe(200);
  });

  it("of another server is worth nothing here", async () => {
    await using other = await startWorker({ sentry: sentry.url });
    const { tokens } = await signIn(other);
    expect(await works(tokens.access_token, "/mcp", other)).toBe(200);
    expect(await works(tokens.access_token)).toBe(401);
  });
});

describe("when Sentry", () => {
  const control = async (path: string, body: object) => {
    const done = await fetch(`${sentry.url}/_control/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect(done.ok).toBe(true);
  };
  const whoami = (token: string) => rpc(worker, token, { method: "tools/call", params: { name: "whoami" } });

  // rule: tokens/upstream-refusal-closes
  it("takes its token back, the session is over and the client is told to sign in again", async () => {
    const { client, tokens } = await signIn(worker, { choices: { user: "1002" } });
    expect(await (await whoami(tokens.access_token)).text()).toContain("Bo Tanaka");
    await control("tokens/revoke", { user: "1002" });
    const answer = await whoami(tokens.access_token);
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer .*error="invalid_token"/);
    expect(await outcome(await refresh(worker, client, tokens.refresh_token))).toBe("400 invalid_grant");
  });

  // rule: tokens/upstream-trouble
  it.each([
    { kind: "status", status: 403 },
    { kind: "status", status: 429, retryAfter: 1 },
    { kind: "status", status: 500 },
    { kind: "status", status: 503 },
    { kind: "malformed" },
    { kind: "drop" },
  ])("is in trouble (%j), the call fails and the session lives", async (trouble) => {
    const { client, tokens } = await signIn(worker);
    // More than once: a call may be tried again.
    await control("faults", { path: "/api/0/", times: 10, ...trouble });
    const answer = await whoami(tokens.access_token);
    await fetch(`${sentry.url}/_control/faults`, { method: "DELETE" });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ result: { isError: true } });
    expect(await (await whoami(tokens.access_token)).text()).toContain("Ada Marlowe");
    expect((await refresh(worker, client, tokens.refresh_token)).status).toBe(200);
  });

  it("answers one person, another hears nothing of it", async () => {
    const [ada, bo] = [await signIn(worker), await signIn(worker, { choices: { user: "1002" } })];
    const calls = await Promise.all(
      Array.from({ length: 10 }, async (_, i) => (await whoami((i % 2 ? ada : bo).tokens.access_token)).text()),
    );
    calls.forEach((text, i) => expect(text).toContain(i % 2 ? "Ada Marlowe" : "Bo Tanaka"));
  });
});
