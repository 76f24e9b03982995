//! The rows in which an account keeps what happened: for 90 days, so many, and until the person deletes them.

use std::cell::{Cell, OnceCell};
use std::time::Duration;

use oauth_provider::UnixTime;
use oauth_provider::from_json;
use serde_json::{Value, json};

use super::event::{CHANGED, Event};
use super::lines::number;
use crate::objects::mailbox::Storage;

/// How long a row is kept.
pub const KEPT: Duration = Duration::from_secs(90 * 86_400);

/// The most rows of a person.
const MOST: u32 = 5_000;

/// So many go at once when there are more: what tools changed before all else, and the oldest first, so that nobody can
/// have the theft of a key forgotten by changing much.
const SURPLUS: u32 = 250;

/// How long it is remembered that a person deleted everything: news that are under way must not bring anything back.
const AFTER_DELETION: Duration = Duration::from_secs(86_400);

/// The part of the history that is asked for: at most so many, older than the row of this time and id; all of them, or
/// those of one grant. The values that the statement takes.
pub fn part(than: Option<(u64, &str)>, grant: &str, most: usize) -> Value {
    // Behind every id: base64url has no such character.
    let (at, id) = than.unwrap_or((u64::MAX, "~"));
    json!([at.min(1 << 52), id, grant, most])
}

/// The table. It is made with the first row.
#[derive(Default)]
pub struct History {
    tables: OnceCell<()>,
    is_there: Cell<bool>,
    deleted_at: Cell<Option<UnixTime>>,
    rows: Cell<Option<u32>>,
}

impl History {
    /// Until when, if the person deleted everything a while ago, news are of before that.
    pub fn deleted_at(&self, storage: &Storage) -> worker::Result<Option<UnixTime>> {
        self.look(storage)?;
        Ok(self.deleted_at.get())
    }

    /// Adds rows; one that is there already stays as it is. Answers whether they are the first.
    pub fn add(&self, storage: &Storage, events: &[Event], now: UnixTime) -> worker::Result<bool> {
        let oldest = before(now, KEPT);
        let events: Vec<_> = events.iter().filter(|event| event.0 > oldest).collect();
        if events.is_empty() {
            return Ok(false);
        }
        let is_first = self.make(storage)?;
        for event in &events {
            let values = json!([event.0, event.1, event.2.to_string()]);
            let insert = "INSERT OR IGNORE INTO events (at, id, event) VALUES (?, ?, ?)";
            storage.rows(insert, &values)?;
        }
        self.trim(storage, now)?;
        let added = u32::try_from(events.len()).unwrap_or(MOST);
        self.bound(storage, added)?;
        Ok(is_first)
    }

    /// A part of it, as a list of JSON objects, each with its time, also in words, and its id; empty where there is no table.
    pub fn part(&self, storage: &Storage, part: &Value) -> worker::Result<String> {
        self.look(storage)?;
        if !self.is_there.get() {
            return Ok(String::new());
        }
        let select = "SELECT json_set(event, '$.at', at, '$.time', strftime('%Y-%m-%dT%H:%M:%SZ', at, 'unixepoch'), '$.id', id) AS json \
                      FROM events WHERE (at, id) < (?1, ?2) AND substr(id, 1, length(?3)) = ?3 ORDER BY at DESC, id DESC LIMIT ?4";
        storage.rows(select, part)
    }

    /// What is too old goes.
    pub fn expire(&self, storage: &Storage, now: UnixTime) -> worker::Result<()> {
        self.look(storage)?;
        if self
            .deleted_at
            .get()
            .is_some_and(|at| at + AFTER_DELETION <= now)
        {
            storage.rows("DROP TABLE deleted", &json!([]))?;
            self.deleted_at.set(None);
        }
        if self.is_there.get() {
            self.trim(storage, now)?;
        }
        Ok(())
    }

