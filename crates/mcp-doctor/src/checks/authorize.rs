//! How the authorization endpoint answers faulty requests (RFC 6749 §4.1.2.1). No page is filled in and no redirect is
//! followed.

use fetch::Response;
use serde_json::Value;
use url::{Url, form_urlencoded};

use crate::answer::{is_refusal, location, media_type};
use crate::check::Check;
use crate::evidence::{Evidence, KnownClient, NO_CLIENT};
use crate::made_up::{FOREIGN_URI, STATE};
use crate::question::Question;
use crate::severity::Severity::{Failure, Warning};
use crate::verdict::{Finding, Verdict, holds};

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "unknown-client",
        expected: "a page, and no redirect to a URI that nobody registered",
        section: "RFC 6749 §4.1.2.1",
        severity: Failure,
        run: |evidence| no_redirect(evidence, Question::UnknownClient),
    },
    Check {
        name: "unknown-document",
        expected: "the same where the client's metadata document is not there",
        section: "RFC 6749 §4.1.2.1; CIMD §5.1",
        severity: Failure,
        run: |evidence| no_redirect(evidence, Question::UnknownDocument),
    },
    Check {
        name: "missing-client",
        expected: "the same without a client_id",
        section: "RFC 6749 §4.1.2.1",
        severity: Failure,
        run: |evidence| no_redirect(evidence, Question::NoClient),
    },
    Check {
        name: "redirect-uri-exact",
        expected: "the same for another redirect URI than the client's",
        section: "MCP authorization, Open Redirection",
        severity: Failure,
        run: |evidence| no_redirect(evidence, Question::ForeignRedirectUri),
    },
    Check {
        name: "good-request",
        expected: "a page, or the way to one, for a request as it should be",
        section: "RFC 6749 §4.1.1",
        severity: Failure,
        run: good_request,
    },
    Check {
        name: "asks-person",
        expected: "no code before a person has been asked",
        section: "RFC 6749 §3.1",
        severity: Failure,
        run: asks_person,
    },
    Check {
        name: "loopback-port",
        expected: "the same for another port of the client's redirect URI on this computer",
        section: "RFC 8252 §7.3",
        severity: Failure,
        run: loopback_port,
    },
    Check {
        name: "consent-framing",
        expected: "frame-ancestors in a Content-Security-Policy, or X-Frame-Options",
        section: "RFC 9700 §4.16",
        severity: Warning,
        run: framing,
    },
    Check {
        name: "pkce-required",
        expected: "invalid_request to the client, without a code_challenge",
        section: "RFC 7636 §4.4.1; OAuth 2.1 §4.1.1",
        severity: Failure,
        run: |evidence| refused(evidence, Question::NoChallenge, &["invalid_request"]),
    },
    Check {
        name: "pkce-plain-refused",
        expected: "invalid_request to the client, for code_challenge_method=plain",
        section: "RFC 9700 §2.1.1",
        severity: Warning,
        run: |evidence| refused(evidence, Question::PlainChallenge, &["invalid_request"]),
    },
    Check {
        name: "response-type",
        expected: "unsupported_response_type to the client, for response_type=token",
        section: "RFC 6749 §4.1.2.1; RFC 9700 §2.1.2",
        severity: Failure,
        run: response_type,
    },
    Check {
        name: "foreign-resource",
        expected: "invalid_target to the client, for a resource of somebody else",
        section: "RFC 8707 §2",
        severity: Warning,
        run: |evidence| refused(evidence, Question::ForeignResource, &["invalid_target"]),
    },
    Check {
        name: "repeated-parameter",
        expected: "invalid_request to the client, for a parameter that is there twice",
        section: "RFC 6749 §3.1, §4.1.2.1",
        severity: Warning,
        run: |evidence| refused(evidence, Question::Duplicate, &["invalid_request"]),
    },
    Check {
        name: "error-state",
        expected: "the request's state in every error, as it was sent",
        section: "RFC 6749 §4.1.2.1",
        severity: Failure,
        run: error_state,
    },
    Check {
        name: "error-iss",
        expected: "iss in every error, where it is advertised: the issuer, character by character",
        section: "RFC 9207 §2",
        severity: Failure,
        run: error_iss,
    },
];

/// The faulty requests whose error the server should send to the client's redirect URI.
const TO_THE_CLIENT: [Question; 5] = [
    Question::NoChallenge,
    Question::PlainChallenge,
    Question::TokenResponse,
    Question::ForeignResource,
    Question::Duplicate,
];

