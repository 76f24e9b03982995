use fetch::LocalFuture;

use crate::json::{known, object, structured};
use crate::skill::Skills;
use crate::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::READ;

pub(crate) static TOOL: Tool = Tool {
    name: "whoami",
    title: "Who am I",
    description: "The signed-in Sentry user, and the organization or project this connection is limited to.",
    skills: Skills::ALL,
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[],
    output_schema: Some(
        r#"{"type":"object","properties":{"user":{"type":"object","properties":{"id":{"type":"string"},"name":{"type":["string","null"]},"email":{"type":["string","null"]}},"required":["id","name","email"]},"sessionConstraints":{"type":"object","properties":{"organizationSlug":{"type":"string"},"projectSlug":{"type":"string"}}}},"required":["user","sessionConstraints"]}"#,
    ),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let user = context.client.user().await?;
        let constraint = &context.session.constraint;
        let slug = |slug: Option<&sentry_api::Slug>| slug.map(|slug| slug.as_str().into());
        structured(&object(vec![
            (
                "user",
                object(vec![
                    ("id", user.id.into()),
                    ("name", user.name.into()),
                    ("email", user.email.into()),
                ]),
            ),
            (
                "sessionConstraints",
                known(vec![
                    ("organizationSlug", slug(constraint.organization())),
                    ("projectSlug", slug(constraint.project())),
                ]),
            ),
        ]))
    })
}
