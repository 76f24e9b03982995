//! `/organizations/{organization}/events/`: a table of a dataset's rows, or of groups of rows.

mod aggregate;
pub(crate) mod attributes;
mod column;
mod dataset;
mod table;
pub(crate) mod tags;
pub(crate) mod validate;
pub(super) mod value_order;

use axum::extract::Path;

use super::caller::Caller;
use super::error::ApiError;
use super::filter::{Projects, in_environment};
use super::paging::{Listing, Page};
use crate::data::Data;
use crate::data::organization::Organization;
use crate::params::Params;
use crate::search::Searchable as _;
use crate::search::period::Window;
use crate::search::records::Record;
use crate::state::State;
use dataset::Dataset;
use table::Table;

/// `{"data": […], "meta": {…}}`
pub(crate) async fn list(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    listing: Listing,
) -> Result<Page, ApiError> {
    caller.may(&["event:read", "org:read"])?;
    let params = &listing.params;
    let data = state.data();
    let organization = caller.organization(&data, &organization)?;
    let now = state.clock().data_now();
    let table = Table::of(params, now)?;
    let window = Window::of(params, now).map_err(ApiError::invalid)?;
    let records = records(&data, organization, params, table.dataset, window)?;
    let rows = table.rows(&records, window.seconds());
    let meta = table.meta();
    Ok(listing.page(rows, |row| row).enveloped(meta))
}

/// The rows of a dataset that match the request's project, environment and period, newest first.
fn records<'a>(
    data: &'a Data,
    organization: &Organization,
    params: &Params,
    dataset: Dataset,
    window: Window,
) -> Result<Vec<Record<'a>>, ApiError> {
    let projects = Projects::of(data, organization, params)?;
    let mut records = dataset.records(data, &organization.slug);
    records.retain(|record| {
        projects.include(&record.project.slug)
            && window.contains(record.time())
            && in_environment(params, |name| {
                record.values("environment").iter().any(|seen| seen == name)
            })
    });
    records.sort_by_key(|record| std::cmp::Reverse(record.time()));
    Ok(records)
}
