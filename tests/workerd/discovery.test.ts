// What a client can know before it asks, in every form in which clients look for it, and that a client which compares
// strictly gets through with each of them.
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Keychain, call, connect } from "../support/client.ts";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { type Registered, pkce, postForm, query, register, rpc, signIn, tokensOf } from "../support/oauth.ts";
import { Person } from "../support/person.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

const SCOPES = ["org:read", "project:write", "team:write", "event:write"];
const RESOURCES = ["/mcp", "/mcp/lighthouse-books", "/mcp/lighthouse-books/checkout"];

interface ServerMetadata {
  [member: string]: unknown;
  issuer: string;
  authorization_endpoint: string;
  token_endpoint: string;
}

let sentry: DemoSentry;
let worker: TestWorker;
beforeAll(async () => {
  sentry = await startDemoSentry();
  worker = await startWorker({ sentry: sentry.url });
});
afterAll(() => Promise.all([worker?.stop(), sentry?.stop()]));

async function metadata(path: string): Promise<ServerMetadata> {
  const response = await worker.fetch(path);
  expect(response.status, path).toBe(200);
  return (await response.json()) as ServerMetadata;
}

// rule: resource/server-metadata
describe("the authorization server's metadata", () => {
  it("at the root says what works", async () => {
    const found = await metadata("/.well-known/oauth-authorization-server");
    const { origin } = worker;
    expect(found).toMatchObject({
      issuer: origin,
      authorization_endpoint: `${origin}/oauth/authorize`,
      token_endpoint: `${origin}/oauth/token`,
      registration_endpoint: `${origin}/oauth/register`,
      revocation_endpoint: `${origin}/oauth/revoke`,
      scopes_supported: SCOPES,
      response_types_supported: ["code"],
      response_modes_supported: ["query"],
      grant_types_supported: ["authorization_code", "refresh_token"],
      code_challenge_methods_supported: ["S256"],
      client_id_metadata_document_supported: true,
      authorization_response_iss_parameter_supported: true,
      protected_resources: [`${origin}/mcp`],
    });
    for (const endpoint of ["token", "revocation"]) {
      expect(found[`${endpoint}_endpoint_auth_methods_supported`], endpoint).toEqual(
        expect.arrayContaining(["none", "client_secret_basic", "client_secret_post"]),
      );
    }
    expect(found.scopes_supported).not.toContain("offline_access");
  });

  it("names no endpoint that does not work", async () => {
    const found = await metadata("/.well-known/oauth-authorization-server");
    const addresses = Object.entries(found).filter(([name]) => name.endsWith("_endpoint") || name === "service_documentation");
    expect(addresses.length).toBeGreaterThanOrEqual(5);
    for (const [name, address] of addresses) {
      const { pathname } = new URL(address as string);
      const answers = await Promise.all([worker.fetch(pathname), worker.fetch(pathname, { method: "POST" })]);
      expect(answers.map(({ status }) => status), name).not.toEqual([404, 404]);
      expect(answers.every(({ status }) => status < 500), name).toBe(true);
    }
  });

  it("is the same where OpenID Connect looks for it", async () => {
    expect(await metadata("/.well-known/openid-configuration")).toEqual(
      await metadata("/.well-known/oauth-authorization-server"),
    );
  });

  it.each(RESOURCES)("under %s has that as its issuer, and carries it and the resource along", async (path) => {
    const { origin } = worker;
    const root = await metadata("/.well-known/oauth-authorization-server");
    const scoped = await metadata(`/.well-known/oauth-authorization-server${path}`);
    const endpoint = new URL(scoped.authorization_endpoint);
    expect(endpoint.origin + endpoint.pathname).toBe(`${origin}/oauth/authorize`);
    expect(Object.fromEntries(endpoint.searchParams)).toEqual({ resource: origin + path, issuer: origin + path });
    // Everything else as at the root.
    expect(scoped).toEqual({ ...root, issuer: origin + path, authorization_endpoint: scoped.authorization_endpoint });
    for (const form of [`/.well-known/openid-configuration${path}`, `${path}/.well-known/openid-configuration`]) {
      expect(await metadata(form), form).toEqual(scoped);
    }
  });

  it("keeps the query for the resource and leaves it out of the issuer", async () => {
    const scoped = await metadata("/.well-known/oauth-authorization-server/mcp/acme?utm_source=a%20b&x=1");
    expect(scoped.issuer).toBe(`${worker.origin}/mcp/acme`);
    const parameters = new URL(scoped.authorization_endpoint).searchParams;
    expect(parameters.get("resource")).toBe(`${worker.origin}/mcp/acme?utm_source=a%20b&x=1`);
    expect(parameters.get("issuer")).toBe(scoped.issuer);
  });

  it("has the origin under which it was asked", async () => {
    for (const origin of ["https://mcp.example.com", "https://mcp.example.com:8443", "http://localhost:8788"]) {
      const response = await worker.at(`${origin}/.well-known/oauth-authorization-server`);
      const found = (await response.json()) as ServerMetadata;
      expect(found.issuer).toBe(origin);
      expect(found.token_endpoint).toBe(`${origin}/oauth/token`);
    }
  });
});

