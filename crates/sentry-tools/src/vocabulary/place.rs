//! Where a request goes: the organization on its server, and the project as the number that older servers want.

use sentry_api::{ApiError, ProjectKey, Region, Slug, SlugOrId};

use crate::vocabulary::arguments::required;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{ORGANIZATION, Parameter, REGION};
use crate::vocabulary::tool::Context;

/// An organization, and the server that holds it.
pub(crate) struct Place {
    pub(crate) region: Region,
    pub(crate) organization: Slug,
}

impl Place {
    /// As the arguments say.
    pub(crate) fn read(context: &Context<'_>) -> Result<Self, Failure> {
        let organization = context.arguments.slug(ORGANIZATION);
        Ok(Self {
            organization: required(ORGANIZATION, organization)?,
            region: context.region()?,
        })
    }

    /// As [`Self::read`], and Sentry is asked for the server where nobody says it: only sentry.io has several, and a
    /// trace is on one of them.
    pub(crate) async fn find(context: &Context<'_>) -> Result<Self, Failure> {
        let mut place = Self::read(context)?;
        let base = context.base();
        let is_said = context.verified.is_some() || context.arguments.text(REGION).is_some();
        if is_said || !base.is_saas() {
            return Ok(place);
        }
        match context.client.organization(&place.organization).await {
            Ok(found) => {
                let named = found.links.region_url.unwrap_or_default();
                // A region that we do not know gets no token; the base forwards to it.
                if let Ok(region) = base.region_from(&named) {
                    place.region = region;
                }
            }
            Err(error @ (ApiError::Unauthorized | ApiError::NotFound | ApiError::Forbidden)) => {
                return Err(error.into());
            }
            Err(_) => {}
        }
        Ok(place)
    }

    /// A page of the organization in Sentry's web interface.
    pub(crate) fn link(&self, context: &Context<'_>, path: &str) -> String {
        context.base().web_url(&self.organization, path)
    }

    /// The project's number: the session's own, the one that was given, or the one that belongs to the slug.
    pub(crate) async fn project_id(
        &self,
        context: &Context<'_>,
        named: Option<SlugOrId>,
    ) -> Result<Option<String>, ApiError> {
        if let Some(id) = context.sight.project_id() {
            return Ok(Some(id.to_owned()));
        }
        match named {
            None => Ok(None),
            Some(SlugOrId::Id(id)) => Ok(Some(id)),
            Some(slug) => {
                let client = context.client;
                let found = client
                    .project(&self.region, &self.organization, &slug)
                    .await?;
                Ok(Some(found.id))
            }
        }
    }
}

/// The key to the project that an argument names, where it names one.
pub(crate) fn project_key(
    context: &Context<'_>,
    parameter: &Parameter,
) -> Result<Option<ProjectKey>, Failure> {
    let Some(named) = context.arguments.project(parameter) else {
        return Ok(None);
    };
    let key = context.sight.project(named);
    key.map(Some).ok_or_else(|| Failure::outside("project"))
}
