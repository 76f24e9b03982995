use fetch::LocalFuture;
use mcp::CallToolResult;
use sentry_api::{ApiError, Event, IssueEventSearch, Page};

use crate::text::markdown::{code, paragraph, push, value};
use crate::text::whose::WHOSE;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::hint;
use crate::vocabulary::issue_target::Located;
use crate::vocabulary::parameter::{
    EXPLAIN, ISSUE_ID, ISSUE_URL, NEAR_LIMIT, NEAR_SORT, OPTIONAL_ORGANIZATION, PERIOD, PROJECT,
    Parameter, REGION,
};
use crate::vocabulary::search::{AS_IT_IS, MORE, counted, link};
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::{READ, get_event_stacktrace, get_issue_breadcrumbs};

const ORGANIZATION: &Parameter = &OPTIONAL_ORGANIZATION.nullable();
const QUERY: &Parameter = &Parameter::text(
    "query",
    "Sentry search syntax over its events, such as environment:production release:1.4.0.",
);
const SORT: &Parameter = &Parameter::text(
    "sort",
    "Without it the newest first; a server may ignore it.",
)
.near(NEAR_SORT);
const OPTIONAL_PROJECT: &Parameter = &PROJECT.nullable();
const LIMIT: &Parameter = &Parameter::number("limit", 100, 50).near(NEAR_LIMIT);

pub(crate) static TOOL: Tool = Tool {
    name: "search_issue_events",
    title: "Search issue events",
    description: "Lists the events of one issue, by query and period, with id, time, release, environment and user of \
                  each: to compare occurrences or to find one with a certain tag.",
    skills: Skills::of(&[Skill::Inspect, Skill::Triage]),
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[
        ISSUE_URL,
        ORGANIZATION,
        ISSUE_ID,
        QUERY,
        SORT,
        PERIOD,
        OPTIONAL_PROJECT,
        LIMIT,
        REGION,
        EXPLAIN,
    ],
    output_schema: None,
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let arguments = context.arguments;
        let limit = arguments.number(LIMIT).unwrap_or_default();
        let per_page = limit.to_string();
        let located = Located::find(context).await?;
        let place = &located.place;
        // An issue has one project anyway: without its number the search is the same.
        let project = arguments.project(OPTIONAL_PROJECT);
        let project = match place.project_id(context, project).await {
            Err(ApiError::Unauthorized) => return Err(ApiError::Unauthorized.into()),
            answer => answer.unwrap_or_default(),
        };
        let search = IssueEventSearch {
            query: arguments.text(QUERY).unwrap_or_default(),
            limit: &per_page,
            sort: arguments.text(SORT).unwrap_or_default(),
            period: arguments.text(PERIOD).unwrap_or("14d"),
            project_id: project.as_deref(),
        };
        let client = context.client;
        let found = client
            .issue_events(&place.region, &place.organization, &located.key, search)
            .await
            .map_err(|error| refused(error, search))?;
        let mut found = context.sight.of_page(found);
        if found.items.len() > limit as usize {
            found.items.truncate(limit as usize);
            found.next = Some(String::new());
        }
        Ok(CallToolResult::text(render(
            context, &located, search, &found,
        )))
    })
}

fn render(
    context: &Context<'_>,
    located: &Located,
    search: IssueEventSearch<'_>,
    found: &Page<Event>,
) -> String {
    let has_more = found.next.is_some();
    let mut text = counted(found.items.len(), has_more, "event");
    let query = match search.query {
        "" => "every event".to_owned(),
        query => code(query, 500),
    };
    let name = code(located.name(), 120);
    push(
        &mut text,
        &[
            " of ",
            &name,
            "\n\nSearched: ",
            &query,
            ", last ",
            search.period,
        ],
    );
    let mut parameters = vec![("query", search.query), ("statsPeriod", search.period)];
    let order = match search.sort {
        "" => ", newest first".to_owned(),
        sort => {
            parameters.push(("sort", sort));
            [
                ", sorted by ",
                &code(sort, 100),
                " where the server does that",
            ]
            .concat()
        }
    };
    let page = ["/issues/", located.key.as_str(), "/events/"];
    let link = link(context, &located.place, &page, &parameters);
    push(&mut text, &[&order, ".\n", &link]);
    if context.arguments.flag(EXPLAIN) {
        paragraph(&mut text, AS_IT_IS);
    }
    if !found.items.is_empty() {
        paragraph(&mut text, WHOSE);
    }
    text.push('\n');
    for event in &found.items {
        describe(event, &mut text);
    }
    if found.items.is_empty() {
        text.push_str("\nTry a longer period or fewer terms.");
    }
    let hints = [
        (&get_event_stacktrace::TOOL, "with an eventId"),
        (&get_issue_breadcrumbs::TOOL, "with an eventId"),
    ];
    let hints = if found.items.is_empty() {
        &[]
    } else {
        &hints[..]
    };
    paragraph(&mut text, &hint::next(context, hints));
    if has_more {
        paragraph(&mut text, MORE);
    }
    text
}

fn describe(event: &Event, text: &mut String) {
    let id = event.event_id().unwrap_or_default();
    let date = event.text("dateCreated").unwrap_or_default();
    push(text, &["\n- ", &code(&id, 40), " ", &value(&date, 40)]);
    if let Some(title) = event.text("title").or_else(|| event.text("message")) {
        push(text, &[" ", &code(&title, 160)]);
    }
    let tags = event.tags();
    for name in [
        "release",
        "environment",
        "user",
        "transaction",
        "url",
        "browser",
    ] {
        if let Some(tag) = tags.iter().find(|tag| tag.key == name) {
            push(text, &[" · ", name, ": ", &code(&tag.value, 100)]);
        }
    }
}

fn refused(error: ApiError, search: IssueEventSearch<'_>) -> Failure {
    if error != ApiError::Rejected(400) {
        return error.into();
    }
    Failure::Invalid(format!(
        "Sentry does not understand `query` {} with `sort` {}. Write space-separated `key:value` terms and quoted text.",
        code(search.query, 300),
        code(search.sort, 100)
    ))
}
