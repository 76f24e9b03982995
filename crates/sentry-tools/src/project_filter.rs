//! The project that a search is limited to, as the number that older servers want.

use sentry_api::{Region, Slug, SlugOrId};

use crate::failure::Failure;
use crate::tool::Context;

/// The project's number: the session's own, the one that was given, or the one that belongs to the slug.
pub(crate) async fn project_id(
    context: &Context<'_>,
    region: &Region,
    organization: &Slug,
    named: Option<&SlugOrId>,
) -> Result<Option<String>, Failure> {
    if let Some(fixed) = context.fixed_project() {
        return Ok(Some(fixed.id.clone()));
    }
    match named {
        None => Ok(None),
        Some(SlugOrId::Id(id)) => Ok(Some(id.clone())),
        Some(slug) => {
            let found = context.client.project(region, organization, slug).await?;
            Ok(Some(found.id))
        }
    }
}
