// Clients over time: registered by the operator, registered by themselves, described by a document that comes and goes,
// and this server's own chat. What lives in KV is read there.
import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DemoSentry } from "../support/demo-sentry.ts";
import { type ServedDocument, publishTo, serveDocuments } from "../support/documents.ts";
import { type AgingWorker, startAgingWorker } from "../support/later.ts";
import {
  REDIRECT_URI,
  type Registered,
  authorizationUrl,
  authorize,
  outcome,
  pkce,
  postForm,
  redeem,
  refresh,
  register,
  registeredLongAgo,
  revoke,
  signIn,
  tokensOf,
  tool,
} from "../support/oauth.ts";
import { Person } from "../support/person.ts";
import { withSentry } from "../support/site.ts";
import { documentsIn } from "../support/storage.ts";
import { soon, untilThereIsTime } from "../support/wait.ts";
import { type Outgoing, type TestWorker, startWorker } from "../support/worker.ts";

const DAY = 86_400;
const PUBLIC = "https://mcp.example.com";

const documents = new Map<string, ServedDocument>();
const fetched: string[] = [];
const served = serveDocuments(documents);
const outgoing: Outgoing = (request) => {
  if (request.url.startsWith(sentry.url)) return undefined;
  fetched.push(request.url);
  return served(request);
};

let sentry: DemoSentry;
withSentry((started) => (sentry = started));
beforeEach(() => {
  documents.clear();
  fetched.length = 0;
});

let count = 0;
const publish = (change: Record<string, unknown> = {}, answer: Partial<ServedDocument> = {}): Registered =>
  publishTo(documents, `https://editor${++count}.example/client.json`, change, answer);

describe("CLIENTS", () => {
  const SECRET = "a-secret-that-the-operator-agreed-upon";
  const CLIENTS = [
    { client_id: "house-public", client_name: "House Editor", redirect_uris: [REDIRECT_URI] },
    {
      client_id: "house-confidential",
      client_name: "House Portal",
      redirect_uris: ["https://portal.example/callback"],
      token_endpoint_auth_method: "client_secret_post",
      client_secret_sha256: createHash("sha256").update(SECRET).digest("hex"),
    },
    {
      client_id: "house-basic",
      redirect_uris: ["https://portal.example/callback"],
      client_secret_sha256: createHash("sha256").update(SECRET).digest("hex").toUpperCase(),
    },
  ];
  let worker: TestWorker;
  beforeAll(async () => {
    worker = await startWorker({ sentry: sentry.url, vars: { CLIENTS: JSON.stringify(CLIENTS) } });
  });
  afterAll(() => worker?.stop());
  const [open, confidential, basic] = CLIENTS as Registered[] as [Registered, Registered, Registered];

  // rule: clients/operators-clients
  it("(public) sign in without registering, and are never written to KV", async () => {
    const { tokens } = await signIn(worker, { client: open });
    expect(await tool(worker, tokens.access_token)).toContain("Ada Marlowe");
    expect((await refresh(worker, open, tokens.refresh_token)).status).toBe(200);
    await worker.flushedLogs();
    expect(await keys(worker)).toEqual([]);
  });

  // rule: clients/operators-clients
  it("(public) have no other redirect URIs than the operator's", async () => {
    const elsewhere = authorizationUrl(worker, open, { redirect_uri: "https://evil.example/callback" });
    expect((await worker.fetch(elsewhere.href)).status).toBe(400);
  });

  // rule: clients/operators-clients
  it("(confidential) show their secret in the way that the operator chose", async () => {
    const authorized = await authorize(worker, { client: confidential });
    const header = { authorization: `Basic ${Buffer.from(`house-confidential:${SECRET}`).toString("base64")}` };
    const form = { grant_type: "authorization_code", code: authorized.code, code_verifier: authorized.verifier };
    for (const wrong of [
      await redeem(worker, authorized),
      await redeem(worker, authorized, { client_secret: "another" }),
      await redeem(worker, authorized, { client_secret: CLIENTS[1]!.client_secret_sha256 }),
      await postForm(worker, "/oauth/token", form, header),
    ]) {
      expect(await outcome(wrong)).toBe("401 invalid_client");
    }
    const tokens = await tokensOf(await redeem(worker, authorized, { client_secret: SECRET }));
    expect(await outcome(await refresh(worker, confidential, tokens.refresh_token))).toBe("401 invalid_client");
    expect((await refresh(worker, confidential, tokens.refresh_token, { client_secret: SECRET })).status).toBe(200);
  });

  // rule: clients/operators-clients
  it("(confidential) without a method may use the header or the form", async () => {
    const header = { authorization: `Basic ${Buffer.from(`house-basic:${SECRET}`).toString("base64")}` };
    const { code, verifier } = await authorize(worker, { client: basic });
    const form = { grant_type: "authorization_code", code, code_verifier: verifier };
    const tokens = await tokensOf(await postForm(worker, "/oauth/token", form, header));
    expect((await refresh(worker, basic, tokens.refresh_token, { client_secret: SECRET })).status).toBe(200);
  });

  it("do not shut out those who register", async () => {
    expect((await signIn(worker)).tokens.scope).toBeTruthy();
  });

  // rule: clients/operators-clients
  it.each([
    ["no JSON", "nonsense"],
    ["no list", '{"client_id": "x"}'],
    ["no client_id", '[{"redirect_uris": ["https://a.example/cb"]}]'],
    ["a URL as client_id", '[{"client_id": "https://a.example/c", "redirect_uris": ["https://a.example/cb"]}]'],
    ["no redirect_uris", '[{"client_id": "broken"}]'],
    ["a dangerous redirect URI", '[{"client_id": "broken", "redirect_uris": ["javascript:alert(1)"]}]'],
    ["a hash that is none", '[{"client_id": "broken", "redirect_uris": ["https://a.example/cb"], "client_secret_sha256": "hunter2-hunter2"}]'],
    ["a method without its secret", '[{"client_id": "broken", "redirect_uris": ["https://a.example/cb"], "token_endpoint_auth_method": "client_secret_basic"}]'],
  ])("with %s are a 500, and one log line that names the variable", async (_, value) => {
    await using broken = await startWorker({ vars: { CLIENTS: value } });
    const response = await broken.fetch("/.well-known/oauth-authorization-server");
    expect(response.status).toBe(500);
    const text = await response.text();
    const problems = (await broken.flushedLogs()).filter(({ message }) => message.includes(response.headers.get("x-request-id")!) && message.includes("this deployment is not complete"));
    expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining("CLIENTS")]);
    expect(problems[0]!.message).not.toMatch(/panicked|hunter2/);
    expect(text).not.toContain("CLIENTS");
  });
});

