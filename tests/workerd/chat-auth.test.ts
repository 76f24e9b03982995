// The chat as an OAuth client of this very server: it gets what a foreign client would get, and nothing else.
import { describe, expect, it } from "vitest";
import { openAccount, press } from "../support/account.ts";
import { Chat } from "../support/chat.ts";
import type { DemoSentry } from "../support/demo-sentry.ts";
import { startAgingWorker } from "../support/later.ts";
import { authorizationUrl, authorize, outcome, postForm, redeem, refresh, register, signIn } from "../support/oauth.ts";
import { many, withSite } from "../support/site.ts";
import { dumpStorage, temporaryFolder } from "../support/storage.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

interface Kv {
  get(key: string): Promise<string | null>;
  put(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
}

const BO = { user: "1002" };
const PUBLIC = "https://mcp.example.com";

const kvOf = async (at: TestWorker) => (await at.miniflare.getKVNamespace("OAUTH_KV")) as unknown as Kv;

let sentry: DemoSentry;
let worker: TestWorker;
withSite((site) => ({ sentry, worker } = site));

describe("signing in", () => {
  // rule: chat/signs-in-as-client: the chat signs in by registration on http, kept and renewed when lost; by its own
  //    document on https
  it("on plain http goes through a registration, which is kept for the deployment", async () => {
    const chat = new Chat(worker);
    const asked = await chat.begin();
    expect(asked.origin + asked.pathname).toBe(`${worker.origin}/oauth/authorize`);
    const parameters = Object.fromEntries(asked.searchParams);
    expect(parameters).toEqual({
      response_type: "code",
      client_id: expect.not.stringContaining("http"),
      redirect_uri: `${worker.origin}/api/auth/callback`,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: "S256",
      state: expect.stringMatching(/^[\w-]{22}$/),
      resource: `${worker.origin}/mcp`,
      scope: "org:read project:write team:write event:write",
    });
    expect(await chat.land(await chat.person.authorize(asked))).toBe("/");
    expect(await chat.status()).toEqual({ authenticated: true, user: { name: "Ada Marlowe" }, sentry: sentry.url });

    const other = await new Chat(worker).begin();
    expect(other.searchParams.get("client_id"), "the same client").toBe(parameters.client_id);
    expect(other.searchParams.get("state"), "another state").not.toBe(parameters.state);
    const kv = await kvOf(worker);
    const record = JSON.parse((await kv.get(`client:${parameters.client_id}`))!) as Record<string, unknown>;
    expect(JSON.stringify(record)).toContain(`${worker.origin}/api/auth/callback`);
    expect(await kv.get(`chat:${worker.origin}`)).toBe(parameters.client_id);
  });

  // rule: chat/signs-in-as-client
  it("registers anew where the server has forgotten the client, before the person is sent anywhere", async () => {
    const kv = await kvOf(worker);
    const before = (await new Chat(worker).begin()).searchParams.get("client_id")!;
    // The id of one that registered long ago, whose record is gone.
    await kv.put(`chat:${worker.origin}`, "00000001-gone");
    const chat = new Chat(worker);
    const asked = await chat.begin();
    expect(asked.searchParams.get("client_id")).not.toBe(before);
    expect(await chat.land(await chat.person.authorize(asked))).toBe("/");
    await kv.put(`chat:${worker.origin}`, "made-up");
    expect(await new Chat(worker).signIn()).toBe("/");
  });

  // rule: chat/signs-in-as-client
  // rule: chat/signs-in-as-client
  it("on http is named as a part of this site, though nobody can verify it, and no other client is", async () => {
    const away = await worker.fetch("/api/auth/authorize", { redirect: "manual" });
    const html = await (await worker.fetch(away.headers.get("location")!)).text();
    expect(html.match(/<strong>This site<\/strong>/g)).toHaveLength(2);
    expect(html).not.toContain("Unverified");
    const other = await register(worker, { client_name: "Sentry MCP demo chat" });
    const theirs = await (await worker.fetch(authorizationUrl(worker, other).href)).text();
    expect(theirs).toContain("<strong>Unverified</strong>");
    expect(theirs).not.toContain("This site");
  });

  it("on https goes by its own metadata document, with cookies that are bound to the host", async () => {
    const chat = new Chat(worker, PUBLIC);
    const asked = await chat.begin();
    const document = `${PUBLIC}/.well-known/oauth-client/demo-chat.json`;
    expect(asked.searchParams.get("client_id")).toBe(document);
    const published = (await (await worker.at(document)).json()) as { client_id: string; redirect_uris: string[] };
    expect(published.client_id).toBe(document);
    expect(published.redirect_uris).toEqual([asked.searchParams.get("redirect_uri")]);
    const begun = [...chat.cookies].filter(([name]) => name.startsWith("__Host-smcp_begun_"));
    expect(begun).toHaveLength(1);
    const callback = await chat.person.authorize(asked);
    expect(callback.href.startsWith(`${PUBLIC}/api/auth/callback?`)).toBe(true);
    const landed = await chat.person.request(callback);
    expect(landed.headers.get("location")).toBe("/");
    const [session, flow] = landed.headers.getSetCookie().sort((a, b) => b.length - a.length);
    expect(session).toMatch(/^__Host-smcp_chat=[\w-]+; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure$/);
    expect(session!.length, "small").toBeLessThan(800);
    expect(flow).toMatch(/^__Host-smcp_begun_[0-9a-f]{16}=; Path=\/; Max-Age=0; /);
    expect(await chat.status()).toMatchObject({ authenticated: true });
  });

  // rule: chat/landing-page: how a sign-in went is told by where it lands
  it("in a popup lands where the page can tell; what goes wrong lands there in a word", async () => {
    expect(await new Chat(worker).signIn({}, "/api/auth/authorize?popup=1")).toBe("/?signed-in=popup");
    for (const deny of ["here", "sentry"] as const) {
      const chat = new Chat(worker);
      expect(await chat.signIn({ deny })).toBe("/?sign-in=denied");
      expect((await chat.status()).authenticated).toBe(false);
    }
  });

  // rule: chat/state-and-iss: `state`, `iss` and the flow's cookie; a code of its own [RFC 6749 §10.12, RFC 9207 §2.4]
  it("needs the state and the cookie of the flow, the server's issuer, and a code of its own", async () => {
    const changed = async (change: (callback: URL, chat: Chat) => void) => {
      const chat = new Chat(worker);
      const callback = await chat.person.authorize(await chat.begin());
      change(callback, chat);
      const landed = await chat.land(callback);
      expect(chat.session).toBeUndefined();
      expect((await chat.status()).authenticated).toBe(false);
      return landed;
    };
    expect(await changed((callback) => callback.searchParams.set("state", "x".repeat(22)))).toBe("/?sign-in=expired");
    expect(await changed((callback) => callback.searchParams.delete("state"))).toBe("/?sign-in=expired");
    expect(await changed((_, chat) => chat.cookies.clear()), "another browser").toBe("/?sign-in=expired");
    expect(await changed((callback) => callback.searchParams.set("iss", "https://evil.example"))).toBe("/?sign-in=failed");
    expect(await changed((callback) => callback.searchParams.delete("iss"))).toBe("/?sign-in=failed");
    expect(await changed((callback) => callback.searchParams.append("iss", worker.origin))).toBe("/?sign-in=failed");
    expect(await changed((callback) => callback.searchParams.set("error", "server_error"))).toBe("/?sign-in=failed");
    expect(await changed((callback) => callback.searchParams.set("code", "made-up"))).toBe("/?sign-in=expired");
    const foreign = await authorize(worker);
    expect(await changed((callback) => callback.searchParams.set("code", foreign.code)), "another client's").toBe("/?sign-in=expired");
    expect((await redeem(worker, foreign)).status, "which that client still redeems").toBe(200);
  });

  // rule: chat/two-tabs: the chat works in two tabs, with few cookies
  it("works in two tabs at once, once each, and keeps few cookies", async () => {
    const chat = new Chat(worker);
    const tabs = [await chat.begin(), await chat.begin()];
    const callbacks = [await chat.person.authorize(tabs[0]!), await chat.person.authorize(tabs[1]!)];
    expect(await chat.land(callbacks[1]!)).toBe("/");
    expect(await chat.land(callbacks[0]!)).toBe("/");
    expect(await chat.land(callbacks[0]!), "a second time").toBe("/?sign-in=expired");
    for (let i = 0; i < 6; i++) await chat.begin();
    expect([...chat.cookies.keys()].filter((name) => name.startsWith("smcp_begun_"))).toHaveLength(4);
  });
});

describe("a session", () => {
  // rule: chat/renewal
  it("is renewed before its token ends, and by two tabs at once without harm", async () => {
    await using short = await startWorker({ sentry: sentry.url, vars: { ACCESS_TOKEN_TTL: "100" } });
    const chat = new Chat(short);
    await chat.signIn();
    const cookies = new Set([chat.session]);
    const statuses = await many(4, () => chat.status());
    expect(statuses.every(({ authenticated }) => authenticated)).toBe(true);
    for (let i = 0; i < 3; i++) {
      expect(await chat.status()).toMatchObject({ authenticated: true, user: { name: "Ada Marlowe" } });
      cookies.add(chat.session);
    }
    expect(cookies.size).toBe(4);
  });

  // rule: chat/renewal
  it("outlives its access token, and storage in trouble; not its end", async () => {
    await using aging = await startAgingWorker({ sentry: sentry.url });
    const chat = new Chat(aging.worker);
    await chat.signIn();
    const later = new Chat(await aging.wait(2 * 3600));
    // Another port, the same browser.
    for (const [name, value] of chat.cookies) later.cookies.set(name, value);
    const before = later.session;
    expect(await later.status()).toMatchObject({ authenticated: true });
    expect(later.session, "renewed, though its own clock had not yet run out").not.toBe(before);
    const much = new Chat(await aging.wait(40 * 86_400));
    for (const [name, value] of later.cookies) much.cookies.set(name, value);
    expect((await much.status()).authenticated).toBe(false);
    expect(much.session, "deleted").toBeUndefined();
  });

  // rule: chat/renewal
  it("stays when Sentry is in trouble, and ends for good when its person takes it back", async () => {
    const chat = new Chat(worker);
    await chat.signIn(BO);
    await sentry.fault({ path: "/", kind: "status", status: 503, times: 50 });
    expect((await chat.status()).authenticated).toBe(true);
    await sentry.noFaults();
    const page = await openAccount(worker, chat.person, BO);
    const [connection] = page.connections;
    expect(connection).toMatchObject({ name: "Sentry MCP demo chat" });
    await press(worker, chat.person, page, { action: "connection", grant: connection!.grant });
    expect((await chat.status()).authenticated).toBe(false);
    expect(chat.session).toBeUndefined();
  });

  // rule: chat/sign-out: signing out revokes, and only its own page can [RFC 7009]
  it("ends at sign-out, with its tokens", async () => {
    const chat = new Chat(worker);
    await chat.signIn();
    const kept = chat.session!;
    const response = await chat.post("/api/auth/logout");
    expect(response.status).toBe(204);
    expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(/^smcp_chat=; Path=\/; Max-Age=0;/)]);
    chat.cookies.set("smcp_chat", kept);
    expect((await chat.status()).authenticated, "who kept the cookie has nothing").toBe(false);
    expect((await chat.post("/api/auth/logout")).status, "twice").toBe(204);
  });

