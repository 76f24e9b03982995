//! What a person and a client's developer read where no answer can go to the client.

use oauth_provider::authorize::{ApprovalError, PageProblem, Refusal, TicketError};
use oauth_provider::client::ClientProblem;
use oauth_provider::http::{Error, Response};
use url::form_urlencoded::byte_serialize;

use crate::app::App;
use crate::runtime::incoming::Incoming;
use crate::runtime::limits::Refused;
use crate::runtime::log;
use crate::site::cookies;
use crate::site::pages::{Destination, ErrorPage, Onward};

const AGAIN: &str = "Go back to your application and connect again.";
const DEVELOPER: &str = "Nothing you did is wrong. Send the application's developer what stands below, or this address.";
const COOKIES: &str = "If you did not begin it, close this page. If you did, allow cookies for this site, then go back to \
                       your application and connect again.";

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

/// The request cannot be used; what happened, and what the person can do.
fn refused(title: &'static str, text: impl Into<String>, todo: &'static str) -> ErrorPage {
    ErrorPage {
        status: 400,
        code: "invalid_request",
        title,
        text: text.into(),
        todo,
        ..ErrorPage::default()
    }
}

/// A request whose client or redirect URI is not known to be good.
pub fn authorize(problem: PageProblem, request: &Incoming, app: &App) -> Response {
    let page = match problem {
        PageProblem::Parameter { name, problem } => ErrorPage {
            facts: vec![
                ("Parameter", name.to_owned()),
                ("Problem", problem.to_owned()),
            ],
            ..refused(
                "This sign-in link is not complete",
                "The application sent you here with a link that we cannot use.",
                AGAIN,
            )
        },
        PageProblem::Client(problem) => client(problem, app),
        PageProblem::RedirectUri {
            client,
            asked,
            registered,
        } => ErrorPage {
            facts: std::iter::once(("Asked for", asked))
                .chain(registered.into_iter().map(|uri| ("Registered", uri)))
                .collect(),
            ..refused(
                "The answer would go to an unknown address",
                format!(
                    "“{client}” asks us to send the answer to an address that it has not registered. We stop here, \
                     since it may not be its own."
                ),
                DEVELOPER,
            )
        },
        PageProblem::RefusedRedirectUri {
            client,
            asked,
            error,
        } => ErrorPage {
            facts: vec![("Asked for", asked), ("Problem", format!("it {error}"))],
            ..refused(
                "The answer may not go to such an address",
                format!(
                    "“{client}” asks us to send the answer to an address that no application may have here. Nothing was \
                     opened, and nothing was connected."
                ),
                "Update the application, then connect again. If it stays so, send its developer what stands below.",
            )
        },
        PageProblem::RequestUri => ErrorPage {
            code: "invalid_request_uri",
            facts: vec![("Parameter", "request_uri".to_owned())],
            ..refused(
                "This sign-in link is no longer good",
                "It is good for a minute, for the application that asked for it, until it is approved.",
                AGAIN,
            )
        },
        PageProblem::Storage(error) => ErrorPage {
            facts: vec![("Storage", error.0)],
            ..outage()
        },
    };
    show(page, request, app)
}

/// A request of a client that is known, of which the client hears if the person wants that.
pub fn refusal(refusal: &Refusal, request: &Incoming, app: &App) -> Response {
    let response = &refusal.response;
    let (code, description) = match &response.outcome {
        Err((code, description)) => (code.as_str(), description.clone()),
        // Invariant: a refusal holds an error.
        Ok(_) => ("server_error", String::new()),
    };
    let page = ErrorPage {
        code,
        facts: vec![
            ("Error", code.to_owned()),
            ("Problem", description),
            ("Answer goes to", response.redirect_uri.as_str().to_owned()),
        ],
        onward: Some(Onward {
            to: Destination::from(&response.redirect_uri),
            location: response.location(),
        }),
        ..refused(
            "This sign-in link does not work",
            format!(
                "An application that calls itself “{}” sent you here and asked for something that we refuse. Nothing was \
                 connected, and nothing was opened.",
                refusal.client
            ),
            "If you did not begin this, close this page. If you did, you can let the application know.",
        )
    };
    show(page, request, app)
}

