//! The checks before anything can be redirected: whose request it is, and where its answers may go.

use fetch::Exchange;

use crate::client::{
    Client, ClientStore, RedirectUri, RedirectUriError, RegisteredRedirectUri, Resolved,
    for_display, resolve, resolve_again,
};
use crate::params::Params;
use crate::settings::Settings;
use crate::time::UnixTime;

use super::problem::{PageProblem, missing, once};

/// A client, the redirect URI that it registered, and the one that it asks for.
pub(crate) type Known = (Client, RedirectUri, RegisteredRedirectUri);

/// The client of a request, and the redirect URI that it asks for, if that is one of the client's.
///
/// # Errors
/// The first check that fails.
pub(crate) async fn client_and_redirect_uri(
    params: &Params,
    settings: &Settings,
    clients: &impl ClientStore,
    fetch: &(impl Exchange + ?Sized),
    now: UnixTime,
) -> Result<Known, PageProblem> {
    let client_id = once(params, "client_id")?.ok_or_else(|| missing("client_id"))?;
    let asked = once(params, "redirect_uri");
    let resolved = resolve(client_id, settings, clients, fetch, now)
        .await
        .map_err(PageProblem::Client)?;
    let client = &resolved.client;
    // OAuth 2.1 §4.1.1: optional for a client with exactly one.
    let asked = match (asked?, &*client.redirect_uris, &*client.left_out) {
        (Some(asked), ..) => asked.to_owned(),
        (None, [only], _) => only.as_str().to_owned(),
        (None, [], [only]) => only.uri.clone(),
        (None, ..) => return Err(missing("redirect_uri")),
    };
    if let Some(found) = redirect_uri(&resolved, &asked) {
        return elsewhere(found, settings);
    }
    let fresh = resolve_again(&resolved, settings, clients, fetch, now)
        .await
        .map_err(PageProblem::Client)?;
    let resolved = fresh.unwrap_or(resolved);
    match redirect_uri(&resolved, &asked) {
        Some(found) => elsewhere(found, settings),
        None => Err(no_such_uri(&resolved.client, &asked)),
    }
}

/// No answer leads back to this server, save to a client that is a part of it: also where the port of a loopback URI is
/// the request's to choose, and where the client registered before there was this rule.
fn elsewhere(known: Known, settings: &Settings) -> Result<Known, PageProblem> {
    let (client, _, uri) = &known;
    if settings.denies_answers_to(uri) {
        return Err(refused(client, uri.as_str(), RedirectUriError::DeniedHost));
    }
    if !uri.is_at(&settings.origin) || settings.is_own_redirect_uri(uri.as_str(), &client.id) {
        return Ok(known);
    }
    Err(refused(client, uri.as_str(), RedirectUriError::OwnAddress))
}

fn no_such_uri(client: &Client, asked: &str) -> PageProblem {
    if let Some(left_out) = client.left_out.iter().find(|left| left.uri == asked) {
        return refused(client, asked, left_out.error);
    }
    PageProblem::RedirectUri {
        client: called(client),
        asked: for_display(asked, 300).unwrap_or_default(),
        registered: client
            .redirect_uris
            .iter()
            .map(|uri| uri.as_str().to_owned())
            .collect(),
    }
}

fn refused(client: &Client, asked: &str, error: RedirectUriError) -> PageProblem {
    PageProblem::RefusedRedirectUri {
        client: called(client),
        asked: for_display(asked, 300).unwrap_or_default(),
        error,
    }
}

pub(super) fn called(client: &Client) -> String {
    client.name.clone().unwrap_or_else(|| client.id.clone())
}

fn redirect_uri(resolved: &Resolved, asked: &str) -> Option<Known> {
    let (registered, uri) = resolved.client.redirect_uri(asked)?;
    Some((resolved.client.clone(), registered.clone(), uri))
}
