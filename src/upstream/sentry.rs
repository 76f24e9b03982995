//! Sentry's own OAuth, in which this worker is a confidential client with PKCE.

use std::time::Duration;

use fetch::{Fault, Fetch, FetchError, Method, Request, Response, judge};
use oauth_provider::discovery::path;
use oauth_provider::from_json;
use oauth_provider::{CodeChallenge, CodeVerifier, Origin, Scope, UnixTime};
use sentry_api::{BaseUrl, Slug};
use sentry_tools::{Verified, VerifiedProject};
use serde::{Deserialize, Serialize};
use url::Url;
use url::form_urlencoded::Serializer;

use crate::config::Sentry;
use crate::runtime::hex::sha256_hex;

/// What every sign-in asks of Sentry; write scopes come on top as they were ticked.
pub const READ: [&str; 4] = ["org:read", "project:read", "team:read", "event:read"];

const MAX_BODY: usize = 64 * 1024;

/// What a grant must know to act for its person: sealed, and opened by an access token only.
#[derive(Clone, Serialize, Deserialize)]
pub struct Props {
    /// Sentry's access token.
    pub access_token: String,
    /// Sentry's refresh token, good once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// When Sentry's token ends.
    pub expires_at: Option<UnixTime>,
    /// Whose token it is.
    pub user: User,
    /// Chosen on the consent page.
    pub skills: Vec<String>,
    /// What the connection's own URL leaves out, as a query. Grants that are older than this member have none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub limits: String,
    /// What Sentry said of the organization and project of the connection's address, as [`confirmed`] writes it. Grants that are
    /// older than this member have none, and nor have those of which Sentry could not say it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub confirmed: String,
}

/// An organization, and perhaps a project, as Sentry knew them at that time: words with a blank between them. Nothing is
/// written where one of them is no word.
pub fn confirmed(verified: &Verified, at: UnixTime) -> String {
    let at = at.0.to_string();
    let organization = verified.organization.as_deref().unwrap_or("-");
    let mut words = vec![at.as_str(), verified.region.as_str(), organization];
    if let Some(project) = &verified.project {
        words.extend([project.id.as_str(), project.slug.as_str()]);
    }
    let is_word = |word: &&str| !word.is_empty() && !word.contains(' ');
    if words.iter().all(is_word) {
        words.join(" ")
    } else {
        String::new()
    }
}

/// Reads that again. `None` if there is nothing, or if it was said by another Sentry than the configured one.
pub fn read_confirmed(text: &str, base: &BaseUrl) -> Option<(UnixTime, Verified)> {
    let mut words = text.split(' ');
    let at = UnixTime(words.next()?.parse().ok()?);
    let region = base.region_from(words.next()?).ok()?;
    let organization = words.next().filter(|id| *id != "-").map(str::to_owned);
    let project = match (words.next(), words.next()) {
        (Some(id), Some(slug)) => Some(VerifiedProject {
            id: id.to_owned(),
            slug: Slug::parse(slug).ok()?,
        }),
        _ => None,
    };
    let verified = Verified {
        region,
        organization,
        project,
    };
    Some((at, verified))
}

impl Props {
    /// Names Sentry's token without telling it.
    pub fn token_hash(&self) -> String {
        sha256_hex(&self.access_token)
    }
}

/// The person, as Sentry's token answer names them.
#[derive(Clone, Serialize, Deserialize)]
pub struct User {
    /// Sentry's id of the person.
    pub id: String,
    /// Their name, if they gave one.
    #[serde(default)]
    pub name: Option<String>,
    /// Their address, if Sentry tells it.
    #[serde(default)]
    pub email: Option<String>,
}

/// Tokens that Sentry gave for a code.
#[derive(Deserialize)]
pub struct SentryTokens {
    access_token: String,
    refresh_token: Option<String>,
    expires_in: Option<u64>,
    user: User,
}

