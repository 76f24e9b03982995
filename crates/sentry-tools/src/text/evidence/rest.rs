//! What a detector wrote for people, and then what it wrote for programs, as far as no row says it yet.

use sentry_api::Event;

use super::{Kind, Rows};

/// Members that only Sentry needs.
const INTERNAL: [&str; 9] = [
    "detectorId",
    "detector_id",
    "alertId",
    "alert_id",
    "dataPacketSourceId",
    "data_packet_source_id",
    "config",
    "openPeriodId",
    "eventId",
];

/// Members that a kind tells in its own words.
const fn told(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Performance => &[
            "op",
            "transactionName",
            "parentSpan",
            "parentSpanIds",
            "causeSpanIds",
            "offenderSpanIds",
            "repeatingSpans",
            "repeatingSpansCompact",
            "numRepeatingSpans",
            "patternSpanIds",
            "patternSize",
        ],
        Kind::Metric => &["value", "conditions", "dataSources"],
        Kind::Feedback => &["message", "contact_email", "name", "source"],
        _ => &[],
    }
}

/// Of the findings, for people and for programs each.
const LOOKED_AT: usize = 300;

pub(super) fn rows(kind: Kind, event: &Event, rows: &mut Rows) {
    let Some(occurrence) = event.occurrence() else {
        return;
    };
    rows.more += occurrence.evidence.len().saturating_sub(LOOKED_AT) as u64;
    for found in occurrence.evidence.iter().take(LOOKED_AT) {
        // A query that a row holds already, as the detectors repeat it.
        let query = found
            .value
            .rsplit_once(" - ")
            .map_or(found.value.as_str(), |(_, query)| query);
        let is_told = kind == Kind::Performance && rows.rows.iter().any(|row| row.contains(query));
        if !is_told {
            rows.text(&found.key, &found.value);
        }
    }
    rows.more += occurrence.data.len().saturating_sub(LOOKED_AT) as u64;
    for (name, value) in occurrence.data.iter().take(LOOKED_AT) {
        let is_told = INTERNAL.contains(&name) || told(kind).contains(&name);
        if !is_told && !value.is_nothing() {
            rows.add(name, value);
        }
    }
}
