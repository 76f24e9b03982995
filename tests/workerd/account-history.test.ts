// What happened to a person's connections: the page, the file, and deleting all of it.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AccountPage, accountUrl, openAccount, press, pressed } from "../support/account.ts";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { startAgingWorker } from "../support/later.ts";
import { authorizationUrl, authorize, outcome, redeem, refresh, register, rpc, signIn, tokensOf } from "../support/oauth.ts";
import { Person } from "../support/person.ts";
import { accountsIn, alter, eventsIn, objectStates, tables, temporaryFolder } from "../support/storage.ts";
import { soon } from "../support/wait.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

const BO = { user: "1002" };
const CHANGING = { choices: { skills: ["inspect", "triage"] } };

let sentry: DemoSentry;
beforeAll(async () => void (sentry = await startDemoSentry()));
afterAll(() => sentry?.stop());

interface Event {
  at: number;
  time: string;
  id: string;
  event: string;
  grant: string;
  client_id?: string;
  name?: string;
  skills?: string[];
  resource?: string;
  why?: string;
  tool?: string;
  on?: string;
  values?: [string, string | null, string | null][];
}

interface History {
  person: string;
  kept_for_days: number;
  events: Event[];
  older: string | null;
}

const grantOf = (token: string) => token.split(".")[0]!.replace(/^smcp_[a-z]_/, "");

/** Nobody else's tests change this one's history. */
async function alone<T>(run: (at: TestWorker, folder: string) => Promise<T>): Promise<T> {
  using folder = temporaryFolder();
  await using at = await startWorker({ sentry: sentry.url, storage: folder.path });
  return await run(at, folder.path);
}

async function history(at: TestWorker, person: Person, query = ""): Promise<History> {
  const response = await person.request(accountUrl(at, `/history.json${query}`));
  expect(response.status).toBe(200);
  return (await response.json()) as History;
}

/** Until what is written after an answer is there. */
async function eventually(at: TestWorker, person: Person, kinds: string[]): Promise<Event[]> {
  return soon(async () => {
    const { events } = await history(at, person);
    expect(events.map(({ event }) => event).sort()).toEqual([...kinds].sort());
    return events;
  });
}

async function page(at: TestWorker, person: Person, query = ""): Promise<string> {
  const response = await person.request(accountUrl(at, `/history${query}`));
  expect(response.status).toBe(200);
  return await response.text();
}

async function change(at: TestWorker, token: string): Promise<void> {
  const issue = { organizationSlug: "lighthouse-books", issueId: "CHECKOUT-1", status: "resolved", reason: "NOT FOR THE RECORD" };
  const response = await rpc(at, token, { method: "tools/call", params: { name: "update_issue", arguments: issue } });
  expect(await response.text()).not.toContain("isError");
}

