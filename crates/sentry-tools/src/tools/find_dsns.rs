use fetch::LocalFuture;
use sentry_api::ClientKey;

use crate::vocabulary::arguments::required;
use crate::vocabulary::json::Json;
use crate::vocabulary::parameter::{ORGANIZATION, PROJECT, Parameter, REGION};
use crate::vocabulary::place::{Place, project_key};
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

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
        let place = Place::read(context)?;
        let project = project_key(context, &REQUIRED_PROJECT)?;
        let project = required(&REQUIRED_PROJECT, project)?;
        let keys = context
            .client
            .client_keys(&place.region, &place.organization, &project)
            .await?;
        let mut json = Json::object();
        json.begin("dsns", '[');
        for key in &context.sight.of_all(keys) {
            json.element();
            describe(key, &mut json);
            json.end('}');
        }
        json.end(']');
        json.answer()
    })
}

pub(super) fn describe(key: &ClientKey, json: &mut Json) {
    json.text("id", &key.id);
    json.maybe("name", &key.name);
    json.text("dsn", &key.dsn);
    json.flag("isActive", key.is_active);
    json.maybe("dateCreated", &key.date_created);
}
