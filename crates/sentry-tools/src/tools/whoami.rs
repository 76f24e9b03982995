use fetch::LocalFuture;
use serde::Serialize;

use crate::scope::{Scope, Scopes};
use crate::skill::Skills;
use crate::tool::{Answer, Context, Effect, Hidden, Surface, Tool, structured};

pub(crate) static TOOL: Tool = Tool {
    name: "whoami",
    title: "Who am I",
    description: "The signed-in Sentry user, and the organization or project this connection is limited to.",
    skills: Skills::ALL,
    scopes: Scopes::of(&[Scope::OrgRead]),
    parameters: &[],
    output_schema: Some(
        r#"{"type":"object","properties":{"user":{"type":"object","properties":{"id":{"type":"string"},"name":{"type":["string","null"]},"email":{"type":["string","null"]}},"required":["id","name","email"]},"sessionConstraints":{"type":"object","properties":{"organizationSlug":{"type":"string"},"projectSlug":{"type":"string"}}}},"required":["user","sessionConstraints"]}"#,
    ),
    effect: Effect::Reads,
    surface: Surface::Direct,
    hidden: Hidden::Never,
    run,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Output<'a> {
    user: User,
    session_constraints: SessionConstraints<'a>,
}

#[derive(Serialize)]
struct User {
    id: String,
    name: Option<String>,
    email: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionConstraints<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    organization_slug: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    project_slug: Option<&'a str>,
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let user = context.client.user().await?;
        let constraint = &context.session.constraint;
        structured(&Output {
            user: User {
                id: user.id,
                name: user.name,
                email: user.email,
            },
            session_constraints: SessionConstraints {
                organization_slug: constraint.organization().map(sentry_api::Slug::as_str),
                project_slug: constraint.project().map(sentry_api::Slug::as_str),
            },
        })
    })
}
