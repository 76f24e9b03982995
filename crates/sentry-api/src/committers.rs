use crate::client::{Ask, Client};
use crate::error::ApiError;
use crate::ids::{EventId, Slug};
use crate::json::Value;
use crate::member::{as_text, filled, inner, list, member};
use crate::region::Region;
use crate::sight::ProjectKey;

/// A commit that Sentry suspects of an error.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SuspectCommit {
    /// As the repository names it.
    pub id: String,
    /// Whole.
    pub message: Option<String>,
    /// Name or e-mail address.
    pub author: Option<String>,
    /// ISO 8601.
    pub date: Option<String>,
    /// Such as `acme/web`.
    pub repository: Option<String>,
    /// Of the pull request that brought it.
    pub pull_request: Option<String>,
    /// How Sentry found it, such as `via commit in release`.
    pub source: Option<String>,
}

impl SuspectCommit {
    fn read(author: Value<'_>, value: Value<'_>) -> Option<Self> {
        Some(Self {
            id: filled(value, "id")?,
            message: filled(value, "message"),
            author: filled(author, "name").or_else(|| filled(author, "email")),
            date: filled(value, "dateCreated"),
            repository: as_text(inner(value, "repository", "name")),
            pull_request: as_text(inner(value, "pullRequest", "externalUrl"))
                .or_else(|| as_text(inner(value, "pullRequest", "id"))),
            source: filled(value, "suspectCommitType"),
        })
    }
}

impl Client {
    /// The commits that Sentry suspects of an event: `GET /projects/{org}/{project}/events/{id}/committers/`. Not in
    /// Sentry's published API; 404 where there is none.
    ///
    /// # Errors
    /// [`ApiError`]
    pub async fn suspect_commits(
        &self,
        region: &Region,
        organization: &Slug,
        project: &ProjectKey,
        event: &EventId,
    ) -> Result<Vec<SuspectCommit>, ApiError> {
        let segments = [
            "projects",
            organization.as_str(),
            project.as_str(),
            "events",
            event.as_str(),
            "committers",
        ];
        let ask = Ask::get(region, &segments, vec![]);
        let answer = self.ask(ask, "suspect commits").await?;
        let mut found: Vec<SuspectCommit> = Vec::new();
        for committer in list(answer.root(), "committers").iter().take(20) {
            let author = member(committer, "author");
            for commit in list(committer, "commits").iter().take(20) {
                let commit = SuspectCommit::read(author, commit);
                found.extend(commit.filter(|commit| !found.iter().any(|one| one.id == commit.id)));
            }
        }
        Ok(found)
    }
}
