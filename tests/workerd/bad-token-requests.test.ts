// Anything malformed gets the status and the error code of the contract: where clients call without a browser.
import { describe, it } from "vitest";
import { asGoodAsBefore, checkRow, type Context, FORM, get, invalidUtf8, json, JSON_TYPE, post, type Row, SECRET, status, withContext } from "../support/hostile.ts";
import { type Parameters, REDIRECT_URI, query } from "../support/oauth.ts";
import type { RawRequest } from "../support/raw.ts";

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

const tokenEndpoint: Row[] = [
  // rule: tokens/order-at-endpoints
  ["token by GET", get(`/oauth/token?code=${SECRET}`), json(405, "invalid_request", { allow: "POST, OPTIONS" })],
  ["token by PUT", () => ({ method: "PUT", path: "/oauth/token", headers: FORM, body: "" }), json(405, "invalid_request")],
  // rule: tokens/order-at-endpoints
  ["token as JSON", post("/oauth/token", JSON_TYPE, JSON.stringify({ grant_type: "refresh_token", refresh_token: SECRET })), json(415, "invalid_request")],
  ["token without content type", post("/oauth/token", {}, `code=${SECRET}`), json(415, "invalid_request")],
  ["token as multipart", post("/oauth/token", { "content-type": "multipart/form-data; boundary=x" }, "--x--"), json(415, "invalid_request")],
  // rule: tokens/order-at-endpoints
  ["token beyond 64 KiB", token({ padding: "x".repeat(64 * 1024) }), json(413, "invalid_request")],
  // rule: tokens/order-at-endpoints
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
  // rule: tokens/basic-header
  ["an unknown client in the header", token({ client_id: undefined }, basic("nobody-knows-it", SECRET)), json(401, "invalid_client", BASIC_CHALLENGE)],
  ["a secret of a public client", token({ client_secret: SECRET }), json(401, "invalid_client")],
  ["Basic that is not base64", token({}, { authorization: `Basic ***${SECRET}` }), json(401, "invalid_client", BASIC_CHALLENGE)],
  // rule: tokens/basic-header
  ["Basic without a colon", token({}, { authorization: `Basic ${Buffer.from(SECRET).toString("base64")}` }), json(401, "invalid_client", BASIC_CHALLENGE)],
  ["Basic with broken form encoding", token({}, basic("%ff", SECRET)), json(401, "invalid_client", BASIC_CHALLENGE)],
  // rule: tokens/other-schemes-ignored
  ["another scheme at the token endpoint", token({}, { authorization: `Bearer ${SECRET}` }), json(400, "invalid_grant")],
  ["two ways of authentication", (c) => token({ client_id: undefined, client_secret: SECRET }, basic(c.confidential.client_id, SECRET))(c), json(400, "invalid_request")],
  ["another client_id than in the header", (c) => token({}, basic(c.confidential.client_id, SECRET))(c), json(400, "invalid_request")],
  ["no code", token({ code: undefined }), json(400, "invalid_request")],
  ["no verifier", token({ code_verifier: undefined }), json(400, "invalid_request")],
  ["a verifier that is too short", token({ code_verifier: "v".repeat(42) }), json(400, "invalid_request")],
  // rule: authorization/pkce-verifier
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
  // rule: clients/registration-refused
  ["register by GET", get("/oauth/register"), json(405, "invalid_request", { allow: "POST, OPTIONS" })],
  // rule: clients/registration-refused
  ["register as a form", post("/oauth/register", FORM, `redirect_uris=${REDIRECT_URI}`), json(415, "invalid_request")],
  // rule: clients/registration-refused
  ["register without content type", post("/oauth/register", {}, JSON.stringify(URIS)), json(415, "invalid_request")],
  // rule: clients/registration-refused
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

const table = {
  token: tokenEndpoint,
  revoke: revocation,
  register: registering,
};

withContext();

describe.each(Object.entries(table))("%s", (_, rows) => {
  it.each(rows)("%s", checkRow);
});

// rule: tokens/nothing-secret-told
describe("after all of that", asGoodAsBefore);
