use fetch::LocalFuture;

use crate::vocabulary::json::Json;
use crate::vocabulary::skill::Skills;
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

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
        let mut json = Json::object();
        json.begin("user", '{');
        json.text("id", &user.id);
        for (name, value) in [("name", &user.name), ("email", &user.email)] {
            match value {
                Some(value) => json.text(name, value),
                None => json.raw(name, "null"),
            }
        }
        json.end('}');
        json.begin("sessionConstraints", '{');
        for (name, slug) in [
            ("organizationSlug", constraint.organization()),
            ("projectSlug", constraint.project()),
        ] {
            if let Some(slug) = slug {
                json.text(name, slug.as_str());
            }
        }
        json.end('}');
        json.answer()
    })
}
