//! The grants of one person: one Durable Object each, so that a list needs no scan.

mod line;
mod lines;

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
use line::make_room;
use lines::{Lines, List};

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
    /// How many lines are newer than these.
    pub newer: usize,
    /// How many lines the person has.
    pub all: usize,
}

#[wasm_bindgen]
impl AccountObject {
    /// The runtime makes one when a message comes for an account.
    #[wasm_bindgen(constructor)]
    pub fn new(state: worker_sys::DurableObjectState, _env: Env) -> Self {
        Self {
            state: State::from(state),
            lines: Lines::new(),
        }
    }

    /// Answers a message.
    ///
    /// # Errors
    /// The message cannot be read, or the storage failed.
    pub async fn fetch(&self, request: web_sys::Request) -> Result<JsValue, JsValue> {
        mailbox::answered(self.answer(&request).await)
    }
}

impl AccountObject {
    async fn answer(&self, request: &web_sys::Request) -> Result<JsValue, Failure> {
        let message: Message = mailbox::read(request).await?;
        // From here to the last write nothing waits, so two messages cannot lose each other's line.
        let (storage, lines) = (&Storage::of(&self.state)?, &self.lines);
        let mut answer = Answer::default();
        if !lines.are_there(storage)? && !matches!(message, Message::Add(_)) {
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
                answer.lines = lines.beside(storage, &list)?;
                if let Some(first) = answer.lines.first() {
                    (answer.newer, answer.all) = lines.count(storage, first)?;
                }
            }
            Message::Note(grant, note) => {
                if let Some(mut line) = lines.find(storage, &grant)? {
                    line.value.note(note);
                    lines.rewrite(storage, &line)?;
                }
            }
            Message::Remove(grants) => {
                if !lines.remove(storage, &grants)? {
                    lines.forget();
                    storage.delete_all().await?;
                }
            }
        }
        mailbox::write(&answer)
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

    /// Writes down what a grant itself has to say.
    pub async fn tell(&self, subject: &str, grant: &GrantId, news: News) -> worker::Result<()> {
        let told = match Note::of(news) {
            Some(note) => self.note(subject, grant, note).await,
            None => self.remove(subject, vec![grant.clone()]).await,
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
