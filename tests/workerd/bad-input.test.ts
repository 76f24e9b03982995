// Anything malformed gets the status and the error code of the contract: at the pages, and where nothing is.
// file rule: authorization/order-of-checks
import { describe, it } from "vitest";
import { asGoodAsBefore, checkRow, type Context, FORM, get, json, JSON_TYPE, page, post, redirect, type Row, SECRET, status, withContext } from "../support/hostile.ts";
import { type Parameters, REDIRECT_URI, authorizationUrl, query } from "../support/oauth.ts";
import type { RawRequest } from "../support/raw.ts";

const discovery: Row[] = [
  ["an unknown path", get("/nothing/here"), status(404)],
  ["an unknown well-known document", get("/.well-known/nothing"), status(404)],
  ["the origin as a protected resource", get("/.well-known/oauth-protected-resource"), status(404)],
  ["a protected resource beside /mcp", get("/.well-known/oauth-protected-resource/mcpx"), status(404)],
  ["a protected resource that is too deep", get("/.well-known/oauth-protected-resource/mcp/a/b/c"), status(404)],
  ["a protected resource with an encoded slug", get("/.well-known/oauth-protected-resource/mcp/%61"), status(404)],
  ["an issuer beside /mcp", get("/.well-known/oauth-authorization-server/other"), status(404)],
  ["an issuer with a slug that is none", get("/.well-known/oauth-authorization-server/mcp/-a"), status(404)],
  ["metadata by POST", post("/.well-known/oauth-authorization-server"), status(405, { allow: "GET, HEAD, OPTIONS" })],
  ["resource metadata by DELETE", () => ({ method: "DELETE", path: "/.well-known/oauth-protected-resource/mcp" }), status(405)],
];

const authorizeWith = (changed: Parameters) => (context: Context): RawRequest => {
  const { pathname, search } = authorizationUrl(context, context.client, changed);
  return { path: pathname + search };
};
const clientId = (client_id: string) => authorizeWith({ client_id });

const beforeTheClientIsKnown: Row[] = [
  ["no parameters", get("/oauth/authorize"), page(400, "client_id")],
  ["no client_id", authorizeWith({ client_id: undefined }), page(400, "client_id")],
  ["an empty client_id", clientId(""), page(400, "client_id")],
  ["two client_ids", (c) => authorizeWith({ client_id: [c.client.client_id, "other"] })(c), page(400, "client_id")],
  ["the same client_id twice", (c) => authorizeWith({ client_id: [c.client.client_id, c.client.client_id] })(c), page(400)],
  ["an unknown client", clientId("0123456789abcdefghijkl"), page(400, "connect again")],
  ["a client_id that is too long", clientId("a".repeat(5000)), page(400)],
  ["a client_id with a line break", clientId("abc\r\nset-cookie: x=y"), page(400)],
  ["a client_id with a path in it", clientId("../document:abc"), page(400)],
  ["a client_id that is not UTF-8", (c) => ({ path: `${authorizeWith({ client_id: undefined })(c).path}&client_id=%ff%fe` }), page(400)],
  ["an unregistered redirect_uri", authorizeWith({ redirect_uri: "https://evil.example/cb" }), page(400, "https://evil.example/cb")],
  ["a redirect_uri with another path", authorizeWith({ redirect_uri: `${REDIRECT_URI}/more` }), page(400)],
  ["a redirect_uri with another loopback name", authorizeWith({ redirect_uri: "http://localhost:33418/callback" }), page(400)],
  ["a redirect_uri with a user", authorizeWith({ redirect_uri: "http://127.0.0.1:33418@evil.example/callback" }), page(400)],
  ["a redirect_uri with a fragment", authorizeWith({ redirect_uri: `${REDIRECT_URI}#x` }), page(400)],
  ["a redirect_uri that runs code", authorizeWith({ redirect_uri: "javascript:alert(1)" }), page(400)],
  ["two redirect_uris", authorizeWith({ redirect_uri: [REDIRECT_URI, "https://evil.example/cb"] }), page(400)],
  ["a bad redirect_uri besides other faults", authorizeWith({ redirect_uri: "https://evil.example/cb", response_type: "token", scope: "x" }), page(400)],
  ["authorize by PUT", () => ({ method: "PUT", path: "/oauth/authorize" }), status(405)],
];

