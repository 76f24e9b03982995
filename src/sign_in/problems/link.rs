//! What is wrong with the link that led to a sign-in, and with the client that it names.

use oauth_provider::Origin;
use oauth_provider::authorize::{PageProblem, Refusal};
use oauth_provider::client::{ClientProblem, DocumentProblem};
use oauth_provider::store::StoreError;
use url::form_urlencoded::byte_serialize;

use super::AGAIN;
use crate::site::errors::HandlerError;
use crate::site::pages::{Destination, ErrorPage, Onward};
use crate::site::shut_out::client_denied;

const DEVELOPER: &str = "Nothing you did is wrong. Send the application's developer what stands below, or this address.";

/// A request whose client or redirect URI is not known to be good.
pub fn authorize(problem: PageProblem, origin: &Origin) -> HandlerError {
    let page = match problem {
        PageProblem::Parameter { name, problem } => ErrorPage {
            facts: vec![
                ("Parameter", name.to_owned()),
                ("Problem", problem.to_owned()),
            ],
            ..ErrorPage::refused(
                "This sign-in link is not complete",
                "The application sent you here with a link that we cannot use.",
                AGAIN,
            )
        },
        PageProblem::Client(problem) => client(problem, origin),
        PageProblem::RedirectUri {
            client,
            asked,
            registered,
        } => unknown_address(&client, asked, registered),
        PageProblem::RefusedRedirectUri {
            client,
            asked,
            error,
        } => ErrorPage {
            facts: vec![("redirect_uri", asked), ("Problem", format!("it {error}"))],
            client: client.clone(),
            ..ErrorPage::refused(
                "The answer may not go to such an address",
                format!(
                    "“{client}” asks us to send the answer to an address (its redirect_uri) that no application may have \
                     here. Nothing was opened, and nothing was connected."
                ),
                "Update the application, then connect again. If it stays so, send its developer what stands below.",
            )
        },
        PageProblem::RequestUri => ErrorPage {
            code: "invalid_request_uri",
            facts: vec![("Parameter", "request_uri".to_owned())],
            ..ErrorPage::refused(
                "This sign-in link is no longer good",
                "It is good for a minute, for the application that asked for it, until it is approved.",
                AGAIN,
            )
        },
        PageProblem::Storage(error) => storage(error),
    };
    page.into()
}

/// The redirect URI is none of those that the client has registered.
fn unknown_address(client: &str, asked: String, registered: Vec<String>) -> ErrorPage {
    ErrorPage {
        facts: std::iter::once(("redirect_uri", asked))
            .chain(
                registered
                    .into_iter()
                    .map(|uri| ("registered redirect_uri", uri)),
            )
            .collect(),
        client: client.to_owned(),
        ..ErrorPage::refused(
            "The answer would go to an unknown address",
            format!(
                "“{client}” asks us to send the answer to an address (its redirect_uri) that it has not registered. We stop here, \
                 since it may not be its own."
            ),
            DEVELOPER,
        )
    }
}

/// A request of a client that is known, of which the client hears if the person wants that.
pub fn refusal(refusal: &Refusal) -> HandlerError {
    let response = &refusal.response;
    let (code, description) = match &response.outcome {
        Err((code, description)) => (code.as_str(), description.clone()),
        // Invariant: a refusal holds an error.
        Ok(_) => ("server_error", String::new()),
    };
    ErrorPage {
        code,
        facts: vec![
            ("Error", code.to_owned()),
            ("Problem", description),
            ("redirect_uri", response.redirect_uri.as_str().to_owned()),
        ],
        onward: Some(Onward {
            to: Destination::from(&response.redirect_uri),
            location: response.location(),
        }),
        client: refusal.client.clone(),
        ..ErrorPage::refused(
            "This sign-in link does not work",
            format!(
                "An application that calls itself “{}” sent you here and asked for something that we refuse. Nothing was \
                 connected, and nothing was opened.",
                refusal.client
            ),
            "If you did not begin this, close this page. If you did, you can let the application know.",
        )
    }
    .into()
}

/// The client itself is not known, or its document is not good.
fn client(problem: ClientProblem, origin: &Origin) -> ErrorPage {
    match problem {
        ClientProblem::Unknown { client_id } => ErrorPage {
            facts: vec![("client_id", shortened(&client_id))],
            ..no_client(
                "We no longer know this application",
                "Its registration is gone: nobody has used it for a long time, or it was made elsewhere.",
                "In your application, clear the sign-in of this server (Claude Code: /mcp, Clear authentication; \
                 Cursor and VS Code: remove the server and add it again), then connect again.",
            )
        },
        ClientProblem::Denied { client_id } => client_denied(client_id),
        ClientProblem::Url { client_id, error } => ErrorPage {
            check: Some(check_address(&client_id, origin)),
            facts: vec![
                ("client_id", shortened(&client_id)),
                ("Rule", format!("it {error}")),
                ("Section", "CIMD §3".to_owned()),
            ],
            ..no_client(
                "The application's address is not usable",
                "An application that is known by its web address must give one in a certain form.",
                DEVELOPER,
            )
        },
        ClientProblem::DocumentsOff => documents_off(),
        ClientProblem::Document { url, problem } => document(url.as_str(), *problem, origin),
        ClientProblem::Storage(error) => storage(error),
    }
}

/// The client's metadata document could not be fetched, or breaks a rule.
fn document(url: &str, problem: DocumentProblem, origin: &Origin) -> ErrorPage {
    // Who publishes it is all that is known: `https://host/…`.
    let host = url.split('/').nth(2).unwrap_or_default();
    let page = ErrorPage {
        check: Some(check_address(url, origin)),
        client: host.to_owned(),
        text: format!(
            "{host} describes its application in a document on the web, which we could not use."
        ),
        facts: vec![
            ("Document", url.to_owned()),
            ("Check", problem.check.to_owned()),
            ("Found", problem.found),
            ("Expected", problem.expected),
            ("Section", problem.section.to_owned()),
        ],
        ..no_client("We could not read who this application is", "", DEVELOPER)
    };
    match (problem.over_budget, problem.transient) {
        (true, _) => ErrorPage {
            status: 429,
            code: "temporarily_unavailable",
            todo: "Nothing is wrong with it. Wait a minute, then reload this page.",
            ..page
        },
        (false, true) => ErrorPage {
            code: "temporarily_unavailable",
            todo: "It may pass: wait a moment, then reload this page. If it stays so, send the application's \
                   developer what stands below.",
            ..page
        },
        (false, false) => page,
    }
}

/// The client is at fault.
fn no_client(title: &'static str, text: &'static str, todo: &'static str) -> ErrorPage {
    ErrorPage {
        code: "invalid_client",
        ..ErrorPage::refused(title, text, todo)
    }
}

fn storage(error: StoreError) -> ErrorPage {
    ErrorPage {
        facts: vec![("Storage", error.0)],
        ..ErrorPage::outage()
    }
}

fn shortened(client_id: &str) -> String {
    client_id.chars().take(200).collect()
}

/// The page that shows every rule of a client's document.
fn check_address(client_id: &str, origin: &Origin) -> String {
    let id: String = byte_serialize(client_id.as_bytes()).collect();
    format!("{origin}/oauth/check?client_id={id}")
}

/// No client can be known by a document here.
pub fn documents_off() -> ErrorPage {
    ErrorPage {
        facts: vec![(
            "Operator",
            "set the compatibility flag global_fetch_strictly_public".to_owned(),
        )],
        ..no_client(
            "Applications by web address are switched off",
            "This server is not set up for them; applications must register instead.",
            "Tell whoever runs this server, or use an application that registers.",
        )
    }
}