// rule: resource/resource-metadata
describe("a protected resource's metadata", () => {
  it.each([...RESOURCES, "/mcp?utm_source=a%20b", "/mcp/acme?a=1&b=%2F", "/mcp/Acme.x_y-1", "/mcp/", "/mcp/acme/"])(
    "of %s repeats it exactly as asked",
    async (resource) => {
      expect(await metadata(`/.well-known/oauth-protected-resource${resource}`)).toEqual({
        resource: worker.origin + resource,
        authorization_servers: [worker.origin],
        scopes_supported: SCOPES,
        bearer_methods_supported: ["header"],
        resource_name: "Sentry MCP",
      });
    },
  );

  it("is where the challenge says", async () => {
    for (const path of ["/mcp", "/mcp/acme/web?utm_source=x"]) {
      const refused = await worker.fetch(path, { method: "POST" });
      const address = /resource_metadata="([^"]+)"/.exec(refused.headers.get("www-authenticate") ?? "")?.[1];
      const { pathname, search } = new URL(address!);
      expect((await metadata(pathname + search)).resource).toBe(worker.origin + path);
    }
  });
});

// rule: resource/cors-and-caching: CORS and caching
describe("public documents", () => {
  const documents = [
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-authorization-server/mcp/acme",
    "/.well-known/openid-configuration",
    "/mcp/.well-known/openid-configuration",
    "/.well-known/oauth-protected-resource/mcp",
  ];

  it.each(documents)("%s may be read by any page, and kept", async (path) => {
    for (const method of ["GET", "HEAD"]) {
      const response = await worker.fetch(path, { method, headers: { origin: "https://inspector.example" } });
      expect(response.status, method).toBe(200);
      expect(response.headers.get("content-type")).toBe("application/json");
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
      expect(response.headers.has("access-control-allow-credentials")).toBe(false);
      expect(response.headers.get("cache-control")).toMatch(/^public, max-age=[1-9]\d*$/);
      expect((await response.text()) === "", method).toBe(method === "HEAD");
    }
  });

  const asked = (method: string, headers: string) => ({
    method: "OPTIONS",
    headers: {
      origin: "https://inspector.example",
      "access-control-request-method": method,
      "access-control-request-headers": headers,
    },
  });
  const list = (response: Response, name: string) =>
    (response.headers.get(name) ?? "").split(",").map((item) => item.trim().toLowerCase());

  it.each(documents)("%s has a preflight that lets any Mcp-* header through", async (path) => {
    // The SDK sends MCP-Protocol-Version with its discovery, so that a browser asks first.
    const response = await worker.fetch(path, asked("GET", "mcp-protocol-version"));
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(list(response, "access-control-allow-headers")).toContain("mcp-protocol-version");
  });

  it.each(["/oauth/token", "/oauth/register", "/oauth/revoke", "/mcp", "/mcp/acme/web"])(
    "%s may be called by any page's script, without credentials",
    async (path) => {
      const preflight = await worker.fetch(path, asked("POST", "authorization,content-type,mcp-param-region,x-evil"));
      expect(preflight.status).toBe(204);
      expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
      expect(preflight.headers.has("access-control-allow-credentials")).toBe(false);
      expect(list(preflight, "access-control-allow-methods")).toContain("post");
      expect(preflight.headers.get("access-control-max-age")).toBe("86400");
      const allowed = list(preflight, "access-control-allow-headers");
      for (const name of [
        "authorization",
        "content-type",
        "accept",
        "last-event-id",
        "mcp-protocol-version",
        "mcp-session-id",
        "mcp-method",
        "mcp-name",
        "mcp-param-region",
      ]) {
        expect(allowed).toContain(name);
      }
      expect(allowed).not.toContain("x-evil");

      const answer = await worker.fetch(path, { method: "POST", headers: { "content-type": "text/plain" }, body: "x" });
      expect(answer.headers.get("access-control-allow-origin")).toBe("*");
      expect(answer.headers.has("access-control-allow-credentials")).toBe(false);
      expect(list(answer, "access-control-expose-headers")).toEqual(["www-authenticate", "mcp-session-id"]);
      expect(answer.headers.get("cache-control")).toBe("no-store");
    },
  );

  it.each(["/oauth/authorize", "/oauth/callback"])("%s is a page and never does", async (path) => {
    for (const init of [{}, asked("POST", "content-type")]) {
      const response = await worker.fetch(path, init);
      expect(response.headers.has("access-control-allow-origin")).toBe(false);
      expect(response.headers.has("access-control-allow-headers")).toBe(false);
    }
  });
});

