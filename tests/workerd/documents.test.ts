// Client metadata documents as their developers meet them: what is fetched and how, what is refused and with which
// words, what is kept and for how long. The documents' hosts exist in the worker's outgoing hook only.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Response as WorkerdResponse } from "miniflare";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DemoSentry } from "../support/demo-sentry.ts";
import { type ServedDocument, publishTo, serveDocuments } from "../support/documents.ts";
import {
  type Parameters,
  REDIRECT_URI,
  type Registered,
  authorizationUrl,
  authorize,
  pkce,
  query,
  redeem,
  refresh,
  rpc,
  tokensOf,
} from "../support/oauth.ts";
import { Person } from "../support/person.ts";
import { withSite } from "../support/site.ts";
import { type Outgoing, type TestWorker, startWorker } from "../support/worker.ts";

const documents = new Map<string, ServedDocument>();
/** Every request for a document, with its headers. */
const fetched: { url: string; method: string; headers: Record<string, string> }[] = [];
const served = serveDocuments(documents);
const outgoing: Outgoing = (request) => {
  const url = new URL(request.url);
  if (url.href.startsWith(sentry.url)) return undefined;
  fetched.push({ url: request.url, method: request.method, headers: Object.fromEntries(request.headers) });
  return served(request);
};

let sentry: DemoSentry;
let worker: TestWorker;
withSite((site) => ({ sentry, worker } = site), { outgoing });
beforeEach(() => {
  documents.clear();
  fetched.length = 0;
});

let clients = 0;
/** A URL that nothing was kept for, and what is served there; `change` is put over a document that is right. */
const publish = (change: Record<string, unknown> = {}, answer: Partial<ServedDocument> = {}): Registered => ({
  ...publishTo(documents, `https://client${++clients}.example/oauth/client.json`, change, answer),
  redirect_uris: [REDIRECT_URI],
});

const open = (client: Registered, changed: Parameters = {}, headers: Record<string, string> = {}) =>
  worker.fetch(authorizationUrl(worker, client, changed).href, { headers: { accept: "text/html", ...headers } });

/** Term and value of the page's facts. */
const facts = (html: string) =>
  Object.fromEntries(
    [...(/<pre class="facts"[^>]*><code>([^<]*)/.exec(html)?.[1] ?? "").matchAll(/^([^:\n]+): (.*)$/gm)].map(([, term, value]) => [
      term,
      value!.replaceAll("&#39;", "'"),
    ]),
  );

