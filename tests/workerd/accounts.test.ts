// A person's list of grants: complete, without the ended, at most 20 of one client, and what a marked grant means there.
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import type { DemoSentry } from "../support/demo-sentry.ts";
import { startAgingWorker } from "../support/later.ts";
import {
  type Registered,
  type Tokens,
  type Wishes,
  authorize,
  grantOf,
  outcome,
  redeem,
  refresh,
  register,
  revoke,
  rpc,
  signIn,
  tokensOf,
} from "../support/oauth.ts";
import { Person } from "../support/person.ts";
import { many, withStoredSite } from "../support/site.ts";
import { type TemporaryFolder, accountsIn, databases, temporaryFolder } from "../support/storage.ts";
import { soon } from "../support/wait.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

const BO = { user: "1002" };

let sentry: DemoSentry;
let folder: TemporaryFolder;
let worker: TestWorker;
withStoredSite((site) => ({ sentry, worker, folder } = site));

/** All lines of a client, whoever's they are. */
const linesOf = (client: Registered, at = folder.path) =>
  accountsIn(at).flat().filter((line) => line.client_id === client.client_id);
const works = async ({ access_token }: Tokens, at = worker) => (await rpc(at, access_token)).status;

describe("a person's list", () => {
  // rule: tokens/account-list: the account's list: complete, without the ended, one person's
  it("names each grant by what its tokens carry", async () => {
    const client = await register(worker);
    const signedIn = [await signIn(worker, { client }), await signIn(worker, { client })];
    const grants = signedIn.map(({ tokens }) => grantOf(tokens.access_token));
    await soon(() => expect(linesOf(client).map(({ grant }) => grant).sort()).toEqual(grants.sort()));
  });

  // rule: tokens/account-list
  it("is complete after 10 sign-ins at once, of as many browsers or of one", async () => {
    const client = await register(worker);
    const one = new Person();
    const apart = await many(10, () => signIn(worker, { client }));
    // One browser keeps four flows open at once, which is a limit of cookies and not of lists; it has been here before.
    const together = [await signIn(worker, { client, person: one })];
    for (let round = 0; round < 2; round++) together.push(...(await many(3, () => signIn(worker, { client, person: one }))));
    const grants = [...apart, ...together].map(({ tokens }) => grantOf(tokens.access_token));
    expect(new Set(grants).size).toBe(17);
    await soon(() => expect(new Set(linesOf(client).map(({ grant }) => grant))).toEqual(new Set(grants)));
    for (const { tokens } of apart) expect(await works(tokens)).toBe(200);
  });

  // rule: tokens/account-list
  it("is nobody else's", async () => {
    const client = await register(worker);
    const [ada, bo] = await Promise.all([
      many(4, () => signIn(worker, { client })),
      many(4, () => signIn(worker, { client, choices: BO })),
    ]);
    const expected = [ada, bo].map((all) => all.map(({ tokens }) => grantOf(tokens.access_token)).sort());
    await soon(() => {
      const accounts = accountsIn(folder.path)
        .map((lines) => lines.filter((line) => line.client_id === client.client_id).map(({ grant }) => grant).sort())
        .filter((grants) => grants.length > 0);
      expect(accounts.sort()).toEqual(expected.sort());
    });
  });

  // rule: tokens/account-list
  it.each<[string, (signedIn: Awaited<ReturnType<typeof signIn>>) => Promise<unknown>]>([
    ["revoked with its refresh token", ({ client, tokens }) => revoke(worker, client, tokens.refresh_token)],
    ["ended by a replay of its code", (authorized) => redeem(worker, authorized)],
  ])("loses the line of a grant that is %s, and no other", async (_, end) => {
    const client = await register(worker);
    const [one, two] = [await signIn(worker, { client }), await signIn(worker, { client })];
    await end(one);
    expect(await works(one.tokens)).toBe(401);
    await soon(() => expect(linesOf(client).map(({ grant }) => grant)).toEqual([grantOf(two.tokens.access_token)]));
    expect(await works(two.tokens)).toBe(200);
  });

  // rule: tokens/account-list
  it("loses the line of a code that is closed by wrong tries", async () => {
    const authorized = await authorize(worker);
    await soon(() => expect(linesOf(authorized.client)).toHaveLength(1));
    for (let tries = 0; tries < 5; tries++) await redeem(worker, { ...authorized, verifier: "w".repeat(43) });
    await soon(() => expect(linesOf(authorized.client)).toEqual([]));
  });

  it("keeps the line of a grant that lost one access token", async () => {
    const { client, tokens } = await signIn(worker);
    await revoke(worker, client, tokens.access_token);
    expect(await works(tokens)).toBe(401);
    await soon(() => expect(linesOf(client)).toHaveLength(1));
    expect((await refresh(worker, client, tokens.refresh_token)).status).toBe(200);
  });

  // rule: tokens/account-list
  it("where REFRESH_REUSE is close, loses the line of a grant that an old token ended", async () => {
    using own = temporaryFolder();
    await using strict = await startWorker({ sentry: sentry.url, storage: own.path, vars: { REFRESH_REUSE: "close" } });
    const { client, tokens } = await signIn(strict);
    const second = await tokensOf(await refresh(strict, client, tokens.refresh_token));
    await tokensOf(await refresh(strict, client, second.refresh_token));
    await soon(() => expect(linesOf(client, own.path)).toHaveLength(1));
    expect(await outcome(await refresh(strict, client, tokens.refresh_token))).toBe("400 invalid_grant");
    await soon(() => expect(linesOf(client, own.path)).toEqual([]));
  });
});

