use super::Moment;
use super::command::{Introspect, Introspected, Refusal, Reply};
use super::effect::Step;
use super::family::Presented;
use super::refresh::retry_of;
use super::state::{Active, Lifecycle};

/// What a token stands for, for the client that it was issued to; anybody else's is as good as unknown (RFC 7662
/// §2.2, §4). "Active" is what would be taken now: an expired access token is not, even while it is still listed,
/// nor a refresh token that is beyond its retries.
pub(super) fn introspect(active: Active, introspect: &Introspect, moment: &Moment<'_>) -> Step {
    let reply = about(&active, introspect, moment)
        .map_or(Reply::Refused(Refusal::Unknown), Reply::Introspected);
    Step::unchanged(Some(Lifecycle::Active(active)), reply)
}

fn about(active: &Active, introspect: &Introspect, moment: &Moment<'_>) -> Option<Introspected> {
    let terms = &active.terms;
    if terms.client.id != introspect.client_id || introspect.strength < terms.client.strength {
        return None;
    }
    let whole = Introspected {
        subject: terms.subject.clone(),
        resource: terms.resource.clone(),
        scope: terms.scope.clone(),
        opened_at: terms.opened_at,
        expires_at: terms.ends_at,
    };
    if let Some(tag) = &introspect.tag {
        let family = active.family.as_ref()?;
        let live = match family.recognise(&introspect.secret, tag) {
            Presented::Current => true,
            Presented::Previous {
                used_at,
                late_retries,
            } => retry_of(used_at, late_retries, moment).is_some(),
            Presented::Older | Presented::Foreign => false,
        };
        return live.then_some(Introspected {
            expires_at: family.expires_at,
            ..whole
        });
    }
    let access = active
        .accesses
        .iter()
        .find(|access| access.hash.matches(&introspect.secret))
        .filter(|access| access.expires_at > moment.now)?;
    Some(Introspected {
        resource: access.resource.clone().unwrap_or(whole.resource),
        scope: access.scope.clone().unwrap_or(whole.scope),
        expires_at: access.expires_at,
        ..whole
    })
}
