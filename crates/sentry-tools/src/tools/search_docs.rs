use fetch::LocalFuture;
use mcp::json::Object;
use sentry_api::ApiError;
use serde_json::Value;

use crate::plan::made::Made;
use crate::plan::{elements, put, structured};
use crate::text::shape;
use crate::vocabulary::arguments::{required, wrong};
use crate::vocabulary::parameter::{NEAR_LIMIT, Parameter};
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::READ;

/// Whoever may read documentation.
pub(super) const SKILLS: Skills = Skills::of(&[Skill::Inspect, Skill::Docs]);

const QUERY: &Parameter = &Parameter::text("query", "What you want to know, in a few words.")
    .at_most(200)
    .required()
    .near(&["q", "question", "search", "text"]);

const MOST_RESULTS: &Parameter =
    &Parameter::integer("maxResults", "", Some(10), Some(3)).near(NEAR_LIMIT);

const GUIDE: &Parameter = &Parameter::text(
    "guide",
    "Only of this platform or framework, such as python or javascript/nextjs.",
)
.at_most(100)
.near(&["platform", "framework", "sdk"]);

const ANSWER: &str = "query! guide results![path~=id url~ snippet~ relevance#] \
                      suggestedActions[type! toolName! arguments!{path~} reason!]";

pub(crate) static TOOL: Tool = Tool {
    name: "search_docs",
    title: "Search documentation",
    description: "Searches Sentry's documentation: SDK set-up, configuration, features. Answers paths and snippets; read a \
                  page with get_doc.",
    skills: SKILLS,
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[QUERY, MOST_RESULTS, GUIDE],
    output_schema: Some(Schema::Shape(ANSWER)),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let query = required(QUERY, context.arguments.text(QUERY))?;
        if query.chars().count() < 2 {
            return Err(wrong(QUERY, "must have at least 2 characters"));
        }
        let mut search = Value::Null;
        put(&mut search, "query", query.into());
        put(
            &mut search,
            MOST_RESULTS.name,
            context.arguments.number(MOST_RESULTS).into(),
        );
        if let Some(guide) = context.arguments.text(GUIDE) {
            put(&mut search, GUIDE.name, guide.into());
        }
        let found = context.client.documents(&search).await?;
        let answer = found.thing(context.sight).unwrap_or_default();
        if !answer.is_object() {
            return Err(ApiError::Malformed("results").into());
        }
        let results = elements(answer.get("results"));
        let mut made = Made::new();
        if let Some(path) = results.first().and_then(|first| first.get("id").as_str()) {
            made.suggest(
                context,
                "get_doc",
                &[("path", path)],
                "Reads the page that fits best.",
            );
        }
        let mut out = String::new();
        let mut object = Object::begin(&mut out);
        object
            .text("query", query)
            .maybe("guide", context.arguments.text(GUIDE));
        for member in shape::members(ANSWER) {
            if let shape::Kind::List(shape) = member.kind
                && member.is_always
            {
                let mut results = results.iter().copied().take(10);
                shape::things(object.name(member.name), shape, &mut results)
                    .ok_or(ApiError::Malformed("results"))?;
            }
        }
        made.write_actions(&mut object, "suggestedActions");
        object.end();
        structured(out, ANSWER)
    })
}
