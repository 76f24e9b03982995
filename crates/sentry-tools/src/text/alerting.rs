//! Alert rules and metric monitors in words, from the answers that Sentry gives of them. What members wrote stands in code
//! spans; a condition or an action of a kind that is new to us is named and shown as it is.

use sentry_api::Value;

use crate::text::evidence::seconds;
use crate::text::markdown::{code, push, word};
use crate::text::value::written;

/// The most of a member's words, in characters.
const LONGEST: usize = 80;

/// So many conditions or actions of a group are spelled out.
const MOST: usize = 12;

/// Conditions of a rule: `{}` is what is compared with, `{name}` a member of it.
const CONDITIONS: &[(&str, &str)] = &[
    ("first_seen_event", "a new issue appears"),
    ("issue_resolved_trigger", "an issue is resolved"),
    ("reappeared_event", "an archived issue escalates"),
    ("regression_event", "a resolved issue comes back"),
    ("every_event", "any event arrives"),
    ("new_high_priority_issue", "a new issue has high priority"),
    (
        "existing_high_priority_issue",
        "an issue gets high priority",
    ),
    ("issue_priority_deescalating", "an issue's priority falls"),
    (
        "age_comparison",
        "the issue is {comparison_type} than {value} {time}(s)",
    ),
    (
        "assigned_to",
        "it is assigned to {target_type} {target_identifier}",
    ),
    ("event_attribute", "{attribute} {match} {value}"),
    ("tagged_event", "tag {key} {match} {value}"),
    (
        "event_frequency_count",
        "it has more than {value} events in {interval}",
    ),
    (
        "event_frequency_percent",
        "its events rise by more than {value} % in {interval} against {comparison_interval} before",
    ),
    (
        "event_unique_user_frequency_count",
        "more than {value} users meet it in {interval}",
    ),
    (
        "event_unique_user_frequency_percent",
        "its users rise by more than {value} % in {interval} against {comparison_interval} before",
    ),
    (
        "percent_sessions_count",
        "it affects more than {value} % of sessions in {interval}",
    ),
    ("issue_category", "its category is {value}"),
    ("issue_type", "its type is {value}"),
    (
        "issue_occurrences",
        "it has happened at least {value} times",
    ),
    ("issue_priority_equals", "its priority is {}"),
    (
        "issue_priority_greater_or_equal",
        "its priority is at least {}",
    ),
    ("latest_release", "the event is of the latest release"),
    ("level", "the level is {match} {level}"),
];

/// Actions, and what is done with their target.
const ACTIONS: &[(&str, &str)] = &[
    ("email", "email"),
    ("slack", "post to Slack"),
    ("slack_staging", "post to Slack"),
    ("msteams", "post to Microsoft Teams"),
    ("discord", "post to Discord"),
    ("pagerduty", "page by PagerDuty"),
    ("opsgenie", "page by Opsgenie"),
    ("webhook", "call webhook"),
    ("plugin", "call all legacy plugins"),
    ("sentry_app", "tell app"),
    ("jira", "open a ticket in Jira"),
    ("jira_server", "open a ticket in Jira Server"),
    ("github", "open an issue on GitHub"),
    ("github_enterprise", "open an issue on GitHub Enterprise"),
    ("vsts", "open a ticket in Azure DevOps"),
];

/// Sentry's values and what they mean, by the member in which they stand.
const VALUES: &[(&str, &str, &str)] = &[
    ("match", "eq", "exactly"),
    ("match", "ne", "not"),
    ("match", "co", "containing"),
    ("match", "nc", "not containing"),
    ("match", "sw", "starting with"),
    ("match", "ew", "ending with"),
    ("match", "is", "set"),
    ("match", "ns", "not set"),
    ("match", "gte", "at least"),
    ("match", "lte", "at most"),
    ("match", "in", "one of"),
    ("match", "nin", "none of"),
    ("level", "50", "fatal"),
    ("level", "40", "error"),
    ("level", "30", "warning"),
    ("level", "20", "info"),
    ("level", "10", "debug"),
    ("", "25", "low"),
    ("", "50", "medium"),
    ("", "75", "high"),
    ("target_type", "Unassigned", "nobody"),
    ("target_type", "Member", "user"),
    ("target_type", "Team", "team"),
    ("targetType", "issue_owners", "the issue's owners"),
    ("targetType", "specific", ""),
    ("targetType", "sentry_app", ""),
    ("result", "75", "High"),
    ("result", "50", "Medium"),
    ("result", "25", "Low"),
    ("result", "0", "Resolved"),
    ("type", "gt", "above"),
    ("type", "gte", "at or above"),
    ("type", "lt", "below"),
    ("type", "lte", "at or below"),
    ("thresholdType", "0", "upwards"),
    ("thresholdType", "1", "downwards"),
    ("thresholdType", "2", "in both directions"),
];

