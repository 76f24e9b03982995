use rand_core::CryptoRng;

use crate::scope::Scope;
use crate::time::UnixTime;

use super::Moment;
use super::command::{Refresh, Refusal, Reply};
use super::effect::{Audit, Step};
use super::family::{Family, Presented};
use super::issue::issue;
use super::outbox::News;
use super::policy::Reuse;
use super::state::{Active, Lifecycle};
use super::terms::Terms;

/// Rotates the refresh token (RFC 6749 §6, RFC 9700 §4.14.2), or serves the predecessor's successor again.
pub(super) fn refresh(
    active: Active,
    refresh: Refresh,
    moment: &Moment<'_>,
    rng: &mut impl CryptoRng,
) -> Step {
    let presented = match &active.family {
        Some(family) if active.terms.client.id == refresh.client_id => {
            family.recognise(&refresh.secret, &refresh.tag)
        }
        _ => Presented::Foreign,
    };
    if matches!(presented, Presented::Foreign) {
        return Step::refused(Lifecycle::Active(active), Refusal::Unknown);
    }
    // Checked first: only its own client may change the grant, also by a wrong or an old token.
    if refresh.strength < active.terms.client.strength {
        return Step::refused(Lifecycle::Active(active), Refusal::Strength);
    }
    if !active.terms.client.takes(refresh.key.as_ref()) {
        return Step::refused(Lifecycle::Active(active), Refusal::Key);
    }
    if active.document.gone {
        let why = active.document.why.clone().unwrap_or_default();
        return Step::refused(Lifecycle::Active(active), Refusal::ClientGone(why));
    }
    let retry = match presented {
        Presented::Current => None,
        Presented::Previous {
            used_at,
            late_retries,
        } => match retry_of(used_at, late_retries, moment) {
            Some(retry) => Some(retry),
            None => return reused(active, moment),
        },
        Presented::Older | Presented::Foreign => return reused(active, moment),
    };
    if let Err(refusal) = check(&active, &refresh) {
        return Step::refused(Lifecycle::Active(active), refusal);
    }
    rotate(active, refresh, retry, moment, rng)
}

/// Whether this refresh would be answered with tokens.
pub(super) fn would_succeed(active: &Active, refresh: &Refresh, moment: &Moment<'_>) -> bool {
    let presented = active
        .family
        .as_ref()
        .map(|family| family.recognise(&refresh.secret, &refresh.tag));
    let good = match presented {
        Some(Presented::Current) => true,
        Some(Presented::Previous {
            used_at,
            late_retries,
        }) => retry_of(used_at, late_retries, moment).is_some(),
        _ => false,
    };
    let client = &active.terms.client;
    good && client.id == refresh.client_id
        && refresh.strength >= client.strength
        && client.takes(refresh.key.as_ref())
        && !active.document.gone
        && check(active, refresh).is_ok()
}

/// A predecessor within its limits.
#[derive(Clone, Copy)]
pub(super) struct Retry {
    late: bool,
    count: u8,
}

/// Within the grace freely; later, in the lenient mode, for some days and some times.
pub(super) fn retry_of(used_at: UnixTime, late_retries: u8, moment: &Moment<'_>) -> Option<Retry> {
    let policy = moment.policy;
    let age = moment.now.since(used_at);
    if age <= policy.grace {
        return Some(Retry {
            late: false,
            count: late_retries,
        });
    }
    let lenient =
        policy.reuse == Reuse::Mark && age <= policy.late && late_retries < policy.late_retries;
    lenient.then_some(Retry {
        late: true,
        count: late_retries.saturating_add(1),
    })
}

fn rotate(
    mut active: Active,
    refresh: Refresh,
    retry: Option<Retry>,
    moment: &Moment<'_>,
    rng: &mut impl CryptoRng,
) -> Step {
    let before = active.clone();
    let used = active.family.as_ref().and_then(Family::used_at);
    let rotated = active.family.take().and_then(|family| match retry {
        None => family.rotate(&refresh.secret, &active.terms, moment, rng),
        Some(retry) => family.retry(&refresh.secret, retry.late, moment, rng),
    });
    let Some((family, props_key, token)) = rotated else {
        // The server key that wrapped it is no longer listed.
        return Step::refused(Lifecycle::Active(before), Refusal::Unknown);
    };
    active.family = Some(family);
    let client = &mut active.terms.client;
    client.has_shown(refresh.strength, refresh.key);
    // A client may name all that it once asked for; the answer states the scope that it gets (RFC 6749 §3.3).
    let scope = refresh
        .scope
        .map(|scope| scope.intersection(&active.terms.scope));
    let issued = issue(
        &mut active,
        &props_key,
        refresh.resource,
        scope,
        Some(token),
        moment,
        rng,
    );
    let Some(issued) = issued else {
        return Step::refused(Lifecycle::Active(before), Refusal::Unknown);
    };
    let late = retry.filter(|retry| retry.late);
    active.late_retries = active.late_retries.saturating_add(late.map_or(0, |_| 1));
    let retries = News::LateRetries(active.late_retries);
    let mut step = Step::changed(Lifecycle::Active(active), Reply::Issued(issued));
    if let Some(Retry { count, .. }) = late {
        step = step
            .audited(Audit::LateRetry(count))
            .telling(retries, moment.now);
    }
    if day(used.unwrap_or(before.terms.opened_at)) < day(moment.now) {
        step = step.telling(News::Used(used), moment.now);
    }
    step
}

/// Days of UTC.
const fn day(time: UnixTime) -> u64 {
    time.0 / 86_400
}

/// A token that should be long forgotten: lost by several windows of one editor, or stolen.
fn reused(mut active: Active, moment: &Moment<'_>) -> Step {
    let refused = Reply::Refused(Refusal::Unknown);
    match moment.policy.reuse {
        Reuse::Mark => {
            active.reuse_seen = active.reuse_seen.saturating_add(1);
            let told = News::Reused(active.reuse_seen);
            Step::changed(Lifecycle::Active(active), refused)
                .audited(Audit::RefreshReused)
                .telling(told, moment.now)
        }
        Reuse::Close => {
            let why = Audit::Closed("an old refresh token was used");
            let closed = Lifecycle::Active(active).into_closed();
            Step::closed(closed, refused, [Audit::RefreshReused, why], moment.now)
        }
    }
}

fn check(active: &Active, refresh: &Refresh) -> Result<(), Refusal> {
    let terms = &active.terms;
    if refresh
        .resource
        .as_ref()
        .is_some_and(|resource| !terms.resource.covers(resource))
    {
        return Err(Refusal::Target);
    }
    scope(terms, refresh.scope.as_ref())
}

/// RFC 6749 §6: a scope that was "not originally granted" must not be included. What was asked for once and is not in
/// the grant is left out, as it was then; only what was never asked for, and a scope of which nothing would be left, is
/// refused.
fn scope(terms: &Terms, named: Option<&Scope>) -> Result<(), Refusal> {
    let Some(named) = named.filter(|named| !named.is_empty()) else {
        return Ok(());
    };
    let gets_any = !named.intersection(&terms.scope).is_empty();
    if gets_any && terms.was_asked_for(named) {
        Ok(())
    } else {
        Err(Refusal::Scope)
    }
}
