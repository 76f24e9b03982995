use std::io::{Write as _, stdout};
use std::rc::Rc;
use std::time::Duration;

use fetch::Fetch;
use sentry_api::{ApiError, BaseUrl, Client, Fixed, Token, TokenSource};
use serde_json::json;

use super::tokens::Kept;
use crate::ends::Failure;
use crate::store::Store;

/// How long to wait for Sentry's answer. It is short, because the answer is only informative.
const PATIENCE: Duration = Duration::from_secs(15);

pub(super) async fn status(
    base: &BaseUrl,
    as_json: bool,
    token: Option<Token>,
    store: &Store,
    fetch: Rc<dyn Fetch>,
) -> Result<(), Failure> {
    let (place, tokens): (String, Rc<dyn TokenSource>) = match token {
        Some(token) => (
            "the option or variable of this command".to_owned(),
            Rc::new(Fixed(token)),
        ),
        None => match store.place(base)? {
            Some(place) => {
                let kept = Kept::new(store.clone(), base.clone(), Rc::clone(&fetch));
                (place.to_string(), Rc::new(kept))
            }
            None => {
                say(base, as_json, None, "not signed in", None)?;
                let words = format!(
                    "nobody is signed in to {}: run `sentry-mcp auth login`, or set SENTRY_ACCESS_TOKEN.",
                    base.as_str()
                );
                return Err(Failure::NotSignedIn(words));
            }
        },
    };
    let client = Client::new(fetch, tokens, base.clone()).with_patience(PATIENCE);
    match client.user().await {
        Ok(user) => {
            let user = user.email.or(user.name).unwrap_or(user.id);
            say(
                base,
                as_json,
                Some(&place),
                "signed in",
                Some(&crate::words::plain(&user)),
            )
        }
        Err(ApiError::Unauthorized) => {
            say(base, as_json, Some(&place), "refused", None)?;
            Err(Failure::NotSignedIn(format!(
                "{} does not accept the token from {place}: it is wrong, or it has expired. Run `sentry-mcp auth login`.",
                base.as_str()
            )))
        }
        Err(error) => {
            say(base, as_json, Some(&place), "unknown", None)?;
            Err(Failure::Unreachable(format!(
                "{} could not be asked: {error}.",
                base.as_str()
            )))
        }
    }
}

fn say(
    base: &BaseUrl,
    as_json: bool,
    place: Option<&str>,
    state: &str,
    user: Option<&str>,
) -> Result<(), Failure> {
    let mut out = stdout();
    if as_json {
        let told = json!({ "sentry": base.as_str(), "state": state, "user": user, "token": place });
        writeln!(out, "{told}")?;
    } else if let (Some(place), Some(user)) = (place, user) {
        writeln!(
            out,
            "Signed in to {} as {user}, with the token from {place}.",
            base.as_str()
        )?;
    }
    Ok(())
}
