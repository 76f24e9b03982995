use std::borrow::Cow;

use fetch::{LocalFuture, Method};
use mcp::json::Object;
use sentry_api::{Endpoint, Filling, Whose};
use serde_json::json;

use crate::plan::made::Made;
use crate::plan::{self, Plan, READS, Replies, Step, Without};
use crate::text::markdown::code;
use crate::text::shape;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{ORGANIZATION, Parameter, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::add_team_to_project::TEAM;
use super::update_project::{PLATFORM, SLUG};
use super::{MANAGES, WRITE_PROJECTS};

const NAME: &Parameter = &Parameter::text("name", "")
    .at_most(50)
    .required()
    .near(&["projectname", "project"]);
const REPOSITORY: &Parameter = &Parameter::text(
    "repository",
    "Its full name as Sentry's integration knows it, such as acme/web: stack traces then link to it.",
)
.at_most(200)
.nullable()
.near(&["repo"]);

pub(crate) static TOOL: Tool = Tool {
    name: "create_project",
    title: "Create project",
    description: "Makes a project of a team and answers the DSN to put into the program; with a repository, stack traces link to \
                  its files.",
    skills: MANAGES,
    scopes: WRITE_PROJECTS,
    surface: Surface::Catalog,
    parameters: &[ORGANIZATION, TEAM, NAME, SLUG, PLATFORM, REPOSITORY, REGION],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Creates,
    hidden: Hidden::ProjectFixed,
    run,
};

static REPOSITORIES: Endpoint = Endpoint {
    method: Method::Get,
    path: "organizations/{org}/repos",
    whose: Whose::Everyone,
    what: "repositories",
};
static CREATE: Endpoint = Endpoint {
    method: Method::Post,
    path: "teams/{org}/{}/projects",
    whose: Whose::Project,
    what: "a project",
};
// Of the project that was made just now.
static KEYS: Endpoint = Endpoint {
    method: Method::Get,
    path: "projects/{org}/{}/keys",
    whose: Whose::Everyone,
    what: "client keys",
};
static NEW_KEY: Endpoint = Endpoint {
    method: Method::Post,
    ..KEYS
};
static MAP: Endpoint = Endpoint {
    method: Method::Post,
    path: "organizations/{org}/code-mappings/bulk",
    whose: Whose::Everyone,
    what: "code mappings",
};

const PLAN: Plan = Plan {
    stages: &[
        &[Step {
            label: "repositories",
            endpoint: &REPOSITORIES,
            query: &[(REPOSITORY, "query")],
            always: &[("per_page", "100")],
            fill: Some(|context, _, _| Ok(context.arguments.text(REPOSITORY).is_some())),
            without: Without::IsOptional("repositories"),
            ..READS
        }],
        &[Step {
            label: "project",
            endpoint: &CREATE,
            names: &[TEAM],
            body: &[(NAME, "name"), (SLUG, "slug"), (PLATFORM, "platform")],
            fill: Some(with_known_repository),
            ..READS
        }],
        &[
            Step {
                label: "keys",
                endpoint: &KEYS,
                fill: Some(of_the_project),
                without: Without::GoesOn,
                ..READS
            },
            Step {
                label: "mapped",
                endpoint: &MAP,
                fill: Some(mapping),
                without: Without::GoesOn,
                ..READS
            },
        ],
        &[Step {
            label: "key",
            endpoint: &NEW_KEY,
            fill: Some(without_key),
            without: Without::GoesOn,
            ..READS
        }],
    ],
    answer: "project!=project{slug! id! name~ platform~} dsn=@dsn repository=@repository{name~ mapped?}",
    finish: Some(finish),
};

/// A repository that is misspelled is found out before anything is made.
fn with_known_repository(
    context: &Context<'_>,
    replies: &Replies,
    _: &mut Filling<'_>,
) -> Result<bool, Failure> {
    let (Some(wanted), Some(reply)) = (
        context.arguments.text(REPOSITORY),
        replies.get("repositories"),
    ) else {
        return Ok(true);
    };
    let known = reply.things("", context.sight)?;
    let is_it = |name: &str| name.eq_ignore_ascii_case(wanted);
    if known
        .iter()
        .any(|one| shape::at(*one, "name").as_str().is_some_and(is_it))
    {
        return Ok(true);
    }
    Err(Failure::Invalid(format!(
        "`repository` {} is none that Sentry has in this organization, so that nothing was made. Connect it in Sentry first, or \
         leave it out.",
        code(wanted, 200)
    )))
}

fn slug<'a>(context: &Context<'_>, replies: &'a Replies) -> Option<&'a str> {
    let project = replies.get("project")?.thing(context.sight)?;
    shape::at(project, "slug").as_str()
}

fn of_the_project(
    context: &Context<'_>,
    replies: &Replies,
    filling: &mut Filling<'_>,
) -> Result<bool, Failure> {
    let slug = slug(context, replies);
    filling
        .names
        .extend(slug.map(|slug| Cow::Owned(slug.to_owned())));
    Ok(slug.is_some())
}

fn mapping(
    context: &Context<'_>,
    replies: &Replies,
    filling: &mut Filling<'_>,
) -> Result<bool, Failure> {
    let (Some(slug), Some(repository)) =
        (slug(context, replies), context.arguments.text(REPOSITORY))
    else {
        return Ok(false);
    };
    filling.body = Some(json!({
        "project": slug,
        "repository": repository,
        "mappings": [{ "stackRoot": "", "sourceRoot": "" }],
    }));
    Ok(true)
}

fn public(context: &Context<'_>, replies: &Replies) -> Option<String> {
    let listed = replies
        .get("keys")
        .and_then(|keys| keys.things("", context.sight).ok())
        .unwrap_or_default();
    let mut keys = listed.into_iter().chain([replies.thing(context, "key")]);
    keys.find_map(|key| shape::at(key, "dsn.public").as_str().map(str::to_owned))
}

/// Sentry makes one with a project, unless it is told not to.
fn without_key(
    context: &Context<'_>,
    replies: &Replies,
    filling: &mut Filling<'_>,
) -> Result<bool, Failure> {
    filling.body = Some(json!({ "name": "Default" }));
    let is_read = replies.get("keys").is_some();
    Ok(of_the_project(context, replies, filling)? && is_read && public(context, replies).is_none())
}

fn finish(
    context: &Context<'_>,
    _: &Place,
    replies: &Replies,
    made: &mut Made,
) -> Result<(), Failure> {
    match public(context, replies) {
        Some(dsn) => made.add_text("dsn", &dsn),
        None => made.suggest(
            context,
            "find_dsns",
            &[("projectSlug", slug(context, replies).unwrap_or_default())],
            "the key could not be read",
        ),
    }
    if let Some(name) = context.arguments.text(REPOSITORY) {
        let mut out = String::new();
        let mut object = Object::begin(&mut out);
        object
            .text("name", name)
            .flag("mapped", replies.get("mapped").is_some())
            .end();
        made.add("repository", out);
    }
    Ok(())
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
