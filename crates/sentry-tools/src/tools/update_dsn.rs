use fetch::{LocalFuture, Method};
use sentry_api::{Endpoint, Filling, Whose};
use serde_json::{Value, json};

use crate::plan::{self, Narrow, Plan, READS, Replies, Step, put};
use crate::text::shape;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{Format, ORGANIZATION, Parameter, REGION};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::update_project::{REQUIRED_PROJECT, something};
use super::{MANAGES, WRITE_PROJECTS};

const KEY: &Parameter = &Parameter::format("keyId", "The id that find_dsns gives.", Format::Slug)
    .required()
    .near(&["id", "dsnid", "key"]);
const NAME: &Parameter = &Parameter::text("name", "").at_most(64);
const IS_ACTIVE: &Parameter =
    &Parameter::flag("isActive", "Without it, Sentry drops what is sent.", false);
const WINDOW: &Parameter = &Parameter::integer(
    "rateLimitWindow",
    "Seconds, for rateLimitCount.",
    Some(86_400),
    None,
)
.from(0);
const COUNT: &Parameter = &Parameter::integer(
    "rateLimitCount",
    "Events within rateLimitWindow.",
    None,
    None,
)
.from(0);
const UNLIMITED: &Parameter = &Parameter::flag("disableRateLimit", "", false);
const SDK: &Parameter =
    &Parameter::text("browserSdkVersion", "Of the loader, such as latest or 8.x.").at_most(20);
const REPLAY: &Parameter = &Parameter::flag("loaderHasReplay", "", false);
const PERFORMANCE: &Parameter = &Parameter::flag("loaderHasPerformance", "", false);
const DEBUG: &Parameter = &Parameter::flag("loaderHasDebug", "", false);
const FEEDBACK: &Parameter = &Parameter::flag("loaderHasFeedback", "", false);
const LOGS: &Parameter = &Parameter::flag("loaderHasLogsAndMetrics", "", false);

pub(crate) static TOOL: Tool = Tool {
    name: "update_dsn",
    title: "Update DSN",
    description: "Changes a client key: switches it on or off, renames it, limits its rate, or sets what the JavaScript loader \
                  brings. What is not named stays. Answers with the old and new values.",
    skills: MANAGES,
    scopes: WRITE_PROJECTS,
    surface: Surface::Catalog,
    parameters: &[
        ORGANIZATION,
        REQUIRED_PROJECT,
        KEY,
        NAME,
        IS_ACTIVE,
        WINDOW,
        COUNT,
        UNLIMITED,
        SDK,
        REPLAY,
        PERFORMANCE,
        DEBUG,
        FEEDBACK,
        LOGS,
        REGION,
    ],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Sets,
    hidden: Hidden::Never,
    run,
};

static READ_KEY: Endpoint = Endpoint {
    method: Method::Get,
    path: "projects/{org}/{project}/keys/{}",
    whose: Whose::Project,
    what: "a client key",
};

static UPDATE: Endpoint = Endpoint {
    method: Method::Put,
    ..READ_KEY
};

const PLAN: Plan = Plan {
    stages: &[
        &[Step {
            label: "before",
            endpoint: &READ_KEY,
            project: Narrow::Path(REQUIRED_PROJECT),
            names: &[KEY],
            ..READS
        }],
        &[Step {
            label: "after",
            endpoint: &UPDATE,
            project: Narrow::Path(REQUIRED_PROJECT),
            names: &[KEY],
            body: &[
                (NAME, "name"),
                (IS_ACTIVE, "isActive"),
                (UNLIMITED, "rateLimit"),
                (WINDOW, "rateLimit.window"),
                (COUNT, "rateLimit.count"),
                (SDK, "browserSdkVersion"),
                (REPLAY, "dynamicSdkLoaderOptions.hasReplay"),
                (PERFORMANCE, "dynamicSdkLoaderOptions.hasPerformance"),
                (DEBUG, "dynamicSdkLoaderOptions.hasDebug"),
                (FEEDBACK, "dynamicSdkLoaderOptions.hasFeedback"),
                (LOGS, "dynamicSdkLoaderOptions.hasLogsAndMetrics"),
            ],
            fill: Some(limit),
            ..READS
        }],
    ],
    answer: "dsn!=after{id! name~ dsn!=dsn.public isActive? rateLimit{window# count#} browserSdkVersion~ \
             loader=dynamicSdkLoaderOptions{hasReplay? hasPerformance? hasDebug? hasFeedback? hasLogsAndMetrics?} \
             dateCreated} changes!=@changes[name! before~* after~*]",
    finish: None,
};

/// A limit is a window and a count: the one that is not sent stays.
fn limit(
    context: &Context<'_>,
    replies: &Replies,
    filling: &mut Filling<'_>,
) -> Result<bool, Failure> {
    let sent = |parameter| context.arguments.value(parameter).is_some();
    let (window, count) = (sent(WINDOW), sent(COUNT));
    let is_lifted = context.arguments.flag(UNLIMITED);
    if is_lifted && (window || count) {
        return Err(Failure::Invalid(
            "`disableRateLimit` and a rate limit say different things: send one of them."
                .to_owned(),
        ));
    }
    let Some(body) = &mut filling.body else {
        return something(context, replies, filling);
    };
    if is_lifted {
        put(body, "rateLimit", json!({ "window": null, "count": null }));
    } else if window || count {
        let before = shape::at(replies.thing(context, "before"), "rateLimit");
        for (is_sent, name, path) in [
            (window, "window", "rateLimit.window"),
            (count, "count", "rateLimit.count"),
        ] {
            if is_sent {
                continue;
            }
            let Some(known) = before.get(name).as_u64() else {
                return Err(Failure::Invalid(
                    "The key has no rate limit yet: send `rateLimitWindow` and `rateLimitCount`."
                        .to_owned(),
                ));
            };
            put(body, path, known.into());
        }
    } else if let Value::Object(members) = body {
        members.remove("rateLimit");
        if members.is_empty() {
            filling.body = None;
        }
    }
    something(context, replies, filling)
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
