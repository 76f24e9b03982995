//! The authorization request and its response.

use url::{Url, form_urlencoded};

use super::discovery::Discovered;
use super::pkce::{Verifier, random};
use crate::client::Error;

/// An authorization request that is waiting for its response. All values that the response is compared with are in one
/// record: "record the `issuer` value […] and associate it with the same per-request record used to store the PKCE code
/// verifier" (MCP 2026-07-28 authorization, Authorization Response Validation).
#[derive(Debug, Clone)]
pub struct AuthorizationRequest {
    /// The URL that the person opens.
    pub url: Url,
    /// The issuer whose metadata was validated.
    pub issuer: String,
    iss_is_promised: bool,
    state: String,
    /// The PKCE verifier, sent with the code to the token endpoint.
    pub verifier: Verifier,
    /// The redirect URI, sent again with the code.
    pub redirect_uri: String,
    /// The resource identifier, sent in the authorization request and in the token request (RFC 8707 §2).
    pub resource: String,
    /// The requested scope, if one was named.
    pub scope: Option<String>,
}

/// A validated response: it holds a code from the issuer that was asked, for the request that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationResponse {
    /// The authorization code. It can be redeemed once.
    pub code: String,
}

impl AuthorizationRequest {
    /// Builds the request. The server must support PKCE.
    ///
    /// # Errors
    /// If the server's metadata rule the request out.
    pub fn new(
        discovered: &Discovered,
        client_id: &str,
        redirect_uri: &str,
        scope: Option<String>,
    ) -> Result<Self, Error> {
        discovered.server.require_s256()?;
        let (state, verifier) = (random()?, Verifier::new()?);
        let endpoint = discovered.server.authorization_endpoint()?;
        let challenge = verifier.challenge();
        let mut parameters = vec![
            ("response_type", "code"),
            ("client_id", client_id),
            ("redirect_uri", redirect_uri),
            ("state", &state),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("resource", &discovered.resource),
        ];
        if let Some(scope) = scope.as_deref().filter(|scope| !scope.is_empty()) {
            parameters.push(("scope", scope));
        }
        // The query of the endpoint is kept (RFC 6749 §3.1), but no parameter is sent twice.
        let kept: Vec<(String, String)> = endpoint
            .query_pairs()
            .filter(|(name, _)| !parameters.iter().any(|(ours, _)| ours == name))
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        let mut url = endpoint;
        url.query_pairs_mut()
            .clear()
            .extend_pairs(&kept)
            .extend_pairs(&parameters);
        Ok(Self {
            url,
            issuer: discovered.issuer.clone(),
            iss_is_promised: discovered
                .server
                .authorization_response_iss_parameter_supported,
            state,
            verifier,
            redirect_uri: redirect_uri.to_owned(),
            resource: discovered.resource.clone(),
            scope,
        })
    }

    /// Reads the query with which the browser came back. It first checks `state` (is this the response to this
    /// request?), then `iss` (is it from the server that was asked?), and only then reads the error or the code.
    ///
    /// # Errors
    /// If a comparison fails, or the response is an error.
    pub fn read(&self, query: &str) -> Result<AuthorizationResponse, Error> {
        let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let state = only(&pairs, "state")?;
        if state != Some(&self.state) {
            return Err(Error::sign_in(
                "RFC 6749 §10.12",
                match state {
                    None => {
                        "the browser came back without `state`, so this cannot be the response to our request; it is ignored"
                    }
                    Some(_) => {
                        "the browser came back with another `state` than was sent, so this is not the response to our request; it is ignored"
                    }
                },
            ));
        }
        match only(&pairs, "iss")? {
            // "Clients MUST NOT apply […] normalization before comparison."
            Some(iss) if *iss != self.issuer => {
                return Err(Error::sign_in(
                    "RFC 9207 §2.4",
                    format!(
                        "the response says that it comes from the issuer {iss}, but {} was asked; it is ignored, and no code was sent anywhere",
                        self.issuer
                    ),
                ));
            }
            None if self.iss_is_promised => {
                return Err(Error::sign_in(
                    "RFC 9207 §2.4",
                    format!(
                        "the response has no `iss`, although the metadata of {} promises one; it is ignored, and no code was sent anywhere",
                        self.issuer
                    ),
                ));
            }
            _ => {}
        }
        if let Some(error) = only(&pairs, "error")? {
            let description = only(&pairs, "error_description")?
                .map(|text| format!(": {text}"))
                .unwrap_or_default();
            return Err(Error::sign_in(
                "RFC 6749 §4.1.2.1",
                format!("the sign-in ended with {error}{description}"),
            ));
        }
        match only(&pairs, "code")? {
            Some(code) if !code.is_empty() => Ok(AuthorizationResponse { code: code.clone() }),
            _ => Err(Error::sign_in(
                "RFC 6749 §4.1.2",
                "the browser came back with neither a code nor an error",
            )),
        }
    }
}

