//! The URLs where documents may be (RFC 9728 §3.1, RFC 8414 §3.1, OpenID Connect Discovery §4), in the order in which
//! clients try them.

use serde_json::{Map, Value};
use url::Url;

use crate::answer::{Answer, media_type, object};

/// A URL where a document may be, and the answer there.
pub struct Location {
    /// How the URL was derived, in words for a finding.
    pub how: &'static str,
    /// The URL.
    pub url: Url,
    /// The answer.
    pub answer: Answer,
}

impl Location {
    /// The body, if it is a JSON object and the status is 200.
    pub fn document(&self) -> Option<Map<String, Value>> {
        let response = self.answer.response().filter(|r| r.status == 200)?;
        object(response)
    }
}

/// The index and the document of the first location that has one.
pub fn first_document(locations: &[Location]) -> Option<(usize, Map<String, Value>)> {
    let mut documents = locations.iter().map(Location::document).enumerate();
    documents.find_map(|(at, document)| Some((at, document?)))
}

/// The answer of each location in words, for a finding that none has a document.
pub fn answers(locations: &[Location]) -> String {
    let each = locations.iter().map(|location| {
        let answer = match &location.answer {
            Answer::Came(r) if r.status == 200 => format!("200 {}, no JSON object", media_type(r)),
            Answer::Came(r) => r.status.to_string(),
            Answer::Failed(why) => why.clone(),
            Answer::NotAsked(why) => (*why).to_owned(),
        };
        format!("{}: {answer}", location.how)
    });
    each.collect::<Vec<_>>().join("; ")
}

/// The URLs of protected resource metadata, for when no challenge names them.
pub fn of_resource(server: &Url) -> Vec<(&'static str, Url)> {
    let mut places = Vec::new();
    if let Some(url) = inserted(server, "oauth-protected-resource") {
        places.push(("at the endpoint's path", url));
    }
    if let Ok(url) = server.join("/.well-known/oauth-protected-resource") {
        places.push(("at the root", url));
    }
    places.dedup_by(|later, earlier| later.1 == earlier.1);
    places
}

/// The URLs of authorization server metadata. A slash at the end of the issuer is removed.
pub fn of_server(issuer: &Url) -> Vec<(&'static str, Url)> {
    let mut places = Vec::new();
    let mut bare = issuer.clone();
    bare.set_path(issuer.path().trim_end_matches('/'));
    if let Some(url) = inserted(&bare, "oauth-authorization-server") {
        places.push(("RFC 8414", url));
    }
    if let Some(url) = inserted(&bare, "openid-configuration") {
        places.push(("OpenID, path inserted", url));
    }
    let path = issuer.path().trim_end_matches('/');
    if !path.is_empty() {
        let mut url = issuer.clone();
        url.set_path(&format!("{path}/.well-known/openid-configuration"));
        places.push(("OpenID, path appended", url));
    }
    places
}

/// Inserts a well-known path between host and path; "any terminating slash following the host" is removed.
fn inserted(url: &Url, suffix: &str) -> Option<Url> {
    let path = if url.path() == "/" { "" } else { url.path() };
    let mut placed = url.join(&format!("/.well-known/{suffix}{path}")).ok()?;
    placed.set_query(url.query());
    placed.set_fragment(None);
    Some(placed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(places: Vec<(&'static str, Url)>) -> Vec<String> {
        places.into_iter().map(|(_, url)| url.into()).collect()
    }

    // rule: doctor/probing-orders: every place of every probing order [RFC 9728 §3.1, RFC 8414
    //    §3.1]
    #[test]
    fn probing_orders() {
        let url = |text| Url::parse(text).unwrap();
        assert_eq!(
            texts(of_resource(&url("https://a.example/x/mcp?y=1"))),
            [
                "https://a.example/.well-known/oauth-protected-resource/x/mcp?y=1",
                "https://a.example/.well-known/oauth-protected-resource",
            ]
        );
        assert_eq!(
            texts(of_resource(&url("https://a.example"))),
            ["https://a.example/.well-known/oauth-protected-resource"]
        );
        assert_eq!(
            texts(of_resource(&url("https://a.example/mcp/")))
                .first()
                .map(String::as_str),
            Some("https://a.example/.well-known/oauth-protected-resource/mcp/")
        );
        assert_eq!(
            texts(of_server(&url("https://a.example"))),
            [
                "https://a.example/.well-known/oauth-authorization-server",
                "https://a.example/.well-known/openid-configuration",
            ]
        );
        for issuer in ["https://a.example/t", "https://a.example/t/"] {
            assert_eq!(
                texts(of_server(&url(issuer))),
                [
                    "https://a.example/.well-known/oauth-authorization-server/t",
                    "https://a.example/.well-known/openid-configuration/t",
                    "https://a.example/t/.well-known/openid-configuration",
                ]
            );
        }
    }
}
