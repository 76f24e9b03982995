//! The cookies: one that tells browsers apart, one for each flow through Sentry, and one of a person who is signed in.
//! The chat has its own: one for each sign-in under way, and one with its tokens.

use oauth_provider::crypto::KeyRing;
use oauth_provider::{Origin, UnixTime};

use crate::deployment::Deployment;

/// What reading and writing a cookie of ours needs.
#[derive(Clone, Copy)]
pub struct Jar<'a> {
    /// Decides how the cookies are called and which attributes they have.
    pub origin: &'a Origin,
    /// Signs and seals what the cookies hold.
    pub keys: &'a KeyRing,
    /// For cookies with an end of their own.
    pub now: UnixTime,
}

impl<'a> Jar<'a> {
    /// The cookies of this deployment.
    pub fn of(deployment: &'a Deployment) -> Self {
        Self {
            origin: &deployment.settings.origin,
            keys: &deployment.config.keys,
            now: deployment.now,
        }
    }
}

const BROWSER: &str = "smcp_browser";
const SESSION: &str = "smcp_session";
const CHAT: &str = "smcp_chat";
/// The beginning of the names of flows' cookies: sign-ins through Sentry.
pub const FLOW: &str = "smcp_flow_";
/// The same for the chat's flows.
pub const CHAT_FLOW: &str = "smcp_begun_";

/// `__Host-` ties a cookie to this host and to https; plain http in local work can have neither. Nobody sets one over plain
/// http elsewhere ([`crate::site::plain_http`]); if somebody did, browsers would refuse it.
const fn is_tied(origin: &Origin) -> bool {
    origin.is_secure() || !origin.is_loopback()
}

fn prefixed(name: &str, origin: &Origin) -> String {
    if is_tied(origin) {
        format!("__Host-{name}")
    } else {
        name.to_owned()
    }
}

/// The name of the cookie that tells browsers apart.
pub fn browser_name(origin: &Origin) -> String {
    prefixed(BROWSER, origin)
}

/// The name of the cookie that says who is signed in.
pub fn session_name(origin: &Origin) -> String {
    prefixed(SESSION, origin)
}

/// The name of the cookie that holds the chat's tokens.
pub fn chat_name(origin: &Origin) -> String {
    prefixed(CHAT, origin)
}

/// The name of a flow's cookie.
pub fn flow_name(name: &str, origin: &Origin) -> String {
    prefixed(name, origin)
}

/// A `Set-Cookie` value. Scripts cannot read the cookie; browsers send it with links from other sites, but not with their
/// forms.
pub fn set(name: &str, value: &str, seconds: u64, origin: &Origin) -> String {
    let secure = if is_tied(origin) { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

/// A `Set-Cookie` value that deletes the cookie.
pub fn delete(name: &str, origin: &Origin) -> String {
    set(name, "", 0, origin)
}

/// The flows of one kind, among these cookies, that must go so that with one more there are at most four: a person who
/// begins many sign-ins and finishes none would otherwise send ever more. Which are the oldest is not known; browsers send
/// cookies of one path in the order of their creation (RFC 6265 §5.4).
pub fn surplus_flows(kind: &str, names: &[String], origin: &Origin) -> Vec<String> {
    let prefix = prefixed(kind, origin);
    let flows: Vec<_> = names
        .iter()
        .filter(|name| name.starts_with(&prefix))
        .cloned()
        .collect();
    let surplus = flows.len().saturating_sub(3);
    flows.into_iter().take(surplus).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: clients/plain-http-redirected
    #[test]
    fn away_from_this_computer_all_are_tied_to_host_and_https() {
        for (origin, tied) in [
            ("https://mcp.example.com", true),
            ("http://mcp.example.com", true),
            ("http://192.168.1.5:8788", true),
            ("https://localhost:8788", true),
            ("http://localhost:8788", false),
            ("http://127.0.0.1:8788", false),
            ("http://[::1]:8788", false),
        ] {
            let origin = Origin::of(&url::Url::parse(origin).unwrap()).unwrap();
            for name in [
                browser_name(&origin),
                session_name(&origin),
                chat_name(&origin),
                flow_name(FLOW, &origin),
                flow_name(CHAT_FLOW, &origin),
            ] {
                assert_eq!(name.starts_with("__Host-"), tied, "{origin}: {name}");
                for cookie in [set(&name, "x", 1, &origin), delete(&name, &origin)] {
                    assert_eq!(cookie.ends_with("; Secure"), tied, "{origin}: {cookie}");
                }
            }
        }
    }
}
