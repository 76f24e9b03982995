//! Where this server itself reports: a project of its operator's at Sentry, which takes envelopes with the project's public key.

use std::rc::Rc;

use fetch::{Method, Request};
use url::Url;

use crate::client::{Client, USER_AGENT, judge, of_change};
use crate::error::ApiError;

/// Of an answer that nobody reads.
const MOST_ANSWER: usize = 64 << 10;

/// A project of the operator's.
pub(crate) struct Reports {
    url: Url,
    key: String,
}

impl Client {
    /// With the address to which a project's envelopes are posted, and the project's public key. Where there is no such
    /// address, nothing is reported.
    #[must_use]
    pub fn reporting_to(mut self, url: &str, key: &str) -> Self {
        let key = key.to_owned();
        let url = Url::parse(url).ok();
        self.reports = url.map(|url| Rc::new(Reports { url, key }));
        self
    }

    /// Posts an envelope (lines of JSON, as Sentry's SDKs send them). Nobody's token is sent.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] where there is no such project; [`ApiError`]
    pub async fn report(&self, envelope: String) -> Result<(), ApiError> {
        let Some(reports) = &self.reports else {
            return Err(ApiError::NotFound);
        };
        let auth = [
            "Sentry sentry_version=7, sentry_client=",
            USER_AGENT,
            ", sentry_key=",
            &reports.key,
        ];
        let request = Request::new(Method::Post, reports.url.clone())
            .header("x-sentry-auth", auth.concat())
            .header("user-agent", USER_AGENT)
            .max_body(MOST_ANSWER)
            .body("application/x-sentry-envelope", envelope);
        let sent = async { judge(self.send_bare(request).await?) };
        match sent.await.map_err(of_change) {
            Ok(_) => Ok(()),
            // It is the project's key that is refused, and nobody's sign-in.
            Err(ApiError::Unauthorized) => Err(ApiError::Rejected(401)),
            Err(error) => Err(error),
        }
    }
}
