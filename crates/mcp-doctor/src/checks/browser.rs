//! Clients that run as scripts in a page. The Fetch standard lets them read only responses that allow it.

use crate::answer::{Answer, lists, readable_from};
use crate::check::Check;
use crate::evidence::{Evidence, NO_METADATA};
use crate::question::Question;
use crate::severity::Severity::{Failure, Warning};
use crate::verdict::{Finding, Verdict, holds};

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "cors-challenge",
        expected: "Access-Control-Allow-Origin on the 401, and WWW-Authenticate exposed",
        section: "Fetch, CORS protocol",
        severity: Warning,
        run: challenge,
    },
    Check {
        name: "cors-preflight",
        expected: "2xx for OPTIONS, and authorization among Access-Control-Allow-Headers",
        section: "Fetch, CORS-preflight",
        severity: Warning,
        run: preflight,
    },
    Check {
        name: "cors-resource",
        expected: "Access-Control-Allow-Origin on the resource's metadata",
        section: "Fetch, CORS protocol",
        severity: Warning,
        run: resource,
    },
    Check {
        name: "cors-server",
        expected: "Access-Control-Allow-Origin on the authorization server's metadata",
        section: "Fetch, CORS protocol",
        severity: Warning,
        run: server,
    },
    Check {
        name: "cors-token",
        expected: "Access-Control-Allow-Origin on answers of the token endpoint",
        section: "Fetch, CORS protocol",
        severity: Warning,
        run: token,
    },
    Check {
        name: "cors-authorize",
        expected: "no Access-Control-Allow-Origin at the authorization endpoint",
        section: "RFC 9700 §2.6",
        severity: Failure,
        run: authorize,
    },
];

fn challenge(evidence: &Evidence) -> Verdict {
    let response = evidence.answer(Question::NoTokenFromPage).seen()?;
    let plain = evidence.answer(Question::NoToken).seen()?;
    if response.status != 401 && response.status == plain.status {
        return Err(Finding::Skipped("there is no 401"));
    }
    if response.status != 401 {
        return Err(Finding::Broken(format!(
            "{} for a page of {}",
            response.status, evidence.origin
        )));
    }
    if !readable_from(evidence.origin, response) {
        return Err(Finding::Broken("no Access-Control-Allow-Origin".to_owned()));
    }
    if response.header("www-authenticate").is_none() {
        return Err(Finding::Skipped("there is no challenge"));
    }
    let exposed = lists(
        response,
        "access-control-expose-headers",
        "www-authenticate",
    );
    let found = if exposed {
        "readable"
    } else {
        "WWW-Authenticate is not exposed"
    };
    holds(exposed, found)
}

fn preflight(evidence: &Evidence) -> Verdict {
    let response = evidence.answer(Question::McpPreflight).seen()?;
    if !response.is_success() {
        return Err(Finding::Broken(response.status.to_string()));
    }
    if !readable_from(evidence.origin, response) {
        return Err(Finding::Broken("no Access-Control-Allow-Origin".to_owned()));
    }
    // `*` does not include this header (Fetch, CORS non-wildcard request-header name).
    let allowed = lists(response, "access-control-allow-headers", "authorization");
    let found = if allowed {
        "allowed"
    } else {
        "authorization is not allowed"
    };
    holds(allowed, found)
}

fn resource(evidence: &Evidence) -> Verdict {
    match evidence.resource() {
        Some((location, _)) => readable(evidence, &location.answer),
        None => Err(Finding::Skipped("there are no resource metadata")),
    }
}

fn server(evidence: &Evidence) -> Verdict {
    match evidence.metadata() {
        Some((location, _)) => readable(evidence, &location.answer),
        None => Err(Finding::Skipped(NO_METADATA)),
    }
}

fn token(evidence: &Evidence) -> Verdict {
    readable(evidence, evidence.answer(Question::UnknownCode))
}

fn readable(evidence: &Evidence, answer: &Answer) -> Verdict {
    let readable = readable_from(evidence.origin, answer.seen()?);
    let found = if readable {
        "readable"
    } else {
        "no Access-Control-Allow-Origin"
    };
    holds(readable, found)
}

fn authorize(evidence: &Evidence) -> Verdict {
    let response = evidence.answer(Question::UnknownClient).seen()?;
    match response.header("access-control-allow-origin") {
        Some(origin) => Err(Finding::Broken(origin.to_owned())),
        None => Ok("none".to_owned()),
    }
}
