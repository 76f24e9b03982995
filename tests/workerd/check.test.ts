// `/oauth/check`: what the developer of a client learns of its document, and that it is what a sign-in would say.
// file rule: clients/check-of-live-document
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ServedDocument, serveDocuments } from "../support/documents.ts";
import { REDIRECT_URI, authorizationUrl } from "../support/oauth.ts";
import { readForm } from "../support/person.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

interface Report {
  client_id: string;
  ok: boolean;
  checks: { check: string; ok: boolean; found: string; expected: string; section: string }[];
  unchecked: string[];
}

const documents = new Map<string, ServedDocument>();
let worker: TestWorker;
beforeAll(async () => {
  worker = await startWorker({ outgoing: serveDocuments(documents) });
});
afterAll(() => worker?.stop());
beforeEach(() => documents.clear());

let published = 0;
function publish(change: Record<string, unknown> = {}, answer: Partial<ServedDocument> = {}): string {
  const url = `https://checked${++published}.example/oauth/client.json`;
  documents.set(url, { body: { client_id: url, client_name: "Example Editor", redirect_uris: [REDIRECT_URI], ...change }, ...answer });
  return url;
}
const ask = (client_id: string, accept = "application/json", at: TestWorker = worker) =>
  at.fetch(`/oauth/check?client_id=${encodeURIComponent(client_id)}`, { headers: { accept } });
/** As the page's own form does in local work. */
const post = (client_id: string, headers: Record<string, string> = { origin: worker.origin, "sec-fetch-site": "same-origin" }) =>
  worker.fetch("/oauth/check", { method: "POST", headers: { accept: "text/html", ...headers }, body: new URLSearchParams({ client_id }) });
const report = async (client_id: string) => {
  const response = await ask(client_id);
  expect(response.status).toBe(200);
  return (await response.json()) as Report;
};
const broken = ({ checks }: Report) => checks.filter(({ ok }) => !ok).map(({ check }) => check);