/// A rule: `When …, and …, then …`.
pub(crate) fn rule(rule: Value<'_>) -> String {
    let mut text = "When ".to_owned();
    conditions(&mut text, rule.get("triggers"), "anything happens");
    let filters = rule.get("actionFilters").elements();
    for (place, filter) in filters.iter().take(MOST).enumerate() {
        text.push_str(if place == 0 { ", " } else { "; " });
        if !filter.get("conditions").elements().is_empty() {
            text.push_str("and if ");
            conditions(&mut text, filter, "");
            text.push_str(", ");
        }
        text.push_str("then ");
        let actions = filter.get("actions").elements();
        for (place, one) in actions.iter().take(MOST).enumerate() {
            text.push_str(if place == 0 { "" } else { " and " });
            action(&mut text, one);
        }
        if actions.is_empty() {
            text.push_str("do nothing");
        }
    }
    text.push_str(if filters.is_empty() {
        ", do nothing."
    } else {
        "."
    });
    if let Some(minutes) = rule.get("config").get("frequency").as_f64()
        && minutes > 0.0
    {
        push(
            &mut text,
            &[
                " At most every ",
                &seconds(minutes * 60.0),
                " for an issue.",
            ],
        );
    }
    if let Some(environment) = rule.get("environment").as_str() {
        push(&mut text, &[" Only in ", &code(environment, LONGEST), "."]);
    }
    if rule.get("enabled").is(false) {
        text.push_str(" It is disabled.");
    }
    text
}

/// The conditions of a group, or what holds where there is none.
fn conditions(text: &mut String, group: Value<'_>, otherwise: &str) {
    let conditions = group.get("conditions").elements();
    if conditions.is_empty() {
        text.push_str(otherwise);
    }
    let between = match group.get("logicType").as_str() {
        Some("all") => " and ",
        Some("none") => {
            text.push_str("it is not true that ");
            " or "
        }
        _ => " or ",
    };
    for (place, condition) in conditions.iter().take(MOST).enumerate() {
        text.push_str(if place == 0 { "" } else { between });
        let kind = condition.get("type").as_str().unwrap_or_default();
        let comparison = condition.get("comparison");
        match CONDITIONS.iter().find(|(name, _)| *name == kind) {
            Some((_, template)) => fill(text, template, comparison),
            None => push(
                text,
                &[
                    &word(kind),
                    " ",
                    &code(&written(comparison, LONGEST), LONGEST),
                ],
            ),
        }
    }
    if conditions.len() > MOST {
        text.push_str(" …");
    }
}

/// A template with its places filled.
fn fill(text: &mut String, template: &str, comparison: Value<'_>) {
    for (place, part) in template.split('{').enumerate() {
        let (name, rest) = match part.split_once('}') {
            Some(split) if place > 0 => split,
            _ => {
                text.push_str(part);
                continue;
            }
        };
        let value = match name {
            "" => comparison,
            name => member(comparison, name),
        };
        text.push_str(&meaning(name, value));
        text.push_str(rest);
    }
    text.truncate(text.trim_end().len());
}

/// A member by its name in snake case or in camel case: Sentry writes both.
fn member<'a>(value: Value<'a>, name: &str) -> Value<'a> {
    let found = value.get(name);
    if !found.is_null() {
        return found;
    }
    let mut camel = String::new();
    for (place, word) in name.split('_').enumerate() {
        let (first, rest) = word.split_at(usize::from(place > 0 && !word.is_empty()));
        push(&mut camel, &[&first.to_ascii_uppercase(), rest]);
    }
    value.get(&camel)
}

