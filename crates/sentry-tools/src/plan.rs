//! Tools as data: which endpoints are asked, what fills them, and what of their answers is handed on. A [`Plan`] says it in
//! tables, and one function runs every plan; what a table cannot say is a function beside it that waits for nothing
//! ([ADR 130](../../../docs/adr/0130-tools-as-data.md)). `tools/find_dsns.rs` is a short one.

use std::borrow::Cow;

use fetch::{LocalFuture, Method};
use futures_util::future::{join, join4, ready};
use mcp::json::{self, Object};
use mcp::{CallToolResult, Content};
use sentry_api::{ApiError, Endpoint, Filling, Reply, Value};
use serde_json::value::{RawValue, to_raw_value};

use crate::plan::made::Made;
use crate::text::shape::{self, Kind, Member};
use crate::vocabulary::changed;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::Parameter;
use crate::vocabulary::place::{Place, project_key};
use crate::vocabulary::tool::{Answer, Context, Tool, UNTRUSTED};

pub(crate) mod made;

/// What a tool asks, and what it answers.
pub(crate) struct Plan {
    /// Each stage waits for the one before it. The requests of a stage, eight at most, are sent side by side.
    pub(crate) stages: &'static [&'static [Step]],
    /// The answer, in the words of [`shape`]. A path begins with the label of a step, or with one of these: `@next` (the cursor
    /// of the first step that has one), `@more?` (whether there is one), `@done?` (true), `@changes` (what is different between
    /// the steps `before` and `after`: `name`, `before` and `after` of each), `@actions` and whatever else
    /// [`Plan::finish`] has made, and else `@` and the name of an argument. Empty for a tool that answers Markdown alone.
    pub(crate) answer: &'static str,
    /// Adds what no table says.
    pub(crate) finish: Option<Finish>,
}

/// One request.
pub(crate) struct Step {
    /// The first name of the paths that read its answer.
    pub(crate) label: &'static str,
    pub(crate) endpoint: &'static Endpoint,
    pub(crate) project: Narrow,
    /// For the endpoint's `{}`, in turn.
    pub(crate) names: &'static [&'static Parameter],
    /// A parameter, and the name under which it is sent if it was given.
    pub(crate) query: &'static [(&'static Parameter, &'static str)],
    /// What is always sent.
    pub(crate) always: &'static [(&'static str, &'static str)],
    /// A parameter, and the place in the JSON body where it is sent if it was given: names between dots.
    pub(crate) body: &'static [(&'static Parameter, &'static str)],
    /// Fills what no table says, knowing the answers of the stages before.
    pub(crate) fill: Option<Fill>,
    pub(crate) without: Without,
}

