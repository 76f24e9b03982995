// Sentry's own tokens behind a grant: renewed in time, once, whoever asks at once; what ends a session, and what does not.
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DemoSentry, Fault } from "../support/demo-sentry.ts";
import { type Tokens, grantOf, outcome, refresh, rpc, signIn, tokensOf, tool } from "../support/oauth.ts";
import { many, withStoredSite } from "../support/site.ts";
import { type TemporaryFolder, accountsIn, objectStates, stateOfGrant } from "../support/storage.ts";
import { soon } from "../support/wait.ts";
import type { TestWorker } from "../support/worker.ts";

const ADA = { user: "1001" };
/** Less than an access token of ours lasts, so that a refresh renews Sentry's token first. */
const SOON = 600;
const LONG = 30 * 86_400;
const ENDED = '{"error": "invalid_grant", "error_description": "gone"}';

let sentry: DemoSentry;
let folder: TemporaryFolder;
let worker: TestWorker;
withStoredSite((site) => ({ sentry, worker, folder } = site));
beforeEach(async () => {
  await sentry.noFaults();
  await sentry.setExpiresIn(LONG);
});

/** Signs in with Sentry tokens of that lifetime; the next ones are long again, and nothing was asked of Sentry yet. */
async function signInFor(seconds: number) {
  await sentry.setExpiresIn(seconds);
  const signedIn = await signIn(worker);
  await sentry.setExpiresIn(LONG);
  await sentry.forget();
  return signedIn;
}

const lines = () =>
  accountsIn(folder.path).flat().map(({ grant }) => grant);
const live = () => objectStates(folder.path, "GrantObject").filter((state) => "active" in state);
/** What a grant's object keeps, but for the note that Sentry is asked for a renewal, and what its account was not heard to know. */
const rowOf = ({ access_token }: Tokens) =>
  JSON.stringify(stateOfGrant(folder.path, grantOf(access_token)), (name, value: unknown) => (["attempt", "outbox"].includes(name) ? undefined : value));
const hasLine = (tokens: Tokens) => {
  return lines().includes(grantOf(tokens.access_token));
};

/** The session is over, here and in the account, and the client hears that it must sign in again. */
async function expectEnded(signedIn: { client: { client_id: string; redirect_uris: string[] }; tokens: Tokens }, before: number) {
  const { client, tokens } = signedIn;
  const answer = await rpc(worker, tokens.access_token, { method: "tools/call", params: { name: "whoami" } });
  expect(answer.status).toBe(401);
  expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer .*resource_metadata=".*error="invalid_token"/);
  expect(await answer.json()).toMatchObject({ error: "invalid_token" });
  expect(await outcome(await refresh(worker, client, tokens.refresh_token))).toBe("400 invalid_grant");
  expect(live()).toHaveLength(before - 1);
  await soon(() => expect(hasLine(tokens)).toBe(false));
}

