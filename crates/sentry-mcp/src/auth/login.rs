use std::io::{Write as _, stdout};

use fetch::Fetch;
use sentry_api::BaseUrl;
use serde_json::json;

use super::device::{self, Refused};
use super::grant::Grant;
use crate::clock;
use crate::ends::Failure;
use crate::options::Keep;
use crate::store::Store;

/// What a sign-in is asked for.
pub(super) struct Asked<'a> {
    pub(super) client_id: Option<&'a str>,
    pub(super) keep: Keep,
    /// Whether each step is told as a line of JSON.
    pub(super) as_json: bool,
}

pub(super) async fn login(
    base: &BaseUrl,
    asked: Asked<'_>,
    store: &Store,
    fetch: &dyn Fetch,
) -> Result<(), Failure> {
    let Some(client_id) = asked.client_id.map(str::trim).filter(|id| !id.is_empty()) else {
        return Err(Failure::Usage(format!(
            "signing in needs the id of an OAuth application: create one in {}/settings/account/api/applications/ \
             and give its id with --client-id or SENTRY_CLIENT_ID. Or use a user auth token instead \
             (SENTRY_ACCESS_TOKEN).",
            base.as_str()
        )));
    };
    let waiting = device::begin(fetch, base, client_id)
        .await
        .map_err(|refused| failure(base, &refused))?;
    let mut out = stdout();
    let minutes = waiting.lifetime.div_ceil(60);
    let page = waiting.page_with_code.as_ref().unwrap_or(&waiting.page);
    if asked.as_json {
        let told = json!({ "state": "waiting", "page": page.as_str(), "code": waiting.user_code, "seconds": waiting.lifetime });
        writeln!(out, "{told}")?;
    } else {
        writeln!(out, "Open this page, and compare or enter the code:\n")?;
        writeln!(out, "  {page}\n  {}\n", waiting.user_code)?;
        writeln!(
            out,
            "Waiting for you, {minutes} minutes at most. Ctrl-C gives up."
        )?;
    }
    out.flush()?;
    let answer = waiting
        .token(fetch, base, client_id)
        .await
        .map_err(|refused| failure(base, &refused))?;
    let grant = Grant::read(&answer, client_id, clock::now(), None)
        .ok_or_else(|| Failure::Unreachable("Sentry's response has no access token".to_owned()))?;
    let place = store.keep(base, &grant, asked.keep).await?;
    if asked.as_json {
        let told = json!({ "state": "signed in", "sentry": base.as_str(), "user": grant.user, "token": place.to_string() });
        writeln!(out, "{told}")?;
        return Ok(());
    }
    let user = grant.user.as_deref().unwrap_or("you");
    writeln!(
        out,
        "Signed in to {} as {user}. The token is kept in {place}.",
        base.as_str()
    )?;
    Ok(())
}

pub(super) async fn logout(base: &BaseUrl, as_json: bool, store: &Store) -> Result<(), Failure> {
    let mut out = stdout();
    let had = store.forget(base).await?;
    if as_json {
        let told = json!({ "sentry": base.as_str(), "signed_out": had });
        writeln!(out, "{told}")?;
    } else if had {
        writeln!(
            out,
            "Signed out of {0}: the token is no longer kept here. To end it at Sentry as well, revoke the application in \
             {0}/settings/account/authorizations/.",
            base.as_str()
        )?;
    } else {
        writeln!(out, "Nobody was signed in to {}.", base.as_str())?;
    }
    Ok(())
}

/// Explains a refusal, and what the person can do.
fn failure(base: &BaseUrl, refused: &Refused) -> Failure {
    let base = base.as_str();
    match refused {
        Refused::Denied => {
            Failure::NotSignedIn("not signed in: the request was denied in Sentry.".to_owned())
        }
        Refused::Expired => Failure::NotSignedIn(
            "not signed in: the code was not entered in time. Run `sentry-mcp auth login` again."
                .to_owned(),
        ),
        Refused::Client => Failure::NotSignedIn(format!(
            "not signed in: {base} does not take this client id for a sign-in by device code. Check --client-id, and \
             that the application allows it."
        )),
        Refused::NotThere => Failure::NotSignedIn(format!(
            "not signed in: {base} has no sign-in by device code. Use a user auth token instead (SENTRY_ACCESS_TOKEN)."
        )),
        Refused::Ended | Refused::Other(_) => {
            Failure::NotSignedIn(format!("not signed in: {refused}."))
        }
        Refused::Unreachable(_) => Failure::Unreachable(format!("{base}: {refused}.")),
    }
}
