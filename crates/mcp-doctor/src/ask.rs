//! Sends requests to a server: with limits on time and size, without following redirects, and only to hosts that the
//! server may send us to.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use fetch::{Fetch, FetchError, Method, Request};
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use crate::answer::Answer;
use crate::network::is_local;

/// Time limit for one response, including its body.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Maximum size of a response body, in bytes.
const MAX_BODY: usize = 256 * 1024;
/// The number of unanswered requests after which a host is not asked again.
const PATIENCE: u8 = 3;
/// Why an answer with the status 429 counts for nothing.
pub const LIMITED: &str = "the server answered 429: too many requests for now";
const AGENT: &str = concat!("mcp-test-client/", env!("CARGO_PKG_VERSION"), " (doctor)");

/// Sends the requests of one walk.
pub struct Asker<'a> {
    fetch: &'a dyn Fetch,
    /// The value of `Origin`: the page on whose behalf the requests are made.
    pub origin: &'static str,
    /// Whether the server itself is on this computer or a private network, so that its documents may point there too.
    local: bool,
    unanswered: RefCell<BTreeMap<String, u8>>,
}

impl<'a> Asker<'a> {
    pub fn new(fetch: &'a dyn Fetch, server: &Url) -> Self {
        let local = is_local(server);
        Self {
            fetch,
            // Servers on this computer rightly refuse pages of other origins (MCP transports, DNS rebinding).
            origin: if local {
                "http://localhost:6274"
            } else {
                "https://client.example"
            },
            local,
            unanswered: RefCell::default(),
        }
    }

    /// Requests a document, as a script in a page would.
    pub async fn document(&self, url: Url) -> Answer {
        let request = Request::new(Method::Get, url).header("accept", "application/json");
        self.send(request.header("origin", self.origin)).await
    }

    /// Requests a page, as a browser would.
    pub async fn page(&self, url: Url) -> Answer {
        let request = Request::new(Method::Get, url).header("accept", "text/html,*/*;q=0.5");
        self.send(request.header("origin", self.origin)).await
    }

    /// Opens a stream of events, as clients of the old HTTP+SSE transport do.
    pub async fn stream(&self, url: Url) -> Answer {
        let request = Request::new(Method::Get, url).header("accept", "text/event-stream");
        self.send(request).await
    }

    /// Posts a form, as a script in a page would.
    pub async fn form(&self, url: Url, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = Request::new(Method::Post, url)
            .header("accept", "application/json")
            .header("origin", self.origin)
            .body("application/x-www-form-urlencoded", body);
        self.send(request).await
    }

    /// Posts a form with the client's id and secret in the header (RFC 6749 §2.3.1).
    pub async fn form_as(&self, url: Url, fields: &[(&str, &str)], authorization: &str) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = Request::new(Method::Post, url)
            .header("accept", "application/json")
            .header("authorization", authorization)
            .body("application/x-www-form-urlencoded", body);
        self.send(request).await
    }

    /// Posts JSON: a registration, or where a form would be correct.
    pub async fn json(&self, url: Url, body: &Value) -> Answer {
        let request = Request::new(Method::Post, url)
            .header("accept", "application/json")
            .body("application/json", body.to_string());
        self.send(request).await
    }

    /// Posts `initialize` to an MCP endpoint.
    pub async fn call(&self, server: &Url, token: Option<&str>, from_page: bool) -> Answer {
        let message = json!({
            "jsonrpc": "2.0",
            "id": 1,
            "method": "initialize",
            "params": {
                "protocolVersion": "2025-11-25",
                "capabilities": {},
                "clientInfo": { "name": "mcp-test-client", "version": env!("CARGO_PKG_VERSION") },
            },
        });
        let mut request = Request::new(Method::Post, server.clone())
            .header("accept", "application/json, text/event-stream")
            .body("application/json", message.to_string());
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if from_page {
            request = request.header("origin", self.origin);
        }
        self.send(request).await
    }

    /// Sends the CORS preflight that a browser sends before a script may post a message with a token.
    pub async fn preflight(&self, url: Url) -> Answer {
        let request = Request::new(Method::Options, url)
            .header("origin", self.origin)
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "authorization,content-type,mcp-protocol-version",
            );
        self.send(request).await
    }

    /// Waits, using the timer of [`Fetch`].
    pub async fn sleep(&self, duration: Duration) {
        self.fetch.sleep(duration).await;
    }

    async fn send(&self, request: Request) -> Answer {
        if let Err(why) = self.may_ask(&request.url) {
            return Answer::NotAsked(why);
        }
        let host = request.url.authority().to_owned();
        let unanswered = self.unanswered.borrow().get(&host).copied();
        if unanswered.unwrap_or_default() >= PATIENCE {
            return Answer::NotAsked("this host did not answer several times before");
        }
        let request = request
            .header("user-agent", AGENT)
            .timeout(TIMEOUT)
            .max_body(MAX_BODY);
        match self.fetch.fetch(request).await {
            // A limit says nothing about the rule that the request was for.
            Ok(response) if response.status == 429 => Answer::NotAsked(LIMITED),
            Ok(response) => Answer::Came(response),
            // A failure is what its status says, however long its page is.
            Err(FetchError::Incomplete { head, .. }) if head.status >= 300 => Answer::Came(*head),
            Err(error) => {
                // A response that is too large still counts as one; only a host that does not respond is left alone.
                if !matches!(error.cause(), FetchError::TooLarge(_)) {
                    *self.unanswered.borrow_mut().entry(host).or_default() += 1;
                }
                Answer::Failed(error.to_string())
            }
        }
    }

    /// Allows https; and local addresses only if the server itself is local. A remote server's documents must not
    /// direct requests at the private network of the person who runs the doctor.
    fn may_ask(&self, url: &Url) -> Result<(), &'static str> {
        match (url.scheme(), is_local(url)) {
            ("http" | "https", true) if self.local => Ok(()),
            (_, true) => Err("the URL leads into a private network"),
            ("https", false) => Ok(()),
            _ => Err("the URL is not https"),
        }
    }
}