describe("a document that is right", () => {
  // rule: clients/document-fetched-plainly
  it("is asked for without anything of the person, and its host is the client's identity", async () => {
    const client = publish();
    const response = await open(client, {}, { cookie: "private=1", authorization: "Bearer private", "user-agent": "Person/1" });
    expect(response.status).toBe(200);
    const html = await response.text();
    const { host } = new URL(client.client_id);
    expect(html).toContain(`<strong>${host}</strong>`);
    expect(html).toContain(client.client_id);
    expect(html).toContain("Example Editor");
    expect(fetched).toHaveLength(1);
    expect(fetched[0]).toMatchObject({ url: client.client_id, method: "GET", headers: { accept: "application/json" } });
    expect(JSON.stringify(fetched)).not.toMatch(/private|Person/);
  });

  it.each([
    ["application/oauth-client+json", {}],
    ["Application/JSON; charset=utf-8", {}],
  ])("may be %s", async (type, change) => {
    expect((await open(publish(change, { headers: { "content-type": type } }))).status).toBe(200);
  });

  it.each([
    ["a device grant among its grants", { grant_types: ["authorization_code", "urn:ietf:params:oauth:grant-type:device_code"] }],
    ["members that nobody knows", { x_theme: { dark: true }, software_statement: "e30." }],
    ["keys as an alternative to none", { token_endpoint_auth_methods_supported: ["private_key_jwt", "none"], jwks_uri: "https://client.example/jwks" }],
    ["a redirect URI that is merely unusable beside a good one", { redirect_uris: ["http://client.example/cb", REDIRECT_URI] }],
  ])("may have %s", async (_, change) => {
    expect((await open(publish(change))).status).toBe(200);
  });

  // rule: clients/document-links
  it("may name pages about itself, which are text with their hosts, and a logo, which is not shown; nothing is loaded", async () => {
    const client = publish({
      client_uri: "https://sentry.io/about",
      tos_uri: "https://legal.example:8443/<b>",
      policy_uri: "javascript:alert(1)",
      logo_uri: "https://sentry.io/logo.png",
    });
    const { host } = new URL(client.client_id);
    const response = await open(client);
    const html = await response.text();
    expect(html).toContain(`Home page on sentry.io, which is not ${host} <code class="uri">https://sentry.io/about</code>`);
    expect(html).toContain(`Terms of service on legal.example:8443, which is not ${host} <code class="uri">https://legal.example:8443/%3Cb%3E</code>`);
    expect(html).not.toMatch(/javascript:|logo\.png|(href|src|action)="https:\/\/(sentry\.io|legal)/);
    expect(response.headers.get("content-security-policy")).not.toMatch(/sentry\.io\/(about|logo)|legal\.example/);
    expect(fetched.map(({ url }) => url)).toEqual([client.client_id]);
    const own = publish();
    const about = own.client_id.replace("client.json", "about");
    publishTo(documents, own.client_id, { client_uri: about });
    const page = await (await open(own)).text();
    expect(page).toContain(`Home page on ${new URL(about).host} <code class="uri">${about}</code>`);
    expect(await (await open(publish())).text()).not.toContain("What it says of itself");
  });

  // rule: clients/document-redirect-uris
  it("has one line in the log for the redirect URIs that are left out, with the request's id and the reasons", async () => {
    const client = publish({ redirect_uris: ["http://client.example/cb", REDIRECT_URI, "https://*.client.example/cb"] });
    const response = await open(client);
    expect(response.status).toBe(200);
    expect((await open(publish())).status).toBe(200);
    const lines = (await worker.flushedLogs()).map(({ message }) => message).filter((line) => line.includes("left out"));
    expect(lines.filter((line) => line.includes(client.client_id))).toEqual([lines.at(-1)]);
    expect(JSON.parse(lines.at(-1)!)).toEqual({
      level: "info",
      request: response.headers.get("x-request-id"),
      problem: "redirect URIs of a client are left out",
      detail:
        `${client.client_id}: http://client.example/cb must be https unless the host is this computer: localhost, 127.0.0.0/8 or [::1]; ` +
        "https://*.client.example/cb must be an absolute URL of at most 2048 bytes without fragment, user information, wildcard or backslash",
    });
  });

  it("may be of an application with a scheme of its own", async () => {
    const uri = "cursor://anysphere.cursor-mcp/oauth/callback";
    const client = publish({ redirect_uris: [uri] });
    const response = await open({ ...client, redirect_uris: [uri] });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("<code>cursor:</code>");
  });

  it("makes a refresh token where it lists the grant or lists none", async () => {
    for (const [grant_types, has] of [
      [undefined, true],
      [["authorization_code", "refresh_token"], true],
      [["authorization_code"], false],
    ] as const) {
      const authorized = await authorize(worker, { client: publish(grant_types ? { grant_types } : {}) });
      expect("refresh_token" in (await tokensOf(await redeem(worker, authorized))), String(grant_types)).toBe(has);
    }
  });

  it("whose Client ID has another spelling is another client", async () => {
    const client = publish();
    const withPort = client.client_id.replace(".example/", ".example:443/");
    // A default port that is spelled out is valid; the document there must say so of itself.
    const normalized = documents.get(client.client_id)!;
    documents.set(withPort, normalized);
    const wrong = await open({ ...client, client_id: withPort });
    expect(wrong.status).toBe(400);
    expect(facts(await wrong.text())).toMatchObject({ Check: "client_id is the document's own URL", Expected: withPort });
    documents.set(client.client_id, { body: { ...(normalized.body as object), client_id: withPort } });
    documents.set(withPort, { body: { ...(normalized.body as object), client_id: withPort } });
    expect((await open({ ...client, client_id: withPort })).status).toBe(200);
  });
});

describe("a document that breaks a rule", () => {
  const large = JSON.stringify({ client_name: "x".repeat(6 * 1024) });
  const rows: [name: string, make: () => Registered, expected: { Check: string | RegExp; Found?: string | RegExp }][] = [
    ["redirects", () => publish({}, { status: 302, headers: { location: "https://elsewhere.example/c.json" } }), { Check: "the status is 200", Found: /302, a redirect/ }],
    ["redirects for good", () => publish({}, { status: 308, headers: { location: "/other.json" } }), { Check: "the status is 200", Found: /308/ }],
    ["is not there", () => publish({}, { status: 404 }), { Check: "the status is 200", Found: "404" }],
    ["is gone", () => publish({}, { status: 410 }), { Check: "the status is 200", Found: "410" }],
    ["was created", () => publish({}, { status: 201 }), { Check: "the status is 200", Found: "201" }],
    ["meets a server error", () => publish({}, { status: 500 }), { Check: "the status is 200", Found: "500" }],
    ["meets an outage", () => publish({}, { status: 503 }), { Check: "the status is 200", Found: "503" }],
    ["is a page", () => publish({}, { headers: { "content-type": "text/html" } }), { Check: "the content type is JSON", Found: /^a web page \(text\/html\)/ }],
    ["is text", () => publish({}, { headers: { "content-type": "text/plain" } }), { Check: "the content type is JSON", Found: "text/plain" }],
    ["has no type", () => publish({}, { headers: { "content-type": "" } }), { Check: "the content type is JSON" }],
    ["is not JSON", () => publish({}, { body: "<html>" }), { Check: "the document is JSON" }],
    ["is empty", () => publish({}, { body: "" }), { Check: "the document is JSON" }],
    ["is an array", () => publish({}, { body: "[]" }), { Check: "the document is JSON" }],
    ["has a key twice", () => publish({}, { body: '{"client_name":"a","client_name":"b"}' }), { Check: "the document is JSON", Found: /client_name/ }],
    ["is too large", () => publish({}, { body: large }), { Check: "the document is complete", Found: /5120/ }],
    ["has no client_id", () => publish({ client_id: undefined }), { Check: "client_id is the document's own URL", Found: "no client_id" }],
    ["has another client_id", () => publish({ client_id: "https://client.example/other.json" }), { Check: "client_id is the document's own URL", Found: /other\.json/ }],
    ["has a client_id that is no text", () => publish({ client_id: 7 }), { Check: "client_id is the document's own URL", Found: "7" }],
    ["holds a secret", () => publish({ client_secret: "published-to-the-world" }), { Check: "the document holds no secret", Found: "client_secret" }],
    ["speaks of a secret's end", () => publish({ client_secret_expires_at: 0 }), { Check: "the document holds no secret" }],
    ["authenticates with a secret", () => publish({ token_endpoint_auth_method: "client_secret_basic" }), { Check: "token_endpoint_auth_method is usable", Found: "client_secret_basic" }],
    ["may authenticate with a secret", () => publish({ token_endpoint_auth_methods_supported: ["none", "client_secret_post"] }), { Check: "token_endpoint_auth_method is usable" }],
    ["publishes a private key", () => publish({ jwks: { keys: [{ kty: "EC", d: "AA" }] } }), { Check: "the document holds no private key", Found: /jwks\.keys\.0\.[dk]$/ }],
    ["publishes a symmetric key", () => publish({ jwks: { keys: [{ kty: "oct", k: "AA" }] } }), { Check: "the document holds no private key", Found: /jwks\.keys\.0\.[dk]$/ }],
    ["has keys in two places", () => publish({ jwks: { keys: [] }, jwks_uri: "https://client.example/jwks" }), { Check: "one source of keys" }],
    ["has no name", () => publish({ client_name: undefined }), { Check: "client_name is present" }],
    ["has a name that nobody can see", () => publish({ client_name: "\u200b\u2060" }), { Check: "client_name is present" }],
    ["has no redirect URIs", () => publish({ redirect_uris: [] }), { Check: "redirect_uris are usable" }],
    ["has redirect URIs that are no list", () => publish({ redirect_uris: REDIRECT_URI }), { Check: "members have their types" }],
    ["has none but unusable redirect URIs", () => publish({ redirect_uris: ["http://client.example/cb"] }), { Check: "redirect_uris are usable", Found: /http:\/\/client\.example\/cb/ }],
    ["has a dangerous redirect URI beside a good one", () => publish({ redirect_uris: [REDIRECT_URI, "javascript:alert(1)"] }), { Check: "redirect_uris are usable", Found: /javascript/ }],
    ["lacks the code grant", () => publish({ grant_types: ["refresh_token"] }), { Check: "grant_types includes the code grant", Found: "refresh_token" }],
    ["lacks the code response", () => publish({ response_types: ["token"] }), { Check: "response_types includes code", Found: "token" }],
  ];

  // rule: clients/words-for-developers
  it.each(rows)("(it %s) is a page that says which, what was found and what was expected", async (_, make, expected) => {
    const client = make();
    const response = await open(client);
    const html = await response.text();
    expect(response.status, html).toBe(400);
    expect(response.headers.has("location")).toBe(false);
    const found = facts(html);
    expect(found.Document).toBe(client.client_id);
    expect(found.Check).toMatch(expected.Check);
    if (expected.Found) expect(found.Found).toMatch(expected.Found);
    expect(found.Expected).toBeTruthy();
    expect(found.Section).toMatch(/CIMD|RFC|MCP/);
    expect(fetched.map(({ url }) => url), "no redirect is followed, nothing is tried twice").toEqual([client.client_id]);
    expect(html).not.toContain("published-to-the-world");

    // The operator finds the same under the id that the page shows.
    const id = /Request ID: ([0-9a-f]+)<\/code>/.exec(html)![1]!;
    const lines = (await worker.flushedLogs()).map(({ message }) => message).filter((line) => line.includes(id));
    const { host } = new URL(client.client_id);
    expect(lines.some((line) => line.includes(`"client":"${host}"`) && line.includes(found.Section!) && line.includes(found.Check!))).toBe(true);
    expect(lines.join("\n")).not.toContain("published-to-the-world");
  });

  // rule: clients/resolved-twice: page and approval each resolve the client; callback and redemption do not
  it("is refused at the approval as well", async () => {
    const client = publish({}, { headers: { "cache-control": "no-store" } });
    const person = new Person();
    const form = await person.consent(authorizationUrl(worker, client));
    if (form instanceof URL) throw new Error(`answered at once: ${form}`);
    documents.set(client.client_id, { status: 404, body: {} });
    await expect(person.decide(form)).rejects.toThrow("400");
  });

  // rule: authorization/good-for-what-was-shown
  it.each<[string, Record<string, unknown>]>([
    ["another redirect URI", { redirect_uris: [REDIRECT_URI, "https://client.example/new"] }],
    ["another method", { token_endpoint_auth_method: "private_key_jwt", jwks_uri: "https://keys.example/jwks.json" }],
  ])("is shown once more where it has %s since the page was opened", async (_, change) => {
    const client = publish({}, { headers: { "cache-control": "no-store" } });
    const right = documents.get(client.client_id)!;
    const person = new Person();
    const form = await person.consent(authorizationUrl(worker, client));
    if (form instanceof URL) throw new Error(`answered at once: ${form}`);
    documents.set(client.client_id, { ...right, body: { ...(right.body as object), ...change } });
    form.fields.set("action", "approve");
    const again = await person.request(form.action, form.fields);
    expect(again.status).toBe(200);
    expect(await again.text()).toContain("has changed what it says of itself since");
  });

  // rule: clients/words-for-developers
  it("is told to programs as JSON", async () => {
    const client = publish({ client_secret: "s" });
    const response = await open(client, {}, { accept: "application/json" });
    expect(response.status).toBe(400);
    const body = (await response.json()) as Record<string, unknown>;
    expect(body).toMatchObject({ error: "invalid_client", details: { Check: "the document holds no secret", Document: client.client_id } });
    expect(body.request_id).toBe(response.headers.get("x-request-id"));
  });

  // rule: clients/words-for-developers
  it("through no fault of its own is a passing trouble, and the next try is a new one", async () => {
    const client = publish();
    const right = documents.get(client.client_id)!;
    for (const trouble of [{ ...right, status: 503 }, { ...right, status: 429 }]) {
      documents.set(client.client_id, trouble);
      const response = await open(client, {}, { accept: "application/json" });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: "temporarily_unavailable" });
    }
    documents.set(client.client_id, right);
    expect((await open(client)).status).toBe(200);
  });
});

