//! Which trace a call is about, for the tools that show one.

use fetch::LocalFuture;
use futures_util::future::join;
use sentry_api::{ApiError, EventId, Trace, TraceMeta};

use crate::text::trace_tree;
use crate::vocabulary::arguments::required;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::TRACE_ID;
use crate::vocabulary::place::Place;
use crate::vocabulary::tool::Context;

/// So many spans of a trace are read.
const READ_AT_MOST: &str = "10000";

/// The trace that the arguments name.
pub(crate) struct FoundTrace {
    pub(crate) place: Place,
    pub(crate) id: EventId,
    /// Where the server has it and the session may see it.
    pub(crate) meta: Option<TraceMeta>,
    pub(crate) trace: Trace,
}

impl FoundTrace {
    /// Reads it: what the session sees nothing of does not exist.
    pub(crate) fn find<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Result<Self, Failure>> {
        Box::pin(async move {
            let id = required(TRACE_ID, context.arguments.event(TRACE_ID))?;
            let place = Place::find(context).await?;
            let client = context.client;
            let meta = async {
                // Numbers of the whole trace are not a project's business.
                if context.sight.is_of_project() {
                    return None;
                }
                let meta = client.trace_meta(&place.region, &place.organization, &id);
                meta.await.ok()?.into_seen(context.sight)
            };
            let trace = client.trace(&place.region, &place.organization, &id, READ_AT_MOST);
            let (meta, trace) = join(meta, trace).await;
            // A server that has traces answers an unknown id with an empty list.
            let trace = trace.map_err(|error| Failure::of_optional(error, "traces"))?;
            let tree = trace.read();
            if trace_tree::visible(context.sight, &tree).is_empty()
                && trace_tree::problems(context.sight, &tree).is_empty()
            {
                return Err(ApiError::NotFound.into());
            }
            drop(tree);
            Ok(Self {
                place,
                id,
                meta,
                trace,
            })
        })
    }
}
