// The page of connected apps: who sees it, what it says, and what taking back does, and to whom.
import { createHmac, hkdfSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type AccountPage, accountUrl, openAccount, press, pressed } from "../support/account.ts";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { type ServedDocument, serveDocuments } from "../support/documents.ts";
import { startAgingWorker } from "../support/later.ts";
import {
  type Registered,
  authorizationUrl,
  authorize,
  outcome,
  pkce,
  redeem,
  refresh,
  register,
  rpc,
  signIn,
  tokensOf,
  tool,
} from "../support/oauth.ts";
import { Person } from "../support/person.ts";
import { accountsIn, temporaryFolder } from "../support/storage.ts";
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
const session = (person: Person) => person.cookies.get(worker.url.host)?.get("smcp_session");
const named = async (name: string, choices = {}) => signIn(worker, { client: await register(worker, { client_name: name }), choices });

/** Nobody else's tests change this one's list. */
async function alone<T>(run: (at: TestWorker, folder: string) => Promise<T>): Promise<T> {
  using folder = temporaryFolder();
  await using at = await startWorker({ sentry: sentry.url, storage: folder.path });
  return await run(at, folder.path);
}

describe("signing in", () => {
  // rule: apps/signed-in-people-only: only who signed in through Sentry sees a list; for no scope, with PKCE, nothing
  //    kept but who it is
  it("goes through Sentry for no scope, with PKCE, back by the one callback, and leaves nothing but a session", async () => {
    const person = new Person();
    const away = await person.request(accountUrl(worker));
    expect(away.status).toBe(302);
    const asked = new URL(away.headers.get("location")!);
    expect(asked.origin).toBe(sentry.url);
    expect([...asked.searchParams.keys()].sort()).toEqual(
      ["client_id", "code_challenge", "code_challenge_method", "redirect_uri", "response_type", "state"],
    );
    expect(asked.searchParams.get("redirect_uri")).toBe(`${worker.origin}/oauth/callback`);
    const [flow] = away.headers.getSetCookie();
    expect(flow).toMatch(/^smcp_flow_[\w-]{8}=[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/);

    const callback = await person.request(await person.atSentry(asked));
    expect(callback.status).toBe(302);
    expect(callback.headers.get("location")).toBe(`${worker.origin}/account`);
    expect(callback.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^smcp_session=[^;]+; Path=\/; Max-Age=3600; HttpOnly; SameSite=Lax$/),
      expect.stringMatching(/^smcp_flow_[\w-]{8}=; Path=\/; Max-Age=0;/),
    ]);
    expect((await openAccount(worker, person)).html).toContain("Signed in as <strong><bdi>Ada Marlowe</bdi>");
  });

  // rule: apps/signed-in-people-only
  it("keeps nothing of Sentry's in the cookie but who it is", async () => {
    const person = new Person();
    await openAccount(worker, person, BO);
    const [number, end, ...who] = JSON.parse(Buffer.from(session(person)!.split(".")[0]!, "base64url").toString()) as string[];
    expect(number).toMatch(/^[0-9a-f]{16}$/);
    expect(Number(end) - Date.now() / 1000).toBeLessThanOrEqual(3600);
    expect(who).toEqual(["1002", expect.stringMatching(/^\w+ \w+/)]);
  });

  // rule: apps/session
  it("has the cookie bound to the host on https, and the page closed to others", async () => {
    await using secure = await startWorker({ sentry: sentry.url, https: true });
    const fetch = ((url: URL, init: RequestInit) => secure.at(url.href, init as never)) as never;
    const person = new Person({ fetch: (url, init) => (url.origin === secure.origin ? (fetch as typeof globalThis.fetch)(url, init) : globalThis.fetch(url, init)) });
    const away = await person.request(accountUrl(secure));
    const callback = await person.request(await person.atSentry(new URL(away.headers.get("location")!)));
    expect(callback.headers.getSetCookie()[0]).toMatch(/^__Host-smcp_session=[^;]+; Path=\/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure$/);
    const page = await person.request(accountUrl(secure));
    expect(page.status).toBe(200);
    const expected = {
      "cross-origin-opener-policy": "same-origin",
      "x-frame-options": "DENY",
      "referrer-policy": "same-origin",
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
      "strict-transport-security": expect.stringContaining("max-age="),
      "content-security-policy": expect.stringMatching(/^default-src 'none'; .*frame-ancestors 'none'/),
    };
    expect(Object.fromEntries(page.headers)).toMatchObject(expected);
    expect(page.headers.has("access-control-allow-origin")).toBe(false);
  });

  // rule: apps/sign-in-state-no-approval
  it("cannot be finished in another browser, twice with one cookie, or with somebody else's approval", async () => {
    const [person, other] = [new Person(), new Person()];
    const asked = new URL((await person.request(accountUrl(worker))).headers.get("location")!);
    const callback = await person.atSentry(asked);
    const elsewhere = await other.request(callback);
    expect(elsewhere.status).toBe(400);
    expect(await elsewhere.text()).toMatch(/not begun here[^]*Request ID/);
    expect(session(other)).toBeUndefined();

    expect((await person.request(callback)).status).toBe(302);
    expect((await person.request(callback)).status, "its cookie is gone").toBe(400);

    const form = await other.consent(authorizationUrl(worker, await register(worker)));
    if (form instanceof URL) throw new Error(`answered at once: ${form}`);
    const approved = (await other.decide(form)).searchParams.get("state")!;
    const mine = new URL((await other.request(accountUrl(worker))).headers.get("location")!);
    const arrived = await other.atSentry(mine);
    arrived.searchParams.set("state", approved);
    // The verifier is the approval's, the code the sign-in's: Sentry refuses, and the client hears it.
    const mixed = await other.request(arrived);
    expect(new URL(mixed.headers.get("location")!).searchParams.get("error")).toBe("server_error");
    expect(session(other)).toBeUndefined();
  });

  // rule: apps/two-tabs
  it("finishes in both of two tabs, and what the first shows stays good", async () => {
    const person = new Person();
    const [one, two] = [await person.request(accountUrl(worker)), await person.request(accountUrl(worker))];
    const finish = async (away: Response) => person.request(await person.signIn(new URL(away.headers.get("location")!)));
    await finish(one);
    const first = await openAccount(worker, person);
    await finish(two);
    const { client } = await named("Two tabs");
    expect(client).toBeDefined();
    const { grants } = await openAccount(worker, person);
    expect((await press(worker, person, first, { grant: grants[0]! })).status).toBe(303);
  });

  // rule: apps/page-for-each-refusal: Sentry's refusal and outage, and a person's no, each have their page
  it.each([
    ["the person says no", { error: "access_denied" }, 400, "You did not sign in"],
    ["Sentry ends it", { error: "server_error" }, 502, "Sentry refused the sign-in"],
    ["there is no code", {}, 502, "Sentry refused the sign-in"],
    ["the code is made up", { code: "made-up" }, 502, "Sentry refused the sign-in"],
  ])("says so where %s", async (_, answer, expected, title) => {
    const person = new Person();
    const state = new URL((await person.request(accountUrl(worker))).headers.get("location")!).searchParams.get("state")!;
    const callback = new URL(`/oauth/callback?${new URLSearchParams({ state, ...(answer as Record<string, string>) })}`, worker.origin);
    const page = await person.request(callback);
    expect(page.status).toBe(expected);
    expect(await page.text()).toContain(`<h1>${title}</h1>`);
    expect(session(person)).toBeUndefined();
    expect([...person.cookies.get(worker.url.host)!.keys()], "the flow is over").toEqual([]);
  });

  // rule: apps/page-for-each-refusal
  it("says so where Sentry does not answer, and to who wants JSON too", async () => {
    const person = new Person();
    const asked = new URL((await person.request(accountUrl(worker))).headers.get("location")!);
    const callback = await person.atSentry(asked);
    await sentry.fault({ path: "/oauth/token/", kind: "status", status: 503, times: 1 });
    const answer = await person.request(callback, undefined, { accept: "application/json" });
    expect(answer.status).toBe(502);
    expect(await answer.json()).toMatchObject({ error: "temporarily_unavailable", request_id: answer.headers.get("x-request-id") });
  });
});

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
    await vi.waitFor(async () => {
      const text = (await openAccount(at)).connections[0]!.text;
      expect(text).toContain("A key of this connection was used that it had long replaced.");
      expect(text).toContain("Once it has asked again, late, for keys");
    });
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
      await vi.waitFor(() => expect(accountsIn(folder)).toEqual([]));
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