describe("an answer that does not end", () => {
  let endless: TestWorker;
  beforeAll(async () => {
    endless = await startWorker({
      sentry: sentry.url,
      outgoing: (request) => {
        const { pathname } = new URL(request.url);
        if (pathname === "/never") return new Promise<never>(() => undefined);
        // A head, and a body that never ends.
        const begun = () => new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(new Uint8Array(64).fill(0x20)) });
        if (pathname === "/gone") return new WorkerdResponse(begun() as never, { status: 404 });
        if (pathname === "/begins") return new WorkerdResponse(begun() as never, { headers: { "content-type": "application/json" } });
        if (pathname !== "/stalls") return undefined;
        // 6 KiB, without a length before them and without an end after them.
        const body = new ReadableStream<Uint8Array>({
          start: (controller) => controller.enqueue(new Uint8Array(6 * 1024).fill(0x20)),
        });
        return new WorkerdResponse(body as never, { headers: { "content-type": "application/json" } });
      },
    });
  });
  afterAll(() => endless?.stop());
  const ask = async (path: string) => {
    const client = { client_id: `https://client.example${path}`, redirect_uris: [REDIRECT_URI] };
    const response = await endless.fetch(authorizationUrl(endless, client).href);
    expect(response.status).toBe(400);
    return facts(await response.text());
  };

  // rule: clients/document-size-and-time
  it("is counted while it comes, and dropped at 5 KiB", async () => {
    expect(await ask("/stalls")).toMatchObject({ Check: "the document is complete", Expected: "at most 5120 bytes" });
  });

  // rule: clients/judged-before-its-body
  it("is not waited for where its status decides", async () => {
    const before = Date.now();
    expect(await ask("/gone")).toMatchObject({ Check: "the status is 200", Found: "404" });
    expect(Date.now() - before).toBeLessThan(8_000);
  });

  // rule: clients/document-size-and-time
  it("is given up after ten seconds, begun or not", async () => {
    const expected = "a complete answer within 10 s";
    const [never, begins] = await Promise.all([ask("/never"), ask("/begins")]);
    expect(never).toMatchObject({ Check: "the document can be fetched", Expected: expected });
    expect(begins).toMatchObject({ Check: "the document is complete", Expected: expected });
  });
});