describe("a Sentry token that ends before the next access token would", () => {
  // rule: tokens/upstream-renewed-in-time: Sentry's token is renewed before a refresh that would outlive it: one call,
  //    however many ask
  it("is renewed once by 20 refreshes at once, which all succeed with the same refresh token", async () => {
    const { client, tokens } = await signInFor(SOON);
    await soon(() => expect(hasLine(tokens)).toBe(true));
    const answers = await many(20, async () => tokensOf(await refresh(worker, client, tokens.refresh_token)));
    expect(await sentry.renewals()).toEqual([expect.objectContaining({ status: 200 })]);
    expect(new Set(answers.map((answer) => answer.refresh_token)).size).toBe(1);
    expect(new Set(answers.map((answer) => answer.access_token)).size).toBe(20);
    for (const { access_token } of answers.slice(0, 3)) expect(await tool(worker, access_token)).toContain("Ada Marlowe");
    expect(await sentry.renewals(), "nothing more was needed").toHaveLength(1);
  });

  // rule: tokens/upstream-renewed-in-time
  it("is not renewed before its time", async () => {
    const { client, tokens } = await signInFor(LONG);
    await tokensOf(await refresh(worker, client, tokens.refresh_token));
    expect(await sentry.renewals()).toEqual([]);
  });

  // rule: tokens/upstream-renewed-in-time
  it("is renewed for a retry of the predecessor too, and the chain goes on", async () => {
    const { client, tokens } = await signInFor(SOON);
    await sentry.setExpiresIn(SOON);
    const lost = await tokensOf(await refresh(worker, client, tokens.refresh_token));
    const again = await tokensOf(await refresh(worker, client, tokens.refresh_token));
    expect(again.refresh_token).toBe(lost.refresh_token);
    const next = await tokensOf(await refresh(worker, client, again.refresh_token));
    expect(await sentry.renewals()).toHaveLength(3);
    for (const { access_token } of [lost, again, next]) expect(await tool(worker, access_token)).toContain("Ada Marlowe");
  });

  // rule: tokens/upstream-renewed-in-time
  it("is not renewed for a refresh that is refused", async () => {
    const { client, tokens } = await signInFor(SOON);
    const second = await tokensOf(await refresh(worker, client, tokens.refresh_token));
    await tokensOf(await refresh(worker, client, second.refresh_token));
    await sentry.forget();
    expect(await outcome(await refresh(worker, client, tokens.refresh_token))).toBe("400 invalid_grant");
    expect(await outcome(await refresh(worker, client, second.refresh_token, { scope: "nonsense" }))).toBe("400 invalid_scope");
    expect(await outcome(await refresh(worker, { ...client, client_id: "another" }, second.refresh_token))).toBe("401 invalid_client");
    expect(await sentry.renewals()).toEqual([]);
  });

  // rule: tokens/upstream-401-renews
  it("leaves earlier access tokens of the grant good, also where this isolate remembers them", async () => {
    const { client, tokens } = await signInFor(SOON);
    expect(await tool(worker, tokens.access_token)).toContain("Ada Marlowe");
    const second = await tokensOf(await refresh(worker, client, tokens.refresh_token));
    // Sentry has taken the old token back with the renewal.
    for (const { access_token } of [tokens, second, tokens]) expect(await tool(worker, access_token)).toContain("Ada Marlowe");
    expect(await sentry.renewals()).toHaveLength(1);
  });

  // rule: tokens/upstream-renewed-in-time
  it("is renewed once where refreshes and tool calls need it at the same time", async () => {
    const { client, tokens } = await signInFor(SOON);
    await tool(worker, tokens.access_token);
    await sentry.expire(ADA);
    await sentry.forget();
    const [refreshed, called] = await Promise.all([
      many(8, async () => tokensOf(await refresh(worker, client, tokens.refresh_token))),
      many(8, () => tool(worker, tokens.access_token)),
    ]);
    expect(new Set(refreshed.map((answer) => answer.refresh_token)).size).toBe(1);
    for (const text of called) expect(text).toContain("Ada Marlowe");
    expect(await sentry.renewals()).toHaveLength(1);
  });

  // rule: tokens/upstream-renewed-in-time
  it("is renewed for the others when the one who began hangs up", async () => {
    const { client, tokens } = await signInFor(SOON);
    await sentry.fault({ path: "/oauth/token/", kind: "latency_ms", ms: 1500 });
    const form = new URLSearchParams({ grant_type: "refresh_token", refresh_token: tokens.refresh_token, client_id: client.client_id });
    const hasty = fetch(new URL("/oauth/token", worker.url), { method: "POST", body: form, signal: AbortSignal.timeout(500) });
    await expect(hasty).rejects.toThrow();
    const answers = await many(5, async () => tokensOf(await refresh(worker, client, tokens.refresh_token)));
    expect(new Set(answers.map((answer) => answer.refresh_token)).size).toBe(1);
    expect(await tool(worker, answers[0]!.access_token)).toContain("Ada Marlowe");
    expect(await sentry.renewals()).toHaveLength(1);
  });
});

