// Anything malformed gets the status and the error code of the contract. Each row is one request; all of them go to one
// worker, which must be as good afterwards as before.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import {
  type Parameters,
  REDIRECT_URI,
  type Registered,
  type Tokens,
  authorizationUrl,
  query,
  register,
  rpc,
  signIn,
} from "../support/oauth.ts";
import { type RawRequest, raw } from "../support/raw.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

/** Stands wherever a row sends a secret. It must come back in no answer and stand in no log. */
const SECRET = "tell-nobody-of-4f1a9";

interface Context {
  origin: string;
  client: Registered;
  confidential: Registered;
  tokens: Tokens;
}

type Expected =
  /** An endpoint's `{error, error_description}`. */
  | { kind: "json"; status: number; error: string; headers?: Record<string, string> }
  /** A page: nothing is known yet to which the browser could be redirected. */
  | { kind: "page"; status: number; says?: string }
  /** An error that goes to the client. */
  | { kind: "redirect"; error: string; iss?: string }
  /** A JSON-RPC error. */
  | { kind: "rpc"; status: number; code: number }
  | { kind: "status"; status: number; headers?: Record<string, string> };

type Row = [name: string, request: (context: Context) => RawRequest, expected: Expected];

const json = (status: number, error: string, headers?: Record<string, string>): Expected => ({ kind: "json", status, error, headers });
const page = (status: number, says?: string): Expected => ({ kind: "page", status, says });
const redirect = (error: string): Expected => ({ kind: "redirect", error });
const rpcError = (status: number, code: number): Expected => ({ kind: "rpc", status, code });
const status = (status: number, headers?: Record<string, string>): Expected => ({ kind: "status", status, headers });

const get = (path: string, headers?: RawRequest["headers"]) => (): RawRequest => ({ path, headers });
const post = (path: string, headers?: RawRequest["headers"], body?: RawRequest["body"]) => (): RawRequest => ({ method: "POST", path, headers, body });

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const JSON_TYPE = { "content-type": "application/json" };

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

const toTheClient: Row[] = [
  ["no response_type", authorizeWith({ response_type: undefined }), redirect("invalid_request")],
  ["response_type token", authorizeWith({ response_type: "token" }), redirect("unsupported_response_type")],
  ["response_type code token", authorizeWith({ response_type: "code token" }), redirect("unsupported_response_type")],
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
  ["an unknown scope", authorizeWith({ scope: "org:read org:admin" }), redirect("invalid_scope")],
  ["two scopes parameters", authorizeWith({ scope: ["org:read", "org:read"] }), redirect("invalid_request")],
  ["two states", authorizeWith({ state: ["a", "b"] }), redirect("invalid_request")],
  ["two code_challenges", (c) => ({ path: `${authorizeWith({})(c).path}&code_challenge=${"a".repeat(43)}` }), redirect("invalid_request")],
  ["an unknown parameter twice", (c) => ({ path: `${authorizeWith({})(c).path}&x=1&x=1` }), redirect("invalid_request")],
  ["a parameter that is not UTF-8", (c) => ({ path: `${authorizeWith({})(c).path}&x=%ff` }), redirect("invalid_request")],
  ["a request object", authorizeWith({ request: "e30.e30." }), redirect("request_not_supported")],
  ["a request_uri that we did not give out", authorizeWith({ request_uri: "https://evil.example/request" }), redirect("invalid_request_uri")],
  ["prompt none", authorizeWith({ prompt: "none" }), redirect("interaction_required")],
  ["prompt none among others", authorizeWith({ prompt: "login none" }), redirect("interaction_required")],
  ["a foreign issuer", authorizeWith({ issuer: "https://evil.example" }), redirect("invalid_request")],
  ["an issuer of ours that is none", (c) => authorizeWith({ issuer: `${c.origin}/other` })(c), redirect("invalid_request")],
  ["a state of 2,049 bytes", authorizeWith({ state: "s".repeat(2049) }), redirect("invalid_request")],
];

