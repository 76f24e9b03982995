use fetch::LocalFuture;
use sentry_api::ClientKey;
use serde_json::Value;

use crate::arguments::required;
use crate::json::{known, object, structured};
use crate::parameter::{ORGANIZATION, PROJECT, Parameter, REGION};
use crate::skill::{Skill, Skills};
use crate::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::READ;

const REQUIRED_PROJECT: Parameter = PROJECT.required();

pub(crate) static TOOL: Tool = Tool {
    name: "find_dsns",
    title: "Find DSNs",
    description: "Lists a project's client keys with their DSN, which a program needs to send events. Look here before \
                  making another with create_dsn.",
    skills: Skills::of(&[Skill::ProjectManagement]),
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[ORGANIZATION, REQUIRED_PROJECT, REGION],
    output_schema: Some(
        r#"{"type":"object","properties":{"dsns":{"type":"array","items":{"type":"object","properties":{"id":{"type":"string"},"name":{"type":"string"},"dsn":{"type":"string"},"isActive":{"type":"boolean"},"dateCreated":{"type":"string"}},"required":["id","dsn","isActive"]}}},"required":["dsns"]}"#,
    ),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let arguments = context.arguments;
        let organization = required(&ORGANIZATION, arguments.slug(&ORGANIZATION)?)?;
        let project = required(&REQUIRED_PROJECT, arguments.project(&REQUIRED_PROJECT)?)?;
        let region = context.region()?;
        let keys = context
            .client
            .client_keys(&region, &organization, &project)
            .await?;
        let dsns: Vec<_> = keys.into_iter().map(describe).collect();
        structured(&object(vec![("dsns", dsns.into())]))
    })
}

pub(super) fn describe(key: ClientKey) -> Value {
    known(vec![
        ("id", Some(key.id.into())),
        ("name", key.name.map(Value::from)),
        ("dsn", Some(key.dsn.into())),
        ("isActive", Some(key.is_active.into())),
        ("dateCreated", key.date_created.map(Value::from)),
    ])
}
