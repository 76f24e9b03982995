use serde_json::Value;

use crate::client::{Ask, Client};
use crate::error::ApiError;
use crate::ids::Slug;
use crate::link::Page;
use crate::member::{all, id};
use crate::organizations::PER_PAGE;
use crate::region::Region;

/// A team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    /// A number.
    pub id: String,
    /// Its name in URLs.
    pub slug: String,
}

impl Team {
    fn read(value: &Value) -> Option<Self> {
        Some(Self {
            id: id(value, "id")?,
            slug: id(value, "slug")?,
        })
    }
}

impl Client {
    /// An organization's teams, up to 26: `GET /organizations/{org}/teams/`.
    ///
    /// # Errors
    /// [`ApiError`]
    pub async fn teams(
        &self,
        region: &Region,
        organization: &Slug,
        query: Option<&str>,
    ) -> Result<Page<Team>, ApiError> {
        let mut parameters = vec![("per_page", PER_PAGE)];
        parameters.extend(query.map(|query| ("query", query)));
        let segments = ["organizations", organization.as_str(), "teams"];
        let ask = Ask::get(region, &segments, parameters);
        let (value, next) = self.ask_page(ask, "teams").await?;
        Ok(Page {
            items: all(&value, Team::read, "teams")?,
            next,
        })
    }
}