/// Why there are no tokens.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UpstreamError {
    /// Down, slow, overloaded: nobody's fault here, and trying again can help.
    #[error("Sentry did not answer: {0}")]
    Unavailable(String),
    /// Sentry said no to the code, or to us.
    #[error("Sentry refused: {0}")]
    Refused(String),
    /// The person's sign-in at Sentry is over (`invalid_grant`): only a new one helps.
    #[error("the sign-in at Sentry has ended")]
    Ended,
}

impl SentryTokens {
    fn expires_at(&self, now: UnixTime) -> Option<UnixTime> {
        self.expires_in
            .map(|seconds| now + Duration::from_secs(seconds))
    }

    /// The person alone; the tokens are dropped.
    pub fn into_user(self) -> User {
        self.user
    }

    /// The person, and what the grant keeps, with the skills and limits of the sign-in, at `now`.
    pub fn into_props(self, skills: Vec<String>, limits: String, now: UnixTime) -> (User, Props) {
        let expires_at = self.expires_at(now);
        let user = self.user.clone();
        let Self {
            access_token,
            refresh_token,
            ..
        } = self;
        (
            user,
            Props {
                access_token,
                refresh_token,
                expires_at,
                user: self.user,
                skills,
                limits,
                confirmed: String::new(),
            },
        )
    }
}

/// The redirect URI that is registered with Sentry.
fn redirect_uri(origin: &Origin) -> String {
    format!("{origin}{}", path::CALLBACK)
}

/// The URL at which the browser signs in. Without a scope Sentry only says who the person is.
pub fn authorize_url(
    sentry: &Sentry,
    origin: &Origin,
    scope: &str,
    state: &str,
    challenge: &CodeChallenge,
) -> String {
    let scope = Some(("scope", scope)).filter(|(_, scope)| !scope.is_empty());
    let query = Serializer::new(String::new())
        .append_pair("client_id", &sentry.client_id)
        .append_pair("response_type", "code")
        .append_pair("redirect_uri", &redirect_uri(origin))
        .extend_pairs(scope)
        .append_pair("state", state)
        .append_pair("code_challenge", &challenge.to_text())
        .append_pair("code_challenge_method", "S256")
        .finish();
    format!("{}/oauth/authorize/?{query}", sentry.base.as_str())
}

/// The read scopes, and of the write scopes only those that were granted.
pub fn asked_of_sentry(granted: &Scope) -> String {
    let write = granted.iter().filter(|scope| scope.ends_with(":write"));
    READ.into_iter().chain(write).collect::<Vec<_>>().join(" ")
}

/// Exchanges Sentry's code for tokens.
///
/// # Errors
/// Sentry did not answer, or refused.
pub async fn exchange(
    sentry: &Sentry,
    code: &str,
    origin: &Origin,
    verifier: &CodeVerifier,
    fetch: &dyn Fetch,
) -> Result<SentryTokens, UpstreamError> {
    let redirect_uri = redirect_uri(origin);
    let grant = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect_uri.as_str()),
        ("code_verifier", verifier.expose()),
    ];
    ask(sentry, &grant, fetch).await
}

/// Renews a Sentry token. Sentry's refresh tokens are good once: a caller must keep the answer, and must
/// not call it twice with the same props.
///
/// # Errors
/// [`UpstreamError::Ended`] if the sign-in is over; otherwise whether Sentry did not answer or refused.
pub async fn renew(
    sentry: &Sentry,
    props: Props,
    now: UnixTime,
    fetch: &dyn Fetch,
) -> Result<Props, UpstreamError> {
    let refresh_token = props.refresh_token.as_deref().ok_or(UpstreamError::Ended)?;
    let grant = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token),
    ];
    let renewed = ask(sentry, &grant, fetch).await?;
    Ok(Props {
        expires_at: renewed.expires_at(now),
        // RFC 6749 §6: without a new one the old one stays good.
        refresh_token: renewed.refresh_token.or(props.refresh_token),
        access_token: renewed.access_token,
        user: props.user,
        skills: props.skills,
        limits: props.limits,
        confirmed: props.confirmed,
    })
}

