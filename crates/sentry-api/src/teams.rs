use crate::client::{Ask, Client};
use crate::error::ApiError;
use crate::ids::Slug;
use crate::json::Value;
use crate::link::Page;
use crate::member::{id, text};
use crate::organizations::PER_PAGE;
use crate::region::Region;
use crate::sight::{Owned, ProjectKey};

/// A team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    /// A number.
    pub id: String,
    /// Its name in URLs.
    pub slug: String,
}

impl Team {
    fn read(value: Value<'_>) -> Option<Self> {
        Some(Self {
            id: id(value, "id")?,
            slug: id(value, "slug")?,
        })
    }
}

/// Whether a team's slug or name holds the words of a query.
fn matches(team: Value<'_>, query: Option<&str>) -> bool {
    let query = query.unwrap_or_default().to_lowercase();
    ["slug", "name"].iter().any(|member| {
        let name = text(team, member).unwrap_or_default();
        name.to_lowercase().contains(&query)
    })
}

impl Client {
    /// The teams of a project or of the whole organization, up to 26: `GET /projects/{org}/{project}/teams/`,
    /// `GET /organizations/{org}/teams/`. The former does not know `query`: what does not match it is left out here.
    ///
    /// # Errors
    /// [`ApiError`]
    pub async fn teams(
        &self,
        region: &Region,
        organization: &Slug,
        project: Option<&ProjectKey>,
        query: Option<&str>,
    ) -> Result<Page<Owned<Team>>, ApiError> {
        let mut parameters = vec![("per_page", PER_PAGE)];
        parameters.extend(query.map(|query| ("query", query)));
        let of_project;
        let of_organization;
        let segments: &[&str] = if let Some(project) = project {
            of_project = ["projects", organization.as_str(), project.as_str(), "teams"];
            &of_project
        } else {
            of_organization = ["organizations", organization.as_str(), "teams"];
            &of_organization
        };
        let ask = Ask::get(region, segments, parameters);
        let (answer, next) = self.ask_page(ask, "teams").await?;
        let owner = project.map(ProjectKey::owner).cloned().unwrap_or_default();
        let mut items = Vec::new();
        for element in answer.things(None, "teams")? {
            let team = Team::read(element).ok_or(ApiError::Malformed("teams"))?;
            if project.is_none() || matches(element, query) {
                items.push(Owned::new(owner.clone(), team));
            }
        }
        Ok(Page { items, next })
    }
}
