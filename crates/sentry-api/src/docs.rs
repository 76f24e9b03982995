//! Sentry's documentation. It is public and asked without a token, on fixed hosts, whatever Sentry is configured; a Sentry on
//! loopback stands in for them ([ADR 131](../../../docs/adr/0131-where-documentation-is-asked-for.md)).
// file rule: mcp/documentation-hosts: documentation is asked for on two fixed hosts and one for searches, without a token;
//    redirects are not followed

use std::time::Duration;

use fetch::{Method, Request, Response};
use url::Url;

use crate::client::{Client, USER_AGENT, judge};
use crate::endpoint::Reply;
use crate::error::ApiError;
use crate::json::Json;

/// The hosts whose pages are read.
const HOSTS: [&str; 2] = ["docs.sentry.io", "develop.sentry.io"];

/// Where pages are searched for.
const SEARCH: &str = "https://mcp.sentry.dev/api/search";

/// What a search finds, for logs.
const WHAT: &str = "pages of the documentation";

/// For headers and body together.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Of a page or of results, in bytes.
const MOST: usize = 512 * 1024;

/// A page of the documentation, as Markdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocPage(Url);

impl DocPage {
    /// The page at a path or a URL of the documentation. Its Markdown has the ending `.md`, which is added; a query and a
    /// fragment go. `None` for anything on another host.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let base = Url::parse("https://docs.sentry.io/").ok()?;
        let mut url = base.join(text.trim()).ok()?;
        let is_known = HOSTS.iter().any(|host| url.host_str() == Some(*host));
        let is_plain = url.scheme() == "https" && url.port().is_none();
        if !is_known || !is_plain || !url.username().is_empty() || url.password().is_some() {
            return None;
        }
        url.set_query(None);
        url.set_fragment(None);
        let path = url.path().trim_end_matches('/').to_owned();
        match path.strip_suffix(".md").unwrap_or(&path) {
            "" => return None,
            path => url.set_path(&[path, ".md"].concat()),
        }
        Some(Self(url))
    }

    /// Its URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl Client {
    /// The Markdown of a page.
    ///
    /// # Errors
    /// [`ApiError`]
    pub async fn document(&self, page: &DocPage) -> Result<String, ApiError> {
        let url = self
            .stand_in(page.0.path())
            .unwrap_or_else(|| page.0.clone());
        let request = Request::new(Method::Get, url).header("accept", "text/markdown");
        let page = self.public(request).await?;
        Ok(String::from_utf8_lossy(&page.body).into_owned())
    }

    /// Pages about something, by `{query, maxResults, guide}`: `POST /api/search`.
    ///
    /// # Errors
    /// [`ApiError`]
    pub async fn documents(&self, search: &serde_json::Value) -> Result<Reply, ApiError> {
        let fixed = || Url::parse(SEARCH).map_err(|_| ApiError::Malformed("a URL"));
        let url = self.stand_in("/api/search").map_or_else(fixed, Ok)?;
        let request = Request::new(Method::Post, url)
            .header("accept", "application/json")
            .body("application/json", search.to_string());
        let answer = Json::read(self.public(request).await?.body, WHAT)?;
        Ok(Reply::public(answer, WHAT))
    }

    /// The same path of the configured Sentry, where that is on loopback.
    fn stand_in(&self, path: &str) -> Option<Url> {
        let base = self.base();
        base.is_loopback()
            .then(|| Url::parse(base.as_str()).ok()?.join(path).ok())?
    }

    async fn public(&self, request: Request) -> Result<Response, ApiError> {
        let request = request.header("user-agent", USER_AGENT).timeout(TIMEOUT);
        let request = request.max_body(MOST).body_of(200..=299);
        match judge(self.fetch.fetch(request).await?) {
            // Nobody has signed in there.
            Err(ApiError::Unauthorized) => Err(ApiError::Forbidden),
            judged => judged,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_the_documentation_only() {
        let docs = "https://docs.sentry.io";
        for (text, page) in [
            ("/product/crons.md", "/product/crons.md"),
            ("product/crons/", "/product/crons.md"),
            (
                "https://docs.sentry.io/product/crons/?a=b#c",
                "/product/crons.md",
            ),
            ("/a/../product/./crons.md", "/product/crons.md"),
            (" /a b.md ", "/a%20b.md"),
            ("//docs.sentry.io/x", "/x.md"),
        ] {
            let page = [docs, page].concat();
            assert_eq!(DocPage::parse(text).unwrap().as_str(), page, "{text}");
        }
        let develop = "https://develop.sentry.io/sdk.md";
        assert_eq!(DocPage::parse(develop).unwrap().as_str(), develop);
        for bad in [
            "",
            "/",
            "https://docs.sentry.io",
            "http://docs.sentry.io/x",
            "https://docs.sentry.io:8443/x",
            "https://u:p@docs.sentry.io/x",
            "https://docs.sentry.io.evil.example/x",
            "https://evil.example/docs.sentry.io/x.md",
            "//evil.example/x.md",
            "\\\\evil.example/x.md",
            "/\\evil.example/x.md",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https://127.0.0.1/x.md",
        ] {
            assert_eq!(DocPage::parse(bad), None, "{bad}");
        }
    }
}
