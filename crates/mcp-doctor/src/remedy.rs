//! What an operator or a developer of a server can do about a breach.

/// How to mend what this check finds; `None` for a name that no check has.
#[must_use]
pub fn remedy(check: &str) -> Option<&'static str> {
    OF_THE_SERVER
        .iter()
        .chain(OF_THE_ISSUER)
        .chain(OF_TOKENS)
        .find(|(name, _)| *name == check)
        .map(|(_, text)| *text)
}

type Remedies = &'static [(&'static str, &'static str)];

/// Of the MCP endpoint and its metadata.
const OF_THE_SERVER: Remedies = &[
    (
        "endpoint-https",
        "Serve the endpoint over https, and redirect nothing to http.",
    ),
    (
        "challenge-status",
        "Answer every message without a token with 401 and a Bearer challenge, at this very URL.",
    ),
    (
        "challenge-syntax",
        "Send WWW-Authenticate: Bearer with its values in double quotes.",
    ),
    (
        "challenge-metadata",
        "Name the resource metadata in the challenge: resource_metadata=\"https://…\".",
    ),
    (
        "challenge-metadata-url",
        "Write the whole URL of the metadata into resource_metadata, with https and host.",
    ),
    (
        "challenge-scope",
        "Add scope=\"…\" to the challenge, with what a first sign-in needs.",
    ),
    (
        "challenge-no-error",
        "Leave error out of the challenge where no token was sent.",
    ),
    (
        "resource-found",
        "Serve the resource metadata at /.well-known/oauth-protected-resource, followed by the endpoint's path.",
    ),
    (
        "resource-well-known",
        "Serve the same document at the well-known path of the endpoint as well.",
    ),
    (
        "resource-content-type",
        "Send the resource metadata as application/json.",
    ),
    (
        "resource-identifier",
        "Set resource to the endpoint's URL exactly as clients are given it.",
    ),
    (
        "authorization-servers",
        "List at least one issuer in authorization_servers: https, without query and fragment.",
    ),
    (
        "bearer-methods",
        "Add header to bearer_methods_supported, or leave that member out.",
    ),
    (
        "resource-scopes",
        "List the scopes that clients may ask for in scopes_supported.",
    ),
    (
        "no-offline-access",
        "Take offline_access out of challenge and resource metadata; it is for the authorization server's.",
    ),
    (
        "cors-challenge",
        "Send Access-Control-Allow-Origin with the 401, and WWW-Authenticate in Access-Control-Expose-Headers.",
    ),
    (
        "cors-preflight",
        "Answer OPTIONS without a token with 2xx, and allow the header Authorization by its name.",
    ),
    (
        "cors-resource",
        "Send Access-Control-Allow-Origin: * with the resource metadata.",
    ),
    (
        "made-up-token",
        "Answer an unknown token with 401, whatever is wrong with it.",
    ),
    (
        "made-up-token-error",
        "Add error=\"invalid_token\" to the challenge where a token was sent.",
    ),
    (
        "token-accepted",
        "Accept at the endpoint the tokens that its own authorization server issues for it.",
    ),
    (
        "refreshed-token-accepted",
        "Accept the access tokens of a refresh as those of a sign-in.",
    ),
    (
        "foreign-token",
        "Check for whom a token was issued (aud), and refuse every other one with 401.",
    ),
];

