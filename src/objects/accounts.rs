//! The grants of one person: one Durable Object each, so that a list needs no scan.

pub mod event;
pub mod history;
mod line;
mod lines;
mod news;

use std::cell::Cell;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use oauth_provider::from_json;
use oauth_provider::grant::{Dated, GrantId, News};
use oauth_provider::rows::Kept;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::{Env, State, worker_sys};

pub use line::{Line, Note, Room};
pub use lines::Place;

use crate::config::Sentry;
use crate::objects::mailbox::{self, Failure, Storage};
use crate::runtime::bindings::ACCOUNTS;
use crate::runtime::{clock, log};
use event::{Event, between};
use history::History;
use line::make_room;
use lines::{COUNTED, Lines, List};
use news::Change;

/// How long after an alarm that failed the next one rings.
const ALARM_AGAIN: Duration = Duration::from_secs(3600);

/// Holds the list of one person's grants, and what happened to them.
#[wasm_bindgen]
pub struct AccountObject {
    state: State,
    looked: Cell<bool>,
    lines: Lines,
    history: History,
}

/// A message to an account.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Message {
    Add(Line),
    Remove(Vec<GrantId>),
    Note(GrantId, Note),
    Find(GrantId),
    List(List),
    /// These were ended: their lines go, and the history says why.
    Ended(Vec<GrantId>, String),
    /// What a call has changed: a list of [`Event::written`].
    Changed(GrantId, Value),
    /// [`history::part`]
    History(Value),
    /// Everything goes, if no line is left.
    Delete,
}

/// The answer to a message; its members have their defaults if the message does not ask for them.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Answer {
    /// To a line that was added: what its grant means for the others.
    pub room: Room,
    /// Whether the line was not there before, so that it must go again if the grant does not open.
    pub is_new: bool,
    /// The lines of the part that was asked for, newest first.
    pub lines: Vec<Line>,
    /// How many lines are newer than these; not counted beyond [`COUNTED`].
    pub newer: usize,
    /// How many lines the person has, as far as they were counted.
    pub all: usize,
    /// Whether there may be more of them than were counted: newer ones, or any.
    pub uncounted: (bool, bool),
    /// To a note: whether the news in it were read. The version before does not know them.
    pub noted: bool,
    /// A part of the history, as a list in JSON; empty where there is none.
    pub events: String,
}

#[wasm_bindgen]
impl AccountObject {
    /// The runtime makes one when a message comes for an account.
    #[wasm_bindgen(constructor)]
    pub fn new(state: worker_sys::DurableObjectState, _env: Env) -> Self {
        Self {
            state: State::from(state),
            looked: Cell::new(false),
            lines: Lines::default(),
            history: History::default(),
        }
    }

    /// Answers a message.
    ///
    /// # Errors
    /// The message cannot be read, or the storage failed.
    pub async fn fetch(&self, request: web_sys::Request) -> Result<JsValue, JsValue> {
        mailbox::answered(self.answer(&request).await)
    }

    /// Forgets what was long ago, and all storage where nothing else is left. What fails is tried again.
    ///
    /// # Errors
    /// The next alarm could not be set.
    pub async fn alarm(&self) -> Result<(), JsValue> {
        let storage = Storage::of(&self.state)?;
        if let Err(error) = self.expire(&storage).await {
            log::problem("alarm", "an account forgot nothing", &error.to_string());
            storage.set_alarm(ALARM_AGAIN).await?;
        }
        Ok(())
    }
}

impl AccountObject {
    /// Which tables there are: read once in the life of the object.
    fn look(&self, storage: &Storage) -> Result<(), Failure> {
        if self.looked.get() {
            return Ok(());
        }
        let names = "SELECT json_quote(name) AS json FROM sqlite_master \
                     WHERE name IN ('state', 'lines', 'ended', 'lines_in_order', 'events', 'deleted')";
        let names: Vec<String> = from_json(storage.rows(names, &json!([]))?.as_bytes())?;
        let is_there = |name: &str| names.iter().any(|known| known == name);
        self.history
            .found(storage, is_there("events"), is_there("deleted"))?;
        self.lines.found(storage, &names)?;
        self.looked.set(true);
        Ok(())
    }

