use fetch::LocalFuture;
use sentry_api::ClientKey;
use serde::Serialize;

use crate::vocabulary::arguments::required;
use crate::vocabulary::parameter::{ORGANIZATION, PROJECT, Parameter, REGION};
use crate::vocabulary::place::{Place, project_key};
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Surface, Tool, structured};

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
    output_schema: Some(include_str!("../../schemas/find_dsns.json")),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

/// What it answers.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Dsns<'a> {
    dsns: Vec<Dsn<'a>>,
}

/// A client key.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Dsn<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    dsn: &'a str,
    is_active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_created: Option<&'a str>,
}

impl<'a> Dsn<'a> {
    pub(super) fn of(key: &'a ClientKey) -> Self {
        Self {
            id: &key.id,
            name: key.name.as_deref(),
            dsn: &key.dsn,
            is_active: key.is_active,
            date_created: key.date_created.as_deref(),
        }
    }
}

/// Members that hold what somebody else wrote.
const SENDERS: &[&str] = &["/dsns/*/name"];

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let place = Place::read(context)?;
        let project = project_key(context, &REQUIRED_PROJECT)?;
        let project = required(&REQUIRED_PROJECT, project)?;
        let keys = context
            .client
            .client_keys(&place.region, &place.organization, &project)
            .await?;
        let keys = context.sight.of_all(keys);
        structured(
            &Dsns {
                dsns: keys.iter().map(Dsn::of).collect(),
            },
            SENDERS,
        )
    })
}
