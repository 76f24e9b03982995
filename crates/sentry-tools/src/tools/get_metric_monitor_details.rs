use fetch::LocalFuture;

use crate::plan::made::Made;
use crate::plan::{self, Plan, Replies};
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{ORGANIZATION, REGION};
use crate::vocabulary::place::Place;
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::alerting::{
    DETECTORS, MONITOR_ID, OPTIONAL_PROJECT, READ_MONITOR, by_id, metric, whole_monitor,
};
use super::{INSPECT, READ};

pub(crate) static TOOL: Tool = Tool {
    name: "get_metric_monitor_details",
    title: "Get metric monitor details",
    description: "Shows one metric monitor in words and whole: its query, thresholds with the ids that \
                  update_metric_monitor needs, who is alerted by which rule, and the latest issue.",
    skills: INSPECT,
    scopes: READ,
    surface: Surface::Catalog,
    parameters: &[ORGANIZATION, MONITOR_ID, OPTIONAL_PROJECT, REGION],
    output_schema: Some(Schema::Shape(PLAN.answer)),
    effect: Effect::Reads,
    hidden: Hidden::Never,
    run,
};

const PLAN: Plan = Plan {
    stages: &[&[by_id(&DETECTORS, &[(MONITOR_ID, "id")])]],
    answer: READ_MONITOR,
    finish: Some(finish),
};

fn finish(
    context: &Context<'_>,
    _: &Place,
    replies: &Replies,
    made: &mut Made,
) -> Result<(), Failure> {
    let found = metric(context, replies)?;
    made.add("monitor", whole_monitor(found)?);
    if let Some(issue) = found.get("latestGroup").get("shortId").as_str() {
        let arguments = [("issueId", issue)];
        made.suggest(
            context,
            "get_issue_details",
            &arguments,
            "shows the latest issue of this monitor",
        );
    }
    if let Some(rule) = found
        .get("workflowIds")
        .elements()
        .get(0)
        .and_then(|id| id.as_str())
    {
        let arguments = [("ruleIdOrName", rule)];
        made.suggest(
            context,
            "get_alert_rule",
            &arguments,
            "shows who is alerted",
        );
    }
    Ok(())
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    plan::run(context, &TOOL, &PLAN)
}