interface Namespace {
  list(options?: { prefix: string }): Promise<{ keys: { name: string; expiration?: number }[] }>;
  get(key: string): Promise<string | null>;
  put(key: string, value: string, options: { expiration: number }): Promise<void>;
  delete(key: string): Promise<void>;
}
const kv = async (worker: TestWorker) => (await worker.miniflare.getKVNamespace("OAUTH_KV")) as unknown as Namespace;
const keys = async (worker: TestWorker) => (await (await kv(worker)).list()).keys;
const now = () => Date.now() / 1000;

describe("the record of a registered client", () => {
  /** Days until it is forgotten. */
  const daysLeft = async (worker: TestWorker, client: Registered) => {
    const found = (await keys(worker)).find(({ name }) => name === `client:${client.client_id}`);
    return Math.round(((found?.expiration ?? 0) - now()) / DAY);
  };

  // rule: clients/record-slides: a client's record slides: 30 days unused, then renewed by use, at most daily
  it("lives 30 days until somebody signs in with it, then 90, and each day's refresh renews it", async () => {
    await using aging = await startAgingWorker({ sentry: sentry.url });
    let at = aging.worker;
    const client = await register(at);
    expect(await daysLeft(at, client)).toBe(30);
    const authorized = await authorize(at, { client });
    expect(await daysLeft(at, client), "not before the code is redeemed").toBe(30);
    const tokens = await tokensOf(await redeem(at, authorized));
    await soon(async () => expect(await daysLeft(at, client)).toBe(90));

    // Within the day nothing is written: a record taken away meanwhile stays away.
    const renewedAt = (await keys(at))[0]!.expiration!;
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const second = await tokensOf(await refresh(at, client, tokens.refresh_token));
    await at.flushedLogs();
    expect((await keys(at))[0]!.expiration).toBe(renewedAt);

    at = await aging.wait(DAY + 60);
    // What lies in KV does not age with the objects: the record of a day ago.
    const [{ name, expiration }] = (await keys(at)) as [{ name: string; expiration: number }];
    const record = JSON.parse((await (await kv(at)).get(name))!) as { known_until: number };
    await (await kv(at)).put(name, JSON.stringify({ ...record, known_until: record.known_until - DAY - 60 }), { expiration });
    await tokensOf(await refresh(at, client, second.refresh_token));
    await soon(async () => expect((await keys(at))[0]!.expiration).toBeGreaterThan(renewedAt));
    expect(await daysLeft(at, client)).toBe(90);
  });

  // rule: clients/record-slides
  it("lives as long as CLIENT_REGISTRATION_TTL says", async () => {
    await using worker = await startWorker({ sentry: sentry.url, vars: { CLIENT_REGISTRATION_TTL: String(10 * DAY) } });
    const client = await register(worker);
    expect(await daysLeft(worker, client)).toBe(10);
  });

  // rule: clients/registration-gone: a client is told what to do when its registration is gone
  it("when it is gone, live sessions of a public client go on; a page tells the next person what to do", async () => {
    await using worker = await startWorker({ sentry: sentry.url });
    const client = await registeredLongAgo(worker);
    const { tokens } = await signIn(worker, { client });
    await worker.flushedLogs();
    await (await kv(worker)).delete(`client:${client.client_id}`);
    const page = await worker.fetch(authorizationUrl(worker, client).href);
    expect(page.status).toBe(400);
    expect(await page.text()).toContain("Clear authentication");
    // The grant knows its client; whether the record is there decides nothing.
    expect(await tool(worker, tokens.access_token)).toContain("Ada Marlowe");
    expect(await outcome(await refresh(worker, client, tokens.refresh_token))).toBe("200");
  });
});

