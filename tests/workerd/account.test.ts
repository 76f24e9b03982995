// The page of connected apps: what the list says, what taking a skill away and revoking do, and to whom.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accountUrl, openAccount, press, pressed } from "../support/account.ts";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { type ServedDocument, serveDocuments } from "../support/documents.ts";
import { startAgingWorker } from "../support/later.ts";
import {
  type Registered,
  authorize,
  outcome,
  redeem,
  refresh,
  register,
  rpc,
  signIn,
  tokensOf,
  tool,
} from "../support/oauth.ts";
import { Person } from "../support/person.ts";
import { many } from "../support/site.ts";
import { accountsIn, alter, temporaryFolder } from "../support/storage.ts";
import { soon } from "../support/wait.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

const ADA = {};
const BO = { user: "1002" };
const ALL_SKILLS = ["inspect", "seer", "triage", "project-management"];

let sentry: DemoSentry;
let worker: TestWorker;
const documents = new Map<string, ServedDocument>();
beforeAll(async () => {
  sentry = await startDemoSentry();
  worker = await startWorker({ sentry: sentry.url, outgoing: serveDocuments(documents) });
});
afterAll(() => Promise.all([worker?.stop(), sentry?.stop()]));

/** What every token of a grant begins with, its kind aside. */
const grantOf = (token: string) => token.split(".")[0]!.replace(/^smcp_[a-z]_/, "");
const status = async (token: string, at = worker) => (await rpc(at, token)).status;
const named = async (name: string, choices = {}) => signIn(worker, { client: await register(worker, { client_name: name }), choices });

/** Nobody else's tests change this one's list. */
async function alone<T>(run: (at: TestWorker, folder: string) => Promise<T>): Promise<T> {
  using folder = temporaryFolder();
  await using at = await startWorker({ sentry: sentry.url, storage: folder.path });
  return await run(at, folder.path);
}