describe("a 401 of Sentry in the middle of a tool call", () => {
  // rule: tokens/upstream-401-renews: a 401 of Sentry renews once, by the hash of what failed
  it("renews the token once, and the tool answers", async () => {
    const { client, tokens } = await signInFor(LONG);
    await sentry.expire(ADA);
    expect(await tool(worker, tokens.access_token)).toContain("Ada Marlowe");
    expect(await sentry.renewals()).toHaveLength(1);
    expect(await tool(worker, tokens.access_token)).toContain("Ada Marlowe");
    expect((await refresh(worker, client, tokens.refresh_token)).status).toBe(200);
    expect(await sentry.renewals()).toHaveLength(1);
  });

  // rule: tokens/upstream-401-renews
  it("renews it once for 10 calls at once", async () => {
    const { tokens } = await signInFor(LONG);
    await sentry.expire(ADA);
    for (const text of await many(10, () => tool(worker, tokens.access_token))) expect(text).toContain("Ada Marlowe");
    expect(await sentry.renewals()).toHaveLength(1);
  });

  // rule: tokens/upstream-401-renews
  it("renews it once for calls under several access tokens of one grant", async () => {
    const { client, tokens } = await signInFor(LONG);
    const all = [tokens, ...(await many(5, async () => tokensOf(await refresh(worker, client, tokens.refresh_token))))];
    for (const { access_token } of all) await tool(worker, access_token);
    await sentry.expire(ADA);
    const texts = await Promise.all(all.map(({ access_token }) => tool(worker, access_token)));
    for (const text of texts) expect(text).toContain("Ada Marlowe");
    expect(await sentry.renewals()).toHaveLength(1);
  });

  // rule: tokens/upstream-401-renews
  it("renews it again the next time", async () => {
    const { tokens } = await signInFor(LONG);
    for (let times = 1; times <= 3; times++) {
      await sentry.expire(ADA);
      expect(await tool(worker, tokens.access_token)).toContain("Ada Marlowe");
      expect(await sentry.renewals()).toHaveLength(times);
    }
  });

  // rule: tokens/upstream-trouble
  it.each([
    { kind: "status", status: 429, retryAfter: 1 },
    { kind: "status", status: 503 },
    { kind: "status", status: 400, body: '{"error": "invalid_client"}' },
    { kind: "malformed" },
    { kind: "drop" },
  ] satisfies Omit<Fault, "path">[])("closes nothing while the renewal meets %j", async (trouble) => {
    const { client, tokens } = await signInFor(LONG);
    await sentry.expire(ADA);
    await sentry.fault({ path: "/oauth/token/", times: 20, ...trouble });
    expect(await tool(worker, tokens.access_token)).toMatch(/^error: /);
    await sentry.noFaults();
    // A retried renewal may be refused only where Sentry has used up the refresh token, which none of these does.
    expect(await tool(worker, tokens.access_token)).toContain("Ada Marlowe");
    expect((await refresh(worker, client, tokens.refresh_token)).status).toBe(200);
  });

  // rule: tokens/upstream-trouble
  it("closes nothing where a page longer than any answer stands in the way, and a sign-in hears that it passes", async () => {
    const { client, tokens } = await signInFor(LONG);
    const body = ENDED.padEnd(80 * 1024);
    await sentry.expire(ADA);
    await sentry.fault({ path: "/oauth/token/", times: 20, kind: "status", status: 502, body });
    expect(await tool(worker, tokens.access_token)).toMatch(/^error: /);
    await expect(signIn(worker)).rejects.toThrow("temporarily_unavailable");
    await sentry.noFaults();
    expect(await tool(worker, tokens.access_token)).toContain("Ada Marlowe");
    expect((await refresh(worker, client, tokens.refresh_token)).status).toBe(200);
  });

  // rule: tokens/upstream-refusal-closes
  it("closes the grant where the fresh token is refused as well", async () => {
    const signedIn = await signInFor(LONG);
    const before = live().length;
    await sentry.fault({ path: "/api/0/", kind: "status", status: 401, times: 2 });
    expect(await tool(worker, signedIn.tokens.access_token)).toBe("401");
    expect(await sentry.renewals()).toHaveLength(1);
    await expectEnded(signedIn, before);
  });
});

