// Anything malformed gets the status and the error code of the contract: at /mcp.
import { describe, expect, it } from "vitest";
import { asGoodAsBefore, checkRow, type Context, FORM, get, invalidUtf8, json, JSON_TYPE, type Row, rpcError, SECRET, status, withContext } from "../support/hostile.ts";
import { type RawRequest, raw } from "../support/raw.ts";
import type { TestWorker } from "../support/worker.ts";

const mcp = (changed: RawRequest["headers"], body: unknown = { jsonrpc: "2.0", id: 1, method: "ping" }, path = "/mcp") => ({ tokens }: Context): RawRequest => ({
  method: "POST",
  path,
  headers: { ...JSON_TYPE, authorization: `Bearer ${tokens.access_token}`, "mcp-protocol-version": "2025-11-25", ...changed },
  body: typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body),
});
const withToken = (authorization: string | undefined, path = "/mcp"): Row[1] => () => ({
  method: "POST",
  path,
  headers: { ...JSON_TYPE, ...(authorization === undefined ? {} : { authorization }) },
  body: "{}",
});

const mcpEndpoint: Row[] = [
  ["mcp by GET", get("/mcp"), status(405, { allow: "POST, OPTIONS" })],
  ["mcp by DELETE", () => ({ method: "DELETE", path: "/mcp" }), status(405, { allow: "POST, OPTIONS" })],
  ["mcp by PUT", () => ({ method: "PUT", path: "/mcp/a", body: "{}" }), status(405, { allow: "POST, OPTIONS" })],
  ["a path below /mcp that is too deep", withToken(undefined, "/mcp/a/b/c"), status(404)],
  ["a path beside /mcp", withToken(undefined, "/mcpx"), status(404)],
  ["an empty segment", withToken(undefined, "/mcp//a"), status(404)],
  ["a slug that begins with a dot", withToken(undefined, "/mcp/.env"), status(404)],
  ["an encoded slug", withToken(undefined, "/mcp/%61cme"), status(404)],
  ["an encoded slash", withToken(undefined, "/mcp/a%2fb"), status(404)],
  ["an encoded /mcp", withToken(undefined, "/%6dcp"), status(404)],
  ["a slug of 101 characters", withToken(undefined, `/mcp/${"a".repeat(101)}`), status(404)],
  ["a path of 8,000 characters", withToken(undefined, `/mcp/${"a".repeat(8000)}`), status(404)],
  ["encoded dot segments out of /mcp", withToken(undefined, "/mcp/%2e%2e/health"), status(404)],
  ["no token", withToken(undefined), json(401, "invalid_token")],
  ["another scheme", withToken("Basic YTpi"), json(401, "invalid_token")],
  ["a scheme without a token", withToken("Bearer"), json(401, "invalid_token")],
  ["a garbage token", withToken(`Bearer ${SECRET}`), json(401, "invalid_token")],
  ["a token of the right form and an unknown grant", withToken(`Bearer smcp_a_${"A".repeat(43)}.${"A".repeat(43)}`), json(401, "invalid_token")],
  ["a refresh token as an access token", (c) => mcp({ authorization: `Bearer ${c.tokens.refresh_token}` })(c), json(401, "invalid_token")],
  ["the token in the query only", (c) => ({ method: "POST", path: `/mcp?access_token=${c.tokens.access_token}`, headers: JSON_TYPE, body: "{}" }), json(401, "invalid_token")],
  ["an absurdly long token", withToken(`Bearer ${"x".repeat(8000)}`), json(401, "invalid_token")],
  // rule: resource/origin-header: `Origin`: loopback only on loopback; any on a public host, or those of
  //    `ALLOWED_ORIGINS` [MCP transports]
  ["a foreign Origin on loopback", mcp({ origin: "https://evil.example" }), json(403, "invalid_request")],
  ["Origin null on loopback", mcp({ origin: "null" }), json(403, "invalid_request")],
  ["an Origin that looks like loopback", mcp({ origin: "http://localhost.evil.example" }), json(403, "invalid_request")],
  // rule: resource/origin-header
  ["a foreign Host on loopback", mcp({ host: "evil.example" }), json(403, "invalid_request")],
  ["a foreign Host and its own Origin", mcp({ host: "evil.example:8788", origin: "http://evil.example:8788" }), json(403, "invalid_request")],
  ["mcp as text", mcp({ "content-type": "text/plain" }), status(415)],
  ["mcp as a form", mcp(FORM), status(415)],
  ["an Accept that admits neither", mcp({ accept: "text/html" }), status(406)],
  ["an Accept that refuses JSON", mcp({ accept: "application/json;q=0" }), status(406)],
  ["mcp beyond 1 MiB", mcp({}, " ".repeat(1024 * 1024 + 1)), json(413, "invalid_request")],
  ["mcp beyond 1 MiB, chunked", mcp({ "transfer-encoding": "chunked" }, " ".repeat(1024 * 1024 + 1)), json(413, "invalid_request")],
  ["malformed JSON at mcp", mcp({}, "{"), rpcError(400, -32700)],
  ["an empty body at mcp", mcp({}, ""), rpcError(400, -32700)],
  ["JSON at mcp that is not UTF-8", mcp({}, invalidUtf8('{"jsonrpc":"')), rpcError(400, -32700)],
  ["JSON at mcp that is nested absurdly deep", mcp({}, "[".repeat(100_000)), rpcError(400, -32700)],
  ["a batch in a version without batches", mcp({}, [{ jsonrpc: "2.0", id: 1, method: "ping" }]), rpcError(400, -32600)],
  ["an empty batch", mcp({ "mcp-protocol-version": "2025-03-26" }, []), rpcError(400, -32600)],
  ["an unknown protocol version", mcp({ "mcp-protocol-version": "2024-11-05" }), status(400)],
  ["no JSON-RPC version", mcp({}, { id: 1, method: "ping" }), rpcError(400, -32600)],
  ["an id that is null", mcp({}, { jsonrpc: "2.0", id: null, method: "ping" }), rpcError(400, -32600)],
  ["a message that is a number", mcp({}, 7), rpcError(400, -32600)],
  ["params that are an array", mcp({}, { jsonrpc: "2.0", id: 1, method: "ping", params: [1] }), rpcError(400, -32600)],
  ["an unknown method", mcp({}, { jsonrpc: "2.0", id: 1, method: "tools/destroy" }), rpcError(200, -32601)],
  ["an unknown tool", mcp({}, { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "destroy" } }), rpcError(200, -32602)],
  ["a tool call without a name", mcp({}, { jsonrpc: "2.0", id: 1, method: "tools/call", params: {} }), rpcError(200, -32602)],
  ["arguments that are a string", mcp({}, { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "whoami", arguments: "x" } }), rpcError(200, -32602)],
];

