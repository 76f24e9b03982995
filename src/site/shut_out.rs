//! What is answered to whom the operator has shut out, and to everybody while the server is read-only. Nothing that anybody
//! holds ends by it. ADR 124, ADR 125.

use oauth_provider::Settings;
use oauth_provider::http::{Error, Response};
use oauth_types::ErrorCode;

use crate::config::Switches;
use crate::runtime::facts::Fault;
use crate::runtime::incoming::Incoming;
use crate::runtime::respond::with_cors;
use crate::site::no_such_page::is_for_a_person;
use crate::site::pages::ErrorPage;

const NETWORK: &str =
    "this server's operator takes no requests from your network; nothing that you hold was revoked";

/// The answer to a sender in a network that the operator has shut out; `None` for any other sender.
pub fn instead(request: &Incoming, switches: &Switches, settings: &Settings) -> Option<Response> {
    if !switches.addresses_denied.contain(&request.address) {
        return None;
    }
    request
        .facts
        .learn(|known| known.refused(Fault::Client, "access_denied", NETWORK));
    if is_for_a_person(request) {
        let page = denied(
            "Your network is blocked here",
            "Try from another network, or send this page to whoever runs this server.",
            Vec::new(),
        );
        return Some(
            ErrorPage {
                status: 403,
                ..page
            }
            .answer(request, settings),
        );
    }
    let error = Error::new(ErrorCode::AccessDenied, NETWORK).status(403);
    Some(with_cors(error.into_response(settings)))
}

/// The page for a client that the operator has shut out.
#[inline(never)]
pub fn client_denied(client_id: String) -> ErrorPage {
    denied(
        "This application is blocked here",
        "Use another application, or send what stands below to whoever runs this server.",
        vec![("client_id", client_id)],
    )
}

fn denied(
    title: &'static str,
    todo: &'static str,
    facts: Vec<(&'static str, String)>,
) -> ErrorPage {
    ErrorPage {
        code: ErrorCode::AccessDenied.as_str(),
        facts,
        ..ErrorPage::refused(
            title,
            "It was the choice of this server's operator. Nothing was opened, and what is connected stays so.",
            todo,
        )
    }
}

/// The page for a sign-in while the server is read-only.
#[inline(never)]
pub fn paused() -> ErrorPage {
    ErrorPage {
        title: "No new connections at the moment",
        todo: "Try again later. What is connected stays connected, and reads.",
        ..ErrorPage::outage()
    }
}

/// The same for a client: it may try again, and loses nothing.
pub fn paused_for_client() -> Error {
    let words = "this server is read-only at the moment and takes nothing new; try again later";
    Error::new(ErrorCode::TemporarilyUnavailable, words)
}