describe("beyond 20 sessions of one person and client", () => {
  // rule: tokens/twenty-grants-at-most
  it("the one that was not used for longest closes, and no other", async () => {
    await using aging = await startAgingWorker({ sentry: sentry.url });
    let at = aging.worker;
    const client = await register(at);
    const other = await signIn(at);
    const bo = await signIn(at, { client, choices: BO });
    const sessions = await many(20, () => signIn(at, { client }));
    await soon(() => expect(linesOf(client, aging.folder)).toHaveLength(21));
    const opened = linesOf(client, aging.folder).map(({ grant }) => grant);
    const inOrder = opened.flatMap((grant) => sessions.filter(({ tokens }) => grantOf(tokens.access_token) === grant));
    expect(inOrder).toHaveLength(20);

    at = await aging.wait(2 * 86_400);
    // All but the third are used; the first of them only now and then.
    const kept = inOrder.filter((_, index) => index !== 2);
    const refreshed = [];
    for (const { tokens } of kept) refreshed.push(await tokensOf(await refresh(at, client, tokens.refresh_token)));
    const unused = inOrder[2]!;
    await soon(() => {
      const lines = linesOf(client, aging.folder);
      const oldest = Math.min(...lines.map(({ used_at }) => used_at));
      expect(lines.filter(({ used_at }) => used_at < oldest + 86_400).map(({ grant }) => grant).sort()).toEqual(
        [grantOf(unused.tokens.access_token), grantOf(bo.tokens.access_token)].sort(),
      );
    });

    const newest = await signIn(at, { client });
    expect(await works(newest.tokens, at)).toBe(200);
    await soon(async () => expect(await works(unused.tokens, at)).toBe(401));
    expect(await outcome(await refresh(at, client, unused.tokens.refresh_token))).toBe("400 invalid_grant");
    for (const tokens of refreshed) expect(await works(tokens, at)).toBe(200);
    for (const [owner, tokens] of [[client, bo.tokens], [other.client, other.tokens]] as const) {
      expect((await refresh(at, owner, tokens.refresh_token)).status).toBe(200);
    }
    await soon(() => expect(linesOf(client, aging.folder)).toHaveLength(21));
  });

  // rule: tokens/twenty-grants-at-most
  it("30 at once leave 20 that work, and those are the ones in the list", async () => {
    const client = await register(worker);
    // A code may have made room before it was redeemed: all of these are of the same second.
    const sessions = await many(30, async () => {
      const authorized = await authorize(worker, { client });
      const answer = await redeem(worker, authorized);
      return answer.status === 200 ? tokensOf(answer) : undefined;
    });
    await soon(() => expect(linesOf(client)).toHaveLength(20));
    const alive = [];
    for (const tokens of sessions) if (tokens && (await works(tokens)) === 200) alive.push(grantOf(tokens.access_token));
    expect(alive.sort()).toEqual(linesOf(client).map(({ grant }) => grant).sort());
  });
});

