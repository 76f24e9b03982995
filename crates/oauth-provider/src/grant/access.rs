use crate::crypto::{Bytes, Secret};

use super::Moment;
use super::command::{Inspected, Refusal, Reply};
use super::effect::Step;
use super::state::{Active, Lifecycle};

/// What an access token stands for. Changes nothing, so it costs a read.
pub(super) fn inspect(active: Active, secret: &Secret, moment: &Moment<'_>) -> Step {
    let reply =
        info(&active, secret, moment).map_or(Reply::Refused(Refusal::Unknown), Reply::Valid);
    Step::unchanged(Some(Lifecycle::Active(active)), reply)
}

fn info(active: &Active, secret: &Secret, moment: &Moment<'_>) -> Option<Inspected> {
    let access = active
        .accesses
        .iter()
        .find(|access| access.hash.matches(secret))?;
    if access.expires_at <= moment.now {
        return None;
    }
    let about = moment.id.as_bytes();
    let props_key = access.wrap.unwrap(moment.keys, secret, about)?;
    let terms = &active.terms;
    Some(Inspected {
        grant: moment.id.clone(),
        client_id: terms.client.id.clone(),
        subject: terms.subject.clone(),
        resource: access
            .resource
            .clone()
            .unwrap_or_else(|| terms.resource.clone()),
        scope: access.scope.clone().unwrap_or_else(|| terms.scope.clone()),
        expires_at: access.expires_at,
        props: Bytes(active.props.sealed.open(&props_key, about)?),
        withheld: terms.withheld.choices.clone(),
        flow: terms.flow.clone(),
    })
}
