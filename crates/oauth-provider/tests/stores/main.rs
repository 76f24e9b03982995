//! Stores: what all of them promise, and what a durable one must do besides.

#![cfg(test)]

mod contract;
mod races;
mod restart;
#[path = "../../examples/sqlite/store.rs"]
#[expect(dead_code, reason = "the example uses more of it")]
mod store;

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{SystemTime, UNIX_EPOCH};

use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use oauth_provider::UnixTime;
use oauth_provider::crypto::KeyRing;
use oauth_provider::grant::Policy;

use crate::store::SqliteStore;

/// A folder of one test, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("oauth-provider-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn database(&self) -> PathBuf {
        self.0.join("test.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn keys() -> KeyRing {
    KeyRing::parse("a secret of the server of 32 bytes or more", 32).unwrap()
}

/// Another connection to the file.
fn connect(path: &Path) -> SqliteStore {
    SqliteStore::open(path, keys(), Policy::default(), clock).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "the store asks a clock")]
fn clock() -> UnixTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    UnixTime(since.as_secs())
}

fn rng() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}

/// The outcome of a future that never waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("it waits"),
    }
}
