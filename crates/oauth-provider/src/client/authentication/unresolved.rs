//! Why a client could not be looked up, for the endpoints that answer without a page. Clients throw away what they hold on
//! `invalid_client`, so it is for what is certain; whatever may pass is `temporarily_unavailable`.

use oauth_types::ErrorCode;

use crate::client::client_store::{ClientStore, KeptDocument};
use crate::client::document::DocumentProblem;
use crate::client::problem::ClientProblem;
use crate::http::Error;
use crate::stored::Stored;
use crate::time::UnixTime;

/// The answer where a client's registration or document was looked up.
pub(crate) async fn unresolved(
    problem: ClientProblem,
    clients: &impl ClientStore,
    now: UnixTime,
) -> Error {
    if let ClientProblem::Document { url, problem: of } = &problem
        && of.is_gone()
    {
        return gone(problem.to_string(), clients.document(url).await, now);
    }
    certain(problem)
}

/// The same for the key set at a `jwks_uri`.
pub(super) async fn unusable_keys(
    uri: &str,
    problem: ClientProblem,
    clients: &impl ClientStore,
    now: UnixTime,
) -> Error {
    match &problem {
        ClientProblem::Url { error, .. } => invalid_client(format!("jwks_uri {uri} {error}")),
        ClientProblem::Document { url, problem: of } if of.is_gone() => {
            gone(problem.to_string(), clients.key_set(url).await, now)
        }
        _ => certain(problem),
    }
}

fn certain(problem: ClientProblem) -> Error {
    match problem {
        ClientProblem::Unknown { .. } => Error::unknown_client(),
        ClientProblem::Denied { .. } => Error::denied_client(),
        ClientProblem::Url { error, .. } => invalid_client(format!("client_id {error}")),
        ClientProblem::DocumentsOff => {
            invalid_client("URLs are not taken as client ids or for keys here".to_owned())
        }
        ClientProblem::Storage(error) => Error::unavailable(error.0),
        ClientProblem::Document {
            ref url,
            ref problem,
        } => of_document(problem, format!("{url}: {problem}")),
    }
}

fn of_document(problem: &DocumentProblem, text: String) -> Error {
    if problem.is_refused() {
        invalid_client(text)
    } else if problem.over_budget {
        passing(text).status(429)
    } else {
        passing(text)
    }
}

/// What is gone at one look may be back at the next: a page of maintenance, a deployment that goes wrong. Where there was
/// a copy it counts as gone an hour after the look that found it so first, as for grants of clients without keys.
fn gone(text: String, kept: Stored<Option<KeptDocument>>, now: UnixTime) -> Error {
    match kept {
        Err(error) => Error::unavailable(error.0),
        Ok(Some(kept)) if kept.may_come_back(now) => passing(text),
        Ok(_) => invalid_client(text),
    }
}

fn invalid_client(text: String) -> Error {
    Error::new(ErrorCode::InvalidClient, text)
}

fn passing(text: String) -> Error {
    Error::new(ErrorCode::TemporarilyUnavailable, text)
}
