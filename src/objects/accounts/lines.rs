//! The rows in which an account keeps its list: one for each grant, so that a sign-in writes one line and not all.

use std::cell::Cell;

use oauth_provider::UnixTime;
use oauth_provider::from_json;
use oauth_provider::grant::GrantId;
use oauth_provider::rows::{self, Kept};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::line::Line;
use crate::objects::mailbox::{Failure, Storage};

/// The part of the list that is asked for.
#[derive(Serialize, Deserialize)]
pub struct List {
    /// The time of the line beside which the part lies; that line is not in it.
    at: UnixTime,
    id: String,
    newer: bool,
    most: i32,
}

/// A part of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Its beginning: the newest lines.
    Newest,
    /// The lines that are older than the one of this time and grant.
    OlderThan(UnixTime, GrantId),
    /// The lines that are newer than the one of this time and grant.
    NewerThan(UnixTime, GrantId),
}

/// The version before kept all lines in one row.
#[derive(Deserialize)]
struct OneRow {
    grants: Vec<Line>,
}

impl List {
    /// At most `most` lines, from this place on.
    pub fn new(place: &Place, most: i32) -> Self {
        let (at, id, newer) = match place {
            // Behind every one: base64url has no such character.
            Place::Newest => (safe(UnixTime(u64::MAX)), "~".to_owned(), false),
            Place::OlderThan(at, grant) => (safe(*at), grant.to_string(), false),
            Place::NewerThan(at, grant) => (safe(*at), grant.to_string(), true),
        };
        Self {
            at,
            id,
            newer,
            most,
        }
    }
}

/// Lines beside a part are counted up to so many.
pub const COUNTED: usize = 100;

/// How long an account remembers that a grant has ended, in seconds. What the grant had said before may still be on its way.
const ENDED: u64 = 3600;

/// `rowid` is the order in which lines came.
const LINES: &str = "CREATE TABLE IF NOT EXISTS lines (id TEXT PRIMARY KEY, client TEXT NOT NULL, opened_at INTEGER NOT NULL, json TEXT NOT NULL)";

/// Made where there are many lines: what is asked for is found without reading the others.
const INDEXES: &str = "CREATE INDEX IF NOT EXISTS lines_of_client ON lines (client); \
                       CREATE INDEX IF NOT EXISTS lines_in_order ON lines (opened_at, id)";

/// Made with the first end.
const ENDS: &str =
    "CREATE TABLE IF NOT EXISTS ended (id TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID";

/// From so many lines on it is cheaper to keep indexes than to read all lines.
const MANY: u64 = 100;

/// The tables. They are made with the first line, so that asking for the list of an unknown person costs no storage.
#[derive(Default)]
pub struct Lines {
    there: Cell<bool>,
    has_ends: Cell<bool>,
    is_indexed: Cell<bool>,
    /// The largest `rowid` that was ever given, once it was looked at.
    last: Cell<Option<u64>>,
}

impl Lines {
    /// To be called first, with the names of what there is in storage.
    pub fn found(&self, storage: &Storage, names: &[String]) -> Result<(), Failure> {
        let is_there = |name: &str| names.iter().any(|known| known == name);
        self.there.set(is_there("lines"));
        self.has_ends.set(is_there("ended"));
        self.is_indexed.set(is_there("lines_in_order"));
        if is_there("state") {
            let before = storage.row()?;
            let before = before.map(|row| from_json::<OneRow>(row.as_bytes()));
            self.make(storage)?;
            for line in before
                .transpose()?
                .map(|row| row.grants)
                .unwrap_or_default()
            {
                self.add(storage, &line)?;
            }
            storage.rows("DROP TABLE state", &json!([]))?;
        }
        Ok(())
    }

    /// Whether there is a table of lines.
    pub const fn are_there(&self) -> bool {
        self.there.get()
    }