/// The value of a parameter that must not be repeated: "Parameters […] MUST NOT be included more than once" (RFC 6749
/// §3.1).
fn only<'a>(pairs: &'a [(String, String)], name: &str) -> Result<Option<&'a String>, Error> {
    let mut found = pairs.iter().filter(|(one, _)| one == name);
    let first = found.next().map(|(_, value)| value);
    match found.next() {
        None => Ok(first),
        Some(_) => Err(Error::sign_in(
            "RFC 6749 §3.1",
            format!("the browser came back with `{name}` twice; the response is ignored"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::oauth::ServerMetadata;

    fn discovered(endpoint: &str, promised: bool) -> Discovered {
        Discovered {
            resource: "https://mcp.example/mcp".to_owned(),
            issuer: "https://as.example".to_owned(),
            notes: Vec::new(),
            server: ServerMetadata {
                issuer: "https://as.example".to_owned(),
                authorization_endpoint: Some(endpoint.to_owned()),
                code_challenge_methods_supported: Some(vec!["S256".to_owned()]),
                authorization_response_iss_parameter_supported: promised,
                ..ServerMetadata::default()
            },
            scope: None,
        }
    }

    fn asked(promised: bool) -> AuthorizationRequest {
        let discovered = discovered("https://as.example/authorize", promised);
        AuthorizationRequest::new(&discovered, "me", "http://127.0.0.1:7/callback", None).unwrap()
    }

    fn refusal(asked: &AuthorizationRequest, query: &str) -> String {
        asked.read(query).unwrap_err().to_string()
    }

    // rule: test-client/parameters-once: the authorization request has each parameter once, and
    //    keeps the endpoint's own query [RFC 6749 §3.1]
    #[test]
    fn the_request_says_all_once_and_keeps_the_endpoints_query() {
        let discovered = discovered(
            "https://as.example/authorize?tenant=a&resource=old&state=old",
            true,
        );
        let asked = AuthorizationRequest::new(
            &discovered,
            "me",
            "http://127.0.0.1:7/callback",
            Some("a b".to_owned()),
        )
        .unwrap();
        let pairs: Vec<_> = asked.url.query_pairs().into_owned().collect();
        let value = |name: &str| {
            let found: Vec<_> = pairs.iter().filter(|(one, _)| one == name).collect();
            assert_eq!(found.len(), 1, "{name} in {}", asked.url);
            found[0].1.clone()
        };
        assert_eq!(value("tenant"), "a");
        assert_eq!(value("resource"), "https://mcp.example/mcp");
        assert_eq!(value("state"), asked.state);
        assert_eq!(value("code_challenge"), asked.verifier.challenge());
        assert_eq!(value("code_challenge_method"), "S256");
        assert_eq!(value("scope"), "a b");
        assert!(!asked.url.as_str().contains(asked.verifier.reveal()));
    }

    // rule: test-client/state-and-iss-first: `state` first, `iss` before an error is shown or a
    //    code is used [RFC 9207 §2.4]
    #[test]
    fn state_is_compared_first() {
        let asked = asked(true);
        for query in [
            "code=c&iss=https://as.example",
            "code=c&state=&iss=https://as.example",
            "code=c&state=other&iss=https://evil.example",
            "error=access_denied&error_description=no&state=other&iss=https://as.example",
        ] {
            let text = refusal(&asked, query);
            assert!(text.contains("`state`"), "{query}: {text}");
        }
    }

    // rule: test-client/state-and-iss-first
    #[test]
    fn iss_is_compared_before_anything_is_shown() {
        let state = |asked: &AuthorizationRequest| asked.state.clone();
        let promised = asked(true);
        let silent = asked(false);
        for (asked, rest) in [
            (&promised, "code=c&iss=https://evil.example"),
            (&promised, "code=c&iss=https://as.example/"),
            (&promised, "code=c"),
            (&promised, "code=c&iss="),
            (&silent, "code=c&iss=https://evil.example"),
            (
                &promised,
                "error=x&error_description=CALL-ME&iss=https://evil.example",
            ),
            (&promised, "error=x&error_description=CALL-ME"),
        ] {
            let text = refusal(asked, &format!("{rest}&state={}", state(asked)));
            assert!(text.contains("RFC 9207"), "{rest}: {text}");
            assert!(!text.contains("CALL-ME"), "{text}");
        }
        let query = format!(
            "code=c&state={}&iss=https%3A%2F%2Fas.example",
            state(&promised)
        );
        assert_eq!(promised.read(&query).unwrap().code, "c");
        let query = format!("code=c&state={}", state(&silent));
        assert_eq!(silent.read(&query).unwrap().code, "c");
    }

    // rule: test-client/state-and-iss-first
    #[test]
    fn errors_and_oddities() {
        let asked = asked(false);
        let with = |rest: &str| refusal(&asked, &format!("{rest}&state={}", asked.state));
        assert!(
            with("error=access_denied&error_description=No+thanks")
                .contains("access_denied: No thanks")
        );
        assert!(with("x=y").contains("neither a code nor an error"));
        assert!(with("code=").contains("neither a code nor an error"));
        assert!(with("code=a&code=b").contains("`code` twice"));
        assert!(with("code=a&iss=x&iss=x").contains("`iss` twice"));
    }
}
