// The budgets for what clients publish, as wrangler.toml binds their limiters where others can reach the worker: strangers
// lock no client out that people use (what a budget of one address is stands in clients.test.ts).
import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DemoSentry } from "../support/demo-sentry.ts";
import { type ServedDocument, publishTo, serveDocuments } from "../support/documents.ts";
import { type Registered, authorizationUrl, signIn } from "../support/oauth.ts";
import { many, withSentry } from "../support/site.ts";
import { type Outgoing, type TestWorker, startWorker } from "../support/worker.ts";

const documents = new Map<string, ServedDocument>();
const served = serveDocuments(documents);
const fetched: string[] = [];
const outgoing: Outgoing = (request) => {
  if (request.url.startsWith(sentry.url)) return undefined;
  fetched.push(request.url);
  return served(request);
};
let sentry: DemoSentry;
withSentry((started) => (sentry = started));
let worker: TestWorker;
beforeAll(async () => {
  worker = await startWorker({ sentry: sentry.url, outgoing, environment: "canary" });
});
afterAll(() => worker?.stop());
/** The limiters count by the clock's minutes: a test must not reach over the end of one. */
beforeEach(async () => {
  const left = 60_000 - (Date.now() % 60_000);
  if (left < 15_000) await new Promise((resolve) => setTimeout(resolve, left + 50));
}, 20_000);
beforeEach(() => {
  documents.clear();
  fetched.length = 0;
});

const NEVER_KEPT = { headers: { "cache-control": "no-store" } };
let count = 0;
/** A client on a host of its own. */
const publish = (answer: Partial<ServedDocument> = {}) => publishTo(documents, `https://editor${++count}.example/client.json`, {}, answer);
/** Another one on its host, which nobody serves. */
const madeUp = ({ client_id, redirect_uris }: Registered, n: number): Registered => ({
  client_id: client_id.replace("client.json", `made-up-${n}.json`),
  redirect_uris,
});
const ask = async (client: Registered, address: string) => {
  const url = authorizationUrl(worker, client).href;
  return (await worker.at(url, { headers: { accept: "application/json", "cf-connecting-ip": address } })).status;
};
/** Addresses of strangers, by the part that they fall in. */
const part = (address: string) => createHash("sha256").update(address).digest("hex").charAt(0);
const addresses = Array.from({ length: 250 }, (_, n) => `198.51.100.${n + 1}`);
/** Some that nobody has used so far. */
const inPart = (which: string) => addresses.slice(40).filter((address) => part(address) === which);

interface Entry {
  body: string;
  expires_at: number;
  known_until?: number;
}
const entries = async () => (await worker.miniflare.getKVNamespace("OAUTH_KV")) as unknown as { get(key: string): Promise<string | null>; put(key: string, value: string): Promise<void> };
const nameOf = ({ client_id }: Registered) => `document:${createHash("sha256").update(client_id).digest("hex")}`;
const entryOf = async (client: Registered) => JSON.parse((await (await entries()).get(nameOf(client))) ?? "{}") as Entry;

/** Somebody signs in with it, and that is noted. */
async function known(client: Registered): Promise<void> {
  await signIn(worker, { client });
  await expect.poll(async () => (await entryOf(client)).known_until).toBeGreaterThan(0);
}