const table = {
  mcp: mcpEndpoint,
};

let worker: TestWorker;
let context: Context;
withContext((made, at) => {
  context = made;
  worker = at;
});

describe.each(Object.entries(table))("%s", (_, rows) => {
  it.each(rows)("%s", checkRow);
});

// rule: resource/challenges
describe("the challenge", () => {
  const scope = "org:read project:write team:write event:write";
  const resource = (path: string) => `${worker.origin}/.well-known/oauth-protected-resource${path}`;
  const challenge = async (path: string, authorization?: string) =>
    (await raw(worker.origin, withToken(authorization, path)(context))).headers.get("www-authenticate");

  it.each(["/mcp", "/mcp/acme", "/mcp/acme/web", "/mcp?utm_source=a%20b", "/mcp/acme?a=1&b=2"])("of %s without a token names no error", async (path) => {
    const expected = `Bearer realm="Sentry MCP", resource_metadata="${resource(path)}", scope="${scope}"`;
    expect(await challenge(path)).toBe(expected);
    expect(await challenge(path, "Basic YTpi"), "another scheme counts as none").toBe(expected);
  });

  it("with a bad token names the error", async () => {
    expect(await challenge("/mcp", "Bearer nonsense")).toMatch(
      /^Bearer realm="Sentry MCP", resource_metadata="[^"]+", scope="[^"]+", error="invalid_token", error_description="[^"\\]+"$/,
    );
  });

  // rule: resource/upstream-token-scheme: `Sentry-Bearer`: its own challenge, and off where the operator says so
  it("has a scheme of its own for Sentry tokens", async () => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "whoami" } });
    const headers = { ...JSON_TYPE, authorization: `Sentry-Bearer ${SECRET}` };
    const response = await raw(worker.origin, { method: "POST", path: "/mcp", headers, body });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toMatch(/^Sentry-Bearer /);
    expect(await response.text()).not.toContain(SECRET);
  });
});

// rule: tokens/nothing-secret-told
describe("after all of that", asGoodAsBefore);
