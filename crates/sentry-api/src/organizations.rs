use futures_util::future::join_all;
use serde_json::Value;

use crate::client::{Ask, Client};
use crate::error::ApiError;
use crate::ids::Slug;
use crate::member::{all, as_text, inner, text};
use crate::region::Region;
use crate::sight::{Owned, Owner};

/// An organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
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
    fn read(value: &Value) -> Option<Self> {
        Some(Self {
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
    pub async fn organization(&self, organization: &Slug) -> Result<Organization, ApiError> {
        let segments = ["organizations", organization.as_str()];
        let base = self.base().region();
        let value = self
            .ask(Ask::get(&base, &segments, vec![]), "an organization")
            .await?;
        Organization::read(&value).ok_or(ApiError::Malformed("an organization"))
    }

    /// The person's organizations, up to 26 of each region: on sentry.io every region is asked, all at once; elsewhere,
    /// and where the server knows of no regions, the base alone.
    ///
    /// # Errors
    /// [`ApiError`], when no region answered.
    pub async fn organizations(&self, query: Option<&str>) -> Result<Organizations, ApiError> {
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
                Ok(items) => {
                    for item in items {
                        let owner = Owner::Organization(item.slug.clone());
                        found.items.push(Owned::new(owner, item));
                    }
                }
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
        let mut parameters = vec![("per_page", PER_PAGE)];
        parameters.extend(query.map(|query| ("query", query)));
        let ask = Ask::get(region, &["organizations"], parameters);
        let value = self.ask(ask, "organizations").await?;
        let mut items = all(&value, Organization::read, "organizations")?;
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
}