const FORGED = `${Buffer.from('{"q":"x"}').toString("base64url")}.${"A".repeat(43)}`;
const formTo = (path: string, headers: RawRequest["headers"], form: Parameters) => ({ origin }: Context): RawRequest => ({
  method: "POST",
  path,
  headers: { ...FORM, origin, ...headers },
  body: query(form),
});

const consentAndCallback: Row[] = [
  ["a consent form without fields", formTo("/oauth/authorize", {}, {}), page(400)],
  ["a consent form with a made-up state", formTo("/oauth/authorize", {}, { state: SECRET, action: "approve" }), page(400)],
  ["a consent form with a forged state", formTo("/oauth/authorize", {}, { state: FORGED, action: "approve" }), page(400)],
  ["a consent form with two states", formTo("/oauth/authorize", {}, { state: [FORGED, FORGED], action: "approve" }), page(400)],
  ["a consent form from another site", formTo("/oauth/authorize", { origin: "https://evil.example" }, { state: FORGED }), page(403, "another site")],
  ["a consent form from another port", formTo("/oauth/authorize", { origin: "http://127.0.0.1:1" }, { state: FORGED }), page(403)],
  ["a consent form with Origin null", formTo("/oauth/authorize", { origin: "null" }, { state: FORGED }), page(403)],
  ["Origin null from another site", formTo("/oauth/authorize", { origin: "null", "sec-fetch-site": "cross-site" }, { state: FORGED }), page(403)],
  ["no Origin, from another site", () => ({ method: "POST", path: "/oauth/authorize", headers: { ...FORM, "sec-fetch-site": "same-site" }, body: "" }), page(403)],
  ["a consent form as JSON", ({ origin }) => ({ method: "POST", path: "/oauth/authorize", headers: { ...JSON_TYPE, origin }, body: "{}" }), page(415)],
  ["a consent form without content type", ({ origin }) => ({ method: "POST", path: "/oauth/authorize", headers: { origin }, body: "state=x" }), page(415)],
  ["a consent form that is too large", formTo("/oauth/authorize", {}, { state: "x".repeat(70_000) }), page(413)],
  ["a callback without parameters", get("/oauth/callback"), page(400)],
  ["a callback without state", get(`/oauth/callback?code=${SECRET}`), page(400)],
  ["a callback with two states", get("/oauth/callback?code=a&state=b&state=c"), page(400)],
  ["a callback with a made-up state", get(`/oauth/callback?code=${SECRET}&state=${SECRET}`), page(400)],
  ["a callback with a forged state", get(`/oauth/callback?code=a&state=${FORGED}`), page(400)],
  ["a callback with a forged state and cookies", get(`/oauth/callback?code=a&state=${FORGED}`, { cookie: `smcp_flow_x=${SECRET}; smcp_browser=${SECRET}` }), page(400)],
  ["a callback by POST", formTo("/oauth/callback", {}, { state: FORGED }), status(405, { allow: "GET, HEAD" })],
];

