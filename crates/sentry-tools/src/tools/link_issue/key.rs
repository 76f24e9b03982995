//! What an address in a tracker says: which tracker, and the key there.

use serde_json::Value;
use url::Url;

use crate::vocabulary::arguments::wrong;
use crate::vocabulary::failure::Failure;

use super::{EXTERNAL, with_fields};

/// An address that a person could open.
pub(super) fn check(url: &str) -> Result<(), Failure> {
    let parsed = Url::parse(url).ok();
    let is_good = |url: &Url| {
        matches!(url.scheme(), "https" | "http") && url.has_host() && url.password().is_none()
    };
    match parsed.is_some_and(|url| is_good(&url)) {
        true => Ok(()),
        false => Err(wrong(
            EXTERNAL,
            "must be the address of an issue, with https://",
        )),
    }
}

/// Host and path without what does not name the issue.
pub(super) fn plain(url: &str) -> &str {
    let url = url.trim();
    let url = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = url.find(['?', '#']).unwrap_or(url.len());
    url.get(..end).unwrap_or(url).trim_end_matches('/')
}

/// The app that is known by its address.
pub(super) fn app(url: &str) -> Option<&'static str> {
    let host = plain(url).split('/').next().unwrap_or_default();
    let apps = [("linear.app", "linear"), ("app.shortcut.com", "shortcut")];
    apps.into_iter()
        .find(|(own, _)| *own == host)
        .map(|(_, app)| app)
}

/// What a provider's integration takes for an issue that exists.
pub(super) fn body(provider: &str, url: &str, fields: Option<&Value>) -> Result<Value, Failure> {
    let mut steps = plain(url).split('/');
    let _host = steps.next();
    let steps: Vec<&str> = steps.collect();
    let last = steps.last().copied().unwrap_or_default();
    let is_number = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    let unread = || {
        Err(wrong(
            EXTERNAL,
            "is not the address of one issue of that tracker",
        ))
    };
    match provider {
        "github" | "github_enterprise" | "bitbucket" | "bitbucket_server" => match steps.as_slice()
        {
            [owner, name, .., _kind, _] if is_number => {
                let repository = [owner, "/", name].concat();
                let ours = [("repo", repository.as_str()), ("externalIssue", last)];
                Ok(with_fields(fields, &ours))
            }
            _ => unread(),
        },
        "gitlab" => {
            let end = steps.iter().position(|step| *step == "-");
            let end = end.or_else(|| steps.iter().position(|step| *step == "issues"));
            match steps.get(..end.unwrap_or_default()) {
                Some(project @ [_, ..]) if is_number => {
                    let key = [&project.join("/"), "#", last].concat();
                    Ok(with_fields(fields, &[("externalIssue", &key)]))
                }
                _ => unread(),
            }
        }
        _ if last.is_empty() => unread(),
        _ => Ok(with_fields(fields, &[("externalIssue", last)])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_tracker_has_its_key() {
        for (provider, url, expected) in [
            (
                "github",
                "https://github.com/acme/web/issues/12#note",
                json!({ "repo": "acme/web", "externalIssue": "12" }),
            ),
            (
                "gitlab",
                "https://gitlab.example/group/sub/web/-/issues/7",
                json!({ "externalIssue": "group/sub/web#7" }),
            ),
            (
                "jira",
                "https://acme.atlassian.net/browse/PAY-3?a=b",
                json!({ "externalIssue": "PAY-3" }),
            ),
            (
                "vsts",
                "https://dev.azure.com/acme/web/_workitems/edit/44/",
                json!({ "externalIssue": "44" }),
            ),
        ] {
            assert_eq!(body(provider, url, None).unwrap(), expected);
        }
        for (provider, url) in [
            ("github", "https://github.com/acme/web"),
            ("github", "https://github.com/"),
            ("gitlab", "https://gitlab.example/-/issues/7"),
            ("jira", "https://acme.atlassian.net"),
        ] {
            assert!(body(provider, url, None).is_err(), "{url}");
        }
        let fields = json!({ "comment": "see" });
        let sent = body("jira", "https://a.example/browse/P-1", Some(&fields)).unwrap();
        assert_eq!(sent, json!({ "comment": "see", "externalIssue": "P-1" }));
    }

    #[test]
    fn only_addresses_that_a_person_could_open() {
        for bad in [
            "",
            "PAY-3",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https://a:b@c.example/1",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
        assert!(check("https://tracker.example/browse/PAY-3").is_ok());
        assert_eq!(plain(" https://A.example/x/?q#f "), "A.example/x");
    }
}
