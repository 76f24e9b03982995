use oauth_types::ErrorCode;

use crate::client::RegisteredRedirectUri;

/// The answer to an authorization request, at the client's redirect URI (RFC 6749 §4.1.2). It cannot be made
/// without a URI that is known to be the client's.
#[derive(Debug, Clone)]
pub struct AuthorizationResponse {
    /// The redirect URI that it goes to.
    pub redirect_uri: RegisteredRedirectUri,
    /// As the request had it.
    pub state: Option<String>,
    /// RFC 9207 §2: in every response, errors too.
    pub issuer: String,
    /// A code, or an error with its description.
    pub outcome: Result<String, (ErrorCode, String)>,
}

impl AuthorizationResponse {
    /// The whole URL.
    #[must_use]
    pub fn location(&self) -> String {
        let mut parameters = match &self.outcome {
            Ok(code) => vec![("code", code.as_str())],
            Err((code, description)) => vec![
                ("error", code.as_str()),
                ("error_description", description.as_str()),
            ],
        };
        if let Some(state) = &self.state {
            parameters.push(("state", state));
        }
        parameters.push(("iss", &self.issuer));
        self.redirect_uri.with(&parameters)
    }
}
