//! Which thing of Sentry a pasted URL is about. Its host only helps to find the organization and is never contacted.

use sentry_api::{BaseUrl, Slug};
use url::Url;

use crate::text::issue_url;

/// A thing of Sentry and where its URL says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ResourceUrl {
    pub(crate) organization: Slug,
    pub(crate) resource: Resource,
}

/// What a URL may lead to. Ids are as they were written, unchecked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resource {
    /// Read with its own rules: [`issue_url::parse`].
    Issue,
    Trace {
        trace: String,
        span: Option<String>,
    },
    Release(String),
    /// A kind that no tool reads yet, in words.
    Other(&'static str),
}

/// Reads a URL of Sentry's web interface.
pub(crate) fn parse(text: &str, base: &BaseUrl) -> Option<ResourceUrl> {
    let url = Url::parse(text).ok()?;
    let page = issue_url::page(&url, base)?;
    // Newer releases have most pages below one of these.
    let path = match page.path.as_slice() {
        ["explore" | "performance" | "insights", rest @ ..] => rest,
        path => path,
    };
    let resource = match path {
        ["issues", id, ..] if *id != "alerts" => Resource::Issue,
        ["traces", "trace", trace, ..] | ["trace", trace, ..] => Resource::Trace {
            trace: (*trace).to_owned(),
            span: span(&url),
        },
        ["releases", version, ..] => Resource::Release(decoded(version)),
        ["replays", _, ..] => Resource::Other("replay"),
        ["profiling", "profile", ..] => Resource::Other("profile"),
        ["conversations" | "ai-conversations", _, ..] => Resource::Other("AI conversation"),
        ["crons" | "monitors", ..] | ["issues", "alerts", "rules", "crons", ..] => {
            Resource::Other("monitor")
        }
        ["preprod", ..] => Resource::Other("snapshot"),
        _ => return None,
    };
    Some(ResourceUrl {
        organization: page.organization,
        resource,
    })
}

/// `?node=span-{id}`; of several, the first is the one that is open.
fn span(url: &Url) -> Option<String> {
    url.query_pairs()
        .filter(|(name, _)| name == "node")
        .find_map(|(_, value)| value.strip_prefix("span-").map(str::to_owned))
}

/// A path segment as text: what a form decodes is a superset, so that plus signs are kept from it.
fn decoded(segment: &str) -> String {
    let kept = format!("v={}", segment.replace('+', "%2B"));
    let mut pairs = url::form_urlencoded::parse(kept.as_bytes());
    pairs
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Resource> {
        let base = BaseUrl::parse("https://sentry.example").unwrap();
        let found = parse(text, &base)?;
        assert_eq!(found.organization.as_str(), "acme", "{text}");
        Some(found.resource)
    }

    #[test]
    fn what_is_read() {
        let trace = |span: Option<&str>| {
            Some(Resource::Trace {
                trace: "abc".to_owned(),
                span: span.map(str::to_owned),
            })
        };
        for (text, resource) in [
            ("https://acme.sentry.io/issues/4501/", Some(Resource::Issue)),
            (
                "https://sentry.example/acme/web/issues/WEB-1/events/x",
                Some(Resource::Issue),
            ),
            (
                "https://acme.sentry.io/explore/traces/trace/abc/",
                trace(None),
            ),
            (
                "https://acme.sentry.io/performance/trace/abc?node=span-12&node=txn-3",
                trace(Some("12")),
            ),
            (
                "https://us.sentry.io/organizations/acme/traces/trace/abc/?node=txn-1",
                trace(None),
            ),
            (
                "https://sentry.example/organizations/acme/releases/shop%401.4.0+7/?project=1",
                Some(Resource::Release("shop@1.4.0+7".to_owned())),
            ),
            (
                "https://acme.sentry.io/explore/replays/abc/",
                Some(Resource::Other("replay")),
            ),
            (
                "https://acme.sentry.io/replays/abc/",
                Some(Resource::Other("replay")),
            ),
            (
                "https://acme.sentry.io/insights/crons/web/nightly/",
                Some(Resource::Other("monitor")),
            ),
            (
                "https://acme.sentry.io/explore/profiling/profile/web/abc/",
                Some(Resource::Other("profile")),
            ),
        ] {
            assert_eq!(read(text), resource, "{text}");
        }
    }

    #[test]
    fn what_is_not() {
        for text in [
            "",
            "acme.sentry.io/issues/1",
            "ftp://acme.sentry.io/issues/1",
            "https://us.sentry.io/issues/1",
            "https://evil.example/explore/traces/trace/abc",
            "https://acme.sentry.io/settings/",
            "https://acme.sentry.io/issues/",
            "javascript:1",
        ] {
            let base = BaseUrl::parse("https://sentry.example").unwrap();
            assert_eq!(parse(text, &base), None, "{text}");
        }
    }
}
