//! How a server is asked: bounded, plainly, and nowhere that it has no business pointing at.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use fetch::{Fetch, FetchError, Method, Request};
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use crate::answer::Answer;
use crate::network::is_local;

/// For one answer, its body included.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes.
const MAX_BODY: usize = 256 * 1024;
/// After so many requests without an answer a host is left alone.
const PATIENCE: u8 = 3;
const AGENT: &str = concat!("mcp-test-client/", env!("CARGO_PKG_VERSION"), " (doctor)");

/// Sends the requests of one walk.
pub struct Asker<'a> {
    fetch: &'a dyn Fetch,
    /// The origin of a page in whose place we ask.
    pub origin: &'static str,
    /// Whether the server itself is on another network than the public one, so that its documents may be too.
    local: bool,
    unanswered: RefCell<BTreeMap<String, u8>>,
}

impl<'a> Asker<'a> {
    pub fn new(fetch: &'a dyn Fetch, server: &Url) -> Self {
        let local = is_local(server);
        Self {
            fetch,
            // Servers on this computer rightly refuse pages from elsewhere (MCP transports, DNS rebinding).
            origin: if local {
                "http://localhost:6274"
            } else {
                "https://client.example"
            },
            local,
            unanswered: RefCell::default(),
        }
    }

    /// A document, as a script of a page would read it.
    pub async fn document(&self, url: Url) -> Answer {
        let request = Request::new(Method::Get, url).header("accept", "application/json");
        self.send(request.header("origin", self.origin)).await
    }

    /// A page, as a browser would open it.
    pub async fn page(&self, url: Url) -> Answer {
        let request = Request::new(Method::Get, url).header("accept", "text/html,*/*;q=0.5");
        self.send(request.header("origin", self.origin)).await
    }

    /// A form, as a script of a page would send it.
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

    /// JSON, for a registration or where a form belongs.
    pub async fn json(&self, url: Url, body: &Value) -> Answer {
        let request = Request::new(Method::Post, url)
            .header("accept", "application/json")
            .body("application/json", body.to_string());
        self.send(request).await
    }

    /// A first message to an MCP endpoint.
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

    /// What a browser asks before it lets a script send a message with a token.
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

    /// Waits, by the clock of the `Fetch`.
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
            Ok(response) => Answer::Came(response),
            Err(error) => {
                // A body that is too long, or too slow to end, is an answer of a kind; a host that hangs is not.
                if !matches!(error, FetchError::TooLarge(_)) {
                    *self.unanswered.borrow_mut().entry(host).or_default() += 1;
                }
                Answer::Failed(error.to_string())
            }
        }
    }

    /// Https, or this computer where the server itself is here: what a server writes into a document aims nobody's
    /// requests at the network behind their firewall.
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
