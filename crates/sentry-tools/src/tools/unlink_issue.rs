use fetch::{LocalFuture, Method};
use sentry_api::{ApiError, Endpoint, Whose};

use crate::vocabulary::arguments::{required, wrong};
use crate::vocabulary::changed::Value;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::issue_target::Located;
use crate::vocabulary::parameter::{ISSUE_ID, ISSUE_URL, OPTIONAL_ORGANIZATION, REGION};
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool};

use super::WRITE_EVENTS;
use super::link_issue::held::Held;
use super::link_issue::{ANSWER, APP, EXTERNAL, INTEGRATION, answer, below, send};

pub(crate) static TOOL: Tool = Tool {
    name: "unlink_issue",
    title: "Unlink issue",
    description: "Takes the link between a Sentry issue and one of a tracker away; both stay. Does nothing if there is none.",
    skills: Skills::of(&[Skill::Triage]),
    scopes: WRITE_EVENTS,
    surface: Surface::Catalog,
    parameters: &[
        ISSUE_URL,
        OPTIONAL_ORGANIZATION,
        ISSUE_ID,
        EXTERNAL,
        INTEGRATION,
        APP,
        REGION,
    ],
    output_schema: Some(Schema::Shape(ANSWER)),
    effect: Effect::Deletes,
    hidden: Hidden::Never,
    run,
};

static OF_INTEGRATION: Endpoint = Endpoint {
    method: Method::Delete,
    path: "organizations/{org}/issues/{}/integrations/{}",
    // Below an issue that was seen.
    whose: Whose::Everyone,
    what: "nothing",
};

static OF_APP: Endpoint = Endpoint {
    path: "organizations/{org}/issues/{}/external-issues/{}",
    ..OF_INTEGRATION
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let url = required(EXTERNAL, context.arguments.text(EXTERNAL))?;
        let located = Located::find_and_read(context).await?;
        let links = Held::read(context, &located).await?.links(context)?;
        let mut found: Vec<_> = links
            .into_iter()
            .filter(|link| link.is_at(url) && link.is_named(context))
            .collect();
        let Some(link) = found.pop() else {
            return answer(context, &located, None, "notLinked");
        };
        if !found.is_empty() {
            let rule = "is linked more than once: send `integrationId` or `appSlug` as well";
            return Err(wrong(EXTERNAL, rule));
        }
        let (endpoint, filling) = match &link.integration {
            Some(integration) => {
                let mut filling = below(&located, &[integration]);
                filling
                    .query
                    .push(("externalIssue", link.id.clone().into()));
                (&OF_INTEGRATION, filling)
            }
            None => (&OF_APP, below(&located, &[&link.id])),
        };
        match send(context, &located, endpoint, &filling).await {
            Ok(_) => {}
            // Somebody was faster.
            Err(Failure::Api(ApiError::NotFound)) => {
                return answer(context, &located, Some(&link), "notLinked");
            }
            Err(Failure::Api(ApiError::Forbidden)) => {
                return Err(Failure::Invalid(format!(
                    "Sentry lets only administrators of events (scope event:admin) take a link away. In Sentry: {}",
                    located.link(context)
                )));
            }
            Err(failure) => return Err(failure),
        }
        let value = Value::new(EXTERNAL.name, None, None);
        context
            .changes
            .add(TOOL.name, &located.full_name(), vec![value]);
        answer(context, &located, Some(&link), "unlinked")
    })
}
