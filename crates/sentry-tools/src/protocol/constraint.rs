//! What a constraint names, as Sentry knows it: at the sign-in, and at a session's first call.

use fetch::LocalFuture;
use futures_util::future::join;
use sentry_api::{ApiError, Client, Slug, SlugOrId};

use crate::vocabulary::session::{Constraint, Verified, VerifiedProject};

/// Why a constraint is not confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unconfirmed {
    /// Sentry does not have it, or does not let the token's holder see it.
    Missing(Missing),
    /// Nobody knows.
    Trouble(ApiError),
}

/// The part of a constraint that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// The organization.
    Organization,
    /// The project, in an organization that is there.
    Project,
}

/// Asks Sentry for what a constraint names, for both parts of it at once.
///
/// # Errors
/// [`Unconfirmed`]
pub fn confirm<'a>(
    client: &'a Client,
    constraint: &'a Constraint,
) -> LocalFuture<'a, Result<Option<Verified>, Unconfirmed>> {
    Box::pin(asked(client, constraint))
}

async fn asked(client: &Client, constraint: &Constraint) -> Result<Option<Verified>, Unconfirmed> {
    let Some(organization) = constraint.organization() else {
        return Ok(None);
    };
    let base = client.base();
    // The base forwards to the region, which is not known yet.
    let project = async {
        let Some(project) = constraint.project() else {
            return Ok(None);
        };
        let asked = SlugOrId::parse(project.as_str()).map_err(|_| ApiError::NotFound)?;
        let found = client.project(&base.region(), organization, &asked).await?;
        let slug = Slug::parse(&found.slug).map_err(|_| ApiError::Malformed("a project"))?;
        Ok(Some(VerifiedProject { id: found.id, slug }))
    };
    let (found, project) = join(client.organization(organization), project).await;
    let found = found.map_err(|error| judged(error, Missing::Organization))?;
    let named = found.links.region_url.unwrap_or_default();
    Ok(Some(Verified {
        // A region that we do not know gets no token; the base forwards to it.
        region: base.region_from(&named).unwrap_or_else(|_| base.region()),
        organization: found.id,
        project: project.map_err(|error| judged(error, Missing::Project))?,
    }))
}

impl Constraint {
    /// A part of it in words, for people.
    #[must_use]
    pub fn named(&self, part: Missing) -> String {
        let shown = |slug: Option<&Slug>| slug.map_or("", Slug::as_str).to_owned();
        match part {
            Missing::Organization => format!("the organization “{}”", shown(self.organization())),
            Missing::Project => format!("the project “{}”", shown(self.project())),
        }
    }
}

fn judged(error: ApiError, missing: Missing) -> Unconfirmed {
    match error {
        ApiError::NotFound | ApiError::Forbidden => Unconfirmed::Missing(missing),
        error => Unconfirmed::Trouble(error),
    }
}

/// The names that there are in place of one that is missing; none if Sentry does not say.
pub async fn names_instead(
    client: &Client,
    constraint: &Constraint,
    missing: Missing,
) -> Vec<Slug> {
    let names: Vec<String> = match (missing, constraint.organization()) {
        (Missing::Project, Some(organization)) => {
            let within = Constraint::Organization(organization.clone()).sight(None);
            let base = client.base().region();
            let found = client.projects(&base, organization, None).await;
            let page = found.map(|page| within.of_page(page).items);
            let page = page.unwrap_or_default().into_iter();
            page.map(|project| project.slug).collect()
        }
        _ => organizations(client, &Constraint::None)
            .await
            .map_or_else(|_| Vec::new(), |(names, _)| names),
    };
    let names = names.iter().filter_map(|name| Slug::parse(name).ok());
    names.collect()
}

/// The names of the organizations that may be seen, and whether there may be others.
pub(crate) fn organizations<'a>(
    client: &'a Client,
    constraint: &'a Constraint,
) -> LocalFuture<'a, Result<(Vec<String>, bool), ApiError>> {
    Box::pin(async move {
        let found = client.organizations(None).await?;
        let more = !found.unavailable.is_empty();
        let found = constraint.sight(None).of_all(found.items);
        let slugs = found.into_iter().map(|found| found.slug);
        Ok((slugs.collect(), more))
    })
}

/// What is called otherwise than when it was confirmed, as a sentence.
pub(crate) async fn renamed(
    client: &Client,
    constraint: &Constraint,
    before: &Verified,
) -> Option<String> {
    let organization = constraint.organization()?;
    let told = |what: &str, old: &Slug, new: &str| {
        (new != old.as_str()).then(|| {
            format!(
                "The {what} `{old}` is called `{new}` now: connect to the same URL with `{new}` instead."
            )
        })
    };
    if let Some(id) = before
        .organization
        .as_deref()
        .and_then(|id| Slug::parse(id).ok())
        && let Ok(found) = client.organization(&id).await
        && Slug::parse(&found.slug).is_ok()
        && let Some(words) = told("organization", organization, &found.slug)
    {
        return Some(words);
    }
    let project = before.project.as_ref()?;
    let asked = SlugOrId::parse(&project.id).ok()?;
    let base = client.base().region();
    let found = client.project(&base, organization, &asked).await.ok()?;
    let found = Slug::parse(&found.slug).ok()?;
    told("project", constraint.project()?, found.as_str())
}
