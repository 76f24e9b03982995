use fetch::LocalFuture;
use mcp::Version;
use mcp::json::{Object, array, text};
use sentry_api::Slug;

use crate::plan;
use crate::vocabulary::skill::Skills;
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::READ;

pub(crate) static TOOL: Tool = Tool {
    name: "get_sentry_mcp_info",
    title: "Get Sentry MCP info",
    description: "Says which version of this server answers, which versions of the protocol it knows, and what this connection is \
                  limited to.",
    skills: Skills::ALL,
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[],
    output_schema: Some(Schema::Shape(ANSWER)),
    effect: Effect::ReadsHere,
    hidden: Hidden::Never,
    run,
};

const ANSWER: &str = "version! protocolVersions![] sentryUrl! sessionConstraints!{organizationSlug projectSlug} skills![] \
                      limits";

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let session = context.session;
        let mut out = String::new();
        let mut object = Object::begin(&mut out);
        object.text("version", env!("CARGO_PKG_VERSION"));
        array(object.name("protocolVersions"), Version::ALL, |out, one| {
            text(out, one.as_str());
        });
        object.text("sentryUrl", context.base().as_str());
        let mut fixed = Object::begin(object.name("sessionConstraints"));
        fixed
            .maybe(
                "organizationSlug",
                session.constraint.organization().map(Slug::as_str),
            )
            .maybe(
                "projectSlug",
                session.constraint.project().map(Slug::as_str),
            )
            .end();
        let skills = session.limits.skills_of(session.skills);
        array(object.name("skills"), skills.iter(), |out, skill| {
            text(out, skill.as_str());
        });
        let limits = session.limits.in_words();
        object.maybe(
            "limits",
            Some(limits.as_str()).filter(|words| !words.is_empty()),
        );
        object.end();
        plan::structured(out, ANSWER)
    })
}