/// How a request is narrowed to a project. A session of one project narrows it in any case.
#[derive(Clone, Copy)]
pub(crate) enum Narrow {
    /// It names none.
    No,
    /// The path has it; the parameter is required unless the session fixes it.
    Path(&'static Parameter),
    /// The query has it under this name, if one is meant.
    Query(&'static Parameter, &'static str),
    /// As the other two, whichever the endpoints are: the first where a project is meant, else the second, of the organization.
    Either(&'static Parameter, &'static Endpoint),
}

/// What becomes of a step that fails.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Without {
    /// The call fails.
    Fails,
    /// The answer lacks it: it is nice to have.
    GoesOn,
    /// What is not there any more counts as deleted.
    IsGone,
    /// A 404 means that this Sentry does not have the endpoint; what it is about.
    IsOptional(&'static str),
}

/// Whether the step is sent, and what else fills it.
pub(crate) type Fill = fn(&Context<'_>, &Replies, &mut Filling<'_>) -> Result<bool, Failure>;

/// See [`Plan::finish`].
pub(crate) type Finish = fn(&Context<'_>, &Place, &Replies, &mut Made) -> Result<(), Failure>;

/// A step that reads.
pub(crate) const READS: Step = Step {
    label: "",
    endpoint: &Endpoint {
        method: Method::Get,
        path: "",
        whose: sentry_api::Whose::Project,
        what: "",
    },
    project: Narrow::No,
    names: &[],
    query: &[],
    always: &[],
    body: &[],
    fill: None,
    without: Without::Fails,
};

/// The answers so far, by the labels of their steps.
#[derive(Default)]
pub(crate) struct Replies(Vec<(&'static str, Reply)>);

impl Replies {
    /// The answer to a step; `None` where it was not sent.
    pub(crate) fn get(&self, label: &str) -> Option<&Reply> {
        let found = self.0.iter().find(|(own, _)| *own == label);
        found.map(|(_, reply)| reply)
    }

    /// The thing that a step has read, or the first of a list, if the session sees it; else `null`.
    pub(crate) fn thing(&self, context: &Context<'_>, label: &str) -> Value<'_> {
        match self.get(label) {
            None => Value::Null,
            Some(reply) if reply.is_list() => {
                let things = self.things(context, label).unwrap_or_default();
                things.first().copied().unwrap_or_default()
            }
            Some(reply) => reply.thing(context.sight).unwrap_or_default(),
        }
    }

    /// What a session sees of the list that a step has read; nothing where it was not sent.
    pub(crate) fn things(
        &self,
        context: &Context<'_>,
        label: &str,
    ) -> Result<Vec<Value<'_>>, ApiError> {
        self.get(label)
            .map_or(Ok(Vec::new()), |reply| reply.things("", context.sight))
    }
}

/// Runs a plan. Boxed here, so that its state is compiled once for all tools.
pub(crate) fn run<'a>(
    context: &'a Context<'a>,
    tool: &'static Tool,
    plan: &'static Plan,
) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let at = Place::read(context)?;
        let mut replies = Replies::default();
        for stage in plan.stages {
            let sent = |place: usize| match stage.get(place) {
                Some(step) => ask(context, tool, &at, step, &replies),
                None => Box::pin(ready(Ok(None))),
            };
            let first = join4(sent(0), sent(1), sent(2), sent(3));
            let ((a, b, c, d), (e, f, g, h)) =
                join(first, join4(sent(4), sent(5), sent(6), sent(7))).await;
            for (step, reply) in stage.iter().zip([a, b, c, d, e, f, g, h]) {
                if let Some(reply) = reply? {
                    replies.0.push((step.label, reply));
                }
            }
        }
        let changes =
            plan.stages.iter().copied().flatten().any(|step| {
                step.endpoint.method != Method::Get && replies.get(step.label).is_some()
            });
        answer(context, &at, plan, &replies).map_err(|failure| match failure {
            Failure::Api(ApiError::Malformed(_)) if changes => ApiError::Unsure.into(),
            failure => failure,
        })
    })
}

/// Sends one step. `None` where it is left out.
fn ask<'a>(
    context: &'a Context<'a>,
    tool: &'static Tool,
    place: &'a Place,
    step: &'static Step,
    replies: &'a Replies,
) -> LocalFuture<'a, Result<Option<Reply>, Failure>> {
    Box::pin(async move {
        let (endpoint, filling) = match filled(context, step, replies)? {
            Some(filled) => filled,
            None => return Ok(None),
        };
        let call = context
            .client
            .call(endpoint, &place.region, &place.organization, &filling);
        let outcome = call.await;
        let outcome = if endpoint.method == Method::Get {
            outcome
        } else {
            let on = on(place, &filling);
            let outcome = context.changes.sent(tool.name, &on, outcome);
            if outcome.is_ok() {
                // At once: whatever fails after it, it was made.
                note(context, tool, &on, step, endpoint.method, replies);
            }
            outcome
        };
        match (outcome, step.without) {
            (Ok(reply), without) if without != Without::GoesOn => {
                // Before anything of it is shown, and before anything is changed by it.
                if reply.thing(context.sight).is_none() && !reply.is_list() && !reply.is_nothing() {
                    return Err(Failure::outside("project"));
                }
                Ok(Some(reply))
            }
            (Ok(reply), _) => Ok(Some(reply)),
            (Err(error @ ApiError::Unauthorized), _) => Err(error.into()),
            (Err(ApiError::NotFound), Without::IsGone) | (Err(_), Without::GoesOn) => Ok(None),
            // It may name what is not this session's.
            (Err(ApiError::Refused(_)), _)
                if context.session.constraint.organization().is_some() =>
            {
                Err(ApiError::Rejected(400).into())
            }
            (Err(error), Without::IsOptional(what)) => Err(Failure::of_optional(error, what)),
            (Err(error), _) => Err(error.into()),
        }
    })
}