describe("the history", () => {
  // rule: apps/history: a person's history says what happened to each connection: asked, allowed, opened, used, what
  //    tools changed, narrowed, revoked, copied keys, ended; on the page and as JSON
  it("tells a connection's life, on the page and in the file", async () => {
    await alone(async (at) => {
      const client = await register(at, { client_name: "A <i>hostile</i> editor" });
      const { tokens } = await signIn(at, { client, choices: { skills: ["inspect", "triage"] } });
      const grant = grantOf(tokens.access_token);
      await change(at, tokens.access_token);
      const person = new Person();
      const list = await openAccount(at, person);
      await eventually(at, person, ["shown", "allowed", "opened", "changed"]);
      await pressed(at, person, list, { grant, skill: "inspect" });
      await pressed(at, person, list, { grant });
      const events = await eventually(at, person, ["shown", "allowed", "opened", "changed", "narrowed", "revoked"]);
      for (const event of events) {
        expect(event).toMatchObject({ grant, client_id: client.client_id, name: "A <i>hostile</i> editor" });
        expect(event.time).toBe(new Date(event.at * 1000).toISOString().replace(".000", ""));
      }
      const of = (kind: string) => events.find(({ event }) => event === kind)!;
      expect(of("allowed")).toMatchObject({ skills: ["inspect", "triage"], resource: "/mcp" });
      expect(of("changed")).toMatchObject({ tool: "update_issue", on: "lighthouse-books/CHECKOUT-1" });
      expect(of("changed").values).toEqual([["status", expect.stringMatching(/^unresolved/), "resolved"], ["note", null, null]]);
      expect(of("narrowed").skills).toEqual(["inspect"]);
      expect(of("revoked").why).toBe("its person ended it");
      expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).sort((a, b) => b - a));

      const html = await page(at, person);
      for (const words of ["asked to use your Sentry.", "was allowed Inspect, Triage. Reaches: Everything that you can see.", "was connected", "changed lighthouse-books/CHECKOUT-1 with update_issue.", "lost Inspect: you took it away.", "was disconnected: you ended it.", "A &#60;i&#62;hostile&#60;/i&#62; editor"]) {
        expect(html).toContain(words);
      }
      expect(html).not.toContain("<i>");
      const whole = JSON.stringify(events) + html;
      for (const secret of ["NOT FOR THE RECORD", "smcp_", tokens.refresh_token.split(".")[1]!]) expect(whole).not.toContain(secret);
    });
  });

  // rule: apps/history
  it("tells of use by the day, of a copied key, and of an end that came by itself", async () => {
    await using aging = await startAgingWorker({ sentry: sentry.url });
    const person = new Person();
    const { client, tokens } = await signIn(aging.worker);
    const first = await tokensOf(await refresh(aging.worker, client, tokens.refresh_token));
    let at = await aging.wait(2 * 86_400);
    await tokensOf(await refresh(at, client, first.refresh_token));
    await openAccount(at, person);
    await soon(async () => expect((await history(at, person)).events.map(({ event }) => event)).toContain("refreshed"));
    expect(await outcome(await refresh(at, client, tokens.refresh_token))).toBe("400 invalid_grant");
    await soon(async () => expect((await history(at, person)).events.map(({ event }) => event)).toContain("theft"));
    expect(await page(at, person)).toContain("may have been copied");
    await at.fetch("/oauth/revoke", { method: "POST", body: new URLSearchParams({ token: first.refresh_token, client_id: client.client_id }) });
    await soon(async () => expect((await history(at, person)).events.map(({ event }) => event).join()).toMatch(/revoked|closed/));
  });

  // rule: apps/history
  it("tells of a code that was redeemed twice", async () => {
    await alone(async (at) => {
      const person = new Person();
      const authorized = await authorize(at);
      await tokensOf(await redeem(at, authorized));
      expect(await outcome(await redeem(at, authorized))).toBe("400 invalid_grant");
      await openAccount(at, person);
      await soon(async () => expect((await history(at, person)).events.map(({ event }) => event)).toContain("closed"));
    });
  });

  // rule: apps/history-of-one-person: a history is its person's alone, and its file is for them only
  it("is one person's, and nobody's who is not signed in", async () => {
    await alone(async (at) => {
      const { tokens } = await signIn(at);
      const bo = new Person();
      await openAccount(at, bo, BO);
      const of = `?of=${grantOf(tokens.access_token)}`;
      for (const query of ["", of]) {
        expect((await history(at, bo, query)).events).toEqual([]);
        expect(await page(at, bo, query)).toContain("Nothing is kept");
      }
      const nobody = await new Person().request(accountUrl(at, "/history.json"));
      expect(nobody.status).toBe(403);
      expect((await new Person().request(accountUrl(at, "/history"))).status).toBe(302);
      const mine = await bo.request(accountUrl(at, "/history.json"));
      expect(mine.headers.get("content-disposition")).toContain("attachment");
      expect(mine.headers.get("cache-control")).toBe("no-store");
      expect(mine.headers.get("access-control-allow-origin")).toBeNull();
      expect((await bo.request(accountUrl(at, "/history"), new URLSearchParams())).status).toBe(405);
    });
  });

  // rule: apps/history-kept: 90 days and 5,000 events; beyond them what tools changed goes first
  it("is shown in parts, of one connection too, whatever a query says", async () => {
    using folder = temporaryFolder();
    const person = new Person();
    const start = () => startWorker({ sentry: sentry.url, storage: folder.path });
    let grant = "";
    {
      await using at = await start();
      grant = grantOf((await signIn(at)).tokens.access_token);
      await openAccount(at, person);
      await eventually(at, person, ["shown", "allowed", "opened"]);
    }
    fill(folder.path, grant, 5_000);
    await using at = await start();
    await openAccount(at, person);
    const first = await page(at, person);
    expect(first.match(/class="row[ "]/g)).toHaveLength(50);
    const older = /href="(\/account\/history\?[^"]+)" rel="next"/.exec(first)![1]!.replaceAll("&#38;", "&");
    const second = await (await person.request(new URL(older, at.origin))).text();
    expect(second.match(/class="row[ "]/g)).toHaveLength(50);
    expect(second).toContain(">Newest<");
    let url: string | null = accountUrl(at, "/history.json").href;
    const ids = new Set<string>();
    for (let parts = 0; url !== null && parts < 10; parts++) {
      const part = (await (await person.request(new URL(url))).json()) as History;
      expect(part.events.length).toBeLessThanOrEqual(1_000);
      for (const { id } of part.events) ids.add(id);
      url = part.older;
    }
    expect(ids.size).toBe(5_003);
    expect((await history(at, person, `?of=${"A".repeat(43)}`)).events).toEqual([]);
    for (const query of ["?older=x", "?older=5~", "?older=-1~a", "?of='%20OR%201=1", `?older=99999999999999999999~${grant}`, "?of=%25"]) {
      expect((await person.request(accountUrl(at, `/history${query}`))).status, query).toBe(200);
    }

    // One more: what tools changed goes, what tells of keys stays.
    await change(at, (await signIn(at, CHANGING)).tokens.access_token);
    await soon(() => {
      const kept = eventsIn(folder.path);
      expect(kept.length).toBeLessThanOrEqual(5_000);
      expect(kept.filter(({ event }) => event === "theft")).toHaveLength(5);
      expect(kept.filter(({ event }) => event === "opened")).toHaveLength(2);
    });
  });

  // rule: apps/history-kept
  it("forgets after 90 days, also where nobody comes any more", async () => {
    await using aging = await startAgingWorker({ sentry: sentry.url });
    const person = new Person();
    await signIn(aging.worker);
    await pressed(aging.worker, person, await openAccount(aging.worker, person), { all: "1" });
    await eventually(aging.worker, person, ["shown", "allowed", "opened", "revoked"]);
    await aging.wait(89 * 86_400);
    expect(eventsIn(aging.folder)).toHaveLength(4);
    await aging.wait(2 * 86_400);
    await soon(() => expect(eventsIn(aging.folder)).toEqual([]));
    expect(accountsIn(aging.folder)).toEqual([]);
  });
});