describe("the document of a client with a session", () => {
  let aging: AgingWorker;
  beforeEach(async () => {
    aging = await startAgingWorker({ sentry: sentry.url, outgoing });
    return () => aging[Symbol.asyncDispose]();
  });
  const HOUR = 3700;

  interface Session {
    client: Registered;
    token: string;
  }
  async function begin(client = publish()): Promise<Session> {
    const { tokens } = await signIn(aging.worker, { client });
    return { client, token: tokens.refresh_token };
  }

  /** Refreshes, and waits for the looks that follow, and until is noted how many documents they found gone: once, and twice. */
  async function refreshed(sessions: Session[], looks: number, gone = [0, 0]): Promise<void> {
    const before = fetched.length;
    for (const session of sessions) {
      session.token = (await tokensOf(await refresh(aging.worker, session.client, session.token))).refresh_token;
    }
    await aging.worker.flushedLogs();
    await soon(() => {
      const noted = documentsIn(aging.folder);
      const found = [noted.filter(({ gone_since }) => gone_since), noted.filter(({ gone }) => gone)];
      expect([fetched.length - before, found.map(({ length }) => length)]).toEqual([looks, gone]);
    });
    // And nothing more a moment later.
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(fetched.length - before).toBe(looks);
  }

  // rule: clients/hourly-look: the look at a document: hourly, after the answer; gone at two of them an hour apart ends
  //    refreshes, with the same reason as on a page; trouble says nothing
  it("is looked at once an hour, after the answer", async () => {
    const session = await begin();
    await refreshed([session], 0);
    for (let hours = 0; hours < 2; hours++) {
      await aging.wait(HOUR);
      await refreshed([session], 1);
      await refreshed([session], 0);
    }
  });

  // rule: clients/hourly-look
  it("found gone at two looks an hour apart ends its refreshes with invalid_client", async () => {
    const found: [ServedDocument, string][] = [
      [{ status: 404, body: {} }, "the status is 200: found 404; expected 200"],
      [{ status: 410, body: {} }, "the status is 200: found 410; expected 200"],
      [
        { body: { client_id: "https://another.example/c", client_name: "x", redirect_uris: [REDIRECT_URI] } },
        "client_id is the document's own URL: found 'https://another.example/c'",
      ],
      [{ headers: { "content-type": "text/plain" }, body: "hello" }, "the content type is JSON: found text/plain"],
    ];
    const sessions: (Session & { why: string })[] = [];
    for (const [document, why] of found) {
      const session = await begin();
      documents.set(session.client.client_id, document);
      sessions.push({ ...session, why });
    }
    await aging.wait(HOUR);
    await refreshed(sessions, 4, [4, 0]);
    await refreshed(sessions, 0, [4, 0]);
    await aging.wait(HOUR);
    await refreshed(sessions, 4, [4, 4]);
    for (const { client, token, why } of sessions) {
      const answer = await refresh(aging.worker, client, token);
      expect(answer.status).toBe(401);
      const body = (await answer.json()) as { error: string; error_description: string };
      expect(body.error).toBe("invalid_client");
      expect(body.error_description).toContain("document");
      expect(body.error_description, "the same reason as on a page").toContain(why);
    }
    const log = (await aging.worker.flushedLogs()).map(({ message }) => message);
    expect(log.filter((line) => line.includes("client_gone"))).toHaveLength(4);
    for (const { client } of sessions) {
      expect(log.some((line) => line.includes("a client's document is gone") && line.includes(client.client_id))).toBe(true);
    }
  });

  // rule: clients/hourly-look
  it("found gone once, and again there, changes nothing", async () => {
    const session = await begin();
    const { client_id: url } = session.client;
    const right = documents.get(url)!;
    for (const found of [{ status: 404, body: {} }, right, { status: 404, body: {} }, right]) {
      documents.set(url, found);
      await aging.wait(HOUR);
      await refreshed([session], 1, [found === right ? 0 : 1, 0]);
    }
    expect((await refresh(aging.worker, session.client, session.token)).status).toBe(200);
  });

  // rule: clients/hourly-look
  it("found in trouble for hours changes nothing: down, too busy, behind a login, moved, a web page, not reachable", async () => {
    const sessions: Session[] = [];
    const trouble: (ServedDocument | undefined)[] = [
      { status: 503, body: {} },
      { status: 429, body: {} },
      { status: 403, body: {} },
      { status: 302, headers: { location: "https://elsewhere.example/" }, body: "" },
      { headers: { "content-type": "text/html" }, body: "<html>" },
      undefined,
    ];
    for (const found of trouble) {
      const session = await begin();
      if (found) documents.set(session.client.client_id, found);
      else documents.delete(session.client.client_id);
      sessions.push(session);
    }
    for (let hours = 0; hours < 4; hours++) {
      await aging.wait(HOUR);
      await refreshed(sessions, sessions.length);
    }
    for (const { client, token } of sessions) expect((await refresh(aging.worker, client, token)).status).toBe(200);
  });
});

