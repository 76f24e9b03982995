//! Hosts on which anybody can publish: pages and gists, object storage, functions, tunnels, mirrors, names for computers
//! at home. That a document is served there says who pays for an account, and not who that is, so nobody is to take the
//! host for a publisher ([ADR 65](../../docs/adr/0065-a-list-of-shared-hosts.md)).
// file rule: clients/shared-hosting-unverified: where anybody can publish, no host is called
//    verified

use oauth_provider::Origin;

const LIST: &str = include_str!("shared_hosting.txt");

/// The service on which anybody can publish, if a host (with or without a port) is one or lies below one. This server
/// itself is not: nobody else publishes at its name.
pub fn shared_hosting(authority: &str, origin: &Origin) -> Option<&'static str> {
    let own = origin.as_str().split_once("://").map(|(_, own)| own);
    if own == Some(authority) {
        return None;
    }
    let host = authority.split(':').next().unwrap_or_default();
    let host = host.trim_end_matches('.');
    services().find(|service| {
        host.strip_suffix(service)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

fn services() -> impl Iterator<Item = &'static str> {
    LIST.lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_ascii_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(authority: &str) -> Option<&'static str> {
        let origin = "https://mcp.alice.workers.dev".parse().ok();
        let origin = origin.and_then(|url| Origin::of(&url)).unwrap();
        shared_hosting(authority, &origin)
    }

    #[test]
    fn a_service_and_every_name_below_it() {
        for (authority, expected) in [
            ("alice.github.io", Some("github.io")),
            ("github.io", Some("github.io")),
            ("alice.github.io.", Some("github.io")),
            ("alice.github.io:8443", Some("github.io")),
            ("raw.githubusercontent.com", Some("githubusercontent.com")),
            ("gist.githubusercontent.com", Some("githubusercontent.com")),
            ("a.b.pages.dev", Some("pages.dev")),
            ("other.alice.workers.dev", Some("workers.dev")),
            ("app.vercel.app", Some("vercel.app")),
            ("app.netlify.app", Some("netlify.app")),
            (
                "bucket.s3.eu-central-1.amazonaws.com",
                Some("amazonaws.com"),
            ),
            ("account.blob.core.windows.net", Some("core.windows.net")),
            ("storage.googleapis.com", Some("storage.googleapis.com")),
            ("a1b2.ngrok-free.app", Some("ngrok-free.app")),
            ("some-words.trycloudflare.com", Some("trycloudflare.com")),
            ("github.com", None),
            ("googleapis.com", None),
            ("notgithub.io", None),
            ("github.io.example", None),
            ("editor.example", None),
            ("com", None),
            ("", None),
            ("127.0.0.1:5000", None),
            ("[2606:4700::1111]:8443", None),
        ] {
            assert_eq!(of(authority), expected, "{authority}");
        }
    }

    #[test]
    fn this_server_is_nobody_elses_wherever_it_is_hosted() {
        assert_eq!(of("mcp.alice.workers.dev"), None);
        assert_eq!(of("mcp.alice.workers.dev:8443"), Some("workers.dev"));
    }

    #[test]
    fn the_list_is_in_the_spelling_of_hosts_and_names_each_once() {
        assert!(services().count() > 200);
        for service in services() {
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b);
            assert!(service.bytes().all(plain), "{service}");
            assert_eq!(of(service), Some(service), "covered by another, or twice");
            assert_eq!(services().filter(|other| *other == service).count(), 1);
            let above = service.split_once('.').map(|(_, above)| above).unwrap();
            assert_eq!(of(above), None, "{service} is covered");
        }
    }
}
