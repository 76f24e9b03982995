//! Transitions by the passing of time. An alarm may ring late, early or more than once.

use super::Moment;
use super::effect::{Effect, Step};
use super::outbox::give_up;
use super::state::Lifecycle;

/// The alarm rings: what time has done is made durable, with the next alarm, and what was not acknowledged is told (again).
/// What has ended and told so is deleted.
pub fn ring(state: Option<Lifecycle>, moment: &Moment<'_>) -> Step<()> {
    let state = state.and_then(|state| state.at(moment.now));
    let Some(state) = state.map(|state| state.repeating(moment.now)) else {
        return Step::unchanged(None, ()).and(Effect::Delete);
    };
    if state.has_given_up() {
        return give_up();
    }
    let told = state.untold().map(|(subject, news)| {
        let (subject, all) = (subject.to_owned(), news.to_vec());
        (all.into_iter()).map(move |dated| Effect::TellAccount {
            subject: subject.clone(),
            news: dated.news,
        })
    });
    let alarm = Some(state.rings_at());
    let told: Vec<_> = told.into_iter().flatten().collect();
    let step = Step::unchanged(Some(state), ()).stored(alarm);
    told.into_iter().fold(step, Step::and)
}
