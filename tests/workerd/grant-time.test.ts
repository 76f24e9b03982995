// What time does to a grant, and what a change of the server's keys does. Where seconds are not enough, the storage of a
// stopped worker is made older.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { startAgingWorker } from "../support/later.ts";
import { authorize, outcome, redeem, refresh, rpc, signIn, tokensOf } from "../support/oauth.ts";
import { age, alter, objectStates, temporaryFolder } from "../support/storage.ts";
import { soon } from "../support/wait.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

let sentry: DemoSentry;
beforeAll(async () => {
  sentry = await startDemoSentry();
});
afterAll(() => sentry?.stop());

const works = async (token: string, at: TestWorker) => (await rpc(at, token)).status;

describe("time", () => {
  // rule: tokens/lifetimes
  it("ends an access token, and the refresh token brings the next", async () => {
    await using hasty = await startWorker({ sentry: sentry.url, vars: { ACCESS_TOKEN_TTL: "1" } });
    const { client, tokens } = await signIn(hasty);
    expect(tokens.expires_in).toBe(1);
    await vi.waitUntil(async () => (await works(tokens.access_token, hasty)) === 401, { timeout: 10_000 });
    const second = await tokensOf(await refresh(hasty, client, tokens.refresh_token));
    expect(second.expires_in).toBe(1);
    expect(second.access_token).not.toBe(tokens.access_token);
  });

  // rule: tokens/lifetimes
  it("ends a refresh token, and an access token with it at the latest", async () => {
    await using hasty = await startWorker({ sentry: sentry.url, vars: { REFRESH_TOKEN_TTL: "2" } });
    const { client, tokens } = await signIn(hasty);
    expect(tokens.expires_in).toBeLessThanOrEqual(2);
    await vi.waitUntil(async () => (await works(tokens.access_token, hasty)) === 401, { timeout: 10_000 });
    expect(await outcome(await refresh(hasty, client, tokens.refresh_token))).toBe("400 invalid_grant");
  });
});