/// What a value means where it stands; a word of Sentry's or a number as it is, any other text in a code span.
fn meaning(name: &str, value: Value<'_>) -> String {
    if value.is_null() {
        return String::new();
    }
    let raw = written(value, LONGEST);
    let known = VALUES
        .iter()
        .find(|(of, from, _)| *of == name && *from == raw);
    match (known, value) {
        (Some((_, _, to)), _) => (*to).to_owned(),
        (None, Value::Number(_)) => raw,
        (None, _) if raw.is_empty() => raw,
        (None, _) if matches!(name, "interval" | "comparison_interval") => word(&raw).into_owned(),
        (None, _) if matches!(name, "comparison_type" | "time") => word(&raw).into_owned(),
        _ => code(&raw, LONGEST),
    }
}

fn action(text: &mut String, action: Value<'_>) {
    let kind = action.get("type").as_str().unwrap_or_default();
    match ACTIONS.iter().find(|(name, _)| *name == kind) {
        Some((_, words)) => text.push_str(words),
        None => text.push_str(&word(kind)),
    }
    let config = action.get("config");
    let target = match config.get("targetDisplay") {
        Value::Null => config.get("targetIdentifier"),
        display => display,
    };
    let kind = meaning("targetType", config.get("targetType"));
    // A kind that Sentry names is a word of its vocabulary, which needs no quotes.
    for part in [kind.trim_matches('`'), &meaning("target", target)] {
        if !part.is_empty() {
            push(text, &[" ", part]);
        }
    }
    if action.get("status").as_str() == Some("disabled") {
        text.push_str(" (disabled)");
    }
}

