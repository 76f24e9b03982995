//! The system's keyring: Keychain, Credential Manager or Secret Service. It may ask the person something, or not exist.

use std::thread::Builder;
use std::time::Duration;

use keyring::{Entry, Error};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::auth::Grant;
use crate::ends::Failure;

const SERVICE: &str = "sentry-mcp";

/// How long to wait; a person may have to unlock it.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) async fn read(account: &str) -> Result<Option<Grant>, Failure> {
    let found = ask(account, |entry| match entry.get_secret() {
        Ok(secret) => Ok(Some(secret)),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(error),
    });
    let Some(secret) = found.await? else {
        return Ok(None);
    };
    let read = serde_json::from_slice(&secret);
    read.map(Some).map_err(|_| {
        Failure::Other("what the system's keyring holds for sentry-mcp cannot be read".to_owned())
    })
}

pub(super) async fn write(account: &str, grant: &Grant) -> Result<(), Failure> {
    let secret = serde_json::to_vec(grant).map_err(|error| Failure::Other(error.to_string()))?;
    ask(account, move |entry| entry.set_secret(&secret)).await
}

pub(super) async fn forget(account: &str) -> Result<(), Failure> {
    ask(account, |entry| match entry.delete_credential() {
        Err(Error::NoEntry) => Ok(()),
        done => done,
    })
    .await
}

/// Runs on a separate thread, because the library blocks, and a process that wants to end must not wait for it.
async fn ask<T: Send + 'static>(
    account: &str,
    act: impl FnOnce(&Entry) -> Result<T, Error> + Send + 'static,
) -> Result<T, Failure> {
    let account = account.to_owned();
    let (sender, answer) = oneshot::channel();
    Builder::new().name("keyring".to_owned()).spawn(move || {
        let done = Entry::new(SERVICE, &account).and_then(|entry| act(&entry));
        let _ = sender.send(done.map_err(|error| error.to_string()));
    })?;
    let trouble =
        |why: &str| Failure::Other(format!("the system's keyring cannot be used ({why})"));
    match timeout(PATIENCE, answer).await {
        Ok(Ok(Ok(done))) => Ok(done),
        Ok(Ok(Err(error))) => Err(trouble(&crate::words::plain(&error))),
        Ok(Err(_)) => Err(trouble("it gave up")),
        Err(_) => Err(trouble("it did not answer")),
    }
}
