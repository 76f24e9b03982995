// Real clients in their published request shapes, from the first 401 to a tool call after a refresh. Where each shape is
// from stands in docs/CLIENTS.md.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { type ServedDocument, serveDocuments } from "../support/documents.ts";
import { type Parameters, type Registered, type Tokens, pkce, postForm, query, register, tool } from "../support/oauth.ts";
import { Person } from "../support/person.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

interface Animal {
  name: string;
  /** What it registers… */
  registers?: Record<string, unknown>;
  /** …or what it says of itself at its Client ID. */
  document?: Record<string, unknown> & { client_id: string };
  /** Where it is called back, if not at the first redirect URI that it names. */
  redirectUri?: string;
  /** What it adds to the usual authorization request; `undefined` takes away. */
  asks?: Parameters;
  /** What it adds to both token requests. */
  sends?: Parameters;
  headers?: Record<string, string>;
  /** It leaves the resource out of its token requests. */
  noResource?: boolean;
  /** It shows the secret that its registration gave it. */
  secret?: "post";
  /** A page of it calls the token endpoint: its origin. */
  origin?: string;
  /** It wants `iss` in every answer where the metadata advertise it, and goes on without it. */
  wantsIssuer?: boolean;
  /** Where its requests come from, to a deployed server. */
  address?: string;
}

const BOTH = ["authorization_code", "refresh_token"];
const DEVICE = "urn:ietf:params:oauth:grant-type:device_code";
const ALL = "org:read project:write team:write event:write";

