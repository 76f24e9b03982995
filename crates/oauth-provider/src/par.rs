//! Pushed authorization requests (RFC 9126): a client sends its request ahead, and the browser carries a reference.
//!
//! ```text
//! POST par         form ─▶ client ─▶ the checks of the authorization endpoint ─▶ Pushed::Waiting, a RequestUri
//! GET  authorize   Asked::read ─▶ the pushed query ─▶ consent page; nothing is used up
//! POST authorize   use_pushed ─▶ Pushed::Used, by this form ─▶ upstream
//! ```

mod pushed;
mod pushed_requests;
mod request_uri;

use fetch::Exchange;
use oauth_types::ErrorCode;
use rand_core::CryptoRng;
use serde_json::json;

pub use pushed::{Pushed, Use};
pub use pushed_requests::PushedRequests;
pub use request_uri::{PushedName, RequestUri};

use crate::authorize::{AuthorizeError, PageProblem, check, client_and_redirect_uri};
use crate::client::{
    Authenticator, Client, ClientStore, Credentials, OnceStore, Presented, authenticate_known,
    unresolved,
};
use crate::crypto::SignatureVerifier;
use crate::http::{Error, Request, Response};
use crate::params::Params;
use crate::stored::StoreError;
use crate::time::UnixTime;

/// The longest request that is kept, in bytes: the consent form carries it, and must fit into a form itself.
const MAX_REQUEST: usize = 16 * 1024;

/// What authenticates the client and is no part of its request.
const CREDENTIALS: [&str; 3] = ["client_secret", "client_assertion", "client_assertion_type"];

/// Answers `POST /oauth/par`: 201 with a `request_uri` for a request that leads to a consent page.
///
/// # Errors
/// §2.3: what the token endpoint says of a client, and what the authorization endpoint would have said of the
/// request, on a page or to the client, as JSON. Nothing is kept then.
pub async fn par(
    request: &Request<'_>,
    clients: &Authenticator<
        '_,
        impl ClientStore,
        impl Exchange + ?Sized,
        impl SignatureVerifier,
        impl OnceStore,
    >,
    pushed: &impl PushedRequests,
    rng: &mut impl CryptoRng,
) -> Result<Response, Error> {
    let (settings, now) = (clients.settings, clients.now);
    let form = Params::from_form(request)?;
    form.no_duplicates_but("resource")?;
    let credentials = Credentials::read(request, &form)?;
    let presented = authenticate_known(&credentials, clients).await?;
    no_request_uri(&form)?;
    // §2: one client_id names both; where the header authenticates, it may say so alone.
    let params = form
        .without(&CREDENTIALS)
        .with("client_id", &presented.client_id);
    let known = client_and_redirect_uri(&params, settings, clients.store, clients.fetch, now).await;
    let known = match known {
        Ok(known) => known,
        Err(problem) => return Err(of_page(problem, clients.store, now).await),
    };
    has_authenticated(&known.0, &presented)?;
    if let Err(error) = check(known, &params, settings) {
        return Err(of_authorize(error, clients.store, now).await);
    }
    let query = fitting(&params)?;
    let uri = RequestUri::draw(rng);
    pushed
        .keep_pushed(&uri.name(), &query, now + Pushed::LIFETIME)
        .await
        .map_err(of_storage)?;
    Ok(Response::json(
        201,
        &json!({ "request_uri": uri.expose_text(), "expires_in": Pushed::LIFETIME.as_secs() }),
    ))
}

/// RFC 9126 §2.1: "The client MUST NOT provide the `request_uri` authorization request parameter in this case."
fn no_request_uri(form: &Params) -> Result<(), Error> {
    if form.one("request_uri")?.is_none() {
        return Ok(());
    }
    Err(Error::new(
        ErrorCode::InvalidRequest,
        "request_uri must not be pushed",
    ))
}

/// RFC 9126 §2: a client authenticates "in the same way as at the token endpoint", so one that has a secret shows it.
fn has_authenticated(client: &Client, presented: &Presented) -> Result<(), Error> {
    if presented.strength >= client.binding().strength {
        return Ok(());
    }
    Err(Error::new(
        ErrorCode::InvalidClient,
        "this client must authenticate with the method it registered",
    )
    .of_basic(presented.basic))
}

/// RFC 9126 §2.3: 413 for a request that is too large.
fn fitting(params: &Params) -> Result<String, Error> {
    let query = params.to_query();
    if query.len() <= MAX_REQUEST {
        return Ok(query);
    }
    let description = format!("the request must not exceed {} KiB", MAX_REQUEST / 1024);
    Err(Error::new(ErrorCode::InvalidRequest, description).status(413))
}

/// What would have gone to the redirect URI.
async fn of_authorize(error: AuthorizeError, clients: &impl ClientStore, now: UnixTime) -> Error {
    match error {
        AuthorizeError::Page(problem) => of_page(problem, clients, now).await,
        AuthorizeError::Redirect(refusal) => match refusal.response.outcome {
            Err((code, description)) => Error::new(code, description),
            Ok(_) => Error::unavailable("a code before anybody has consented"),
        },
    }
}

/// What a person would have read.
async fn of_page(problem: PageProblem, clients: &impl ClientStore, now: UnixTime) -> Error {
    let invalid_request = |text: String| Error::new(ErrorCode::InvalidRequest, text);
    match problem {
        PageProblem::Parameter { name, problem } => invalid_request(format!("{name} {problem}")),
        PageProblem::RedirectUri {
            asked, registered, ..
        } => invalid_request(format!(
            "redirect_uri {asked} is not registered; registered: {}",
            registered.join(" ")
        )),
        PageProblem::RefusedRedirectUri { asked, error, .. } => {
            invalid_request(format!("redirect_uri {asked} {error}"))
        }
        PageProblem::RequestUri => invalid_request("request_uri must not be pushed".to_owned()),
        PageProblem::Storage(error) => of_storage(error),
        PageProblem::Client(problem) => unresolved(problem, clients, now).await,
    }
}

fn of_storage(error: StoreError) -> Error {
    Error::unavailable(error.0)
}