describe("a client that compares iss strictly (RFC 9207)", () => {
  let client: Registered;
  beforeAll(async () => {
    client = await register(worker);
  });

  const documents = ["", ...RESOURCES].flatMap((path) => [
    `/.well-known/oauth-authorization-server${path}`,
    `/.well-known/openid-configuration${path}`,
    ...(path ? [`${path}/.well-known/openid-configuration`] : []),
  ]);

  // rule: authorization/iss-in-every-answer
  it.each(documents)("gets through with %s", async (path) => {
    const document = await metadata(path);
    const proof = pkce();
    // A client adds its parameters to the endpoint's own query (RFC 6749 §3.1), `resource` a second time.
    const endpoint = new URL(document.authorization_endpoint);
    const resource = endpoint.searchParams.get("resource") ?? `${worker.origin}/mcp`;
    const added = query({
      response_type: "code",
      client_id: client.client_id,
      redirect_uri: client.redirect_uris[0],
      code_challenge: proof.challenge,
      code_challenge_method: "S256",
      state: "a b+c%20ü",
      resource,
    });
    endpoint.search += `${endpoint.search ? "&" : "?"}${added}`;
    const answer = (await new Person().authorize(endpoint)).searchParams;
    expect(answer.get("iss")).toBe(document.issuer);
    expect(answer.get("state")).toBe("a b+c%20ü");

    const denied = (await new Person().authorize(endpoint, { deny: "here" })).searchParams;
    expect([denied.get("error"), denied.get("iss")]).toEqual(["access_denied", document.issuer]);
    endpoint.searchParams.set("response_type", "token");
    const wrong = (await new Person().authorize(endpoint)).searchParams;
    expect([wrong.get("error"), wrong.get("iss")]).toEqual(["unsupported_response_type", document.issuer]);

    const form = { grant_type: "authorization_code", code: answer.get("code")!, code_verifier: proof.verifier, resource };
    const tokens = await tokensOf(await postForm(worker, "/oauth/token", { ...form, client_id: client.client_id }));
    const { pathname } = new URL(resource);
    const used = await worker.fetch(pathname, { method: "POST", headers: { authorization: `Bearer ${tokens.access_token}` } });
    expect(used.status, "past the token, and at the content type").toBe(415);
  });

  // rule: authorization/resource
  it("has whatever resource our metadata prints accepted", async () => {
    for (const path of [...RESOURCES, "/mcp?utm_source=a%20b", "/mcp/acme/web?x=%2e%2e/&y", "/mcp/acme/?q"]) {
      const { resource } = await metadata(`/.well-known/oauth-protected-resource${path}`);
      const parameters = { resource: resource as string, code_challenge: pkce().challenge, code_challenge_method: "S256" };
      const url = `/oauth/authorize?${query({ response_type: "code", client_id: client.client_id, ...parameters })}`;
      expect((await worker.fetch(url)).status, path).toBe(200);
    }
  });
});