async fn ask(
    sentry: &Sentry,
    grant: &[(&str, &str)],
    fetch: &dyn Fetch,
) -> Result<SentryTokens, UpstreamError> {
    let form = Serializer::new(String::new())
        .extend_pairs(grant)
        .append_pair("client_id", &sentry.client_id)
        .append_pair("client_secret", sentry.client_secret.expose())
        .finish();
    let refused = |text: &str| UpstreamError::Refused(text.to_owned());
    let url = Url::parse(&format!("{}/oauth/token/", sentry.base.as_str()))
        .map_err(|_| refused("no such URL"))?;
    let request = Request::new(Method::Post, url)
        .header("accept", "application/json")
        .header("user-agent", sentry_api::USER_AGENT)
        .body("application/x-www-form-urlencoded", form)
        .max_body(MAX_BODY)
        .body_of(200..=428);
    read(&fetch.fetch(request).await)
}

/// What passes is an outage: a page of an error however long it is, a web page instead of the answer. Only an error that
/// came whole and names itself ends anything (RFC 6749 §5.2).
fn read(answer: &Result<Response, FetchError>) -> Result<SentryTokens, UpstreamError> {
    #[derive(Deserialize)]
    struct Refusal {
        error: String,
    }
    let refused = |text: String| Err(UpstreamError::Refused(text));
    let body = answer.as_ref().map(|answer| &*answer.body);
    let body = body.unwrap_or_default();
    match judge(answer) {
        Err(fault) if fault.is_passing() => Err(UpstreamError::Unavailable(fault.to_string())),
        Err(Fault::Status(status)) => match from_json(body) {
            Ok(Refusal { error }) if error == "invalid_grant" => Err(UpstreamError::Ended),
            _ => refused(format!("status {status}")),
        },
        Err(fault @ (Fault::Body(_) | Fault::NoAnswer(_))) => refused(fault.to_string()),
        Ok(_) | Err(Fault::ContentType(_)) => {
            from_json(body).or_else(|_| refused("an answer without token or user".to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use fetch::scripted::Scripted;
    use oauth_provider::CodeVerifier;
    use sentry_api::BaseUrl;

    use super::*;

    fn sentry() -> Sentry {
        Sentry::for_test(BaseUrl::parse("https://sentry.example").unwrap())
    }

    async fn exchange_with(status: u16, body: &str) -> Result<SentryTokens, UpstreamError> {
        let script = Scripted::new().json(
            Method::Post,
            "https://sentry.example/oauth/token/",
            status,
            body,
        );
        let verifier = CodeVerifier::from_bytes(&[1; 32]);
        let origin = Origin::of(&Url::parse("https://mcp.example.com").unwrap()).unwrap();
        exchange(&sentry(), "code", &origin, &verifier, &script).await
    }

    // rule: authorization/outage-and-refusal: Sentry's outage and refusal are told apart
    // rule: tokens/upstream-trouble
    #[tokio::test]
    async fn outage_and_refusal_are_told_apart() {
        let body = r#"{"access_token":"a","refresh_token":"r","expires_in":60,"user":{"id":"1","name":"Ada","email":null},"x":1}"#;
        let (user, props) = exchange_with(200, body).await.ok().unwrap().into_props(
            vec![],
            String::new(),
            UnixTime(100),
        );
        assert_eq!(
            (user.id.as_str(), props.expires_at),
            ("1", Some(UnixTime(160)))
        );
        for status in [429, 500, 502, 503] {
            assert!(
                matches!(
                    exchange_with(status, "{}").await,
                    Err(UpstreamError::Unavailable(_))
                ),
                "{status}"
            );
        }
        for (status, body) in [
            (400, "{}"),
            (401, "{}"),
            (302, ""),
            (200, "{}"),
            (200, "<html>"),
        ] {
            assert!(
                matches!(
                    exchange_with(status, body).await,
                    Err(UpstreamError::Refused(_))
                ),
                "{status}"
            );
        }
    }

    // rule: authorization/outage-and-refusal
    /// Renewals above all: what ends a grant is Sentry's `invalid_grant`, and no page that stands in its way.
    #[tokio::test]
    async fn a_page_in_the_way_is_an_outage_whatever_it_weighs() {
        let renewed = async |status: u16, kind: &str, body: String| {
            let headers = vec![("content-type".to_owned(), kind.to_owned())];
            let body = body.into_bytes();
            let response = Response {
                status,
                headers,
                body,
            };
            let script = Scripted::new().on(
                Method::Post,
                "https://sentry.example/oauth/token/",
                Ok(response),
            );
            let props = Props {
                access_token: "a".to_owned(),
                refresh_token: Some("r".to_owned()),
                expires_at: None,
                user: User {
                    id: "1".to_owned(),
                    name: None,
                    email: None,
                },
                skills: Vec::new(),
                limits: String::new(),
                confirmed: String::new(),
            };
            renew(&sentry(), props, UnixTime(100), &script).await.err()
        };
        let html = "text/html";
        let large = || "x".repeat(MAX_BODY + 1);
        let outage = |found: &str| Some(UpstreamError::Unavailable(found.to_owned()));
        let refused = |found: &str| Some(UpstreamError::Refused(found.to_owned()));
        let ended = r#"{"error":"invalid_grant"}"#;
        assert_eq!(renewed(502, html, large()).await, outage("502"));
        assert_eq!(renewed(429, html, large()).await, outage("429"));
        assert_eq!(
            renewed(500, "application/json", ended.to_owned()).await,
            outage("500")
        );
        for body in [large(), "<html>".to_owned()] {
            let page = "a web page (text/html) instead of the document";
            assert_eq!(renewed(200, html, body).await, outage(page));
        }
        assert_eq!(renewed(403, html, large()).await, refused("status 403"));
        let padded = format!("{ended}{}", " ".repeat(MAX_BODY));
        assert_eq!(
            renewed(400, "application/json", padded).await,
            refused("status 400")
        );
        assert_eq!(
            renewed(200, "application/json", large()).await,
            refused("the answer is longer than 65536 bytes")
        );
        assert_eq!(
            renewed(400, "application/json", ended.to_owned()).await,
            Some(UpstreamError::Ended)
        );
    }

    // rule: authorization/path-exists
    #[test]
    fn what_was_confirmed_is_kept_and_read_again() {
        let base = BaseUrl::parse("https://sentry.io").unwrap();
        for project in [None, Some(("5", "web"))] {
            for organization in [None, Some("1".to_owned())] {
                let verified = Verified {
                    region: base.region_from("https://de.sentry.io").unwrap(),
                    organization,
                    project: project.map(|(id, slug)| VerifiedProject {
                        id: id.to_owned(),
                        slug: Slug::parse(slug).unwrap(),
                    }),
                };
                let text = confirmed(&verified, UnixTime(7));
                assert_eq!(read_confirmed(&text, &base), Some((UnixTime(7), verified)));
                let other = BaseUrl::parse("https://sentry.example").unwrap();
                assert_eq!(read_confirmed(&text, &other), None);
            }
        }
        assert_eq!(read_confirmed("", &base), None);
    }

    // rule: authorization/no-ungranted-write-scope: no write scope of Sentry that was not granted
    #[test]
    fn sentry_is_asked_for_no_write_scope_that_was_not_granted() {
        let scope = |tokens: &[&str]| tokens.iter().map(|t| (*t).to_owned()).collect::<Scope>();
        assert_eq!(
            asked_of_sentry(&scope(&["org:read"])),
            "org:read project:read team:read event:read"
        );
        assert_eq!(
            asked_of_sentry(&scope(&["org:read", "event:write"])),
            "org:read project:read team:read event:read event:write"
        );
    }
}
