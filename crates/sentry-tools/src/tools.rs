//! One tool per file.

pub(crate) mod find_organizations;
pub(crate) mod find_projects;
pub(crate) mod get_issue_details;
pub(crate) mod search_issues;
pub(crate) mod whoami;

/// How many items a `find_*` tool shows; one more is asked for.
const SHOWN: usize = 25;
