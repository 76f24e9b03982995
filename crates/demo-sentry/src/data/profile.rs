//! What transactions spend their time with, in the two forms that Sentry answers: one profile, and a flame graph of many.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::project::Project;
use super::row::Row;

/// One sample stands for so long.
const NANOSECONDS: u64 = 10_000_000;

/// The profiler that runs all the time, in the last hour of [`CONTINUOUS_PROJECT`].
pub(crate) const CONTINUOUS: &str = "c0a5e1f27b3d4986a1e0f5d2b7c83946";
pub(crate) const CONTINUOUS_PROJECT: &str = "checkout";

/// Where the samples of a transaction's profiles lie.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shape {
    pub(crate) transaction: String,
    platform: String,
    runtime: Value,
    pub(crate) frames: Vec<Frame>,
    /// Places in `frames`, the outermost first.
    pub(crate) stacks: Vec<Vec<usize>>,
    /// How many samples of a profile each stack has, in the last week and before.
    pub(crate) now: Vec<u64>,
    pub(crate) before: Vec<u64>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Frame {
    function: String,
    module: Option<String>,
    filename: String,
    lineno: u32,
    in_app: bool,
}

impl Frame {
    fn sampled(&self) -> Value {
        json!({
            "function": self.function,
            "module": self.module,
            "filename": self.filename,
            "abs_path": format!("/srv/{}", self.filename),
            "lineno": self.lineno,
            "in_app": self.in_app,
        })
    }

    fn speedscope(&self) -> Value {
        json!({
            "name": self.function,
            "image": self.module,
            "file": self.filename,
            "path": format!("/srv/{}", self.filename),
            "line": self.lineno,
            "is_application": self.in_app,
        })
    }
}

impl Shape {
    pub(crate) fn is_of(&self, row: &Row) -> bool {
        row.fields.get("transaction").and_then(Value::as_str) == Some(&self.transaction)
    }

    fn counts(&self, is_recent: bool) -> &[u64] {
        if is_recent { &self.now } else { &self.before }
    }

    /// The innermost frame first, as profilers write stacks.
    fn inner_first(&self) -> Vec<Vec<usize>> {
        let turned = |stack: &Vec<usize>| stack.iter().rev().copied().collect();
        self.stacks.iter().map(turned).collect()
    }

    /// The stack of each sample, one after the other.
    fn samples(&self, is_recent: bool) -> impl Iterator<Item = usize> {
        let counts = self.counts(is_recent).iter().enumerate();
        counts.flat_map(|(stack, count)| (0..*count).map(move |_| stack))
    }

    /// One profile, in the format of samples.
    pub(crate) fn profile(&self, row: &Row, project: &Project, is_recent: bool) -> Value {
        let samples: Vec<Value> = self
            .samples(is_recent)
            .zip(1_u64..)
            .map(|(stack, number)| {
                json!({
                    "stack_id": stack,
                    "thread_id": "1",
                    "elapsed_since_start_ns": (number * NANOSECONDS).to_string(),
                })
            })
            .collect();
        json!({
            "event_id": row.id,
            "profile_id": row.id,
            "project_id": project.id.parse::<u64>().unwrap_or_default(),
            "platform": self.platform,
            "environment": row.fields.get("environment"),
            "release": row.fields.get("release"),
            "timestamp": row.time,
            "version": "1",
            "runtime": self.runtime,
            "os": {"name": "Linux", "version": "6.12", "build_number": ""},
            "device": {"architecture": "x86_64", "manufacturer": "", "model": ""},
            "transaction": {
                "id": row.id,
                "name": self.transaction,
                "trace_id": row.fields.get("trace"),
                "active_thread_id": 1,
            },
            "profile": {
                "frames": self.frames.iter().map(Frame::sampled).collect::<Vec<_>>(),
                "stacks": self.inner_first(),
                "samples": samples,
                "thread_metadata": {"1": {"name": "MainThread"}},
            },
        })
    }

    /// The samples of a profiler that runs all the time, one every second from `start`.
    pub(crate) fn chunk(&self, project: &Project, start: Timestamp) -> Value {
        let first = start.as_second() as f64;
        let samples: Vec<Value> = self
            .samples(true)
            .zip(0_u32..)
            .map(|(stack, number)| {
                json!({
                    "stack_id": stack,
                    "thread_id": "1",
                    "timestamp": first + f64::from(number),
                })
            })
            .collect();
        json!({"chunk": {
            "profiler_id": CONTINUOUS,
            "chunk_id": "5b1f0a9c7d2e4836b0c4e8f1a2d59637",
            "project_id": project.id.parse::<u64>().unwrap_or_default(),
            "platform": self.platform,
            "environment": "production",
            "release": project.latest_release,
            "version": "2",
            "profile": {
                "frames": self.frames.iter().map(Frame::sampled).collect::<Vec<_>>(),
                "stacks": self.inner_first(),
                "samples": samples,
                "thread_metadata": {"1": {"name": "MainThread"}},
            },
            "measurements": {},
        }})
    }

    /// The flame graph of these profiles, of which the second part says whether it is of the last week.
    pub(crate) fn flame_graph(&self, project: &Project, profiles: &[(&Row, bool)]) -> Value {
        let of = |stack: usize| -> u64 {
            let counts = profiles.iter();
            counts
                .filter_map(|(_, is_recent)| self.counts(*is_recent).get(stack))
                .sum()
        };
        let counts: Vec<u64> = (0..self.stacks.len()).map(of).collect();
        let weights: Vec<u64> = counts.iter().map(|count| count * NANOSECONDS).collect();
        let named = |row: &Row| {
            json!({
                "project_id": project.id.parse::<u64>().unwrap_or_default(),
                "profile_id": row.id,
                "start": row.time.as_second(),
                "end": row.time.as_second(),
            })
        };
        json!({
            "activeProfileIndex": 0,
            "platform": self.platform,
            "projectID": project.id.parse::<u64>().unwrap_or_default(),
            "transactionName": self.transaction,
            "version": "",
            "metadata": {"deviceClassification": "", "version": ""},
            "profiles": [{
                "type": "sampled",
                "name": "",
                "unit": "count",
                "threadID": 0,
                "isMainThread": true,
                "startValue": 0,
                "endValue": counts.iter().sum::<u64>(),
                "samples": self.stacks,
                "weights": counts,
                "sample_counts": counts,
                "sample_durations_ns": weights,
            }],
            "shared": {
                "frames": self.frames.iter().map(Frame::speedscope).collect::<Vec<_>>(),
                "profiles": profiles.iter().map(|(row, _)| named(row)).collect::<Vec<_>>(),
            },
        })
    }
}

/// The flame graph of no profile.
pub(crate) fn nothing() -> Value {
    json!({
        "activeProfileIndex": 0,
        "platform": "",
        "projectID": 0,
        "transactionName": "",
        "version": "",
        "metadata": {},
        "profiles": [],
        "shared": {"frames": [], "profiles": []},
    })
}
