//! Answers as Sentry publishes them, and not as the local Sentry happens to have them: every member there, each optional one
//! missing, each that may be `null` so. No tool fails at any.
// file rule: mcp/published-answers: whatever Sentry publishes of an answer may be missing or null, and every tool reads it

use std::sync::OnceLock;

use super::members::{bodies, instead};
use super::stage::{Recording, recordings, wait};
use super::{nothing, with};
use crate::published::answers::variants;
use crate::published::{Of, published};

/// How many published answers a row was tried with, and what went wrong.
pub(crate) struct Tried {
    pub(crate) count: usize,
    pub(crate) problems: Vec<String>,
}

/// Of every row, in their order.
pub(crate) fn tried() -> &'static [Tried] {
    static TRIED: OnceLock<Vec<Tried>> = OnceLock::new();
    TRIED.get_or_init(|| {
        let recordings = recordings();
        wait(|| async move {
            let mut found = vec![];
            for recording in recordings {
                found.push(of_row(recording).await);
            }
            found
        })
    })
}

async fn of_row(recording: &Recording) -> Tried {
    let mut problems = vec![];
    let mut count = 0;
    for (place, body) in bodies(recording) {
        let endpoint = published().endpoint(&place);
        let Some(shape) = endpoint.and_then(|endpoint| endpoint.answer.as_ref()) else {
            continue;
        };
        for (what, answer) in variants(published(), shape, &body) {
            let mut misfits = published().misfits(shape, &answer, "", Of::Answer);
            misfits.retain(|misfit| !misfit.why.ends_with("is not an object"));
            assert!(misfits.is_empty(), "{place} {what}: {misfits:?}");
            count += 1;
            let came = with(recording, instead(&place, &answer)).await;
            let problem = match came.is_error() {
                true => Some(came.words()),
                false => came.misfit(recording.row.tool),
            };
            let name = recording.row.name();
            problems.extend(problem.map(|problem| format!("{name}, {place}, {what}: {problem}")));
        }
    }
    Tried { count, problems }
}

#[test]
fn every_published_answer_is_read() {
    let all: usize = tried().iter().map(|row| row.count).sum();
    assert!(all > 200, "{all}");
    let problems = tried().iter().flat_map(|row| row.problems.clone());
    nothing(&problems.collect::<Vec<_>>());
}
