use crate::client::{Ask, Client};
use crate::error::ApiError;
use crate::ids::Slug;
use crate::member::{elements, text};
use crate::region::Region;
use crate::sight::IssueKey;

/// An issue of another tracker that somebody linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalIssue {
    /// Such as `PAY-318`.
    pub name: String,
    /// Where it is.
    pub url: Option<String>,
}

impl Client {
    /// The issues of other trackers that an issue is linked to: `GET /organizations/{org}/issues/{id}/external-issues/`.
    ///
    /// # Errors
    /// [`ApiError`]
    pub async fn external_issues(
        &self,
        region: &Region,
        organization: &Slug,
        issue: &IssueKey,
    ) -> Result<Vec<ExternalIssue>, ApiError> {
        let segments = [
            "organizations",
            organization.as_str(),
            "issues",
            issue.as_str(),
            "external-issues",
        ];
        let answer = self
            .ask(Ask::get(region, &segments, vec![]), "external issues")
            .await?;
        let issues = elements(answer.root()).iter();
        Ok(issues
            .filter_map(|issue| {
                Some(ExternalIssue {
                    name: text(issue, "displayName").or_else(|| text(issue, "issueId"))?,
                    url: text(issue, "webUrl"),
                })
            })
            .collect())
    }
}