describe("a host that is not on the public internet", () => {
  it.each([
    "localhost",
    "127.0.0.1",
    "127.255.0.9",
    "127.1",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "2130706433",
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "[::]",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::7f00:1]",
    "[fe80::1]",
    "[fc00::1]",
    "[2001:db8::1]",
    "[2002:7f00:1::]",
    "printer",
    "printer.local",
    "metadata.google.internal",
    "router.home.arpa",
    "client.test",
    "client.invalid",
    "client.onion",
    "client.localhost",
    "localhost.",
    "printer.local.",
  ])("(%s) is refused before any fetch", async (host) => {
    const response = await open({ client_id: `https://${host}/client.json`, redirect_uris: [REDIRECT_URI] });
    expect(response.status).toBe(400);
    expect(response.headers.has("location")).toBe(false);
    expect(fetched).toEqual([]);
  });

  it("(.example) is an ordinary name", async () => {
    expect((await open(publish())).status).toBe(200);
    expect(fetched).toHaveLength(1);
  });

  it("is this server itself, under any of its names", async () => {
    const at = { origin: "https://mcp.example.com" };
    const self: Registered = { client_id: `${at.origin}/client.json`, redirect_uris: [REDIRECT_URI] };
    documents.set(self.client_id, { body: { client_id: self.client_id, client_name: "Self", redirect_uris: [REDIRECT_URI] } });
    expect((await worker.at(authorizationUrl(at, self).href)).status).toBe(400);
    expect(fetched).toEqual([]);
  });

  it("or that the operator excludes is not fetched either", async () => {
    const vars = { CIMD_ALLOWED_HOSTS: "good.example, bad.example", CIMD_DENIED_HOSTS: "bad.example" };
    await using narrow = await startWorker({ sentry: sentry.url, outgoing, vars });
    const ask = async (host: string) => {
      const url = `https://${host}/client.json`;
      documents.set(url, { body: { client_id: url, client_name: "Example", redirect_uris: [REDIRECT_URI] } });
      return (await narrow.fetch(authorizationUrl(narrow, { client_id: url, redirect_uris: [REDIRECT_URI] }).href)).status;
    };
    expect(await ask("good.example")).toBe(200);
    fetched.length = 0;
    expect([await ask("bad.example"), await ask("other.example"), await ask("good.example.evil.example")]).toEqual([400, 400, 400]);
    expect(fetched).toEqual([]);
    const metadata = await narrow.fetch("/.well-known/oauth-authorization-server");
    expect(await metadata.json()).toMatchObject({ client_id_metadata_document_supported: true });
  });

  it("cannot be told apart without global_fetch_strictly_public: documents are neither advertised nor used", async () => {
    await using lax = await startWorker({ sentry: sentry.url, outgoing, compatibilityFlags: [] });
    const metadata = await lax.fetch("/.well-known/oauth-authorization-server");
    expect(await metadata.json()).toMatchObject({ client_id_metadata_document_supported: false });
    expect((await lax.fetch(authorizationUrl(lax, publish()).href)).status).toBe(400);
    expect(fetched).toEqual([]);
  });
});

