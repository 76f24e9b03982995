use fetch::LocalFuture;
use mcp::CallToolResult;
use sentry_api::DocPage;

use crate::text::markdown::{block, push};
use crate::text::whose::OF_DOCUMENTATION;
use crate::vocabulary::arguments::{required, wrong};
use crate::vocabulary::parameter::Parameter;
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::READ;
use super::search_docs::SKILLS;

/// Of a page, in bytes.
const LONGEST: usize = 16_000;

const PATH: &Parameter = &Parameter::text("path", "From search_docs, or a page's URL.")
    .required()
    .near(&["url", "page", "doc", "docpath", "id", "link"]);

pub(crate) static TOOL: Tool = Tool {
    name: "get_doc",
    title: "Get documentation page",
    description: "Reads a page of Sentry's documentation as Markdown: how to set up or configure something. Find its path \
                  with search_docs.",
    skills: SKILLS,
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[PATH],
    output_schema: None,
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let path = required(PATH, context.arguments.text(PATH))?;
        let page = DocPage::parse(path).ok_or_else(|| {
            wrong(
                PATH,
                "must be a path or URL of docs.sentry.io, such as `/product/crons.md`",
            )
        })?;
        let markdown = context.client.document(&page).await?;
        let mut text = String::new();
        let page = page.as_str();
        push(&mut text, &["# ", page, "\n\n", OF_DOCUMENTATION, "\n\n"]);
        text.push_str(&block(&markdown, LONGEST));
        Ok(CallToolResult::text(text))
    })
}