describe("a session whose old refresh token was used", () => {
  /** Refreshed twice, then the first refresh token once more. */
  async function marked(at: TestWorker, options: Wishes, path = "/mcp"): Promise<Tokens> {
    const { client, tokens } = await signIn(at, options);
    const second = await tokensOf(await refresh(at, client, tokens.refresh_token));
    const third = await tokensOf(await refresh(at, client, second.refresh_token));
    expect(await outcome(await refresh(at, client, tokens.refresh_token))).toBe("400 invalid_grant");
    expect((await rpc(at, third.access_token, { path })).status, "it fails alone").toBe(200);
    const grant = grantOf(third.access_token);
    await soon(() => expect(linesOf(client).find((line) => line.grant === grant)).toMatchObject({ marked: true }));
    return third;
  }

  // rule: tokens/mark-closes-at-sign-in
  it("closes when the same person signs in again with the same client and resource, and it alone", async () => {
    const client = await register(worker);
    const path = "/mcp/lighthouse-books";
    const narrow = { parameters: { resource: `${worker.origin}${path}` } };
    const suspect = await marked(worker, { client });
    const bystanders = [
      (await signIn(worker, { client, ...narrow })).tokens,
      await marked(worker, { client, ...narrow }, path),
      await marked(worker, { client, choices: BO }),
      await marked(worker, {}),
    ];
    expect(await works(suspect), "nothing so far concerned it").toBe(200);

    const { tokens } = await signIn(worker, { client });
    // By the new one's object, after its answer.
    await soon(async () => expect(await works(suspect)).toBe(401));
    expect(await outcome(await refresh(worker, client, suspect.refresh_token))).toBe("400 invalid_grant");
    expect(await works(tokens)).toBe(200);
    const statuses = [];
    for (const [index, { access_token }] of bystanders.entries()) {
      statuses.push((await rpc(worker, access_token, { path: index < 2 ? path : "/mcp" })).status);
    }
    expect(statuses).toEqual([200, 200, 200, 200]);
    await soon(() => expect(linesOf(client).map(({ grant }) => grant)).not.toContain(grantOf(suspect.access_token)));
    expect(linesOf(client)).toHaveLength(4);
  });

  // rule: tokens/mark-closes-at-sign-in
  it("lives when somebody only begins to sign in, or is denied", async () => {
    const client = await register(worker);
    const suspect = await marked(worker, { client });
    await expect(authorize(worker, { client, choices: { deny: "sentry" } })).rejects.toThrow("access_denied");
    await expect(authorize(worker, { client, choices: { deny: "here" } })).rejects.toThrow("access_denied");
    expect(await works(suspect)).toBe(200);
  });

  // rule: tokens/mark-closes-at-sign-in
  it("is not marked by what was never a token of it, or comes from another client", async () => {
    const { client, tokens } = await signIn(worker);
    const [second, stranger] = [await tokensOf(await refresh(worker, client, tokens.refresh_token)), await register(worker)];
    await tokensOf(await refresh(worker, client, second.refresh_token));
    const forged = tokens.refresh_token.replace(/.{8}$/, "AAAAAAAA");
    expect(await outcome(await refresh(worker, client, forged))).toBe("400 invalid_grant");
    expect(await outcome(await refresh(worker, stranger, tokens.refresh_token))).toBe("400 invalid_grant");
    const again = await signIn(worker, { client });
    await soon(() => expect(linesOf(client)).toHaveLength(2));
    expect(linesOf(client).some(({ marked: mark }) => mark)).toBe(false);
    expect(await works(again.tokens)).toBe(200);
    expect(await works(second)).toBe(200);
  });
});

