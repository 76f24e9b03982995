//! Replacing the props, with a live token in hand: it opens the key under which they are sealed.

use rand_core::CryptoRng;

use crate::crypto::{Sealed, Secret};

use super::Moment;
use super::command::{Refusal, Reply, Reseal};
use super::effect::Step;
use super::state::{Active, Lifecycle, Props};

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
    active.attempt = None;
    Step::changed(Lifecycle::Active(active), Reply::Done)
}

/// The props, opened by any live token.
pub(super) fn props(active: &Active, secret: &Secret, moment: &Moment<'_>) -> Option<Vec<u8>> {
    let key = props_key(active, secret, moment)?;
    active.props.sealed.open(&key, moment.id.as_bytes())
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
