//! The grants of one person: one Durable Object each, so that a list needs no scan.

pub mod event;
pub mod history;
mod line;
mod lines;

use std::time::Duration;

use oauth_provider::grant::{GrantId, News};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::{Env, State, worker_sys};

pub use line::{Line, Note, Room};
pub use lines::Place;

use crate::config::Sentry;
use crate::objects::mailbox::{self, Failure, Storage};
use crate::runtime::bindings::ACCOUNTS;
use crate::runtime::{clock, log};
use event::Event;
use history::{History, Part};
use line::make_room;
use lines::{Lines, List};

/// How long after an alarm that failed the next one rings.
const ALARM_AGAIN: Duration = Duration::from_secs(3600);

/// Holds the list of one person's grants, and what happened to them.
#[wasm_bindgen]
pub struct AccountObject {
    state: State,
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
    /// The grant of this line has opened.
    Opened(GrantId),
    /// These have ended: their lines go, and the history says why.
    Ended(Vec<GrantId>, String),
    /// Changes that a call has made.
    Changed(GrantId, Vec<Event>),
    History(Part),
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
    /// How many lines are newer than these.
    pub newer: usize,
    /// How many lines the person has.
    pub all: usize,
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
            lines: Lines::new(),
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

    /// Forgets what is too old. What fails is tried again in an hour.
    ///
    /// # Errors
    /// The next alarm could not be set.
    pub async fn alarm(&self) -> Result<(), JsValue> {
        let storage = Storage::of(&self.state)?;
        if let Err(error) = self.expire(&storage).await {
            log::problem("alarm", "a history could not expire", &error.to_string());
            storage.set_alarm(ALARM_AGAIN).await?;
        }
        Ok(())
    }
}

