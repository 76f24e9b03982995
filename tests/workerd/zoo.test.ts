// Real clients in their published request shapes, from the first 401 to a tool call after a refresh. Where each shape is
// from stands in docs/CLIENTS.md.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ClientKey, asserted, claims } from "../support/assertion.ts";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { type ServedDocument, serveDocuments } from "../support/documents.ts";
import { type Parameters, type Registered, type Tokens, pkce, postForm, query, register, tool } from "../support/oauth.ts";
import { Person } from "../support/person.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";
import type { Animal } from "../support/zoo/animal.ts";
import { editors } from "../support/zoo/editors.ts";
import { services } from "../support/zoo/services.ts";
import { terminals } from "../support/zoo/terminals.ts";

const zoo: Animal[] = [...services, ...editors, ...terminals];

const documents = new Map<string, ServedDocument>();
let sentry: DemoSentry;
let worker: TestWorker;
beforeAll(async () => {
  sentry = await startDemoSentry();
  worker = await startWorker({ sentry: sentry.url, outgoing: serveDocuments(documents) });
});
afterAll(() => Promise.all([worker?.stop(), sentry?.stop()]));

const PUBLIC = "https://mcp.example.com";

/** A deployed worker, on https and with every limiter, as whoever is at this address reaches it. */
async function deployed(address: string): Promise<TestWorker> {
  const vars = { SENTRY_URL: sentry.url };
  const there = await startWorker({ environment: "production", vars, outgoing: serveDocuments(documents) });
  const fetch = (path: string, { headers, ...init }: RequestInit = {}) =>
    there.at(new URL(path, PUBLIC).href, { ...init, headers: { ...(headers as object), "cf-connecting-ip": address } } as object);
  return Object.create(there, { origin: { value: PUBLIC }, fetch: { value: fetch } }) as TestWorker;
}

/** A person at that worker and at the local Sentry. */
const personAt = (at: TestWorker) =>
  new Person({ fetch: (url, init) => (url.origin === PUBLIC ? at.fetch(url.href, init) : fetch(url, init)) });

/** From the challenge to the endpoints, as all of them do. */
async function discover(at: TestWorker) {
  const challenge = (await at.fetch("/mcp", { method: "POST" })).headers.get("www-authenticate") ?? "";
  const resource = await json(/resource_metadata="([^"]+)"/.exec(challenge)![1]!, at);
  const [issuer] = resource.authorization_servers as string[];
  const server = await json(`${issuer}/.well-known/oauth-authorization-server`, at);
  expect(server.issuer).toBe(issuer);
  return { resource: resource.resource as string, server: server as Record<string, string> };
}

async function json(url: string, at: TestWorker): Promise<Record<string, unknown>> {
  const response = await at.fetch(url);
  expect(response.status, url).toBe(200);
  return (await response.json()) as Record<string, unknown>;
}

async function identify({ registers, document, coversScope }: Animal, at: TestWorker): Promise<Registered & { scope?: string }> {
  if (document) {
    documents.set(document.client_id, { body: document });
    return { client_id: document.client_id, redirect_uris: document.redirect_uris as string[] };
  }
  const client: Registered & { scope?: string } = await register(at, { client_name: undefined, token_endpoint_auth_method: undefined, ...registers });
  expect(client).toMatchObject({ redirect_uris: registers!.redirect_uris });
  if (coversScope) expect(client.scope?.split(" ")).toEqual(expect.arrayContaining((registers!.scope as string).split(" ")));
  return client;
}

/** The key with which it signs, published where its document says. */
async function keyOf({ document, signs }: Animal): Promise<ClientKey | undefined> {
  if (!signs) return undefined;
  const key = await ClientKey.generate(signs);
  documents.set(document!.jwks_uri as string, { body: { keys: [key.jwk] } });
  return key;
}

