//! The session's constraint, as Sentry knows it.

use sentry_api::{ApiError, Slug, SlugOrId};

use super::{Server, in_words};
use crate::vocabulary::failure::Failure;
use crate::vocabulary::session::{Constraint, Verified, VerifiedProject};

impl Server {
    /// What the session's URL names must exist for its holder. Asked at the first tool call and remembered.
    pub(super) async fn verify(&self) -> Result<Option<Verified>, Failure> {
        let constraint = &self.session.constraint;
        let Some(organization) = constraint.organization() else {
            return Ok(None);
        };
        if let Some(verified) = self.verified.recall(constraint) {
            return Ok(Some(verified));
        }
        let verified = self
            .ask_for_constraint(organization, constraint.project())
            .await
            .map_err(|error| match error {
                ApiError::NotFound | ApiError::Forbidden => not_there(constraint),
                error => error.into(),
            })?;
        self.verified.remember(constraint, &verified);
        Ok(Some(verified))
    }

    async fn ask_for_constraint(
        &self,
        organization: &Slug,
        project: Option<&Slug>,
    ) -> Result<Verified, ApiError> {
        let found = self.client.organization(organization).await?;
        let base = self.client.base();
        let named = found.links.region_url.unwrap_or_default();
        // A region that we do not know gets no token; the base forwards to it.
        let region = base.region_from(&named).unwrap_or_else(|_| base.region());
        let Some(project) = project else {
            return Ok(Verified {
                region,
                project: None,
            });
        };
        let malformed = |_| ApiError::Malformed("a project");
        let asked = SlugOrId::parse(project.as_str()).map_err(malformed)?;
        let found = self.client.project(&region, organization, &asked).await?;
        Ok(Verified {
            region,
            project: Some(VerifiedProject {
                id: found.id,
                slug: Slug::parse(&found.slug).map_err(malformed)?,
            }),
        })
    }
}

fn not_there(constraint: &Constraint) -> Failure {
    Failure::Invalid(format!(
        "This connection's URL limits it to {}, which Sentry does not have or does not let you see. Connect to \
         another URL.",
        in_words(constraint)
    ))
}