/// Of the authorization server: metadata, registration and the authorization endpoint.
const OF_THE_ISSUER: Remedies = &[
    (
        "server-found",
        "Serve the issuer's metadata at /.well-known/oauth-authorization-server, followed by the issuer's path.",
    ),
    (
        "probing-order",
        "Answer well-known URLs without a document with 404, not with a page or a redirect.",
    ),
    (
        "metadata-agree",
        "Make all metadata documents of the issuer of the same values.",
    ),
    (
        "server-content-type",
        "Send the issuer's metadata as application/json.",
    ),
    (
        "issuer-identical",
        "Use one text for the issuer everywhere, to the last slash: in authorization_servers, in issuer and in iss.",
    ),
    (
        "required-members",
        "Add the missing members to the issuer's metadata.",
    ),
    (
        "endpoints-https",
        "Give each endpoint as a whole https URL without fragment.",
    ),
    (
        "grant-types",
        "Add authorization_code to grant_types_supported.",
    ),
    (
        "pkce-s256",
        "Support PKCE with S256, and say so in code_challenge_methods_supported.",
    ),
    (
        "pkce-no-plain",
        "Take plain out of code_challenge_methods_supported, and refuse it.",
    ),
    (
        "no-retired-grants",
        "Switch the implicit and password grants off, and take them out of the metadata.",
    ),
    (
        "public-clients",
        "Let public clients in, and add none to token_endpoint_auth_methods_supported.",
    ),
    (
        "metadata-documents",
        "Accept Client ID Metadata Documents, and set client_id_metadata_document_supported.",
    ),
    (
        "registration-way",
        "Accept Client ID Metadata Documents, or offer a registration_endpoint.",
    ),
    (
        "iss-advertised",
        "Send iss in authorization responses, and set authorization_response_iss_parameter_supported.",
    ),
    (
        "cors-server",
        "Send Access-Control-Allow-Origin: * with the issuer's metadata.",
    ),
    (
        "cors-token",
        "Send Access-Control-Allow-Origin with every answer of the token endpoint, errors too.",
    ),
    (
        "cors-authorize",
        "Take Access-Control-Allow-Origin off the authorization endpoint: only people open it.",
    ),
    (
        "registration",
        "Answer a registration with 201, client_id and the metadata that were registered.",
    ),
    (
        "registration-no-store",
        "Send Cache-Control: no-store with an answer that has a secret.",
    ),
    (
        "registration-refusal",
        "Register only https redirect URIs, those of this computer, and private-use schemes; refuse others with invalid_redirect_uri.",
    ),
    (
        "unknown-client",
        "Show an error page where the client is unknown; never redirect to the URI of the request.",
    ),
    (
        "unknown-document",
        "Show an error page where a client's document cannot be had; never redirect.",
    ),
    (
        "missing-client",
        "Show an error page where client_id is missing; never redirect.",
    ),
    (
        "redirect-uri-exact",
        "Compare the redirect URI with the registered ones as texts; show an error page for another.",
    ),
    (
        "good-request",
        "Show a sign-in or consent page for a request as it should be.",
    ),
    (
        "asks-person",
        "Ask who the person is, and whether they agree, before a code is issued.",
    ),
    (
        "loopback-port",
        "Ignore the port when a redirect URI of 127.0.0.1 or [::1] is compared.",
    ),
    (
        "consent-framing",
        "Send Content-Security-Policy: frame-ancestors 'none' with sign-in and consent pages.",
    ),
    (
        "pkce-required",
        "Refuse requests without code_challenge with invalid_request.",
    ),
    (
        "pkce-plain-refused",
        "Refuse code_challenge_method=plain with invalid_request.",
    ),
    (
        "response-type",
        "Refuse response_type=token with unsupported_response_type.",
    ),
    (
        "foreign-resource",
        "Refuse a resource that is not served here with invalid_target.",
    ),
    (
        "repeated-parameter",
        "Refuse a parameter that is there twice with invalid_request.",
    ),
    (
        "error-state",
        "Return the request's state in every error, as it was sent.",
    ),
    (
        "error-iss",
        "Add iss, the issuer's own text, to errors as well.",
    ),
];

/// Of the authorization server: tokens.
const OF_TOKENS: Remedies = &[
    (
        "unknown-code",
        "Answer an unknown code with 400 invalid_grant.",
    ),
    (
        "token-error-format",
        "Send errors of the token endpoint as JSON with the member error.",
    ),
    (
        "token-error-no-store",
        "Send Cache-Control: no-store with errors of the token endpoint.",
    ),
    (
        "token-form-only",
        "Read token requests as forms only, and refuse JSON bodies.",
    ),
    ("token-post-only", "Answer token requests by POST only."),
    (
        "basic-alone",
        "Take the client's id from the Authorization header where it is there; ask for no client_id in the body.",
    ),
    (
        "unknown-grant-type",
        "Answer an unknown grant_type with 400 unsupported_grant_type, before anything else is judged.",
    ),
    (
        "revocation-unknown",
        "Answer the revocation of an unknown token with 200, for clients without a secret too.",
    ),
    (
        "sign-in",
        "See what the client was told; the checks before this one usually say why.",
    ),
    (
        "refresh-elsewhere",
        "Refuse a refresh for a resource that the grant does not have with invalid_target.",
    ),
    (
        "refusal-keeps-token",
        "Use a refresh token up only when new tokens are issued.",
    ),
    (
        "refresh",
        "Answer a refresh with 200, access_token and token_type Bearer.",
    ),
    (
        "tokens-no-store",
        "Send Cache-Control: no-store with every answer that has tokens.",
    ),
    (
        "token-lifetime",
        "Send expires_in, and let access tokens end within hours; refresh tokens are for the rest.",
    ),
    (
        "refresh-rotation",
        "Issue a new refresh token at each refresh of a public client, and end the old one.",
    ),
    (
        "refresh-reuse",
        "Refuse a refresh token whose successor was used, and end the grant.",
    ),
    (
        "code-replay",
        "Redeem a code once, and answer invalid_grant from then on.",
    ),
    (
        "code-replay-ends",
        "End the tokens of a code that is shown twice; self-contained tokens should be short-lived instead.",
    ),
    ("revocation", "Answer a revocation with 200."),
    (
        "revocation-effect",
        "Refuse a revoked refresh token with invalid_grant at once.",
    ),
    (
        "revocation-access-token",
        "End the access tokens of a revoked grant; self-contained tokens should be short-lived instead.",
    ),
];
