//! What calls have changed goes into the log and, after the answer, into the person's history.

use oauth_provider::grant::GrantId;
use sentry_tools::Changed;
use worker::Context;

use crate::deployment::Deployment;
use crate::objects::accounts::Accounts;
use crate::objects::accounts::event::Event;
use crate::runtime::log;

/// Notes the changes of one request. Of a caller with a Sentry token of their own there is no history. A failure is logged.
pub(super) fn note(
    changes: &[Changed],
    (grant, subject): (Option<GrantId>, String),
    request: &str,
    deployment: &Deployment,
    background: &Context,
) {
    if changes.is_empty() {
        return;
    }
    let of = grant.as_ref().map(ToString::to_string).unwrap_or_default();
    let mut events = Vec::with_capacity(changes.len());
    for (number, change) in changes.iter().enumerate() {
        let call = format!("{request}.{number}");
        let event = Event::changed(&of, change, &call, deployment.now);
        log::happened(request, event.2.clone());
        events.push(event.written());
    }
    let Some(grant) = grant else { return };
    let accounts = Accounts::new(deployment.env.clone(), &deployment.config.sentry);
    let request = request.to_owned();
    background.wait_until(async move {
        if let Err(error) = accounts.changed(&subject, grant, events.into()).await {
            log::problem(&request, "the account did not answer", &error.to_string());
        }
    });
}