// rule: apps/forms
describe("a form", () => {
  let person: Person;
  let page: AccountPage;
  let grant: string;
  let token: string;
  beforeAll(async () => {
    const { tokens } = await named("Under attack");
    [grant, token] = [grantOf(tokens.access_token), tokens.access_token];
    person = new Person();
    page = await openAccount(worker, person);
  });

  it.each<[string, Record<string, string>]>([
    ["of another site", { origin: "https://evil.example" }],
    ["of another port", { origin: "http://127.0.0.1:1" }],
    ["of a sandbox", { origin: "null" }],
    ["of a sandbox on another site", { origin: "null", "sec-fetch-site": "cross-site" }],
  ])("%s is refused", async (_, headers) => {
    const attempts: Record<string, string>[] = [{ grant }, { all: "1" }, { sign_out: "1" }];
    for (const fields of attempts) {
      const response = await press(worker, person, page, fields, headers);
      expect(response.status).toBe(403);
      expect(await response.text()).toContain("came from another site");
    }
    expect(await status(token)).toBe(200);
  });

  it("without a proof, with one of another session, or of another kind, is refused", async () => {
    const other = await openAccount(worker, new Person());
    const bo = await openAccount(worker, new Person(), BO);
    const { url } = await pressed(worker, person, page, { grant: "x" });
    for (const proof of ["", "x", other.proof, bo.proof, session(person)!, url.searchParams.get("said")!]) {
      const response = await press(worker, person, { proof }, { grant });
      expect(response.status, proof).toBe(403);
      expect(await response.text()).toContain("out of date");
    }
    expect(await status(token)).toBe(200);
  });

  it("without a session, with one that was forged, or that is another person's, is refused", async () => {
    const jar = person.cookies.get(worker.url.host)!;
    const mine = session(person)!;
    const forged = `${Buffer.from(JSON.stringify(["0123456789abcdef", "9999999999", "1001", "Ada"])).toString("base64url")}.${mine.split(".")[1]}`;
    for (const value of [undefined, "", "x", forged, `${mine}A`, page.proof]) {
      const visitor = new Person();
      visitor.cookies.set(worker.url.host, new Map(jar));
      if (value === undefined) visitor.cookies.get(worker.url.host)!.delete("smcp_session");
      else visitor.cookies.get(worker.url.host)!.set("smcp_session", value);
      const response = await press(worker, visitor, page, { grant });
      expect(response.status).toBe(403);
      expect(await response.text()).toContain("no longer signed in");
      expect((await visitor.request(accountUrl(worker))).status, "the page wants a sign-in").toBe(302);
    }
    const bo = new Person();
    await openAccount(worker, bo, BO);
    expect((await press(worker, bo, page, { grant })).status).toBe(403);
    expect(await status(token)).toBe(200);
  });

  it.each([
    ["nothing", {}],
    ["two things", { grant: "x", all: "1" }],
    ["a skill of nobody", { skill: "inspect" }],
    ["to sign out and revoke", { sign_out: "1", grant: "x" }],
  ])("that asks for %s is refused", async (_, fields) => {
    expect((await press(worker, person, page, fields as Record<string, string>)).status).toBe(400);
  });

  it("that is no form, too long, repeated or of another method is refused", async () => {
    const send = (body: string, type = "application/x-www-form-urlencoded") =>
      worker.fetch("/account/revoke", { method: "POST", body, headers: { "content-type": type, origin: worker.origin, cookie: `smcp_session=${session(person)}` } });
    expect((await send("{}", "application/json")).status).toBe(415);
    expect((await send(`proof=${page.proof}&grant=${"x".repeat(70_000)}`)).status).toBe(413);
    expect((await send(`proof=${page.proof}&grant=${grant}&grant=${grant}`)).status).toBe(400);
    for (const method of ["GET", "PUT", "DELETE"]) expect((await worker.fetch("/account/revoke", { method })).status).toBe(405);
    for (const method of ["POST", "PUT"]) expect((await worker.fetch("/account", { method })).status).toBe(405);
    expect(await status(token)).toBe(200);
  });
});

