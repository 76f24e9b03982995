use rand_core::CryptoRng;

use crate::crypto::{Sealed, Secret, Wrapped};

use super::Moment;
use super::command::{Open, Refusal, Reply};
use super::effect::Step;
use super::outbox::{News, Outbox};
use super::state::{Lifecycle, Pending, Props};
use super::terms::{Terms, Withheld};

/// Opens the grant, once: this is what makes the approval behind it single-use, so an id that was opened before,
/// however it ended, is refused, and so is an approval whose time is over. A sender who did not get the answer asks again
/// with the same code, and gets the same answer for as long as the code is good.
pub(super) fn open(
    state: Option<Lifecycle>,
    open: Open,
    moment: &Moment<'_>,
    rng: &mut impl CryptoRng,
) -> Step {
    if let (Some(_), Some(code)) = (&state, &open.code) {
        return repeat(state, code);
    }
    if state.is_some() || open.approval_ends_at <= moment.now {
        return Step::refused(state, Refusal::AlreadyOpened);
    }
    let about = moment.id.as_bytes();
    let code = open.code.unwrap_or_else(|| Secret::draw(rng));
    let props_key = Secret::draw(rng);
    let sealed = Sealed::seal(&props_key, about, &open.props.0, rng);
    let wrap = Wrapped::wrap(moment.keys, &code, about, &props_key, rng);
    let (Some(props), Some(wrap)) = (sealed, wrap) else {
        return Step::refused(None, Refusal::Unknown);
    };
    let pending = Pending {
        terms: Terms {
            client: open.client,
            subject: open.subject,
            resource: open.resource,
            scope: open.scope,
            asked: open.asked,
            withheld: Withheld::default(),
            opened_at: moment.now,
            ends_at: moment.now + moment.policy.absolute,
            approval_ends_at: open.approval_ends_at,
            flow: open.flow,
        },
        code: code.hash(),
        wrap,
        props: Props {
            sealed: props,
            expire_at: open.props_expire_at,
        },
        challenge: open.challenge,
        redirect_uri: open.redirect_uri,
        expires_at: moment.now + moment.policy.code,
        wrong_tries: 0,
        outbox: Outbox::default(),
    };
    let tells = open.line.is_some();
    let step = Step::changed(Lifecycle::Pending(pending), Reply::Opened { code, tells });
    match open.line {
        Some(line) => step.telling(News::Opened(line), moment.now),
        None => step,
    }
}

/// The answer to an opening once more: to whoever knows the code that was given, until it is redeemed. Nothing changes.
pub(super) fn repeat(state: Option<Lifecycle>, code: &Secret) -> Step {
    match state {
        Some(Lifecycle::Pending(pending)) if pending.code.matches(code) => {
            let (code, tells) = (code.clone(), true);
            let state = Some(Lifecycle::Pending(pending));
            Step::unchanged(state, Reply::Opened { code, tells })
        }
        Some(state) => Step::refused(state, Refusal::AlreadyOpened),
        None => Step::refused(None, Refusal::Unknown),
    }
}