/// The endpoint, and all that fills it. `None` where the step is left out.
fn filled<'a>(
    context: &'a Context<'a>,
    step: &'static Step,
    replies: &Replies,
) -> Result<Option<(&'static Endpoint, Filling<'a>)>, Failure> {
    let mut endpoint = step.endpoint;
    let mut filling = Filling::default();
    let own = || context.sight.own_project();
    let asked = |parameter| project_key(context, parameter).map(|key| key.or_else(own));
    match step.project {
        Narrow::No => {}
        Narrow::Path(parameter) => {
            let key = asked(parameter)?;
            let key = crate::vocabulary::arguments::required(parameter, key)?;
            filling.project = Some(key);
        }
        Narrow::Query(parameter, name) => {
            filling.project = asked(parameter)?;
            if let Some(key) = &filling.project {
                let numbered = context.sight.project_id().filter(|_| name == "project");
                let text = numbered.unwrap_or(key.as_str()).to_owned();
                filling.query.push((name, Cow::Owned(text)));
            }
        }
        Narrow::Either(parameter, of_organization) => {
            filling.project = asked(parameter)?;
            if filling.project.is_none() {
                endpoint = of_organization;
            }
        }
    }
    for parameter in step.names {
        let name = context.arguments.as_text(parameter);
        filling
            .names
            .push(crate::vocabulary::arguments::required(parameter, name)?);
    }
    for (name, value) in step.always {
        filling.query.push((name, Cow::Borrowed(value)));
    }
    for (parameter, name) in step.query {
        filling.query.extend(
            context
                .arguments
                .as_text(parameter)
                .map(|text| (*name, text)),
        );
    }
    let mut body = serde_json::Value::Null;
    for (parameter, path) in step.body {
        if let Some(value) = context.arguments.value(parameter) {
            put(&mut body, path, value.clone());
        }
    }
    filling.body = Some(body).filter(|body| !body.is_null());
    if let Some(fill) = step.fill
        && !fill(context, replies, &mut filling)?
    {
        return Ok(None);
    }
    let endpoint = filling.instead.unwrap_or(endpoint);
    Ok(Some((endpoint, filling)))
}