  // rule: chat/sign-out
  it("is ended only by its own page", async () => {
    const chat = new Chat(worker);
    await chat.signIn();
    const logout = (headers: Record<string, string | undefined>) => chat.refused({ headers }, "/api/auth/logout");
    expect(await logout({ origin: "https://evil.example", "sec-fetch-site": "cross-site" })).toBe("403 cross_site");
    expect(await logout({ origin: "null", "sec-fetch-site": "cross-site" })).toBe("403 cross_site");
    expect(await logout({ origin: undefined, "sec-fetch-site": "same-site" })).toBe("403 cross_site");
    expect(await logout({ "content-type": "application/x-www-form-urlencoded" })).toBe("415 invalid_request");
    expect(await logout({ "content-type": "text/plain" })).toBe("415 invalid_request");
    expect((await chat.status()).authenticated).toBe(true);
  });
});

describe("a client like any other", () => {
  // rule: chat/no-privilege: the chat has no privilege: consent, its own code and tokens, the same refusals, no way
  //    around the router
  it("has no token without a person's consent", async () => {
    const chat = new Chat(worker);
    const asked = await chat.begin();
    const consent = await chat.person.request(asked);
    expect(consent.status, "the same page that everybody gets").toBe(200);
    expect(await consent.text()).toContain("Sentry MCP demo chat");
    expect((await chat.status()).authenticated).toBe(false);
    for (const code of ["", "smcp_c_x.y", "a".repeat(100)]) {
      const state = asked.searchParams.get("state")!;
      const callback = chat.url(`/api/auth/callback?${new URLSearchParams({ code, state, iss: worker.origin })}`);
      expect((await chat.person.request(callback)).headers.get("location")).toMatch(/^\/\?sign-in=/);
    }
    expect(chat.session).toBeUndefined();
  });

  // rule: chat/no-privilege
  it("takes no other client's tokens, and no cookie but its own", async () => {
    const { tokens } = await signIn(worker);
    const forged = Buffer.from(JSON.stringify([tokens.access_token, tokens.refresh_token, "9999999999", "", "Ada", "1001"]));
    const chat = new Chat(worker);
    await chat.signIn();
    const good = chat.session!;
    for (const value of [forged.toString("base64url"), tokens.access_token, "x", good.slice(0, -4), `${good}AAAA`, `${good.slice(0, 40)}AAAA${good.slice(44)}`]) {
      chat.cookies.set("smcp_chat", value);
      expect((await chat.status()).authenticated, value).toBe(false);
      expect(await chat.refused({ body: { call: { name: "whoami" } } })).toBe("401 session_expired");
    }
  });

  // rule: chat/no-privilege
  it("can be used by nobody else: its client id and its code are no good elsewhere", async () => {
    const chat = new Chat(worker);
    const asked = await chat.begin();
    const callback = await chat.person.authorize(asked);
    const client_id = asked.searchParams.get("client_id")!;
    // Who intercepts the code has no verifier.
    const stolen = await postForm(worker, "/oauth/token", {
      grant_type: "authorization_code",
      code: callback.searchParams.get("code")!,
      client_id,
      code_verifier: "v".repeat(43),
      redirect_uri: asked.searchParams.get("redirect_uri")!,
    });
    expect(await outcome(stolen)).toBe("400 invalid_grant");
    const elsewhere = new URL(asked);
    elsewhere.searchParams.set("redirect_uri", "https://evil.example/callback");
    expect((await worker.fetch(elsewhere.pathname + elsewhere.search)).status).toBe(400);
    const { client, tokens } = await signIn(worker);
    expect(await outcome(await refresh(worker, { ...client, client_id }, tokens.refresh_token))).toBe("400 invalid_grant");
  });

  // rule: chat/sealed-cookie
  it("leaves no token anywhere but sealed in the browser", async () => {
    using folder = temporaryFolder();
    const at = await startWorker({ sentry: sentry.url, storage: folder.path });
    let log: string;
    try {
      for (const chat of [new Chat(at, PUBLIC), new Chat(at)]) {
        await chat.signIn();
        await chat.status();
      }
      log = JSON.stringify(await at.flushedLogs());
    } finally {
      await at.stop();
    }
    expect(log).not.toMatch(/smcp_[acr]_|Marlowe|code=|verifier/);
    const dump = dumpStorage(folder.path);
    expect(dump.includes("demo-chat.json")).toBe(true);
    for (const kind of ["smcp_r_", "smcp_a_", "smcp_c_", "Marlowe"]) expect(dump.includes(kind), kind).toBe(false);
  });

  // rule: chat/requests-well-formed
  it("has routes that answer to their methods", async () => {
    for (const [path, allow] of [
      ["/api/auth/authorize", "GET, HEAD"],
      ["/api/auth/callback", "GET"],
      ["/api/auth/status", "GET, HEAD"],
      ["/api/auth/logout", "POST"],
      ["/api/chat", "POST"],
    ] as const) {
      const answer = await worker.fetch(path, { method: "PUT" });
      expect(answer.status, path).toBe(405);
      expect(answer.headers.get("allow")).toBe(allow);
      const preflight = await worker.fetch(path, { method: "OPTIONS", headers: { origin: "https://a.example", "access-control-request-method": "POST" } });
      expect(preflight.headers.has("access-control-allow-origin"), path).toBe(false);
    }
    const status = await worker.fetch("/api/auth/status", { headers: { origin: "https://evil.example" } });
    expect(status.headers.has("access-control-allow-origin")).toBe(false);
    expect(status.headers.get("cache-control")).toBe("no-store");
    expect(await status.json()).toEqual({ authenticated: false, sentry: sentry.url });
  });
});