/// Judges one rule: "the authorization server [...] MUST NOT automatically redirect the user agent to the invalid
/// redirection URI".
fn no_redirect(evidence: &Evidence, question: Question) -> Verdict {
    let response = evidence.answer(question).came()?;
    let target = redirect(evidence, response);
    let found = described(response, target.as_ref());
    if target
        .as_ref()
        .is_some_and(|target| is_at(target, FOREIGN_URI))
    {
        return Err(Finding::Broken(found));
    }
    let client = evidence.client.as_ref();
    let is_clients = |to: &Url| client.is_some_and(|client| is_at(to, &client.redirect_uri));
    if target.is_some_and(|target| !is_clients(&target)) {
        return Err(PAGE_FIRST);
    }
    holds(!is_nothing(response.status), found)
}

/// Why nothing can be said where a sign-in page stands before every judgement.
const PAGE_FIRST: Finding =
    Finding::Skipped("its sign-in page comes first, and nobody signs in for this");

/// Whether the server refuses anything before it shows a page. If it refuses nothing, it may do that afterwards.
fn judges_first(evidence: &Evidence) -> bool {
    evidence
        .endpoint("authorization_endpoint")
        .is_ok_and(|endpoint| {
            let answers = TO_THE_CLIENT.map(|question| evidence.answer(question).response());
            answers
                .iter()
                .flatten()
                .any(|answer| is_refusal(answer, &endpoint))
        })
}

/// Whether an answer sends a code to the client.
fn sends_code(evidence: &Evidence, response: &Response) -> bool {
    to_client(evidence, response).is_some_and(|answer| answer.get("code").is_some())
}

fn asks_person(evidence: &Evidence) -> Verdict {
    let response = evidence.answer(Question::GoodRequest).seen()?;
    if sends_code(evidence, response) {
        return Err(Finding::Broken(
            "a code for whoever opens the link, without any page".to_owned(),
        ));
    }
    if response.status >= 400 || to_client(evidence, response).is_some() {
        return Err(Finding::Skipped("a request as it should be is refused"));
    }
    Ok(described(response, redirect(evidence, response).as_ref()))
}

/// Whether the endpoint does not exist, or fails.
const fn is_nothing(status: u16) -> bool {
    matches!(status, 404 | 405 | 500..=599)
}

fn redirect(evidence: &Evidence, response: &Response) -> Option<Url> {
    let endpoint = evidence.endpoint("authorization_endpoint").ok()?;
    location(response, &endpoint)
}

/// The response in words. The query is left out, because it may hold a code if the server does not ask anybody.
fn described(response: &Response, target: Option<&Url>) -> String {
    match target {
        Some(target) => {
            let mut bare = target.clone();
            bare.set_query(None);
            bare.set_fragment(None);
            format!("{} to {bare}", response.status)
        }
        None => format!("{} {}", response.status, media_type(response)),
    }
}

/// Whether a URL is this redirect URI with an answer added.
fn is_at(target: &Url, redirect_uri: &str) -> bool {
    Url::parse(redirect_uri).is_ok_and(|mut uri| {
        let mut target = target.clone();
        for url in [&mut uri, &mut target] {
            url.set_query(None);
            url.set_fragment(None);
        }
        uri == target
    })
}

/// The parameters sent to the client's redirect URI: in the query or, for other response types, in the fragment.
struct ToClient(Vec<(String, String)>);

impl ToClient {
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }
}

fn client(evidence: &Evidence) -> Result<&KnownClient, Finding> {
    evidence.client.as_ref().ok_or(Finding::Skipped(NO_CLIENT))
}

fn to_client(evidence: &Evidence, response: &Response) -> Option<ToClient> {
    let target = redirect(evidence, response)?;
    let client = evidence.client.as_ref()?;
    if !is_at(&target, &client.redirect_uri) {
        return None;
    }
    let texts = [target.query(), target.fragment()].into_iter().flatten();
    Some(ToClient(
        texts
            .flat_map(|text| form_urlencoded::parse(text.as_bytes()).into_owned())
            .collect(),
    ))
}

fn good_request(evidence: &Evidence) -> Verdict {
    let response = evidence.answer(Question::GoodRequest).came()?;
    if let Some(error) = to_client(evidence, response)
        && let Some(code) = error.get("error")
    {
        let description = error.get("error_description").unwrap_or_default();
        return Err(Finding::Broken(format!("{code} {description}")));
    }
    let found = described(response, redirect(evidence, response).as_ref());
    holds(response.status < 400, found)
}

