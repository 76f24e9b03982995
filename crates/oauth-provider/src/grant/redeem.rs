use rand_core::CryptoRng;

use crate::client::RedirectUri;
use crate::time::UnixTime;

use super::Moment;
use super::command::{Redeem, Refusal, Reply};
use super::effect::{Audit, Step};
use super::family::Family;
use super::issue::issue;
use super::state::{Active, DocumentWatch, Lifecycle, Pending};

/// Redeems the code (RFC 6749 §4.1.3). Everything is checked before the code is consumed, so a wrong client or
/// verifier does not cost the right client its sign-in; [`super::Policy`] limits the tries.
pub(super) fn redeem(
    pending: Pending,
    redeem: Redeem,
    moment: &Moment<'_>,
    rng: &mut impl CryptoRng,
) -> Step {
    if !pending.code.matches(&redeem.secret) {
        return Step::refused(Lifecycle::Pending(pending), Refusal::Unknown);
    }
    if let Err(refusal) = check(&pending, &redeem) {
        return wrong_try(pending, refusal, moment);
    }
    let about = moment.id.as_bytes();
    let Some(props_key) = pending.wrap.unwrap(moment.keys, &redeem.secret, about) else {
        // The server key that wrapped it is no longer listed.
        return Step::refused(Lifecycle::Pending(pending), Refusal::Unknown);
    };
    let before = pending.clone();
    let mut terms = pending.terms;
    terms.client.has_shown(redeem.strength, redeem.key);
    let (family, refresh) = match terms
        .client
        .refresh
        .then(|| Family::begin(&props_key, &terms, moment, rng))
    {
        Some(Some((family, token))) => (Some(family), Some(token)),
        _ => (None, None),
    };
    let mut active = Active {
        terms,
        code: pending.code,
        props: pending.props,
        family,
        accesses: Vec::new(),
        reuse_seen: 0,
        late_retries: 0,
        // The first tokens are a use of the client: its record is renewed at once.
        chores_at: UnixTime(0),
        document: DocumentWatch {
            looked_at: moment.now,
            gone_since: None,
            gone: false,
            why: None,
        },
        attempt: None,
        outbox: pending.outbox,
    };
    match issue(
        &mut active,
        &props_key,
        redeem.resource,
        None,
        refresh,
        moment,
        rng,
    ) {
        Some(issued) => Step::changed(Lifecycle::Active(active), Reply::Issued(issued)),
        None => Step::refused(Lifecycle::Pending(before), Refusal::Unknown),
    }
}

/// A code that comes a second time, from the client that it was issued to: "the authorization server […] SHOULD
/// revoke (when possible) all tokens previously issued based on that authorization code" (RFC 6749 §4.1.2).
pub(super) fn replay(active: Active, redeem: &Redeem, moment: &Moment<'_>) -> Step {
    let client = &active.terms.client;
    // A sender that cannot authenticate as this client must not be able to end its session.
    let theirs = client.id == redeem.client_id
        && redeem.strength >= client.strength
        && client.takes(redeem.key.as_ref());
    if !active.code.matches(&redeem.secret) || !theirs {
        return Step::refused(Lifecycle::Active(active), Refusal::Unknown);
    }
    let why = Audit::Closed("its code was redeemed twice");
    Step::closed(
        Lifecycle::Active(active).into_closed(),
        Reply::Refused(Refusal::Unknown),
        [Audit::CodeReplayed, why],
        moment.now,
    )
}

fn check(pending: &Pending, redeem: &Redeem) -> Result<(), Refusal> {
    let terms = &pending.terms;
    if terms.client.id != redeem.client_id {
        return Err(Refusal::Unknown);
    }
    if redeem.strength < terms.client.strength {
        return Err(Refusal::Strength);
    }
    if !terms.client.takes(redeem.key.as_ref()) {
        return Err(Refusal::Key);
    }
    if redeem
        .redirect_uri
        .as_ref()
        .is_some_and(|uri| !is_same(&pending.redirect_uri, uri))
    {
        return Err(Refusal::RedirectUri);
    }
    if !pending.challenge.matches(&redeem.verifier) {
        return Err(Refusal::Verifier);
    }
    if redeem
        .resource
        .as_ref()
        .is_some_and(|resource| !terms.resource.covers(resource))
    {
        return Err(Refusal::Target);
    }
    Ok(())
}

/// The same comparison as everywhere: the URI of the authorization request accepts the one that is sent now.
fn is_same(asked: &str, sent: &str) -> bool {
    RedirectUri::parse(asked).is_ok_and(|asked| asked.accepts(sent).is_some())
}

fn wrong_try(mut pending: Pending, refusal: Refusal, moment: &Moment<'_>) -> Step {
    pending.wrong_tries = pending.wrong_tries.saturating_add(1);
    let audit = Audit::WrongTry(pending.wrong_tries);
    if pending.wrong_tries >= moment.policy.wrong_tries {
        let why = Audit::Closed("too many wrong tries with its code");
        let closed = Lifecycle::Pending(pending).into_closed();
        return Step::closed(closed, Reply::Refused(refusal), [audit, why], moment.now);
    }
    Step::changed(Lifecycle::Pending(pending), Reply::Refused(refusal)).audited(audit)
}
