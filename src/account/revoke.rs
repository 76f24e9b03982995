//! Taking back: a skill of one connection, one connection, or all of them. Only of the person who is signed in: the
//! list is theirs, and each grant compares the person again.

use std::future::poll_fn;
use std::task::Poll;

use oauth_provider::Scope;
use oauth_provider::grant::{Choice, GrantId, Recall, Withhold};
use oauth_provider::store::{GrantError, GrantStore, StoreError};
use sentry_tools::Skill;

use super::page;
use crate::memory::seen_tokens;
use crate::objects::accounts::event::RECALLED;
use crate::objects::accounts::{Accounts, Line, Note, Place};
use crate::stores::grant_store::Grants;

/// The most grants that one request ends: each is a call to an object, and the runtime bounds those.
const MOST_AT_ONCE: i32 = 500;

/// How many of those calls are under way at the same time.
const ABREAST: usize = 20;

const GONE: &str = "That connection has ended already.";

/// The connections of the person who is signed in.
pub struct Connections<'a> {
    /// Sentry's id of the person.
    pub user: &'a str,
    /// The person's list.
    pub accounts: Accounts,
    /// The grants themselves.
    pub grants: &'a Grants,
}

impl Connections<'_> {
    /// Ends one connection, if it is the person's. Answers a sentence that says what happened.
    ///
    /// # Errors
    /// The account or the grant does not answer.
    pub async fn end(&self, grant: Option<GrantId>) -> Result<String, StoreError> {
        let Some(line) = self.find(grant).await? else {
            return Ok(GONE.to_owned());
        };
        if self.recall(std::slice::from_ref(&line.grant)).await != [true] {
            return Err(StoreError("the grant did not answer".to_owned()));
        }
        self.ended(&line).await
    }

    /// Takes a skill away; with the last one the connection ends. Answers a sentence that says what happened.
    ///
    /// # Errors
    /// The account or the grant does not answer.
    pub async fn withhold(
        &self,
        grant: Option<GrantId>,
        skill: &str,
    ) -> Result<String, StoreError> {
        let Some(line) = self.find(grant).await? else {
            return Ok(GONE.to_owned());
        };
        let name = page::name(&line);
        if !line.skills.iter().any(|known| known == skill) {
            return Ok(format!("{name} does not have that skill any more."));
        }
        let withhold = Withhold {
            subject: self.user.to_owned(),
            choice: skill.to_owned(),
            choices: line.skills.iter().map(|id| choice(id)).collect(),
        };
        let left = match self.grants.ask(&line.grant, withhold).await {
            Ok(scope) => scope,
            // It had ended before.
            Err(GrantError::Refused(_)) => Scope::default(),
            Err(GrantError::Storage(error)) => return Err(error),
        };
        seen_tokens::forget(&line.grant);
        if left.is_empty() {
            return self.ended(&line).await;
        }
        let title = Skill::parse(skill).map(Skill::title).unwrap_or(skill);
        let said = format!("{name} no longer has the skill {title}.");
        let note = Note {
            withheld: Some((skill.to_owned(), left)),
            ..Note::default()
        };
        let noted = self.accounts.note(self.user, &line.grant, note).await;
        noted.map(|_| said).map_err(failed)
    }

    /// Ends all of them, as far as one request can. Answers a sentence that says how many there are left.
    ///
    /// # Errors
    /// The account does not answer.
    pub async fn end_all(&self) -> Result<String, StoreError> {
        let part = self
            .accounts
            .list(self.user, &Place::Newest, MOST_AT_ONCE)
            .await;
        let part = part.map_err(failed)?;
        let grants: Vec<GrantId> = part.lines.into_iter().map(|line| line.grant).collect();
        let mut gone = Vec::with_capacity(grants.len());
        for some in grants.chunks(ABREAST) {
            let outcomes = self.recall(some).await;
            let good = some.iter().zip(&outcomes).filter(|(_, ended)| **ended);
            gone.extend(good.map(|(grant, _)| grant.clone()));
            if outcomes.contains(&false) {
                break;
            }
        }
        let (count, left) = (gone.len(), part.all.saturating_sub(gone.len()));
        self.accounts
            .ended(self.user, gone, RECALLED)
            .await
            .map_err(failed)?;
        Ok(match (count, left) {
            (0, 0) => "There was no connection to end.".to_owned(),
            (_, 0) => "All connections have ended.".to_owned(),
            (count, left) if part.uncounted.1 => {
                format!("{count} connections have ended. At least {left} are left: try again.")
            }
            (count, left) => format!("{count} connections have ended. {left} are left: try again."),
        })
    }

    /// Ends all connections, then deletes all that is kept about the person. Answers a sentence where some are left, as far
    /// as one request can end them: nothing is deleted then.
    ///
    /// # Errors
    /// The account does not answer.
    pub async fn delete(&self) -> Result<Option<String>, StoreError> {
        let ended = self.end_all().await?;
        let is_left = self.accounts.delete(self.user).await.map_err(failed)?;
        Ok(is_left.then(|| format!("Nothing is deleted yet. {ended}")))
    }

    async fn find(&self, grant: Option<GrantId>) -> Result<Option<Line>, StoreError> {
        match grant {
            Some(grant) => self.accounts.find(self.user, grant).await.map_err(failed),
            None => Ok(None),
        }
    }

    /// Asks all of these grants at the same time to end. Answers of each whether it has ended, before or now; one that does
    /// not answer has not.
    async fn recall(&self, grants: &[GrantId]) -> Vec<bool> {
        let command = || Recall {
            subject: self.user.to_owned(),
        };
        let mut calls: Vec<_> = grants
            .iter()
            .map(|grant| (Box::pin(self.grants.ask(grant, command())), None))
            .collect();
        poll_fn(|context| {
            for (call, outcome) in calls.iter_mut().filter(|(_, outcome)| outcome.is_none()) {
                if let Poll::Ready(answer) = call.as_mut().poll(context) {
                    *outcome = Some(!matches!(answer, Err(GrantError::Storage(_))));
                }
            }
            if calls.iter().all(|(_, outcome)| outcome.is_some()) {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
        grants.iter().for_each(seen_tokens::forget);
        calls
            .iter()
            .map(|(_, outcome)| *outcome == Some(true))
            .collect()
    }

    async fn ended(&self, line: &Line) -> Result<String, StoreError> {
        let removed = self
            .accounts
            .ended(self.user, vec![line.grant.clone()], RECALLED)
            .await;
        removed.map_err(failed)?;
        Ok(format!(
            "{} can no longer use your Sentry.",
            page::name(line)
        ))
    }
}

fn choice(id: &str) -> Choice {
    let scopes = Skill::parse(id)
        .into_iter()
        .flat_map(|skill| skill.scopes().iter());
    Choice {
        name: id.to_owned(),
        scope: scopes
            .map(|scope| scope.as_str().to_owned())
            .collect::<Scope>(),
    }
}

fn failed(error: worker::Error) -> StoreError {
    StoreError(error.to_string())
}
