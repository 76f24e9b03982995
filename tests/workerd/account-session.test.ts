// The page of connected apps: who is signed in to it, and whose forms it accepts.
import { createHmac, hkdfSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AccountPage, accountUrl, openAccount, press, pressed } from "../support/account.ts";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { authorizationUrl, register, rpc, signIn } from "../support/oauth.ts";
import { Person } from "../support/person.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

const BO = { user: "1002" };

let sentry: DemoSentry;
let worker: TestWorker;
beforeAll(async () => {
  sentry = await startDemoSentry();
  worker = await startWorker({ sentry: sentry.url });
});
afterAll(() => Promise.all([worker?.stop(), sentry?.stop()]));

/** What every token of a grant begins with, its kind aside. */
const grantOf = (token: string) => token.split(".")[0]!.replace(/^smcp_[a-z]_/, "");
const status = async (token: string, at = worker) => (await rpc(at, token)).status;
const session = (person: Person) => person.cookies.get(worker.url.host)?.get("smcp_session");
const named = async (name: string, choices = {}) => signIn(worker, { client: await register(worker, { client_name: name }), choices });

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
