// A Sentry that is asked for a renewal and says nothing, and an answer of Sentry that is lost.
import { fetch as plainFetch } from "miniflare";
import type { Request, Response as MiniflareResponse } from "miniflare";
import { afterEach, expect, it, vi } from "vitest";
import type { DemoSentry } from "../support/demo-sentry.ts";
import { startAgingWorker } from "../support/later.ts";
import { outcome, refresh, rpc, signIn, tokensOf, tool } from "../support/oauth.ts";
import { many, withSentry } from "../support/site.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

/** Less than an access token of ours lasts, so that a refresh renews Sentry's token first. */
const SOON = 600;
const LONG = 30 * 86_400;

let sentry: DemoSentry;
withSentry((started) => void (sentry = started));

/** What Sentry does with a renewal: answers, waits first, or answers where nobody hears it. */
let renewal: "answered" | "waiting" | "lost" = "answered";
const waiting: (() => void)[] = [];
const release = () => waiting.splice(0).forEach((go) => go());
afterEach(() => {
  renewal = "answered";
  release();
});

async function outgoing(request: Request): Promise<MiniflareResponse | undefined> {
  if (!request.url.endsWith("/oauth/token/") || renewal === "answered") return undefined;
  const wait = new Promise<void>((resolve) => waiting.push(resolve));
  if (renewal === "waiting") {
    await wait;
    return undefined;
  }
  const answer = await plainFetch(request);
  await wait;
  return answer;
}

async function signInFor(seconds: number, at: TestWorker) {
  await sentry.setExpiresIn(seconds);
  const signedIn = await signIn(at);
  await sentry.setExpiresIn(LONG);
  return signedIn;
}

async function timed<T>(run: () => Promise<T>): Promise<[T, number]> {
  const began = performance.now();
  return [await run(), performance.now() - began];
}

// rule: tokens/upstream-silent: a request waits 6 s for Sentry at most, and in the 10 s after that nobody does; what comes late is kept
it("holds a refresh and a call for 6 s, the next ones not at all, and what it says late is kept", async () => {
  await using worker = await startWorker({ sentry: sentry.url, outgoing });
  const [live, dead, refused] = [await signInFor(SOON, worker), await signInFor(1, worker), await signInFor(LONG, worker)];
  const whoami = (token: string) => tool(worker, token);
  await new Promise((resolve) => setTimeout(resolve, 2_100));
  // One of the three: all are of the same person, and the others are not used at Sentry.
  const refuse = { path: "/api/0/", kind: "status", status: 401, times: 1 } as const;
  await sentry.fault(refuse);
  renewal = "waiting";
  const first = await Promise.all([
    timed(async () => tokensOf(await refresh(worker, live.client, live.tokens.refresh_token))),
    timed(() => refresh(worker, dead.client, dead.tokens.refresh_token)),
    timed(() => whoami(refused.tokens.access_token)),
  ]);
  for (const [, took] of first) {
    expect(took).toBeGreaterThan(5_900);
    expect(took, "not as long as Sentry takes").toBeLessThan(20_000);
  }
  const [[second], [answer], [text]] = first;
  expect([answer.headers.get("retry-after"), await outcome(answer)]).toEqual(["5", "503 temporarily_unavailable"]);
  expect(text).toMatch(/^error: /);
  expect(waiting).toHaveLength(3);

  // Nobody waits again, and the token that is there serves.
  await sentry.fault(refuse);
  const next = await Promise.all([
    timed(async () => tokensOf(await refresh(worker, live.client, second.refresh_token))),
    timed(() => refresh(worker, dead.client, dead.tokens.refresh_token)),
    timed(() => whoami(refused.tokens.access_token)),
  ]);
  for (const [, took] of next) expect(took).toBeLessThan(5_000);
  expect(await outcome(next[1][0])).toBe("503 temporarily_unavailable");
  expect(next[2][0]).toMatch(/^error: /);
  expect(await whoami(next[0][0].access_token)).toContain("Ada Marlowe");
  expect(waiting, "no second call with what is good once").toHaveLength(3);

  renewal = "answered";
  release();
  await vi.waitUntil(async () => (await sentry.renewals()).filter(({ status }) => status === 200).length === 3, { timeout: 10_000 });
  await vi.waitUntil(async () => (await refresh(worker, dead.client, dead.tokens.refresh_token)).status === 200, { timeout: 10_000 });
  await tokensOf(await refresh(worker, live.client, next[0][0].refresh_token));
  expect(await whoami(refused.tokens.access_token)).toContain("Ada Marlowe");
  expect(await sentry.renewals(), "all three were kept").toHaveLength(3);
});

// rule: tokens/upstream-answer-lost: an answer of Sentry that is lost costs nobody a sign-in while its token lives, and then the
//    client hears why
it("is lost in a crash: what is there serves until it ends, and then the client hears why", async () => {
  await using aging = await startAgingWorker({ sentry: sentry.url, outgoing });
  const [one, other] = [await signInFor(SOON, aging.worker), await signInFor(SOON, aging.worker)];
  renewal = "lost";
  const hanging = many(2, async (index) => refresh(aging.worker, [one, other][index]!.client, [one, other][index]!.tokens.refresh_token).catch(() => {}));
  await vi.waitUntil(async () => waiting.length === 2 && (await sentry.renewals()).length >= 2, { timeout: 20_000 });
  const worker = await aging.wait(1);
  await hanging;
  renewal = "answered";
  release();
  const before = (await sentry.renewals()).length;
  const second = await tokensOf(await refresh(worker, one.client, one.tokens.refresh_token));
  const third = await tokensOf(await refresh(worker, one.client, second.refresh_token));
  expect((await sentry.renewals()).length - before, "asked once more, and not again").toBe(1);

  // Sentry has taken the other one's token back: it has ended for a call.
  const call = await rpc(worker, other.tokens.access_token, { method: "tools/call", params: { name: "whoami" } });
  expect([call.status, call.headers.get("www-authenticate")]).toEqual([401, expect.stringContaining("the sign-in upstream, on which")]);
  const later = await aging.wait(SOON);
  const answer = await refresh(later, one.client, third.refresh_token);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toEqual({
    error: "invalid_grant",
    error_description: "the upstream's answer to a renewal was lost: sign in again",
  });
  const closed = [...(await later.flushedLogs())].filter(({ message }) => /"event":"closed".*was lost|was lost.*"event":"closed"/.test(message));
  expect(closed, "the log says why").toHaveLength(1);
});