const urlAsTheClientId: Row[] = [
  ["a URL client_id over http", clientId("http://client.example/c.json"), page(400, "https")],
  ["a URL client_id without path", clientId("https://client.example"), page(400, "path")],
  ["a URL client_id with / as its path", clientId("https://client.example/"), page(400, "path")],
  ["a URL client_id with a fragment", clientId("https://client.example/c#x"), page(400, "fragment")],
  ["a URL client_id with a user", clientId("https://u:p@client.example/c"), page(400, "user name")],
  ["a URL client_id with a dot segment", clientId("https://client.example/a/../c"), page(400, "segments")],
  ["a URL client_id with an encoded dot segment", clientId("https://client.example/a/%2E%2e/c"), page(400, "segments")],
  ["a URL client_id in capitals", clientId("HTTPS://client.example/c"), page(400)],
  ["a URL client_id with a host in capitals", clientId("https://Client.example/c"), page(400)],
  ["a URL client_id with a backslash", clientId("https://client.example\\c"), page(400)],
  ["a URL client_id with a tab", clientId("https://client.example/\tc"), page(400)],
  ["a URL client_id with port 0", clientId("https://client.example:0/c"), page(400)],
  ["a URL client_id that is too long", clientId(`https://client.example/${"a".repeat(2048)}`), page(400)],
  ["a URL client_id of another scheme", clientId("ftp://client.example/c"), page(400)],
];

const toTheClient: Row[] = [
  ["no response_type", authorizeWith({ response_type: undefined }), redirect("invalid_request")],
  ["response_type token", authorizeWith({ response_type: "token" }), redirect("unsupported_response_type")],
  ["response_type code token", authorizeWith({ response_type: "code token" }), redirect("unsupported_response_type")],
  // rule: authorization/unsupported-parameters
  ["response_mode fragment", authorizeWith({ response_mode: "fragment" }), redirect("invalid_request")],
  ["response_mode form_post", authorizeWith({ response_mode: "form_post" }), redirect("invalid_request")],
  ["no PKCE", authorizeWith({ code_challenge: undefined, code_challenge_method: undefined }), redirect("invalid_request")],
  ["PKCE without method, which means plain", authorizeWith({ code_challenge_method: undefined }), redirect("invalid_request")],
  ["PKCE plain", authorizeWith({ code_challenge_method: "plain" }), redirect("invalid_request")],
  ["PKCE s256 in small letters", authorizeWith({ code_challenge_method: "s256" }), redirect("invalid_request")],
  ["a challenge that is too short", authorizeWith({ code_challenge: "a".repeat(42) }), redirect("invalid_request")],
  ["a challenge that is too long", authorizeWith({ code_challenge: "a".repeat(44) }), redirect("invalid_request")],
  ["a challenge of other characters", authorizeWith({ code_challenge: `${"a".repeat(42)}+` }), redirect("invalid_request")],
  ["a foreign resource", authorizeWith({ resource: "https://evil.example/mcp" }), redirect("invalid_target")],
  ["the origin as the resource", (c) => authorizeWith({ resource: c.origin })(c), redirect("invalid_target")],
  ["a resource beside /mcp", (c) => authorizeWith({ resource: `${c.origin}/mcpx` })(c), redirect("invalid_target")],
  ["a resource with dot segments", (c) => authorizeWith({ resource: `${c.origin}/mcp/a/../b` })(c), redirect("invalid_target")],
  ["a resource with encoding in its path", (c) => authorizeWith({ resource: `${c.origin}/mcp/%61` })(c), redirect("invalid_target")],
  ["a resource with a fragment", (c) => authorizeWith({ resource: `${c.origin}/mcp#x` })(c), redirect("invalid_target")],
  ["a resource that is a path", authorizeWith({ resource: "/mcp" }), redirect("invalid_target")],
  ["two different resources", (c) => authorizeWith({ resource: [`${c.origin}/mcp`, `${c.origin}/mcp/a`] })(c), redirect("invalid_request")],
  // rule: authorization/scopes
  ["an unknown scope", authorizeWith({ scope: "org:read org:admin" }), redirect("invalid_scope")],
  ["two scopes parameters", authorizeWith({ scope: ["org:read", "org:read"] }), redirect("invalid_request")],
  ["two states", authorizeWith({ state: ["a", "b"] }), redirect("invalid_request")],
  ["two code_challenges", (c) => ({ path: `${authorizeWith({})(c).path}&code_challenge=${"a".repeat(43)}` }), redirect("invalid_request")],
  ["an unknown parameter twice", (c) => ({ path: `${authorizeWith({})(c).path}&x=1&x=1` }), redirect("invalid_request")],
  ["a parameter that is not UTF-8", (c) => ({ path: `${authorizeWith({})(c).path}&x=%ff` }), redirect("invalid_request")],
  // rule: authorization/unsupported-parameters
  ["a request object", authorizeWith({ request: "e30.e30." }), redirect("request_not_supported")],
  // rule: authorization/unsupported-parameters
  ["a request_uri that we did not give out", authorizeWith({ request_uri: "https://evil.example/request" }), redirect("invalid_request_uri")],
  // rule: authorization/unsupported-parameters
  ["prompt none", authorizeWith({ prompt: "none" }), redirect("interaction_required")],
  // rule: authorization/unsupported-parameters
  ["prompt none among others", authorizeWith({ prompt: "login none" }), redirect("interaction_required")],
  ["a foreign issuer", authorizeWith({ issuer: "https://evil.example" }), redirect("invalid_request")],
  ["an issuer of ours that is none", (c) => authorizeWith({ issuer: `${c.origin}/other` })(c), redirect("invalid_request")],
  // rule: authorization/state-length
  ["a state of 2,049 bytes", authorizeWith({ state: "s".repeat(2049) }), redirect("invalid_request")],
];