describe("where Sentry says invalid_grant", () => {
  // rule: tokens/upstream-refusal-closes: `invalid_grant`, or a fresh token that is refused: the grant closes, 401 with
  //    the challenge
  it("to a renewal for a tool call, the grant closes and its line goes", async () => {
    const signedIn = await signInFor(LONG);
    const [before, other] = [live().length, await signInFor(LONG)];
    await sentry.expire(ADA);
    await sentry.fault({ path: "/oauth/token/", kind: "status", status: 400, body: ENDED });
    expect(await tool(worker, signedIn.tokens.access_token)).toBe("401");
    await expectEnded(signedIn, before + 1);
    expect(await tool(worker, other.tokens.access_token), "another session of the same person").toContain("Ada Marlowe");
  });

  // rule: tokens/upstream-refusal-closes
  it("to a renewal for a refresh, likewise", async () => {
    const signedIn = await signInFor(SOON);
    const before = live().length;
    await sentry.fault({ path: "/oauth/token/", kind: "status", status: 400, body: ENDED });
    expect(await outcome(await refresh(worker, signedIn.client, signedIn.tokens.refresh_token))).toBe("400 invalid_grant");
    await expectEnded(signedIn, before);
  });

  // rule: tokens/upstream-refusal-closes
  it("to one of 10 refreshes at once, all hear the same", async () => {
    const signedIn = await signInFor(SOON);
    const before = live().length;
    await sentry.fault({ path: "/oauth/token/", kind: "status", status: 400, body: ENDED, times: 20 });
    const outcomes = await many(10, async () => outcome(await refresh(worker, signedIn.client, signedIn.tokens.refresh_token)));
    expect(new Set(outcomes)).toEqual(new Set(["400 invalid_grant"]));
    await sentry.noFaults();
    await expectEnded(signedIn, before);
  });
});

const TROUBLE = [
  { kind: "status", status: 429, retryAfter: 1 },
  { kind: "status", status: 500 },
  { kind: "status", status: 503 },
  { kind: "status", status: 403 },
  { kind: "malformed" },
  { kind: "drop" },
] satisfies Omit<Fault, "path">[];

describe("while Sentry is in trouble, a refresh that is due", () => {
  // rule: tokens/upstream-trouble: Sentry's trouble closes nothing; a dead token is 503 and costs nothing
  it.each(TROUBLE)("succeeds with the old Sentry token as long as that lives (%j)", async (trouble) => {
    const { client, tokens } = await signInFor(SOON);
    await sentry.fault({ path: "/oauth/token/", times: 20, ...trouble });
    const second = await tokensOf(await refresh(worker, client, tokens.refresh_token));
    expect(await tool(worker, second.access_token)).toContain("Ada Marlowe");
    await sentry.noFaults();
    const third = await tokensOf(await refresh(worker, client, second.refresh_token));
    expect((await sentry.renewals()).at(-1)).toMatchObject({ status: 200 });
    expect(await tool(worker, third.access_token)).toContain("Ada Marlowe");
  });

  let dead: Awaited<ReturnType<typeof signInFor>>[];
  beforeAll(async () => {
    dead = [];
    for (const _ of TROUBLE) dead.push(await signInFor(1));
    await new Promise((resolve) => setTimeout(resolve, 2_100));
  });

  // rule: tokens/upstream-trouble
  it.each(TROUBLE.map((trouble, index) => [trouble, index] as const))("is 503 when that is dead, and costs nothing (%j)", async (trouble, index) => {
    const { client, tokens } = dead[index]!;
    await sentry.forget();
    await sentry.fault({ path: "/oauth/token/", times: 20, ...trouble });
    const row = () => rowOf(tokens);
    const before = row();
    const answers = await many(4, () => refresh(worker, client, tokens.refresh_token));
    for (const answer of answers) {
      expect(answer.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
      expect(await outcome(answer)).toBe("503 temporarily_unavailable");
    }
    expect(row(), "the row is as it was").toEqual(before);
    await sentry.noFaults();
    const next = await tokensOf(await refresh(worker, client, tokens.refresh_token));
    expect(await tool(worker, next.access_token)).toContain("Ada Marlowe");
  });
});
