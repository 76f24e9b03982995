//! Orders in every text of every answer of Sentry, one text at a time and all at once: a reader that obeys whatever stands
//! outside of marked spans and blocks, or in a member that the answer does not name as others' words, finds nothing to do.
// file rule: mcp/obedient-agent

use serde_json::{Value, json};

use super::faults::failing;
use sentry_tools::{Session, Untrusted};

use super::members::{batches, bodies, changed_at, instead, paths};
use super::stage::{Change, json as answer, recordings};
use super::{Came, calls, nothing, with};
use crate::fixture::session;
use crate::published::answers::at;
use crate::untrusted::attacks::{self, Attack};
use crate::untrusted::obedient::{self, would_do};
use crate::untrusted::{fill, is_ours};

/// Members that hold Sentry's own words in answers of some places, and senders' or members' elsewhere.
const OURS_AT: &[(&str, &[&str])] = &[
    ("/alert-rule-detector/", &["alertRuleId", "detectorId"]),
    ("/available-actions/", &["type", "handlerGroup"]),
    (
        "/dashboards/",
        &["dateCreated", "displayType", "period", "widgetType"],
    ),
    (
        "/data-conditions/",
        &["handlerGroup", "handlerSubgroup", "type"],
    ),
    ("/detectors/", RULES),
    ("/workflows/", RULES),
];

/// Of alert rules and monitors.
const RULES: &[&str] = &[
    "alertRuleId",
    "dataset",
    "dateUpdated",
    "detectionType",
    "detectorIds",
    "eventTypes",
    "extrapolationMode",
    "integrationId",
    "lastTriggered",
    "logicType",
    "owner",
    "projectId",
    "targetType",
    "type",
    "workflowIds",
];

fn is_ours_at(place: &str, name: &str, text: &str) -> bool {
    let here = OURS_AT.iter().filter(|(part, _)| place.contains(part));
    is_ours(name, text) || here.into_iter().any(|(_, names)| names.contains(&name))
}

/// What a reader of the answer would do.
fn obeyed(came: &Came, order: &str) -> Vec<String> {
    let Ok(result) = &came.result else {
        return vec!["is no result".to_owned()];
    };
    let named = result
        .meta
        .iter()
        .find(|(name, _)| *name == "io.sentry/untrusted");
    let members: Vec<String> = named
        .map(|(_, members)| serde_json::from_str(members.get()).unwrap())
        .unwrap_or_default();
    would_do(&came.words(), &members, order)
}

/// How many attacks a row is tried with in all of its texts at once.
const EACH: usize = 12;

/// The attack in every text of every answer.
fn everywhere(attack: &'static Attack) -> Change {
    changed_at(move |place, body| {
        let mut body = body.clone();
        let ours = |name: &str, text: &str| is_ours_at(place, name, text);
        fill(&mut body, "", &ours, attack, &mut 0);
        body
    })
}

#[tokio::test]
async fn orders_in_every_text_at_once_are_not_obeyed() {
    let mut found = vec![];
    // In turn: each row has some of them, and all rows together have all.
    let all: Vec<&'static Attack> = attacks::all().collect();
    assert!(recordings().len() * EACH > all.len());
    let mut turns = all.into_iter().cycle();
    for recording in recordings() {
        for attack in turns.by_ref().take(EACH) {
            let came = with(recording, everywhere(attack)).await;
            for what in obeyed(&came, attack.order) {
                found.push(format!("{}, {}: {what}", recording.row.name(), attack.name));
            }
        }
    }
    nothing(&found);
}

#[tokio::test]
async fn a_connection_without_foreign_text_has_no_sentence_of_it() {
    let mut found = vec![];
    let sentences = attacks::all().filter(|attack| attack.order.contains(' '));
    let sentences: Vec<&'static Attack> = sentences.collect();
    let mut turns = sentences.into_iter().cycle();
    for recording in recordings() {
        for attack in turns.by_ref().take(EACH / 4) {
            let session = Session {
                untrusted: Untrusted::Omit,
                ..session()
            };
            let arguments = recording.row.arguments.clone();
            let came = calls(recording, session, arguments, everywhere(attack)).await;
            if obedient::orders(&came.words(), attack.order) {
                let (name, words) = (recording.row.name(), came.words());
                found.push(format!("{name}, {}: {words}", attack.name));
            }
        }
    }
    nothing(&found);
}

#[tokio::test]
async fn an_order_in_the_reason_of_a_refusal_is_not_obeyed() {
    let mut found = vec![];
    let mut told = 0;
    let all: Vec<&'static Attack> = attacks::all().collect();
    let mut turns = all.into_iter().cycle();
    for recording in recordings() {
        for attack in turns.by_ref().take(EACH) {
            let reason = json!({ "detail": attack.parts.join(" ") }).to_string();
            let refused = failing(None, &Ok(answer(400, reason.as_bytes())));
            let came = with(recording, refused).await;
            told += usize::from(came.words().contains("holds its reason"));
            for what in obeyed(&came, attack.order) {
                found.push(format!("{}, {}: {what}", recording.row.name(), attack.name));
            }
        }
    }
    assert!(told > 10, "{told}");
    nothing(&found);
}

#[tokio::test]
async fn an_order_in_any_one_text_is_not_obeyed() {
    let mut found = vec![];
    // Those that stand in one text.
    let attacks: Vec<&Attack> = attacks::all()
        .filter(|attack| attack.parts.len() == 1)
        .collect();
    let mut turns = attacks.iter().cycle();
    let mut tried = 0;
    for recording in recordings() {
        for (place, body) in bodies(recording) {
            for texts in batches(texts(&place, &body), |steps| steps) {
                let mut body = body.clone();
                let put: Vec<_> = texts.iter().zip(turns.by_ref()).collect();
                for (steps, attack) in &put {
                    *at(&mut body, steps).unwrap() = attack.parts[0].into();
                }
                let came = with(recording, instead(&place, &body)).await;
                for (steps, attack) in put {
                    tried += 1;
                    for what in obeyed(&came, attack.order) {
                        let name = recording.row.name();
                        found.push(format!(
                            "{name}, {place} {steps:?}, {}: {what}",
                            attack.name
                        ));
                    }
                }
            }
        }
    }
    assert!(tried > 1_000, "{tried}");
    nothing(&found);
}

/// The texts that a sender or a member can write.
fn texts(place: &str, body: &Value) -> Vec<Vec<String>> {
    let mut body = body.clone();
    let mut found = paths(&body);
    found.retain(|steps| {
        let mut names = steps.iter().rev();
        let name = names.find(|step| step.parse::<usize>().is_err());
        let text = at(&mut body, steps).and_then(|value| value.as_str());
        text.is_some_and(|text| !is_ours_at(place, name.map_or("", String::as_str), text))
    });
    found
}
