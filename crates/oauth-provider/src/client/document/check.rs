//! Every rule of a live document, for the developer of a client.

use fetch::Exchange;
use serde::Serialize;

use crate::client::text::for_display;
use crate::settings::Settings;

use super::checklist::{Check, Checklist, There};
use super::content::{self, read_document};
use super::fetching::{self, fetch_into};
use super::id_url::ClientIdUrl;
use super::own::own_document;
use super::problem::DocumentProblem;
use super::rule::{Breach, Rule};

/// Every rule of a live document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// As it was asked for, fit to be shown.
    pub client_id: String,
    /// Whether a person can sign in with it.
    pub ok: bool,
    /// In the order in which a sign-in checks.
    pub checks: Vec<Check>,
    /// Rules that nothing can be said about, since one before them is broken.
    pub unchecked: Vec<&'static str>,
    /// Whether the document was not asked for, since the budget for that is used up.
    #[serde(skip)]
    pub over_budget: bool,
}

/// Fetches the document of a client id past the cache, and looks at every rule.
pub async fn check(
    client_id: &str,
    settings: &Settings,
    fetch: &(impl Exchange + ?Sized),
) -> Report {
    let mut list = Checklist::of_all();
    let outcome = run(client_id, settings, fetch, &mut list).await;
    let checks = list.seen();
    let mut unchecked = Vec::new();
    for rule in RULES.iter().copied().flatten() {
        if !checks.iter().any(|check| check.check == rule.check) {
            unchecked.push(rule.check);
        }
    }
    Report {
        client_id: for_display(client_id, 2048).unwrap_or_default(),
        ok: outcome.is_ok(),
        over_budget: outcome.is_err_and(|problem| problem.over_budget),
        checks,
        unchecked,
    }
}

async fn run(
    client_id: &str,
    settings: &Settings,
    fetch: &(impl Exchange + ?Sized),
    list: &mut Checklist,
) -> Result<(), DocumentProblem> {
    let form = ClientIdUrl::parse(client_id, &settings.origin)
        .map_err(|error| Breach::found(client_id).expected(format!("a URL that {error}")));
    let url = list.must(&FORM, form, There::Text(client_id))?;
    match own_document(&url, settings) {
        Some(own) => read_document(&url, &own.body, settings, list).map(|_| ()),
        None => fetch_into(&url, settings, fetch, list).await.map(|_| ()),
    }
}

const FORM: Rule = Rule {
    check: "the client id is a well-formed URL",
    expected: "an https URL with a path, in plain spelling",
    section: "CIMD §3",
};

/// Every rule there is, in the order of a sign-in.
const RULES: [&[&Rule]; 3] = [&[&FORM], fetching::RULES, content::RULES];
