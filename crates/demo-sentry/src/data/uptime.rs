//! Uptime monitors. Their checks are computed: each succeeds unless it falls into an outage.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::chance::{self, Chance};
use super::issue::Assignee;
use super::{Data, monitor::uuid};

/// So many checks of a monitor are kept.
const KEPT: i64 = 60;

const REGIONS: [(&str, &str); 3] = [
    ("us-west", "US West"),
    ("us-east", "US East"),
    ("eu-west", "EU West"),
];

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UptimeMonitor {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The project's slug.
    pub(crate) project: String,
    pub(crate) environment: Option<String>,
    /// `active` or `disabled`.
    pub(crate) status: String,
    /// 1: made by a person, 3: found by Sentry.
    pub(crate) mode: u8,
    pub(crate) url: String,
    pub(crate) method: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<String>,
    pub(crate) interval_seconds: u32,
    pub(crate) timeout_ms: u32,
    pub(crate) trace_sampling: bool,
    pub(crate) response_capture_enabled: bool,
    pub(crate) owner: Option<Assignee>,
    pub(crate) recovery_threshold: u32,
    pub(crate) downtime_threshold: u32,
    pub(crate) outages: Vec<Outage>,
}

/// A time in which every check fails, in the same way.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Outage {
    from: Timestamp,
    to: Timestamp,
    reason: String,
    http_status_code: Option<u16>,
    duration_ms: u64,
}

/// One check.
pub(crate) struct Check<'a> {
    pub(crate) at: Timestamp,
    outage: Option<&'a Outage>,
    /// Whether so many have failed before it that the monitor is down.
    down: bool,
    number: i64,
}

impl UptimeMonitor {
    pub(crate) fn wire(&self, data: &Data, now: Timestamp) -> Value {
        let active = self.status == "active";
        let down = active && self.checks(now).first().is_some_and(|check| check.down);
        json!({
            "id": self.id,
            "projectSlug": self.project,
            "environment": self.environment,
            "name": self.name,
            "status": self.status,
            "uptimeStatus": if down { 2 } else { 1 },
            "mode": self.mode,
            "url": self.url,
            "method": self.method,
            "headers": self.headers,
            "body": self.body,
            "intervalSeconds": self.interval_seconds,
            "timeoutMs": self.timeout_ms,
            "traceSampling": self.trace_sampling,
            "responseCaptureEnabled": self.response_capture_enabled,
            "owner": self.owner.as_ref().and_then(|owner| owner.wire(data)),
            "recoveryThreshold": self.recovery_threshold,
            "downtimeThreshold": self.downtime_threshold,
        })
    }

    /// Every check, the newest first: the last ones before `now`, and those of older outages.
    pub(crate) fn checks(&self, now: Timestamp) -> Vec<Check<'_>> {
        let step = i64::from(self.interval_seconds.max(1));
        let outage_at = |at: Timestamp| {
            self.outages
                .iter()
                .find(|outage| outage.from <= at && at <= outage.to)
        };
        let oldest = self.outages.iter().map(|outage| outage.from).min();
        let mut checks = Vec::new();
        let mut failed = 0;
        for number in (0..self.steps(oldest, now, step)).rev() {
            let at = now
                .checked_sub(SignedDuration::from_secs(number * step))
                .unwrap_or(Timestamp::MIN);
            let outage = outage_at(at);
            failed = if outage.is_some() { failed + 1 } else { 0 };
            if number < KEPT || outage.is_some() {
                let down = failed >= self.downtime_threshold;
                checks.push(Check {
                    at,
                    outage,
                    down,
                    number,
                });
            }
        }
        checks.reverse();
        checks
    }

    /// How many steps back the oldest check is.
    fn steps(&self, oldest: Option<Timestamp>, now: Timestamp, step: i64) -> i64 {
        let outage = oldest.map_or(0, |oldest| now.duration_since(oldest).as_secs() / step + 1);
        outage.max(KEPT)
    }
}

impl Check<'_> {
    pub(crate) fn wire(&self, monitor: &UptimeMonitor) -> Value {
        let number = self.number.to_string();
        let mut chance = Chance::of(&format!("{}/{number}", monitor.id));
        let turn = usize::try_from(self.number).unwrap_or_default() % REGIONS.len();
        let (region, region_name) = REGIONS.get(turn).copied().unwrap_or_default();
        let status = match (self.outage, self.down) {
            (None, _) => "success",
            (Some(_), false) => "failure",
            (Some(_), true) => "failure_incident",
        };
        let code = self
            .outage
            .map_or(Some(200), |outage| outage.http_status_code);
        json!({
            "id": uuid(&["check", &monitor.id, &number]),
            "uptimeCheckId": uuid(&["check", &monitor.id, &number]),
            "timestamp": self.at,
            "scheduledCheckTime": self.at,
            "checkStatus": status,
            "checkStatusReason": self.outage.map(|outage| &outage.reason),
            "httpStatusCode": code,
            "durationMs": self.outage.map_or_else(|| chance.around(120), |outage| outage.duration_ms),
            "traceId": chance::id(&["check trace", &monitor.id, &number], 32),
            "incidentStatus": u8::from(self.down),
            "environment": monitor.environment,
            "region": region,
            "regionName": region_name,
        })
    }
}
