//! Sign-in on another device (RFC 8628), with any Sentry and through any [`Fetch`].

use std::time::Duration;

use fetch::{Fault, Fetch, Method, Request, Response, judge};
use sentry_api::{BaseUrl, USER_AGENT};
use serde_json::Value;
use url::form_urlencoded::Serializer;
use url::{Host, Url};

/// The grant type (RFC 8628 §3.4).
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// The scopes to ask for: all that any tool needs. `--skills` narrows down what a server process offers, and can differ
/// each time.
const SCOPE: &str =
    "org:read project:read project:write team:read team:write event:read event:write alerts:write";

/// Seconds between two polls if the server does not say (RFC 8628 §3.2).
const INTERVAL: u64 = 5;

/// The longest time between two polls while Sentry cannot be reached, in seconds.
const LONGEST: u64 = 60;

/// The longest time that a person has, in seconds, whatever the server says.
const DAY: u64 = 24 * 60 * 60;

/// A sign-in that waits for the person (RFC 8628 §3.2).
#[derive(Clone, PartialEq, Eq)]
pub struct Waiting {
    device_code: String,
    /// The code that the person types in, or compares.
    pub user_code: String,
    /// The URL of the page to open.
    pub page: String,
    /// The same URL with the code in it, if the server gives one.
    pub page_with_code: Option<String>,
    /// How long the codes are valid, in seconds.
    pub lifetime: u64,
    interval: u64,
}

/// Why there is no token. Most variants stand for an error code of RFC 6749 §5.2 or RFC 8628 §3.5.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// `access_denied`
    #[error("the person said no")]
    Denied,
    /// `expired_token`, or the person's time is over.
    #[error("nobody answered in time")]
    Expired,
    /// `invalid_client`, `unauthorized_client`
    #[error("Sentry does not know this client id, or does not let it sign in by device code")]
    Client,
    /// `invalid_grant` in answer to a refresh: the grant has ended.
    #[error("the sign-in has ended")]
    Ended,
    /// This Sentry has no device authorization endpoint.
    #[error("this Sentry has no sign-in by device code")]
    NotThere,
    /// Any other error code.
    #[error("Sentry refused: {0}")]
    Other(String),
    /// No usable response came; the text says why.
    #[error("Sentry could not be reached: {0}")]
    Unreachable(String),
}

/// Requests a device code and a user code.
///
/// # Errors
/// [`Refused`], if there are no codes.
pub async fn begin(fetch: &dyn Fetch, base: &BaseUrl, client_id: &str) -> Result<Waiting, Refused> {
    let form = [("client_id", client_id), ("scope", SCOPE)];
    let response = post(fetch, base, "/oauth/device/code/", &form).await?;
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

    /// Polls until the person has answered, and returns the token endpoint's response. Network errors are retried until
    /// the time is over.
    ///
    /// # Errors
    /// [`Refused`], if there is no token.
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
            // The first poll waits too, since nobody has typed in the code yet.
            fetch.sleep(Duration::from_secs(interval)).await;
            waited += interval;
            let response = post(fetch, base, "/oauth/token/", &form).await;
            match response.and_then(|response| read(&response)) {
                Ok(answer) => return Ok(answer),
                Err(Refused::Other(code)) if code == "authorization_pending" => trouble = None,
                // "the interval MUST be increased by 5 seconds for this and all subsequent requests" (RFC 8628 §3.5).
                Err(Refused::Other(code)) if code == "slow_down" => interval += 5,
                // "On encountering a connection timeout, clients MUST unilaterally reduce their polling frequency before
                // retrying […] exponential backoff" (RFC 8628 §3.5).
                Err(refused @ Refused::Unreachable(_)) => {
                    trouble = Some(refused);
                    interval = (interval * 2).min(LONGEST);
                }
                Err(refused) => return Err(refused),
            }
            if waited >= self.lifetime {
                return Err(trouble.unwrap_or(Refused::Expired));
            }
        }
    }
}

/// Refreshes tokens (RFC 6749 §6) as a public client.
///
/// # Errors
/// [`Refused`], if there are no new tokens.
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
    read(&post(fetch, base, "/oauth/token/", &form).await?)
}

/// Sends a form. Trouble that passes is [`Refused::Unreachable`], whatever page tells of it.
async fn post(
    fetch: &dyn Fetch,
    base: &BaseUrl,
    path: &str,
    form: &[(&str, &str)],
) -> Result<Response, Refused> {
    let url = Url::parse(&format!("{}{path}", base.as_str()))
        // Invariant: the base is a parsed URL without a query.
        .map_err(|error| Refused::Unreachable(error.to_string()))?;
    let body = Serializer::new(String::new()).extend_pairs(form).finish();
    let request = Request::new(Method::Post, url)
        .header("accept", "application/json")
        .header("user-agent", USER_AGENT)
        .body("application/x-www-form-urlencoded", body)
        .timeout(Duration::from_secs(15))
        .max_body(64 * 1024)
        .body_of(200..=428);
    let answer = fetch.fetch(request).await;
    let passing = judge(&answer).err().filter(Fault::is_passing);
    match passing {
        Some(Fault::Status(status)) => Err(Refused::Unreachable(format!("HTTP {status}"))),
        Some(fault) => Err(Refused::Unreachable(fault.to_string())),
        None => answer.map_err(|error| Refused::Unreachable(error.to_string())),
    }
}

/// Reads a success response, or the error that it names (RFC 6749 §5.2, RFC 8628 §3.5).
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

/// Checks a URL to which a person will be sent: it must be https, or on this computer, and is printed in its normalized
/// form.
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

/// Hides the codes: if one were logged by mistake, it could be used to sign in.
impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Waiting")
            .field("page", &self.page)
            .finish_non_exhaustive()
    }
}
