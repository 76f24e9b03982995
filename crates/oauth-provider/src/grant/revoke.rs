use super::Moment;
use super::command::{Refusal, Reply, Revoke};
use super::effect::{Audit, Effect, Step};
use super::family::Presented;
use super::state::{Active, Lifecycle};

/// Revokes an access token, or with a refresh token (an old one too) the whole grant (RFC 7009 §2.1). Somebody
/// else's token, or one that is not known, is answered alike and changes nothing (§2.2). A client that must authenticate
/// and did not hears so ("The authorization server first validates the client credentials"): told that it is done, it
/// would believe that its token is gone.
pub(super) fn revoke(mut active: Active, revoke: &Revoke, moment: &Moment<'_>) -> Step {
    let client = &active.terms.client;
    if client.id != revoke.client_id || !knows(&active, revoke) {
        return Step::unchanged(Some(Lifecycle::Active(active)), Reply::Done);
    }
    if revoke.strength < client.strength {
        return Step::refused(Some(Lifecycle::Active(active)), Refusal::Strength);
    }
    if revoke.tag.is_some() {
        let why = Audit::Closed("its client revoked it");
        let closed = Lifecycle::Active(active).into_closed();
        return Step::closed(closed, Reply::Done, [why], moment.now);
    }
    active
        .accesses
        .retain(|access| !access.hash.matches(&revoke.secret));
    Step::changed(Lifecycle::Active(active), Reply::Done).and(Effect::ForgetTokens)
}

/// Whether the token is one of this grant's.
fn knows(active: &Active, revoke: &Revoke) -> bool {
    match &revoke.tag {
        Some(tag) => active.family.as_ref().is_some_and(|family| {
            !matches!(family.recognise(&revoke.secret, tag), Presented::Foreign)
        }),
        None => active
            .accesses
            .iter()
            .any(|access| access.hash.matches(&revoke.secret)),
    }
}