// rule: tokens/use-noted-daily: use of a session is noted once a day
it("the use of a session is noted once a day", async () => {
  await using aging = await startAgingWorker({ sentry: sentry.url });
  const { client, tokens } = await signIn(aging.worker);
  await soon(() => expect(linesOf(client, aging.folder)).toHaveLength(1));
  const usedAt = () => linesOf(client, aging.folder)[0]!.used_at;
  const at = await aging.wait(86_400);
  const before = usedAt();
  const second = await tokensOf(await refresh(at, client, tokens.refresh_token));
  await soon(() => expect(usedAt()).toBeGreaterThan(before + 86_000));
  const noted = usedAt();
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  await tokensOf(await refresh(at, client, second.refresh_token));
  await at.flushedLogs();
  expect(usedAt()).toBe(noted);
});

describe("a line", () => {
  it("says what was allowed to whom, and what is known of it since", async () => {
    const client = await register(worker, { client_name: "An editor" });
    const { tokens } = await signIn(worker, { client, choices: { skills: ["inspect", "triage"] } });
    const line = { grant: grantOf(tokens.access_token), name: "An editor", skills: ["inspect", "triage"], scope: ["event:write", "org:read"] };
    await soon(() => expect(linesOf(client)).toMatchObject([line]));
  });

  // rule: apps/marks-reach-list: marks and late retries reach the list
  it("counts answers that were fetched again late", async () => {
    await using aging = await startAgingWorker({ sentry: sentry.url });
    const { client, tokens } = await signIn(aging.worker);
    await tokensOf(await refresh(aging.worker, client, tokens.refresh_token));
    await soon(() => expect(linesOf(client, aging.folder)).toEqual([expect.not.objectContaining({ late: expect.anything() })]));
    for (const count of [1, 2]) {
      const at = await aging.wait(120);
      await tokensOf(await refresh(at, client, tokens.refresh_token));
      await soon(() => expect(linesOf(client, aging.folder)[0]!.late).toBe(count));
    }
  });
});

// rule: apps/rows-of-version-before
it("a list of the version before, all of it in one row, is read and goes on", async () => {
  await using aging = await startAgingWorker({ sentry: sentry.url });
  const client = await register(aging.worker);
  const signedIn = [await signIn(aging.worker, { client }), await signIn(aging.worker, { client })];
  await soon(() => expect(linesOf(client, aging.folder)).toHaveLength(2));
  const at = await aging.wait(1, () => {
    const [path] = databases(aging.folder, "AccountObject").filter((path) => new DatabaseSync(path).prepare("SELECT 1 FROM sqlite_master WHERE name = 'lines'").get());
    const database = new DatabaseSync(path!);
    const grants = database.prepare("SELECT json FROM lines").all().map(({ json }) => {
      const { grant, client_id, resource, opened_at, used_at } = JSON.parse(json as string) as Record<string, unknown>;
      return { grant, client_id, resource, opened_at, used_at };
    });
    expect(grants).toHaveLength(2);
    database.exec("DROP TABLE lines; CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), json TEXT NOT NULL)");
    database.prepare("INSERT INTO state (id, json) VALUES (1, ?)").run(JSON.stringify({ grants }));
    database.close();
  });
  signedIn.push(await signIn(at, { client }));
  const grants = signedIn.map(({ tokens }) => grantOf(tokens.access_token));
  await soon(() => expect(linesOf(client, aging.folder).map(({ grant }) => grant).sort()).toEqual(grants.sort()));
  await revoke(at, client, signedIn[0]!.tokens.refresh_token);
  await soon(() => expect(linesOf(client, aging.folder)).toHaveLength(2));
});