describe("in local work", () => {
  async function withDocument<T>(use: (client: Registered, asked: () => number) => Promise<T>): Promise<T> {
    let asked = 0;
    const server = createServer((_, response) => {
      asked++;
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ client_id: url, client_name: "Local Editor", redirect_uris: [REDIRECT_URI] }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/client.json`;
    try {
      return await use({ client_id: url, redirect_uris: [REDIRECT_URI] }, () => asked);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  it("a document on a loopback host signs in over plain http", async () => {
    await withDocument(async (client, asked) => {
      const authorized = await authorize(worker, { client });
      const tokens = await tokensOf(await redeem(worker, authorized));
      expect((await rpc(worker, tokens.access_token)).status).toBe(200);
      expect(asked()).toBe(1);
    });
  });

  it("only: on a public origin such a client is refused", async () => {
    await withDocument(async (client, asked) => {
      const at = { origin: "https://mcp.example.com" };
      expect((await worker.at(authorizationUrl(at, client).href)).status).toBe(400);
      expect(asked()).toBe(0);
    });
  });
});

it("a query is part of a Client ID", async () => {
  const url = "https://client.example/oauth?id=7&x=a%20b";
  documents.set(url, { body: { client_id: url, client_name: "Query", redirect_uris: [REDIRECT_URI] } });
  const parameters = { response_type: "code", client_id: url, code_challenge: pkce().challenge, code_challenge_method: "S256" };
  expect((await worker.fetch(`/oauth/authorize?${query(parameters)}`)).status).toBe(200);
  expect(fetched.map((request) => request.url)).toEqual([url]);
});
