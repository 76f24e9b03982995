//! The command `sentry-mcp auth`, and the tokens of its sign-in.

pub mod device;
mod grant;
mod login;
mod status;
mod tokens;

use std::rc::Rc;

use fetch::Fetch;

use crate::ends::Failure;
use crate::options::{Auth, Options};
use crate::outgoing::Outgoing;
use crate::settings::{self, Environment};
use crate::store::Store;

pub use grant::Grant;
pub use tokens::Kept;

/// Runs one of the `auth` commands.
///
/// # Errors
/// [`Failure`], with the words for the person.
pub async fn run(command: &Auth, options: &Options, env: Environment<'_>) -> Result<(), Failure> {
    let base = settings::base(&options.sentry, env)?;
    let store = Store::open(env)?;
    let fetch: Rc<dyn Fetch> = Rc::new(Outgoing::new());
    match command {
        Auth::Login { store: keep } => {
            let keep = settings::keep(*keep, env)?;
            let client_id = options
                .sentry
                .client_id
                .clone()
                .or_else(|| env("SENTRY_CLIENT_ID"));
            let asked = login::Asked {
                client_id: client_id.as_deref(),
                keep,
                as_json: options.json,
            };
            login::login(&base, asked, &store, &*fetch).await
        }
        Auth::Status => {
            let token = settings::token(options, env)?;
            status::status(&base, options.json, token, &store, fetch).await
        }
        Auth::Logout => login::logout(&base, options.json, &store).await,
    }
}
