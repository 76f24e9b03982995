// `/oauth/check`: what the developer of a client learns of its document, and that it is what a sign-in would say.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ServedDocument, serveDocuments } from "../support/documents.ts";
import { REDIRECT_URI, authorizationUrl } from "../support/oauth.ts";
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
    expect(found.checks).toHaveLength(20);
    expect(new Set(found.checks.map(({ check }) => check)).size).toBe(20);
    for (const each of found.checks) {
      expect(each).toEqual({ check: expect.any(String), ok: true, found: expect.stringMatching(/./), expected: expect.stringMatching(/./), section: expect.stringMatching(/CIMD|RFC|MCP|configuration/) });
    }
    const page = await (await ask(url, "text/html")).text();
    expect(page).toContain("All 20 rules hold");
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
    ["of no URL", () => "not a url", "the client id is a well-formed URL", 19],
    ["of a URL in another spelling", () => "https://Client.example/c", "the client id is a well-formed URL", 19],
    ["on a private address", () => "https://169.254.169.254/c", "the host is public", 18],
    ["that nobody serves", () => "https://nobody.example/c", "the status is 200", 14],
    ["that redirects", () => publish({}, { status: 302, headers: { location: "https://elsewhere.example/" } }), "the status is 200", 14],
    ["that is not JSON", () => publish({}, { body: "<html>" }), "the document is JSON", 11],
    ["whose members have other types", () => publish({ redirect_uris: "one" }), "members have their types", 8],
  ])("(%s) says how far it came, and what could not be looked at", async (_, make, rule, unchecked) => {
    const found = await report(make());
    expect(found.ok).toBe(false);
    expect(broken(found)).toEqual([rule]);
    expect(found.unchecked).toHaveLength(unchecked);
    expect(found.checks.length + found.unchecked.length).toBe(20);
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
    expect((await worker.fetch("/oauth/check", { method: "POST" })).status).toBe(405);
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