const token = (changed: Parameters, headers: RawRequest["headers"] = {}) => (context: Context): RawRequest => ({
  method: "POST",
  path: "/oauth/token",
  headers: { ...FORM, ...headers },
  body: query({
    grant_type: "authorization_code",
    client_id: context.client.client_id,
    code: SECRET,
    code_verifier: `${SECRET}-${"v".repeat(43)}`,
    redirect_uri: REDIRECT_URI,
    ...changed,
  }),
});
const basic = (id: string, secret: string) => ({ authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}` });
const BASIC_CHALLENGE = { "www-authenticate": 'Basic realm="Sentry MCP"' };
const invalidUtf8 = (prefix: string) => Buffer.concat([Buffer.from(prefix), Buffer.from([0xff, 0xfe])]);

const tokenEndpoint: Row[] = [
  ["token by GET", get(`/oauth/token?code=${SECRET}`), json(405, "invalid_request", { allow: "POST, OPTIONS" })],
  ["token by PUT", () => ({ method: "PUT", path: "/oauth/token", headers: FORM, body: "" }), json(405, "invalid_request")],
  ["token as JSON", post("/oauth/token", JSON_TYPE, JSON.stringify({ grant_type: "refresh_token", refresh_token: SECRET })), json(415, "invalid_request")],
  ["token without content type", post("/oauth/token", {}, `code=${SECRET}`), json(415, "invalid_request")],
  ["token as multipart", post("/oauth/token", { "content-type": "multipart/form-data; boundary=x" }, "--x--"), json(415, "invalid_request")],
  ["token beyond 64 KiB", token({ padding: "x".repeat(64 * 1024) }), json(413, "invalid_request")],
  ["token beyond 64 KiB, chunked", (c) => ({ ...token({ padding: "x".repeat(64 * 1024) })(c), headers: { ...FORM, "transfer-encoding": "chunked" } }), json(413, "invalid_request")],
  ["token with an invalid byte", post("/oauth/token", FORM, invalidUtf8("grant_type=")), json(400, "invalid_request")],
  ["token with an invalid encoded byte", post("/oauth/token", FORM, "grant_type=authorization_code&code=%ff"), json(400, "invalid_request")],
  ["token with an empty body", post("/oauth/token", FORM, ""), json(400, "invalid_request")],
  ["two grant_types", token({ grant_type: ["authorization_code", "refresh_token"] }), json(400, "invalid_request")],
  ["two codes", token({ code: [SECRET, SECRET] }), json(400, "invalid_request")],
  ["an unknown parameter twice at the token endpoint", token({ x: ["1", "2"] }), json(400, "invalid_request")],
  ["no grant_type", token({ grant_type: undefined }), json(400, "invalid_request")],
  ["an empty grant_type", token({ grant_type: "" }), json(400, "invalid_request")],
  ["the password grant", token({ grant_type: "password", username: "ada", password: SECRET }), json(400, "unsupported_grant_type")],
  ["the client credentials grant", token({ grant_type: "client_credentials" }), json(400, "unsupported_grant_type")],
  ["duplicates are found before the grant type", token({ grant_type: "password", x: ["1", "2"] }), json(400, "invalid_request")],
  ["the grant type is read before the client", token({ grant_type: "password", client_id: undefined }), json(400, "unsupported_grant_type")],
  ["no client", token({ client_id: undefined }), json(401, "invalid_client")],
  ["an unknown client at the token endpoint", token({ client_id: "nobody-knows-it" }), json(401, "invalid_client")],
  ["an unknown client with a secret", token({ client_id: "nobody-knows-it", client_secret: SECRET }), json(401, "invalid_client")],
  ["a URL client_id that is none", token({ client_id: "https://client.example" }), json(401, "invalid_client")],
  ["a wrong secret in the form", (c) => token({ client_id: c.confidential.client_id, client_secret: SECRET })(c), json(401, "invalid_client")],
  ["a wrong secret in the header", (c) => token({ client_id: undefined }, basic(c.confidential.client_id, SECRET))(c), json(401, "invalid_client", BASIC_CHALLENGE)],
  ["an unknown client in the header", token({ client_id: undefined }, basic("nobody-knows-it", SECRET)), json(401, "invalid_client", BASIC_CHALLENGE)],
  ["a secret of a public client", token({ client_secret: SECRET }), json(401, "invalid_client")],
  ["Basic that is not base64", token({}, { authorization: `Basic ***${SECRET}` }), json(401, "invalid_client", BASIC_CHALLENGE)],
  ["Basic without a colon", token({}, { authorization: `Basic ${Buffer.from(SECRET).toString("base64")}` }), json(401, "invalid_client", BASIC_CHALLENGE)],
  ["Basic with broken form encoding", token({}, basic("%ff", SECRET)), json(401, "invalid_client", BASIC_CHALLENGE)],
  ["another scheme at the token endpoint", token({}, { authorization: `Bearer ${SECRET}` }), json(401, "invalid_client")],
  ["two ways of authentication", (c) => token({ client_id: undefined, client_secret: SECRET }, basic(c.confidential.client_id, SECRET))(c), json(400, "invalid_request")],
  ["another client_id than in the header", (c) => token({}, basic(c.confidential.client_id, SECRET))(c), json(400, "invalid_request")],
  ["no code", token({ code: undefined }), json(400, "invalid_request")],
  ["no verifier", token({ code_verifier: undefined }), json(400, "invalid_request")],
  ["a verifier that is too short", token({ code_verifier: "v".repeat(42) }), json(400, "invalid_request")],
  ["a verifier that is too long", token({ code_verifier: "v".repeat(129) }), json(400, "invalid_request")],
  ["a verifier of other characters", token({ code_verifier: `${"v".repeat(43)}+` }), json(400, "invalid_request")],
  ["a code that is none", token({}), json(400, "invalid_grant")],
  ["a code of the right form and an unknown grant", token({ code: `smcp_c_${"A".repeat(43)}.${"A".repeat(43)}` }), json(400, "invalid_grant")],
  ["an access token as a code", (c) => token({ code: c.tokens.access_token })(c), json(400, "invalid_grant")],
  ["a foreign resource at the token endpoint", token({ resource: "https://evil.example/mcp" }), json(400, "invalid_target")],
  ["two different resources at the token endpoint", (c) => token({ resource: [`${c.origin}/mcp`, `${c.origin}/mcp/a`] })(c), json(400, "invalid_request")],
  ["no refresh token", token({ grant_type: "refresh_token" }), json(400, "invalid_request")],
  ["a refresh token that is none", token({ grant_type: "refresh_token", refresh_token: SECRET }), json(400, "invalid_grant")],
  ["an access token as a refresh token", (c) => token({ grant_type: "refresh_token", refresh_token: c.tokens.access_token })(c), json(400, "invalid_grant")],
  ["a refresh token of another client", (c) => token({ grant_type: "refresh_token", refresh_token: c.tokens.refresh_token, client_id: "nobody-knows-it" })(c), json(401, "invalid_client")],
  ["a refresh with a foreign resource", (c) => token({ grant_type: "refresh_token", refresh_token: c.tokens.refresh_token, resource: "https://evil.example/mcp" })(c), json(400, "invalid_target")],
  ["a refresh with an unknown scope", (c) => token({ grant_type: "refresh_token", refresh_token: c.tokens.refresh_token, scope: "org:admin" })(c), json(400, "invalid_scope")],
  ["a refresh with a wider scope", (c) => token({ grant_type: "refresh_token", refresh_token: c.tokens.refresh_token, scope: "project:write" })(c), json(400, "invalid_scope")],
];

const revocation: Row[] = [
  ["revoke by GET", get("/oauth/revoke"), json(405, "invalid_request", { allow: "POST, OPTIONS" })],
  ["revoke as JSON", post("/oauth/revoke", JSON_TYPE, JSON.stringify({ token: SECRET })), json(415, "invalid_request")],
  ["revoke beyond 64 KiB", (c) => ({ ...token({ token: "x".repeat(64 * 1024) })(c), path: "/oauth/revoke" }), json(413, "invalid_request")],
  ["revoke with two tokens", (c) => ({ ...token({ token: [SECRET, SECRET] })(c), path: "/oauth/revoke" }), json(400, "invalid_request")],
  ["revoke without a token", (c) => ({ ...token({})(c), path: "/oauth/revoke" }), json(400, "invalid_request")],
  ["revoke without a client", post("/oauth/revoke", FORM, `token=${SECRET}`), json(401, "invalid_client")],
  ["revoke by an unknown client", post("/oauth/revoke", FORM, `token=${SECRET}&client_id=nobody-knows-it`), json(401, "invalid_client")],
  ["revoke with a wrong secret", (c) => ({ ...token({ token: SECRET, client_id: undefined }, basic(c.confidential.client_id, SECRET))(c), path: "/oauth/revoke" }), json(401, "invalid_client", BASIC_CHALLENGE)],
  ["revoke an unknown token", (c) => ({ ...token({ token: SECRET })(c), path: "/oauth/revoke" }), status(200)],
];

const registration = (metadata: unknown) => post("/oauth/register", JSON_TYPE, typeof metadata === "string" ? metadata : JSON.stringify(metadata));
const redirectUris = (...redirect_uris: unknown[]) => registration({ redirect_uris });
const URIS = { redirect_uris: [REDIRECT_URI] };
const nested = (depth: number) => `{"redirect_uris":["${REDIRECT_URI}"],"x":${"[".repeat(depth)}${"]".repeat(depth)}}`;

const registering: Row[] = [
  ["register by GET", get("/oauth/register"), json(405, "invalid_request", { allow: "POST, OPTIONS" })],
  ["register as a form", post("/oauth/register", FORM, `redirect_uris=${REDIRECT_URI}`), json(415, "invalid_request")],
  ["register without content type", post("/oauth/register", {}, JSON.stringify(URIS)), json(415, "invalid_request")],
  ["register beyond 64 KiB", registration({ ...URIS, client_name: "x".repeat(64 * 1024) }), json(413, "invalid_request")],
  ["malformed JSON", registration("{"), json(400, "invalid_client_metadata")],
  ["an empty registration", registration(""), json(400, "invalid_client_metadata")],
  ["an array", registration([URIS]), json(400, "invalid_client_metadata")],
  ["JSON that is null", registration("null"), json(400, "invalid_client_metadata")],
  ["JSON that is not UTF-8", post("/oauth/register", JSON_TYPE, invalidUtf8('{"client_name":"')), json(400, "invalid_client_metadata")],
  ["two equal keys", registration(`{"redirect_uris":["${REDIRECT_URI}"],"redirect_uris":["https://a.example/"]}`), json(400, "invalid_client_metadata")],
  ["two equal keys further down", registration(`{"redirect_uris":["${REDIRECT_URI}"],"jwks":{"keys":[],"keys":[]}}`), json(400, "invalid_client_metadata")],
  ["JSON that is nested too deep", registration(nested(200)), json(400, "invalid_client_metadata")],
  ["JSON that is nested absurdly deep", registration(nested(30_000)), json(400, "invalid_client_metadata")],
  ["no redirect_uris", registration({ client_name: "x" }), json(400, "invalid_redirect_uri")],
  ["redirect_uris that are empty", redirectUris(), json(400, "invalid_redirect_uri")],
  ["21 redirect_uris", redirectUris(...Array.from({ length: 21 }, (_, i) => `https://a.example/${i}`)), json(400, "invalid_redirect_uri")],
  ["redirect_uris that are a string", registration({ redirect_uris: REDIRECT_URI }), json(400, "invalid_client_metadata")],
  ["a redirect URI that is a number", redirectUris(7), json(400, "invalid_client_metadata")],
  ["a javascript: redirect URI", redirectUris("javascript:alert(1)"), json(400, "invalid_redirect_uri")],
  ["a data: redirect URI beside a good one", redirectUris(REDIRECT_URI, "data:text/html,x"), json(400, "invalid_redirect_uri")],
  ["a file: redirect URI", redirectUris("file:///etc/passwd"), json(400, "invalid_redirect_uri")],
  ["plain http to a public host", redirectUris("http://client.example/cb"), json(400, "invalid_redirect_uri")],
  ["plain http to a host that looks local", redirectUris("http://localhost.evil.example/cb"), json(400, "invalid_redirect_uri")],
  ["a redirect URI with a fragment", redirectUris("https://client.example/cb#x"), json(400, "invalid_redirect_uri")],
  ["a redirect URI with a user", redirectUris("https://u:p@client.example/cb"), json(400, "invalid_redirect_uri")],
  ["a redirect URI with a wildcard", redirectUris("https://*.client.example/cb"), json(400, "invalid_redirect_uri")],
  ["a redirect URI with a backslash", redirectUris("https://client.example\\@evil.example/"), json(400, "invalid_redirect_uri")],
  ["a redirect URI that is a path", redirectUris("/cb"), json(400, "invalid_redirect_uri")],
  ["a redirect URI that is too long", redirectUris(`https://client.example/${"a".repeat(2048)}`), json(400, "invalid_redirect_uri")],
  ["a private key", registration({ ...URIS, jwks: { keys: [{ kty: "EC", crv: "P-256", x: "AA", y: "AA", d: SECRET }] } }), json(400, "invalid_client_metadata")],
  ["a symmetric key", registration({ ...URIS, token_endpoint_auth_method: "none", jwks: { keys: [{ kty: "oct", k: SECRET }] } }), json(400, "invalid_client_metadata")],
  ["keys in two places", registration({ ...URIS, jwks: { keys: [] }, jwks_uri: "https://client.example/jwks" }), json(400, "invalid_client_metadata")],
  ["an unknown authentication method", registration({ ...URIS, token_endpoint_auth_method: "tls_client_auth" }), json(400, "invalid_client_metadata")],
  ["grant types without the code grant", registration({ ...URIS, grant_types: ["client_credentials"] }), json(400, "invalid_client_metadata")],
  ["response types without code", registration({ ...URIS, response_types: ["token"] }), json(400, "invalid_client_metadata")],
  ["a name that is a number", registration({ ...URIS, client_name: 7 }), json(400, "invalid_client_metadata")],
  ["a client_uri that runs code", registration({ ...URIS, client_uri: "javascript:alert(1)" }), json(400, "invalid_client_metadata")],
];

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
  ["a foreign Origin on loopback", mcp({ origin: "https://evil.example" }), json(403, "invalid_request")],
  ["Origin null on loopback", mcp({ origin: "null" }), json(403, "invalid_request")],
  ["an Origin that looks like loopback", mcp({ origin: "http://localhost.evil.example" }), json(403, "invalid_request")],
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
  ["params that are an array", mcp({}, { jsonrpc: "2.0", id: 1, method: "ping", params: [] }), rpcError(400, -32600)],
  ["an unknown method", mcp({}, { jsonrpc: "2.0", id: 1, method: "tools/destroy" }), rpcError(200, -32601)],
  ["an unknown tool", mcp({}, { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "destroy" } }), rpcError(200, -32602)],
  ["a tool call without a name", mcp({}, { jsonrpc: "2.0", id: 1, method: "tools/call", params: {} }), rpcError(200, -32602)],
  ["arguments that are a string", mcp({}, { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "whoami", arguments: "x" } }), rpcError(200, -32602)],
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
  "authorize, to the client": toTheClient,
  "consent and callback": consentAndCallback,
  token: tokenEndpoint,
  revoke: revocation,
  register: registering,
  mcp: mcpEndpoint,
  elsewhere,
};

