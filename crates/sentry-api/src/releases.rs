use crate::client::{Ask, Client};
use crate::error::ApiError;
use crate::ids::Slug;
use crate::json::Value;
use crate::link::Page;
use crate::member::{as_text, count, id, inner, list, text};
use crate::organizations::PER_PAGE;
use crate::region::Region;
use crate::sight::{Owned, Owner, ProjectKey};

/// A version of a program, as it was given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// In full, such as `shop@1.4.0`: searches need it so.
    pub version: String,
    /// Without the package, where Sentry could take it apart.
    pub short_version: Option<String>,
    /// ISO 8601; a server may say `null`.
    pub date_created: Option<String>,
    /// ISO 8601; `None` before the release.
    pub date_released: Option<String>,
    /// ISO 8601, of its newest event.
    pub last_event: Option<String>,
    /// Issues first seen in it.
    pub new_issues: Option<u64>,
    /// The projects that it belongs to, by slug.
    pub projects: Vec<Owned<String>>,
    /// Of its last deployment, such as `production`.
    pub last_deploy: Option<String>,
}

impl Release {
    fn read(value: Value<'_>) -> Option<Self> {
        Some(Self {
            version: id(value, "version")?,
            short_version: text(value, "shortVersion"),
            date_created: text(value, "dateCreated"),
            date_released: text(value, "dateReleased"),
            last_event: text(value, "lastEvent"),
            new_issues: count(value, "newGroups"),
            projects: projects(value),
            last_deploy: as_text(inner(value, "lastDeploy", "environment")),
        })
    }
}

/// An element is a project, and does not say it of a member.
fn projects(release: Value<'_>) -> Vec<Owned<String>> {
    let mut projects = Vec::new();
    for project in list(release, "projects") {
        if let Some(slug) = id(project, "slug") {
            let owner = Owner::Project {
                slug: Some(slug.clone()),
                id: id(project, "id"),
            };
            projects.push(Owned::new(owner, slug));
        }
    }
    projects
}

/// A release may be several projects'. It is the asked-for one's unless it says that it is only others'.
fn owner(release: &Release, asked: Option<&ProjectKey>) -> Owner {
    let Some(asked) = asked else {
        return Owner::Unsaid;
    };
    let is_only_others =
        !release.projects.is_empty() && !release.projects.iter().any(|project| asked.is(project));
    if is_only_others {
        return Owner::Unsaid;
    }
    asked.owner().clone()
}

impl Client {
    /// The releases of a project or of the whole organization, the newest first, up to 26:
    /// `GET /projects/{org}/{project}/releases/`, `GET /organizations/{org}/releases/`.
    ///
    /// # Errors
    /// [`ApiError`]
    pub async fn releases(
        &self,
        region: &Region,
        organization: &Slug,
        project: Option<&ProjectKey>,
        query: Option<&str>,
    ) -> Result<Page<Owned<Release>>, ApiError> {
        let mut parameters = vec![("per_page", PER_PAGE)];
        parameters.extend(query.map(|query| ("query", query)));
        let of_project;
        let of_organization;
        let segments: &[&str] = if let Some(project) = project {
            of_project = [
                "projects",
                organization.as_str(),
                project.as_str(),
                "releases",
            ];
            &of_project
        } else {
            of_organization = ["organizations", organization.as_str(), "releases"];
            &of_organization
        };
        let ask = Ask::get(region, segments, parameters);
        let (answer, next) = self.ask_page(ask, "releases").await?;
        let mut items = Vec::new();
        for element in answer.things(None, "releases")? {
            let release = Release::read(element).ok_or(ApiError::Malformed("releases"))?;
            items.push(Owned::new(owner(&release, project), release));
        }
        Ok(Page { items, next })
    }
}