describe("later", () => {
  /** Acts at a worker, stops it, lets time pass, and starts it again over the same storage. */
  async function later<T>(
    seconds: number,
    act: (at: TestWorker) => Promise<T>,
    vars: Record<string, string> = {},
  ): Promise<AsyncDisposable & { worker: TestWorker; done: T; folder: string }> {
    const folder = temporaryFolder();
    const start = () => startWorker({ sentry: sentry.url, storage: folder.path, vars });
    const before = await start();
    const done = await act(before);
    await before.stop();
    age(folder.path, seconds);
    const after = await start();
    const dispose = async () => {
      await after.stop();
      folder[Symbol.dispose]();
    };
    return { worker: after, done, folder: folder.path, [Symbol.asyncDispose]: dispose };
  }
  const states = (folder: string, name: string) => objectStates(folder, name).flatMap((state) => Object.keys(state));

  // rule: tokens/code-lifetime
  it("than a minute, a code is no longer good", async () => {
    // Its worker has a quarter of the minute to stop and start again.
    await using minute = await later(45, authorize);
    expect((await redeem(minute.worker, minute.done)).status).toBe(200);
    await using more = await later(61, authorize);
    expect(await outcome(await redeem(more.worker, more.done))).toBe("400 invalid_grant");
  });

  // rule: tokens/grace-and-late-retries
  it("than a minute, a lost answer is fetched again, and written down", async () => {
    await using hour = await later(3500, async (at) => {
      const signedIn = await signIn(at);
      const lost = await tokensOf(await refresh(at, signedIn.client, signedIn.tokens.refresh_token));
      return { ...signedIn, lost };
    });
    const { client, tokens, lost } = hour.done;
    const again = await tokensOf(await refresh(hour.worker, client, tokens.refresh_token));
    expect(again.refresh_token).toBe(lost.refresh_token);
    expect((await hour.worker.flushedLogs()).some(({ message }) => message.includes("late_retry"))).toBe(true);
  });

  // rule: tokens/grace-and-late-retries
  it("than a minute, a lost answer is lost where REFRESH_REUSE is close", async () => {
    const loses = async (at: TestWorker) => {
      const signedIn = await signIn(at);
      return { ...signedIn, lost: await tokensOf(await refresh(at, signedIn.client, signedIn.tokens.refresh_token)) };
    };
    await using hour = await later(3500, loses, { REFRESH_REUSE: "close" });
    const { client, tokens, lost } = hour.done;
    expect(await outcome(await refresh(hour.worker, client, tokens.refresh_token))).toBe("400 invalid_grant");
    expect(await works(lost.access_token, hour.worker)).toBe(401);
  });

  // rule: tokens/lifetimes
  it("than thirty days, an idle session is over; one that was used slides", async () => {
    const days = (count: number) => count * 86_400;
    await using month = await later(days(29), signIn);
    expect((await refresh(month.worker, month.done.client, month.done.tokens.refresh_token)).status).toBe(200);
    await using more = await later(days(31), signIn);
    expect(await outcome(await refresh(more.worker, more.done.client, more.done.tokens.refresh_token))).toBe("400 invalid_grant");
  });

  // rule: tokens/alarms
  it("an alarm closes a code that was never redeemed and takes its line out of the account", async () => {
    await using more = await later(61, authorize);
    await soon(() => expect(states(more.folder, "GrantObject")).toEqual(["closed"]));
    // Its id stays taken while the approval behind it could still be replayed.
    await soon(() => expect(objectStates(more.folder, "AccountObject")).toEqual([]));
  });

  // rule: tokens/alarms
  it("an alarm deletes a grant that ended, and all that was known of it", async () => {
    await using more = await later(91 * 86_400, signIn);
    await soon(() => expect(states(more.folder, "GrantObject")).toEqual([]));
    expect(objectStates(more.folder, "AccountObject")).toEqual([]);
    expect(await outcome(await refresh(more.worker, more.done.client, more.done.tokens.refresh_token))).toBe("400 invalid_grant");
  });

  // rule: tokens/alarms
  it("than an alarm that met trouble by a minute, it comes again", async () => {
    await using aging = await startAgingWorker({ sentry: sentry.url });
    await signIn(aging.worker);
    const rename = (from: string, to: string) => alter(aging.folder, "AccountObject", `ALTER TABLE lines RENAME COLUMN ${from} TO ${to}`);
    const broken = await aging.wait(91 * 86_400, () => rename("id", "unknown"));
    const log = async () => (await broken.flushedLogs()).map(({ message }) => message).join();
    await soon(async () => expect(await log()).toContain("the account did not answer"));
    expect(states(aging.folder, "GrantObject"), "nothing is forgotten that still stands in a list").toEqual(["closed"]);
    await aging.wait(61, () => rename("unknown", "id"));
    await soon(() => expect(states(aging.folder, "GrantObject")).toEqual([]));
    expect(objectStates(aging.folder, "AccountObject")).toEqual([]);
  });

  // rule: tokens/alarms
  it("an alarm that comes early leaves a live session alone", async () => {
    await using more = await later(600, signIn);
    const { client, tokens } = more.done;
    expect(await works(tokens.access_token, more.worker)).toBe(200);
    expect((await refresh(more.worker, client, tokens.refresh_token)).status).toBe(200);
    expect(states(more.folder, "GrantObject")).toEqual(["active"]);
    await soon(() => expect(objectStates(more.folder, "AccountObject")).toHaveLength(1));
  });
});

describe("after a rotation of COOKIE_SECRET", () => {
  const [older, newer] = ["an-older-value-of-at-least-32-bytes!", "a-newer-value-of-at-least-32-bytes!!"];

  // rule: tokens/key-rotation
  it("sessions live while the old value is listed, and longer once they were refreshed", async () => {
    using folder = temporaryFolder();
    const start = (COOKIE_SECRET: string) => startWorker({ sentry: sentry.url, storage: folder.path, vars: { COOKIE_SECRET } });
    const before = await start(older);
    const { client, tokens } = await signIn(before);
    const idle = await signIn(before);
    await before.stop();

    const during = await start(`${newer},${older}`);
    expect(await works(tokens.access_token, during)).toBe(200);
    const moved = await tokensOf(await refresh(during, client, tokens.refresh_token));
    await during.stop();

    await using after = await start(newer);
    expect(await works(moved.access_token, after)).toBe(200);
    expect((await refresh(after, client, moved.refresh_token)).status).toBe(200);
    expect(await works(idle.tokens.access_token, after)).toBe(401);
    expect(await outcome(await refresh(after, idle.client, idle.tokens.refresh_token))).toBe("400 invalid_grant");
  });
});
