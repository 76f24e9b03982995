//! What a person reads when a sign-in cannot go on: at the form, at the approval, on the way back from Sentry.
//! [`link`] has what is wrong with the link that led here.

pub mod link;

use oauth_provider::authorize::{ApprovalError, TicketError};
use oauth_provider::http::Error;
use url::Url;

use crate::runtime::incoming::Incoming;
use crate::runtime::limits::Refused;
use crate::site::cookies::{self, Jar};
use crate::site::errors::HandlerError;
use crate::site::pages::ErrorPage;

const AGAIN: &str = "Go back to your application and connect again.";
const COOKIES: &str = "If you did not begin it, close this page. If you did, allow cookies for this site, then go back to \
                       your application and connect again.";

/// A limit is reached, or its limiter failed.
pub fn too_many(refused: Refused) -> HandlerError {
    match refused {
        Refused::Broken => HandlerError::ours("a sign-in was not counted", "its limiter failed"),
        Refused::Over => ErrorPage {
            status: refused.status(),
            title: "Too many sign-ins from where you are",
            text: "Nothing is wrong with yours, and nothing was lost.".to_owned(),
            todo: "Wait a minute, then reload this page.",
            ..ErrorPage::outage()
        }
        .into(),
    }
}

/// A form that another site posted.
pub fn cross_site() -> HandlerError {
    ErrorPage::forbidden(
        "This form came from another site",
        "Another site tried to answer for you. We act on our own page only, and nothing was connected.",
        "Close this page. If you meant to connect, go back to your application and connect again.",
    )
    .into()
}

/// A sign-in that is part of another site's page.
pub fn embedded() -> HandlerError {
    ErrorPage::forbidden(
        "A sign-in needs a window of its own",
        "Another site has put this link into its page. We looked at nothing, and nothing was connected.",
        "Open the sign-in from your application.",
    )
    .into()
}

/// A form that cannot be read.
pub fn bad_form(error: Error) -> HandlerError {
    ErrorPage {
        status: error.status,
        ..ErrorPage::refused("This form cannot be read", error.description, AGAIN)
    }
    .into()
}

/// A form that is not ours, too old, or another browser's.
pub fn ticket(error: TicketError, request: &Incoming, jar: &Jar<'_>) -> HandlerError {
    let page = match error {
        TicketError::Forged => ErrorPage::refused(
            "This form is not ours",
            "We did not make it, or it was altered on its way.",
            AGAIN,
        ),
        TicketError::Expired => ErrorPage::refused(
            "This page was open for too long",
            "It is good for an hour, and nothing was connected.",
            AGAIN,
        ),
        TicketError::OtherBrowser if has_no_cookie(request, jar) => no_cookies(),
        TicketError::OtherBrowser => ErrorPage::refused(
            "This page belongs to another browser",
            "It was opened in another browser, or the cookies of this one were cleared since.",
            AGAIN,
        ),
    };
    page.into()
}

/// No cookie of ours at all: this browser was never here, or keeps none.
fn has_no_cookie(request: &Incoming, jar: &Jar<'_>) -> bool {
    request.cookie(&cookies::browser_name(jar.origin)).is_none()
}

fn no_cookies() -> ErrorPage {
    ErrorPage::refused(
        "This browser shows no cookie of ours",
        "The sign-in was begun in another browser, or this one keeps no cookies. We cannot tell that it was you.",
        COOKIES,
    )
}

/// An approval of a pushed request that another page, or this one a while ago, has used up.
pub fn already_approved() -> HandlerError {
    ErrorPage {
        code: "invalid_request_uri",
        ..ErrorPage::refused(
            "This sign-in was approved already",
            "It can be approved once, and was.",
            "Look whether your application is connected. If it is not, connect again there.",
        )
    }
    .into()
}

/// A return from Sentry that is not ours, too late, or another browser's.
pub fn approval(error: ApprovalError, request: &Incoming, jar: &Jar<'_>) -> HandlerError {
    if let Some(page) = ended_at_sentry(&request.url) {
        return page.into();
    }
    let page = match error {
        ApprovalError::Forged => not_begun(),
        ApprovalError::Expired => ErrorPage::refused(
            "The sign-in took too long",
            "Between our page and your return from Sentry there may be ten minutes. Nothing was connected.",
            AGAIN,
        ),
        ApprovalError::OtherBrowser if has_no_cookie(request, jar) => no_cookies(),
        ApprovalError::OtherBrowser => ErrorPage::refused(
            "This sign-in was not begun here",
            "It was begun in another browser, or it was finished already.",
            "If you did not begin it, close this page. If you did, look whether your application is connected, and \
             connect again there if it is not.",
        ),
    };
    page.into()
}

/// Sentry's own end of a sign-in of which we can no longer tell the application.
fn ended_at_sentry(url: &Url) -> Option<ErrorPage> {
    let (_, error) = url.query_pairs().find(|(name, _)| name == "error")?;
    Some(if error == "access_denied" {
        ErrorPage {
            code: "access_denied",
            ..ErrorPage::refused(
                "You did not allow it at Sentry",
                "Nothing was connected. The application could not be told: too much time has passed, or the sign-in \
                 began in another browser.",
                "Close this page, or connect again in your application.",
            )
        }
    } else {
        ErrorPage::refused(
            "Sentry ended the sign-in",
            "Sentry returned an error instead of a sign-in. Nothing was connected.",
            "Wait a moment, then go back to your application and connect again.",
        )
    })
}

fn not_begun() -> ErrorPage {
    ErrorPage::refused(
        "This sign-in is not ours",
        "We did not begin it, or its address was altered on the way.",
        AGAIN,
    )
}

/// A return from Sentry without a state of ours.
pub fn no_state(url: &Url) -> HandlerError {
    ended_at_sentry(url).unwrap_or_else(not_begun).into()
}

/// A return from Sentry that came a second time.
pub fn already_finished() -> HandlerError {
    ErrorPage::refused(
        "This sign-in was finished already",
        "It was loaded a second time. Your application has its answer.",
        "Close this page. If your application is not connected, connect again there.",
    )
    .into()
}
