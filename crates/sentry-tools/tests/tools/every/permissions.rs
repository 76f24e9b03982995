//! Sessions without the skill or the scopes of a tool: it says so, and asks Sentry nothing.
// file rule: mcp/missing-scope-or-skill

use mcp::CallError;
use sentry_tools::{Refusal, Scopes, Session, Skill, Skills};

use super::stage::{recordings, unchanged};
use super::{calls, nothing};
use crate::fixture::session;

#[tokio::test]
async fn without_its_skill_a_tool_says_which_and_asks_nothing() {
    let mut found = vec![];
    let mut tried = 0;
    for recording in recordings() {
        let tool = recording.row.tool;
        let arguments = || recording.row.arguments.clone();
        // Those that turn it on, each alone.
        let mut others = Skills::NONE;
        for skill in Skill::ALL {
            let session = Session {
                skills: Skills::of(&[skill]),
                ..session()
            };
            let came = calls(recording, session, arguments(), unchanged()).await;
            if came.words().contains("needs a skill that was not allowed") {
                others = others.iter().chain([skill]).collect();
            }
        }
        if others == Skills::NONE {
            continue;
        }
        tried += 1;
        let session = Session {
            skills: others,
            ..session()
        };
        let came = calls(recording, session, arguments(), unchanged()).await;
        let words = came.words();
        if !came.is_error() || !came.asked.is_empty() || !words.contains("Connect again and tick") {
            found.push(format!("{tool}: {words}"));
        }
    }
    assert!(tried > 15, "{tried}");
    nothing(&found);
}

#[tokio::test]
async fn without_its_scopes_the_transport_says_so_and_nothing_is_asked() {
    let mut found = vec![];
    for recording in recordings() {
        let session = Session {
            scopes: Scopes::NONE,
            ..session()
        };
        let arguments = recording.row.arguments.clone();
        let came = calls(recording, session, arguments, unchanged()).await;
        let is_refused = matches!(
            came.result,
            Err(CallError::Refused(Refusal::InsufficientScope { .. }))
        );
        if !is_refused || !came.asked.is_empty() {
            found.push(format!("{}: {}", recording.row.tool, came.words()));
        }
    }
    nothing(&found);
}
