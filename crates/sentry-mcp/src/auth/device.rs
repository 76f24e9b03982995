//! Signing in on another device (RFC 8628), against any Sentry and through any [`Fetch`].

use std::time::Duration;

use fetch::{Fetch, FetchError, Method, Request, Response};
use sentry_api::{BaseUrl, USER_AGENT};
use serde_json::Value;
use url::form_urlencoded::Serializer;
use url::{Host, Url};

/// RFC 8628 §3.4.
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// What is asked of Sentry: all that any tool needs. `--skills` narrows what a server process offers, later and each
/// time anew.
const SCOPE: &str =
    "org:read project:read project:write team:read team:write event:read event:write";

/// Seconds between two questions where the server does not say (RFC 8628 §3.2).
const INTERVAL: u64 = 5;

/// The longest that is waited between two questions while Sentry cannot be reached.
const LONGEST: u64 = 60;

/// The longest that a person has, whatever a server says.
const DAY: u64 = 24 * 60 * 60;

/// A sign-in that waits for a person (RFC 8628 §3.2).
#[derive(Clone, PartialEq, Eq)]
pub struct Waiting {
    device_code: String,
    /// What the person types, or compares.
    pub user_code: String,
    /// Where.
    pub page: String,
    /// The same with the code in it.
    pub page_with_code: Option<String>,
    /// Seconds.
    pub lifetime: u64,
    interval: u64,
}

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// `access_denied`
    #[error("the person said no")]
    Denied,
    /// `expired_token`, or the time is over.
    #[error("nobody answered in time")]
    Expired,
    /// `invalid_client`, `unauthorized_client`
    #[error("Sentry does not know this client id, or does not let it sign in by device code")]
    Client,
    /// `invalid_grant` at a renewal.
    #[error("the sign-in has ended")]
    Ended,
    /// This Sentry has no such endpoint.
    #[error("this Sentry has no sign-in by device code")]
    NotThere,
    /// Another error of RFC 6749 §5.2.
    #[error("Sentry refused: {0}")]
    Other(String),
    /// Neither an answer nor an error.
    #[error("Sentry could not be reached: {0}")]
    Unreachable(String),
}

/// Asks for a code.
///
/// # Errors
/// [`Refused`]
pub async fn begin(fetch: &dyn Fetch, base: &BaseUrl, client_id: &str) -> Result<Waiting, Refused> {
    let form = [("client_id", client_id), ("scope", SCOPE)];
    let response = post(fetch, base, "/oauth/device/code/", &form).await;
    let response = response.map_err(|error| Refused::Unreachable(error.to_string()))?;
    let answer = read(&response)?;
    Waiting::read(&answer).ok_or_else(unreadable)
}

impl Waiting {
    fn read(answer: &Value) -> Option<Self> {
        let text = |name| {
            let text = answer.get(name)?.as_str()?;
            (!text.is_empty()).then_some(text)
        };
        let seconds = |name, usual| answer.get(name).and_then(Value::as_u64).unwrap_or(usual);
        Some(Self {
            device_code: text("device_code")?.to_owned(),
            user_code: crate::words::plain(text("user_code")?),
            page: page(text("verification_uri")?)?,
            page_with_code: text("verification_uri_complete").and_then(page),
            lifetime: seconds("expires_in", 600).min(DAY),
            interval: seconds("interval", INTERVAL).clamp(1, LONGEST),
        })
    }

