// Each runbook of docs/OPERATIONS.md, tried: what people meet, what the operator does, and the log lines on the way, which the page
// shows as they are written here. UPDATE=1 writes them there.
// file rule: clients/runbooks-tried: what an operator's page says of trouble, cure and log lines is what happens
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { type ServedDocument, publishTo, serveDocuments } from "../support/documents.ts";
import {
  REDIRECT_URI,
  type Registered,
  type Tokens,
  authorizationUrl,
  authorize,
  outcome,
  redeem,
  refresh,
  register,
  registeredLongAgo,
  rpc,
  signIn,
  tokensOf,
  tool,
} from "../support/oauth.ts";
import { type Redeployed, redeployed } from "../support/redeployed.ts";
import { shows } from "../support/runbook.ts";
import { temporaryFolder } from "../support/storage.ts";
import { COOKIE_SECRET, type LogLine, type TestWorker } from "../support/worker.ts";

const root = join(import.meta.dirname, "../..");
const documents = new Map<string, ServedDocument>();
/** As `wrangler dev --persist-to` lays it out, so that wrangler's own commands find it. */
const folder = temporaryFolder();
let sentry: DemoSentry;
let server: Redeployed;
let site: TestWorker;
let client: Registered;
let tokens: Tokens;
let seen = 0;
let keys = COOKIE_SECRET;

beforeAll(async () => {
  sentry = await startDemoSentry();
  server = redeployed({ sentry: sentry.url, storage: join(folder.path, "v3"), outgoing: serveDocuments(documents) });
  ({ site } = server);
  await server.deploy();
  client = await registeredLongAgo(site);
  tokens = (await signIn(site, { client, person: server.person(), choices: { skills: ["inspect", "triage"] } })).tokens;
});
afterAll(async () => {
  await server?.stop();
  await sentry?.stop();
  folder[Symbol.dispose]();
});
beforeEach(async () => void (seen = (await server.logs()).length));

/** The lines since the test began, or since the deployment, that are about this. */
const lines = async (about: RegExp): Promise<LogLine[]> => (await server.logs()).slice(seen).filter(({ message }) => about.test(message));
async function deploy(vars: Record<string, string> = {}): Promise<void> {
  await server.deploy({ COOKIE_SECRET: keys, ...vars });
  seen = 0;
}
const open = (who: Registered, changed = {}) => site.fetch(authorizationUrl(site, who, changed).href, { headers: { accept: "text/html" } });
const json = async (response: Response) => (await response.json()) as Record<string, string>;

it("people who are locked out: a registration is gone", async () => {
  const gone = { client_id: "AbCdEfGh0123456789abcd", redirect_uris: [REDIRECT_URI] };
  const page = await open(gone);
  expect([page.status, await page.text()]).toEqual([400, expect.stringContaining("We no longer know this application")]);
  expect(await outcome(await refresh(site, gone, tokens.refresh_token))).toBe("401 invalid_client");
  shows("registration gone", await lines(/authorize|oauth\/token|no longer know/));
});

it("people who are locked out: a refresh token that is too old", async () => {
  const { tokens: first } = await signIn(site, { client, person: server.person() });
  const second = await tokensOf(await refresh(site, client, first.refresh_token));
  const third = await tokensOf(await refresh(site, client, second.refresh_token));
  expect(await outcome(await refresh(site, client, first.refresh_token))).toBe("400 invalid_grant");
  expect((await refresh(site, client, third.refresh_token)).status).toBe(200);
  shows("old refresh token", (await lines(/refresh_reused|"status":400/)));
});

it("a client that cannot connect: its redirect URI, its document", async () => {
  const uri = await open(client, { redirect_uri: "http://127.0.0.1:1/other" });
  expect(await uri.text()).toContain("The answer would go to an unknown address");
  const described = publishTo(documents, "https://client.example/client.json", {}, { status: 404 });
  const id = (await open(described)).headers.get("x-request-id")!;
  const report = await json(await site.fetch(`/oauth/check?client_id=${encodeURIComponent(described.client_id)}`, { headers: { accept: "application/json" } }));
  expect(JSON.stringify(report)).toContain("the status is 200");
  expect((await lines(new RegExp(id))).length).toBeGreaterThan(0);
  shows("client cannot connect", await lines(/unknown address|could not read|authorize/));
});

