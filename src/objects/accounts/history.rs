//! The rows in which an account keeps what happened: for 90 days, so many, and until the person deletes them.

use std::cell::Cell;
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
    is_there: Cell<bool>,
    deleted_at: Cell<Option<UnixTime>>,
    kept: Cell<Option<Rows>>,
}

/// How many rows there are, and the time of the oldest, once they were looked at: at most so many and at the earliest then,
/// since a row that comes twice is counted twice.
#[derive(Clone, Copy)]
struct Rows {
    count: u32,
    oldest: u64,
}

impl History {
    /// To be called first: which tables there are.
    pub fn found(&self, storage: &Storage, events: bool, deleted: bool) -> worker::Result<()> {
        self.is_there.set(events);
        if deleted {
            let at = number(&storage.rows("SELECT at AS json FROM deleted", &json!([]))?);
            self.deleted_at.set(at.map(UnixTime));
        }
        Ok(())
    }

    /// Until when, if the person deleted everything a while ago, news are of before that.
    pub const fn deleted_at(&self) -> Option<UnixTime> {
        self.deleted_at.get()
    }

    /// Adds rows; one that is there already stays as it is. Answers whether they are the first.
    pub fn add(&self, storage: &Storage, events: &[Event], now: UnixTime) -> worker::Result<bool> {
        let oldest = before(now, KEPT);
        let events: Vec<_> = events.iter().filter(|event| event.0 > oldest).collect();
        if events.is_empty() {
            return Ok(false);
        }
        let is_first = !self.is_there.get();
        if is_first {
            let table = "CREATE TABLE IF NOT EXISTS events (at INTEGER NOT NULL, id TEXT NOT NULL, event TEXT NOT NULL, \
                         PRIMARY KEY (at, id)) WITHOUT ROWID";
            storage.rows(table, &json!([]))?;
            self.is_there.set(true);
            self.kept.set(Some(Rows {
                count: 0,
                oldest: u64::MAX,
            }));
        }
        let kept = self.kept(storage)?;
        // One statement: each costs more than a row does.
        let rows = events
            .iter()
            .map(|event| json!([event.0, event.1, event.2.to_string()]));
        let rows = Value::Array(rows.collect());
        let insert = "INSERT OR IGNORE INTO events (at, id, event) SELECT json_extract(value, '$[0]'), \
                      json_extract(value, '$[1]'), json_extract(value, '$[2]') FROM json_each(?)";
        storage.rows(insert, &json!([rows.to_string()]))?;
        let added = u32::try_from(events.len()).unwrap_or(MOST);
        let first = events.iter().map(|event| event.0.0).min();
        self.kept.set(Some(Rows {
            count: kept.count.saturating_add(added),
            oldest: kept.oldest.min(first.unwrap_or(u64::MAX)),
        }));
        self.trim(storage, now)?;
        self.bound(storage)?;
        Ok(is_first)
    }

    /// A part of it, as a list of JSON objects, each with its time, also in words, and its id; empty where there is no table.
    pub fn part(&self, storage: &Storage, part: &Value) -> worker::Result<String> {
        if !self.is_there.get() {
            return Ok(String::new());
        }
        let select = "SELECT json_set(event, '$.at', at, '$.time', strftime('%Y-%m-%dT%H:%M:%SZ', at, 'unixepoch'), '$.id', id) AS json \
                      FROM events WHERE (at, id) < (?1, ?2) AND substr(id, 1, length(?3)) = ?3 ORDER BY at DESC, id DESC LIMIT ?4";
        storage.rows(select, part)
    }

    /// What is too old goes.
    pub fn expire(&self, storage: &Storage, now: UnixTime) -> worker::Result<()> {
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
        let deleted = self.deleted_at.get().map(|at| at + AFTER_DELETION);
        let kept = if self.is_there.get() {
            Some(self.kept(storage)?)
        } else {
            None
        };
        let oldest = kept.filter(|kept| kept.count > 0);
        let oldest = oldest.map(|kept| UnixTime(kept.oldest) + KEPT);
        Ok([deleted, oldest].into_iter().flatten().min())
    }

    /// Deletes it, and remembers for a day that it was deleted.
    pub fn delete(&self, storage: &Storage, now: UnixTime) -> worker::Result<()> {
        storage.rows("DROP TABLE IF EXISTS events", &json!([]))?;
        storage.rows(
            "CREATE TABLE IF NOT EXISTS deleted (at INTEGER NOT NULL)",
            &json!([]),
        )?;
        storage.rows("DELETE FROM deleted", &json!([]))?;
        storage.rows("INSERT INTO deleted (at) VALUES (?)", &json!([now]))?;
        self.is_there.set(false);
        self.deleted_at.set(Some(now));
        Ok(())
    }

    /// Forgets that there is a table; to be called before all storage is deleted.
    pub fn forget(&self) {
        self.is_there.set(false);
        self.deleted_at.set(None);
    }

    /// Counted once in the life of the object, and anew after rows went.
    fn kept(&self, storage: &Storage) -> worker::Result<Rows> {
        if let Some(kept) = self.kept.get() {
            return Ok(kept);
        }
        let counts =
            "SELECT count(*) AS json FROM events UNION ALL SELECT coalesce(min(at), 0) FROM events";
        let [count, oldest] = from_json(storage.rows(counts, &json!([]))?.as_bytes())?;
        let kept = Rows {
            count: u32::try_from(count).unwrap_or(u32::MAX),
            oldest,
        };
        self.kept.set(Some(kept));
        Ok(kept)
    }

    fn trim(&self, storage: &Storage, now: UnixTime) -> worker::Result<()> {
        let gone = before(now, KEPT);
        if self.kept(storage)?.oldest <= gone.0 {
            storage.rows("DELETE FROM events WHERE at <= ?", &json!([gone]))?;
            self.kept.set(None);
        }
        Ok(())
    }

    fn bound(&self, storage: &Storage) -> worker::Result<()> {
        if self.kept(storage)?.count <= MOST {
            return Ok(());
        }
        // Some may have been counted twice.
        self.kept.set(None);
        let Rows { count, .. } = self.kept(storage)?;
        if count > MOST {
            let surplus = "DELETE FROM events WHERE (at, id) IN (SELECT at, id FROM events \
                           ORDER BY json_extract(event, '$.event') <> ?, at, id LIMIT ?)";
            let values = json!([CHANGED, count - MOST + SURPLUS]);
            storage.rows(surplus, &values)?;
            self.kept.set(None);
        }
        Ok(())
    }
}

fn before(now: UnixTime, age: Duration) -> UnixTime {
    UnixTime(now.0.saturating_sub(age.as_secs()))
}