describe("the list", () => {
  // rule: apps/what-list-says: the list says who, since when, last used, where, for what, and what is odd
  it("says who, since when, last used, where, for what", async () => {
    await alone(async (at) => {
      const { origin } = at;
      expect((await openAccount(at)).html).toContain("No application uses your Sentry");
      const client = await register(at, { client_name: 'A <b>"bold"</b> editor' });
      const wishes = { client, choices: { skills: ["inspect", "triage"] }, parameters: { resource: `${origin}/mcp/lighthouse-books` } };
      const { tokens } = await signIn(at, wishes);
      const page = await openAccount(at);
      const [connection, ...others] = page.connections;
      expect(others).toEqual([]);
      expect(connection).toMatchObject({ grant: grantOf(tokens.access_token), name: 'A <b>"bold"</b> editor', skills: ["inspect", "triage"] });
      const today = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" }).format(new Date());
      for (const words of [`Connected ${today}`, `Last used ${today}`, "The organization lighthouse-books", "event:write org:read", "Unverified: any application can call itself so"]) {
        expect(connection!.text).toContain(words);
      }
      expect(page.html).not.toContain("<b>");
    });
  });

  // rule: apps/what-list-says
  it("names the host of a client that has described itself", async () => {
    const url = "https://editor.example/client.json";
    documents.set(url, { body: { client_id: url, client_name: "Described", redirect_uris: ["http://127.0.0.1:33418/callback"] } });
    await signIn(worker, { client: { client_id: url, redirect_uris: ["http://127.0.0.1:33418/callback"] } });
    const { connections } = await openAccount(worker);
    expect(connections.find(({ name }) => name === "Described")?.text).toContain("editor.example describes it at https://editor.example/client.json");
  });

  // rule: apps/what-list-says
  it("says in words that old tokens were used, and answers fetched again", async () => {
    await using aging = await startAgingWorker({ sentry: sentry.url });
    const { client, tokens } = await signIn(aging.worker);
    const second = await tokensOf(await refresh(aging.worker, client, tokens.refresh_token));
    const at = await aging.wait(120);
    await tokensOf(await refresh(at, client, tokens.refresh_token));
    await tokensOf(await refresh(at, client, second.refresh_token));
    expect(await outcome(await refresh(at, client, tokens.refresh_token))).toBe("400 invalid_grant");
    await soon(async () => {
      const text = (await openAccount(at)).connections[0]!.text;
      expect(text).toContain("A key of this connection was used that it had long replaced.");
      expect(text).toContain("Once it has asked again, late, for keys");
    });
  });

  // rule: apps/what-list-says
  it("groups by application, and marks what is narrowed or reads only", async () => {
    await alone(async (at) => {
      const { origin } = at;
      const open = async (client_name: string, skills: string[], path = "/mcp") =>
        signIn(at, { client: await register(at, { client_name }), choices: { skills }, parameters: { resource: `${origin}${path}` } });
      await open("Editor", ["inspect"]);
      await open("Other", ["inspect", "seer"]);
      await open("Editor", ["inspect", "triage"], "/mcp/lighthouse-books");
      const { apps, connections } = await openAccount(at);
      expect(apps.map(({ name, articles }) => `${name} ${articles.length}`).sort()).toEqual(["Editor 2", "Other 1"]);
      expect(apps.find(({ name }) => name === "Editor")!.text).toContain("2 connections.");
      const texts = connections.map(({ name, skills, text }) => [`${name} ${skills.join(" ")}`, text] as const);
      const text = Object.fromEntries(texts) as Record<string, string>;
      expect(text["Editor inspect"]).toContain("Everything that you can see read-only");
      expect(text["Editor inspect triage"]).toContain("The organization lighthouse-books narrowed Permissions");
      expect(text["Editor inspect triage"]).toContain("Triage changes data");
      expect(text["Other inspect seer"]).toContain("Seer starts an analysis");
      expect(text["Other inspect seer"]).not.toMatch(/read-only|changes data/);
      for (const { text } of connections) expect(text).toMatch(/Last used \d+ \w+ \d{4}, \d\d:\d\d UTC/);
    });
  });

  // rule: apps/what-list-says
  it("puts nobody who borrows a name among the connections of the site that has it", async () => {
    const url = "https://same.example/client.json";
    documents.set(url, { body: { client_id: url, client_name: "Same name", redirect_uris: ["http://127.0.0.1:33418/callback"] } });
    await signIn(worker, { client: { client_id: url, redirect_uris: ["http://127.0.0.1:33418/callback"] } });
    await named("Same name");
    await named("Same name");
    const same = (await openAccount(worker)).apps.filter(({ name }) => name === "Same name");
    const groups = same.map(({ text, articles }) => `${text.includes("Verified: same.example") ? "verified" : "unverified"} ${articles.length}`);
    expect(groups.sort()).toEqual(["unverified 2", "verified 1"]);
  });

  // rule: apps/list-of-one-person: the list of connected apps is one person's, and so is what it does
  it("is one person's, who sees nothing of others and can do nothing to them", async () => {
    const { client, tokens } = await named("Ada's", ADA);
    const bo = new Person();
    const page = await openAccount(worker, bo, BO);
    const grant = grantOf(tokens.access_token);
    expect(page.html).not.toContain("Ada");
    expect(page.grants).not.toContain(grant);
    const attempts: Record<string, string>[] = [{ grant }, { grant, skill: "inspect" }, { grant: "x" }, { grant: "A".repeat(43) }];
    for (const fields of attempts) {
      expect((await pressed(worker, bo, page, fields)).said).toBe("That connection has ended already.");
    }
    await pressed(worker, bo, page, { all: "1" });
    expect(await status(tokens.access_token)).toBe(200);
    expect((await tokensOf(await refresh(worker, client, tokens.refresh_token))).scope).toBe("event:write org:read");
  });

  // rule: apps/no-words-by-link: what the page says cannot be put into a link
  it("cannot be made to say anything by a link", async () => {
    const person = new Person();
    const page = await openAccount(worker, person);
    for (const said of ["Everything%20is%20fine", page.proof, "", "x.y"]) {
      const response = await person.request(accountUrl(worker, `?said=${said}`));
      expect(await response.text()).not.toContain('role="status"');
    }
  });
});

