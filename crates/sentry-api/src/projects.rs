use crate::client::{Ask, Client};
use crate::error::ApiError;
use crate::ids::{Slug, SlugOrId};
use crate::json::Value;
use crate::link::Page;
use crate::member::{all, id, text};
use crate::organizations::PER_PAGE;
use crate::region::Region;
use crate::sight::{Owned, Owner};
use fetch::LocalFuture;

/// A project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// A number.
    pub id: String,
    /// Its name in URLs.
    pub slug: String,
    /// Such as `python-django`.
    pub platform: Option<String>,
}

impl Project {
    fn read(value: Value<'_>) -> Option<Self> {
        Some(Self {
            id: id(value, "id")?,
            slug: id(value, "slug")?,
            platform: text(value, "platform"),
        })
    }

    fn owner(&self) -> Owner {
        Owner::Project {
            slug: Some(self.slug.clone()),
            id: Some(self.id.clone()),
        }
    }
}

impl Client {
    /// An organization's projects, up to 26: `GET /organizations/{org}/projects/`.
    ///
    /// # Errors
    /// [`ApiError`]
    pub fn projects<'a>(
        &'a self,
        region: &'a Region,
        organization: &'a Slug,
        query: Option<&'a str>,
    ) -> LocalFuture<'a, Result<Page<Owned<Project>>, ApiError>> {
        Box::pin(self.listed_projects(region, organization, query))
    }

    async fn listed_projects(
        &self,
        region: &Region,
        organization: &Slug,
        query: Option<&str>,
    ) -> Result<Page<Owned<Project>>, ApiError> {
        let mut parameters = vec![("per_page", PER_PAGE)];
        parameters.extend(query.map(|query| ("query", query)));
        let segments = ["organizations", organization.as_str(), "projects"];
        let ask = Ask::get(region, &segments, parameters);
        let (answer, next) = self.ask_page(ask, "projects").await?;
        let mut items = Vec::new();
        for project in all(&answer, Project::read, "projects")? {
            items.push(Owned::new(project.owner(), project));
        }
        Ok(Page { items, next })
    }

    /// One project: `GET /projects/{org}/{project}/`. It is how a session learns what it may see, so that nothing limits it;
    /// whoever names a project knows it.
    ///
    /// # Errors
    /// [`ApiError`]
    pub fn project<'a>(
        &'a self,
        region: &'a Region,
        organization: &'a Slug,
        project: &'a SlugOrId,
    ) -> LocalFuture<'a, Result<Project, ApiError>> {
        Box::pin(async move {
            let segments = ["projects", organization.as_str(), project.as_str()];
            let ask = Ask::get(region, &segments, vec![]);
            let answer = self.ask(ask, "a project").await?;
            Project::read(answer.root()).ok_or(ApiError::Malformed("a project"))
        })
    }
}