describe("a client that somebody has signed in with", () => {
  // rule: clients/strangers-lock-nobody-out
  it("is signed in with while strangers make up addresses on its host, whether or not its document is kept", async () => {
    for (const answer of [{}, NEVER_KEPT]) {
      const client = publish(answer);
      await known(client);
      const before = await entryOf(client);
      // Its copy has ended.
      await (await entries()).put(nameOf(client), JSON.stringify({ ...before, expires_at: Math.min(before.expires_at, Date.now() / 1000 - 5 | 0) }));
      const strangers = await many(40, (n) => ask(madeUp(client, n), addresses[n]!));
      expect(new Set(strangers)).toEqual(new Set([400]));
      expect(await ask(client, "203.0.113.1")).toBe(200);
      expect((await signIn(worker, { client })).tokens.refresh_token).toBeTruthy();
    }
  });

  // rule: clients/strangers-lock-nobody-out
  it("is signed in with by somebody whose address has no budget left", async () => {
    const client = publish(NEVER_KEPT);
    await known(client);
    const statuses = await many(25, (n) => ask(madeUp(client, n), "203.0.113.2"));
    expect(statuses.filter((status) => status === 429)).toHaveLength(5);
    expect(await ask(client, "203.0.113.2")).toBe(200);
  });

  // rule: clients/strangers-lock-nobody-out
  it("is not locked out by one who asks for nothing else", async () => {
    const client = publish(NEVER_KEPT);
    await known(client);
    const statuses = await many(60, () => ask(client, "203.0.113.3"));
    // Its own budget, and that of the address; a sign-in has used some.
    expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(50);
    expect(statuses).toContain(429);
    expect(await ask(client, "203.0.113.4"), "another address").toBe(200);
  });

  // rule: clients/copy-stands-in
  it("has a copy that stands in while the budget is spent, and then alone", async () => {
    const client = publish({ headers: { "cache-control": "max-age=60" } });
    await known(client);
    const ended = { ...(await entryOf(client)), expires_at: Math.floor(Date.now() / 1000) - 5 };
    await (await entries()).put(nameOf(client), JSON.stringify(ended));
    const right = documents.get(client.client_id)!;
    documents.set(client.client_id, { ...right, status: 503 });
    // Down: nobody can look, so each one who asks is told, until the budget is spent.
    const statuses = [];
    for (let times = 0; times < 55; times++) statuses.push(await ask(client, "203.0.113.5"));
    expect(statuses).toEqual([...Array<number>(50).fill(400), ...Array<number>(5).fill(200)]);
    expect(fetched.filter((url) => url === client.client_id).length, "with the first").toBe(51);
    expect(await ask(client, "203.0.113.6"), "whoever can look is told").toBe(400);
    // Found gone, it no longer stands in.
    documents.set(client.client_id, { status: 404, body: {} });
    expect(await ask(client, "203.0.113.6")).toBe(400);
    expect(await ask(client, "203.0.113.5")).toBe(429);
  });
});

describe("clients that nobody knows", () => {
  // rule: clients/fetch-budget
  it("share 30 fetches a minute of a host with a sixteenth of all addresses", async () => {
    const host = publish();
    const [one, two, three] = inPart("3") as [string, string, string];
    const statuses = [...(await many(20, (n) => ask(madeUp(host, n), one))), ...(await many(10, (n) => ask(madeUp(host, 100 + n), two)))];
    expect(new Set(statuses)).toEqual(new Set([400]));
    expect(await ask(madeUp(host, 200), three), "the same part").toBe(429);
    expect(await ask(host, inPart("4")[0]!), "another part").toBe(200);
    const elsewhere = publish();
    expect(await ask(elsewhere, three), "another host").toBe(200);
  });

  // rule: clients/fetch-budget
  it("cost their host nothing that their address is refused", async () => {
    const host = publish();
    const [one, two] = inPart("7") as [string, string];
    await many(40, (n) => ask(madeUp(host, n), one));
    expect(await ask(host, two), "20 of 30").toBe(200);
  });

  // rule: clients/fetch-budget
  it("are looked at by /oauth/check within that budget, also where somebody has signed in with one", async () => {
    const client = publish(NEVER_KEPT);
    await known(client);
    const check = async (address: string) => {
      const url = `https://mcp.example.com/oauth/check?client_id=${encodeURIComponent(client.client_id)}`;
      return (await worker.at(url, { headers: { accept: "application/json", "cf-connecting-ip": address } })).status;
    };
    const statuses = await many(25, () => check("203.0.113.7"));
    expect(statuses.filter((status) => status === 429)).toHaveLength(5);
    expect(await ask(client, "203.0.113.8")).toBe(200);
  });
});