    async fn answer(&self, request: &web_sys::Request) -> Result<JsValue, Failure> {
        let message: Message = mailbox::read(request).await?;
        // From here to the last write nothing waits, so two messages cannot lose each other's line.
        let (storage, lines) = (&Storage::of(&self.state)?, &self.lines);
        let mut answer = Answer::default();
        let brings_news = matches!(&message, Message::Note(_, note) if !note.news.is_empty());
        let of_lines = matches!(
            message,
            Message::Find(_) | Message::List(_) | Message::Note(..) | Message::Remove(_)
        );
        self.look(storage)?;
        if !lines.are_there() && of_lines && !brings_news {
            return mailbox::write(&answer);
        }
        match message {
            Message::Add(line) => {
                lines.make(storage)?;
                let mut same = lines.of_client(storage, &line.client_id)?;
                answer.is_new = same.iter().all(|other| other.grant != line.grant);
                if answer.is_new {
                    lines.add(storage, &line)?;
                    same.push(line.clone());
                }
                answer.room = make_room(&same, &line);
            }
            Message::Find(grant) => {
                let found = lines.find(storage, &grant)?;
                answer.lines.extend(found.map(|line| line.value));
            }
            Message::List(list) => {
                lines.index(storage)?;
                answer.lines = lines.beside(storage, &list)?;
                if let (Some(first), Some(last)) = (answer.lines.first(), answer.lines.last()) {
                    let (newer, older) = lines.count(storage, first, last)?;
                    (answer.newer, answer.all) = (newer, newer + answer.lines.len() + older);
                    answer.uncounted = (newer >= COUNTED, newer.max(older) >= COUNTED);
                }
            }
            Message::Note(grant, note) if brings_news => {
                answer.room = self.told(storage, &grant, &note.news)?;
                answer.noted = true;
            }
            Message::Note(grant, note) => {
                if let Some(before) = lines.find(storage, &grant)? {
                    let (mut line, now) = (before.clone(), clock::now());
                    line.value.note(note, now);
                    lines.rewrite(storage, &line)?;
                    self.record(storage, &between(&before.value, &line.value, now))?;
                }
            }
            Message::Remove(grants) => self.end(storage, &grants)?,
            Message::Ended(grants, why) => self.ended(storage, &grants, &why)?,
            Message::Changed(grant, events) => self.changed(storage, &grant, &events)?,
            Message::History(part) => answer.events = self.history.part(storage, &part)?,
            Message::Delete => answer.all = usize::from(self.delete(storage)?),
        }
        mailbox::write(&answer)
    }

    /// Writes down what a grant has to say. Answers which others must make room for it, also where that was answered
    /// before: it asks again until they have.
    fn told(&self, storage: &Storage, grant: &GrantId, news: &[Dated]) -> Result<Room, Failure> {
        let lines = &self.lines;
        let (known, has_ended) = if lines.are_there() {
            (
                lines.find(storage, grant)?,
                lines.has_ended(storage, grant)?,
            )
        } else {
            lines.make(storage)?;
            (None, false)
        };
        let is_newer = known.as_ref().is_some_and(|line| line.is_newer);
        let known = known.map(|line| line.value);
        let (change, events) = news::told(known, has_ended, grant, news)?;
        let opened = events.iter().find(|event| event.is("opened"));
        if let Some(Event(at, ..)) = opened
            && self.history.deleted_at() >= Some(*at)
        {
            // Its person had everything ended after they were asked.
            self.end(storage, std::slice::from_ref(grant))?;
            let close = vec![grant.clone()];
            return Ok(Room {
                close,
                ..Room::default()
            });
        }
        self.record(storage, &events)?;
        let line = match change {
            Change::None => return Ok(Room::default()),
            Change::End => {
                self.end(storage, std::slice::from_ref(grant))?;
                return Ok(Room::default());
            }
            Change::Add(line) => {
                lines.add(storage, &line)?;
                line
            }
            Change::Rewrite(value) => {
                let line = Kept { value, is_newer };
                lines.rewrite(storage, &line)?;
                line.value
            }
        };
        Ok(if news::has_opened(news) && !lines.is_first() {
            make_room(&lines.of_client(storage, &line.client_id)?, &line)
        } else {
            Room::default()
        })
    }