let sentry: DemoSentry;
let worker: TestWorker;
let context: Context;
beforeAll(async () => {
  sentry = await startDemoSentry();
  worker = await startWorker({ sentry: sentry.url });
  const { client, tokens } = await signIn(worker, { choices: { skills: ["inspect"] } });
  const confidential = await register(worker, { token_endpoint_auth_method: undefined });
  context = { origin: worker.origin, client, confidential, tokens };
});
afterAll(() => Promise.all([worker?.stop(), sentry?.stop()]));

describe.each(Object.entries(table))("%s", (_, rows) => {
  it.each(rows)("%s", async (_, request, expected) => {
    const response = await raw(worker.origin, request(context));
    const text = await response.text();
    if (expected.kind === "redirect") expectRedirect(response, expected.error);
    else expect(response.status, text).toBe(expected.status);
    if (expected.kind === "json") expectJson(response, text, expected.error);
    if (expected.kind === "page") expectPage(response, text, expected.says);
    if (expected.kind === "rpc") expect(JSON.parse(text)).toMatchObject({ jsonrpc: "2.0", error: { code: expected.code } });
    for (const [name, value] of Object.entries(("headers" in expected && expected.headers) || {})) {
      expect(response.headers.get(name), name).toBe(value);
    }
    expect(text).not.toContain(SECRET);
    expect(JSON.stringify([...response.headers])).not.toContain(SECRET);
  });
});

