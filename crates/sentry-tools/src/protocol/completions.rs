//! Completions: slugs of organizations, projects, teams and monitors, and versions of releases, while a person types one. Each
//! asks Sentry for one page at most.

use std::borrow::Cow;

use fetch::Method;
use mcp::{CallError, Completion, CompletionCall, Reference};
use sentry_api::{ApiError, Client, Endpoint, Filling, Region, Sight, Slug, Whose};
use serde_json::Value;

use crate::protocol::prompts;
use crate::protocol::resources::ISSUE_TEMPLATE;
use crate::vocabulary::refusal::Refusal;
use crate::vocabulary::session::Session;

/// What an argument can be completed with.
#[derive(Debug)]
pub(crate) enum Wanted {
    Organizations,
    /// Of this organization.
    Projects(Slug),
    /// What such a list of this organization has.
    Listed(&'static Names, Slug),
    /// Nothing that we know of.
    Nothing,
}

/// A list whose things have names.
#[derive(Debug)]
pub(crate) struct Names {
    argument: &'static str,
    member: &'static str,
    of_organization: Endpoint,
    /// Asked instead where the session sees one project; `None` where each thing says whose it is.
    of_project: Option<Endpoint>,
}

const fn list(path: &'static str, what: &'static str) -> Endpoint {
    Endpoint {
        method: Method::Get,
        path,
        whose: Whose::Project,
        what,
    }
}

static NAMES: [Names; 3] = [
    Names {
        argument: prompts::TEAM,
        member: "slug",
        of_organization: list("organizations/{org}/teams", "teams"),
        of_project: Some(list("projects/{org}/{project}/teams", "teams")),
    },
    Names {
        argument: prompts::RELEASE,
        member: "version",
        of_organization: list("organizations/{org}/releases", "releases"),
        of_project: Some(list("projects/{org}/{project}/releases", "releases")),
    },
    Names {
        argument: prompts::MONITOR,
        member: "slug",
        of_organization: list("organizations/{org}/monitors", "monitors"),
        of_project: None,
    },
];

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
        _ => {
            let names = NAMES.iter().find(|names| names.argument == argument);
            match (names, organization(session, call)) {
                (Some(names), Some(organization)) => Wanted::Listed(names, organization),
                _ => Wanted::Nothing,
            }
        }
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
            Wanted::Listed(names, organization) => {
                listed(names, organization, query, &sight, client, region).await
            }
        };
    match found {
        Ok((more, slugs)) => Ok(matching(slugs, typed, more)),
        Err(ApiError::Unauthorized) => Err(ApiError::Unauthorized),
        Err(_) => Ok(Completion::default()),
    }
}

/// The names of a list's things, and whether there are more.
async fn listed(
    names: &'static Names,
    organization: &Slug,
    query: Option<&str>,
    sight: &Sight,
    client: &Client,
    region: &Region,
) -> Result<(bool, Vec<String>), ApiError> {
    let project = sight.own_project();
    let narrowed = names.of_project.as_ref().filter(|_| project.is_some());
    let endpoint = narrowed.unwrap_or(&names.of_organization);
    let mut filling = Filling {
        project: project.filter(|_| narrowed.is_some()),
        ..Filling::default()
    };
    filling.query.push(("per_page", Cow::Borrowed("26")));
    if let Some(query) = query {
        filling.query.push(("query", Cow::Borrowed(query)));
    }
    let found = client
        .call(endpoint, region, organization, &filling)
        .await?;
    let mut all = Vec::new();
    for thing in found.things("", sight)? {
        let name = thing.get(names.member).as_str();
        all.extend(name.map(str::to_owned));
    }
    Ok((found.next().is_some() || all.len() > SHOWN, all))
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

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use fetch::scripted::Scripted;
    use sentry_api::{BaseUrl, Fixed, Token};
    use serde_json::json;

    use super::*;
    use crate::vocabulary::limits::Limits;
    use crate::vocabulary::scope::Scopes;
    use crate::vocabulary::session::{Constraint, Untrusted};
    use crate::vocabulary::skill::Skills;

    async fn names(argument: &str, path: &str, answer: &Value, sight: &Sight) -> Vec<String> {
        let url = ["https://sentry.example/api/0", path].concat();
        let scripted = Scripted::new().json(Method::Get, &url, 200, &answer.to_string());
        let tokens = Rc::new(Fixed(Token::new("secret")));
        let base = BaseUrl::parse("https://sentry.example").unwrap();
        let client = Client::new(Rc::new(scripted), tokens, base);
        let names = NAMES
            .iter()
            .find(|names| names.argument == argument)
            .unwrap();
        let acme = Slug::parse("acme").unwrap();
        let region = client.base().region();
        listed(names, &acme, None, sight, &client, &region)
            .await
            .unwrap()
            .1
    }

    // rule: mcp/issue-resource-and-completions
    #[tokio::test]
    async fn only_what_the_session_sees_is_named() {
        let slug = |text: &str| Slug::parse(text).unwrap();
        let of = |constraint| Session {
            skills: Skills::ALL,
            scopes: Scopes::ALL,
            constraint,
            request_id: String::new(),
            untrusted: Untrusted::Quote,
            limits: Limits::default(),
            lists_all: false,
        };
        let all = of(Constraint::Organization(slug("acme"))).sight(None);
        let (organization, project) = (slug("acme"), slug("web"));
        let own = Constraint::Project {
            organization,
            project,
        };
        let own = of(own).sight(None);
        let monitors = json!([
            { "slug": "nightly", "project": { "slug": "web" } },
            { "slug": "hourly", "project": { "slug": "other" } },
        ]);
        let path = "/organizations/acme/monitors/";
        assert_eq!(
            names("monitor", path, &monitors, &all).await,
            ["nightly", "hourly"]
        );
        assert_eq!(names("monitor", path, &monitors, &own).await, ["nightly"]);
        let teams = json!([{ "slug": "core" }]);
        assert_eq!(
            names("team", "/organizations/acme/teams/", &teams, &all).await,
            ["core"]
        );
        assert_eq!(
            names("team", "/projects/acme/web/teams/", &teams, &own).await,
            ["core"]
        );
        let releases = json!([{ "version": "5.1" }]);
        assert_eq!(
            names("release", "/projects/acme/web/releases/", &releases, &own).await,
            ["5.1"]
        );
    }
}
