//! Back from Sentry: the grant opens, and the client gets its code.

use futures_util::future::join;
use oauth_provider::UnixTime;
use oauth_provider::authorize::{Approval, ApprovalError};
use oauth_provider::client::RegisteredRedirectUri;
use oauth_provider::grant::{Close, GrantId, Token};
use oauth_provider::http::Response;
use oauth_provider::store::{GrantError, GrantStore};
use oauth_types::ErrorCode;
use serde_json::json;

use crate::deployment::Deployment;
use crate::memory::seen_tokens;
use crate::objects::accounts::{Accounts, Answer, Line, Room};
use crate::runtime::incoming::Incoming;
use crate::runtime::log;
use crate::sign_in::authorize::{Stage, answer};
use crate::sign_in::problems;
use crate::sign_in::reach::Look;
use crate::sign_in::returned::{Back, NoTokens, may_exchange, sentry_tokens};
use crate::site::cookies::Jar;
use crate::site::errors::HandlerError;
use crate::site::pages::ErrorPage;
use crate::stores::grant_store::Grants;
use crate::upstream::sentry::{Props, confirmed};

/// Why a return brings the client no code.
enum NoCode {
    /// The client is told.
    ForClient(NoTokens),
    /// The client has its answer already; the person reads a page.
    ForPerson(HandlerError),
    /// The address that the client connects to is of nothing that the person has: a page with those that are.
    Nowhere(Box<ErrorPage>),
}

/// The person comes back from Sentry with what they approved.
///
/// # Errors
/// The approval is not to be believed, there were too many returns, or this one was finished already.
pub async fn finish(
    approval: Result<Box<Approval>, ApprovalError>,
    back: &Back,
    request: &Incoming,
    deployment: &Deployment,
    grants: &Grants,
) -> Result<Response, HandlerError> {
    let jar = Jar::of(deployment);
    let approval = approval.map_err(|error| problems::approval(error, request, &jar))?;
    // Matched again, with the function that matched it at the approval.
    let redirect_uri = approval
        .redirect_uri()
        .ok_or_else(|| problems::no_state(&request.url))?;
    may_exchange(back, request, &deployment.env).await?;
    let verifier = approval.upstream_verifier(jar.keys);
    let sentry = &deployment.config.sentry;
    let code = match sentry_tokens(&verifier, back, request, sentry, jar.origin).await {
        Ok(tokens) => {
            let (choices, limits) = (approval.choices.clone(), approval.limits.clone());
            let (user, props) = tokens.into_props(choices, limits, jar.now);
            let opening = Opening {
                subject: &user.id,
                accounts: Accounts::new(deployment.env.clone(), sentry),
                grants,
                request_id: &request.id,
                deployment,
            };
            opening.open(&approval, &redirect_uri, props).await
        }
        Err(error) => Err(NoCode::ForClient(error)),
    };
    let spent = back.spent_cookie(jar.origin);
    let outcome = match code {
        Ok(code) => Ok(code),
        Err(NoCode::ForClient(NoTokens { code, description })) => Err((code, description)),
        Err(NoCode::ForPerson(error)) => return Err(error),
        Err(NoCode::Nowhere(page)) => {
            let page = page.answer(request, &deployment.settings);
            return Ok(page.header("set-cookie", spent));
        }
    };
    let response = approval.respond(redirect_uri, outcome);
    Ok(answer(&response, Stage::Approved, deployment).header("set-cookie", spent))
}

/// A grant that is about to open, and the list of its person's grants.
struct Opening<'a> {
    /// Sentry's id of the person.
    subject: &'a str,
    accounts: Accounts,
    grants: &'a Grants,
    request_id: &'a str,
    deployment: &'a Deployment,
}

