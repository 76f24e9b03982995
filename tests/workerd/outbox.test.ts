// What becomes of a sign-in, and of its end, whose messages are lost on the way.
import { basename } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openAccount } from "../support/account.ts";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { startAgingWorker } from "../support/later.ts";
import { authorizationUrl, authorize, grantOf, outcome, pkce, redeem, register, revoke, rpc, signIn, tokensOf } from "../support/oauth.ts";
import { Person } from "../support/person.ts";
import { accountsIn, alter, databases, objectStates, tables } from "../support/storage.ts";
import { soon } from "../support/wait.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

let sentry: DemoSentry;
beforeAll(async () => {
  sentry = await startDemoSentry();
});
afterAll(() => sentry?.stop());

const listed = (folder: string) => accountsIn(folder).flat().map(({ grant }) => grant);
/** The account of everybody answers with an error, or answers again. */
const breakAccounts = (folder: string) => () => alter(folder, "AccountObject", "ALTER TABLE lines RENAME COLUMN id TO unknown");
const mendAccounts = (folder: string) => () => alter(folder, "AccountObject", "ALTER TABLE lines RENAME COLUMN unknown TO id");

describe("while the account does not answer", { timeout: 60_000 }, () => {
  // rule: tokens/news-until-acknowledged
  it("a sign-in succeeds, and its connection is listed when the account answers again", async () => {
    await using aging = await startAgingWorker({ sentry: sentry.url });
    const { client, tokens: first } = await signIn(aging.worker);
    await soon(() => expect(listed(aging.folder)).toHaveLength(1));
    const broken = await aging.wait(1, breakAccounts(aging.folder));
    const { tokens } = await signIn(broken, { client });
    expect((await rpc(broken, tokens.access_token)).status).toBe(200);
    await soon(async () => expect((await broken.flushedLogs()).map(({ message }) => message).join()).toContain("the account did not answer"));

    const at = await aging.wait(61, mendAccounts(aging.folder));
    const grants = [first, tokens].map(({ access_token }) => grantOf(access_token)).sort();
    await soon(() => expect(listed(aging.folder).sort()).toEqual(grants));
    expect((await openAccount(at)).grants.sort()).toEqual(grants);
  });

  // rule: tokens/news-until-acknowledged
  it("what ended leaves the list when the account answers again, and then nothing is left of it", async () => {
    await using aging = await startAgingWorker({ sentry: sentry.url });
    const { client, tokens } = await signIn(aging.worker);
    await soon(() => expect(listed(aging.folder)).toHaveLength(1));
    const broken = await aging.wait(601, breakAccounts(aging.folder));
    expect((await revoke(broken, client, tokens.refresh_token)).status).toBe(200);
    expect((await rpc(broken, tokens.access_token)).status).toBe(401);
    await soon(async () => expect((await broken.flushedLogs()).map(({ message }) => message).join()).toContain("the account did not answer"));
    expect(objectStates(aging.folder, "GrantObject").map((state) => Object.keys(state)[0])).toEqual(["closed"]);

    await aging.wait(61, mendAccounts(aging.folder));
    await soon(() => expect(objectStates(aging.folder, "GrantObject")).toEqual([]));
    expect(listed(aging.folder)).toEqual([]);
    // That it has ended is remembered for an hour, lest what it said before comes late; with the history of 90 days the
    // account is empty.
    expect(tables(aging.folder, "AccountObject")).toContain("ended");
    await aging.wait(91 * 86_400);
    await aging.wait(3700);
    await soon(() => expect(tables(aging.folder, "AccountObject")).toEqual([]));
  });
});

/** Ids of the grants that live, as their objects' files are named, and of those that are listed. */
function living(folder: string): string[] {
  const live = databases(folder, "GrantObject").filter((path) => ["pending", "active"].includes(Object.keys(stateOf(path))[0]!));
  return live.map((path) => basename(path, ".sqlite")).sort();
}
function stateOf(path: string): object {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const table = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'state'").get();
    return table ? (JSON.parse(database.prepare("SELECT json FROM state").get()!.json as string) as object) : {};
  } finally {
    database.close();
  }
}

// rule: tokens/no-line-without-grant
it("a worker that is killed right after its answers leaves neither a grant without a line nor a line without a grant", { timeout: 120_000 }, async () => {
  await using aging = await startAgingWorker({ sentry: sentry.url });
  const client = await register(aging.worker);
  for (let round = 0; round < 6; round++) {
    // Stopping is SIGKILL, and nothing is waited for: what follows the last answer may or may not have begun.
    if (round % 3 === 0) await authorize(aging.worker, { client });
    else {
      const { tokens } = await signIn(aging.worker, { client });
      if (round % 3 === 2) await revoke(aging.worker, client, tokens.refresh_token);
    }
    await aging.wait(1);
  }
  await aging.wait(700);
  await soon(() => {
    const live = living(aging.folder);
    expect(live).toHaveLength(2);
    expect(listed(aging.folder).map((grant) => Buffer.from(grant, "base64url").toString("hex")).sort()).toEqual(live);
  });
});

describe("a return from Sentry whose answer was lost", () => {
  /** At Sentry's return; `again` loads it once more as if the first answer had never come. */
  async function returning(worker: TestWorker) {
    const [client, person, proof] = [await register(worker), new Person(), pkce()];
    const form = await person.consent(authorizationUrl(worker, client, { code_challenge: proof.challenge }));
    if (form instanceof URL) throw new Error(`answered at once: ${form}`);
    const leaving = await person.decide(form);
    const back = await person.atSentry(leaving);
    const kept = new Map(person.cookies.get(worker.url.host)!);
    const load = (url = back) => {
      person.cookies.set(worker.url.host, new Map(kept));
      return person.request(url);
    };
    const redeemed = (callback: URL) => redeem(worker, { client, verifier: proof.verifier, callback, code: callback.searchParams.get("code")! });
    return { person, leaving, back, load, redeemed };
  }
  const location = (response: Response) => new URL(response.headers.get("location")!);

  // rule: tokens/open-again
  it("is answered again with the same code, which is good once", async () => {
    await using worker = await startWorker({ sentry: sentry.url });
    const { load, redeemed } = await returning(worker);
    const lost = location(await load());
    const found = location(await load());
    expect(found.searchParams.get("code")).toMatch(/^smcp_c_/);
    expect(found.href).toBe(lost.href);
    const tokens = await tokensOf(await redeemed(found));
    expect((await rpc(worker, tokens.access_token)).status).toBe(200);

    const late = await load();
    expect(late.status, "it was finished").toBe(400);
    expect(await late.text()).toContain("finished");
    expect((await rpc(worker, tokens.access_token)).status, "asking changes nothing").toBe(200);
    expect(await outcome(await redeemed(lost))).toBe("400 invalid_grant");
  });

  // rule: tokens/open-again
  it("brings nobody a code with another code of Sentry, or without the browser's cookie", async () => {
    await using worker = await startWorker({ sentry: sentry.url });
    const { person, leaving, back, load } = await returning(worker);
    const other = await person.atSentry(leaving, { user: "1002" });
    expect((await load()).status).toBe(302);
    expect((await load(other)).status, "somebody else's").toBe(400);
    const madeUp = new URL(back);
    madeUp.searchParams.set("code", "made-up");
    expect((await load(madeUp)).status).toBe(400);
    expect((await new Person().request(back)).status, "another browser").toBe(400);
  });
});