async function walk(animal: Animal, at: TestWorker): Promise<void> {
  const { resource, server } = await discover(at);
  const client = await identify(animal, at);
  const { verifier, challenge } = pkce();
  const redirectUri = animal.redirectUri ?? client.redirect_uris[0]!;

  const url = new URL(server.authorization_endpoint!);
  const asked: Parameters = {
    response_type: "code",
    client_id: client.client_id,
    code_challenge: challenge,
    code_challenge_method: "S256",
    redirect_uri: redirectUri,
    state: "ey/lnTwSm9FUcQN+Qds=",
    resource,
    ...animal.asks,
  };
  url.search = query(asked);
  if (animal.wantsIssuer) {
    expect(server.authorization_response_iss_parameter_supported).toBe(true);
    const refused = await personAt(at).authorize(url, { deny: "here" });
    expect(refused.searchParams.get("error")).toBe("access_denied");
    expect(refused.searchParams.getAll("iss"), "in an error too").toEqual([server.issuer]);
  }
  const callback = await personAt(at).authorize(url);
  expect(callback.href.startsWith(`${redirectUri}?`), callback.href).toBe(true);
  expect(callback.searchParams.get("state")).toBe(asked.state);
  expect(callback.searchParams.getAll("iss")).toEqual([server.issuer]);

  const headers: Record<string, string> = { ...animal.headers };
  if (animal.origin) headers.origin = animal.origin;
  if (animal.secret === "basic") headers.authorization = `Basic ${btoa(`${client.client_id}:${client.client_secret}`)}`;
  const credentials = animal.secret === "post" ? { client_secret: client.client_secret } : {};
  const key = await keyOf(animal);
  const ask = async (form: Parameters): Promise<Tokens> => {
    const assertion = key && asserted(await key.sign(claims(client.client_id, server.issuer!)));
    const common = { client_id: client.client_id, ...credentials, ...assertion, ...(animal.noResource ? {} : { resource }), ...animal.sends };
    const response = await postForm(at, new URL(server.token_endpoint!).pathname, { ...form, ...common }, headers);
    const text = await response.text();
    expect(response.status, text).toBe(200);
    if (animal.origin) expect(response.headers.get("access-control-allow-origin")).toBe("*");
    return JSON.parse(text) as Tokens;
  };
  const code = callback.searchParams.get("code")!;
  const first = await ask({ grant_type: "authorization_code", code, code_verifier: verifier, redirect_uri: redirectUri });
  expect(first).toMatchObject({ token_type: "Bearer", expires_in: 3600, refresh_token: expect.any(String) });
  expect(await tool(at, first.access_token)).toContain("Ada Marlowe");
  const second = await ask({ grant_type: "refresh_token", refresh_token: first.refresh_token });
  expect(second.refresh_token).not.toBe(first.refresh_token);
  expect(await tool(at, second.access_token)).toContain("Ada Marlowe");
}

describe("in its published shape, from the challenge to a call after a refresh,", () => {
  // rule: others/published-shapes: 19 clients in 39 published shapes ([CLIENTS.md](CLIENTS.md)), from the challenge
  //    to a call after a refresh
  it.each(zoo.map((animal) => [animal.name, animal] as const))("%s", async (_, animal) => {
    if (!animal.address) return walk(animal, worker);
    await using there = await deployed(animal.address);
    await walk(animal, there);
  });
});

// rule: others/published-shapes
it("each client has its place, here and in the document that says where its shape is from", () => {
  const kinds = ["Claude (", "Claude Code", "Cursor", "VS Code", "Codex", "ChatGPT", "Gemini CLI", "MCP Inspector", "mcp-remote", "Windsurf", "mcp2cli"];
  kinds.push("GitHub Copilot CLI", "opencode", "LibreChat", "n8n", "Roo Code", "Zed", "Goose", "Home Assistant");
  const document = readFileSync(new URL("../../docs/CLIENTS.md", import.meta.url), "utf8");
  for (const kind of kinds) {
    expect(zoo.some(({ name }) => name.startsWith(kind)), kind).toBe(true);
    expect(document, kind).toContain(`\n| ${kind}`);
  }
  expect(new Set(zoo.map(({ name }) => name)).size).toBe(39);
});

// rule: others/published-shapes
it("an MCP Inspector in a browser reads what it needs across origins", async () => {
  const headers = { origin: "http://localhost:6274", "access-control-request-method": "POST", "access-control-request-headers": "content-type,mcp-protocol-version" };
  for (const path of ["/mcp", "/oauth/token", "/oauth/register"]) {
    const preflight = await worker.fetch(path, { method: "OPTIONS", headers });
    expect(preflight.ok, path).toBe(true);
    expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
    expect(preflight.headers.get("access-control-allow-headers")?.toLowerCase()).toContain("mcp-protocol-version");
  }
});

// rule: others/published-shapes
it("a registration with one client's loopback port is good for its next port", async () => {
  const client = await register(worker, { redirect_uris: ["http://127.0.0.1:63546/callback/6MFBM1In3Ey-"] });
  const ask = async (redirect_uri: string) => {
    const parameters = { response_type: "code", client_id: client.client_id, redirect_uri, code_challenge: pkce().challenge, code_challenge_method: "S256" };
    return (await worker.fetch(`/oauth/authorize?${query(parameters)}`)).status;
  };
  expect(await ask("http://127.0.0.1:40001/callback/6MFBM1In3Ey-")).toBe(200);
  // Codex once registered 127.0.0.1 and asked for localhost (openai/codex#31038): that is another address.
  expect(await ask("http://localhost:63546/callback/6MFBM1In3Ey-")).toBe(400);
});
