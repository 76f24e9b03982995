// Every route, as a request that is good or nearly so: what strangers' requests begin with.
import { type Context, FORM, JSON_TYPE } from "../hostile.ts";
import { REDIRECT_URI, authorizationUrl } from "../oauth.ts";

/** A request before it is written out. */
export interface Draft {
  method: string;
  path: string;
  query: [string, string][];
  headers: Record<string, string>;
  /** A form's fields, a value for JSON, bytes, or nothing. */
  body?: { form: [string, string][] } | { json: unknown } | { bytes: Uint8Array };
}

/** Without halves of surrogate pairs, which no URL can hold. */
export const wellFormed = (text: string): string => Buffer.from(text).toString();

export interface Route {
  name: string;
  draft(context: Context): Draft;
}

const get = (path: string, query: Record<string, string> = {}, headers: Record<string, string> = { accept: "text/html" }): Draft => ({
  method: "GET",
  path,
  query: Object.entries(query),
  headers,
});

const form = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Draft => ({
  method: "POST",
  path,
  query: [],
  headers: { ...FORM, ...headers },
  body: { form: Object.entries(fields) },
});

const json = (path: string, value: unknown, headers: Record<string, string> = {}): Draft => ({
  method: "POST",
  path,
  query: [],
  headers: { ...JSON_TYPE, ...headers },
  body: { json: value },
});

const rpc = (path: string, method: string, params: unknown, version = "2025-11-25") => ({ origin, tokens }: Context): Draft =>
  json(path, { jsonrpc: "2.0", id: 1, method, params }, {
    accept: "application/json, text/event-stream",
    authorization: `Bearer ${tokens.access_token}`,
    "mcp-protocol-version": version,
    origin,
  });

const documents = [
  "/", "/mcp.json", "/llms.txt", "/robots.txt", "/health", "/favicon.ico", "/style.css", "/sse", "/api/metadata", "/nothing/here",
  "/.well-known/oauth-authorization-server", "/.well-known/oauth-authorization-server/mcp/acme/web", "/.well-known/openid-configuration/mcp",
  "/mcp/.well-known/openid-configuration", "/.well-known/oauth-protected-resource/mcp/acme", "/.well-known/oauth-client/demo-chat.json",
];

const code = { grant_type: "authorization_code", code: "smcp_c_x.y", redirect_uri: REDIRECT_URI, code_verifier: "v".repeat(43) };
const consent = { state: "x.y", skill: "inspect", action: "approve" };
const pushed = { response_type: "code", redirect_uri: REDIRECT_URI, code_challenge: "c".repeat(43), code_challenge_method: "S256", state: "s", scope: "org:read" };

export const routes: Route[] = [
  ...documents.map((path) => ({ name: `GET ${path}`, draft: () => get(path) })),
  {
    name: "GET /oauth/authorize",
    draft: (context) => {
      const { pathname, searchParams } = authorizationUrl(context, context.client);
      return get(pathname, Object.fromEntries(searchParams));
    },
  },
  { name: "POST /oauth/authorize", draft: ({ origin }) => form("/oauth/authorize", consent, { origin, cookie: "smcp_browser=x.y" }) },
  { name: "GET /oauth/callback", draft: () => get("/oauth/callback", { code: "c", state: "x.y" }, { accept: "text/html", cookie: "smcp_browser=x.y; smcp_flow_x=y" }) },
  { name: "GET /oauth/check", draft: () => get("/oauth/check", { client_id: "https://client.example/c.json" }, { accept: "application/json" }) },
  { name: "POST /oauth/token, a code", draft: ({ client }) => form("/oauth/token", { ...code, client_id: client.client_id }) },
  { name: "POST /oauth/token, a refresh", draft: ({ client, tokens }) => form("/token", { grant_type: "refresh_token", refresh_token: `${tokens.refresh_token}x`, client_id: client.client_id }) },
  { name: "POST /oauth/register", draft: () => json("/oauth/register", { client_name: "Editor", redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: "none", grant_types: ["authorization_code"], contacts: ["a@b.example"], jwks: { keys: [] } }) },
  { name: "POST /oauth/revoke", draft: ({ client }) => form("/oauth/revoke", { token: "smcp_a_x.y", token_type_hint: "access_token", client_id: client.client_id }) },
  { name: "POST /oauth/introspect", draft: ({ confidential }) => form("/oauth/introspect", { token: "smcp_a_x.y", client_id: confidential.client_id, client_secret: "wrong" }) },
  { name: "POST /oauth/par", draft: ({ client }) => form("/oauth/par", { ...pushed, client_id: client.client_id }) },
  { name: "POST /mcp, initialize", draft: rpc("/mcp", "initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "x", version: "1" } }) },
  { name: "POST /mcp, tools/list", draft: rpc("/mcp", "tools/list", {}) },
  { name: "POST /mcp, tools/call", draft: rpc("/mcp", "tools/call", { name: "search_issues", arguments: { organizationSlug: "quiet-harbor", query: "is:unresolved", limit: 5 } }) },
  { name: "POST /mcp, server/discover of 2026-07-28", draft: rpc("/mcp", "server/discover", { _meta: { "io.modelcontextprotocol/protocolVersion": "2026-07-28" } }, "2026-07-28") },
  { name: "POST /mcp/{org}", draft: rpc("/mcp/quiet-harbor", "resources/read", { uri: "https://quiet-harbor.sentry.io/issues/1" }) },
  { name: "POST /mcp/{org}/{project}", draft: rpc("/mcp/quiet-harbor/tide-tables", "completion/complete", { ref: { type: "ref/prompt", name: "fix_issue" }, argument: { name: "organizationSlug", value: "q" } }) },
  { name: "GET /mcp", draft: () => get("/mcp/acme", { skills: "inspect", readonly: "1" }) },
  { name: "GET /account", draft: () => get("/account", { older: "1.x" }, { accept: "text/html", cookie: "smcp_session=x.y" }) },
  { name: "POST /account/revoke", draft: ({ origin }) => form("/account/revoke", { proof: "x", grant: "A".repeat(43), skill: "inspect" }, { origin, cookie: "smcp_session=x.y" }) },
  { name: "GET /api/auth/authorize", draft: () => get("/api/auth/authorize", { popup: "1" }) },
  { name: "GET /api/auth/callback", draft: () => get("/api/auth/callback", { code: "c", state: "s", iss: "http://127.0.0.1" }, { accept: "text/html", cookie: "smcp_begun_x=y" }) },
  { name: "GET /api/auth/status", draft: () => get("/api/auth/status", {}, { cookie: "smcp_chat=x.y" }) },
  { name: "POST /api/auth/logout", draft: ({ origin }) => ({ ...form("/api/auth/logout", {}, { origin, cookie: "smcp_chat=x.y" }) }) },
  { name: "POST /api/chat", draft: ({ origin }) => json("/api/chat", { messages: [{ role: "user", content: "/tools" }], endpoint: "/mcp" }, { origin, cookie: "smcp_chat=x.y" }) },
];
