//! Transitions by the passing of time. An alarm may ring late, early or more than once.

use super::Moment;
use super::effect::{Effect, News, Step};
use super::state::Lifecycle;

/// What the ringing of an alarm finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rang {
    /// The grant lives on.
    Lives,
    /// It has ended. When the account has been told, [`leave`] is due; until then nothing has changed, since the state is
    /// all that knows whose list it must leave.
    Ended,
}

/// The alarm rings: a grant that lives is given the next one, of one that has ended the account is told.
pub fn ring(state: Option<Lifecycle>, moment: &Moment<'_>) -> Step<Rang> {
    let is_open = |state: &Lifecycle| !state.is_closed();
    if state
        .clone()
        .and_then(|state| state.at(moment.now))
        .is_some_and(|state| is_open(&state))
    {
        return leave(state, moment).map(|()| Rang::Lives);
    }
    let told = state
        .as_ref()
        .map(|state| Effect::tell(state.subject(), News::Ended));
    Step {
        effects: told.into_iter().collect(),
        ..Step::unchanged(state, Rang::Ended)
    }
}

/// Makes durable what time has done, after the account was told: what is closed for good is deleted, what has ended stays
/// closed until then.
pub fn leave(state: Option<Lifecycle>, moment: &Moment<'_>) -> Step<()> {
    match state.and_then(|state| state.at(moment.now)) {
        Some(state) => {
            let alarm = Some(state.ends_at());
            Step::unchanged(Some(state), ()).stored(alarm)
        }
        None => Step::unchanged(None, ()).and(Effect::Delete),
    }
}