/// The elements of a list. A server may send one thing where there are several, and nothing where there is none.
pub(crate) fn elements(value: Value<'_>) -> Vec<Value<'_>> {
    match value {
        Value::Array(list) => list.iter().collect(),
        Value::Object(_) => vec![value],
        _ => Vec::new(),
    }
}

/// Puts a value into a body at a path.
pub(crate) fn put(body: &mut serde_json::Value, path: &str, value: serde_json::Value) {
    let mut at = body;
    for step in path.split('.') {
        if !at.is_object() {
            *at = serde_json::Value::Object(serde_json::Map::new());
        }
        let serde_json::Value::Object(members) = at else {
            return;
        };
        at = members.entry(step).or_insert(serde_json::Value::Null);
    }
    *at = value;
}

/// What is changed, for a record: its organization, and what the path names.
fn on(place: &Place, filling: &Filling<'_>) -> String {
    let mut on = place.organization.as_str().to_owned();
    let project = filling.project.as_ref().map(sentry_api::ProjectKey::as_str);
    for name in project
        .into_iter()
        .chain(filling.names.iter().map(|name| &**name))
    {
        on.push('/');
        on.push_str(name);
    }
    on
}

/// Notes a change that Sentry has confirmed.
fn note(
    context: &Context<'_>,
    tool: &'static Tool,
    on: &str,
    step: &Step,
    method: Method,
    replies: &Replies,
) {
    let mut values = Vec::new();
    for (parameter, path) in step.body {
        let after = context.arguments.as_text(parameter);
        let before = shape::at(replies.thing(context, "before"), path).as_str();
        values.push(match after {
            _ if context.arguments.value(parameter).is_none() => continue,
            // A record names things and quotes nothing.
            Some(after) if !parameter.is_free_text() => {
                changed::Value::new(parameter.name, before, Some(&after))
            }
            _ => changed::Value::new(parameter.name, None, None),
        });
    }
    if method == Method::Delete {
        values.push(changed::Value::new("deleted", None, None));
    }
    // What is in the path alone, or in a body that a function fills.
    if values.is_empty() {
        values.push(changed::Value::new("added", None, None));
    }
    context.changes.add(tool.name, on, values);
}

fn answer(context: &Context<'_>, place: &Place, plan: &'static Plan, replies: &Replies) -> Answer {
    let mut made = Made::new();
    if let Some(finish) = plan.finish {
        finish(context, place, replies, &mut made)?;
    }
    if plan.answer.is_empty() {
        let mut result = CallToolResult::text(made.text().unwrap_or_default());
        result.content.extend(made.contents);
        return Ok(result);
    }
    let mut out = String::new();
    let mut object = Object::begin(&mut out);
    for member in shape::members(plan.answer) {
        write(context, plan, replies, &made, &mut object, &member)?;
    }
    object.end();
    let mut result = structured(out, plan.answer)?;
    if let Some(text) = made.text() {
        result.content = vec![Content::Text { text }];
    }
    result.content.extend(made.contents);
    Ok(result)
}

/// A structured answer of a shape, with the members that others wrote.
pub(crate) fn structured(json: String, shape: &str) -> Answer {
    let json = RawValue::from_string(json).map_err(|_| ApiError::Malformed("encodable"))?;
    let mut result = CallToolResult::structured(json);
    let mut others = Vec::new();
    shape::others(shape, "", &mut others);
    if !others.is_empty() {
        let others = to_raw_value(&others).map_err(|_| ApiError::Malformed("encodable"))?;
        result.meta.push((UNTRUSTED, others));
    }
    Ok(result)
}

/// One member of the whole answer.
fn write(
    context: &Context<'_>,
    plan: &Plan,
    replies: &Replies,
    made: &Made,
    object: &mut Object<'_>,
    member: &Member<'_>,
) -> Result<(), Failure> {
    let missing = || Failure::from(ApiError::Malformed("what it should be"));
    if let Some(name) = member.path.strip_prefix('@') {
        return made
            .write(context, plan, replies, object, member, name)
            .ok_or_else(missing);
    }
    let (label, path) = member.path.split_once('.').unwrap_or((member.path, ""));
    let Some(reply) = replies.get(label) else {
        return match member.is_always {
            false => Ok(()),
            true => Err(missing()),
        };
    };
    if let (Kind::List(shape), false) = (member.kind, path.contains('.')) {
        let things = reply.things(path, context.sight)?;
        let mut out = String::new();
        shape::things(&mut out, shape, &mut things.into_iter()).ok_or_else(missing)?;
        object.raw(member.name, &out);
        return Ok(());
    }
    let thing = reply.thing(context.sight).unwrap_or_default();
    shape::member(object, member, shape::at(thing, path)).ok_or_else(missing)
}

/// What `@changes` is: the arguments that were sent, where the answer after it differs from the one before.
fn changes(context: &Context<'_>, plan: &Plan, replies: &Replies) -> String {
    let (before, after) = (
        replies.thing(context, "before"),
        replies.thing(context, "after"),
    );
    let sent = plan.stages.iter().copied().flatten();
    let sent = sent
        .filter(|step| step.label == "after")
        .flat_map(|step| step.body);
    let mut out = String::new();
    let different = sent.filter(|(parameter, path)| {
        context.arguments.value(parameter).is_some()
            && shape::at(before, path) != shape::at(after, path)
    });
    json::array(&mut out, different, |out, (parameter, path)| {
        let mut object = Object::begin(out);
        object.text("name", parameter.name);
        shape::any(object.name("before"), shape::at(before, path), 0);
        shape::any(object.name("after"), shape::at(after, path), 0);
        object.end();
    });
    out
}
