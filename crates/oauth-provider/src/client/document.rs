//! Client ID Metadata Documents: the URL that is a client id, the way to what it names, and the rules of that.

mod budget;
mod check;
mod content;
mod fetching;
mod freshness;
mod id_url;
mod problem;
mod redirect_uris;

pub(super) use budget::OwnBudget;
pub(super) use check::{Breach, Checklist, Rule};
pub use check::{Check, Report, check};
pub use content::check_document;
pub(super) use fetching::fetch_json;
pub use fetching::{FetchedDocument, fetch_document};
pub use id_url::{ClientIdUrl, ClientIdUrlError};
pub use problem::DocumentProblem;