const zoo: Animal[] = [
  {
    name: "Claude (claude.ai, desktop, mobile), by document",
    document: {
      client_id: "https://claude.ai/oauth/mcp-oauth-client-metadata",
      client_name: "Claude",
      client_uri: "https://claude.ai",
      redirect_uris: ["https://claude.ai/api/mcp/auth_callback"],
      grant_types: [...BOTH, "urn:ietf:params:oauth:grant-type:jwt-bearer"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    },
    asks: { scope: ALL },
  },
  {
    name: "Claude (claude.ai, desktop, mobile), registering",
    registers: {
      redirect_uris: ["https://claude.ai/api/mcp/auth_callback"],
      token_endpoint_auth_method: "client_secret_post",
      grant_types: BOTH,
      response_types: ["code"],
      client_name: "Claude",
    },
    secret: "post",
  },
  {
    name: "Claude Code, by document",
    document: {
      client_id: "https://claude.ai/oauth/claude-code-client-metadata",
      client_name: "Claude Code",
      client_uri: "https://claude.ai",
      redirect_uris: ["http://localhost/callback", "http://127.0.0.1/callback"],
      grant_types: BOTH,
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    },
    redirectUri: "http://localhost:55611/callback",
    asks: { scope: ALL },
  },
  {
    name: "Claude Code, registering",
    registers: {
      client_name: "Claude Code (sentry)",
      redirect_uris: ["http://localhost:54321/callback"],
      grant_types: BOTH,
      response_types: ["code"],
      token_endpoint_auth_method: "none",
      scope: ALL,
    },
    asks: { scope: ALL },
  },
  {
    name: "Cursor",
    registers: {
      client_name: "Cursor",
      redirect_uris: [
        "cursor://anysphere.cursor-mcp/oauth/callback",
        "https://www.cursor.com/agents/mcp/oauth/callback",
        "http://localhost:8787/callback",
      ],
      grant_types: BOTH,
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    },
  },
  {
    name: "Cursor, older, with the server's name in its path",
    registers: {
      client_name: "Cursor",
      redirect_uris: ["cursor://anysphere.cursor-retrieval/oauth/user-sentry/callback"],
      grant_types: BOTH,
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    },
  },
  {
    name: "Cursor Agents (web)",
    registers: {
      client_name: "Cursor",
      redirect_uris: ["https://www.cursor.com/agents/mcp/oauth/callback"],
      grant_types: BOTH,
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    },
  },
  {
    name: "VS Code, by document",
    document: {
      application_type: "native",
      client_id: "https://vscode.dev/oauth/client-metadata.json",
      client_name: "Visual Studio Code",
      client_uri: "https://vscode.dev/product",
      grant_types: [...BOTH, DEVICE],
      response_types: ["code"],
      redirect_uris: ["https://vscode.dev/redirect", "http://127.0.0.1:33418/"],
      token_endpoint_auth_method: "none",
    },
    redirectUri: "http://127.0.0.1:59656/",
    asks: { scope: ALL },
  },
  {
    name: "VS Code, registering",
    registers: {
      client_name: "Visual Studio Code",
      client_uri: "https://code.visualstudio.com",
      grant_types: [...BOTH, DEVICE],
      response_types: ["code"],
      redirect_uris: ["https://insiders.vscode.dev/redirect", "https://vscode.dev/redirect", "http://127.0.0.1/", "http://127.0.0.1:33418/"],
      scope: ALL,
      token_endpoint_auth_method: "none",
      application_type: "native",
    },
    redirectUri: "http://127.0.0.1:33418/",
    asks: { scope: ALL },
    noResource: true,
  },
  {
    name: "VS Code, called back through its redirect page, with its own scheme in the state",
    document: {
      application_type: "native",
      client_id: "https://vscode.dev/oauth/client-metadata.json",
      client_name: "Visual Studio Code",
      client_uri: "https://vscode.dev/product",
      grant_types: [...BOTH, DEVICE],
      response_types: ["code"],
      redirect_uris: ["https://vscode.dev/redirect", "http://127.0.0.1:33418/"],
      token_endpoint_auth_method: "none",
    },
    asks: { scope: ALL, state: "vscode://dynamicauthprovider/mcp.example.com/authorize?nonce%3Dey%2FlnTwSm9FUcQN%26windowId%3D4" },
  },
  {
    name: "VS Code, an extension of it, by the editor's scheme",
    registers: {
      client_name: "Visual Studio Code",
      redirect_uris: ["vscode://vscode.github-authentication/did-authenticate", "vscode-insiders://vscode.github-authentication/did-authenticate"],
      grant_types: BOTH,
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    },
  },
  {
    name: "VS Code on the web, registering",
    registers: {
      client_name: "Visual Studio Code",
      client_uri: "https://code.visualstudio.com",
      grant_types: BOTH,
      response_types: ["code"],
      redirect_uris: ["https://insiders.vscode.dev/redirect", "https://vscode.dev/redirect", "http://localhost/", "http://127.0.0.1/"],
      token_endpoint_auth_method: "none",
      application_type: "native",
    },
    redirectUri: "https://vscode.dev/redirect",
  },
  {
    name: "Codex, by document",
    document: {
      client_id: "https://chatgpt.com/oauth/codex/client.json",
      client_name: "Codex",
      redirect_uris: ["http://127.0.0.1/callback", "http://localhost/callback"],
      grant_types: BOTH,
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    },
    redirectUri: "http://127.0.0.1:41239/callback",
    asks: { scope: ALL },
  },
  {
    name: "Codex, registering (rmcp)",
    registers: {
      client_name: "Codex",
      redirect_uris: ["http://127.0.0.1:63546/callback/6MFBM1In3Ey-"],
      grant_types: BOTH,
      token_endpoint_auth_method: "none",
      response_types: ["code"],
    },
    noResource: true,
  },
  {
    name: "Codex, wanting an issuer that it then drops",
    registers: {
      client_name: "Codex",
      redirect_uris: ["http://127.0.0.1:49823/callback/0l1xkqzt0fJI"],
      grant_types: BOTH,
      token_endpoint_auth_method: "none",
      response_types: ["code"],
    },
    wantsIssuer: true,
  },
  {
    name: "Codex, over IPv6, its callback too",
    registers: {
      client_name: "Codex",
      redirect_uris: ["http://[::1]:41003/callback/6MFBM1In3Ey-"],
      grant_types: BOTH,
      token_endpoint_auth_method: "none",
      response_types: ["code"],
    },
    redirectUri: "http://[::1]:58113/callback/6MFBM1In3Ey-",
    wantsIssuer: true,
    address: "2001:db8:4c1f:9a00:1d2e:3f40:5162:7384",
  },
  {
    name: "mcp2cli, called back over IPv6",
    registers: {
      client_name: "mcp2cli",
      redirect_uris: ["http://[::1]:19878/callback"],
      grant_types: BOTH,
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    },
    address: "2001:db8:4c1f:9a00::19",
  },
  {
    name: "Windsurf, on this computer",
    registers: {
      client_name: "Windsurf",
      redirect_uris: ["http://127.0.0.1:6277/callback"],
      grant_types: BOTH,
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    },
    redirectUri: "http://127.0.0.1:52713/callback",
  },
  {
    name: "Windsurf, by its own scheme",
    registers: {
      client_name: "Windsurf",
      redirect_uris: ["windsurf://codeium.windsurf/callback"],
      grant_types: BOTH,
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    },
  },
  {
    name: "ChatGPT, by document",
    document: {
      client_id: "https://chatgpt.com/oauth/client.json",
      client_uri: "https://chatgpt.com/",
      redirect_uris: ["https://chatgpt.com/connector_platform_oauth_redirect"],
      token_endpoint_auth_method: "private_key_jwt",
      token_endpoint_auth_methods_supported: ["none", "private_key_jwt"],
      grant_types: BOTH,
      response_types: ["code"],
      client_name: "ChatGPT",
      logo_uri: "https://persistent.oaistatic.com/sonic/misc/openai-logo.png",
      token_endpoint_auth_signing_alg: "RS256",
      jwks_uri: "https://chatgpt.com/oauth/jwks.json",
    },
    asks: { scope: ALL, state: "oauth_s_691b55f5b11481919ddp59nge4998443f" },
  },
  {
    name: "ChatGPT, registering, and connecting again without scopes",
    registers: {
      client_name: "ChatGPT",
      redirect_uris: ["https://chatgpt.com/connector_platform_oauth_redirect"],
      grant_types: BOTH,
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    },
    asks: { scope: undefined, state: "oauth_s_691b57560b648191a5a85lt8e30e0894" },
  },
  {
    name: "Gemini CLI",
    registers: {
      client_name: "Gemini CLI MCP Client",
      redirect_uris: ["http://localhost:7777/oauth/callback"],
      grant_types: BOTH,
      response_types: ["code"],
      token_endpoint_auth_method: "none",
      scope: "",
    },
    headers: { accept: "application/json, application/x-www-form-urlencoded" },
  },
  {
    name: "MCP Inspector, from its page",
    registers: {
      redirect_uris: ["http://localhost:6274/oauth/callback", "http://localhost:6274/oauth/callback/debug"],
      token_endpoint_auth_method: "none",
      grant_types: BOTH,
      response_types: ["code"],
      client_name: "MCP Inspector",
      client_uri: "https://github.com/modelcontextprotocol/inspector",
      scope: "",
    },
    origin: "http://localhost:6274",
  },
  {
    name: "MCP Inspector, its guided flow",
    registers: {
      redirect_uris: ["http://localhost:6274/oauth/callback", "http://localhost:6274/oauth/callback/debug"],
      token_endpoint_auth_method: "none",
      grant_types: BOTH,
      response_types: ["code"],
      client_name: "MCP Inspector",
      client_uri: "https://github.com/modelcontextprotocol/inspector",
      scope: ALL,
    },
    redirectUri: "http://localhost:6274/oauth/callback/debug",
    asks: { scope: ALL },
    origin: "http://localhost:6274",
  },
  {
    name: "mcp-remote",
    registers: {
      redirect_uris: ["http://localhost:3334/oauth/callback"],
      token_endpoint_auth_method: "none",
      grant_types: BOTH,
      response_types: ["code"],
      client_name: "MCP CLI Proxy",
      client_uri: "https://github.com/modelcontextprotocol/mcp-cli",
      software_id: "2e6dc280-f3c3-4e01-99a7-8181dbd1d23d",
      software_version: "0.1.29",
      scope: ALL,
    },
    asks: { scope: ALL, state: "0b2c8a4e-6f38-4b7f-9a0e-0d7f3c1c5d11" },
  },
];

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

async function identify({ registers, document }: Animal, at: TestWorker): Promise<Registered> {
  if (document) {
    documents.set(document.client_id, { body: document });
    return { client_id: document.client_id, redirect_uris: document.redirect_uris as string[] };
  }
  const client = await register(at, { token_endpoint_auth_method: undefined, ...registers });
  expect(client).toMatchObject({ redirect_uris: registers!.redirect_uris });
  return client;
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
  const credentials = animal.secret === "post" ? { client_secret: client.client_secret } : {};
  const ask = async (form: Parameters): Promise<Tokens> => {
    const common = { client_id: client.client_id, ...credentials, ...(animal.noResource ? {} : { resource }), ...animal.sends };
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
  // rule: others/eleven-clients: eleven clients in 25 published shapes ([CLIENTS.md](CLIENTS.md)), from the challenge
  //    to a call after a refresh
  it.each(zoo.map((animal) => [animal.name, animal] as const))("%s", async (_, animal) => {
    if (!animal.address) return walk(animal, worker);
    await using there = await deployed(animal.address);
    await walk(animal, there);
  });
});

// rule: others/eleven-clients
it("each of the eleven has its place", () => {
  const kinds = ["Claude (", "Claude Code", "Cursor", "VS Code", "Codex", "ChatGPT", "Gemini CLI", "MCP Inspector", "mcp-remote", "Windsurf", "mcp2cli"];
  for (const kind of kinds) expect(zoo.some(({ name }) => name.startsWith(kind)), kind).toBe(true);
});

// rule: others/eleven-clients
it("an MCP Inspector in a browser reads what it needs across origins", async () => {
  const headers = { origin: "http://localhost:6274", "access-control-request-method": "POST", "access-control-request-headers": "content-type,mcp-protocol-version" };
  for (const path of ["/mcp", "/oauth/token", "/oauth/register"]) {
    const preflight = await worker.fetch(path, { method: "OPTIONS", headers });
    expect(preflight.ok, path).toBe(true);
    expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
    expect(preflight.headers.get("access-control-allow-headers")?.toLowerCase()).toContain("mcp-protocol-version");
  }
});

// rule: others/eleven-clients
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
