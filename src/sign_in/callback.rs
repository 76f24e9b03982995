//! Back from Sentry: the grant opens, and the client gets its code.

use oauth_provider::UnixTime;
use oauth_provider::authorize::{Approval, ApprovalError};
use oauth_provider::client::RegisteredRedirectUri;
use oauth_provider::crypto::Secret;
use oauth_provider::grant::{Open, Opened, Refusal, Repeat, Token};
use oauth_provider::http::Response;
use oauth_provider::store::{GrantError, GrantStore, StoreError};
use oauth_types::ErrorCode;
use serde_json::json;

use crate::deployment::Deployment;
use crate::objects::accounts::{Accounts, Line};
use crate::runtime::facts::Fault;
use crate::runtime::incoming::Incoming;
use crate::runtime::log;
use crate::sign_in::authorize::{Stage, answer};
use crate::sign_in::problems;
use crate::sign_in::reach::Look;
use crate::sign_in::returned::{Back, NoTokens, may_exchange, sentry_tokens};
use crate::site::cookies::Jar;
use crate::site::errors::{HandlerError, told};
use crate::site::pages::ErrorPage;
use crate::site::shut_out::{client_denied, paused};
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
    request.facts.sign_in(approval.flow.as_ref());
    request.facts.grant(&approval.grant);
    deployment.note_client(approval.client_id());
    // Matched again, with the function that matched it at the approval.
    let redirect_uri = approval
        .redirect_uri()
        .ok_or_else(|| problems::no_state(&request.url))?;
    // What was switched since the approval holds for it too.
    let settings = &deployment.settings;
    if settings.denies_client(approval.client_id()) || settings.denies_answers_to(&redirect_uri) {
        return Err(client_denied(approval.client_id().to_owned()).into());
    }
    if deployment.config.switches.read_only {
        return Err(paused().into());
    }
    may_exchange(back, request, &deployment.env).await?;
    let verifier = approval.upstream_verifier(jar.keys);
    let sentry = &deployment.config.sentry;
    let sentry_code = back.params.one("code").ok().flatten();
    let secret = approval.code(sentry_code.unwrap_or_default(), jar.keys);
    let code = match sentry_tokens(&verifier, back, request, sentry, jar.origin).await {
        Ok(tokens) => {
            let (choices, limits) = (approval.choices.clone(), approval.limits.clone());
            let (user, props) = tokens.into_props(choices, limits, jar.now);
            deployment.note_person(&user.id);
            let opening = Opening {
                subject: &user.id,
                grants,
                request_id: &request.id,
                deployment,
            };
            opening.open(&approval, &redirect_uri, props, secret).await
        }
        // Its code is good once: of a return that comes again, because its answer was lost, the grant knows.
        Err(error) if sentry_code.is_some() => again(&approval, secret, error, grants).await,
        Err(error) => Err(NoCode::ForClient(error)),
    };
    let spent = back.spent_cookie(jar.origin);
    let outcome = match code {
        Ok(code) => Ok(code),
        Err(NoCode::ForClient(NoTokens { code, description })) => Err((code, description)),
        Err(NoCode::ForPerson(error)) => return Err(error),
        Err(NoCode::Nowhere(page)) => {
            request.facts.learn(|known| page.tell(known));
            let page = page.answer(request, &deployment.settings);
            return Ok(page.header("set-cookie", spent));
        }
    };
    let response = approval.respond(redirect_uri, outcome);
    request.facts.learn(|known| told(&response, known));
    Ok(answer(&response, Stage::Approved, deployment).header("set-cookie", spent))
}

/// The answer to a return that was finished before, while its client has not redeemed the code; `error` is why Sentry gave no
/// tokens for it. Whoever has the return, and the cookie of the browser that began it, gets no more than they did then.
async fn again(
    approval: &Approval,
    code: Secret,
    error: NoTokens,
    grants: &Grants,
) -> Result<String, NoCode> {
    match grants.ask(&approval.grant, Repeat { code }).await {
        Ok(opened) => Ok(Token::code(approval.grant.clone(), opened.code).expose_text()),
        Err(GrantError::Refused(Refusal::AlreadyOpened)) => {
            Err(NoCode::ForPerson(problems::already_finished()))
        }
        Err(_) => Err(NoCode::ForClient(error)),
    }
}

/// A grant that is about to open.
struct Opening<'a> {
    /// Sentry's id of the person.
    subject: &'a str,
    grants: &'a Grants,
    request_id: &'a str,
    deployment: &'a Deployment,
}

impl Opening<'_> {
    /// Opens the grant: once, which is what makes the state single-use. Before that, Sentry is asked whether what the
    /// address names is there. The grant itself tells the person's list, after the answer. Answers the authorization code.
    async fn open(
        &self,
        approval: &Approval,
        redirect_uri: &RegisteredRedirectUri,
        mut props: Props,
        code: Secret,
    ) -> Result<String, NoCode> {
        let now = self.deployment.now;
        let look = Look::at(approval, &props, self.deployment);
        let found = match look.confirmed(self.request_id).await {
            Ok(found) => found,
            Err(missing) => {
                let page = look
                    .page(missing, approval, redirect_uri, &props.user)
                    .await;
                return Err(NoCode::Nowhere(Box::new(page)));
            }
        };
        props.confirmed = found.map_or_else(String::new, |found| confirmed(&found, now));
        // Invariant: a struct of strings and numbers always serializes.
        let sealed = serde_json::to_vec(&props).unwrap_or_default();
        let subject = self.subject.to_owned();
        let line = line(approval, now);
        let open = Open {
            code: Some(code),
            line: serde_json::to_string(&line).ok(),
            ..approval.open(redirect_uri, subject, sealed, props.expires_at)
        };
        match self.send(approval, open).await {
            Ok(opened) => {
                let event = json!({"event": "opened", "grant": approval.grant.to_string()});
                log::happened(self.request_id, event);
                if !opened.tells {
                    self.add(line).await;
                }
                Ok(Token::code(approval.grant.clone(), opened.code).expose_text())
            }
            Err(GrantError::Refused(_)) => Err(NoCode::ForPerson(problems::already_finished())),
            Err(GrantError::Storage(error)) => {
                Err(self.try_again("the grant did not open", &error.to_string()))
            }
        }
    }

    /// Sends it once more if there was no answer: the grant gives the same one, if it had opened.
    async fn send(&self, approval: &Approval, open: Open) -> Result<Opened, GrantError> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.grants.ask(&approval.grant, open.clone()).await {
                Err(GrantError::Storage(StoreError(error))) if tries < 2 => {
                    log::problem(self.request_id, "an opening was not answered", &error);
                }
                answer => return answer,
            }
        }
    }

    /// Adds the line of a grant whose object is of the version before, and tells nobody.
    async fn add(&self, line: Line) {
        let deployment = self.deployment;
        let accounts = Accounts::new(deployment.env.clone(), &deployment.config.sentry);
        if let Err(error) = accounts.add(self.subject, line).await {
            let detail = error.to_string();
            log::problem(self.request_id, "the account did not answer", &detail);
        }
    }

    /// Logs our own trouble, of which the client hears only that it may try again.
    fn try_again(&self, what: &str, detail: &str) -> NoCode {
        self.deployment.facts.learn(|known| {
            known.fault = Fault::Ours;
            known.detail = [what, ": ", detail].concat();
        });
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
