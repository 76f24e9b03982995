use fetch::LocalFuture;

use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{Kind, Parameter};
use crate::vocabulary::skill::Skills;
use crate::vocabulary::tool::{
    Answer, CALLS as CALLS_NAME, Context, EXECUTE, Effect, Hidden, Surface, Tool,
};

use super::READ;

const NAME: &Parameter = &Parameter::text("name", "").near(&["tool", "toolname"]);
const ARGUMENTS: &Parameter =
    &Parameter::new("arguments", "As its inputSchema says.", Kind::Object).near(&[
        "args",
        "params",
        "parameters",
        "input",
        "toolarguments",
        "toolargs",
        "toolinput",
        "toolparams",
    ]);

const CALLS: &Parameter = &Parameter::new(
    CALLS_NAME,
    "Instead: up to 8 {name, arguments} that only read, answered together.",
    Kind::Objects,
);

pub(crate) static TOOL: Tool = Tool {
    name: EXECUTE,
    title: "Execute Sentry tool",
    description: "Runs any tool of the catalogue, also those not in this list: get its name and inputSchema from \
                  search_sentry_tools.",
    skills: Skills::ALL,
    scopes: READ,
    surface: Surface::Direct,
    parameters: &[NAME, ARGUMENTS, CALLS],
    output_schema: None,
    effect: Effect::Anything,
    hidden: Hidden::Never,
    run,
};

/// Never reached: the server puts the named tools in this one's place before it runs anything, so that scopes, skills and
/// constraints are the named tools' own.
fn run<'a>(_: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async {
        Err(Failure::Invalid(
            "`name` must be the name of a tool.".to_owned(),
        ))
    })
}