describe("a document that is down for a minute", () => {
  // rule: clients/document-down: a document that is down costs sessions nothing
  it("costs the sessions nothing, and who signs in meanwhile hears that it passes", async () => {
    await using worker = await startWorker({ sentry: sentry.url, outgoing });
    const client = publish({}, { headers: { "cache-control": "no-store" } });
    const right = documents.get(client.client_id)!;
    const { tokens } = await signIn(worker, { client });
    const halfway = await authorize(worker, { client });
    documents.set(client.client_id, { ...right, status: 503 });
    const answer = await worker.fetch(authorizationUrl(worker, client).href, { headers: { accept: "application/json" } });
    expect(await answer.json()).toMatchObject({ error: "temporarily_unavailable" });
    const second = await tokensOf(await refresh(worker, client, tokens.refresh_token));
    expect(await tool(worker, second.access_token)).toContain("Ada Marlowe");
    expect((await redeem(worker, halfway)).status).toBe(200);
    expect((await revoke(worker, client, tokens.access_token)).status).toBe(200);
    documents.set(client.client_id, right);
    expect((await signIn(worker, { client })).tokens.refresh_token).toBeTruthy();
  });
});

describe("the budget for documents", () => {
  let worker: TestWorker;
  beforeAll(async () => {
    worker = await startWorker({ sentry: sentry.url, outgoing, environment: "canary" });
  });
  afterAll(() => worker?.stop());
  const ask = (client: Registered, address: string, accept = "application/json") =>
    worker.at(authorizationUrl({ origin: PUBLIC }, client).href, { headers: { accept, "cf-connecting-ip": address } });
  const NEVER_KEPT = { headers: { "cache-control": "no-store" } };

  // rule: clients/fetch-budget: the budget for fetches of documents: by address, and by host for a part of all
  //    addresses; 429, no failure of the client
  // rule: tokens/transient-never-fatal
  it("of one address is 20 a minute: then 429, for any document, and no fetch", async () => {
    await untilThereIsTime(10);
    const statuses = [];
    for (let times = 0; times < 22; times++) statuses.push((await ask(publish(), "203.0.113.7")).status);
    expect(statuses).toEqual([...Array(20).fill(200), 429, 429]);
    expect(fetched).toHaveLength(20);
    const refused = await ask(publish(), "203.0.113.7");
    expect(refused.headers.get("location")).toBe(null);
    expect(refused.headers.get("retry-after")).toBe("60");
    expect(await refused.json()).toMatchObject({ error: "temporarily_unavailable" });
    const page = await ask(publish(), "203.0.113.7", "text/html");
    expect(page.status).toBe(429);
    expect(page.headers.get("retry-after")).toBe("60");
    expect(page.headers.get("content-type")).toContain("text/html");
    expect(await page.text()).toContain("Request ID");
    expect((await ask(publish(), "203.0.113.8")).status, "another address").toBe(200);
  });

  // rule: clients/fetch-budget
  it("does not count what was kept", async () => {
    const client = publish();
    for (let times = 0; times < 30; times++) expect((await ask(client, "203.0.113.20")).status).toBe(200);
    expect(fetched).toHaveLength(1);
  });

  // rule: clients/fetch-budget
  it("of one document's host is 30 a minute for a part of all addresses", async () => {
    await untilThereIsTime(10);
    const client = publish({}, NEVER_KEPT);
    const part = (address: string) => createHash("sha256").update(address).digest("hex").charAt(0);
    const addresses = Array.from({ length: 250 }, (_, n) => `198.51.100.${n + 1}`);
    const [first, ...others] = addresses;
    const alike = [first!, ...others.filter((address) => part(address) === part(first!))];
    const statuses = [];
    for (let times = 0; times < 32; times++) statuses.push((await ask(client, alike[times % 4]!)).status);
    expect(statuses).toEqual([...Array(30).fill(200), 429, 429]);
    const dotted = publishTo(documents, client.client_id.replace(".example/", ".example./"), {}, NEVER_KEPT);
    expect((await ask(dotted, alike[5]!)).status, "the same host").toBe(429);
    expect((await ask(publish({}, NEVER_KEPT), alike[5]!)).status, "another host").toBe(200);
  });
});

