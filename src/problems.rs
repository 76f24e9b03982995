//! What a person and a client's developer read where no answer can go to the client.

use oauth_provider::authorize::{ApprovalError, PageProblem, TicketError};
use oauth_provider::client::ClientProblem;
use oauth_provider::http::{Error, Response};

use crate::app::App;
use crate::incoming::Incoming;
use crate::log;
use crate::pages::ErrorPage;

const AGAIN: &str = "Go back to your application and connect again.";

fn show(page: ErrorPage, request: &Incoming, app: &App) -> Response {
    log::problem(&request.id, page.title, &facts_in_a_line(&page));
    ErrorPage {
        request_id: request.id.clone(),
        ..page
    }
    .respond(&app.settings.origin, request.wants_json())
}

fn facts_in_a_line(page: &ErrorPage) -> String {
    page.facts
        .iter()
        .map(|(term, value)| format!("{term}: {value}"))
        .collect::<Vec<_>>()
        .join("; ")
}

/// A request whose client or redirect URI is not known to be good.
pub fn authorize(problem: PageProblem, request: &Incoming, app: &App) -> Response {
    let page = match problem {
        PageProblem::Parameter { name, problem } => ErrorPage {
            status: 400,
            code: "invalid_request",
            title: "This sign-in link is not complete",
            text: format!("The application sent you here with a link that we cannot use. {AGAIN}"),
            facts: vec![
                ("Parameter", name.to_owned()),
                ("Problem", problem.to_owned()),
            ],
            ..ErrorPage::default()
        },
        PageProblem::Client(problem) => client(problem),
        PageProblem::RedirectUri {
            client,
            asked,
            registered,
        } => ErrorPage {
            status: 400,
            code: "invalid_request",
            title: "The answer would go to an unknown address",
            text: format!(
                "{client} asks us to send the answer to an address that it has not registered. We stop here, since \
                 it may not be its own."
            ),
            facts: std::iter::once(("Asked for", asked))
                .chain(registered.into_iter().map(|uri| ("Registered", uri)))
                .collect(),
            ..ErrorPage::default()
        },
        PageProblem::RequestUri => ErrorPage {
            code: "invalid_request_uri",
            facts: vec![("Parameter", "request_uri".to_owned())],
            ..refused(
                "This sign-in link is no longer good",
                format!(
                    "It is good for a minute, for the application that asked for it, until it is approved. {AGAIN}"
                ),
            )
        },
        PageProblem::Storage(error) => ErrorPage {
            facts: vec![("Storage", error.0)],
            ..outage()
        },
    };
    show(page, request, app)
}

fn client(problem: ClientProblem) -> ErrorPage {
    let developer = "The application's developer can mend this with what stands below.";
    match problem {
        ClientProblem::Unknown { client_id } => ErrorPage {
            status: 400,
            code: "invalid_client",
            title: "We no longer know this application",
            text: "Its registration is gone. In your application, clear the sign-in of this server (Claude Code: \
                   /mcp, Clear authentication; Cursor and VS Code: remove the server and add it again), then connect \
                   again."
                .to_owned(),
            facts: vec![("client_id", client_id)],
            ..ErrorPage::default()
        },
        ClientProblem::Url { client_id, error } => ErrorPage {
            status: 400,
            code: "invalid_client",
            title: "The application's address is not usable",
            text: format!("An application that is known by its web address must give one in a certain form. {developer}"),
            facts: vec![
                ("client_id", client_id),
                ("Rule", format!("it {error}")),
                ("Section", "CIMD §3".to_owned()),
            ],
            ..ErrorPage::default()
        },
        ClientProblem::DocumentsOff => ErrorPage {
            status: 400,
            code: "invalid_client",
            title: "Applications by web address are switched off",
            text: "This server is not set up for them; applications must register instead.".to_owned(),
            facts: vec![("Operator", "set the compatibility flag global_fetch_strictly_public".to_owned())],
            ..ErrorPage::default()
        },
        ClientProblem::Document { url, problem } => ErrorPage {
            status: if problem.over_budget { 429 } else { 400 },
            code: if problem.transient { "temporarily_unavailable" } else { "invalid_client" },
            title: "We could not read who this application is",
            text: format!("The application describes itself in a document on the web, and that did not work. {developer}"),
            facts: vec![
                ("Document", url.to_string()),
                ("Check", problem.check.to_owned()),
                ("Found", problem.found),
                ("Expected", problem.expected),
                ("Section", problem.section.to_owned()),
            ],
            ..ErrorPage::default()
        },
        ClientProblem::Storage(error) => ErrorPage { facts: vec![("Storage", error.0)], ..outage() },
    }
}

