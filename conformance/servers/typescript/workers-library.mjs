// @cloudflare/workers-oauth-provider in workerd, with a person who always agrees: workers-library.mjs PORT.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { Miniflare, convertV4MiniflareOptions } from "miniflare";

const require = createRequire(import.meta.url);
const library = readFileSync(require.resolve("@cloudflare/workers-oauth-provider"), "utf8");
const app = `
import { OAuthProvider } from "./library.mjs";
const api = { async fetch(request) {
  const { id } = await request.json();
  return Response.json({ jsonrpc: "2.0", id, result: { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo: { name: "greetings", version: "1" }, tools: [{ name: "greet", inputSchema: { type: "object" } }], content: [] } });
} };
const pages = { async fetch(request, env) {
  if (new URL(request.url).pathname !== "/authorize") return new Response("not here", { status: 404 });
  const asked = await env.OAUTH_PROVIDER.parseAuthRequest(request).catch(() => null);
  if (!asked) return new Response("no such request", { status: 400 });
  const client = await env.OAUTH_PROVIDER.lookupClient(asked.clientId);
  if (!client) return new Response("no such client", { status: 400 });
  const { redirectTo } = await env.OAUTH_PROVIDER.completeAuthorization({ request: asked, userId: "ada", metadata: {}, scope: asked.scope, props: {} });
  return Response.redirect(redirectTo, 302);
} };
export default new OAuthProvider({ apiRoute: "/mcp", apiHandler: api, defaultHandler: pages, authorizeEndpoint: "/authorize", tokenEndpoint: "/token", clientRegistrationEndpoint: "/register", scopesSupported: ["read"] });
`;
const worker = {
  name: "library",
  compatibilityDate: "2025-11-01",
  kvNamespaces: ["OAUTH_KV"],
  modules: [
    { type: "ESModule", path: "app.mjs", contents: app },
    { type: "ESModule", path: "library.mjs", contents: library },
  ],
};
const miniflare = new Miniflare(convertV4MiniflareOptions({ host: "localhost", port: Number(process.argv[2]), cf: false, workers: [worker] }));
await miniflare.ready;