it("Sentry is down: who is signed in reads on as far as it goes, nobody signs in, nothing ends", async () => {
  await sentry.fault({ path: "/oauth/token/", kind: "status", status: 503, times: 20 });
  await sentry.fault({ path: "/api/0/", kind: "status", status: 503, times: 20 });
  expect(await tool(site, tokens.access_token)).toMatch(/^error: /);
  await expect(authorize(site, { client, person: server.person() })).rejects.toThrow("error=temporarily_unavailable");
  tokens = await tokensOf(await refresh(site, client, tokens.refresh_token));
  await sentry.noFaults();
  expect(await tool(site, tokens.access_token)).toContain("Ada");
  shows("Sentry down", await lines(/\/mcp|callback|Sentry|oauth\/token/));
});

it("a new COOKIE_SECRET beside the old one signs nobody out; without it everybody must sign in; put back it brings them back", async () => {
  const next = "the-next-key-the-next-key-the-next-key-the-next-key";
  keys = `${next},${COOKIE_SECRET}`;
  await deploy();
  const before = tokens;
  tokens = await tokensOf(await refresh(site, client, tokens.refresh_token));
  await deploy({ COOKIE_SECRET: next });
  expect((await rpc(site, tokens.access_token)).status, "wrapped anew by the refresh").toBe(200);
  await deploy({ COOKIE_SECRET: "one-that-nobody-knows-one-that-nobody-knows-one" });
  expect(await outcome(await refresh(site, client, tokens.refresh_token))).toBe("400 invalid_grant");
  expect((await rpc(site, tokens.access_token)).status).toBe(401);
  shows("key dropped too soon", await lines(/oauth\/token|\/mcp/));
  await deploy();
  tokens = await tokensOf(await refresh(site, client, tokens.refresh_token));
  expect((await rpc(site, tokens.access_token)).status).toBe(200);
  expect(before.refresh_token).not.toBe(tokens.refresh_token);
  await deploy({ COOKIE_SECRET: "short" });
  expect((await site.fetch("/health")).status).toBe(500);
  shows("key too short", await lines(/not complete/));
  await deploy();
});

it("abuse: one client, one network, registration, everything", async () => {
  await deploy({ CLIENTS_DENIED: client.client_id, ADDRESSES_DENIED: "203.0.113.0/24", REGISTRATION: "closed" });
  await open(client);
  expect(await outcome(await refresh(site, client, tokens.refresh_token))).toBe("403 access_denied");
  expect(await outcome(await rpc(site, tokens.access_token))).toBe("403 access_denied");
  expect(await outcome(await site.fetch("/mcp", { method: "POST", headers: { "cf-connecting-ip": "203.0.113.9" } }))).toBe("403 access_denied");
  await expect(register(site)).rejects.toThrow("403");
  shows("shut out", await lines(/authorize|blocked|oauth|\/mcp/));
  await deploy({ MAINTENANCE: "readonly" });
  const params = { name: "update_issue", arguments: { organizationSlug: "lighthouse-books", issueId: "CHECKOUT-7", status: "resolved" } };
  await rpc(site, tokens.access_token, { method: "tools/call", params });
  expect((await open(client)).status).toBe(503);
  shows("read-only", await lines(/authorize|\/mcp|connections/));
  await deploy();
  tokens = await tokensOf(await refresh(site, client, tokens.refresh_token));
});

it("KV is lost: public clients go on, confidential ones wait for the copy, which brings them back", { timeout: 120_000 }, async () => {
  await deploy();
  const confidential = await registeredLongAgo(site, { token_endpoint_auth_method: "client_secret_post" });
  const secret = { client_secret: confidential.client_secret };
  const authorized = await authorize(site, { client: confidential, person: server.person() });
  let theirs = await tokensOf(await redeem(site, authorized, secret));
  const copy = join(folder.path, "registrations.json");
  const registrations = (direction: string) => {
    const args = ["scripts/registrations.mjs", direction, "local", copy, "--local", "--persist-to", folder.path];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
    return stdout + stderr;
  };
  await server.stop();
  expect(registrations("export")).toContain("registrations: 2 in");
  for (const name of readdirSync(join(folder.path, "v3"))) if (/kv/i.test(name)) rmSync(join(folder.path, "v3", name), { recursive: true });
  await deploy();
  tokens = await tokensOf(await refresh(site, client, tokens.refresh_token));
  expect((await open(client)).status).toBe(400);
  expect(await outcome(await refresh(site, confidential, theirs.refresh_token, secret))).toBe("401 invalid_client");
  shows("KV lost", await lines(/oauth/));
  await server.stop();
  expect(registrations("import")).toContain("registrations: 2 put back");
  await deploy();
  expect((await open(client)).status).toBe(200);
  theirs = await tokensOf(await refresh(site, confidential, theirs.refresh_token, secret));
  expect((await rpc(site, theirs.access_token)).status).toBe(200);
});
