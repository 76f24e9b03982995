//! Resources: an issue as a document, for clients that let a person attach one.

use mcp::json::{self, Object};
use mcp::{CallError, CallToolResult, Content, ResourceBody, ResourceContents, Version};
use serde_json::{Map, Value};

use crate::catalogue;
use crate::vocabulary::session::{Constraint, Session};
use crate::vocabulary::tool::Tool;

/// Where an issue is found.
pub(crate) const ISSUE_TEMPLATE: &str =
    "sentry://organizations/{organizationSlug}/issues/{issueId}";

const MIME_TYPE: &str = "text/markdown";

/// The array of `resources/templates/list`, encoded.
pub(crate) fn templates(session: &Session, version: Version) -> String {
    let mut out = String::new();
    json::array(&mut out, issue_tool(session), |out, _| {
        let mut object = Object::begin(out);
        object
            .text("uriTemplate", ISSUE_TEMPLATE)
            .text("name", "issue")
            .text(
                "description",
                "One issue: message, culprit, stack trace and tags of its latest event.",
            )
            .text("mimeType", MIME_TYPE);
        if version.has_titles() {
            object.text("title", "Sentry issue");
        }
        object.end();
    });
    out
}

/// The tool that reads an issue, when the session has it.
pub(crate) fn issue_tool(session: &Session) -> Option<&'static Tool> {
    catalogue::find("get_issue_details").filter(|tool| tool.works_for(session))
}

/// The tool's arguments for a URI of the template. One outside the session's organization does not exist.
pub(crate) fn issue_arguments(uri: &str, constraint: &Constraint) -> Option<Map<String, Value>> {
    let rest = uri.strip_prefix("sentry://organizations/")?;
    let (organization, issue) = rest.split_once("/issues/")?;
    let plain = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    };
    let inside = constraint
        .organization()
        .is_none_or(|fixed| fixed.as_str() == organization);
    (plain(organization) && plain(issue) && inside).then(|| {
        let mut arguments = Map::new();
        arguments.insert("organizationSlug".to_owned(), organization.into());
        arguments.insert("issueId".to_owned(), issue.into());
        arguments
    })
}

/// What the tool says, as a document.
pub(crate) fn document<R>(
    uri: String,
    result: CallToolResult,
) -> Result<Vec<ResourceContents>, CallError<R>> {
    let mut text = String::new();
    for content in result.content {
        if let Content::Text { text: part } = content {
            text.push_str(&part);
        }
    }
    if result.is_error {
        return Err(CallError::Failed(text));
    }
    Ok(vec![ResourceContents {
        uri,
        mime_type: MIME_TYPE.to_owned(),
        body: ResourceBody::Text(text),
    }])
}
