//! Functions over the rows of a group: `count()`, `p95(span.duration)`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::dataset::{Dataset, Kind};
use crate::search::records::Record;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Aggregate {
    /// The function as it was requested, which is its key in the response.
    pub(super) text: String,
    function: Function,
    arguments: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Function {
    Count,
    CountUnique,
    Sum,
    Average,
    /// A percentile, from 0 to 1.
    Percentile(f64),
    Minimum,
    Maximum,
    PerMinute,
    PerSecond,
    FailureRate,
    LastSeen,
}

const FUNCTIONS: &[(&str, Function)] = &[
    ("count", Function::Count),
    ("count_unique", Function::CountUnique),
    ("sum", Function::Sum),
    ("avg", Function::Average),
    ("p50", Function::Percentile(0.5)),
    ("p75", Function::Percentile(0.75)),
    ("p90", Function::Percentile(0.9)),
    ("p95", Function::Percentile(0.95)),
    ("p99", Function::Percentile(0.99)),
    ("p100", Function::Maximum),
    ("min", Function::Minimum),
    ("max", Function::Maximum),
    ("epm", Function::PerMinute),
    ("eps", Function::PerSecond),
    ("failure_rate", Function::FailureRate),
    ("last_seen", Function::LastSeen),
];

impl Aggregate {
    /// Parses a function; `None` if the text is the name of a column instead. The error is for the client.
    pub(super) fn parse(text: &str, dataset: Dataset) -> Option<Result<Self, String>> {
        let (name, rest) = text.split_once('(')?;
        let arguments = rest.strip_suffix(')')?;
        if name == "tags" {
            return None;
        }
        let known = FUNCTIONS.iter().find(|(known, _)| *known == name);
        let Some((_, function)) = known else {
            return Some(Err(format!("{name} is not a valid function")));
        };
        let arguments = arguments
            .split(',')
            .map(str::trim)
            .filter(|argument| !argument.is_empty());
        let aggregate = Self {
            text: text.to_owned(),
            function: *function,
            arguments: arguments.map(String::from).collect(),
        };
        Some(aggregate.checked(name, dataset))
    }

    fn checked(self, name: &str, dataset: Dataset) -> Result<Self, String> {
        let needs = match self.function {
            Function::Sum
            | Function::Average
            | Function::Percentile(_)
            | Function::Minimum
            | Function::Maximum => true,
            Function::CountUnique => {
                return match self.arguments.first() {
                    Some(_) => Ok(self),
                    None => Err(format!("{name}: expected 1 argument(s)")),
                };
            }
            _ => false,
        };
        let Some(column) = self.arguments.first().filter(|_| needs) else {
            return if needs {
                Err(format!("{name}: expected 1 argument(s)"))
            } else {
                Ok(self)
            };
        };
        match dataset.kind(column) {
            Some(kind) if !kind.is_numeric() => Err(format!(
                "{}: column argument invalid: {column} is not a numeric column",
                self.text
            )),
            _ => Ok(self),
        }
    }

    pub(super) fn kind(&self, dataset: Dataset) -> Kind {
        match self.function {
            Function::Count | Function::CountUnique => Kind::Integer,
            Function::LastSeen => Kind::Date,
            Function::PerMinute | Function::PerSecond | Function::FailureRate => Kind::Number,
            _ => {
                let column = self
                    .arguments
                    .first()
                    .map(String::as_str)
                    .unwrap_or_default();
                match dataset.kind(column) {
                    Some(Kind::Duration) => Kind::Duration,
                    _ => Kind::Number,
                }
            }
        }
    }

    /// The function's value for a group. `seconds` is the length of the request's period.
    pub(super) fn of(&self, records: &[&Record<'_>], seconds: f64) -> Value {
        let records: Vec<&Record<'_>> = records
            .iter()
            .copied()
            .filter(|record| self.takes(record))
            .collect();
        let count = precise(records.len());
        match self.function {
            Function::Count => json!(records.len()),
            Function::CountUnique => {
                let column = self
                    .arguments
                    .first()
                    .map(String::as_str)
                    .unwrap_or_default();
                let values = records.iter().map(|record| record.value(column));
                let distinct: BTreeSet<String> = values
                    .filter(|value| !value.is_null())
                    .map(|value| value.to_string())
                    .collect();
                json!(distinct.len())
            }
            Function::PerMinute => json!(count / (seconds / 60.0).max(1.0)),
            Function::PerSecond => json!(count / seconds.max(1.0)),
            Function::LastSeen => records
                .first()
                .map_or(Value::Null, |record| record.value("timestamp")),
            Function::FailureRate => {
                let failed = |record: &&&Record<'_>| {
                    let status = record.value("span.status");
                    !status.is_null() && status != "ok"
                };
                json!(precise(records.iter().filter(failed).count()) / count.max(1.0))
            }
            function => number(function, self.numbers(&records)),
        }
    }

    /// Whether a row counts. `sum(value,orders.confirmed,counter,none)` counts the rows of one metric; `-` means any.
    fn takes(&self, record: &Record<'_>) -> bool {
        let asked = self.arguments.iter().skip(1);
        ["metric.name", "metric.type", "metric.unit"]
            .iter()
            .zip(asked)
            .all(|(column, asked)| asked == "-" || record.value(column) == *asked)
    }

    /// The function's numbers from a group of rows, sorted.
    fn numbers(&self, records: &[&Record<'_>]) -> Vec<f64> {
        let column = self
            .arguments
            .first()
            .map(String::as_str)
            .unwrap_or_default();
        let mut numbers: Vec<f64> = records
            .iter()
            .filter_map(|record| record.value(column).as_f64())
            .collect();
        numbers.sort_by(f64::total_cmp);
        numbers
    }
}

/// The result for sorted numbers; null if there are none.
fn number(function: Function, numbers: Vec<f64>) -> Value {
    let (Some(first), Some(last)) = (numbers.first(), numbers.last()) else {
        return Value::Null;
    };
    let sum: f64 = numbers.iter().sum();
    match function {
        Function::Sum => json!(sum),
        Function::Average => json!(sum / precise(numbers.len())),
        Function::Percentile(share) => {
            // The nearest rank: the smallest number that is at least as large as this share of all numbers.
            let rank =
                (1..=numbers.len()).find(|rank| precise(*rank) >= share * precise(numbers.len()));
            json!(rank.and_then(|rank| numbers.get(rank - 1)))
        }
        Function::Minimum => json!(first),
        _ => json!(last),
    }
}

/// The count as a float, which represents counts of this size exactly.
fn precise(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
