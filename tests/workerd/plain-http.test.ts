// Plain http away from this computer: pages lead to https, everything else is refused before anybody looks at it.
// file rule: clients/plain-http-redirected: away from loopback, plain http is 308 to https for pages and 403 for the
//    rest, before anything is read; no cookie [RFC 8414 §3, OAuth 2.1 §1.5]
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type ServedDocument, publishTo, serveDocuments } from "../support/documents.ts";
import { REDIRECT_URI, authorizationUrl, pkce, query } from "../support/oauth.ts";
import { raw } from "../support/raw.ts";
import { withStoredSite } from "../support/site.ts";
import { type TemporaryFolder, dumpStorage } from "../support/storage.ts";
import type { TestWorker } from "../support/worker.ts";

const PLAIN = "http://mcp.example.com";
const SECURE = "https://mcp.example.com";

const documents = new Map<string, ServedDocument>();
let worker: TestWorker;
let folder: TemporaryFolder;
withStoredSite((site) => ({ worker, folder } = site), { outgoing: serveDocuments(documents) });
afterEach(() => documents.clear());

const client = { client_id: "https://client.example/client.json", redirect_uris: [REDIRECT_URI] };
const asked = authorizationUrl({ origin: PLAIN }, client);

/** What a person opens, and what a page loads. */
const pages = [
  "/",
  "/?x=1",
  "/account",
  "/account?said=x&page=2",
  "/account/history?older=x",
  "/account/history.json",
  `/oauth/authorize${asked.search}`,
  "/oauth/authorize",
  "/oauth/callback?code=a-code&state=a-state",
  `/oauth/check?client_id=${encodeURIComponent(client.client_id)}`,
  "/llms.txt",
  "/robots.txt",
  "/favicon.ico",
  "/style.css?v=x",
  "/chat.css",
  "/chat.js",
  "/page.js",
  "/og.png",
  "/tools?q=x",
];

/** What programs call, and what is not there. */
const others = [
  "/.well-known/oauth-authorization-server",
  "/.well-known/oauth-authorization-server/mcp/acme",
  "/.well-known/openid-configuration",
  "/.well-known/openid-configuration/mcp",
  "/mcp/.well-known/openid-configuration",
  "/.well-known/oauth-protected-resource",
  "/.well-known/oauth-protected-resource/mcp",
  "/.well-known/oauth-client/demo-chat.json",
  "/oauth/token",
  "/token",
  "/oauth/register",
  "/oauth/revoke",
  "/oauth/introspect",
  "/oauth/par",
  "/mcp",
  "/mcp?agent=1",
  "/mcp/acme/web",
  "/account/revoke",
  "/mcp.json",
  "/api/metadata",
  "/api/auth/authorize",
  "/api/auth/callback?code=a-code&state=a-state",
  "/api/auth/status",
  "/api/auth/logout",
  "/api/chat",
  "/sse",
  "/health",
  "/no-such-page",
  "/account/",
  "/account/history/",
  "//evil.example/",
];

const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"];

/** Bodies that would register, redeem and push, were they read. */
function body(method: string, path: string): { body?: string; headers: Record<string, string> } {
  if (["GET", "HEAD", "OPTIONS"].includes(method)) return { headers: {} };
  if (path === "/oauth/register" || path.startsWith("/api/") || path.startsWith("/mcp")) {
    return { headers: { "content-type": "application/json" }, body: JSON.stringify({ client_name: "X", redirect_uris: [REDIRECT_URI] }) };
  }
  const form = { client_id: client.client_id, redirect_uri: REDIRECT_URI, response_type: "code", code_challenge: pkce().challenge, code_challenge_method: "S256" };
  return { headers: { "content-type": "application/x-www-form-urlencoded" }, body: query(form) };
}

async function ask(method: string, path: string, headers: Record<string, string> = {}, origin = PLAIN) {
  const sent = body(method, path);
  const response = await worker.at(origin + path, { method, body: sent.body, headers: { ...sent.headers, ...headers } });
  const what = `${method} ${path}`;
  expect(response.headers.getSetCookie(), what).toEqual([]);
  expect(response.headers.get("cache-control"), what).toBe("no-store");
  return { response, what, text: await response.text() };
}