impl AccountObject {
    async fn answer(&self, request: &web_sys::Request) -> Result<JsValue, Failure> {
        let message: Message = mailbox::read(request).await?;
        // From here to the last write nothing waits, so two messages cannot lose each other's line.
        let (storage, lines) = (&Storage::of(&self.state)?, &self.lines);
        let (history, now) = (&self.history, clock::now());
        let mut answer = Answer::default();
        let needs_lines = !matches!(
            message,
            Message::Add(_) | Message::Changed(..) | Message::History(_) | Message::Delete
        );
        if !lines.are_there(storage)? && needs_lines {
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
                if history.deleted_at(storage)? >= Some(line.opened_at) {
                    // Its person has ended everything since they were asked.
                    answer.room.close.push(line.grant);
                }
            }
            Message::Opened(grant) => {
                let line = lines.find(storage, &grant)?;
                let events = line.as_ref().map(event::opened).unwrap_or_default();
                history.add(storage, &events, now)?;
            }
            Message::Find(grant) => answer.lines.extend(lines.find(storage, &grant)?),
            Message::List(list) => {
                answer.lines = lines.beside(storage, &list)?;
                if let Some(first) = answer.lines.first() {
                    (answer.newer, answer.all) = lines.count(storage, first)?;
                }
            }
            Message::Note(grant, note) => {
                if let Some(before) = lines.find(storage, &grant)? {
                    let mut line = before.clone();
                    line.note(note, now);
                    lines.rewrite(storage, &line)?;
                    history.add(storage, &event::between(&before, &line, now), now)?;
                }
            }
            Message::Ended(grants, why) => {
                for grant in &grants {
                    // Once: the line goes with it.
                    if let Some(line) = lines.find(storage, grant)? {
                        history.add(storage, &event::ended(&line, &why, now), now)?;
                    }
                }
                self.remove(storage, &grants).await?;
            }
            Message::Remove(grants) => self.remove(storage, &grants).await?,
            Message::Changed(grant, events) => self.changed(storage, &grant, events)?,
            Message::History(part) => answer.events = history.part(storage, &part)?,
            Message::Delete => {
                answer.all = lines.all(storage)?;
                if answer.all == 0 {
                    lines.drop(storage)?;
                    let forget_at = history.delete(storage, now)?;
                    storage.alarm(forget_at.since(now))?;
                }
            }
        }
        mailbox::write(&answer)
    }

    async fn remove(&self, storage: &Storage, grants: &[GrantId]) -> worker::Result<()> {
        if !self.lines.remove(storage, grants)? && self.history.is_empty(storage)? {
            self.delete_all(storage).await?;
        }
        Ok(())
    }

    /// What a call has changed. After a deletion only of a connection that is there: others have ended with it.
    fn changed(
        &self,
        storage: &Storage,
        grant: &GrantId,
        mut events: Vec<Event>,
    ) -> worker::Result<()> {
        let line = if self.lines.are_there(storage)? {
            self.lines.find(storage, grant)?
        } else {
            None
        };
        if line.is_none() && self.history.deleted_at(storage)?.is_some() {
            return Ok(());
        }
        for event in &mut events {
            if let Some(line) = &line {
                event.name_client(line);
            }
        }
        self.history.add(storage, &events, clock::now())
    }

    async fn expire(&self, storage: &Storage) -> worker::Result<()> {
        match self.history.expire(storage, clock::now())? {
            Some(at) => storage.set_alarm(at.since(clock::now())).await,
            None if self.lines.are_there(storage)? && self.lines.all(storage)? > 0 => Ok(()),
            None => self.delete_all(storage).await,
        }
    }

    async fn delete_all(&self, storage: &Storage) -> worker::Result<()> {
        self.lines.forget();
        self.history.forget();
        storage.delete_all().await
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

    /// Adds a line before its grant opens, so that no grant can be missing from the list.
    pub async fn add(&self, subject: &str, line: Line) -> worker::Result<Answer> {
        Ok(self.send(subject, &Message::Add(line)).await?)
    }

    /// Removes lines after their grants ended.
    pub async fn remove(&self, subject: &str, grants: Vec<GrantId>) -> worker::Result<Answer> {
        Ok(self.send(subject, &Message::Remove(grants)).await?)
    }

    /// Writes down what happened to a grant.
    pub async fn note(&self, subject: &str, grant: &GrantId, note: Note) -> worker::Result<Answer> {
        let message = Message::Note(grant.clone(), note);
        Ok(self.send(subject, &message).await?)
    }

    /// Writes down that the grant of a line has opened.
    pub async fn opened(&self, subject: &str, grant: GrantId) -> worker::Result<Answer> {
        self.send(subject, &Message::Opened(grant)).await
    }

    /// Removes lines after their grants ended, and writes down why.
    pub async fn ended(
        &self,
        subject: &str,
        grants: Vec<GrantId>,
        why: &str,
    ) -> worker::Result<Answer> {
        self.send(subject, &Message::Ended(grants, why.to_owned()))
            .await
    }

    /// Writes down what a call has changed.
    pub async fn changed(
        &self,
        subject: &str,
        grant: GrantId,
        changes: Vec<Event>,
    ) -> worker::Result<Answer> {
        self.send(subject, &Message::Changed(grant, changes)).await
    }

    /// A part of the history, newest first, as JSON.
    pub async fn history(&self, subject: &str, part: Part) -> worker::Result<String> {
        let answer = self.send(subject, &Message::History(part)).await?;
        Ok(answer.events)
    }

    /// Deletes everything about a person who has no line any more. Answers how many there still are.
    pub async fn delete(&self, subject: &str) -> worker::Result<usize> {
        let answer = self.send(subject, &Message::Delete).await?;
        Ok(answer.all)
    }

    /// Writes down what a grant itself has to say.
    pub async fn tell(&self, subject: &str, grant: &GrantId, news: News) -> worker::Result<()> {
        let told = match Note::of(news) {
            Some(note) => self.note(subject, grant, note).await,
            None => self.ended(subject, vec![grant.clone()], "").await,
        };
        told.map(|_| ())
    }

    /// The line of a grant, if it is this person's.
    pub async fn find(&self, subject: &str, grant: GrantId) -> worker::Result<Option<Line>> {
        let answer = self.send(subject, &Message::Find(grant)).await?;
        Ok(answer.lines.into_iter().next())
    }

    /// At most `most` lines from a place on; the newest ones if nothing is left there.
    pub async fn list(&self, subject: &str, place: &Place, most: i32) -> worker::Result<Answer> {
        let mut answer = Answer::default();
        for place in [place, &Place::Newest] {
            if answer.lines.is_empty() {
                let list = Message::List(List::new(place, most));
                answer = self.send(subject, &list).await?;
            }
        }
        Ok(answer)
    }

    async fn send(&self, subject: &str, message: &Message) -> Result<Answer, Failure> {
        let name = format!("{}/{subject}", self.sentry);
        mailbox::ask_by_name(&self.env, ACCOUNTS, &name, message).await
    }
}
