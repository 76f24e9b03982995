//! Client ID Metadata Documents: the URL that is a client id, the way to what it names, and the rules of that.

mod budget;
mod check;
mod checklist;
mod content;
mod fetching;
mod freshness;
mod id_url;
mod method;
mod own;
mod problem;
mod redirect_uris;
mod rule;

pub(super) use budget::OwnBudget;
pub use check::{Report, check};
pub use checklist::Check;
pub(super) use checklist::Checklist;
pub use content::check_document;
pub(super) use fetching::fetch_json;
pub use fetching::{FetchedDocument, fetch_document};
pub use id_url::{ClientIdUrl, ClientIdUrlError};
pub(super) use own::own_client;
pub use problem::DocumentProblem;
pub(super) use rule::{Breach, Rule};
