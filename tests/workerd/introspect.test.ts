// What a token stands for, for its own client alone (RFC 7662), and how soon a token that was ended is worth nothing.
import { describe, expect, it, vi } from "vitest";
import type { DemoSentry } from "../support/demo-sentry.ts";
import {
  type Parameters,
  type Registered,
  authorize,
  outcome,
  postForm,
  redeem,
  refresh,
  register,
  revoke,
  rpc,
  signIn,
  tokensOf,
  tool,
} from "../support/oauth.ts";
import { startAgingWorker } from "../support/later.ts";
import { withSite } from "../support/site.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

let sentry: DemoSentry;
let worker: TestWorker;
withSite((site) => ({ sentry, worker } = site));

const ask = (client: Registered, token: string, changed: Parameters = {}, at = worker) =>
  postForm(at, "/oauth/introspect", { token, client_id: client.client_id, ...changed });
const INACTIVE = { active: false };
const now = () => Date.now() / 1000;

describe("introspection", () => {
  // rule: tokens/introspection: introspection: one's own live tokens, everything else is inactive [RFC 7662 §2.1, §2.2,
  //    §4]
  it("says of an access token whose it is, where it is good, what it may do and until when", async () => {
    const { client, tokens } = await signIn(worker);
    const answer = await ask(client, tokens.access_token);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const body = (await answer.json()) as { exp: number; iat: number };
    expect(body).toEqual({
      active: true,
      client_id: client.client_id,
      sub: "1001",
      aud: `${worker.origin}/mcp`,
      iss: worker.origin,
      scope: tokens.scope,
      token_type: "Bearer",
      iat: expect.any(Number),
      exp: expect.any(Number),
    });
    expect(Math.abs(body.exp - now() - 3600)).toBeLessThan(30);
    expect(Math.abs(body.iat - now())).toBeLessThan(30);
  });

  // rule: tokens/introspection
  it("says the same of a refresh token, until its own end, and tells nothing of the person but an id", async () => {
    const { client, tokens } = await signIn(worker);
    const text = await (await ask(client, tokens.refresh_token, { token_type_hint: "access_token" })).text();
    const body = JSON.parse(text) as { exp: number };
    expect(body).toMatchObject({ active: true, token_type: "refresh_token", scope: tokens.scope, aud: `${worker.origin}/mcp` });
    expect(Math.abs(body.exp - now() - 30 * 86_400)).toBeLessThan(30);
    expect(text).not.toMatch(/ada|marlowe|@/i);
  });

  // rule: tokens/introspection
  it("says what a narrowed token may do, not what its grant may", async () => {
    const client = await register(worker);
    const { tokens } = await signIn(worker, { client, choices: { skills: ["inspect", "triage"] } });
    expect(tokens.scope.split(" ").sort()).toEqual(["event:write", "org:read"]);
    const narrow = await tokensOf(
      await refresh(worker, client, tokens.refresh_token, { scope: "org:read", resource: `${worker.origin}/mcp/lighthouse-books` }),
    );
    expect(await (await ask(client, narrow.access_token)).json()).toMatchObject({
      active: true,
      scope: "org:read",
      aud: `${worker.origin}/mcp/lighthouse-books`,
    });
    expect(await (await ask(client, narrow.refresh_token)).json()).toMatchObject({ scope: tokens.scope, aud: `${worker.origin}/mcp` });
  });

  // rule: tokens/introspection
  it("tells another client nothing, nor anybody of what is no token", async () => {
    const [{ tokens, client }, stranger] = [await signIn(worker), await register(worker)];
    const pending = await authorize(worker);
    for (const [who, token] of [
      [stranger, tokens.access_token],
      [stranger, tokens.refresh_token],
      [client, "nonsense"],
      [client, tokens.access_token.replace(/.{6}$/, "AAAAAA")],
      [client, tokens.refresh_token.replace(/.{6}$/, "AAAAAA")],
      [pending.client, pending.code],
    ] as const) {
      const answer = await ask(who, token);
      expect(answer.status).toBe(200);
      expect(await answer.json()).toEqual(INACTIVE);
    }
    expect(await tool(worker, tokens.access_token), "asking changes nothing").toContain("Ada Marlowe");
    expect((await redeem(worker, pending)).status).toBe(200);
  });

  // rule: tokens/introspection
  it("follows the life of the tokens: rotation, revocation, the end", async () => {
    const { client, tokens } = await signIn(worker);
    const active = async (token: string) => ((await (await ask(client, token)).json()) as { active: boolean }).active;
    const second = await tokensOf(await refresh(worker, client, tokens.refresh_token));
    expect([await active(tokens.refresh_token), await active(second.refresh_token)], "the predecessor is still good").toEqual([true, true]);
    await tokensOf(await refresh(worker, client, second.refresh_token));
    expect(await active(tokens.refresh_token)).toBe(false);
    expect(await active(tokens.access_token)).toBe(true);
    await revoke(worker, client, tokens.access_token);
    expect([await active(tokens.access_token), await active(second.access_token)]).toEqual([false, true]);
    await revoke(worker, client, second.refresh_token);
    expect([await active(second.access_token), await active(second.refresh_token)]).toEqual([false, false]);
  });

  // rule: tokens/introspection
  it("says of an expired token that it is not active", async () => {
    await using aging = await startAgingWorker({ sentry: sentry.url });
    const { client, tokens } = await signIn(aging.worker);
    const at = await aging.wait(3601);
    expect(await (await ask(client, tokens.access_token, {}, at)).json()).toEqual(INACTIVE);
    expect(await (await ask(client, tokens.refresh_token, {}, at)).json()).toMatchObject({ active: true });
    await aging.wait(31 * 86_400);
    expect(await (await ask(client, tokens.refresh_token, {}, aging.worker)).json()).toEqual(INACTIVE);
  });

  // rule: tokens/introspection
  it("says of a predecessor that is past its retries that it is not active, as a refresh would", async () => {
    await using aging = await startAgingWorker({ sentry: sentry.url });
    const { client, tokens } = await signIn(aging.worker);
    await tokensOf(await refresh(aging.worker, client, tokens.refresh_token));
    const at = await aging.wait(15 * 86_400);
    expect(await (await ask(client, tokens.refresh_token, {}, at)).json()).toEqual(INACTIVE);
    expect(await outcome(await refresh(at, client, tokens.refresh_token))).toBe("400 invalid_grant");
  });

  // rule: tokens/introspection
  it("asks a confidential client for its secret, and everybody for a client", async () => {
    const client = await register(worker, { token_endpoint_auth_method: "client_secret_post" });
    const secret = { client_secret: client.client_secret };
    const tokens = await tokensOf(await redeem(worker, await authorize(worker, { client }), secret));
    expect(await (await ask(client, tokens.access_token, secret)).json()).toMatchObject({ active: true });
    expect(await outcome(await ask(client, tokens.access_token, { client_secret: "wrong" }))).toBe("401 invalid_client");
    // Who shows no secret is nobody that this token was issued to.
    expect(await (await ask(client, tokens.access_token)).json()).toEqual(INACTIVE);
    expect(await outcome(await postForm(worker, "/oauth/introspect", { token: tokens.access_token }))).toBe("401 invalid_client");
    expect(await outcome(await ask({ client_id: "nobody", redirect_uris: [] }, tokens.access_token))).toBe("401 invalid_client");
    expect(await outcome(await ask(client, "", secret))).toBe("400 invalid_request");
  });

  // rule: tokens/introspection
  it("is a POST of a form", async () => {
    expect((await worker.fetch("/oauth/introspect")).status).toBe(405);
    const json = await worker.fetch("/oauth/introspect", { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
    expect([400, 415]).toContain(json.status);
    expect(await json.json()).toMatchObject({ error: "invalid_request" });
  });
});

describe("a token that this server remembers", () => {
  const status = async (token: string) => (await rpc(worker, token)).status;

  // rule: tokens/revoked-forgotten-at-once: who revokes or closes forgets at once
  it("is worth nothing from the moment at which it is revoked", async () => {
    const { client, tokens } = await signIn(worker);
    for (let times = 0; times < 3; times++) expect(await status(tokens.access_token)).toBe(200);
    await revoke(worker, client, tokens.access_token);
    const answer = await rpc(worker, tokens.access_token);
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toContain('error="invalid_token"');
    expect((await refresh(worker, client, tokens.refresh_token)).status).toBe(200);
  });

  // rule: tokens/revoked-forgotten-at-once
  it("goes with a grant that is revoked by its refresh token", async () => {
    const one = await signIn(worker);
    const second = await tokensOf(await refresh(worker, one.client, one.tokens.refresh_token));
    for (const { access_token } of [one.tokens, second]) expect(await status(access_token)).toBe(200);
    await revoke(worker, one.client, second.refresh_token);
    for (const { access_token } of [one.tokens, second]) expect(await status(access_token)).toBe(401);
  });

  // rule: tokens/revoked-forgotten-at-once
  it("goes with a grant that a replay of its code ends", async () => {
    const signedIn = await signIn(worker);
    expect(await status(signedIn.tokens.access_token)).toBe(200);
    expect(await outcome(await redeem(worker, signedIn))).toBe("400 invalid_grant");
    expect(await status(signedIn.tokens.access_token)).toBe(401);
  });

  // rule: tokens/revoked-forgotten-at-once
  it("goes with a grant that an old refresh token ends, where REFRESH_REUSE is close", async () => {
    await using strict = await startWorker({ sentry: sentry.url, vars: { REFRESH_REUSE: "close" } });
    const { client, tokens } = await signIn(strict);
    const second = await tokensOf(await refresh(strict, client, tokens.refresh_token));
    const third = await tokensOf(await refresh(strict, client, second.refresh_token));
    expect((await rpc(strict, third.access_token)).status).toBe(200);
    expect(await outcome(await refresh(strict, client, tokens.refresh_token))).toBe("400 invalid_grant");
    expect((await rpc(strict, third.access_token)).status).toBe(401);
  });

  // rule: tokens/revoked-forgotten-at-once
  it("goes with a grant that Sentry ends at a refresh", async () => {
    await sentry.setExpiresIn(600);
    const signedIn = await signIn(worker);
    await sentry.setExpiresIn(30 * 86_400);
    expect(await status(signedIn.tokens.access_token)).toBe(200);
    await sentry.fault({ path: "/oauth/token/", kind: "status", status: 400, body: '{"error": "invalid_grant"}' });
    expect(await outcome(await refresh(worker, signedIn.client, signedIn.tokens.refresh_token))).toBe("400 invalid_grant");
    expect(await status(signedIn.tokens.access_token)).toBe(401);
  });

  it("stays good when a stranger asks for its end", async () => {
    const [{ tokens }, stranger] = [await signIn(worker), await register(worker)];
    expect(await status(tokens.access_token)).toBe(200);
    await revoke(worker, stranger, tokens.access_token);
    await revoke(worker, stranger, tokens.refresh_token);
    expect(await status(tokens.access_token)).toBe(200);
  });

  // rule: tokens/token-cache
  it("ends on time, also while it is remembered", async () => {
    await using hasty = await startWorker({ sentry: sentry.url, vars: { ACCESS_TOKEN_TTL: "3" } });
    const { tokens } = await signIn(hasty);
    // Less than what a token is remembered for.
    await vi.waitUntil(async () => (await rpc(hasty, tokens.access_token)).status === 401, { timeout: 20_000, interval: 100 });
  });

  // rule: tokens/token-cache
  it("is good for its own resource only, remembered or not", async () => {
    const { tokens } = await signIn(worker, { parameters: { resource: `${worker.origin}/mcp/lighthouse-books` } });
    const at = async (path: string) => (await rpc(worker, tokens.access_token, { path })).status;
    for (let times = 0; times < 2; times++) {
      expect([await at("/mcp/lighthouse-books"), await at("/mcp"), await at("/mcp/lighthouse-books-2"), await at("/mcp/quiet-harbor")]).toEqual([
        200, 401, 401, 401,
      ]);
    }
  });

  it("is not taken for another with the same beginning or end", async () => {
    const { tokens } = await signIn(worker);
    expect(await status(tokens.access_token)).toBe(200);
    for (const other of [
      tokens.access_token.slice(0, -1),
      `${tokens.access_token}A`,
      tokens.access_token.replace(/.$/, (last) => (last === "A" ? "B" : "A")),
      tokens.access_token.replace("smcp_a_", "smcp_r_"),
      tokens.refresh_token,
    ]) {
      expect(await status(other), other).toBe(401);
    }
  });
});
