use std::time::Duration;

use rand_core::CryptoRng;

use crate::crypto::{Secret, Wrapped};
use crate::resource::Resource;
use crate::scope::Scope;

use super::Moment;
use super::command::{Chores, Issued};
use super::document::APART;
use super::family::RefreshToken;
use super::state::{Access, Active};

const DAY: Duration = Duration::from_secs(86_400);

/// The chores that are due, handed out once.
fn chores(active: &mut Active, moment: &Moment<'_>) -> Chores {
    let daily = moment.now.since(active.chores_at) >= DAY;
    if daily {
        active.chores_at = moment.now;
    }
    let described = active.terms.client.id.contains("://");
    let look = described && moment.now.since(active.document.looked_at) >= APART;
    if look {
        active.document.looked_at = moment.now;
    }
    Chores { daily, look }
}

/// Adds an access token; expired ones go, and beyond the limit the oldest.
pub(super) fn issue(
    active: &mut Active,
    props_key: &Secret,
    resource: Option<Resource>,
    scope: Option<Scope>,
    refresh: Option<RefreshToken>,
    moment: &Moment<'_>,
    rng: &mut impl CryptoRng,
) -> Option<Issued> {
    let secret = Secret::draw(rng);
    let wrap = Wrapped::wrap(moment.keys, &secret, moment.id.as_bytes(), props_key, rng)?;
    // Not beyond the grant's own end: the answer states the truth.
    let ends_at = match &active.family {
        Some(family) => family.expires_at,
        None => active.terms.ends_at,
    };
    let expires_at = (moment.now + moment.policy.access).min(ends_at);
    let granted = scope.clone().unwrap_or_else(|| active.terms.scope.clone());
    active
        .accesses
        .retain(|access| access.expires_at > moment.now);
    let excess = (active.accesses.len() + 1).saturating_sub(moment.policy.access_tokens);
    active.accesses.drain(..excess.min(active.accesses.len()));
    active.accesses.push(Access {
        hash: secret.hash(),
        wrap,
        expires_at,
        scope,
        resource,
    });
    let chores = chores(active, moment);
    Some(Issued {
        access: secret,
        expires_in: expires_at.since(moment.now).as_secs(),
        refresh,
        scope: granted,
        chores,
        flow: active.terms.flow.clone(),
        subject: chores.daily.then(|| active.terms.subject.clone()),
    })
}
