use crate::client::{Ask, Client};
use crate::error::ApiError;
use crate::ids::Slug;
use crate::json::{Json, Value};
use crate::member::{all, as_text, inner, list, member, object, text};
use crate::region::Region;
use crate::sight::IssueKey;
use fetch::Method;

/// Something that was done to an issue, or a note that somebody wrote on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// A number.
    pub id: Option<String>,
    /// Such as `set_resolved`, `assigned`, `note`.
    pub kind: Option<String>,
    /// Who did it; `None` where Sentry did.
    pub user: Option<String>,
    /// ISO 8601.
    pub date_created: Option<String>,
    /// A note's text.
    pub text: Option<String>,
    /// What else Sentry says about it: names and values that are not `null` and not empty, as they came.
    pub data: Vec<(String, Json)>,
}

impl Activity {
    fn read(value: Value<'_>) -> Option<Self> {
        let user = member(value, "user");
        let data = member(value, "data").members();
        value.is_object().then(|| Self {
            id: text(value, "id"),
            kind: text(value, "type"),
            user: text(user, "name")
                .or_else(|| text(user, "username"))
                .or_else(|| text(user, "email")),
            date_created: text(value, "dateCreated"),
            text: as_text(inner(value, "data", "text")).or_else(|| text(value, "text")),
            data: data
                .iter()
                .filter(|(name, value)| *name != "text" && !value.is_null() && *value != "")
                .map(|(name, value)| (name.to_owned(), value.into()))
                .collect(),
        })
    }
}

impl Client {
    /// What was done to an issue, the newest first: `GET /organizations/{org}/issues/{id}/activities/`. Not in Sentry's
    /// published API.
    ///
    /// # Errors
    /// [`ApiError`]
    pub async fn issue_activity(
        &self,
        region: &Region,
        organization: &Slug,
        issue: &IssueKey,
    ) -> Result<Vec<Activity>, ApiError> {
        let segments = of_issue(organization, issue, "activities");
        let ask = Ask::get(region, &segments, vec![]);
        let answer = self.ask(ask, "activities").await?;
        let value = answer.root();
        let found = if value.is_object() {
            list(value, "activity")
        } else {
            answer.things(None, "activities")?
        };
        Ok(found.iter().filter_map(Activity::read).collect())
    }

    /// The notes on an issue, the newest first: `GET /organizations/{org}/issues/{id}/notes/`. Not in Sentry's published
    /// API.
    ///
    /// # Errors
    /// [`ApiError`]
    pub async fn issue_notes(
        &self,
        region: &Region,
        organization: &Slug,
        issue: &IssueKey,
        limit: &str,
    ) -> Result<Vec<Activity>, ApiError> {
        let segments = of_issue(organization, issue, "notes");
        let ask = Ask::get(region, &segments, vec![("per_page", limit)]);
        all(&self.ask(ask, "notes").await?, Activity::read, "notes")
    }

    /// Writes a note on an issue: `POST /organizations/{org}/issues/{id}/notes/`. Not in Sentry's published API.
    ///
    /// # Errors
    /// [`ApiError`]
    pub async fn add_issue_note(
        &self,
        region: &Region,
        organization: &Slug,
        issue: &IssueKey,
        text: &str,
    ) -> Result<(), ApiError> {
        let segments = of_issue(organization, issue, "notes");
        let body = object(vec![("text", text.into())]);
        let ask = Ask::send(Method::Post, region, &segments, body);
        self.ask(ask, "a note").await?;
        Ok(())
    }
}

fn of_issue<'a>(organization: &'a Slug, issue: &'a IssueKey, what: &'a str) -> [&'a str; 5] {
    [
        "organizations",
        organization.as_str(),
        "issues",
        issue.as_str(),
        what,
    ]
}
