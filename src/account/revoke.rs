//! Taking back: a skill of one connection, one connection, or all of them. Only of the person who is signed in: the
//! list is theirs, and each grant compares the person again.

use std::future::poll_fn;
use std::task::Poll;

use oauth_provider::Scope;
use oauth_provider::grant::{Choice, GrantId, Recall, Withhold};
use oauth_provider::store::{GrantError, GrantStore, StoreError};
use sentry_tools::Skill;

use super::page;
use crate::account::session::Session;
use crate::app::App;
use crate::memory::seen_tokens;
use crate::objects::accounts::{Accounts, Line, Note, Place};

/// Of one request: each is a call to a grant, and the runtime bounds those.
const MOST_AT_ONCE: i32 = 500;

/// So many calls at the same time.
const ABREAST: usize = 20;

const GONE: &str = "That connection has ended already.";

/// Ends one connection. `Ok` says what happened, for the person.
pub async fn one(
    grant: Option<GrantId>,
    session: &Session,
    app: &App,
) -> Result<String, StoreError> {
    let accounts = Accounts::new(&app.env).map_err(failed)?;
    let Some(line) = find(grant, session, &accounts).await? else {
        return Ok(GONE.to_owned());
    };
    if recall(std::slice::from_ref(&line.grant), session, app).await != [true] {
        return Err(StoreError("the grant did not answer".to_owned()));
    }
    ended(&line, session, &accounts).await
}

/// Takes a skill away; with the last one the connection ends.
pub async fn skill(
    grant: Option<GrantId>,
    skill: &str,
    session: &Session,
    app: &App,
) -> Result<String, StoreError> {
    let accounts = Accounts::new(&app.env).map_err(failed)?;
    let Some(line) = find(grant, session, &accounts).await? else {
        return Ok(GONE.to_owned());
    };
    let name = page::name(&line);
    if !line.skills.iter().any(|known| known == skill) {
        return Ok(format!("{name} does not have that skill any more."));
    }
    let withhold = Withhold {
        subject: session.user.clone(),
        choice: skill.to_owned(),
        choices: line.skills.iter().map(|id| choice(id)).collect(),
    };
    let left = match app.grants.ask(&line.grant, withhold).await {
        Ok(scope) => scope,
        // It had ended before.
        Err(GrantError::Refused(_)) => Scope::default(),
        Err(GrantError::Storage(error)) => return Err(error),
    };
    seen_tokens::forget(&line.grant);
    if left.is_empty() {
        return ended(&line, session, &accounts).await;
    }
    let title = Skill::parse(skill).map(Skill::title).unwrap_or(skill);
    let said = format!("{name} no longer has the skill {title}.");
    let note = Note {
        withheld: Some((skill.to_owned(), left)),
        ..Note::default()
    };
    let noted = accounts.note(&session.user, &line.grant, note).await;
    noted.map(|_| said).map_err(failed)
}

/// Ends all, as far as one request can.
pub async fn all(session: &Session, app: &App) -> Result<String, StoreError> {
    let accounts = Accounts::new(&app.env).map_err(failed)?;
    let part = accounts
        .list(&session.user, &Place::Newest, MOST_AT_ONCE)
        .await;
    let part = part.map_err(failed)?;
    let grants: Vec<GrantId> = part.lines.into_iter().map(|line| line.grant).collect();
    let mut gone = Vec::with_capacity(grants.len());
    for some in grants.chunks(ABREAST) {
        let outcomes = recall(some, session, app).await;
        let good = some.iter().zip(&outcomes).filter(|(_, ended)| **ended);
        gone.extend(good.map(|(grant, _)| grant.clone()));
        if outcomes.contains(&false) {
            break;
        }
    }
    let count = gone.len();
    accounts.remove(&session.user, gone).await.map_err(failed)?;
    Ok(match (count, part.all.saturating_sub(count)) {
        (0, 0) => "There was no connection to end.".to_owned(),
        (_, 0) => "All connections have ended.".to_owned(),
        (count, left) => format!("{count} connections have ended. {left} are left: try again."),
    })
}

async fn find(
    grant: Option<GrantId>,
    session: &Session,
    accounts: &Accounts,
) -> Result<Option<Line>, StoreError> {
    match grant {
        Some(grant) => accounts.find(&session.user, grant).await.map_err(failed),
        None => Ok(None),
    }
}

/// Which of them have ended, before or now; a grant may not answer. All are asked at the same time.
async fn recall(grants: &[GrantId], session: &Session, app: &App) -> Vec<bool> {
    let command = || Recall {
        subject: session.user.clone(),
    };
    let mut calls: Vec<_> = grants
        .iter()
        .map(|grant| (Box::pin(app.grants.ask(grant, command())), None))
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

async fn ended(line: &Line, session: &Session, accounts: &Accounts) -> Result<String, StoreError> {
    let removed = accounts
        .remove(&session.user, vec![line.grant.clone()])
        .await;
    removed.map_err(failed)?;
    Ok(format!(
        "{} can no longer use your Sentry.",
        page::name(line)
    ))
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