/// Judges one rule: "the authorization server MUST allow any port to be specified at the time of the request for loopback
/// IP redirect URIs".
pub fn loopback_port(evidence: &Evidence) -> Verdict {
    let response = evidence.answer(Question::OtherPort).seen()?;
    good_request(evidence).map_err(|_| Finding::Skipped("a request as it should be is refused"))?;
    let target = redirect(evidence, response);
    let found = described(response, target.as_ref());
    let is_page = target
        .as_ref()
        .is_some_and(|_| to_client(evidence, response).is_none());
    if is_page && no_redirect(evidence, Question::ForeignRedirectUri) == Err(PAGE_FIRST) {
        return Err(PAGE_FIRST);
    }
    let mut query = target.iter().flat_map(Url::query_pairs);
    if let Some((_, code)) = query.find(|(name, _)| name == "error") {
        return Err(Finding::Broken(format!("{found}: {code}")));
    }
    holds(response.status < 400, found)
}

fn framing(evidence: &Evidence) -> Verdict {
    let response = evidence.answer(Question::GoodRequest).seen()?;
    if response.status != 200 || media_type(response) != "text/html" {
        return Err(Finding::Skipped("the answer is no page"));
    }
    let policy = response
        .header("content-security-policy")
        .unwrap_or_default();
    let has = |directive: &str| {
        policy
            .split(';')
            .any(|d| d.trim_start().starts_with(directive))
    };
    if has("frame-ancestors") {
        return Ok("frame-ancestors".to_owned());
    }
    match response.header("x-frame-options") {
        Some(options) => Ok(format!("X-Frame-Options {options}")),
        None => Err(Finding::Broken("neither".to_owned())),
    }
}

/// Judges whether the client gets one of these errors at its redirect URI. If the server shows a page instead, it may
/// still refuse afterwards; that cannot be seen from outside, so a person should look.
fn refused(evidence: &Evidence, question: Question, codes: &[&str]) -> Verdict {
    let response = evidence.answer(question).seen()?;
    client(evidence)?;
    let Some(answer) = to_client(evidence, response) else {
        let found = described(response, redirect(evidence, response).as_ref());
        return match response.status {
            200..400 if !judges_first(evidence) => Err(PAGE_FIRST),
            200..400 => Err(Finding::Doubtful(format!("{found}: the sign-in goes on"))),
            400..500 => Err(Finding::Doubtful(format!(
                "{found}: the client does not hear of it"
            ))),
            _ => Err(Finding::Broken(found)),
        };
    };
    match answer.get("error") {
        Some(code) if codes.contains(&code) => Ok(code.to_owned()),
        Some(code) => Err(Finding::Doubtful(code.to_owned())),
        None if answer.get("code").is_some() => {
            Err(Finding::Broken("a code is issued all the same".to_owned()))
        }
        None => Err(Finding::Broken("no error".to_owned())),
    }
}

fn response_type(evidence: &Evidence) -> Verdict {
    let codes = [
        "unsupported_response_type",
        "unauthorized_client",
        "invalid_request",
    ];
    refused(evidence, Question::TokenResponse, &codes)
}

/// All errors that went to the client.
fn errors(evidence: &Evidence) -> Result<Vec<ToClient>, Finding> {
    client(evidence)?;
    let mut all = Vec::new();
    for question in TO_THE_CLIENT {
        let Some(response) = evidence.answer(question).response() else {
            continue;
        };
        all.extend(to_client(evidence, response).filter(|answer| answer.get("error").is_some()));
    }
    if all.is_empty() {
        return Err(Finding::Skipped("no error went to the client"));
    }
    Ok(all)
}

fn error_state(evidence: &Evidence) -> Verdict {
    let errors = errors(evidence)?;
    let wrong = errors
        .iter()
        .find(|error| error.get("state") != Some(STATE));
    match wrong {
        Some(error) => Err(Finding::Broken(
            error.get("state").unwrap_or("no state").to_owned(),
        )),
        None => Ok(format!("in {} of {}", errors.len(), errors.len())),
    }
}

fn error_iss(evidence: &Evidence) -> Verdict {
    let errors = errors(evidence)?;
    let (_, metadata) = evidence
        .metadata()
        .ok_or(Finding::Skipped("there is no issuer"))?;
    let member = "authorization_response_iss_parameter_supported";
    let advertised = metadata.get(member) == Some(&Value::Bool(true));
    let named = evidence.issuer.as_ref().filter(|issuer| !issuer.guessed);
    let issuer = named.map(|issuer| issuer.text.as_str());
    let own = metadata.get("issuer").and_then(Value::as_str);
    let issuer = issuer.or(own);
    for error in &errors {
        match error.get("iss") {
            None if advertised => return Err(Finding::Broken("no iss".to_owned())),
            // That the two issuers differ is judged by `issuer-identical`.
            found if found.is_some() && found != issuer && found != own => {
                return Err(Finding::Broken(found.unwrap_or_default().to_owned()));
            }
            _ => {}
        }
    }
    match errors.iter().find_map(|error| error.get("iss")) {
        Some(iss) => Ok(iss.to_owned()),
        None => Err(Finding::Skipped("iss is not advertised")),
    }
}