describe("the log", () => {
  // rule: apps/history
  it("has a line for what happens at a sign-in and what a call changes, without a secret", async () => {
    await alone(async (at) => {
      const client = await register(at);
      const { tokens } = await signIn(at, { client, ...CHANGING });
      await change(at, tokens.access_token);
      const denied = await new Person().authorize(authorizationUrl(at, client), { deny: "here" });
      expect(denied.searchParams.get("error")).toBe("access_denied");
      const lines = (await at.flushedLogs()).map(({ message }) => message).filter((message) => message.includes('"event"'));
      const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
      const grant = grantOf(tokens.access_token);
      const kinds = events.map(({ event }) => event);
      expect(kinds.filter((kind) => kind === "shown")).toHaveLength(2);
      for (const kind of ["allowed", "opened", "changed", "denied"]) expect(kinds.filter((one) => one === kind), kind).toHaveLength(1);
      expect(events.find(({ event }) => event === "allowed")).toMatchObject({ grant, client_id: client.client_id, skills: ["inspect", "triage"], resource: "/mcp" });
      expect(events.find(({ event }) => event === "changed")).toMatchObject({ grant, tool: "update_issue", on: "lighthouse-books/CHECKOUT-1" });
      for (const event of events) expect(event.request ?? event.grant).toMatch(/./);
      expect(lines.join()).not.toMatch(/smcp_[a-z]_|NOT FOR THE RECORD/);
    });
  });
});

