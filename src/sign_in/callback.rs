//! Back from Sentry: the grant opens, and the client gets its code.

use oauth_provider::authorize::{Approval, ApprovalError};
use oauth_provider::client::RegisteredRedirectUri;
use oauth_provider::grant::{Close, GrantId, Token};
use oauth_provider::http::Response;
use oauth_provider::params::Params;
use oauth_provider::store::{GrantError, GrantStore};
use oauth_types::ErrorCode;

use crate::app::App;
use crate::memory::seen_tokens;
use crate::objects::accounts::{Accounts, Answer, Line, Room};
use crate::runtime::incoming::Incoming;
use crate::runtime::log;
use crate::sign_in::authorize::{Stage, answer};
use crate::sign_in::returned::{Back, may_exchange, sentry_tokens};
use crate::site::problems;
use crate::upstream::sentry::SentryTokens;

type Outcome = Result<String, (ErrorCode, String)>;

/// The person comes back from Sentry with what they approved.
pub async fn finish(
    approval: Result<Box<Approval>, ApprovalError>,
    back: &Back,
    request: &Incoming,
    app: &App,
) -> Response {
    let approval = match approval {
        Ok(approval) => approval,
        Err(error) => return problems::approval(error, request, app),
    };
    // Matched again, with the function that matched it at the approval.
    let Some(redirect_uri) = approval.redirect_uri() else {
        return problems::no_state(request, app);
    };
    if let Err(refused) = may_exchange(&back.params, request, app).await {
        return refused;
    }
    let outcome = match outcome(&approval, &redirect_uri, &back.params, request, app).await {
        Ok(outcome) => outcome,
        Err(response) => return response,
    };
    let response = approval.respond(redirect_uri, outcome);
    answer(&response, Stage::Approved, app).header("set-cookie", back.spent_cookie(app))
}

/// `Ok` is for the client, `Err` a page.
async fn outcome(
    approval: &Approval,
    redirect_uri: &RegisteredRedirectUri,
    params: &Params,
    request: &Incoming,
    app: &App,
) -> Result<Outcome, Response> {
    let verifier = approval.upstream_verifier(&app.config.keys);
    let tokens = match sentry_tokens(&verifier, params, request, app).await {
        Ok(tokens) => tokens,
        Err(error) => return Ok(Err(error)),
    };
    open(approval, redirect_uri, tokens, request, app).await
}

/// Opens the grant: once, which is what makes the state single-use. The account's line is written first, so that no
/// grant is missing from it; what must make room closes when the new grant is there.
async fn open(
    approval: &Approval,
    redirect_uri: &RegisteredRedirectUri,
    tokens: SentryTokens,
    request: &Incoming,
    app: &App,
) -> Result<Outcome, Response> {
    let (user, props) = tokens.into_props(approval.choices.clone(), app.now);
    // Invariant: a struct of strings and numbers always serializes.
    let sealed = serde_json::to_vec(&props).unwrap_or_default();
    let open = approval.open(redirect_uri, user.id.clone(), sealed, props.expires_at);
    let line = Line {
        grant: approval.grant.clone(),
        client_id: open.client.id.clone(),
        name: approval.name.clone(),
        resource: open.resource.clone(),
        opened_at: app.now,
        used_at: app.now,
        marked: false,
        late: 0,
        skills: approval.choices.clone(),
        scope: open.scope.clone(),
    };
    let trouble = |what: &str, detail: &str| {
        log::problem(&request.id, what, detail);
        let description = "the server cannot answer at the moment; try again".to_owned();
        Ok(Err((ErrorCode::TemporarilyUnavailable, description)))
    };
    let added = match add(line.clone(), &user.id, app).await {
        Ok(added) => added,
        Err(error) => return trouble("the account did not answer", &error.to_string()),
    };
    match app.grants.ask(&approval.grant, open).await {
        Ok(code) => {
            let mut room = added.room;
            if room.crowded {
                // Grants that opened meanwhile could not be closed by each other: the last of them sees all.
                match add(line, &user.id, app).await {
                    Ok(again) => room = again.room,
                    Err(error) => noted(Err(error), request),
                }
            }
            make_room(room, &user.id, request, app).await;
            Ok(Ok(Token::code(approval.grant.clone(), code).expose_text()))
        }
        Err(GrantError::Refused(_)) => {
            if added.is_new {
                // Somebody else's grant, or one that has ended, is not this person's.
                forget_lines(vec![approval.grant.clone()], &user.id, request, app).await;
            }
            Err(problems::already_finished(request, app))
        }
        Err(GrantError::Storage(error)) => trouble("the grant did not open", &error.to_string()),
    }
}

/// Closes grants, which take their lines out, and removes the lines whose grant is no longer there.
async fn make_room(mut room: Room, subject: &str, request: &Incoming, app: &App) {
    for grant in &room.close {
        seen_tokens::forget(grant);
        if let Err(error) = app.grants.ask(grant, Close).await {
            log::problem(&request.id, "a grant did not close", &error.to_string());
            room.stale.retain(|stale| stale != grant);
        }
    }
    if !room.stale.is_empty() {
        forget_lines(room.stale, subject, request, app).await;
    }
}

async fn add(line: Line, subject: &str, app: &App) -> worker::Result<Answer> {
    Accounts::new(&app.env)?.add(subject, line).await
}

async fn forget_lines(gone: Vec<GrantId>, subject: &str, request: &Incoming, app: &App) {
    let remove = async { Accounts::new(&app.env)?.remove(subject, gone).await };
    noted(remove.await, request);
}

/// The list is put right later; the person is not to wait for it.
fn noted(outcome: worker::Result<Answer>, request: &Incoming) {
    if let Err(error) = outcome {
        log::problem(
            &request.id,
            "the account did not answer",
            &error.to_string(),
        );
    }
}