#[cfg(test)]
mod tests {
    use fetch::scripted::Scripted;

    use super::*;

    // rule: doctor/no-private-network
    #[test]
    fn a_public_server_aims_nobody_at_a_private_network() {
        let script = Scripted::new();
        for (server, target, ok) in [
            (
                "https://mcp.example.com/mcp",
                "https://auth.example.com/t",
                true,
            ),
            (
                "https://mcp.example.com/mcp",
                "http://auth.example.com/t",
                false,
            ),
            ("https://mcp.example.com/mcp", "https://127.0.0.1/t", false),
            ("https://mcp.example.com/mcp", "https://localhost/t", false),
            ("https://mcp.example.com/mcp", "https://router/t", false),
            ("https://mcp.example.com/mcp", "https://10.1.2.3/t", false),
            (
                "https://mcp.example.com/mcp",
                "https://169.254.169.254/t",
                false,
            ),
            ("https://mcp.example.com/mcp", "https://100.64.0.1/t", false),
            ("https://mcp.example.com/mcp", "https://[::1]/t", false),
            ("https://mcp.example.com/mcp", "https://[fd00::1]/t", false),
            (
                "https://mcp.example.com/mcp",
                "https://[::ffff:127.0.0.1]/t",
                false,
            ),
            (
                "https://mcp.example.com/mcp",
                "ftp://auth.example.com/t",
                false,
            ),
            ("http://localhost:8788/mcp", "http://127.0.0.1:9000/t", true),
            ("http://10.1.2.3/mcp", "http://10.1.2.4/t", true),
            (
                "http://localhost:8788/mcp",
                "https://auth.example.com/t",
                true,
            ),
        ] {
            let asker = Asker::new(&script, &Url::parse(server).unwrap());
            let allowed = asker.may_ask(&Url::parse(target).unwrap()).is_ok();
            assert_eq!(allowed, ok, "{server} {target}");
        }
    }

    // rule: doctor/answer-limits
    #[tokio::test]
    async fn a_page_that_is_too_long_is_what_its_status_says() {
        let url = Url::parse("https://mcp.example.com/mcp").unwrap();
        for (status, came) in [(200, None), (404, Some(404)), (503, Some(503))] {
            let body = "x".repeat(MAX_BODY + 1);
            let script = Scripted::new().json(Method::Get, url.as_str(), status, &body);
            let answer = Asker::new(&script, &url).document(url.clone()).await;
            let status = match &answer {
                Answer::Came(head) => Some(head.status),
                _ => None,
            };
            assert_eq!(status, came);
        }
    }

    // rule: doctor/answer-limits
    #[tokio::test]
    async fn a_host_that_hangs_is_left_alone() {
        let url = Url::parse("https://mcp.example.com/mcp").unwrap();
        let hangs = Err(FetchError::Timeout(TIMEOUT));
        let script = Scripted::new().on(Method::Get, url.as_str(), hangs);
        let asker = Asker::new(&script, &url);
        for _ in 0..10 {
            asker.document(url.clone()).await;
        }
        assert_eq!(script.requests().len(), usize::from(PATIENCE));
        assert!(
            script
                .requests()
                .iter()
                .all(|r| r.timeout == TIMEOUT && r.max_body == MAX_BODY)
        );
    }
}