// rule: mcp/constraints
describe("with the official SDK", () => {
  const parametersOf = async (client: Client, name: string) => {
    const { tools } = await client.listTools();
    const tool = tools.find((found) => found.name === name);
    return tool && Object.keys(tool.inputSchema.properties ?? {});
  };

  // rule: others/typescript-sdk
  it("a server URL with a query signs in, refreshes and calls", async () => {
    const server = new URL("/mcp?utm_source=newsletter&x=a%20b", worker.url);
    const keychain = new Keychain();
    const client = await connect(server, keychain);
    expect(await call(client, "whoami")).toContain("Ada Marlowe");
    const before = keychain.savedTokens!;
    keychain.savedTokens = { ...before, access_token: "no-longer-good" };
    const again = await connect(server, keychain);
    expect(keychain.savedTokens!.refresh_token).not.toBe(before.refresh_token);
    expect(await call(again, "whoami")).toContain("Ada Marlowe");
  });

  it("an organization's URL takes the organization out of every tool, and holds calls inside", async () => {
    const client = await connect(new URL("/mcp/lighthouse-books", worker.url), new Keychain());
    expect(await parametersOf(client, "search_issues")).not.toContain("organizationSlug");
    expect(await parametersOf(client, "find_projects")).not.toContain("organizationSlug");
    expect(await call(client, "find_projects")).toContain("shop-window");
    expect(await call(client, "search_issues")).toContain("CHECKOUT-1");
    // An argument of that name is no way out.
    await fetch(`${sentry.url}/_control/requests`, { method: "DELETE" });
    await client.callTool({ name: "find_projects", arguments: { organizationSlug: "quiet-harbor" } });
    expect(await pathsAskedOfSentry()).not.toContain("quiet-harbor");
  });

  it("a project's URL takes organization and project out of every tool, and holds calls inside", async () => {
    const client = await connect(new URL("/mcp/lighthouse-books/checkout", worker.url), new Keychain());
    const parameters = await parametersOf(client, "search_issues");
    expect(parameters).not.toContain("organizationSlug");
    expect(parameters).not.toContain("projectSlugOrId");
    const issues = await call(client, "search_issues");
    expect(issues).toContain("CHECKOUT-1");
    expect(issues).not.toContain("SHOP-WINDOW-");
    expect(await call(client, "get_issue_details", { issueId: "CHECKOUT-1" })).toContain("GatewayUnavailable");
    const outside = await client.callTool({ name: "get_issue_details", arguments: { issueId: "SHOP-WINDOW-1" } });
    expect(outside.isError).toBe(true);
    expect(JSON.stringify(outside.content)).not.toContain("shop-window/");
  });

  it("a scoped URL that the person cannot see says so", async () => {
    const { tokens } = await signIn(worker);
    const params = { name: "find_projects", arguments: {} };
    const response = await rpc(worker, tokens.access_token, { path: "/mcp/no-such-organization", method: "tools/call", params });
    const { result } = (await response.json()) as { result: { isError: boolean; content: object } };
    expect(result.isError).toBe(true);
    expect(JSON.stringify(result.content)).toContain("no-such-organization");
  });

  const pathsAskedOfSentry = async () => {
    const log = (await (await fetch(`${sentry.url}/_control/requests`)).json()) as { requests: { path: string }[] };
    expect(log.requests.length).toBeGreaterThan(0);
    return JSON.stringify(log.requests);
  };
});