describe("a session", () => {
  /** As the server would have signed it. */
  const signed = (secondsLeft: number, secret = "only-for-tests-only-for-tests-only-for-tests") => {
    const end = Math.floor(Date.now() / 1000) + secondsLeft;
    const payload = Buffer.from(JSON.stringify(["0123456789abcdef", `${end}`, "1001", "Ada"])).toString("base64url");
    const key = Buffer.from(hkdfSync("sha256", secret, "", "smcp/1/session", 32));
    return `${payload}.${createHmac("sha256", key).update(payload).digest("base64url")}`;
  };
  const browserWith = (value: string) => {
    const person = new Person();
    person.cookies.set(worker.url.host, new Map([["smcp_session", value]]));
    return person;
  };

  // rule: apps/session
  it("ends with the hour, under the server's key only: then nothing is done, and the page wants a sign-in", async () => {
    const { tokens } = await named("An hour later");
    const live = browserWith(signed(60));
    const page = await openAccount(worker, live);
    expect(page.html).toContain("Signed in as <strong><bdi>Ada</bdi>");
    for (const value of [signed(0), signed(-1), signed(60, "another secret of the same length, or so")]) {
      const response = await press(worker, browserWith(value), page, { grant: grantOf(tokens.access_token) });
      expect(response.status).toBe(403);
      expect(await response.text()).toMatch(/no longer signed in[^]*Request ID/);
      expect((await browserWith(value).request(accountUrl(worker))).status).toBe(302);
    }
    expect(await status(tokens.access_token)).toBe(200);
    expect((await press(worker, live, page, { grant: grantOf(tokens.access_token) })).status).toBe(303);
    expect(await status(tokens.access_token)).toBe(401);
  });

  // rule: apps/session
  it("ends when the person signs out, who stays so until they want in again", async () => {
    const person = new Person();
    const page = await openAccount(worker, person);
    const out = await press(worker, person, page, { sign_out: "1" });
    expect(out.status).toBe(303);
    expect(out.headers.get("set-cookie")).toMatch(/^smcp_session=; Path=\/; Max-Age=0/);
    expect(session(person)).toBeUndefined();
    const after = await person.request(new URL(out.headers.get("location")!));
    expect(after.status).toBe(200);
    expect(await after.text()).toContain("You are signed out");
    expect((await press(worker, person, page, { sign_out: "1" })).status, "twice").toBe(303);
    expect((await person.request(accountUrl(worker))).status).toBe(302);
  });
});

