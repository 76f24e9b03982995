//! Keeping the props of use: whoever knows what they are renews them, with a live token in hand, before the access
//! token that a refresh would issue outlives them.

use rand_core::CryptoRng;

use crate::crypto::{Sealed, Secret};

use super::command::{Refresh, Refusal, Reply, Reseal};
use super::refresh;
use super::state::{Active, Lifecycle, Props};
use super::{Moment, Step};

/// The props, if this refresh would succeed and they end before its access token would. Changes nothing.
#[must_use]
pub fn due(state: &Lifecycle, refresh: &Refresh, moment: &Moment<'_>) -> Option<Vec<u8>> {
    let Lifecycle::Active(active) = state else {
        return None;
    };
    let ends = (moment.now + moment.policy.access).min(active.terms.ends_at);
    if active
        .props
        .expire_at
        .is_none_or(|expire_at| expire_at >= ends)
    {
        return None;
    }
    refresh::would_succeed(active, refresh, moment).then_some(())?;
    let about = moment.id.as_bytes();
    active
        .props
        .sealed
        .open(&props_key(active, &refresh.secret, moment)?, about)
}

/// Whether the props of a grant are still of use.
#[must_use]
pub fn props_live(state: &Lifecycle, moment: &Moment<'_>) -> bool {
    match state {
        Lifecycle::Active(active) => active
            .props
            .expire_at
            .is_none_or(|expire_at| expire_at > moment.now),
        Lifecycle::Pending(_) | Lifecycle::Closed(_) => false,
    }
}

/// Replaces the props, under the same key.
pub(super) fn reseal(
    mut active: Active,
    reseal: Reseal,
    moment: &Moment<'_>,
    rng: &mut impl CryptoRng,
) -> Step {
    let key = props_key(&active, &reseal.secret, moment);
    let sealed = key.and_then(|key| Sealed::seal(&key, moment.id.as_bytes(), &reseal.props.0, rng));
    let Some(sealed) = sealed else {
        return Step::refused(Lifecycle::Active(active), Refusal::Unknown);
    };
    active.props = Props {
        sealed,
        expire_at: reseal.props_expire_at,
    };
    Step::changed(Lifecycle::Active(active), Reply::Done)
}

/// The key under which the props are sealed, opened by any live token.
fn props_key(active: &Active, secret: &Secret, moment: &Moment<'_>) -> Option<Secret> {
    let access = active
        .accesses
        .iter()
        .find(|access| access.hash.matches(secret));
    match access {
        Some(access) => access
            .wrap
            .unwrap(moment.keys, secret, moment.id.as_bytes()),
        None => active.family.as_ref()?.props_key(secret, moment),
    }
}
