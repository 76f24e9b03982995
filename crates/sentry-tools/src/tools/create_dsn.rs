use fetch::LocalFuture;

use crate::arguments::required;
use crate::json::structured;
use crate::parameter::{ORGANIZATION, PROJECT, Parameter, REGION};
use crate::scope::{Scope, Scopes};
use crate::skill::{Skill, Skills};
use crate::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::find_dsns;

const REQUIRED_PROJECT: Parameter = PROJECT.required();
const NAME: Parameter = Parameter::text("name", "For people, such as Production.").required();

pub(crate) static TOOL: Tool = Tool {
    name: "create_dsn",
    title: "Create DSN",
    description: "Makes another client key for a project and answers its DSN. A project has one from the start: call \
                  find_dsns first, and make one only when asked to.",
    skills: Skills::of(&[Skill::ProjectManagement]),
    scopes: Scopes::of(&[Scope::OrgRead, Scope::ProjectWrite]),
    surface: Surface::Catalog,
    parameters: &[ORGANIZATION, REQUIRED_PROJECT, NAME, REGION],
    output_schema: Some(
        r#"{"type":"object","properties":{"id":{"type":"string"},"name":{"type":"string"},"dsn":{"type":"string"},"isActive":{"type":"boolean"},"dateCreated":{"type":"string"}},"required":["id","dsn","isActive"]}"#,
    ),
    effect: Effect::Creates,
    hidden: Hidden::Never,
    run,
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let arguments = context.arguments;
        let organization = required(&ORGANIZATION, arguments.slug(&ORGANIZATION)?)?;
        let project = required(&REQUIRED_PROJECT, arguments.project(&REQUIRED_PROJECT)?)?;
        let name = required(&NAME, arguments.text(&NAME)?)?;
        let region = context.region()?;
        let key = context
            .client
            .create_client_key(&region, &organization, &project, &name)
            .await?;
        structured(&find_dsns::describe(key))
    })
}
