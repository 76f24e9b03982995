//! Completions: organization and project slugs while a person types one. Each asks Sentry for one page at most.

use mcp::{CallError, Completion, CompletionCall, Reference};
use sentry_api::{ApiError, Client, Region, Slug};
use serde_json::Value;

use crate::protocol::prompts;
use crate::protocol::resources::ISSUE_TEMPLATE;
use crate::vocabulary::refusal::Refusal;
use crate::vocabulary::session::Session;

/// What an argument can be completed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    Organizations,
    /// Of this organization.
    Projects(Slug),
    /// Nothing that we know of.
    Nothing,
}

/// Reads what is to be completed.
///
/// # Errors
/// There is no such prompt or template, or it has no such argument: "Invalid prompt name: −32602" (MCP completion).
pub(crate) fn wanted(
    session: &Session,
    call: &CompletionCall,
) -> Result<Wanted, CallError<Refusal>> {
    let argument = call.argument.as_str();
    let exists = match &call.reference {
        Reference::Prompt(name) => prompts::takes(session, name, argument),
        Reference::Resource(template) => {
            template == ISSUE_TEMPLATE && ["organizationSlug", "issueId"].contains(&argument)
        }
    };
    if !exists {
        return Err(CallError::Invalid(
            "There is no such argument to complete.".into(),
        ));
    }
    Ok(match argument {
        prompts::ORGANIZATION | "organizationSlug" => Wanted::Organizations,
        prompts::PROJECT => organization(session, call).map_or(Wanted::Nothing, Wanted::Projects),
        _ => Wanted::Nothing,
    })
}

/// The one that the session's URL fixes, or the one that is filled in already.
fn organization(session: &Session, call: &CompletionCall) -> Option<Slug> {
    if let Some(fixed) = session.constraint.organization() {
        return Some(fixed.clone());
    }
    let known = call
        .known
        .get(prompts::ORGANIZATION)
        .and_then(Value::as_str)?;
    Slug::parse(known.trim()).ok()
}

/// Asks Sentry. A Sentry that does not answer has no suggestions; an ended sign-in is everybody's to know.
pub(crate) async fn suggest(
    wanted: Wanted,
    typed: &str,
    session: &Session,
    client: &Client,
    region: &Region,
) -> Result<Completion, ApiError> {
    let typed = typed.trim();
    let query = (!typed.is_empty()).then_some(typed);
    let sight = session.sight(None);
    let found =
        match &wanted {
            Wanted::Nothing => return Ok(Completion::default()),
            Wanted::Organizations => {
                if let Some(fixed) = session.constraint.organization() {
                    return Ok(matching(vec![fixed.to_string()], typed, false));
                }
                client.organizations(query).await.map(|found| {
                    let found = sight.of_all(found.items).into_iter();
                    let slugs: Vec<_> = found.map(|found| found.slug).collect();
                    (slugs.len() > SHOWN, slugs)
                })
            }
            Wanted::Projects(organization) => client
                .projects(region, organization, query)
                .await
                .map(|found| {
                    let found = sight.of_page(found);
                    let slugs = found.items.into_iter().map(|found| found.slug).collect();
                    (found.next.is_some(), slugs)
                }),
        };
    match found {
        Ok((more, slugs)) => Ok(matching(slugs, typed, more)),
        Err(ApiError::Unauthorized) => Err(ApiError::Unauthorized),
        Err(_) => Ok(Completion::default()),
    }
}

/// So many of a page are shown; one more tells that there are more.
const SHOWN: usize = 25;

/// What begins with what was typed comes first. Sentry's search also finds names: their slugs come after.
fn matching(slugs: Vec<String>, typed: &str, more: bool) -> Completion {
    let begins = |slug: &String| {
        slug.get(..typed.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(typed))
    };
    let (mut values, rest): (Vec<_>, Vec<_>) = slugs.into_iter().partition(begins);
    values.extend(rest);
    values.truncate(SHOWN);
    Completion {
        values,
        has_more: more,
    }
}
