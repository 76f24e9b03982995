use crate::client::{Ask, Client};
use crate::error::ApiError;
use crate::ids::Slug;
use crate::json::Value;
use crate::link::Page;
use crate::member::{as_text, elements, id, list, member, text};
use crate::region::Region;
use crate::sight::{Owned, Owner};

/// A row of a search over events: the value of each field asked for, in that order; `None` where there is none.
pub type Row = Vec<Option<Cell>>;

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// As text; the values of a list stand between commas.
    pub text: String,
    /// Whether it is one. A number or a boolean is written the same way in JSON.
    pub is_text: bool,
}

/// A part of a search that Sentry does not understand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// Which part: `field`, `orderby`, `query`, `environment`, `projects` or `dataset`.
    pub part: &'static str,
    /// A field's name, where one is to blame.
    pub name: Option<String>,
    /// Why, in Sentry's words.
    pub reason: Option<String>,
}

const PARTS: [&str; 6] = [
    "dataset",
    "projects",
    "environment",
    "query",
    "field",
    "orderby",
];

impl Client {
    /// Searches events in the form of a table: `GET /organizations/{org}/events/`, with query parameters as that endpoint
    /// has them; `fields` are added.
    ///
    /// # Errors
    /// [`ApiError`]; [`ApiError::Rejected`] when the search is not understood.
    pub async fn events(
        &self,
        region: &Region,
        organization: &Slug,
        mut query: Vec<(&'static str, &str)>,
        fields: &[&str],
    ) -> Result<Page<Owned<Row>>, ApiError> {
        let asked = Owner::asked(&query);
        query.extend(fields.iter().map(|field| ("field", *field)));
        let segments = ["organizations", organization.as_str(), "events"];
        let ask = Ask::get(region, &segments, query);
        let (answer, next) = self.ask_page(ask, "events").await?;
        let rows = answer.things(Some("data"), "events")?;
        let row = |row: Value<'_>| {
            let cells = fields.iter().map(|field| cell(member(row, field)));
            Owned::new(Owner::of(row, &asked), cells.collect())
        };
        Ok(Page {
            items: rows.iter().map(row).collect(),
            next,
        })
    }

    /// What Sentry would not understand of such a search: `GET /organizations/{org}/events/validate/`. Empty where there
    /// is nothing, or where the server cannot say. Not in Sentry's published API.
    ///
    /// # Errors
    /// [`ApiError`]
    pub async fn validate_events(
        &self,
        region: &Region,
        organization: &Slug,
        mut query: Vec<(&'static str, &str)>,
        fields: &[&str],
    ) -> Result<Vec<Invalid>, ApiError> {
        query.extend(fields.iter().map(|field| ("field", *field)));
        let segments = ["organizations", organization.as_str(), "events", "validate"];
        let ask = Ask::get(region, &segments, query);
        let answer = match self.ask_even_if_refused(ask, "a validation").await {
            Err(ApiError::NotFound) => return Ok(Vec::new()),
            answer => answer?,
        };
        let mut invalid = Vec::new();
        for part in PARTS {
            // A search has one query and one dataset: these are objects, the others lists.
            let found = member(answer.root(), part);
            for found in std::iter::once(found).chain(elements(found)) {
                read_invalid(part, found, &mut invalid);
            }
        }
        Ok(invalid)
    }
}

/// `{valid, error}`, and its `name` or the `fields` of a query where these are to blame.
fn read_invalid(part: &'static str, found: Value<'_>, invalid: &mut Vec<Invalid>) {
    if !member(found, "valid").is(false) {
        return;
    }
    let reason = |value: Value<'_>| text(value, "error").filter(|reason| !reason.is_empty());
    let blamed = list(found, "fields").iter();
    let blamed = blamed.filter(|field| member(*field, "valid").is(false));
    let before = invalid.len();
    invalid.extend(blamed.map(|field| Invalid {
        part,
        name: id(field, "name"),
        reason: reason(field),
    }));
    if invalid.len() == before {
        invalid.push(Invalid {
            part,
            name: id(found, "name"),
            reason: reason(found),
        });
    }
}

/// A list of values is written with commas.
fn cell(value: Value<'_>) -> Option<Cell> {
    let text = match value {
        Value::Array(values) => {
            let texts: Vec<_> = values.iter().filter_map(as_text).collect();
            texts.join(", ")
        }
        value => as_text(value)?,
    };
    let is_text = !matches!(value, Value::Number(_) | Value::Bool(_));
    Some(Cell { text, is_text })
}
