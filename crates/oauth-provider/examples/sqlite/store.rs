//! The ports over one SQLite file. Every method is one transaction that takes the write lock before it reads
//! (`BEGIN IMMEDIATE`), so that of two connections, or two processes, the second sees what the first one wrote.
//!
//! Calls block their thread for as long as SQLite takes: a millisecond or so for a write that is synced. If that is too
//! long, put the body of [`SqliteStore::transact`] on a thread of its own (`tokio::task::spawn_blocking`).

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use oauth_provider::UnixTime;
use oauth_provider::authorize::TicketId;
use oauth_provider::client::{ClientIdUrl, Registration};
use oauth_provider::crypto::KeyRing;
use oauth_provider::grant::{
    Audit, Command, Effect, GrantId, Lifecycle, Moment, Policy, Reply, Step, acknowledge, apply,
    ring,
};
use oauth_provider::par::{Pushed, PushedName, Use};
use oauth_provider::store::{
    Claim, Claimant, ClientStore, GrantStore, KeptDocument, OnceStore, PushedRequests, StoreError,
    Stored,
};
use rusqlite::{Connection, OptionalExtension, Params, Transaction, TransactionBehavior, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS grants (id TEXT PRIMARY KEY, state TEXT NOT NULL, alarm INTEGER);
    CREATE INDEX IF NOT EXISTS grants_alarm ON grants (alarm);
    CREATE TABLE IF NOT EXISTS clients (id TEXT PRIMARY KEY, row TEXT NOT NULL, ends_at INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS documents (url TEXT PRIMARY KEY, row TEXT NOT NULL, ends_at INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS key_sets (url TEXT PRIMARY KEY, row TEXT NOT NULL, ends_at INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS used (name BLOB PRIMARY KEY, ends_at INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS pushed (name TEXT PRIMARY KEY, row TEXT NOT NULL, ends_at INTEGER NOT NULL);
";

/// How long a transaction waits for another connection's.
const BUSY: Duration = Duration::from_secs(5);

/// One connection to the database. Several may be open at once, also in several processes.
pub struct SqliteStore {
    connection: Mutex<Connection>,
    keys: KeyRing,
    policy: Policy,
    clock: fn() -> UnixTime,
}

impl SqliteStore {
    /// Opens the file, and makes it where there is none. `keys` must be the same at every start: tokens and what grants
    /// carry depend on them.
    ///
    /// # Errors
    /// When SQLite cannot open or write the file.
    pub fn open(
        path: &Path,
        keys: KeyRing,
        policy: Policy,
        clock: fn() -> UnixTime,
    ) -> Result<Self, StoreError> {
        let connection = Connection::open(path).map_err(failed)?;
        connection.busy_timeout(BUSY).map_err(failed)?;
        // A reply leaves after the commit, so a commit must be on the disk: FULL, not WAL's usual NORMAL.
        connection
            .execute_batch(&format!(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; {SCHEMA}"
            ))
            .map_err(failed)?;
        Ok(Self {
            connection: Mutex::new(connection),
            keys,
            policy,
            clock,
        })
    }

    /// The server's secrets, for what else is signed with them.
    pub const fn keys(&self) -> &KeyRing {
        &self.keys
    }

    /// Runs the alarms that are due and deletes what has ended. To be called every minute or so.
    ///
    /// # Errors
    /// When storage does not answer; what is left is done the next time.
    pub fn sweep(&self) -> Stored<()> {
        let now = (self.clock)();
        let due: Vec<String> = self.transact(|tx| {
            for table in ["clients", "documents", "key_sets", "used", "pushed"] {
                let sql = format!("DELETE FROM {table} WHERE ends_at <= ?1");
                tx.execute(&sql, [seconds(now)]).map_err(failed)?;
            }
            let sql = "SELECT id FROM grants WHERE alarm <= ?1 LIMIT 1000";
            let mut due = tx.prepare_cached(sql).map_err(failed)?;
            let ids = due
                .query_map([seconds(now)], |row| row.get(0))
                .map_err(failed)?;
            ids.collect::<Result<_, _>>().map_err(failed)
        })?;
        for id in due.iter().filter_map(|id| GrantId::from_hex(id)) {
            self.transact(|tx| {
                let moment = self.moment(&id);
                carry_out(tx, &id, ring(state(tx, &id)?, &moment))?;
                // A server that lists a person's grants tells that list here, and goes on when it has answered.
                let state = state(tx, &id)?;
                let told = state.as_ref().and_then(Lifecycle::untold);
                let told = told.map(|(_, news)| news.to_vec()).unwrap_or_default();
                carry_out(tx, &id, acknowledge(state, &told, &moment)).map(|_| ())
            })?;
        }
        Ok(())
    }

    fn command(&self, id: &GrantId, command: Command) -> Stored<Reply> {
        let (reply, audit) = self.transact(|tx| {
            let state = state(tx, id)?;
            let step = apply(state, command, &self.moment(id), &mut UnwrapErr(SysRng));
            carry_out(tx, id, step)
        })?;
        // It has happened, so it may be said.
        for line in audit {
            eprintln!("grant {id}: {line:?}");
        }
        Ok(reply)
    }

    fn moment<'a>(&'a self, id: &'a GrantId) -> Moment<'a> {
        Moment {
            id,
            now: (self.clock)(),
            keys: &self.keys,
            policy: &self.policy,
        }
    }

    /// All of `work`, or nothing of it where it fails.
    fn transact<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Stored<T>) -> Stored<T> {
        // A thread that panicked has rolled its transaction back.
        let mut connection = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let tx = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(failed)?;
        let done = work(&tx)?;
        tx.commit().map_err(failed)?;
        Ok(done)
    }

    fn read<T: DeserializeOwned>(&self, sql: &str, key: &str) -> Stored<Option<T>> {
        let now = seconds((self.clock)());
        self.transact(|tx| row(tx, sql, params![key, now]))
    }

    fn write(&self, sql: &str, key: &str, value: &impl Serialize, end: UnixTime) -> Stored<()> {
        let text = serde_json::to_string(value).map_err(failed)?;
        self.transact(|tx| {
            tx.execute(sql, params![key, text, seconds(end)])
                .map_err(failed)
                .map(|_| ())
        })
    }
}

/// The effects of a step, in its transaction. Lines for the log are handed out, since they may be written only after the
/// commit.
fn carry_out<R>(tx: &Transaction<'_>, id: &GrantId, step: Step<R>) -> Stored<(R, Vec<Audit>)> {
    let mut audit = Vec::new();
    for effect in step.effects {
        match effect {
            // The database is all the memory that there is.
            Effect::Keep => {
                let text = serde_json::to_string(&step.state).map_err(failed)?;
                let sql = "UPDATE grants SET state = ?2 WHERE id = ?1";
                tx.execute(sql, params![id.to_hex(), text])
                    .map_err(failed)?;
            }
            Effect::Store { alarm } => {
                let text = serde_json::to_string(&step.state).map_err(failed)?;
                tx.execute(
                    "INSERT INTO grants (id, state, alarm) VALUES (?1, ?2, ?3) ON CONFLICT (id) \
                     DO UPDATE SET state = ?2, alarm = coalesce(?3, alarm)",
                    params![id.to_hex(), text, alarm.map(seconds)],
                )
                .map_err(failed)?;
            }
            Effect::Delete => {
                tx.execute("DELETE FROM grants WHERE id = ?1", [id.to_hex()])
                    .map_err(failed)?;
            }
            Effect::Audit(line) => audit.push(line),
            // Nothing remembers tokens here, and there is no list of a person's grants.
            Effect::ForgetTokens | Effect::TellAccount { .. } => {}
        }
    }
    Ok((step.reply, audit))
}

fn state(tx: &Transaction<'_>, id: &GrantId) -> Stored<Option<Lifecycle>> {
    row(tx, "SELECT state FROM grants WHERE id = ?1", [id.to_hex()])
}

fn row<T: DeserializeOwned>(
    tx: &Transaction<'_>,
    sql: &str,
    key: impl Params,
) -> Stored<Option<T>> {
    let mut found = tx.prepare_cached(sql).map_err(failed)?;
    let text: Option<String> = found
        .query_row(key, |row| row.get(0))
        .optional()
        .map_err(failed)?;
    text.map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(failed)
}

impl GrantStore for SqliteStore {
    async fn send(&self, id: &GrantId, command: Command) -> Stored<Reply> {
        self.command(id, command)
    }
}

impl ClientStore for SqliteStore {
    async fn registration(&self, client_id: &str) -> Stored<Option<Registration>> {
        self.read(
            "SELECT row FROM clients WHERE id = ?1 AND ends_at > ?2",
            client_id,
        )
    }

    async fn keep_registration(&self, kept: &Registration, expires_at: UnixTime) -> Stored<()> {
        let sql = "INSERT OR REPLACE INTO clients (id, row, ends_at) VALUES (?1, ?2, ?3)";
        self.write(sql, &kept.client_id, kept, expires_at)
    }

    async fn document(&self, url: &ClientIdUrl) -> Stored<Option<KeptDocument>> {
        self.read(
            "SELECT row FROM documents WHERE url = ?1 AND ends_at > ?2",
            url.as_str(),
        )
    }

    async fn keep_document(&self, url: &ClientIdUrl, kept: &KeptDocument) -> Stored<()> {
        let sql = "INSERT OR REPLACE INTO documents (url, row, ends_at) VALUES (?1, ?2, ?3)";
        self.write(sql, url.as_str(), kept, kept.kept_until())
    }

    async fn key_set(&self, url: &ClientIdUrl) -> Stored<Option<KeptDocument>> {
        self.read(
            "SELECT row FROM key_sets WHERE url = ?1 AND ends_at > ?2",
            url.as_str(),
        )
    }

    async fn keep_key_set(&self, url: &ClientIdUrl, keys: &KeptDocument) -> Stored<()> {
        let sql = "INSERT OR REPLACE INTO key_sets (url, row, ends_at) VALUES (?1, ?2, ?3)";
        self.write(sql, url.as_str(), keys, keys.kept_until())
    }
}

impl OnceStore for SqliteStore {
    /// A server that strangers can reach counts here, and answers [`Claim::TooMany`].
    async fn claim(&self, _: Claimant<'_>, name: [u8; 32], lifetime: Duration) -> Stored<Claim> {
        let now = (self.clock)();
        self.transact(|tx| {
            let claimed = tx.execute(
                "INSERT INTO used (name, ends_at) VALUES (?1, ?2) ON CONFLICT (name) \
                 DO UPDATE SET ends_at = ?2 WHERE ends_at <= ?3",
                params![name, seconds(now + lifetime), seconds(now)],
            );
            Ok(match claimed.map_err(failed)? {
                0 => Claim::Again,
                _ => Claim::First,
            })
        })
    }
}

impl PushedRequests for SqliteStore {
    async fn keep_pushed(
        &self,
        name: &PushedName,
        query: &str,
        expires_at: UnixTime,
    ) -> Stored<()> {
        let query = query.to_owned();
        let waiting = Pushed::Waiting { query, expires_at };
        self.transact(|tx| keep_pushed(tx, name, &waiting, expires_at))
    }

    async fn pushed(&self, name: &PushedName) -> Stored<Option<String>> {
        let kept = self.transact(|tx| pushed(tx, name))?;
        Ok(kept.and_then(|kept| kept.query((self.clock)()).map(str::to_owned)))
    }

    async fn use_pushed(&self, name: &PushedName, ticket: &TicketId) -> Stored<bool> {
        let now = (self.clock)();
        self.transact(
            |tx| match Pushed::approve(pushed(tx, name)?.as_ref(), ticket, now) {
                Use::First(used) => {
                    keep_pushed(tx, name, &used, now + Pushed::USED_FOR)?;
                    Ok(true)
                }
                Use::Again => Ok(true),
                Use::Refused => Ok(false),
            },
        )
    }
}

fn pushed(tx: &Transaction<'_>, name: &PushedName) -> Stored<Option<Pushed>> {
    row(
        tx,
        "SELECT row FROM pushed WHERE name = ?1",
        [name.as_str()],
    )
}

fn keep_pushed(tx: &Transaction<'_>, name: &PushedName, row: &Pushed, end: UnixTime) -> Stored<()> {
    let text = serde_json::to_string(row).map_err(failed)?;
    let sql = "INSERT OR REPLACE INTO pushed (name, row, ends_at) VALUES (?1, ?2, ?3)";
    tx.execute(sql, params![name.as_str(), text, seconds(end)])
        .map_err(failed)
        .map(|_| ())
}

/// SQLite's integers are signed.
fn seconds(time: UnixTime) -> i64 {
    i64::try_from(time.0).unwrap_or(i64::MAX)
}

fn failed(error: impl std::fmt::Display) -> StoreError {
    StoreError(error.to_string())
}
