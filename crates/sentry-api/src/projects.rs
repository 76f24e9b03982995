use serde::Deserialize;

use crate::client::Client;
use crate::error::ApiError;
use crate::ids::{Slug, SlugOrId};
use crate::lenient;
use crate::link::Page;
use crate::organizations::PER_PAGE;
use crate::region::Region;

/// A project.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Project {
    /// A number.
    #[serde(deserialize_with = "lenient::id")]
    pub id: String,
    /// Its name in URLs.
    pub slug: String,
    /// Such as `python-django`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub platform: Option<String>,
}

impl Client {
    /// An organization's projects, up to 26: `GET /organizations/{org}/projects/`.
    ///
    /// # Errors
    /// [`ApiError`]
    pub async fn projects(
        &self,
        region: &Region,
        organization: &Slug,
        query: Option<&str>,
    ) -> Result<Page<Project>, ApiError> {
        let mut parameters = vec![("per_page", PER_PAGE)];
        parameters.extend(query.map(|query| ("query", query)));
        let segments = ["organizations", organization.as_str(), "projects"];
        self.get_page(region, &segments, parameters, "projects")
            .await
    }

    /// One project: `GET /projects/{org}/{project}/`.
    ///
    /// # Errors
    /// [`ApiError`]
    pub async fn project(
        &self,
        region: &Region,
        organization: &Slug,
        project: &SlugOrId,
    ) -> Result<Project, ApiError> {
        let segments = ["projects", organization.as_str(), project.as_str()];
        self.get(region, &segments, vec![], "a project").await
    }
}