    fn end(&self, storage: &Storage, grants: &[GrantId]) -> Result<(), Failure> {
        if self.lines.end(storage, grants, clock::now())? {
            self.wake(storage)?;
        }
        Ok(())
    }

    /// The same for grants that were ended here, each once: its line goes with it.
    fn ended(&self, storage: &Storage, grants: &[GrantId], why: &str) -> Result<(), Failure> {
        if grants.is_empty() || !self.lines.are_there() {
            return Ok(());
        }
        for grant in grants {
            if let Some(line) = self.lines.find(storage, grant)? {
                self.record(storage, &event::ended(&line.value, why, clock::now()))?;
            }
        }
        self.end(storage, grants)
    }

    fn record(&self, storage: &Storage, events: &[Event]) -> Result<(), Failure> {
        if self.history.add(storage, events, clock::now())? {
            self.wake(storage)?;
        }
        Ok(())
    }

    /// What a call has changed. After a deletion only of a connection that is there: others have ended with it.
    fn changed(&self, storage: &Storage, grant: &GrantId, events: &Value) -> Result<(), Failure> {
        let events = events.as_array().into_iter().flatten();
        let mut events: Vec<_> = events.filter_map(Event::read).collect();
        let line = if self.lines.are_there() {
            self.lines.find(storage, grant)?
        } else {
            None
        };
        match &line {
            Some(line) => events
                .iter_mut()
                .for_each(|event| event.name_client(&line.value)),
            None if self.history.deleted_at().is_some() => return Ok(()),
            None => {}
        }
        self.record(storage, &events)
    }

    /// Deletes everything, unless a line is left. Answers whether one is.
    fn delete(&self, storage: &Storage) -> Result<bool, Failure> {
        let is_left = self.lines.are_there() && self.lines.has_any(storage)?;
        if !is_left {
            self.lines.drop(storage)?;
            self.history.delete(storage, clock::now())?;
            self.wake(storage)?;
        }
        Ok(is_left)
    }

    /// Sets the alarm for what must be forgotten first. Answers whether there is anything.
    fn wake(&self, storage: &Storage) -> Result<bool, Failure> {
        let next = [
            self.lines.next_to_forget(storage)?,
            self.history.next(storage)?,
        ]
        .into_iter()
        .flatten()
        .min();
        if let Some(next) = next {
            storage.alarm(next.since(clock::now()))?;
        }
        Ok(next.is_some())
    }

    async fn expire(&self, storage: &Storage) -> Result<(), Failure> {
        let now = clock::now();
        self.look(storage)?;
        let has_line = self.lines.are_there() && self.lines.forget_ended(storage, now)?;
        self.history.expire(storage, now)?;
        if self.wake(storage)? || has_line {
            return Ok(());
        }
        self.lines.forget();
        self.history.forget();
        Ok(storage.delete_all().await?)
    }
}

/// Sends messages to the objects of accounts.
pub struct Accounts {
    env: Env,
    /// Two Sentries may give two people the same id.
    sentry: String,
}

impl Accounts {
    /// The accounts of the people of one Sentry.
    pub fn new(env: Env, sentry: &Sentry) -> Self {
        Self {
            env,
            sentry: sentry.base.as_str().to_owned(),
        }
    }