function expectJson(response: Response, text: string, error: string) {
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(response.headers.get("cache-control")).toBe("no-store");
  const body = JSON.parse(text) as Record<string, unknown>;
  expect(body.error, text).toBe(error);
  // RFC 6749 §5.2: printable ASCII without quote and backslash.
  expect(body.error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
  expect(Object.keys(body).sort()).toEqual(["error", "error_description"]);
}

function expectRedirect(response: Response, error: string) {
  expect(response.status).toBe(302);
  const location = new URL(response.headers.get("location") ?? "");
  expect(location.origin + location.pathname).toBe(REDIRECT_URI);
  expect(location.searchParams.get("error")).toBe(error);
  expect(location.searchParams.get("error_description")).toBeTruthy();
  expect(location.searchParams.get("iss")).toBe(worker.origin);
  expect(location.searchParams.has("code")).toBe(false);
}

function expectPage(response: Response, text: string, says = "") {
  expect(response.headers.has("location"), "a redirect before the client is known").toBe(false);
  expect(response.headers.has("refresh")).toBe(false);
  expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(response.headers.get("cache-control")).toBe("no-store");
  const id = response.headers.get("x-request-id");
  expect(text).toContain(`Request ID <code>${id}</code>`);
  expect(text).toContain(says);
}

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

  it("has a scheme of its own for Sentry tokens", async () => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "whoami" } });
    const headers = { ...JSON_TYPE, authorization: `Sentry-Bearer ${SECRET}` };
    const response = await raw(worker.origin, { method: "POST", path: "/mcp", headers, body });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toMatch(/^Sentry-Bearer /);
    expect(await response.text()).not.toContain(SECRET);
  });
});


