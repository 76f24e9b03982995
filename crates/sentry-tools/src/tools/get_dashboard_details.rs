//! A dashboard as tables: each widget with the values of its queries. A chart over time is a table of its values over the
//! whole period, which is what its legend says.

use std::borrow::Cow;

use fetch::{LocalFuture, Method};
use mcp::json::{self, Object};
use sentry_api::{ApiError, Endpoint, Filling, Value, Whose};

use crate::plan::made::Made;
use crate::plan::{self, Narrow, Plan, READS, Replies, Step, Without};
use crate::text::{cut, shape, visible};
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{ORGANIZATION, PROJECT, Parameter, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::alerting::{Which, choose, is_number, splice, splice_raw};
use super::find_dashboards::DASHBOARDS;
use super::{INSPECT, READ};

pub(crate) const NAMED: &Parameter =
    &Parameter::text("dashboardIdOrTitle", "Id, or a title that only one has.")
        .required()
        .near(&["dashboardid", "dashboard", "id", "title"]);

pub(crate) static TOOL: Tool = Tool {
    name: "get_dashboard_details",
    title: "Get dashboard details",
    description: "Shows a dashboard as tables: the query of each widget, and its values now (the first eight queries, ten \
                  rows each; charts over time as totals per series).",
    skills: INSPECT,
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[ORGANIZATION, NAMED, REGION],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

static DASHBOARD: Endpoint = Endpoint {
    method: Method::Get,
    path: "organizations/{org}/dashboards/{}",
    whose: Whose::Project,
    what: "a dashboard",
};

static EVENTS: Endpoint = Endpoint {
    method: Method::Get,
    path: "organizations/{org}/events",
    whose: Whose::Project,
    what: "events",
};

static ISSUES: Endpoint = Endpoint {
    method: Method::Get,
    path: "organizations/{org}/issues",
    whose: Whose::Project,
    what: "issues",
};

/// For one query of a widget. The session's project narrows it, if there is one.
const fn values(label: &'static str, fill: plan::Fill) -> Step {
    Step {
        label,
        endpoint: &EVENTS,
        project: Narrow::Query(PROJECT, "project"),
        fill: Some(fill),
        without: Without::GoesOn,
        ..READS
    }
}

const LABELS: [&str; 8] = ["v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7"];

/// The most rows of a widget.
const ROWS: usize = 10;

/// The most of a cell, in characters.
const CELL: usize = 200;

/// Where a dashboard has no period of its own.
const PERIOD: &str = "14d";

const PLAN: Plan = Plan {
    stages: &[
        &[Step {
            label: "found",
            endpoint: &DASHBOARDS,
            fill: Some(by_title),
            ..READS
        }],
        &[Step {
            label: "one",
            endpoint: &DASHBOARD,
            fill: Some(by_id),
            ..READS
        }],
        &[
            values(LABELS[0], |c, r, f| query(c, r, f, 0)),
            values(LABELS[1], |c, r, f| query(c, r, f, 1)),
            values(LABELS[2], |c, r, f| query(c, r, f, 2)),
            values(LABELS[3], |c, r, f| query(c, r, f, 3)),
            values(LABELS[4], |c, r, f| query(c, r, f, 4)),
            values(LABELS[5], |c, r, f| query(c, r, f, 5)),
            values(LABELS[6], |c, r, f| query(c, r, f, 6)),
            values(LABELS[7], |c, r, f| query(c, r, f, 7)),
        ],
    ],
    answer: "dashboard!=@dashboard{id! title~ url! dateCreated createdBy~=createdBy.name period! projects[] environment~[] \
             widgets![id! title~ description~ displayType dataset queries![name~ columns~[] conditions~ orderBy~ note rows*~]]} \
             suggestedActions=@actions[type toolName arguments* reason]",
    finish: Some(finish),
};

const BOARD: &str = "id! title~ dateCreated createdBy~=createdBy.name projects[] environment~[]";

fn by_title(
    context: &Context<'_>,
    _: &Replies,
    filling: &mut Filling<'_>,
) -> Result<bool, Failure> {
    let named = context.arguments.text(NAMED).unwrap_or_default();
    filling.query.push(("query", Cow::Owned(named.to_owned())));
    Ok(!is_number(named))
}

fn by_id(
    context: &Context<'_>,
    replies: &Replies,
    filling: &mut Filling<'_>,
) -> Result<bool, Failure> {
    let named = context.arguments.text(NAMED).unwrap_or_default();
    let id = if is_number(named) {
        named
    } else {
        let found = replies.things(context, "found")?;
        choose(&found, "title", named, Which::Unique)?
    };
    filling.names.push(Cow::Owned(id.to_owned()));
    Ok(true)
}

/// The dataset of a widget, as its endpoint has it. `None` where it has no values that can be asked for.
fn dataset(widget: Value<'_>) -> Option<&'static str> {
    if widget.get("displayType") == "text" {
        return None;
    }
    Some(match widget.get("widgetType").as_str()? {
        "issue" => "issues",
        "error-events" | "discover" => "errors",
        "spans" | "transaction-like" => "spans",
        "logs" => "logs",
        "tracemetrics" => "tracemetrics",
        _ => return None,
    })
}

/// Every query of a widget that has values, in order.
fn asked<'a>(board: Value<'a>) -> impl Iterator<Item = (Value<'a>, Value<'a>)> {
    let widgets = board.get("widgets").elements().iter();
    let widgets = widgets.filter(|widget| dataset(*widget).is_some());
    widgets.flat_map(|widget| {
        let queries = widget.get("queries").elements().iter();
        queries.map(move |query| (widget, query))
    })
}

/// What a query asks for.
fn columns(query: Value<'_>) -> impl Iterator<Item = &str> {
    let fields = query.get("fields").elements();
    let fields = match fields.is_empty() {
        true => query.get("aggregates").elements(),
        false => fields,
    };
    fields.iter().filter_map(Value::as_str)
}

fn query(
    context: &Context<'_>,
    replies: &Replies,
    filling: &mut Filling<'_>,
    place: usize,
) -> Result<bool, Failure> {
    let board = replies.thing(context, "one");
    let Some((widget, query)) = asked(board).nth(place) else {
        return Ok(false);
    };
    let mut add = |name, value: &str| filling.query.push((name, Cow::Owned(value.to_owned())));
    let dataset = dataset(widget).unwrap_or_default();
    let is_issues = dataset == "issues";
    if !is_issues {
        add("dataset", dataset);
        for column in columns(query).take(20) {
            add("field", column);
        }
    }
    for (name, member) in [("query", "conditions"), ("sort", "orderby")] {
        if let Some(text) = query.get(member).as_str()
            && !text.is_empty()
        {
            add(name, text);
        }
    }
    let most = widget.get("limit").as_u64().unwrap_or(ROWS as u64);
    let most = most.clamp(1, ROWS as u64).to_string();
    add(if is_issues { "limit" } else { "per_page" }, &most);
    let (start, end) = (board.get("start").as_str(), board.get("end").as_str());
    if let (Some(start), Some(end)) = (start, end) {
        add("start", start);
        add("end", end);
    } else {
        add(
            "statsPeriod",
            board.get("period").as_str().unwrap_or(PERIOD),
        );
    }
    for environment in board.get("environment").elements() {
        add("environment", environment.as_str().unwrap_or_default());
    }
    if filling.project.is_none() {
        for project in board.get("projects").elements() {
            if let Value::Number(number) = project {
                filling
                    .query
                    .push(("project", Cow::Owned(number.to_string())));
            }
        }
    }
    if is_issues {
        filling.instead = Some(&ISSUES);
    }
    Ok(true)
}

fn finish(
    context: &Context<'_>,
    place: &Place,
    replies: &Replies,
    made: &mut Made,
) -> Result<(), Failure> {
    let board = replies.thing(context, "one");
    let mut out = String::new();
    shape::thing(&mut out, BOARD, board).ok_or(ApiError::Malformed("a dashboard"))?;
    let mut widgets = String::new();
    let mut next = 0;
    let mut failed = Ok(());
    let all = board.get("widgets").elements();
    json::array(&mut widgets, all.iter().take(100), |out, widget| {
        let wrote = write_widget(context, replies, out, widget, &mut next);
        failed = std::mem::replace(&mut failed, Ok(())).and(wrote);
    });
    failed?;
    let id = board.get("id").as_str().unwrap_or_default();
    let url = place.link(context, &["/dashboard/", id, "/"].concat());
    let period = match (board.get("start").as_str(), board.get("end").as_str()) {
        (Some(start), Some(end)) => [start, " to ", end].concat(),
        _ => board.get("period").as_str().unwrap_or(PERIOD).to_owned(),
    };
    splice(&mut out, "url", &url);
    splice(&mut out, "period", &period);
    splice_raw(&mut out, "widgets", &widgets);
    made.add("dashboard", out);
    if next > LABELS.len() {
        made.suggest(
            context,
            "search_events",
            &[],
            "asks what further widgets ask, which were not read",
        );
    }
    Ok(())
}

fn write_widget(
    context: &Context<'_>,
    replies: &Replies,
    out: &mut String,
    widget: Value<'_>,
    next: &mut usize,
) -> Result<(), Failure> {
    let is_asked = dataset(widget).is_some();
    let shape = "id! title~ description~ displayType dataset=widgetType";
    shape::thing(out, shape, widget).ok_or(ApiError::Malformed("a widget"))?;
    out.pop();
    out.push_str(",\"queries\":[");
    for (place, query) in widget.get("queries").elements().iter().take(20).enumerate() {
        out.push_str(if place > 0 { "," } else { "" });
        let mut object = Object::begin(out);
        for (name, member) in [
            ("name", "name"),
            ("conditions", "conditions"),
            ("orderBy", "orderby"),
        ] {
            let text = query.get(member).as_str();
            object.maybe(name, text.filter(|text| !text.is_empty()));
        }
        json::array(object.name("columns"), columns(query).take(20), json::text);
        let label = LABELS.get(*next).copied().filter(|_| is_asked);
        *next += usize::from(is_asked);
        let note = match label.map(|label| (replies.get(label), label)) {
            Some((Some(reply), _)) => {
                let member = if dataset(widget) == Some("issues") {
                    ""
                } else {
                    "data"
                };
                let rows = reply.things(member, context.sight)?;
                write_rows(object.name("rows"), query, &rows);
                None
            }
            Some((None, _)) => Some("Sentry did not answer this query."),
            None if is_asked => Some("Not asked: a call reads the first eight queries."),
            None => Some("Values of this kind cannot be asked for here."),
        };
        object.maybe("note", note);
        object.end();
    }
    out.push_str("]}");
    Ok(())
}

/// A list for each row, with a value for each column. Of an issue its short id stands for it.
fn write_rows(out: &mut String, query: Value<'_>, rows: &[Value<'_>]) {
    json::array(out, rows.iter().take(ROWS), |out, row| {
        json::array(out, columns(query).take(20), |out, column| {
            let value = match (column, row.get(column)) {
                ("issue", Value::Null) => row.get("shortId"),
                ("assignee", Value::Null) => row.get("assignedTo").get("name"),
                (_, value) => value,
            };
            let mut cell = String::new();
            match value {
                Value::String(text) => {
                    json::text(&mut cell, &cut::head(&visible::only(text), CELL))
                }
                value => shape::any(&mut cell, value, 0),
            }
            out.push_str(&cell);
        });
    });
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