    /// Adds the line of a grant that does not tell of itself: its object is of the version before.
    pub async fn add(&self, subject: &str, line: Line) -> worker::Result<Answer> {
        Ok(self.send(subject, Message::Add(line)).await?)
    }

    /// Removes lines after their grants ended.
    pub async fn remove(&self, subject: &str, grants: Vec<GrantId>) -> worker::Result<Answer> {
        Ok(self.send(subject, Message::Remove(grants)).await?)
    }

    /// Removes lines after their grants ended, and writes down why. An account of the version before keeps no history.
    pub async fn ended(
        &self,
        subject: &str,
        grants: Vec<GrantId>,
        why: &str,
    ) -> worker::Result<Answer> {
        let message = Message::Ended(grants.clone(), why.to_owned());
        match self.send(subject, message).await {
            Err(Failure::NotKnown) => self.remove(subject, grants).await,
            answer => Ok(answer?),
        }
    }

    /// Writes down what a call has changed.
    pub async fn changed(
        &self,
        subject: &str,
        grant: GrantId,
        changes: Value,
    ) -> worker::Result<Answer> {
        Ok(self.send(subject, Message::Changed(grant, changes)).await?)
    }

    /// A part of the history, newest first, as JSON.
    pub async fn history(&self, subject: &str, part: Value) -> worker::Result<String> {
        Ok(self.send(subject, Message::History(part)).await?.events)
    }

    /// Deletes everything about a person who has no line any more. Answers whether one is left, and nothing was deleted.
    pub async fn delete(&self, subject: &str) -> worker::Result<bool> {
        Ok(self.send(subject, Message::Delete).await?.all > 0)
    }

    /// Writes down what happened to a grant.
    pub async fn note(&self, subject: &str, grant: &GrantId, note: Note) -> worker::Result<Answer> {
        let message = Message::Note(grant.clone(), note);
        Ok(self.send(subject, message).await?)
    }

    /// Writes down what a grant itself has to say. Answers which others must make room for it.
    pub async fn tell(
        &self,
        subject: &str,
        grant: &GrantId,
        news: &[Dated],
    ) -> Result<Room, Failure> {
        let note = || Message::Note(grant.clone(), Note::of_all(news));
        let mut messages = vec![note()];
        // For an account of the version before, which has messages of their own for these two.
        for told in news {
            match &told.news {
                News::Opened(text) => {
                    let line = from_json(text.as_bytes())?;
                    messages.extend([Message::Add(line), note()]);
                }
                News::Ended(_) => messages.push(Message::Remove(vec![grant.clone()])),
                _ => {}
            }
        }
        let mut room = Room::default();
        for message in messages {
            let answer = self.send(subject, message).await?;
            room.close.extend(answer.room.close);
            room.stale.extend(answer.room.stale);
            if answer.noted {
                break;
            }
        }
        Ok(room)
    }

    /// The line of a grant, if it is this person's.
    pub async fn find(&self, subject: &str, grant: GrantId) -> worker::Result<Option<Line>> {
        let answer = self.send(subject, Message::Find(grant)).await?;
        Ok(answer.lines.into_iter().next())
    }

    /// At most `most` lines from a place on; the newest ones if nothing is left there.
    pub async fn list(&self, subject: &str, place: &Place, most: i32) -> worker::Result<Answer> {
        let mut answer = Answer::default();
        for place in [place, &Place::Newest] {
            if answer.lines.is_empty() {
                let list = Message::List(List::new(place, most));
                answer = self.send(subject, list).await?;
            }
        }
        Ok(answer)
    }

    /// In a box: else all of it would be compiled into each of its callers.
    fn send(&self, subject: &str, message: Message) -> LocalBoxFuture<'_, Result<Answer, Failure>> {
        let name = format!("{}/{subject}", self.sentry);
        Box::pin(async move { mailbox::ask_by_name(&self.env, ACCOUNTS, &name, &message).await })
    }
}
