//! What the person who allowed it takes back while the grant lives: one of the choices, or everything. No token is at
//! hand then, so nothing sealed is opened: the state remembers what was taken back, and an inspection names it.

use crate::scope::Scope;

use super::Moment;
use super::command::{Refusal, Reply, Withhold};
use super::effect::{Audit, Effect, Step};
use super::outbox::News;
use super::state::Lifecycle;

/// Takes one choice back, for the tokens that are out as well. The scope shrinks to what the other choices need; with
/// the last of them, or the last of the scope, the grant ends.
pub(super) fn withhold(mut state: Lifecycle, withhold: Withhold, moment: &Moment<'_>) -> Step {
    let Some(terms) = terms_of(&mut state, &withhold.subject) else {
        return Step::refused(state, Refusal::Unknown);
    };
    let before = (terms.withheld.choices.len(), terms.scope.clone());
    if terms.withheld.choices.is_empty() {
        terms.withheld.granted = terms.scope.clone();
    }
    if !terms.withheld.choices.contains(&withhold.choice) {
        terms.withheld.choices.push(withhold.choice);
    }
    // The sender may not know of a choice that was taken back a moment ago: only what the state remembers counts.
    let kept = withhold
        .choices
        .iter()
        .filter(|choice| !terms.withheld.choices.contains(&choice.name))
        .flat_map(|choice| choice.scope.iter().map(str::to_owned));
    terms.scope = terms.scope.intersection(&kept.collect());
    let (withheld, left) = (terms.withheld.choices.clone(), terms.scope.clone());
    let count = withheld.len();
    if left.is_empty() {
        let why = Audit::Closed("its person took the last of it back");
        return Step::closed(state.into_closed(), Reply::Left(left), [why], moment.now);
    }
    if (count, &left) == (before.0, &before.1) {
        return Step::unchanged(Some(state), Reply::Left(left));
    }
    if let Lifecycle::Active(active) = &mut state {
        active
            .accesses
            .retain_mut(|access| narrow(&mut access.scope, &left));
    }
    let told = News::Narrowed(withheld, left.clone());
    Step::changed(state, Reply::Left(left))
        .audited(Audit::Withheld(count))
        .and(Effect::ForgetTokens)
        .telling(told, moment.now)
}

/// Ends the grant on behalf of the person who allowed it.
pub(super) fn recall(mut state: Lifecycle, subject: &str, moment: &Moment<'_>) -> Step {
    if terms_of(&mut state, subject).is_none() {
        return Step::refused(state, Refusal::Unknown);
    }
    let why = Audit::Closed("its person ended it");
    Step::recalled(state.into_closed(), Reply::Done, why, moment.now)
}

/// The grant, if it is live and this person allowed it.
fn terms_of<'a>(state: &'a mut Lifecycle, subject: &str) -> Option<&'a mut super::Terms> {
    let terms = match state {
        Lifecycle::Pending(pending) => &mut pending.terms,
        Lifecycle::Active(active) => &mut active.terms,
        Lifecycle::Closed(_) => return None,
    };
    (terms.subject == subject).then_some(terms)
}

/// Whether anything is left of an access token whose scope was narrowed.
fn narrow(scope: &mut Option<Scope>, left: &Scope) -> bool {
    scope.as_mut().is_none_or(|scope| {
        *scope = scope.intersection(left);
        !scope.is_empty()
    })
}