describe("taking a skill away", () => {
  // rule: apps/skill-taken-away
  it("holds for the token that is out and for the next one, which says the smaller scope", async () => {
    const person = new Person();
    const { client, tokens } = await named("Narrowed", { skills: ALL_SKILLS });
    expect(tokens.scope).toBe("event:write org:read project:write team:write");
    const page = await openAccount(worker, person);
    const grant = grantOf(tokens.access_token);

    let next = await pressed(worker, person, page, { grant, skill: "project-management" });
    expect(next.said).toBe("Narrowed no longer has the skill Project management.");
    const shown = () => next.connections.find((connection) => connection.grant === grant)!;
    expect(shown().skills).toEqual(["inspect", "seer", "triage"]);
    expect(shown().text).toContain("event:write org:read");
    expect(shown().text).not.toContain("team:write");

    // Triage and Seer need the same of Sentry: the scope stays, the skill goes.
    next = await pressed(worker, person, next, { grant, skill: "triage" });
    const refreshed = await tokensOf(await refresh(worker, client, tokens.refresh_token));
    expect(refreshed.scope).toBe("event:write org:read");
    next = await pressed(worker, person, next, { grant, skill: "seer" });
    const again = await tokensOf(await refresh(worker, client, refreshed.refresh_token, { scope: "event:write org:read" }));
    expect(again.scope, "also where the client asks for what it had").toBe("org:read");
    expect(shown().skills).toEqual(["inspect"]);

    for (const { access_token } of [tokens, refreshed, again]) {
      expect(await tool(worker, access_token)).toContain("Ada Marlowe");
    }
  });

  // rule: apps/skill-taken-away
  it("reaches what an access token that is out may do, at once in the isolate that did it", async () => {
    const person = new Person();
    const { tokens } = await named("Without inspection", { skills: ["inspect", "project-management"] });
    const call = async () => {
      const params = { name: "search_issues", arguments: { organizationSlug: "lighthouse-books" } };
      return (await rpc(worker, tokens.access_token, { method: "tools/call", params })).text();
    };
    expect(await call()).not.toContain("isError");
    const page = await openAccount(worker, person);
    await pressed(worker, person, page, { grant: grantOf(tokens.access_token), skill: "inspect" });
    const refused = await call();
    expect(refused).toContain("isError");
    expect(refused).toContain("Inspect");
  });

  // rule: apps/last-skill-ends-grant
  it("of the last one ends the connection", async () => {
    const person = new Person();
    const { client, tokens } = await named("Last skill", { skills: ["inspect"] });
    const page = await openAccount(worker, person);
    const grant = grantOf(tokens.access_token);
    const next = await pressed(worker, person, page, { grant, skill: "inspect" });
    expect(next.said).toBe("Last skill can no longer use your Sentry.");
    expect(next.grants).not.toContain(grant);
    expect(await status(tokens.access_token)).toBe(401);
    expect(await outcome(await refresh(worker, client, tokens.refresh_token))).toBe("400 invalid_grant");
  });

  it("twice, or one that it never had, is no error", async () => {
    const person = new Person();
    const { tokens } = await named("Twice", { skills: ["inspect", "triage"] });
    const page = await openAccount(worker, person);
    const grant = grantOf(tokens.access_token);
    const both = await Promise.all([1, 2].map(() => press(worker, person, page, { grant, skill: "triage" })));
    expect(both.map((response) => response.status)).toEqual([303, 303]);
    for (const skill of ["triage", "project-management", "x", ""]) {
      const { said, connections } = await pressed(worker, person, page, { grant, skill });
      if (skill) expect(said).toBe("Twice does not have that skill any more.");
      if (skill) expect(connections.find((one) => one.grant === grant)!.skills).toEqual(["inspect"]);
    }
  });

  // rule: apps/skill-taken-away
  it("of two at the same time leaves what the rest needs, and no more", async () => {
    const person = new Person();
    const { client, tokens } = await named("Two at once", { skills: ALL_SKILLS });
    const page = await openAccount(worker, person);
    const grant = grantOf(tokens.access_token);
    await Promise.all(["seer", "triage"].map((skill) => press(worker, person, page, { grant, skill })));
    const refreshed = await tokensOf(await refresh(worker, client, tokens.refresh_token));
    expect(refreshed.scope).toBe("org:read project:write team:write");
  });

  it("holds for a code that its client has not redeemed yet", async () => {
    const person = new Person();
    const authorized = await authorize(worker, { choices: { skills: ["inspect", "triage"] } });
    const page = await openAccount(worker, person);
    await pressed(worker, person, page, { grant: grantOf(authorized.code), skill: "triage" });
    expect((await tokensOf(await redeem(worker, authorized))).scope).toBe("org:read");
  });
});

