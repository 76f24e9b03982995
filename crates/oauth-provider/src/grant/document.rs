//! Looking after a client that is described by a document. The looks happen after an answer was given and never
//! delay or fail it; only a document that two looks find gone ends what its client can do.

use std::time::Duration;

use super::Moment;
use super::command::{Found, Reply};
use super::effect::{Audit, Step};
use super::state::{Active, DocumentWatch, Lifecycle};

/// Between two looks, and between the two that find a document gone.
pub(crate) const APART: Duration = Duration::from_secs(3600);

/// Notes what a look found. A document that is merely unreachable changes nothing.
pub(super) fn looked(mut active: Active, found: Found, moment: &Moment<'_>) -> Step {
    let before = active.document.gone;
    let watch = &mut active.document;
    match (found, watch.gone_since) {
        (Found::Unclear, _) | (Found::Good, None) => {
            return Step::unchanged(Some(Lifecycle::Active(active)), Reply::Done);
        }
        (Found::Good, Some(_)) => {
            *watch = DocumentWatch {
                looked_at: moment.now,
                gone_since: None,
                gone: false,
                why: None,
            }
        }
        (Found::Gone(why), None) => {
            watch.gone_since = Some(moment.now);
            watch.why = Some(why);
        }
        (Found::Gone(why), Some(since)) => {
            watch.gone = moment.now.since(since) >= APART;
            watch.why = Some(why);
        }
    }
    let gone = active.document.gone;
    let step = Step::changed(Lifecycle::Active(active), Reply::Done);
    if gone && !before {
        step.audited(Audit::ClientGone)
    } else {
        step
    }
}
