// file rule: agent/key-over-https: a key goes over https, or stays on the computer
use std::fmt;
use std::time::Duration;

use agent::{ReplyError, Said};
use fetch::{Fetch, FetchError, Method, Request};
use url::{Host, Url};

/// Maximum size of one response of the model, in bytes. The reply is much shorter, but services add a lot around it.
const MAX_BODY: usize = 1 << 20;

/// How long to wait for one response of the model; the whole run has a limit of its own.
const PATIENCE: Duration = Duration::from_secs(40);

/// A language model that speaks OpenAI's chat completions. `Debug` does not show its key.
#[derive(Clone)]
pub struct Model {
    url: Url,
    key: String,
    name: String,
}

/// The base URL of a model to which no key may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidModel;

impl fmt::Display for InvalidModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it must be an https URL (http on a loopback host only)")
    }
}

impl std::error::Error for InvalidModel {}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Model(…)")
    }
}

impl Model {
    /// The model `name` at `url`, the complete URL of its chat completions endpoint.
    #[must_use]
    pub fn at(url: Url, key: &str, name: &str) -> Self {
        Self {
            url,
            key: key.to_owned(),
            name: name.to_owned(),
        }
    }

    /// The model `name` of the service at `base`, such as `https://api.openai.com/v1`. A key is only sent over https or
    /// to this computer.
    ///
    /// # Errors
    /// [`InvalidModel`] if the URL is neither https nor on this computer, or has a query, a fragment or credentials.
    pub fn new(base: &str, key: &str, name: &str) -> Result<Self, InvalidModel> {
        let text = [base.trim_end_matches('/'), "/chat/completions"].concat();
        let url = Url::parse(&text).map_err(|_| InvalidModel)?;
        let here = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        let secure = url.scheme() == "https" || (url.scheme() == "http" && here);
        let bare = url.query().is_none() && url.fragment().is_none();
        if secure && bare && url.username().is_empty() && url.password().is_none() {
            Ok(Self::at(url, key, name))
        } else {
            Err(InvalidModel)
        }
    }

    /// The model's name, as its service calls it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Sends one request. Errors are in our own words: nothing that a service says about them is passed on.
    pub(crate) async fn ask(&self, fetch: &dyn Fetch, body: String) -> Result<Said, &'static str> {
        let mut key = String::from("Bearer ");
        key.push_str(&self.key);
        let request = Request::new(Method::Post, self.url.clone())
            .header("authorization", key)
            .header("accept", "application/json")
            .body("application/json", body)
            .timeout(PATIENCE)
            .max_body(MAX_BODY);
        let response = fetch
            .fetch(request)
            .await
            .map_err(|error| match error.cause() {
                FetchError::OverBudget => "There were too many such requests. Wait a minute.",
                FetchError::Timeout(_) => "The language model did not answer in time.",
                FetchError::TooLarge(_) => TOO_LONG,
                _ => "The language model could not be reached.",
            })?;
        match response.status {
            200..=299 => Said::whole(&response.body).map_err(|error| match error {
                ReplyError::TooLong => TOO_LONG,
                _ => "The language model's answer could not be read.",
            }),
            401 | 403 | 404 => Err(
                "The language model's service does not take the key or does not know the model: see LLM_API_KEY, LLM_MODEL, LLM_BASE_URL.",
            ),
            429 => Err("The language model's service limits the rate of requests. Wait a minute."),
            400..=499 => Err("The language model's service did not take the request."),
            _ => Err("The language model's service failed. Try again later."),
        }
    }
}

const TOO_LONG: &str = "The language model's answer is too long.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_goes_over_https_or_stays_here() {
        for base in [
            "http://llm.example/v1",
            "https://user@llm.example/v1",
            "https://:pw@llm.example/v1",
            "https://llm.example/v1?key=1",
            "https://llm.example/v1#x",
            "http://127.0.0.1.example/v1",
            "ftp://localhost/v1",
            "llm.example",
            "",
        ] {
            assert!(Model::new(base, "key", "m").is_err(), "{base}");
        }
        for (base, url) in [
            (
                "https://llm.example/v1/",
                "https://llm.example/v1/chat/completions",
            ),
            (
                "http://127.0.0.1:9/v1",
                "http://127.0.0.1:9/v1/chat/completions",
            ),
            ("http://[::1]:9", "http://[::1]:9/chat/completions"),
        ] {
            let model = Model::new(base, "hush", "m").unwrap();
            assert_eq!(model.url.as_str(), url);
            assert!(!format!("{model:?}").contains("hush"));
        }
    }
}
