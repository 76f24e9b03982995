//! Where a search goes: the server that holds the organization, and the project as the number that older servers want.

use sentry_api::{ApiError, Region, Slug, SlugOrId};

use crate::failure::Failure;
use crate::parameter::REGION;
use crate::session::VerifiedProject;
use crate::tool::Context;

/// The project that the session is limited to.
pub(crate) fn fixed_project<'a>(context: &Context<'a>) -> Option<&'a VerifiedProject> {
    context
        .verified
        .and_then(|verified| verified.project.as_ref())
}

/// The project's number: the session's own, the one that was given, or the one that belongs to the slug.
pub(crate) async fn project_id(
    context: &Context<'_>,
    region: &Region,
    organization: &Slug,
    named: Option<&SlugOrId>,
) -> Result<Option<String>, Failure> {
    if let Some(fixed) = fixed_project(context) {
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

/// The organization's server, asked for where nobody says it: only sentry.io has several, and a trace is on one of them.
pub(crate) async fn region_of(
    context: &Context<'_>,
    organization: &Slug,
) -> Result<Region, Failure> {
    let region = context.region()?;
    let base = context.base();
    let is_said = context.verified.is_some() || context.arguments.text(&REGION)?.is_some();
    if is_said || !base.is_saas() {
        return Ok(region);
    }
    match context.client.organization(organization).await {
        Ok(found) => {
            let named = found.links.region_url.unwrap_or_default();
            // A region that we do not know gets no token; the base forwards to it.
            Ok(base.region_from(&named).unwrap_or(region))
        }
        Err(error @ (ApiError::Unauthorized | ApiError::NotFound | ApiError::Forbidden)) => {
            Err(error.into())
        }
        Err(_) => Ok(region),
    }
}