describe("deleting", () => {
  const everything = { delete: "1", sure: "1" };

  // rule: apps/deletion: the person's button deletes connections, list and history, and nothing brings them back
  it("ends the connections, leaves nothing, and signs out", async () => {
    await alone(async (at, folder) => {
      const person = new Person();
      const mine = await signIn(at, CHANGING);
      const bystander = await signIn(at, { choices: BO });
      await change(at, mine.tokens.access_token);
      const list = await openAccount(at, person);
      await eventually(at, person, ["shown", "allowed", "opened", "changed"]);
      const unsure = await press(at, person, list, { delete: "1" });
      expect(unsure.status, "without the tick").toBe(400);
      const forged = await press(at, person, { proof: "x.y" } as AccountPage, everything);
      expect(forged.status).toBe(403);
      expect((await rpc(at, mine.tokens.access_token)).status).toBe(200);

      const deleted = await press(at, person, list, everything);
      expect(deleted.status).toBe(303);
      const said = await person.request(new URL(deleted.headers.get("location")!));
      expect(await said.text()).toContain("Your data here is deleted");
      expect((await person.request(accountUrl(at, "/history.json"))).status, "signed out").toBe(403);
      expect((await rpc(at, mine.tokens.access_token)).status).toBe(401);
      expect((await rpc(at, bystander.tokens.access_token)).status).toBe(200);
      const left = JSON.stringify(eventsIn(folder)) + JSON.stringify(objectStates(folder, "AccountObject"));
      expect(left).not.toContain(grantOf(mine.tokens.access_token));
      expect(left).toContain(grantOf(bystander.tokens.access_token));

      await openAccount(at, person);
      expect((await history(at, person)).events).toEqual([]);
      // What opens within the second of a deletion counts as before it, and is closed.
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      await signIn(at);
      await eventually(at, person, ["shown", "allowed", "opened"]);
    });
  });

  // rule: apps/deletion
  it("is not undone by news of what ended with it, and is itself forgotten after a day", async () => {
    await using aging = await startAgingWorker({ sentry: sentry.url });
    const person = new Person();
    await authorize(aging.worker);
    const list = await openAccount(aging.worker, person);
    await press(aging.worker, person, list, everything);
    // The grant's alarm rings, and tells the account of its end.
    const at = await aging.wait(700);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(eventsIn(aging.folder)).toEqual([]);
    await openAccount(at, person);
    expect((await history(at, person)).events).toEqual([]);
    expect(objectStates(aging.folder, "AccountObject")).toEqual([]);
    expect(tables(aging.folder, "AccountObject")).toContain("deleted");
    await aging.wait(86_400);
    await soon(() => expect(tables(aging.folder, "AccountObject")).toEqual([]));
  });
});

/** So many changes of tools in a person's history, and five copied keys that are older. */
function fill(folder: string, grant: string, count: number): void {
  const now = Math.floor(Date.now() / 1000);
  const rows = (kind: string, from: number, many: number) =>
    `INSERT INTO events (at, id, event) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${many})
     SELECT ${from} - i, '${grant}.${kind}.' || i, '{"event":"${kind}","grant":"${grant}","tool":"update_issue","on":"acme/WEB-1"}' FROM n;`;
  alter(folder, "AccountObject", rows("changed", now - 1_000, count - 5) + rows("theft", now - 2_000_000, 5));
}
