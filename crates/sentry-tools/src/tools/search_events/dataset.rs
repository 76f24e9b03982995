//! What can be searched.

/// One kind of event.
pub(super) struct Dataset {
    pub(super) name: &'static str,
    /// Sentry's name for it.
    pub(super) wire: &'static str,
    /// Shown when the caller names none.
    pub(super) fields: &'static [&'static str],
    /// The field that says what an event is.
    pub(super) heading: &'static str,
    /// The page of Sentry's web interface, and its parameter for the query.
    pub(super) page: (&'static str, &'static str),
    /// Servers that lack it answer 400.
    pub(super) may_be_missing: bool,
}

const REPLAYS: &str = "replays";

const ERRORS: Dataset = Dataset {
    name: "errors",
    wire: "errors",
    fields: &[
        "issue",
        "title",
        "project",
        "timestamp",
        "level",
        "message",
        "error.type",
        "culprit",
        "user.email",
        "user.id",
    ],
    heading: "title",
    page: ("/explore/discover/homepage/", "query"),
    may_be_missing: false,
};

static DATASETS: [Dataset; 7] = [
    ERRORS,
    Dataset {
        name: "spans",
        wire: "spans",
        fields: &[
            "id",
            "span.op",
            "span.description",
            "span.duration",
            "transaction",
            "timestamp",
            "project",
            "trace",
        ],
        heading: "span.description",
        page: ("/explore/traces/", "query"),
        may_be_missing: false,
    },
    Dataset {
        name: "logs",
        wire: "logs",
        fields: &["timestamp", "project", "message", "severity", "trace"],
        heading: "message",
        page: ("/explore/logs/", "logsQuery"),
        may_be_missing: false,
    },
    Dataset {
        name: "metrics",
        wire: "tracemetrics",
        fields: &[
            "id",
            "timestamp",
            "project",
            "trace",
            "metric.name",
            "metric.type",
            "metric.unit",
            "value",
        ],
        heading: "metric.name",
        page: ("/explore/metrics/", "query"),
        may_be_missing: true,
    },
    Dataset {
        name: "profiles",
        wire: "profiles",
        fields: &[
            "project",
            "profile.id",
            "profiler.id",
            "thread.id",
            "timestamp",
            "transaction",
            "transaction.duration",
            "release",
            "environment",
            "trace",
            "precise.start_ts",
            "precise.finish_ts",
        ],
        heading: "transaction",
        page: ("/explore/profiling/", "query"),
        may_be_missing: true,
    },
    Dataset {
        name: "profile_functions",
        wire: "profile_functions",
        fields: &["function", "package", "count()", "p75()", "p95()", "sum()"],
        heading: "function",
        page: ("/explore/profiling/", "query"),
        may_be_missing: true,
    },
    Dataset {
        name: REPLAYS,
        wire: REPLAYS,
        fields: &[],
        heading: "",
        page: ("/explore/replays/", "query"),
        may_be_missing: false,
    },
];

impl Dataset {
    /// The dataset of that name; errors where none is named.
    pub(super) fn named(name: &str) -> &'static Self {
        static DEFAULT: Dataset = ERRORS;
        let mut datasets = DATASETS.iter();
        datasets
            .find(|dataset| dataset.name == name)
            .unwrap_or(&DEFAULT)
    }

    /// Replays have an endpoint of their own.
    pub(super) fn is_replays(&self) -> bool {
        self.name == REPLAYS
    }

    /// The newest first; for aggregates, which have no time, the greatest of the first.
    pub(super) fn default_sort(&self, fields: &[&str]) -> String {
        const NEWEST: &str = "timestamp";
        if self.is_replays() {
            return "-started_at".to_owned();
        }
        let newest = fields.iter().find(|field| **field == NEWEST);
        let first = || fields.iter().find(|field| is_aggregate(field));
        match newest.or_else(first) {
            Some(field) => ["-", field].concat(),
            None => String::new(),
        }
    }
}

/// `count()`, `p95(span.duration)`.
pub(super) fn is_aggregate(field: &str) -> bool {
    field.ends_with(')') && field.contains('(')
}
