// What is true of each server: every breach that the doctor can see, with the reason, from its source or from a request by
// hand. Whatever the doctor says beyond this is false, and whatever it does not say is missed.
//
// A line: check, severity, part of what is found, why it is true.
const W = "warning";
const F = "failure";

const NO_SCOPE = ["challenge-scope", W, "no scope", "the challenge has no scope, and the metadata name some"];
const NO_DOCUMENTS = ["metadata-documents", W, "", "client_id_metadata_document_supported is not true"];
const NO_ISS = ["iss-advertised", W, "nothing said", "authorization_response_iss_parameter_supported is not there"];
const NO_CORS = ["cors-challenge", W, "", "a script in a page cannot read the challenge"];
const NO_PREFLIGHT = ["cors-preflight", W, "", "OPTIONS without a token is refused, or is not for scripts"];
const ERROR_UNASKED = ["challenge-no-error", W, "invalid_token", "its middleware says invalid_token without looking whether there was a token"];
const NOT_UNSUPPORTED = ["unknown-grant-type", W, "400 invalid_request", "the grant type is checked by the schema of the form, whose errors are invalid_request"];
const SCRIPT_REGISTERED = ["registration-refusal", F, "201", "javascript: is a URL for its schema, and nothing else is asked"];
const NOBODY_ASKED = ["asks-person", F, "without any page", "its authorize() issues a code at once"];
const RESOURCE_IGNORED = ["foreign-resource", W, "a code is issued", "its authorize() does not look at resource"];
const FOREIGN_TAKEN = ["foreign-token", W, "200 for a token that was asked for", "nothing remembers for which resource a token was asked"];
const TOKEN_STAYS = ["code-replay-ends", W, "still taken", "the code is forgotten at its redemption, and with it which tokens came of it"];
const SELF_CONTAINED = ["code-replay-ends", W, "self-contained", "the grant is revoked, and its JSON Web Tokens are good until they end"];
const IMPLICIT = ["no-retired-grants", W, "implicit", "its default metadata list the implicit grant"];
const STATUS_401 = ["unknown-code", W, "401 invalid_grant", "its token handler turns invalid_grant into 401"];
const NEEDS_ID = ["basic-alone", F, "with client_id in the body", "ClientAuthenticator reads client_id from the form, whatever the header says"];

const pythonProvider = [
  NO_SCOPE, NO_DOCUMENTS, NO_ISS, NO_CORS, NO_PREFLIGHT, SCRIPT_REGISTERED, NOBODY_ASKED, RESOURCE_IGNORED, NOT_UNSUPPORTED, NEEDS_ID, TOKEN_STAYS, FOREIGN_TAKEN,
  ["public-clients", W, "client_secret_post, client_secret_basic", "its metadata list these two alone"],
  ["loopback-port", F, "400", "validate_redirect_uri compares whole URIs"],
  ["repeated-parameter", W, "a code is issued", "the query becomes a dict, of which the last value stays"],
  ["revocation-unknown", F, "400 invalid_request", "RevocationRequest wants the field client_secret"],
  ["revocation", F, "400 invalid_request", "the same"],
  ["refresh-elsewhere", W, "200", "exchange_refresh_token is not told the resource"],
];
const issuedElsewhere = [
  ["challenge-metadata", W, "no resource_metadata", "a verifier alone names no metadata"],
  ["resource-found", F, "404", "a verifier alone serves none"],
  NO_CORS, NO_PREFLIGHT,
];

export const truth = {
  "fastmcp-memory": [...pythonProvider, STATUS_401],
  "fastmcp-jwt": issuedElsewhere,
  "fastmcp-static": issuedElsewhere,
  "fastmcp-remote": [
    NO_SCOPE, IMPLICIT, NO_DOCUMENTS, NO_CORS, NO_PREFLIGHT, SELF_CONTAINED,
    ["issuer-identical", F, "", "AnyHttpUrl appends a slash to the issuer, which the issuer itself does not have"],
  ],
  "fastmcp-proxy": [
    NO_SCOPE, NO_ISS, NO_CORS, NO_PREFLIGHT, STATUS_401, NOT_UNSUPPORTED, NEEDS_ID, TOKEN_STAYS,
    ["foreign-resource", W, "server_error", "the mismatch is raised as an error that becomes server_error"],
    ["repeated-parameter", W, "consent", "the query becomes a dict, of which the last value stays"],
  ],
  "fastmcp-none": [],
  "python-sdk": [...pythonProvider, ERROR_UNASKED],
  "python-sdk-prefix": [
    ERROR_UNASKED, NO_CORS, NO_PREFLIGHT,
    ["resource-found", F, "under a path prefix", "the documents are mounted with the application, below the prefix"],
  ],
  "typescript-sdk-demo": [
    NO_SCOPE, ERROR_UNASKED, NO_DOCUMENTS, NO_ISS, NO_CORS, NO_PREFLIGHT, NOBODY_ASKED, RESOURCE_IGNORED, FOREIGN_TAKEN,
    ["loopback-port", F, "invalid_request", "demoInMemoryOAuthProvider wants the URI to be in redirect_uris"],
    ["error-state", F, "no state", "where the query does not fit its schema, the error is sent without reading state"],
    ["unknown-code", F, "500", "challengeForAuthorizationCode throws an Error, which is server_error"],
    ["made-up-token", F, "500", "verifyAccessToken of the demo throws an Error, which is 500"],
    ["code-replay", W, "500", "the same as unknown-code: refused, but not as invalid_grant"],
  ],
  "oidc-provider": [NO_SCOPE, ERROR_UNASKED, IMPLICIT, NO_DOCUMENTS, NO_CORS, NO_PREFLIGHT, SELF_CONTAINED],
  "better-auth": [
    NO_SCOPE, NO_DOCUMENTS, NO_ISS, NO_CORS, NO_PREFLIGHT, STATUS_401, NOT_UNSUPPORTED, TOKEN_STAYS, FOREIGN_TAKEN,
    ["resource-identifier", F, "http://localhost", "resource is the base URL, and not the endpoint's"],
    ["no-offline-access", W, "scopes_supported", "the scopes of the issuer are listed for the resource"],
    ["cors-token", W, "no Access-Control-Allow-Origin", "errors of the token endpoint are thrown, which drops the header"],
    ["cors-authorize", F, "*", "its authorize endpoint sets the header"],
    ["registration-refusal", F, "201", "redirect_uris are strings for its schema, and nothing else is asked"],
    ["token-form-only", W, "401 invalid_grant", "the handler reads forms and JSON alike"],
    ["made-up-token-error", W, "no error", "its documented handler sends the challenge of requests without a token"],
    ["refresh-elsewhere", W, "200", "resource is not read"],
    ["tokens-no-store", F, "no Cache-Control", "a refresh is answered without the header"],
    ["refresh-reuse", F, "even after", "a refresh adds a row and leaves the old one"],
  ],
  "workers-oauth-provider": [
    NO_SCOPE, ERROR_UNASKED, NO_DOCUMENTS, NO_ISS, NOBODY_ASKED, RESOURCE_IGNORED,
    ["pkce-no-plain", W, "plain", "plain is listed unless allowPlainPKCE is false"],
    ["cors-challenge", W, "not exposed", "no Access-Control-Expose-Headers is sent"],
    ["pkce-required", F, "a code is issued", "a request without PKCE is accepted"],
    ["pkce-plain-refused", W, "a code is issued", "plain is accepted by default"],
    ["repeated-parameter", W, "a code is issued", "URLSearchParams.get takes the first value"],
    ["response-type", W, "the client does not hear of it", "parseAuthRequest throws, and the application can only show a page"],
  ],
};
