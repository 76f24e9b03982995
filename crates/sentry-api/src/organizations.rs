use crate::client::{Ask, Client};
use crate::error::ApiError;
use crate::ids::Slug;
use crate::json::Value;
use crate::member::{all, as_text, id, inner, text};
use crate::region::Region;
use crate::sight::{Owned, Owner};
use fetch::LocalFuture;
use futures_util::future::join_all;

/// An organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// A number.
    pub id: Option<String>,
    /// Its name in URLs.
    pub slug: String,
    /// Where it is found.
    pub links: OrganizationLinks,
}

/// Where an organization is found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrganizationLinks {
    /// Its web interface.
    pub organization_url: Option<String>,
    /// The server that holds its data; empty or missing on self-hosted servers.
    pub region_url: Option<String>,
}

impl Organization {
    fn read(value: Value<'_>) -> Option<Self> {
        Some(Self {
            id: id(value, "id"),
            slug: text(value, "slug")?,
            links: OrganizationLinks {
                organization_url: as_text(inner(value, "links", "organizationUrl")),
                region_url: as_text(inner(value, "links", "regionUrl")),
            },
        })
    }
}

/// Organizations from all regions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organizations {
    /// In the order of the regions.
    pub items: Vec<Owned<Organization>>,
    /// Regions that did not answer while others did.
    pub unavailable: Vec<Region>,
}

/// One more is asked for than is shown, to know whether there are more.
pub(crate) const PER_PAGE: &str = "26";

impl Client {
    /// One organization: `GET /organizations/{org}/`.
    ///
    /// # Errors
    /// [`ApiError`]
    pub fn organization<'a>(
        &'a self,
        organization: &'a Slug,
    ) -> LocalFuture<'a, Result<Organization, ApiError>> {
        Box::pin(async move {
            let segments = ["organizations", organization.as_str()];
            let base = self.base().region();
            let answer = self
                .ask(Ask::get(&base, &segments, vec![]), "an organization")
                .await?;
            Organization::read(answer.root()).ok_or(ApiError::Malformed("an organization"))
        })
    }

    /// The person's organizations, up to 26 of each region: where sentry.io itself says of each in which region it is, that is
    /// all; else every region is asked, all at once. Elsewhere, and where the server knows of no regions, the base alone.
    ///
    /// # Errors
    /// [`ApiError`], when no region answered.
    pub fn organizations<'a>(
        &'a self,
        query: Option<&'a str>,
    ) -> LocalFuture<'a, Result<Organizations, ApiError>> {
        Box::pin(self.of_every_region(query))
    }

    async fn of_every_region(&self, query: Option<&str>) -> Result<Organizations, ApiError> {
        if let Some(items) = self.organizations_of_all_regions(query).await? {
            return Ok(Organizations {
                items: items.into_iter().map(owned).collect(),
                unavailable: Vec::new(),
            });
        }
        let regions = self.organization_regions().await?;
        let answers = join_all(
            regions
                .iter()
                .map(|region| self.organizations_in(region, query)),
        )
        .await;
        let mut found = Organizations {
            items: Vec::new(),
            unavailable: Vec::new(),
        };
        let mut failure = None;
        for (region, answer) in regions.into_iter().zip(answers) {
            match answer {
                Ok(items) => found.items.extend(items.into_iter().map(owned)),
                // The whole sign-in has ended, not one region.
                Err(ApiError::Unauthorized) => return Err(ApiError::Unauthorized),
                Err(error) => {
                    found.unavailable.push(region);
                    failure = Some(error);
                }
            }
        }
        match failure {
            Some(error) if found.items.is_empty() => Err(error),
            _ => Ok(found),
        }
    }

    /// What the main host lists, if it lists any and says of each where it is: it may know its own region's alone.
    async fn organizations_of_all_regions(
        &self,
        query: Option<&str>,
    ) -> Result<Option<Vec<Organization>>, ApiError> {
        let base = self.base();
        if base.host() != "sentry.io" {
            return Ok(None);
        }
        match self.listed(&base.region(), query).await {
            Ok(items) => {
                let is_placed = |item: &Organization| {
                    let url = item.links.region_url.as_deref().unwrap_or_default();
                    !url.is_empty() && base.region_from(url).is_ok()
                };
                let all = !items.is_empty() && items.iter().all(is_placed);
                Ok(all.then_some(items))
            }
            Err(ApiError::Unauthorized) => Err(ApiError::Unauthorized),
            Err(_) => Ok(None),
        }
    }

    async fn organization_regions(&self) -> Result<Vec<Region>, ApiError> {
        let base = self.base();
        if !base.is_saas() {
            return Ok(vec![base.region()]);
        }
        let listed = match self.user_regions().await {
            Ok(listed) => listed,
            // No such endpoint, or not for this kind of token.
            Err(ApiError::NotFound | ApiError::Forbidden) => return Ok(vec![base.region()]),
            Err(error) => return Err(error),
        };
        let mut regions: Vec<Region> = Vec::new();
        for region in listed {
            // A region that we do not know gets no token from us.
            let region = base.region_from(&region).ok();
            regions.extend(region.filter(|region| !regions.contains(region)));
        }
        if regions.is_empty() {
            regions.push(base.region());
        }
        Ok(regions)
    }

    async fn organizations_in(
        &self,
        region: &Region,
        query: Option<&str>,
    ) -> Result<Vec<Organization>, ApiError> {
        let mut items = self.listed(region, query).await?;
        // A region's own listing may leave out which region it is.
        if self.base().is_saas() {
            for item in &mut items {
                let url = &mut item.links.region_url;
                if url.as_deref().unwrap_or_default().is_empty() {
                    *url = Some(region.as_str().to_owned());
                }
            }
        }
        Ok(items)
    }

    async fn listed(
        &self,
        region: &Region,
        query: Option<&str>,
    ) -> Result<Vec<Organization>, ApiError> {
        let mut parameters = vec![("per_page", PER_PAGE)];
        parameters.extend(query.map(|query| ("query", query)));
        let ask = Ask::get(region, &["organizations"], parameters);
        let answer = self.ask(ask, "organizations").await?;
        all(&answer, Organization::read, "organizations")
    }
}

fn owned(organization: Organization) -> Owned<Organization> {
    let owner = Owner::Organization(organization.slug.clone());
    Owned::new(owner, organization)
}
