use crate::client::{Ask, Client};
use crate::error::ApiError;
use crate::ids::{Slug, TagKey};
use crate::json::Value;
use crate::member::{count, id, list, text};
use crate::region::Region;
use crate::sight::IssueKey;

/// How often each value of a tag occurs among the events of an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueTag {
    /// Such as `environment`.
    pub key: String,
    /// For people.
    pub name: Option<String>,
    /// Events that carry the tag.
    pub total: Option<u64>,
    /// Different values.
    pub unique: Option<u64>,
    /// The most frequent ones, the first in front; not all of them.
    pub top: Vec<TagValue>,
}

/// One value of a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagValue {
    /// Empty where the tag was sent without one.
    pub value: String,
    /// Events with it.
    pub count: Option<u64>,
    /// ISO 8601.
    pub first_seen: Option<String>,
    /// ISO 8601.
    pub last_seen: Option<String>,
}

impl IssueTag {
    fn read(value: Value<'_>) -> Option<Self> {
        Some(Self {
            key: id(value, "key")?,
            name: text(value, "name"),
            total: count(value, "totalValues"),
            unique: count(value, "uniqueValues"),
            top: list(value, "topValues")
                .iter()
                .filter_map(TagValue::read)
                .collect(),
        })
    }
}

impl TagValue {
    fn read(value: Value<'_>) -> Option<Self> {
        value.is_object().then(|| Self {
            value: text(value, "value")
                .or_else(|| text(value, "name"))
                .unwrap_or_default(),
            count: count(value, "count"),
            first_seen: text(value, "firstSeen"),
            last_seen: text(value, "lastSeen"),
        })
    }
}

impl Client {
    /// The values of one tag of an issue: `GET /organizations/{org}/issues/{id}/tags/{key}/`.
    ///
    /// # Errors
    /// [`ApiError`]
    pub async fn issue_tag(
        &self,
        region: &Region,
        organization: &Slug,
        issue: &IssueKey,
        key: &TagKey,
    ) -> Result<IssueTag, ApiError> {
        let segments = [
            "organizations",
            organization.as_str(),
            "issues",
            issue.as_str(),
            "tags",
            key.as_str(),
        ];
        let ask = Ask::get(region, &segments, vec![]);
        let answer = self.ask(ask, "a tag").await?;
        IssueTag::read(answer.root()).ok_or(ApiError::Malformed("a tag"))
    }
}