    /// Makes the table of lines, if it is not there.
    pub fn make(&self, storage: &Storage) -> worker::Result<()> {
        if !self.there.get() {
            storage.rows(LINES, &json!([]))?;
            self.there.set(true);
            self.last.set(Some(0));
        }
        Ok(())
    }

    /// Whether the line that was added is the only one that there ever was.
    pub fn is_first(&self) -> bool {
        self.last.get() == Some(1)
    }

    /// Makes the indexes where there are many lines; fewer are read as quickly without.
    pub fn index(&self, storage: &Storage) -> worker::Result<()> {
        if self.is_indexed.get() {
            return Ok(());
        }
        let last = match self.last.get() {
            Some(last) => last,
            None => number(&storage.rows("SELECT max(rowid) AS json FROM lines", &json!([]))?)
                .unwrap_or_default(),
        };
        self.last.set(Some(last));
        if last > MANY {
            storage.rows(INDEXES, &json!([]))?;
            self.is_indexed.set(true);
        }
        Ok(())
    }

    /// Forgets that there is a table; to be called before all storage is deleted.
    pub fn forget(&self) {
        for known in [&self.there, &self.has_ends, &self.is_indexed] {
            known.set(false);
        }
        self.last.set(None);
    }

    /// Adds a line, if its grant has none.
    pub fn add(&self, storage: &Storage, line: &Line) -> Result<(), Failure> {
        let text = rows::write(line, None)?;
        let values = json!([line.grant, line.client_id, line.opened_at, text]);
        let insert =
            "INSERT OR IGNORE INTO lines (id, client, opened_at, json) VALUES (?, ?, ?, ?)";
        storage.rows(insert, &values)?;
        self.last.set(self.last.get().map(|last| last + 1));
        Ok(self.index(storage)?)
    }

    /// The lines of a client, in the order in which they were added.
    pub fn of_client(&self, storage: &Storage, client_id: &str) -> Result<Vec<Line>, Failure> {
        let select = "SELECT json FROM lines WHERE client = ? ORDER BY rowid";
        values(lines(storage, select, &json!([client_id])))
    }

    /// The line of a grant.
    pub fn find(&self, storage: &Storage, grant: &GrantId) -> Result<Option<Kept<Line>>, Failure> {
        lines(storage, FIND, &json!([grant])).map(|mut found| found.pop())
    }

    /// Replaces the line of its grant, which was found as this. What this release does not know of it stays.
    pub fn rewrite(&self, storage: &Storage, line: &Kept<Line>) -> Result<(), Failure> {
        let grant = &line.value.grant;
        let before = if line.is_newer {
            Some(storage.rows(FIND, &json!([grant]))?)
        } else {
            None
        };
        let before = before.as_ref().map(|rows| rows.trim_matches(['[', ']']));
        let text = rows::write(&line.value, before)?;
        storage.rows(
            "UPDATE lines SET json = ? WHERE id = ?",
            &json!([text, grant]),
        )?;
        Ok(())
    }

    /// Removes the lines of grants that have ended, unless a later release must judge one, and remembers that. Answers whether it is the first that it has to
    /// forget again.
    pub fn end(
        &self,
        storage: &Storage,
        grants: &[GrantId],
        now: UnixTime,
    ) -> Result<bool, Failure> {
        if !self.has_ends.get() {
            storage.rows(ENDS, &json!([]))?;
            self.has_ends.set(true);
        }
        let is_first = self.next_to_forget(storage)?.is_none();
        for grant in grants {
            self.find(storage, grant)?;
            storage.rows("DELETE FROM lines WHERE id = ?", &json!([grant]))?;
            let insert = "INSERT OR IGNORE INTO ended (id, until) VALUES (?, ?)";
            storage.rows(insert, &json!([grant, now.0 + ENDED]))?;
        }
        Ok(is_first && !grants.is_empty())
    }

    /// Whether a grant has ended, as far as that is remembered.
    pub fn has_ended(&self, storage: &Storage, grant: &GrantId) -> worker::Result<bool> {
        let select = "SELECT 1 AS json FROM ended WHERE id = ?";
        Ok(self.has_ends.get() && storage.rows(select, &json!([grant]))? != "[]")
    }