    /// When something must go next.
    pub fn next(&self, storage: &Storage) -> worker::Result<Option<UnixTime>> {
        self.look(storage)?;
        let deleted = self.deleted_at.get().map(|at| at + AFTER_DELETION);
        let oldest = if self.is_there.get() {
            number(&storage.rows("SELECT min(at) AS json FROM events", &json!([]))?)
        } else {
            None
        };
        let oldest = oldest.map(|at| UnixTime(at) + KEPT);
        Ok([deleted, oldest].into_iter().flatten().min())
    }

    /// Deletes it, and remembers for a day that it was deleted.
    pub fn delete(&self, storage: &Storage, now: UnixTime) -> worker::Result<()> {
        self.look(storage)?;
        storage.rows("DROP TABLE IF EXISTS events", &json!([]))?;
        storage.rows(
            "CREATE TABLE IF NOT EXISTS deleted (at INTEGER NOT NULL)",
            &json!([]),
        )?;
        storage.rows("DELETE FROM deleted", &json!([]))?;
        storage.rows("INSERT INTO deleted (at) VALUES (?)", &json!([now]))?;
        self.is_there.set(false);
        self.rows.set(None);
        self.deleted_at.set(Some(now));
        Ok(())
    }

    /// Forgets that there is a table; to be called before all storage is deleted.
    pub fn forget(&self) {
        self.is_there.set(false);
        self.rows.set(None);
        self.deleted_at.set(None);
    }

    fn look(&self, storage: &Storage) -> worker::Result<()> {
        if self.tables.get().is_some() {
            return Ok(());
        }
        let tables = "SELECT json_quote(name) AS json FROM sqlite_master WHERE name IN ('events', 'deleted')";
        let tables: Vec<String> = from_json(storage.rows(tables, &json!([]))?.as_bytes())?;
        self.is_there
            .set(tables.iter().any(|table| table == "events"));
        if tables.iter().any(|table| table == "deleted") {
            let at = number(&storage.rows("SELECT at AS json FROM deleted", &json!([]))?);
            self.deleted_at.set(at.map(UnixTime));
        }
        let _ = self.tables.set(());
        Ok(())
    }

    /// Makes the table. Answers whether it was not there.
    fn make(&self, storage: &Storage) -> worker::Result<bool> {
        self.look(storage)?;
        if self.is_there.get() {
            return Ok(false);
        }
        let table = "CREATE TABLE IF NOT EXISTS events (at INTEGER NOT NULL, id TEXT NOT NULL, event TEXT NOT NULL, \
                     PRIMARY KEY (at, id)) WITHOUT ROWID";
        storage.rows(table, &json!([]))?;
        self.is_there.set(true);
        Ok(true)
    }

    fn trim(&self, storage: &Storage, now: UnixTime) -> worker::Result<()> {
        let gone = "DELETE FROM events WHERE at <= ? RETURNING 1 AS json";
        let gone = storage.rows(gone, &json!([before(now, KEPT)]))?;
        if gone != "[]" {
            self.rows.set(None);
        }
        Ok(())
    }

    /// Counted once, and then added up: what was there already is counted too, until it is counted anew.
    fn bound(&self, storage: &Storage, added: u32) -> worker::Result<()> {
        let counted = self.rows.get().map(|rows| rows.saturating_add(added));
        let rows = match counted.filter(|rows| *rows <= MOST) {
            Some(rows) => rows,
            None => {
                let count =
                    number(&storage.rows("SELECT count(*) AS json FROM events", &json!([]))?);
                count
                    .and_then(|count| u32::try_from(count).ok())
                    .unwrap_or_default()
            }
        };
        self.rows.set(Some(rows));
        if rows > MOST {
            let surplus = "DELETE FROM events WHERE (at, id) IN (SELECT at, id FROM events \
                           ORDER BY json_extract(event, '$.event') <> ?, at, id LIMIT ?)";
            let values = json!([CHANGED, rows - MOST + SURPLUS]);
            storage.rows(surplus, &values)?;
            self.rows.set(None);
        }
        Ok(())
    }
}

fn before(now: UnixTime, age: Duration) -> UnixTime {
    UnixTime(now.0.saturating_sub(age.as_secs()))
}