describe("a document that is right", () => {
  it("has every rule checked, each with what was found, what is expected and where that stands", async () => {
    const url = publish();
    const found = await report(url);
    expect(found).toMatchObject({ client_id: url, ok: true, unchecked: [] });
    expect(found.checks).toHaveLength(21);
    expect(new Set(found.checks.map(({ check }) => check)).size).toBe(21);
    for (const each of found.checks) {
      expect(each).toEqual({ check: expect.any(String), ok: true, found: expect.stringMatching(/./), expected: expect.stringMatching(/./), section: expect.stringMatching(/CIMD|RFC|MCP|configuration/) });
    }
    const page = await (await post(url)).text();
    expect(page).toContain("All 21 rules hold");
    expect(page).toContain(`People are shown <strong>${new URL(url).host}</strong> as who asks, verified`);
  });

  it("is looked at as it is now, whatever is kept of it", async () => {
    const url = publish({}, { headers: { "cache-control": "max-age=86400" } });
    expect((await worker.fetch(authorizationUrl(worker, { client_id: url, redirect_uris: [REDIRECT_URI] }).href)).status).toBe(200);
    documents.set(url, { status: 404, body: {} });
    expect(broken(await report(url))).toEqual(["the status is 200"]);
  });

  it("says of each redirect URI whether it is of use", async () => {
    const { checks, ok } = await report(publish({ redirect_uris: [REDIRECT_URI, "http://client.example/cb"] }));
    expect(ok).toBe(true);
    expect(checks.find(({ check }) => check === "redirect_uris are usable")?.found).toMatch(/http:\/\/client\.example\/cb \(left out: it /);
  });
});

describe("a document that is wrong", () => {
  it("shows all that is, and not the first alone", async () => {
    const found = await report(
      publish({ client_id: "https://other.example/", client_secret: "known-to-nobody", token_endpoint_auth_method: "client_secret_post", client_name: "", grant_types: ["implicit"], response_types: ["token"], redirect_uris: [] }, { headers: { "content-type": "text/html" } }),
    );
    expect(found.ok).toBe(false);
    expect(broken(found)).toEqual([
      "the content type is JSON",
      "client_id is the document's own URL",
      "the document holds no secret",
      "token_endpoint_auth_method is usable",
      "grant_types includes the code grant",
      "response_types includes code",
      "client_name is present",
      "redirect_uris are usable",
    ]);
    expect(JSON.stringify(found)).not.toContain("known-to-nobody");
  });

  it.each<[string, () => string, string, number]>([
    ["of no URL", () => "not a url", "the client id is a well-formed URL", 20],
    ["of a URL in another spelling", () => "https://Client.example/c", "the client id is a well-formed URL", 20],
    ["on a private address", () => "https://169.254.169.254/c", "the host is public", 19],
    ["that nobody serves", () => "https://nobody.example/c", "the status is 200", 15],
    ["that redirects", () => publish({}, { status: 302, headers: { location: "https://elsewhere.example/" } }), "the status is 200", 15],
    ["that is not JSON", () => publish({}, { body: "<html>" }), "the document is JSON", 11],
    ["whose members have other types", () => publish({ redirect_uris: "one" }), "members have their types", 8],
  ])("(%s) says how far it came, and what could not be looked at", async (_, make, rule, unchecked) => {
    const found = await report(make());
    expect(found.ok).toBe(false);
    expect(broken(found)).toEqual([rule]);
    expect(found.unchecked).toHaveLength(unchecked);
    expect(found.checks.length + found.unchecked.length).toBe(21);
  });

  const wrongs: Record<string, unknown>[] = [
    { client_id: "https://other.example/c" },
    { client_secret: "s" },
    { jwks: { keys: [] }, jwks_uri: "https://client.example/jwks" },
    { jwks: { keys: [{ kty: "oct", k: "AA" }] } },
    { jwks_uri: "ftp://client.example/jwks" },
    { token_endpoint_auth_method: "client_secret_basic" },
    { grant_types: ["refresh_token"] },
    { response_types: ["token"] },
    { client_name: "\u200b" },
    { redirect_uris: ["javascript:alert(1)"] },
    { redirect_uris: 7 },
  ];
  it.each(wrongs)("%j is refused by a sign-in for the reason that the check shows, with a link to it", async (wrong) => {
    const client_id = publish(wrong);
    const [first] = (await report(client_id)).checks.filter(({ ok }) => !ok);
    const signIn = authorizationUrl(worker, { client_id, redirect_uris: [REDIRECT_URI] }).href;
    const refused = await worker.fetch(signIn, { headers: { accept: "application/json" } });
    expect(refused.status).toBe(400);
    const body = (await refused.json()) as { details: Record<string, string>; check: string };
    expect(body.details).toEqual({ Document: client_id, Check: first!.check, Found: first!.found, Expected: first!.expected, Section: first!.section });
    const page = await (await worker.fetch(signIn, { headers: { accept: "text/html" } })).text();
    expect(page).toContain(`href="${body.check}"`);
    expect(body.check).toBe(`${worker.origin}/oauth/check?client_id=${encodeURIComponent(client_id)}`);
    expect((await worker.fetch(body.check)).status).toBe(200);
  });
});

describe("the check itself", () => {
  it("asks for a URL where none is given, and says so to programs", async () => {
    const page = await worker.fetch("/oauth/check", { headers: { accept: "text/html" } });
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('name="client_id"');
    for (const query of ["", "?client_id=", "?client_id=a&client_id=b"]) {
      const json = await worker.fetch(`/oauth/check${query}`, { headers: { accept: "application/json" } });
      expect([json.status, ((await json.json()) as { error: string }).error]).toEqual([400, "invalid_request"]);
    }
    expect((await worker.fetch("/oauth/check", { method: "POST" })).status).toBe(400);
    expect((await worker.fetch("/oauth/check", { method: "PUT" })).status).toBe(405);
  });

  // rule: clients/shared-hosting-unverified
  it("says where anybody can publish, to people and programs", async () => {
    const url = "https://alice.github.io/oauth/client.json";
    documents.set(url, { body: { client_id: url, client_name: "Example Editor", redirect_uris: [REDIRECT_URI] } });
    expect(await (await ask(url)).json()).toMatchObject({ client_id: url, ok: true, shared_hosting: "github.io" });
    expect(await (await ask(publish())).json()).not.toHaveProperty("shared_hosting");
    const page = await (await post(url)).text();
    expect(page).toContain("People are shown <strong>alice.github.io</strong> as who asks, unverified: anybody can publish on github.io.");
  });

  it("is linked from the home page", async () => {
    expect(await (await worker.fetch("/")).text()).toContain('href="/oauth/check"');
  });

  it("stays within the budget of sign-ins: 429, and no failure of the client", async () => {
    await using limited = await startWorker({ outgoing: serveDocuments(documents), environment: "canary" });
    const headers = { accept: "application/json", "cf-connecting-ip": "203.0.113.7" };
    const at = "https://mcp.example.com";
    const ask = (client_id: string) => limited.at(`${at}/oauth/check?client_id=${encodeURIComponent(client_id)}`, { headers });
    const statuses: number[] = [];
    for (let tries = 0; tries < 21; tries++) statuses.push((await ask(publish())).status);
    expect(statuses).toEqual([...Array<number>(20).fill(200), 429]);
    const client = { client_id: publish(), redirect_uris: [REDIRECT_URI] };
    const refused = await limited.at(authorizationUrl({ origin: at }, client).href, { headers });
    expect(refused.status, "one budget for both").toBe(429);
  });

  it("says where documents are not taken", async () => {
    await using off = await startWorker({ compatibilityFlags: [] });
    const response = await ask("https://client.example/c", "application/json", off);
    expect([response.status, ((await response.json()) as { error: string }).error]).toEqual([400, "invalid_client"]);
  });
});

describe("nobody else has a document looked at", () => {
  const looks = () => worker.requests.length;
  const PUBLIC = "https://mcp.example.com";
  /** How a request came to be, as a browser says it. */
  const from = (site?: string, more: Record<string, string> = {}) => ({ ...(site && { "sec-fetch-site": site }), ...more });
  const get = async (at: string, accept: string, headers: Record<string, string>) => {
    const url = publish();
    const before = looks();
    const response = await worker.at(`${at}/oauth/check?client_id=${encodeURIComponent(url)}`, { headers: { accept, ...headers } });
    const text = await response.text();
    if (accept === "text/html") expect(text, "for whoever wants it all the same").toContain(`value="${url}"`);
    return [response.status, looks() - before];
  };
  const HTML = "text/html";
  const JSON_ONLY = "application/json";

  // rule: clients/check-from-other-sites: no other site has a document looked at; in local work no page but our own,
  //    which posts
  it.each([
    [HTML, from("cross-site"), [403, 0]],
    [HTML, from("same-site"), [403, 0]],
    [HTML, from(undefined, { origin: "https://evil.example" }), [403, 0]],
    [JSON_ONLY, from("cross-site"), [403, 0]],
    [JSON_ONLY, from("same-site", { origin: "https://other.example.com" }), [403, 0]],
    [JSON_ONLY, from(undefined, { origin: "null" }), [403, 0]],
    [HTML, from("none"), [200, 1]],
    [HTML, from("same-origin"), [200, 1]],
    [HTML, from(), [200, 1]],
    [JSON_ONLY, from(), [200, 1]],
  ])("on a public host: %s %j is %j", async (accept, headers, expected) => {
    expect(await get(PUBLIC, accept, headers)).toEqual(expected);
  });

  // rule: clients/check-from-other-sites
  it.each([
    [HTML, from("cross-site"), [403, 0]],
    [HTML, from("same-site"), [403, 0]],
    [HTML, from("none"), [200, 0]],
    [HTML, from(), [200, 0]],
    ["*/*", from(), [200, 0]],
    [JSON_ONLY, from("cross-site"), [403, 0]],
    [JSON_ONLY, from("same-site"), [403, 0]],
    [JSON_ONLY, from("none"), [403, 0]],
    [JSON_ONLY, from(undefined, { origin: "https://evil.example" }), [403, 0]],
    [HTML, from("same-origin"), [200, 1]],
    [JSON_ONLY, from(), [200, 1]],
  ])("in local work: %s %j is %j", async (accept, headers, expected) => {
    expect(await get(worker.origin, accept, headers)).toEqual(expected);
    // Other names of this computer.
    expect(await get("http://localhost:8788", accept, headers)).toEqual(expected);
  });

  // rule: clients/check-from-other-sites
  it("than what its own page posts", async () => {
    const html = await (await worker.fetch("/oauth/check", { headers: { accept: HTML } })).text();
    const form = readForm(html, worker.url);
    expect(html).toContain('<form method="post" action="/oauth/check"');
    const url = publish();
    form.fields.set("client_id", url);
    const before = looks();
    const answer = await worker.fetch(form.action.pathname, { method: "POST", body: form.fields, headers: { accept: HTML, origin: worker.origin } });
    expect(await answer.text()).toContain("All 21 rules hold");
    expect(looks() - before).toBe(1);
    const others: Record<string, string>[] = [
      { origin: "https://evil.example" },
      { origin: "null", "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "cross-site" },
      { origin: "http://localhost:3000", "sec-fetch-site": "same-site" },
    ];
    for (const headers of others) {
      const refused = await post(url, headers);
      expect(refused.status).toBe(403);
      expect(refused.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
      expect(await refused.text()).toContain("Another site led here");
    }
    expect(looks() - before).toBe(1);
  });

  it("and away from local work the address of a check can be passed on", async () => {
    const html = await (await worker.at(`${PUBLIC}/oauth/check`)).text();
    expect(html).toContain('<form method="get" action="/oauth/check"');
  });
});
