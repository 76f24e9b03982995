use fetch::LocalFuture;

use crate::vocabulary::arguments::required;
use crate::vocabulary::changed::Value;
use crate::vocabulary::issue_target;
use crate::vocabulary::parameter::{ORGANIZATION, PROJECT, Parameter, REGION};
use crate::vocabulary::place::{Place, project_key};
use crate::vocabulary::scope::{Scope, Scopes};
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Surface, Tool, structured};

use super::find_dsns::Dsn;

const REQUIRED_PROJECT: Parameter = PROJECT.required();
/// Sentry takes a name of so many characters.
const NAME: Parameter = Parameter::text("name", "For people, such as Production.")
    .at_most(64)
    .required();

pub(crate) static TOOL: Tool = Tool {
    name: "create_dsn",
    title: "Create DSN",
    description: "Makes another client key for a project and answers its DSN. A project has one from the start: call \
                  find_dsns first, and make one only when asked to.",
    skills: Skills::of(&[Skill::ProjectManagement]),
    scopes: Scopes::of(&[Scope::OrgRead, Scope::ProjectWrite]),
    surface: Surface::Catalog,
    parameters: &[ORGANIZATION, REQUIRED_PROJECT, NAME, REGION],
    output_schema: Some(include_str!("../../schemas/create_dsn.json")),
    effect: Effect::Creates,
    hidden: Hidden::Never,
    run,
};

/// Members that hold what somebody else wrote.
const SENDERS: &[&str] = &["/name"];

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let place = Place::read(context)?;
        let project = project_key(context, &REQUIRED_PROJECT)?;
        let project = required(&REQUIRED_PROJECT, project)?;
        let name = context.arguments.text(&NAME).unwrap_or_default();
        let key = context
            .client
            .create_client_key(&place.region, &place.organization, &project, name)
            .await;
        let on = [place.organization.as_str(), "/", project.as_str()].concat();
        let key = context.changes.sent(TOOL.name, &on, key)?;
        let dsn = Value::new("dsn", None, None);
        context.changes.add(TOOL.name, &on, vec![dsn]);
        let key = issue_target::seen(context, key)?;
        structured(&Dsn::of(&key), SENDERS)
    })
}
