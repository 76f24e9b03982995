// What is kept of a client's metadata document, and for how long. The documents' hosts exist in the worker's outgoing hook
// only.
import { beforeEach, describe, expect, it } from "vitest";
import { type ServedDocument, publishTo, serveDocuments } from "../support/documents.ts";
import { type Parameters, REDIRECT_URI, type Registered, authorizationUrl, authorize, redeem, refresh, tokensOf } from "../support/oauth.ts";
import { withSite } from "../support/site.ts";
import type { TestWorker } from "../support/worker.ts";

const documents = new Map<string, ServedDocument>();
const served = serveDocuments(documents);
/** Every URL of a document that was asked for. */
const fetched: string[] = [];
let worker: TestWorker;
withSite((site) => ({ worker } = site), {
  outgoing: (request) => {
    if (documents.has(request.url)) fetched.push(request.url);
    return served(request);
  },
});
beforeEach(() => {
  documents.clear();
  fetched.length = 0;
});

let clients = 0;
/** A URL that nothing was kept for, with a document that is right. */
const publish = (answer: Partial<ServedDocument> = {}): Registered => ({
  ...publishTo(documents, `https://cached${++clients}.example/oauth/client.json`, {}, answer),
  redirect_uris: [REDIRECT_URI],
});
const open = (client: Registered, changed: Parameters = {}) =>
  worker.fetch(authorizationUrl(worker, client, changed).href, { headers: { accept: "text/html" } });

describe("the cache", () => {
  interface Kept {
    body: string;
    fetched_at: number;
    expires_at: number;
  }
  interface Namespace {
    list(options: { prefix: string }): Promise<{ keys: { name: string }[] }>;
    get(key: string): Promise<string | null>;
    put(key: string, value: string): Promise<void>;
  }
  const kv = async () => {
    const namespace = (await worker.miniflare.getKVNamespace("OAUTH_KV")) as unknown as Namespace;
    const entries: { key: string; kept: Kept }[] = [];
    for (const { name } of (await namespace.list({ prefix: "document:" })).keys) {
      entries.push({ key: name, kept: JSON.parse((await namespace.get(name)) ?? "{}") as Kept });
    }
    return { namespace, entries };
  };
  const keptFor = async (client: Registered) => (await kv()).entries.find(({ kept }) => kept.body.includes(client.client_id));
  /** As if the copy had been fetched so many seconds earlier. */
  const age = async (client: Registered, seconds: number) => {
    const { namespace } = await kv();
    const { key, kept } = (await keptFor(client))!;
    const older = { ...kept, fetched_at: kept.fetched_at - seconds, expires_at: kept.expires_at - seconds };
    await namespace.put(key, JSON.stringify(older));
  };

  it.each([
    [{}, 3600],
    [{ "cache-control": "max-age=120" }, 120],
    [{ "cache-control": "public, max-age=600, s-maxage=300" }, 300],
    [{ "cache-control": "max-age=5" }, 60],
    [{ "cache-control": "max-age=31536000, immutable" }, 86_400],
    [{ date: "Sun, 06 Nov 2026 08:49:37 GMT", expires: "Sun, 06 Nov 2026 08:59:37 GMT" }, 600],
  ])("keeps an answer with %j for %i s", async (headers, seconds) => {
    const client = publish({ headers: headers as Record<string, string> });
    for (let times = 0; times < 3; times++) expect((await open(client)).status).toBe(200);
    expect(fetched).toHaveLength(1);
    const { kept } = (await keptFor(client))!;
    expect(kept.expires_at - kept.fetched_at).toBe(seconds);
    // Longer than a test may take.
    await age(client, seconds - 30);
    await open(client);
    expect(fetched).toHaveLength(1);
    await age(client, 40);
    await open(client);
    expect(fetched).toHaveLength(2);
  });

  // rule: clients/resolved-twice
  it.each(["no-store", "no-cache", "private, no-store"])("keeps nothing under %s, which a sign-in fetches twice", async (value) => {
    const client = publish({ headers: { "cache-control": value } });
    const authorized = await authorize(worker, { client });
    expect(fetched, "the page and the approval").toHaveLength(2);
    expect(await keptFor(client)).toBe(undefined);
    // From here on its client cannot fail half-way: the document may be gone.
    documents.delete(client.client_id);
    const tokens = await tokensOf(await redeem(worker, authorized));
    expect((await refresh(worker, client, tokens.refresh_token)).status).toBe(200);
  });

  it("keeps no failure", async () => {
    const client = publish({ status: 404, headers: { "cache-control": "max-age=3600" } });
    for (let times = 0; times < 2; times++) expect((await open(client)).status).toBe(400);
    expect(fetched).toHaveLength(2);
    expect(await keptFor(client)).toBe(undefined);
  });

  // rule: clients/copy-lacks-redirect-uri
  it("looks again, once a minute, for a redirect URI that its copy lacks", async () => {
    const client = publish();
    await open(client);
    const added = "https://client.example/new";
    const body = documents.get(client.client_id)!.body as { redirect_uris: string[] };
    documents.set(client.client_id, { body: { ...body, redirect_uris: [REDIRECT_URI, added] } });
    const withNew = () => open(client, { redirect_uri: added });
    const refused = await withNew();
    expect(refused.status, "within the minute").toBe(400);
    const html = await refused.text();
    expect(html).toContain(added);
    expect(html).toContain(REDIRECT_URI);
    expect(fetched).toHaveLength(1);
    await age(client, 61);
    expect((await withNew()).status).toBe(200);
    expect(fetched).toHaveLength(2);
  });

  it("is not filled by a URI that the document never had", async () => {
    const client = publish();
    await open(client);
    await age(client, 61);
    for (let times = 0; times < 5; times++) expect((await open(client, { redirect_uri: "https://evil.example/cb" })).status).toBe(400);
    expect(fetched).toHaveLength(2);
  });

  // rule: clients/concurrent-misses: concurrent misses of a document each fetch, and all are answered
  it("serves 10 people at once", async () => {
    const client = publish();
    const answers = await Promise.all(Array.from({ length: 10 }, () => open(client)));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
  });
});