    /// Asks until the person has answered, and gives back the token endpoint's answer. A network that is gone for a while
    /// is waited out.
    ///
    /// # Errors
    /// [`Refused`]
    pub async fn token(
        &self,
        fetch: &dyn Fetch,
        base: &BaseUrl,
        client_id: &str,
    ) -> Result<Value, Refused> {
        let form = [
            ("grant_type", DEVICE_CODE),
            ("device_code", &self.device_code),
            ("client_id", client_id),
        ];
        let mut interval = self.interval;
        let mut waited = 0;
        let mut trouble = None;
        loop {
            // Waited for first: nobody has typed the code yet.
            fetch.sleep(Duration::from_secs(interval)).await;
            waited += interval;
            match post(fetch, base, "/oauth/token/", &form)
                .await
                .map(|response| (response.status, read(&response)))
            {
                Ok((_, Ok(answer))) => return Ok(answer),
                Ok((_, Err(Refused::Other(code)))) if code == "authorization_pending" => {
                    trouble = None;
                }
                // "the interval MUST be increased by 5 seconds for this and all subsequent requests" (RFC 8628 §3.5).
                Ok((_, Err(Refused::Other(code)))) if code == "slow_down" => interval += 5,
                Ok((429 | 500.., Err(refused))) => {
                    trouble = Some(refused);
                    interval = (interval * 2).min(LONGEST);
                }
                Ok((_, Err(refused))) => return Err(refused),
                // "On encountering a connection timeout, clients MUST unilaterally reduce their polling frequency before
                // retrying […] exponential backoff" (RFC 8628 §3.5).
                Err(error) => {
                    trouble = Some(Refused::Unreachable(error.to_string()));
                    interval = (interval * 2).min(LONGEST);
                }
            }
            if waited >= self.lifetime {
                return Err(trouble.unwrap_or(Refused::Expired));
            }
        }
    }
}

/// Renews (RFC 6749 §6), as the public client that a device is.
///
/// # Errors
/// [`Refused`]
pub async fn renew(
    fetch: &dyn Fetch,
    base: &BaseUrl,
    client_id: &str,
    refresh_token: &str,
) -> Result<Value, Refused> {
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token),
        ("client_id", client_id),
    ];
    let response = post(fetch, base, "/oauth/token/", &form).await;
    let response = response.map_err(|error| Refused::Unreachable(error.to_string()))?;
    if response.status == 429 || response.status >= 500 {
        return Err(Refused::Unreachable(format!("HTTP {}", response.status)));
    }
    read(&response)
}

async fn post(
    fetch: &dyn Fetch,
    base: &BaseUrl,
    path: &str,
    form: &[(&str, &str)],
) -> Result<Response, FetchError> {
    let url = Url::parse(&format!("{}{path}", base.as_str()))
        // Invariant: the base is a parsed URL without query.
        .map_err(|error| FetchError::Unreachable(error.to_string()))?;
    let body = Serializer::new(String::new()).extend_pairs(form).finish();
    let request = Request::new(Method::Post, url)
        .header("accept", "application/json")
        .header("user-agent", USER_AGENT)
        .body("application/x-www-form-urlencoded", body)
        .timeout(Duration::from_secs(15))
        .max_body(64 * 1024);
    fetch.fetch(request).await
}

/// An answer, or the error that it names (RFC 6749 §5.2, RFC 8628 §3.5).
fn read(response: &Response) -> Result<Value, Refused> {
    let answer: Option<Value> = serde_json::from_slice(&response.body).ok();
    if response.is_success() {
        return answer.ok_or_else(unreadable);
    }
    let code = answer
        .as_ref()
        .and_then(|answer| answer.get("error")?.as_str());
    Err(match code {
        Some("access_denied") => Refused::Denied,
        Some("expired_token") => Refused::Expired,
        Some("invalid_client" | "unauthorized_client") => Refused::Client,
        Some("invalid_grant") => Refused::Ended,
        Some(code) => Refused::Other(crate::words::plain(code)),
        None if response.status == 404 => Refused::NotThere,
        None => Refused::Other(format!("HTTP {}", response.status)),
    })
}

fn unreadable() -> Refused {
    Refused::Other("its answer could not be read".to_owned())
}

/// A page that a person may be sent to, shown as it is meant: on the web, where nobody else can answer for it, or on this
/// computer.
fn page(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let local = url.host().is_some_and(|host| match host {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    });
    let safe = url.scheme() == "https" || (url.scheme() == "http" && local);
    safe.then(|| String::from(url))
}

/// Shown in a log by mistake, a code would sign somebody in.
impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Waiting")
            .field("page", &self.page)
            .finish_non_exhaustive()
    }
}