impl Opening<'_> {
    /// Opens the grant: once, which is what makes the state single-use. The account's line is written first, so that no
    /// grant is missing from it; meanwhile Sentry is asked whether what the address names is there. What must make room
    /// closes when the new grant is there. Answers the authorization code.
    async fn open(
        &self,
        approval: &Approval,
        redirect_uri: &RegisteredRedirectUri,
        mut props: Props,
    ) -> Result<String, NoCode> {
        let now = self.deployment.now;
        let line = line(approval, now);
        let look = Look::at(approval, &props, self.deployment);
        let (added, found) = join(self.add(line.clone()), look.confirmed(self.request_id)).await;
        let found = match found {
            Ok(found) => found,
            Err(missing) => {
                if added.is_ok_and(|added| added.is_new) {
                    self.forget_lines(vec![approval.grant.clone()]).await;
                }
                let page = look
                    .page(missing, approval, redirect_uri, &props.user)
                    .await;
                return Err(NoCode::Nowhere(Box::new(page)));
            }
        };
        let added = added
            .map_err(|error| self.try_again("the account did not answer", &error.to_string()))?;
        props.confirmed = found.map_or_else(String::new, |found| confirmed(&found, now));
        // Invariant: a struct of strings and numbers always serializes.
        let sealed = serde_json::to_vec(&props).unwrap_or_default();
        let subject = self.subject.to_owned();
        let open = approval.open(redirect_uri, subject, sealed, props.expires_at);
        match self.grants.ask(&approval.grant, open).await {
            Ok(code) => {
                let opened = json!({"event": "opened", "grant": line.grant.to_string()});
                log::happened(self.request_id, opened);
                let opened = self.accounts.opened(self.subject, line.grant.clone());
                self.note(opened.await);
                self.make_room(added.room, line).await;
                Ok(Token::code(approval.grant.clone(), code).expose_text())
            }
            Err(GrantError::Refused(_)) => {
                if added.is_new {
                    // Somebody else's grant, or one that has ended, is not this person's.
                    self.forget_lines(vec![approval.grant.clone()]).await;
                }
                Err(NoCode::ForPerson(problems::already_finished()))
            }
            Err(GrantError::Storage(error)) => {
                Err(self.try_again("the grant did not open", &error.to_string()))
            }
        }
    }

    /// Closes the grants that the new one replaces or crowds out.
    async fn make_room(&self, mut room: Room, line: Line) {
        if room.crowded {
            // Grants that opened meanwhile could not be closed by each other: the last of them sees all.
            match self.add(line).await {
                Ok(again) => room = again.room,
                Err(error) => self.note(Err(error)),
            }
        }
        // A grant that closes takes its own line out; the lines of grants that are no longer there are removed here.
        for grant in &room.close {
            seen_tokens::forget(grant);
            if let Err(error) = self.grants.ask(grant, Close).await {
                log::problem(self.request_id, "a grant did not close", &error.to_string());
                room.stale.retain(|stale| stale != grant);
            }
        }
        if !room.stale.is_empty() {
            self.forget_lines(room.stale).await;
        }
    }

    async fn add(&self, line: Line) -> worker::Result<Answer> {
        self.accounts.add(self.subject, line).await
    }

    async fn forget_lines(&self, gone: Vec<GrantId>) {
        self.note(self.accounts.remove(self.subject, gone).await);
    }

    /// Logs a failure. The list is put right later; the person is not to wait for it.
    fn note(&self, outcome: worker::Result<Answer>) {
        if let Err(error) = outcome {
            log::problem(
                self.request_id,
                "the account did not answer",
                &error.to_string(),
            );
        }
    }

    /// Logs our own trouble, of which the client hears only that it may try again.
    fn try_again(&self, what: &str, detail: &str) -> NoCode {
        log::problem(self.request_id, what, detail);
        NoCode::ForClient(NoTokens {
            code: ErrorCode::TemporarilyUnavailable,
            description: "the server cannot answer at the moment; try again".to_owned(),
        })
    }
}

/// What the person's list says of the grant.
fn line(approval: &Approval, now: UnixTime) -> Line {
    Line {
        grant: approval.grant.clone(),
        client_id: approval.client_id().to_owned(),
        name: approval.name.clone(),
        resource: approval.resource().clone(),
        opened_at: now,
        used_at: now,
        shown_at: approval.shown_at,
        allowed_at: Some(approval.approved_at()),
        used_before: None,
        marked: false,
        marked_at: None,
        late: 0,
        skills: approval.choices.clone(),
        limits: approval.limits.clone(),
        scope: approval.scope().clone(),
    }
}