fn client(problem: ClientProblem, app: &App) -> ErrorPage {
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
        ClientProblem::Url { client_id, error } => ErrorPage {
            check: Some(check_address(&client_id, app)),
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
        ClientProblem::DocumentsOff => off(),
        ClientProblem::Document { url, problem } => {
            let page = ErrorPage {
                check: Some(check_address(url.as_str(), app)),
                facts: vec![
                    ("Document", url.to_string()),
                    ("Check", problem.check.to_owned()),
                    ("Found", problem.found),
                    ("Expected", problem.expected),
                    ("Section", problem.section.to_owned()),
                ],
                ..no_client(
                    "We could not read who this application is",
                    "The application describes itself in a document on the web, and that did not work.",
                    DEVELOPER,
                )
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
        ClientProblem::Storage(error) => ErrorPage {
            facts: vec![("Storage", error.0)],
            ..outage()
        },
    }
}

/// The same where the client is at fault.
fn no_client(title: &'static str, text: &'static str, todo: &'static str) -> ErrorPage {
    ErrorPage {
        code: "invalid_client",
        ..refused(title, text, todo)
    }
}

fn shortened(client_id: &str) -> String {
    client_id.chars().take(200).collect()
}

/// Where every rule of a client's document is shown.
fn check_address(client_id: &str, app: &App) -> String {
    let id: String = byte_serialize(client_id.as_bytes()).collect();
    format!("{}/oauth/check?client_id={id}", app.settings.origin)
}

fn off() -> ErrorPage {
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

/// A check of a document where none are taken.
pub fn documents_off(request: &Incoming, app: &App) -> Response {
    show(off(), request, app)
}

/// A check that does not say of which client.
pub fn check_whom(request: &Incoming, app: &App) -> Response {
    let text = "Give one client_id, the URL of the document: /oauth/check?client_id=https://…";
    show(
        refused("Which document?", text, "Add it to the address."),
        request,
        app,
    )
}

/// A check that another site asked for, or nobody whom we know, for a program.
pub fn check_from_elsewhere(request: &Incoming, app: &App) -> Response {
    let text =
        "A document is looked at for our own page and for programs, not for pages of other sites.";
    let page = refused(
        "Nothing was looked at",
        text,
        "Open /oauth/check, and ask there.",
    );
    show(
        ErrorPage {
            status: 403,
            code: "access_denied",
            ..page
        },
        request,
        app,
    )
}

fn outage() -> ErrorPage {
    ErrorPage {
        status: 503,
        code: "temporarily_unavailable",
        title: "This server cannot answer at the moment",
        text: "The trouble is ours. Nothing was lost, and nothing was connected.".to_owned(),
        todo: "Wait a moment, then reload this page.",
        ..ErrorPage::default()
    }
}

/// Our own trouble.
pub fn unavailable(request: &Incoming, app: &App, detail: &str) -> Response {
    log::problem(&request.id, "unavailable", detail);
    show(outage(), request, app)
}

/// A limit is reached, or its limiter failed.
pub fn too_many(refused: Refused, request: &Incoming, app: &App) -> Response {
    let page = match refused {
        Refused::Broken => outage(),
        Refused::Over => ErrorPage {
            status: refused.status(),
            title: "Too many sign-ins from where you are",
            text: "Nothing is wrong with yours, and nothing was lost.".to_owned(),
            todo: "Wait a minute, then reload this page.",
            ..outage()
        },
    };
    show(page, request, app)
}

/// Shows a page under 403: who sends the request may not, whatever is in it.
fn forbidden(page: ErrorPage, request: &Incoming, app: &App) -> Response {
    let page = ErrorPage {
        status: 403,
        ..page
    };
    show(page, request, app)
}

/// A form that another site posted.
pub fn cross_site(request: &Incoming, app: &App) -> Response {
    let page = refused(
        "This form came from another site",
        "Another site tried to answer for you. We act on our own page only, and nothing was connected.",
        "Close this page. If you meant to connect, go back to your application and connect again.",
    );
    forbidden(page, request, app)
}

/// A sign-in that is part of another site's page.
pub fn embedded(request: &Incoming, app: &App) -> Response {
    let page = refused(
        "A sign-in needs a window of its own",
        "Another site has put this link into its page. We looked at nothing, and nothing was connected.",
        "Open the sign-in from your application.",
    );
    forbidden(page, request, app)
}

/// A form that was posted, or a path that is no page, over plain http.
pub fn plain_http(request: &Incoming, app: &App) -> Response {
    let page = refused(
        "This site is reached over https only",
        "Over plain http others can read along. Nothing was looked at, and nothing was connected.",
        "Put https:// before the address, or go back to your application and connect again.",
    );
    forbidden(page, request, app)
}

/// A form that cannot be read.
pub fn bad_form(error: Error, request: &Incoming, app: &App) -> Response {
    let page = refused("This form cannot be read", error.description, AGAIN);
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
    let page = match error {
        TicketError::Forged => refused(
            "This form is not ours",
            "We did not make it, or it was altered on its way.",
            AGAIN,
        ),
        TicketError::Expired => refused(
            "This page was open for too long",
            "It is good for an hour, and nothing was connected.",
            AGAIN,
        ),
        TicketError::OtherBrowser if has_no_cookie(request, app) => no_cookies(),
        TicketError::OtherBrowser => refused(
            "This page belongs to another browser",
            "It was opened in another browser, or the cookies of this one were cleared since.",
            AGAIN,
        ),
    };
    show(page, request, app)
}

/// No cookie of ours at all: this browser was never here, or keeps none.
fn has_no_cookie(request: &Incoming, app: &App) -> bool {
    let name = cookies::browser_name(&app.settings.origin);
    request.cookie(&name).is_none()
}

fn no_cookies() -> ErrorPage {
    refused(
        "This browser shows no cookie of ours",
        "The sign-in was begun in another browser, or this one keeps no cookies. We cannot tell that it was you.",
        COOKIES,
    )
}

/// An approval of a pushed request that another page, or this one a while ago, has used up.
pub fn already_approved(request: &Incoming, app: &App) -> Response {
    let page = ErrorPage {
        code: "invalid_request_uri",
        ..refused(
            "This sign-in was approved already",
            "It can be approved once, and was.",
            "Look whether your application is connected. If it is not, connect again there.",
        )
    };
    show(page, request, app)
}

/// A return from Sentry that is not ours, too late, or another browser's.
pub fn approval(error: ApprovalError, request: &Incoming, app: &App) -> Response {
    if let Some(page) = ended_at_sentry(request) {
        return show(page, request, app);
    }
    let page = match error {
        ApprovalError::Forged => not_begun(),
        ApprovalError::Expired => refused(
            "The sign-in took too long",
            "Between our page and your return from Sentry there may be ten minutes. Nothing was connected.",
            AGAIN,
        ),
        ApprovalError::OtherBrowser if has_no_cookie(request, app) => no_cookies(),
        ApprovalError::OtherBrowser => refused(
            "This sign-in was not begun here",
            "It was begun in another browser, or it was finished already.",
            "If you did not begin it, close this page. If you did, look whether your application is connected, and \
             connect again there if it is not.",
        ),
    };
    show(page, request, app)
}

/// Sentry's own end of a sign-in of which we can no longer tell the application.
fn ended_at_sentry(request: &Incoming) -> Option<ErrorPage> {
    let (_, error) = request
        .url
        .query_pairs()
        .find(|(name, _)| name == "error")?;
    Some(if error == "access_denied" {
        ErrorPage {
            code: "access_denied",
            ..refused(
                "You did not allow it at Sentry",
                "Nothing was connected. The application could not be told: too much time has passed, or the sign-in \
                 began in another browser.",
                "Close this page, or connect again in your application.",
            )
        }
    } else {
        refused(
            "Sentry ended the sign-in",
            "Sentry returned an error instead of a sign-in. Nothing was connected.",
            "Wait a moment, then go back to your application and connect again.",
        )
    })
}

fn not_begun() -> ErrorPage {
    refused(
        "This sign-in is not ours",
        "We did not begin it, or its address was altered on the way.",
        AGAIN,
    )
}

/// A return from Sentry without a state of ours.
pub fn no_state(request: &Incoming, app: &App) -> Response {
    let page = ended_at_sentry(request).unwrap_or_else(not_begun);
    show(page, request, app)
}

/// A return from Sentry that came a second time.
pub fn already_finished(request: &Incoming, app: &App) -> Response {
    let page = refused(
        "This sign-in was finished already",
        "It was loaded a second time. Your application has its answer.",
        "Close this page. If your application is not connected, connect again there.",
    );
    show(page, request, app)
}

/// Whether a person's browser asks for a page.
pub fn is_for_a_person(request: &Incoming) -> bool {
    let accept = request.header("accept").unwrap_or_default();
    request.method == "GET" && accept.contains("text/html")
}

/// A path that is not ours.
pub fn no_such_page(request: &Incoming, app: &App) -> Response {
    let page = ErrorPage {
        status: 404,
        code: "not_found",
        ..refused(
            "There is no such page",
            "The address is mistyped, or a link to it is wrong.",
            "Begin at the first page of this site.",
        )
    };
    ErrorPage {
        request_id: request.id.clone(),
        ..page
    }
    .respond(&app.settings.origin, false)
    .header("cross-origin-opener-policy", "same-origin")
}
