use super::command::{Reply, Revoke};
use super::effect::{Audit, Effect, Step};
use super::family::Presented;
use super::state::{Active, Lifecycle};

/// Revokes an access token, or with a refresh token (an old one too) the whole grant (RFC 7009 §2.1). Somebody
/// else's token, or one that is not known, is answered alike and changes nothing (§2.2).
pub(super) fn revoke(mut active: Active, revoke: &Revoke) -> Step {
    let terms = &active.terms;
    if terms.client.id != revoke.client_id || revoke.strength < terms.client.strength {
        return Step::unchanged(Some(Lifecycle::Active(active)), Reply::Done);
    }
    if let Some(tag) = &revoke.tag {
        let ours = active.family.as_ref().is_some_and(|family| {
            !matches!(family.recognise(&revoke.secret, tag), Presented::Foreign)
        });
        if ours {
            let why = Audit::Closed("its client revoked it");
            return Step::closed(active.terms.close(), Reply::Done, [why]);
        }
        return Step::unchanged(Some(Lifecycle::Active(active)), Reply::Done);
    }
    let before = active.accesses.len();
    active
        .accesses
        .retain(|access| !access.hash.matches(&revoke.secret));
    if active.accesses.len() == before {
        return Step::unchanged(Some(Lifecycle::Active(active)), Reply::Done);
    }
    Step::changed(Lifecycle::Active(active), Reply::Done).and(Effect::ForgetTokens)
}