describe("500 connections", { timeout: 240_000 }, () => {
  // rule: apps/many-grants-in-parts: 500 grants are listed in parts, made and revoked meanwhile
  it("are shown in parts, are made and revoked meanwhile, and end with one press", async () => {
    await alone(async (at, folder) => {
      const clients: Registered[] = [];
      for (let n = 0; n < 26; n++) clients.push(await register(at, { client_name: `Client ${n}` }));
      const tokens: string[] = [];
      const connect = async (n: number) => {
        const person = new Person();
        const proof = pkce();
        const callback = await person.authorize(authorizationUrl(at, clients[n % 26]!, { code_challenge: proof.challenge }));
        const authorized = { client: clients[n % 26]!, verifier: proof.verifier, callback, code: callback.searchParams.get("code")! };
        tokens.push((await tokensOf(await redeem(at, authorized))).access_token);
      };
      for (let n = 0; n < 500; n += 10) await Promise.all(Array.from({ length: 10 }, (_, i) => connect(n + i)));
      expect(accountsIn(folder).map((lines) => lines.length)).toEqual([500]);

      const person = new Person();
      const seen = new Set<string>();
      const first = await openAccount(at, person);
      expect(first.html).toContain("1–25 of 500");
      expect(first.beside("prev")).toBeUndefined();
      let [page, parts] = [first, 1];
      page.grants.forEach((grant) => seen.add(grant));
      for (let next = page.beside("next"); next; next = page.beside("next"), parts++) {
        page = await openAccount(at, person, {}, next);
        page.grants.forEach((grant) => seen.add(grant));
        if (parts === 2) await connect(500);
        if (parts === 3) await pressed(at, person, page, { grant: page.grants[0]!, place: next.search.slice(1) });
      }
      expect(parts).toBe(20);
      expect(seen.size, "what came meanwhile stands before the first part").toBe(500);
      expect(page.html).toContain("476–500 of 500");
      const back = await openAccount(at, person, {}, page.beside("prev"));
      expect(back.html).toContain("451–475 of 500");
      expect(back.grants.some((grant) => page.grants.includes(grant))).toBe(false);

      const kept = await pressed(at, person, back, { grant: back.grants[3]!, place: back.url.search.slice(1) });
      expect(kept.grants, "the same part, without it").toEqual(expect.arrayContaining(back.grants.filter((_, i) => i !== 3)));

      const began = Date.now();
      const done = await pressed(at, person, kept, { all: "1" });
      console.log(`500 connections ended in ${Date.now() - began} ms`);
      expect(done.said).toBe("All connections have ended.");
      const statuses = new Set<number>();
      for (const token of tokens) statuses.add(await status(token, at));
      expect([...statuses]).toEqual([401]);
      expect(accountsIn(folder)).toEqual([]);
    });
  });
});
