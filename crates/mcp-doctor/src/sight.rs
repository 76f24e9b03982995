//! What there is at the URL that was given, before any rule is judged.

use fetch::Response;
use serde::Serialize;
use url::Url;

use crate::answer::{Answer, media_type, object, values};

/// What kind of thing answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// An MCP server that asks for a sign-in.
    #[default]
    Protected,
    /// An MCP server that asks for none, which is allowed.
    Open,
    /// Something else than an MCP server.
    NotMcp,
    /// A sign-in for people with browsers, in front of whatever there is.
    Wall,
    /// A proxy that does not reach its server.
    Proxy,
    /// Nothing that answers.
    Nothing,
    /// A server that lets nobody ask so much for now.
    Limited,
}

/// What there is at the URL.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Sight {
    /// What kind of thing answers.
    pub kind: Kind,
    /// The same in a sentence. Safe to print.
    pub text: String,
    /// Where the MCP endpoint is instead, if it was found.
    pub instead: Option<String>,
}

impl Sight {
    pub fn of(answer: &Answer, has_documents: bool) -> Self {
        let (kind, text) = match answer {
            Answer::Failed(why) => (Kind::Nothing, format!("Nothing answers: {why}.")),
            Answer::NotAsked(why) if *why == crate::ask::LIMITED => {
                (Kind::Limited, format!("Nothing can be said: {why}."))
            }
            Answer::NotAsked(why) => (Kind::Nothing, format!("It was not asked: {why}.")),
            Answer::Came(response) => seen(response, has_documents),
        };
        Self {
            kind,
            text,
            instead: None,
        }
    }

    /// Whether there is something to judge.
    pub const fn is_judged(&self) -> bool {
        matches!(self.kind, Kind::Protected)
    }
}

fn seen(response: &Response, has_documents: bool) -> (Kind, String) {
    let bearer = values(response, "www-authenticate").any(|line| {
        let line = line.trim_start().to_ascii_lowercase();
        line.starts_with("bearer") || line.contains(", bearer")
    });
    let kind = media_type(response);
    match response.status {
        _ if bearer || has_documents => (
            Kind::Protected,
            "It asks for a sign-in, as an MCP server does.".to_owned(),
        ),
        200..=299 if is_message(response) => (
            Kind::Open,
            "It is an MCP server without a sign-in. That is allowed, so nothing is judged."
                .to_owned(),
        ),
        300..=399 => {
            let to = response.header("location").unwrap_or("nowhere");
            (
                Kind::Wall,
                format!(
                    "It redirects to {to}: a sign-in for browsers, or another address. An MCP client does not follow."
                ),
            )
        }
        407 => (
            Kind::Proxy,
            "A proxy asks for a sign-in of its own (407).".to_owned(),
        ),
        status @ (502..=504 | 520..=530) => (
            Kind::Proxy,
            format!("A proxy answers {status}: it does not reach the server behind it."),
        ),
        401 => match response.header("www-authenticate") {
            // A 401 without a challenge is an MCP server's that forgets it; `challenge-syntax` judges that.
            None => (
                Kind::Protected,
                "It answers 401 without a challenge.".to_owned(),
            ),
            Some(scheme) => (
                Kind::Wall,
                format!("It asks for a sign-in that is not MCP's: {scheme}."),
            ),
        },
        403 if kind == "text/html" => (
            Kind::Wall,
            "It shows a page under 403: a wall in front of it lets no program through.".to_owned(),
        ),
        status => (
            Kind::NotMcp,
            format!("It is no MCP server: {status} {kind} for an initialize request."),
        ),
    }
}

/// Whether the body is a message of JSON-RPC, by itself or in a stream of events.
pub fn is_message(response: &Response) -> bool {
    match media_type(response).as_str() {
        "text/event-stream" => String::from_utf8_lossy(&response.body).contains("\"jsonrpc\""),
        _ => object(response).is_some_and(|body| body.contains_key("jsonrpc")),
    }
}

/// Whether an answer is one that an MCP endpoint gives: a message, or a Bearer challenge.
pub fn is_endpoint(answer: &Answer) -> bool {
    let sight = Sight::of(answer, false);
    let challenged = answer
        .response()
        .is_some_and(|response| response.header("www-authenticate").is_some());
    sight.kind == Kind::Open || (sight.kind == Kind::Protected && challenged)
}

/// URLs where the endpoint may be instead: one path further.
pub fn further(server: &Url) -> Vec<Url> {
    let base = server.path().trim_end_matches('/');
    ["mcp", "sse"]
        .iter()
        .filter(|last| !base.ends_with(&format!("/{last}")))
        .map(|last| {
            let mut url = server.clone();
            url.set_path(&format!("{base}/{last}"));
            url.set_query(None);
            url
        })
        .collect()
}

/// URLs of resource metadata under a path prefix of the endpoint, where no client looks.
pub fn under_prefixes(server: &Url) -> Vec<Url> {
    let path = server.path().trim_end_matches('/');
    let mut places = Vec::new();
    let mut prefix = path;
    while let Some((parent, _)) = prefix.rsplit_once('/') {
        prefix = parent;
        if prefix.is_empty() || places.len() >= 6 {
            break;
        }
        for rest in [path, path.strip_prefix(prefix).unwrap_or_default(), ""] {
            let mut url = server.clone();
            url.set_query(None);
            url.set_path(&format!(
                "{prefix}/.well-known/oauth-protected-resource{rest}"
            ));
            places.push(url);
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_else_an_endpoint_or_a_document_may_be() {
        let texts = |urls: Vec<Url>| urls.into_iter().map(String::from).collect::<Vec<_>>();
        let url = |text| Url::parse(text).unwrap();
        assert_eq!(
            texts(further(&url("https://a.example/?x=1"))),
            ["https://a.example/mcp", "https://a.example/sse"]
        );
        assert_eq!(
            texts(further(&url("https://a.example/mcp"))),
            ["https://a.example/mcp/sse"]
        );
        assert_eq!(
            texts(under_prefixes(&url("https://a.example/s/mcp"))),
            [
                "https://a.example/s/.well-known/oauth-protected-resource/s/mcp",
                "https://a.example/s/.well-known/oauth-protected-resource/mcp",
                "https://a.example/s/.well-known/oauth-protected-resource",
            ]
        );
        assert!(under_prefixes(&url("https://a.example/mcp")).is_empty());
        let deep = format!("https://a.example{}", "/x".repeat(100));
        assert!(under_prefixes(&url(&deep)).len() <= 9);
    }
}