const FORGED = `${Buffer.from('{"q":"x"}').toString("base64url")}.${"A".repeat(43)}`;
const formTo = (path: string, headers: RawRequest["headers"], form: Parameters) => ({ origin }: Context): RawRequest => ({
  method: "POST",
  path,
  headers: { ...FORM, origin, ...headers },
  body: query(form),
});

const consentForms: Row[] = [
  ["a consent form without fields", formTo("/oauth/authorize", {}, {}), page(400)],
  ["a consent form with a made-up state", formTo("/oauth/authorize", {}, { state: SECRET, action: "approve" }), page(400)],
  ["a consent form with a forged state", formTo("/oauth/authorize", {}, { state: FORGED, action: "approve" }), page(400)],
  ["a consent form with two states", formTo("/oauth/authorize", {}, { state: [FORGED, FORGED], action: "approve" }), page(400)],
  ["a consent form from another site", formTo("/oauth/authorize", { origin: "https://evil.example" }, { state: FORGED }), page(403, "another site")],
  ["a consent form from another port", formTo("/oauth/authorize", { origin: "http://127.0.0.1:1" }, { state: FORGED }), page(403)],
  ["a consent form with Origin null", formTo("/oauth/authorize", { origin: "null" }, { state: FORGED }), page(403)],
  // rule: authorization/forms-from-our-page
  ["Origin null from another site", formTo("/oauth/authorize", { origin: "null", "sec-fetch-site": "cross-site" }, { state: FORGED }), page(403)],
  // rule: authorization/forms-from-our-page
  ["no Origin, from another site", () => ({ method: "POST", path: "/oauth/authorize", headers: { ...FORM, "sec-fetch-site": "same-site" }, body: "" }), page(403)],
  ["a consent form as JSON", ({ origin }) => ({ method: "POST", path: "/oauth/authorize", headers: { ...JSON_TYPE, origin }, body: "{}" }), page(415)],
  ["a consent form without content type", ({ origin }) => ({ method: "POST", path: "/oauth/authorize", headers: { origin }, body: "state=x" }), page(415)],
  ["a consent form that is too large", formTo("/oauth/authorize", {}, { state: "x".repeat(70_000) }), page(413)],
];

const callback: Row[] = [
  ["a callback without parameters", get("/oauth/callback"), page(400)],
  ["a callback without state", get(`/oauth/callback?code=${SECRET}`), page(400)],
  ["a callback with two states", get("/oauth/callback?code=a&state=b&state=c"), page(400)],
  ["a callback with a made-up state", get(`/oauth/callback?code=${SECRET}&state=${SECRET}`), page(400)],
  ["a callback with a forged state", get(`/oauth/callback?code=a&state=${FORGED}`), page(400)],
  ["a callback with a forged state and cookies", get(`/oauth/callback?code=a&state=${FORGED}`, { cookie: `smcp_flow_x=${SECRET}; smcp_browser=${SECRET}` }), page(400)],
  ["a callback by POST", formTo("/oauth/callback", {}, { state: FORGED }), status(405, { allow: "GET" })],
  ["a callback by HEAD", () => ({ method: "HEAD", path: `/oauth/callback?code=a&state=${FORGED}` }), status(405, { allow: "GET" })],
];

const elsewhere: Row[] = [
  ["dot segments above the root", get("/../../etc/passwd"), status(404)],
  ["dot segments into a file", get("/style.css/../../wrangler.toml"), status(404)],
  ["encoded dot segments", get("/%2e%2e/%2e%2e/etc/passwd"), status(404)],
  ["an encoded NUL", get("/%00"), status(404)],
  ["a broken escape", get("/%zz"), status(404)],
  ["an absurd path", get(`/${"a/".repeat(4000)}`), status(404)],
  ["an asset that is none", get("/index.js"), status(404)],
  ["absurd headers on a good path", get("/health", { cookie: `${"a=b; ".repeat(1000)}=;;=`, "x-forwarded-host": "evil.example", accept: "\t,;q=", "content-length": "0" }), status(200)],
];

const table = {
  discovery,
  "authorize, before the client is known": beforeTheClientIsKnown,
  // rule: clients/url-form
  "authorize, with a URL as the client_id": urlAsTheClientId,
  "authorize, to the client": toTheClient,
  // rule: authorization/consent-form
  "the consent form": consentForms,
  callback,
  elsewhere,
};

withContext();

describe.each(Object.entries(table))("%s", (_, rows) => {
  it.each(rows)("%s", checkRow);
});

// rule: tokens/nothing-secret-told
describe("after all of that", asGoodAsBefore);