describe("after all of that", () => {
  it("the worker still answers, and a person still signs in", async () => {
    expect((await worker.fetch("/health")).status).toBe(200);
    const { tokens } = await signIn(worker);
    expect((await rpc(worker, tokens.access_token)).status).toBe(200);
    // The session from before the table lives too: no row could end it.
    expect((await rpc(worker, context.tokens.access_token)).status).toBe(200);
  });

  it("no log line holds a secret, and nothing panicked", async () => {
    const log = JSON.stringify(await worker.flushedLogs());
    expect(log).toContain("/oauth/token");
    for (const secret of [SECRET, context.tokens.access_token, context.tokens.refresh_token, context.confidential.client_secret!]) {
      expect(log.includes(secret), secret).toBe(false);
    }
    expect(log).not.toMatch(/panicked|RuntimeError|unreachable executed|Uncaught/);
  });

  it("each page's request id stands in the log", async () => {
    const response = await worker.fetch("/oauth/authorize?client_id=nobody-knows-it");
    const id = /Request ID <code>([0-9a-f]+)<\/code>/.exec(await response.text())?.[1];
    expect(id).toBeTruthy();
    const lines = (await worker.flushedLogs()).filter(({ message }) => message.includes(id!));
    expect(lines.map(({ message }) => message).join("\n")).toContain("We no longer know this application");
  });
});
