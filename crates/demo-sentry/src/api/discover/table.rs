//! A query over a dataset: its columns, conditions, groups and order.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::column::Column;
use super::dataset::Dataset;
use super::value_order::by_value;
use crate::api::error::ApiError;
use crate::params::Params;
use crate::search::Searchable;
use crate::search::boolean::TableQuery;
use crate::search::records::Record;

/// The largest number of columns that Sentry accepts.
const MOST_COLUMNS: usize = 20;

pub(super) struct Table {
    pub(super) dataset: Dataset,
    columns: Vec<Column>,
    query: TableQuery,
    /// Index of a column, and whether the order is descending.
    order: Vec<(usize, bool)>,
}

impl Table {
    pub(super) fn of(params: &Params, now: Timestamp) -> Result<Self, ApiError> {
        let dataset = Dataset::parse(params.first("dataset"))?;
        let columns = params
            .all("field")
            .filter(|field| !field.is_empty())
            .map(|field| Column::parse(field, dataset))
            .collect::<Result<Vec<_>, _>>()
            .map_err(ApiError::Invalid)?;
        if columns.is_empty() {
            return Err(ApiError::invalid("No columns selected"));
        }
        if columns.len() > MOST_COLUMNS {
            return Err(ApiError::Invalid(format!(
                "You can view up to {MOST_COLUMNS} fields at a time. Please delete some and try again."
            )));
        }
        let query = TableQuery::parse(params.first("query").unwrap_or_default(), now)
            .map_err(ApiError::invalid)?;
        let order = params
            .all("sort")
            .chain(params.all("orderby"))
            .filter(|sort| !sort.is_empty())
            .map(|sort| place(&columns, sort))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            dataset,
            columns,
            query,
            order,
        })
    }

    /// One object per row or group, with a member per column.
    pub(super) fn rows(&self, records: &[Record<'_>], seconds: f64) -> Vec<Value> {
        let fitting = records
            .iter()
            .filter(|record| self.query.rows.matches(*record));
        let grouped = self.columns.iter().any(Column::is_aggregate);
        let groups: Vec<Vec<&Record<'_>>> = if grouped {
            self.grouped(fitting)
        } else {
            fitting.map(|record| vec![record]).collect()
        };
        let mut rows: Vec<Vec<Value>> = Vec::new();
        for group in &groups {
            let columns = self.columns.iter();
            let mut row: Vec<Value> = columns.map(|column| column.of(group, seconds)).collect();
            if !self.query.groups.matches(&Group {
                table: self,
                row: &row,
            }) {
                continue;
            }
            if let ([record], false) = (group.as_slice(), grouped) {
                // What a client needs to look up a row, whatever columns it asked for.
                row.extend(["id", "project.name"].map(|name| record.value(name)));
            }
            rows.push(row);
        }
        rows.sort_by(|one, other| self.compare(one, other));
        rows.into_iter().map(|row| self.object(row)).collect()
    }

    /// The groups, in order of first appearance.
    fn grouped<'a, 'b>(
        &self,
        records: impl Iterator<Item = &'a Record<'b>>,
    ) -> Vec<Vec<&'a Record<'b>>>
    where
        'b: 'a,
    {
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut groups: Vec<Vec<&Record<'_>>> = Vec::new();
        let by: Vec<&str> = self
            .columns
            .iter()
            .filter(|column| !column.is_aggregate())
            .map(Column::name)
            .collect();
        if by.is_empty() {
            // Without a column to group by there is exactly one group, even if there are no rows.
            return vec![records.collect()];
        }
        for record in records {
            let key: Vec<Value> = by.iter().map(|name| record.value(name)).collect();
            let place = *places.entry(json!(key).to_string()).or_insert(groups.len());
            match groups.get_mut(place) {
                Some(group) => group.push(record),
                None => groups.push(vec![record]),
            }
        }
        groups
    }

    fn compare(&self, one: &[Value], other: &[Value]) -> std::cmp::Ordering {
        let mut orders = self.order.iter().map(|(place, descending)| {
            let order = match (one.get(*place), other.get(*place)) {
                (Some(one), Some(other)) => by_value(one, other),
                _ => std::cmp::Ordering::Equal,
            };
            if *descending { order.reverse() } else { order }
        });
        orders
            .find(|order| order.is_ne())
            .unwrap_or(std::cmp::Ordering::Equal)
    }

    fn object(&self, row: Vec<Value>) -> Value {
        let names = self
            .columns
            .iter()
            .map(Column::name)
            .chain(["id", "project.name"]);
        Value::Object(names.map(String::from).zip(row).collect())
    }

    /// The member `meta`: the type and the unit of every column.
    pub(super) fn meta(&self) -> Map<String, Value> {
        let kinds = self
            .columns
            .iter()
            .map(|column| (column.name(), column.kind(self.dataset)));
        let mut fields = Map::new();
        let mut units = Map::new();
        for (name, kind) in kinds {
            fields.insert(name.to_owned(), json!(kind.name()));
            units.insert(name.to_owned(), json!(kind.unit()));
        }
        let meta = json!({
            "fields": fields,
            "units": units,
            "isMetricsData": false,
            "isMetricsExtractedData": false,
            "tips": {"query": null, "columns": null},
            "datasetReason": "unchanged",
        });
        Map::from_iter([(String::from("meta"), meta)])
    }
}

fn place(columns: &[Column], sort: &str) -> Result<(usize, bool), ApiError> {
    let (descending, name) = match sort.strip_prefix('-') {
        Some(name) => (true, name),
        None => (false, sort),
    };
    columns
        .iter()
        .position(|column| column.is(name))
        .map(|place| (place, descending))
        .ok_or_else(|| {
            ApiError::Invalid(format!(
                "{name} must also be in the selected columns or groupby"
            ))
        })
}

/// A group of rows, to which conditions on groups apply.
struct Group<'a> {
    table: &'a Table,
    row: &'a [Value],
}

impl Searchable for Group<'_> {
    fn values(&self, key: &str) -> Vec<String> {
        let columns = self.table.columns.iter().zip(self.row);
        let named = columns.filter(|(column, _)| column.is(key));
        named.map(|(_, value)| value.to_string()).collect()
    }

    fn text(&self) -> String {
        String::new()
    }
}