describe("over plain http, away from this computer,", () => {
  it.each(pages)("%s leads to https, and what else is tried there is refused", async (path) => {
    for (const method of ["GET", "HEAD"]) {
      const { response, what, text } = await ask(method, path, { accept: "text/html" });
      expect(response.status, what).toBe(308);
      expect(response.headers.get("location")).toBe(SECURE + path);
      expect(response.headers.get("referrer-policy")).toBe("no-referrer");
      expect(text).toBe("");
    }
    for (const method of METHODS.slice(2)) expect((await ask(method, path)).response.status, `${method} ${path}`).toBe(403);
  });

  it.each(others)("%s is refused in every method", async (path) => {
    for (const method of METHODS) {
      const { response, what, text } = await ask(method, path);
      expect(response.status, what).toBe(403);
      expect(response.headers.has("location")).toBe(false);
      if (method === "HEAD") continue;
      expect(JSON.parse(text), what).toEqual({ error: "invalid_request", error_description: "this server is reached over https only" });
    }
  });

  it("every route of the router is in these lists", () => {
    const router = readFileSync(join(import.meta.dirname, "../../src/router.rs"), "utf8");
    const match = /match \(method, segments\.as_slice\(\)\) \{([^]*?)\n    \}/.exec(router)![1]!;
    const patterns = [...match.matchAll(/\[[^[\]]*\]/g)].flatMap(([pattern]) => [...pattern.matchAll(/"([^"]*)"/g)].map(([, segment]) => segment!));
    const walked = new Set([...pages, ...others].flatMap((path) => path.split("?")[0]!.split("/")));
    expect(patterns.length).toBeGreaterThan(30);
    expect(patterns.filter((segment) => !walked.has(segment))).toEqual([]);
  });

  it("programs read JSON, a person a page", async () => {
    for (const accept of ["application/json", "*/*", "application/json, text/event-stream"]) {
      const { response, text } = await ask("POST", "/oauth/token", { accept });
      expect(response.headers.get("content-type"), accept).toBe("application/json");
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
      expect(JSON.parse(text)).toMatchObject({ error: "invalid_request" });
    }
    for (const [method, path] of [["POST", "/oauth/authorize"], ["POST", "/account/revoke"], ["GET", "/no-such-page"]] as const) {
      const { response, text } = await ask(method, path, { accept: "text/html,*/*;q=0.8" });
      expect(response.status).toBe(403);
      expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
      expect(text).toContain("This site is reached over https only");
    }
  });

  it("nothing is stored and nothing is fetched", async () => {
    publishTo(documents, client.client_id);
    const before = { requests: worker.requests.length, storage: dumpStorage(folder.path) };
    for (const method of METHODS) for (const path of [...pages, ...others]) await ask(method, path);
    expect(worker.requests.slice(before.requests)).toEqual([]);
    expect(dumpStorage(folder.path).equals(before.storage)).toBe(true);
  });

  // rule: clients/never-this-server
  it("nor is a document of this server's own host, under whatever scheme it was reached", async () => {
    const self = `${SECURE}/client.json`;
    publishTo(documents, self);
    await worker.at(authorizationUrl({ origin: PLAIN }, { ...client, client_id: self }).href);
    await worker.at(`${PLAIN}/oauth/check?client_id=${encodeURIComponent(self)}`);
    expect(worker.requests.filter(({ hostname }) => hostname === "mcp.example.com")).toEqual([]);
  });

  it("an address in the local network is away as well, and a port is left behind", async () => {
    for (const host of ["192.168.1.5:8788", "mcp.example.com:8080", "localhost.evil.example", "[fd00::1]:8788"]) {
      const { response } = await ask("GET", "/account?x=%20y", {}, `http://${host}`);
      expect(response.status, host).toBe(308);
      expect(response.headers.get("location")).toBe(`https://${host.replace(/:\d+$/, "")}/account?x=%20y`);
    }
  });

  it("a name that was pointed at a server of this computer is refused on the wire", async () => {
    const headers = { host: "evil.example", "content-type": "application/json" };
    const refused = await raw(worker.origin, { method: "POST", path: "/oauth/register", headers, body: JSON.stringify({ redirect_uris: [REDIRECT_URI] }) });
    expect(refused.status).toBe(403);
    const moved = await raw(worker.origin, { path: "/oauth/authorize?a=%2F", headers });
    expect([moved.status, moved.headers.get("location")]).toEqual([308, "https://evil.example/oauth/authorize?a=%2F"]);
  });
});

describe("on this computer", () => {
  it.each(["http://localhost:8788", "http://127.0.0.1:8788", "http://127.0.0.2", "http://[::1]:8788"])("%s is served as before", async (origin) => {
    const page = await worker.at(`${origin}/`);
    expect(page.status).toBe(200);
    const metadata = (await (await worker.at(`${origin}/.well-known/oauth-authorization-server`)).json()) as { issuer: string };
    expect(metadata.issuer).toBe(origin);
    expect((await worker.at(`${origin}/mcp`, { method: "POST" })).status).toBe(401);
  });
});
