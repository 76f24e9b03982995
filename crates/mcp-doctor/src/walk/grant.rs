//! A grant: what a sign-in brought, and requests in its name to the authorization server that issued it.

use url::Url;

use crate::answer::Answer;
use crate::ask::Asker;
use crate::sign_in::{Credentials, SignedIn};

/// A grant with its newest tokens.
pub struct Grant {
    signed_in: SignedIn,
    /// The newest access token.
    pub access: String,
    /// The newest refresh token, if there is one.
    pub refresh: Option<String>,
}

impl Grant {
    pub fn of(signed_in: SignedIn) -> Self {
        Self {
            access: signed_in.access_token.clone(),
            refresh: signed_in.refresh_token.clone(),
            signed_in,
        }
    }

    /// The endpoint that issued the tokens.
    pub const fn token_endpoint(&self) -> &Url {
        &self.signed_in.token_endpoint
    }

    /// Posts a form to the token endpoint, with the client's authentication.
    pub async fn exchange(&self, asker: &Asker<'_>, form: &[(&str, &str)]) -> Answer {
        self.post(asker, self.token_endpoint().clone(), form).await
    }

    /// Redeems the code again.
    pub async fn replay(&self, asker: &Asker<'_>, resource: &str) -> Answer {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", self.signed_in.code.as_str()),
            ("redirect_uri", &self.signed_in.redirect_uri),
            ("code_verifier", &self.signed_in.code_verifier),
            ("resource", resource),
        ];
        self.exchange(asker, &form).await
    }

    /// Revokes the newest refresh token or, if there is none, the access token.
    pub async fn revoke(&self, asker: &Asker<'_>, endpoint: Url) -> Answer {
        let (token, hint) = match &self.refresh {
            Some(token) => (token, "refresh_token"),
            None => (&self.access, "access_token"),
        };
        let form = [("token", token.as_str()), ("token_type_hint", hint)];
        self.post(asker, endpoint, &form).await
    }

    async fn post(&self, asker: &Asker<'_>, url: Url, form: &[(&str, &str)]) -> Answer {
        let mut form = form.to_vec();
        let id = ("client_id", self.signed_in.client_id.as_str());
        match &self.signed_in.credentials {
            Credentials::Public => form.push(id),
            Credentials::Body(secret) => form.extend([id, ("client_secret", secret)]),
            Credentials::Header(value, with_id) => {
                if *with_id {
                    form.push(id);
                }
                return asker.form_as(url, &form, value).await;
            }
        }
        asker.form(url, &form).await
    }
}