    /// Forgets the ends that were long ago. Answers whether there is a line.
    pub fn forget_ended(&self, storage: &Storage, now: UnixTime) -> worker::Result<bool> {
        if self.has_ends.get() {
            storage.rows("DELETE FROM ended WHERE until <= ?", &json!([now]))?;
        }
        self.has_any(storage)
    }

    /// Whether there is a line. The table must be there.
    pub fn has_any(&self, storage: &Storage) -> worker::Result<bool> {
        let line = storage.rows("SELECT 1 AS json FROM lines LIMIT 1", &json!([]))?;
        Ok(line != "[]")
    }

    /// Drops the tables.
    pub fn drop(&self, storage: &Storage) -> worker::Result<()> {
        self.forget();
        let tables = "DROP TABLE IF EXISTS lines; DROP TABLE IF EXISTS ended";
        storage.rows(tables, &json!([])).map(|_| ())
    }

    /// When an end must be forgotten next.
    pub fn next_to_forget(&self, storage: &Storage) -> worker::Result<Option<UnixTime>> {
        if !self.has_ends.get() {
            return Ok(None);
        }
        let next = storage.rows("SELECT min(until) AS json FROM ended", &json!([]))?;
        Ok(number(&next).map(UnixTime))
    }

    /// The lines of a part, the newest first.
    pub fn beside(&self, storage: &Storage, list: &List) -> Result<Vec<Line>, Failure> {
        let (than, order) = if list.newer {
            (">", "ASC")
        } else {
            ("<", "DESC")
        };
        let select = format!(
            "SELECT json FROM lines WHERE (opened_at, id) {than} (?, ?) ORDER BY opened_at {order}, id {order} LIMIT ?"
        );
        let mut lines = values(lines(
            storage,
            &select,
            &json!([list.at, list.id, list.most]),
        ))?;
        if list.newer {
            lines.reverse();
        }
        Ok(lines)
    }

    /// How many are newer than the first of a part and older than the last, each up to [`COUNTED`].
    pub fn count(
        &self,
        storage: &Storage,
        first: &Line,
        last: &Line,
    ) -> worker::Result<(usize, usize)> {
        let counts = storage.rows(
            "SELECT count(*) AS json FROM (SELECT 1 FROM lines WHERE (opened_at, id) > (?, ?) LIMIT ?) \
             UNION ALL SELECT count(*) FROM (SELECT 1 FROM lines WHERE (opened_at, id) < (?, ?) LIMIT ?)",
            &json!([first.opened_at, first.grant, COUNTED, last.opened_at, last.grant, COUNTED]),
        )?;
        let mut counts = counts
            .trim_matches(['[', ']'])
            .split(',')
            .filter_map(|count| count.parse().ok());
        Ok((
            counts.next().unwrap_or_default(),
            counts.next().unwrap_or_default(),
        ))
    }
}

/// The one number in a list of rows.
pub fn number(rows: &str) -> Option<u64> {
    rows.trim_matches(['[', ']']).parse().ok()
}

/// A time that both SQLite and JavaScript can hold: at most 2^52 seconds.
fn safe(time: UnixTime) -> UnixTime {
    UnixTime(time.0.min(1 << 52))
}

const FIND: &str = "SELECT json FROM lines WHERE id = ?";

fn lines(storage: &Storage, select: &str, values: &Value) -> Result<Vec<Kept<Line>>, Failure> {
    let found = storage.rows(select, values)?;
    let found: Vec<&RawValue> = serde_json::from_slice(found.as_bytes())?;
    let read = found.into_iter().map(|row| rows::read(row.get()));
    Ok(read.collect::<Result<_, _>>()?)
}

fn values(lines: Result<Vec<Kept<Line>>, Failure>) -> Result<Vec<Line>, Failure> {
    lines.map(|lines| lines.into_iter().map(|line| line.value).collect())
}