fn outage() -> ErrorPage {
    ErrorPage {
        status: 503,
        code: "temporarily_unavailable",
        title: "This server cannot answer at the moment",
        text: "Nothing was lost. Wait a moment, then try again.".to_owned(),
        ..ErrorPage::default()
    }
}

/// Our own trouble.
pub fn unavailable(request: &Incoming, app: &App, detail: &str) -> Response {
    log::problem(&request.id, "unavailable", detail);
    show(outage(), request, app)
}

fn refused(title: &'static str, text: String) -> ErrorPage {
    ErrorPage {
        status: 400,
        code: "invalid_request",
        title,
        text,
        ..ErrorPage::default()
    }
}

/// A form that another site posted.
pub fn cross_site(request: &Incoming, app: &App) -> Response {
    let page = refused(
        "This form came from another site",
        format!("We act on our own page only. {AGAIN}"),
    );
    show(
        ErrorPage {
            status: 403,
            ..page
        },
        request,
        app,
    )
}

/// A form that cannot be read.
pub fn bad_form(error: Error, request: &Incoming, app: &App) -> Response {
    let page = refused(
        "This form cannot be read",
        format!("{} {AGAIN}", error.description),
    );
    show(
        ErrorPage {
            status: error.status,
            ..page
        },
        request,
        app,
    )
}

/// A form that is not ours, too old, or another browser's.
pub fn ticket(error: TicketError, request: &Incoming, app: &App) -> Response {
    let (title, text) = match error {
        TicketError::Forged => ("This form is not ours", AGAIN.to_owned()),
        TicketError::Expired => (
            "This page was open for too long",
            format!("It is good for an hour. {AGAIN}"),
        ),
        TicketError::OtherBrowser => (
            "This page belongs to another browser",
            format!(
                "It was opened in another browser, or this one keeps no cookies. Allow cookies for this site. {AGAIN}"
            ),
        ),
    };
    show(refused(title, text), request, app)
}

/// An approval of a pushed request that another page, or this one a while ago, has used up.
pub fn already_approved(request: &Incoming, app: &App) -> Response {
    let text =
        format!("It can be approved once, and was. If your application is not connected: {AGAIN}");
    let page = ErrorPage {
        code: "invalid_request_uri",
        ..refused("This sign-in was approved already", text)
    };
    show(page, request, app)
}

/// A return from Sentry that is not ours, too late, or another browser's.
pub fn approval(error: ApprovalError, request: &Incoming, app: &App) -> Response {
    let (title, text) = match error {
        ApprovalError::Forged => return no_state(request, app),
        ApprovalError::Expired => (
            "The sign-in took too long",
            format!("It is good for ten minutes. {AGAIN}"),
        ),
        ApprovalError::OtherBrowser => (
            "This sign-in was not begun here",
            format!(
                "It was begun in another browser, was finished already, or this browser keeps no cookies. If you did \
                 not begin it, close this page. {AGAIN}"
            ),
        ),
    };
    show(refused(title, text), request, app)
}

/// A return from Sentry without a state of ours.
pub fn no_state(request: &Incoming, app: &App) -> Response {
    show(
        refused(
            "This sign-in is not ours",
            format!("We did not begin it. {AGAIN}"),
        ),
        request,
        app,
    )
}

/// A return from Sentry that came a second time.
pub fn already_finished(request: &Incoming, app: &App) -> Response {
    let text = format!("Your application has its answer. If it is not connected: {AGAIN}");
    show(
        refused("This sign-in was finished already", text),
        request,
        app,
    )
}
