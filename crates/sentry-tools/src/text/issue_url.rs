//! Reading a pasted issue URL. It must be of the Sentry that is asked, or of sentry.io; its host is never contacted.

use sentry_api::{BaseUrl, EventId, IssueId, Slug};
use url::Url;

/// What an issue's URL names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IssueUrl {
    pub(crate) organization: Slug,
    /// Only in the old form, `/{org}/{project}/issues/{id}`.
    pub(crate) project: Option<Slug>,
    pub(crate) issue: IssueId,
    pub(crate) event: Option<EventId>,
}

/// Hosts under sentry.io that are no organization's.
const NOT_ORGANIZATIONS: [&str; 5] = ["us", "de", "www", "docs", "mcp"];

/// Reads `https://{org}.sentry.io/issues/{id}`, `{server}/organizations/{org}/issues/{id}` and
/// `{server}/{org}/{project}/issues/{id}`, each perhaps followed by `/events/{eventId}`.
pub(crate) fn parse(text: &str, base: &BaseUrl) -> Option<IssueUrl> {
    let url = Url::parse(text).ok()?;
    let page = page(&url, base)?;
    let ["issues", rest @ ..] = page.path.as_slice() else {
        return None;
    };
    let (organization, project) = (page.organization, page.project);
    let (issue, rest) = rest.split_first()?;
    let event = match rest {
        ["events", event, ..] => EventId::parse(event).ok(),
        _ => None,
    };
    Some(IssueUrl {
        organization,
        project,
        issue: IssueId::parse(issue).ok()?,
        event,
    })
}

/// A page of an organization in Sentry's web interface.
pub(crate) struct OrganizationPage<'a> {
    pub(crate) organization: Slug,
    /// Only in the old form, `/{org}/{project}/issues/{id}`.
    pub(crate) project: Option<Slug>,
    /// Below the organization.
    pub(crate) path: Vec<&'a str>,
}

/// Takes apart `https://{org}.sentry.io/…`, `{server}/organizations/{org}/…` and `{server}/{org}/{project}/issues/…`.
pub(crate) fn page<'a>(url: &'a Url, base: &BaseUrl) -> Option<OrganizationPage<'a>> {
    let is_plain = url.username().is_empty() && url.password().is_none();
    if !matches!(url.scheme(), "http" | "https") || !is_plain || !is_sentrys(url, base) {
        return None;
    }
    let segments = url.path_segments()?;
    let segments: Vec<&str> = segments.filter(|segment| !segment.is_empty()).collect();
    let (organization, project, path) = match segments.as_slice() {
        ["organizations", organization, path @ ..] => (Slug::parse(organization).ok()?, None, path),
        // In an organization's own domain, nothing stands in front of `issues`.
        [organization, project, "issues", ..] if *organization != "issues" => (
            Slug::parse(organization).ok()?,
            Some(Slug::parse(project).ok()?),
            segments.get(2..)?,
        ),
        path => (organization_of(url, base)?, None, path),
    };
    Some(OrganizationPage {
        organization,
        project,
        path: path.to_vec(),
    })
}

/// Whether the host is the server's, below it, or sentry.io's: somebody else's page may look like Sentry's, and a person who
/// reads its address would not know what is changed here.
fn is_sentrys(url: &Url, base: &BaseUrl) -> bool {
    let host = url.host_str().unwrap_or_default();
    let is_local = |host: &str| matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    let below = |server: &str| {
        let rest = host.strip_suffix(server);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    below(base.host()) || below("sentry.io") || (is_local(host) && is_local(base.host()))
}

fn organization_of(url: &Url, base: &BaseUrl) -> Option<Slug> {
    let host = url.host_str()?;
    let label = [".sentry.io", &format!(".{}", base.host())]
        .into_iter()
        .find_map(|suffix| host.strip_suffix(suffix))?;
    if label.contains('.') || NOT_ORGANIZATIONS.contains(&label) {
        return None;
    }
    Slug::parse(label).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, Option<String>, String, bool)> {
        let base = BaseUrl::parse("https://sentry.example").unwrap();
        let url = parse(text, &base)?;
        Some((
            url.organization.to_string(),
            url.project.map(|slug| slug.to_string()),
            url.issue.to_string(),
            url.event.is_some(),
        ))
    }

    #[test]
    fn the_host_is_sentrys() {
        for text in [
            "https://evil.example/organizations/acme/issues/1/",
            "http://10.0.0.1/organizations/acme/issues/1/",
            "https://sentry.example@evil.example/organizations/acme/issues/1/",
            "https://evilsentry.example/organizations/acme/issues/1/",
            "https://acme.sentry.io.evil.example/issues/1/",
            "https://me@sentry.example/organizations/acme/issues/1/",
            "https://:x@sentry.example/organizations/acme/issues/1/",
            "http://127.0.0.1/organizations/acme/issues/1/",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        let local = BaseUrl::parse("http://127.0.0.1:9797").unwrap();
        assert!(parse("http://localhost:9797/organizations/acme/issues/1/", &local).is_some());
    }

    #[test]
    fn forms() {
        let event = "a".repeat(32);
        for (text, project, issue, has_event) in [
            (
                "https://acme.sentry.io/issues/4501/".to_owned(),
                None,
                "4501",
                false,
            ),
            (
                "https://acme.sentry.io/issues/web-1a?query=x#y".to_owned(),
                None,
                "WEB-1A",
                false,
            ),
            (
                "https://acme.sentry.example/issues/1".to_owned(),
                None,
                "1",
                false,
            ),
            (
                format!("https://us.sentry.io/organizations/acme/issues/1/events/{event}/"),
                None,
                "1",
                true,
            ),
            (
                "http://sentry.example:9797/organizations/acme/issues/1/events/latest/".to_owned(),
                None,
                "1",
                false,
            ),
            (
                "https://sentry.example/acme/web/issues/1/".to_owned(),
                Some("web"),
                "1",
                false,
            ),
        ] {
            let expected = (
                "acme".to_owned(),
                project.map(str::to_owned),
                issue.to_owned(),
                has_event,
            );
            assert_eq!(read(&text), Some(expected), "{text}");
        }
    }

    #[test]
    fn others() {
        for text in [
            "",
            "acme.sentry.io/issues/1",
            "ftp://acme.sentry.io/issues/1",
            "https://us.sentry.io/issues/1",
            "https://a.b.sentry.io/issues/1",
            "https://evil.example/issues/1",
            "https://acme.sentry.io/issues/",
            "https://acme.sentry.io/issues/..%2f1",
            "https://acme.sentry.io/explore/traces/trace/1",
            "https://sentry.example/organizations/a%2Fb/issues/1",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