describe("this server's own chat", () => {
  const PATH = "/.well-known/oauth-client/demo-chat.json";
  let worker: TestWorker;
  beforeAll(async () => {
    worker = await startWorker({ sentry: sentry.url, outgoing });
  });
  afterAll(() => worker?.stop());

  // rule: clients/own-chat: this server's own chat: its document, and no fetch of it
  it("describes itself on https, for any page to read", async () => {
    const response = await worker.at(PUBLIC + PATH);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch(/^application\/json/);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("cache-control")).toMatch(/^public, max-age=\d+/);
    expect(await response.json()).toEqual({
      client_id: PUBLIC + PATH,
      client_name: expect.any(String),
      client_uri: PUBLIC,
      redirect_uris: [`${PUBLIC}/api/auth/callback`],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
      scope: "org:read project:write team:write event:write",
    });
    const other = await worker.at(`https://other.example${PATH}`);
    expect(await other.json()).toMatchObject({ client_id: `https://other.example${PATH}` });
  });

  // rule: clients/own-chat
  it("has no document on http, where it could not be a Client ID", async () => {
    expect((await worker.fetch(PATH)).status).toBe(404);
    expect((await worker.at(`http://localhost:8788${PATH}`)).status).toBe(404);
  });

  const chat: Registered = { client_id: PUBLIC + PATH, redirect_uris: [`${PUBLIC}/api/auth/callback`] };
  /** A browser that reaches the worker under its public name. */
  const browser = () =>
    new Person({
      fetch: async (url, init) =>
        (url.origin === PUBLIC ? await worker.at(url.href, init as object) : await fetch(url, init)) as Response,
    });

  // rule: clients/own-chat
  it("signs in with it, and nothing is fetched", async () => {
    const { verifier, challenge } = pkce();
    const callback = await browser().authorize(authorizationUrl({ origin: PUBLIC }, chat, { code_challenge: challenge }));
    expect(`${callback.origin}${callback.pathname}`).toBe(chat.redirect_uris[0]);
    expect(callback.searchParams.get("iss")).toBe(PUBLIC);
    const answer = await worker.at(`${PUBLIC}/oauth/token`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({
        grant_type: "authorization_code",
        code: callback.searchParams.get("code")!,
        code_verifier: verifier,
        client_id: chat.client_id,
        redirect_uri: chat.redirect_uris[0]!,
      }).toString(),
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ token_type: "Bearer", refresh_token: expect.any(String) });
    expect(fetched).toEqual([]);
    expect(worker.requests.filter(({ origin }) => origin === PUBLIC)).toEqual([]);
  });

  // rule: clients/own-chat
  it("has the one redirect URI, and is nobody's client elsewhere", async () => {
    const show = (origin: string, changed = {}) => worker.at(authorizationUrl({ origin }, chat, changed).href);
    expect((await show(PUBLIC)).status).toBe(200);
    expect((await show(PUBLIC, { redirect_uri: `${PUBLIC}/api/auth/callback/` })).status).toBe(400);
    expect((await show(PUBLIC, { client_id: `${PUBLIC}/.well-known/oauth-client/other.json` })).status).toBe(400);
    expect(fetched).toEqual([]);
    // Another server would have to fetch it, as any document.
    await show("https://other.example", { resource: undefined });
    expect(fetched).toEqual([PUBLIC + PATH]);
  });
});
