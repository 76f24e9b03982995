//! `/organizations/{organization}/events/validate/`: what is wrong with a query, part by part.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::column::Column;
use super::dataset::Dataset;
use crate::api::caller::Caller;
use crate::api::error::ApiError;
use crate::api::filter::Projects;
use crate::params::Params;
use crate::search::Searchable as _;
use crate::search::boolean::TableQuery;
use crate::search::period::Window;
use crate::search::records::Record;
use crate::state::State;

/// 200 when all is well, else the same shape with 400.
pub(crate) async fn check(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    params: Params,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    caller.may(&["event:read", "org:read"])?;
    let now = state.clock().data_now();
    let data = state.data();
    let organization = caller.organization(&data, &organization)?;
    Projects::of(&data, organization, &params)?;
    Window::of(&params, now).map_err(ApiError::invalid)?;
    let dataset = Dataset::parse(params.first("dataset"))?;
    let known = Known {
        dataset,
        records: dataset.records(&data, &organization.slug),
    };
    let fields: Vec<Value> = params
        .all("field")
        .map(|field| known.field(field))
        .collect();
    let columns: Vec<Column> = params
        .all("field")
        .filter_map(|field| Column::parse(field, dataset).ok())
        .collect();
    let orders: Vec<Value> = params
        .all("orderby")
        .chain(params.all("sort"))
        .map(|order| {
            let name = order.trim_start_matches('-');
            let selected = columns.iter().any(|column| column.is(name));
            part(
                order,
                selected,
                "Orderby must also be a selected field",
                None,
            )
        })
        .collect();
    let query = match TableQuery::parse(params.first("query").unwrap_or_default(), now) {
        Ok(query) => {
            let fields: Vec<Value> = query
                .keys()
                .into_iter()
                .map(|key| known.field(key))
                .collect();
            let valid = fields.iter().all(is_valid);
            let error = (!valid).then_some("Unknown attribute");
            json!({"valid": valid, "error": error, "fields": fields})
        }
        Err(error) => json!({"valid": false, "error": error.to_string(), "fields": []}),
    };
    let valid = is_valid(&query) && fields.iter().chain(&orders).all(is_valid);
    let status = if valid {
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
    };
    let well = json!({"valid": true, "error": null});
    let answer = json!({
        "dataset": well, "query": query, "field": fields, "orderby": orders, "environment": [], "projects": [],
    });
    Ok((status, Json(answer)))
}

struct Known<'a> {
    dataset: Dataset,
    records: Vec<Record<'a>>,
}

impl Known<'_> {
    /// A column of the dataset, a tag that a row has, or a function.
    fn field(&self, text: &str) -> Value {
        match Column::parse(text, self.dataset) {
            Err(error) => part(text, false, &error, None),
            Ok(column) => {
                let is_there = column.is_aggregate()
                    || self.dataset.kind(text).is_some()
                    || self
                        .records
                        .iter()
                        .any(|record| !record.values(text).is_empty());
                let kind = column.kind(self.dataset).name();
                part(text, is_there, "Unknown attribute", Some(kind))
            }
        }
    }
}

fn part(name: &str, valid: bool, error: &str, kind: Option<&str>) -> Value {
    if valid {
        json!({"name": name, "valid": true, "error": null, "type": kind})
    } else {
        json!({"name": name, "valid": false, "error": error})
    }
}

fn is_valid(part: &Value) -> bool {
    part.get("valid") == Some(&Value::Bool(true))
}