describe("revoking", () => {
  // rule: apps/revoking
  it("one ends it at its next request, and no other", async () => {
    const person = new Person();
    const [one, other] = [await named("Ends"), await named("Stays")];
    expect(await status(one.tokens.access_token), "remembered here").toBe(200);
    const page = await openAccount(worker, person);
    const next = await pressed(worker, person, page, { grant: grantOf(one.tokens.access_token) });
    expect(next.said).toBe("Ends can no longer use your Sentry.");
    expect(next.grants).not.toContain(grantOf(one.tokens.access_token));
    const refused = await rpc(worker, one.tokens.access_token);
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toContain('error="invalid_token"');
    expect(await outcome(await refresh(worker, one.client, one.tokens.refresh_token))).toBe("400 invalid_grant");
    expect(await status(other.tokens.access_token)).toBe(200);
    const again = await pressed(worker, person, page, { grant: grantOf(one.tokens.access_token) });
    expect(again.said).toBe("That connection has ended already.");
  });

  it("one that its client ended meanwhile is no error, and its line goes", async () => {
    await alone(async (at, folder) => {
      const person = new Person();
      const { client, tokens } = await signIn(at);
      const page = await openAccount(at, person);
      await at.fetch("/oauth/revoke", { method: "POST", body: new URLSearchParams({ token: tokens.refresh_token, client_id: client.client_id }) });
      const next = await pressed(at, person, page, { grant: page.grants[0]! });
      expect(next.said).toMatch(/ended already|can no longer use/);
      expect(next.grants).toEqual([]);
      await soon(() => expect(accountsIn(folder)).toEqual([]));
    });
  });

  // rule: apps/revoking
  it("all ends all of this person's, also those that came after the page was shown", async () => {
    await alone(async (at, folder) => {
      const person = new Person();
      const bystander = await signIn(at, { choices: BO });
      const mine = [await signIn(at), await signIn(at)];
      const page = await openAccount(at, person);
      mine.push(await signIn(at));
      const next = await pressed(at, person, page, { all: "1" });
      expect(next.said).toBe("All connections have ended.");
      expect(next.html).toContain("No application uses your Sentry");
      for (const { tokens } of mine) expect(await status(tokens.access_token, at)).toBe(401);
      expect(await status(bystander.tokens.access_token, at)).toBe(200);
      expect(accountsIn(folder)).toHaveLength(1);
      expect((await pressed(at, person, next, { all: "1" })).said).toBe("There was no connection to end.");
    });
  });
});

describe("500 connections", { timeout: 240_000 }, () => {
  const LIVE = 100;

  /** Lines as that of one that is there, of grants that are not. */
  function fill(folder: string, clients: Registered[]): void {
    const ids = Array.from({ length: 500 - LIVE }, () => randomBytes(32).toString("base64url"));
    const [like] = accountsIn(folder)[0]!;
    const rows = ids.map((grant, n) => {
      const line = { ...like!, grant, client_id: clients[(LIVE + n) % clients.length]!.client_id, opened_at: like!.opened_at - 1000 - n };
      return `('${grant}', '${line.client_id}', ${line.opened_at}, '${JSON.stringify(line).replaceAll("'", "''")}')`;
    });
    alter(folder, "AccountObject", `INSERT INTO lines (id, client, opened_at, json) VALUES ${rows.join(", ")}`);
  }

  // rule: apps/many-grants-in-parts: 500 grants are listed in parts, made and revoked meanwhile
  it("are shown in parts, are made and revoked meanwhile, and end with one press", async () => {
    await using aging = await startAgingWorker({ sentry: sentry.url });
    const clients: Registered[] = [];
    for (let n = 0; n < 26; n++) clients.push(await register(aging.worker, { client_name: `Client ${n}` }));
    const tokens: string[] = [];
    const connect = async (n: number) => void tokens.push((await signIn(aging.worker, { client: clients[n % clients.length]! })).tokens.access_token);
    for (let n = 0; n < LIVE; n += 10) await many(10, (i) => connect(n + i));
    await soon(() => expect(accountsIn(aging.folder).map((lines) => lines.length)).toEqual([LIVE]));
    const { folder } = aging;
    const at = await aging.wait(0, () => fill(folder, clients));

    const person = new Person();
    const seen = new Set<string>();
    const first = await openAccount(at, person);
    expect(first.html).toContain("1–25 of at least 125");
    expect(first.beside("prev")).toBeUndefined();
    let [page, parts] = [first, 1];
    page.grants.forEach((grant) => seen.add(grant));
    for (let next = page.beside("next"); next; next = page.beside("next"), parts++) {
      page = await openAccount(at, person, {}, next);
      page.grants.forEach((grant) => seen.add(grant));
      if (parts === 2) await connect(500);
      if (parts === 3) expect(page.html).toMatch(/77–101 of at least 201/);
      if (parts === 3) await pressed(at, person, page, { grant: page.grants[0]!, place: next.search.slice(1) });
    }
    expect(parts).toBe(20);
    expect(seen.size, "what came meanwhile stands before the first part").toBe(500);
    expect(page.html, "so many newer ones are not counted").not.toMatch(/\d+–\d+ of/);
    const back = await openAccount(at, person, {}, page.beside("prev"));
    expect(back.grants.some((grant) => page.grants.includes(grant))).toBe(false);

    const kept = await pressed(at, person, back, { grant: back.grants[3]!, place: back.url.search.slice(1) });
    expect(kept.grants, "the same part, without it").toEqual(expect.arrayContaining(back.grants.filter((_, i) => i !== 3)));

    const done = await pressed(at, person, kept, { all: "1" });
    expect(done.said).toBe("All connections have ended.");
    const statuses = new Set<number>();
    for (const token of tokens) statuses.add(await status(token, at));
    expect([...statuses]).toEqual([401]);
    expect(accountsIn(folder)).toEqual([]);
  });
});