/// The query of a metric monitor.
pub(crate) fn query_of(monitor: Value<'_>) -> Value<'_> {
    let source = monitor.get("dataSources").elements().get(0);
    source.unwrap_or_default().get("queryObj").get("snubaQuery")
}

/// A metric monitor: what it measures, and what follows.
pub(crate) fn monitor(monitor: Value<'_>) -> String {
    let query = query_of(monitor);
    let mut text = meaning("aggregate", query.get("aggregate"));
    if let Value::String(matching) = query.get("query")
        && !matching.is_empty()
    {
        push(&mut text, &[" where ", &code(matching, 2 * LONGEST)]);
    }
    push(
        &mut text,
        &[" of ", &meaning("dataset", query.get("dataset"))],
    );
    if let Some(window) = query.get("timeWindow").as_f64() {
        push(&mut text, &[" over ", &seconds(window)]);
    }
    if let Some(environment) = query.get("environment").as_str() {
        push(&mut text, &[" in ", &code(environment, LONGEST)]);
    }
    text.push('.');
    let config = monitor.get("config");
    let before = config.get("comparisonDelta").as_f64();
    let conditions = monitor.get("conditionGroup").get("conditions").elements();
    for condition in conditions.iter().take(MOST) {
        threshold(&mut text, condition, before);
    }
    if monitor.get("enabled").is(false) {
        text.push_str(" It is disabled.");
    }
    text
}

fn threshold(text: &mut String, condition: Value<'_>, before: Option<f64>) {
    let result = meaning("result", condition.get("conditionResult"));
    let comparison = condition.get("comparison");
    if comparison.is_object() {
        let sensitivity = meaning("sensitivity", comparison.get("sensitivity"));
        let direction = meaning("thresholdType", comparison.get("thresholdType"));
        let parts = [
            " ",
            &result,
            " at anomalies ",
            &direction,
            ", sensitivity ",
            sensitivity.trim_matches('`'),
            ".",
        ];
        return push(text, &parts);
    }
    let kind = meaning("type", condition.get("type"));
    let value = meaning("value", comparison);
    push(text, &[" ", &result, " ", &kind, " ", &value]);
    if let Some(before) = before {
        push(
            text,
            &[" % of change against ", &seconds(before), " before"],
        );
    }
    text.push('.');
}

#[cfg(test)]
mod tests {
    use super::*;
    use sentry_api::Json;
    use serde_json::json;

    fn rule_of(value: &serde_json::Value) -> String {
        rule(Json::from(value).root())
    }

    #[test]
    fn a_rule_in_words() {
        let value = json!({
            "triggers": {"logicType": "any-short", "conditions": [
                {"type": "first_seen_event", "comparison": true},
                {"type": "regression_event", "comparison": true}]},
            "actionFilters": [
                {"logicType": "all", "conditions": [
                    {"type": "level", "comparison": {"level": 40, "match": "gte"}},
                    {"type": "tagged_event", "comparison": {"key": "pay", "match": "eq", "value": "card`x"}}],
                 "actions": [
                    {"type": "email", "config": {"targetType": "team", "targetDisplay": "payments", "targetIdentifier": "1"}},
                    {"type": "slack", "config": {"targetType": "specific", "targetDisplay": "#till"}, "status": "disabled"}]},
                {"logicType": "none", "conditions": [{"type": "issue_priority_greater_or_equal", "comparison": 75}], "actions": []}],
            "environment": "production", "config": {"frequency": 90}, "enabled": false,
        });
        assert_eq!(
            rule_of(&value),
            "When a new issue appears or a resolved issue comes back, and if the level is at least error and tag `pay` \
             exactly `card'x`, then email team `payments` and post to Slack `#till` (disabled); and if it is not true \
             that its priority is at least high, then do nothing. At most every 90 minutes for an issue. Only in \
             `production`. It is disabled."
        );
    }

    #[test]
    fn names_in_both_cases_and_what_is_new_to_us() {
        let value = json!({"triggers": null, "actionFilters": [{"logicType": "any", "conditions": [
            {"type": "age_comparison", "comparison": {"comparisonType": "newer", "value": 2, "time": "day"}},
            {"type": "assigned_to", "comparison": {"target_type": "Unassigned", "target_identifier": ""}},
            {"type": "moon_phase", "comparison": {"phase": "full"}}],
            "actions": [{"type": "email", "config": {"targetType": "issue_owners", "targetIdentifier": null}},
                {"type": "carrier_pigeon", "config": {"targetIdentifier": 7}}]}]});
        assert_eq!(
            rule_of(&value),
            "When anything happens, and if the issue is newer than 2 day(s) or it is assigned to nobody or moon_phase \
             `{phase: full}`, then email the issue's owners and carrier_pigeon 7."
        );
        // Whatever is missing or of another kind is left out.
        for odd in [
            json!({}),
            json!({"triggers": 7, "actionFilters": "x", "config": []}),
            json!(null),
        ] {
            assert_eq!(rule_of(&odd), "When anything happens, do nothing.");
        }
    }

    #[test]
    fn monitors_in_words() {
        let of = |config, conditions| {
            let value = json!({"config": config, "conditionGroup": {"conditions": conditions},
                "dataSources": [{"queryObj": {"snubaQuery": {"aggregate": "count()", "dataset": "events",
                    "query": "level:error", "timeWindow": 3600, "environment": "production"}}}]});
            monitor(Json::from(&value).root())
        };
        let measured = "`count()` where `level:error` of `events` over 1 hour in `production`.";
        let conditions = json!([{"type": "gt", "comparison": 50.5, "conditionResult": 75},
            {"type": "lte", "comparison": 20, "conditionResult": 0}]);
        assert_eq!(
            of(json!({"detectionType": "static"}), conditions.clone()),
            [measured, " High above 50.5. Resolved at or below 20."].concat()
        );
        assert_eq!(
            of(json!({"detectionType": "percent", "comparisonDelta": 604_800}), conditions),
            [
                measured,
                " High above 50.5 % of change against 7 days before. Resolved at or below 20 % of change against 7 \
                 days before."
            ]
            .concat()
        );
        let anomaly = json!([{"type": "anomaly_detection", "conditionResult": 50,
            "comparison": {"sensitivity": "low", "seasonality": "auto", "thresholdType": 2}}]);
        assert_eq!(
            of(json!({"detectionType": "dynamic"}), anomaly),
            [
                measured,
                " Medium at anomalies in both directions, sensitivity low."
            ]
            .concat()
        );
    }
}
