//! The grants of one person: one Durable Object each, so that a list needs no scan.

mod line;
mod lines;
mod news;

use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use oauth_provider::grant::{Dated, GrantId, News};
use oauth_provider::rows::Kept;
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
use line::make_room;
use lines::{COUNTED, Lines, List};
use news::Change;

/// When an account looks which ends it may forget: after the first, and after a failure.
const FORGETS_AFTER: Duration = Duration::from_secs(3601);

/// Holds the list of one person's grants.
#[wasm_bindgen]
pub struct AccountObject {
    state: State,
    lines: Lines,
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
}

#[wasm_bindgen]
impl AccountObject {
    /// The runtime makes one when a message comes for an account.
    #[wasm_bindgen(constructor)]
    pub fn new(state: worker_sys::DurableObjectState, _env: Env) -> Self {
        Self {
            state: State::from(state),
            lines: Lines::default(),
        }
    }

    /// Answers a message.
    ///
    /// # Errors
    /// The message cannot be read, or the storage failed.
    pub async fn fetch(&self, request: web_sys::Request) -> Result<JsValue, JsValue> {
        mailbox::answered(self.answer(&request).await)
    }

    /// Forgets ends that were long ago, and all storage where nothing else is left. What fails is tried again.
    ///
    /// # Errors
    /// The next alarm could not be set.
    pub async fn alarm(&self) -> Result<(), JsValue> {
        let storage = Storage::of(&self.state)?;
        if let Err(error) = self.forget_ended(&storage).await {
            log::problem("alarm", "an account forgot nothing", &error.to_string());
            storage.set_alarm(FORGETS_AFTER).await?;
        }
        Ok(())
    }
}

impl AccountObject {
    async fn answer(&self, request: &web_sys::Request) -> Result<JsValue, Failure> {
        let message: Message = mailbox::read(request).await?;
        // From here to the last write nothing waits, so two messages cannot lose each other's line.
        let (storage, lines) = (&Storage::of(&self.state)?, &self.lines);
        let mut answer = Answer::default();
        let brings_news = matches!(&message, Message::Note(_, note) if !note.news.is_empty());
        let adds = brings_news || matches!(message, Message::Add(_));
        if !lines.are_there(storage)? && !adds {
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
                answer.room = self.told(storage, &grant, &note.news).await?;
                answer.noted = true;
            }
            Message::Note(grant, note) => {
                if let Some(mut line) = lines.find(storage, &grant)? {
                    line.value.note(note);
                    lines.rewrite(storage, &line)?;
                }
            }
            Message::Remove(grants) => self.end(storage, &grants).await?,
        }
        mailbox::write(&answer)
    }

    /// Writes down what a grant has to say. Answers which others must make room for it, also where that was answered
    /// before: it asks again until they have.
    async fn told(
        &self,
        storage: &Storage,
        grant: &GrantId,
        news: &[Dated],
    ) -> Result<Room, Failure> {
        let lines = &self.lines;
        let (known, has_ended) = if lines.are_there(storage)? {
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
        let line = match news::told(known, has_ended, grant, news)? {
            Change::None => return Ok(Room::default()),
            Change::End => {
                self.end(storage, std::slice::from_ref(grant)).await?;
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
        Ok(if news::has_opened(news) {
            make_room(&lines.of_client(storage, &line.client_id)?, &line)
        } else {
            Room::default()
        })
    }

    async fn end(&self, storage: &Storage, grants: &[GrantId]) -> Result<(), Failure> {
        if self.lines.end(storage, grants, clock::now())? {
            storage.set_alarm(FORGETS_AFTER).await?;
        }
        Ok(())
    }

    async fn forget_ended(&self, storage: &Storage) -> Result<(), Failure> {
        if !self.lines.are_there(storage)? {
            return Ok(());
        }
        let now = clock::now();
        let (next, is_empty) = self.lines.forget_ended(storage, now)?;
        if is_empty {
            self.lines.forget();
            storage.delete_all().await?;
        } else if let Some(next) = next {
            storage.set_alarm(next.since(now)).await?;
        }
        Ok(())
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
                    let line = serde_json::from_slice(text.as_bytes())?;
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
