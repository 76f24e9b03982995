use fetch::LocalFuture;
use sentry_api::Slug;
use serde::Serialize;

use crate::vocabulary::skill::Skills;
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool, structured};

use super::READ;

pub(crate) static TOOL: Tool = Tool {
    name: "whoami",
    title: "Who am I",
    description: "The signed-in Sentry user, and the organization or project this connection is limited to.",
    skills: Skills::ALL,
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[],
    output_schema: Some(Schema::Json(include_str!("../../schemas/whoami.json"))),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

/// What it answers.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Who<'a> {
    user: User<'a>,
    session_constraints: Fixed<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct User<'a> {
    id: &'a str,
    name: Option<&'a str>,
    email: Option<&'a str>,
}

/// What the session's URL says.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Fixed<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    organization_slug: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    project_slug: Option<&'a str>,
}

/// Members that hold what somebody else wrote.
const SENDERS: &[&str] = &["/user/name", "/user/email"];

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let user = context.client.user().await?;
        let constraint = &context.session.constraint;
        structured(
            &Who {
                user: User {
                    id: &user.id,
                    name: user.name.as_deref(),
                    email: user.email.as_deref(),
                },
                session_constraints: Fixed {
                    organization_slug: constraint.organization().map(Slug::as_str),
                    project_slug: constraint.project().map(Slug::as_str),
                },
            },
            SENDERS,
        )
    })
}
