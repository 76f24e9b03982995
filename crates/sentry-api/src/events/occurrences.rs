use crate::json::{Members, Value};
use crate::member::{count, filled, member};

use super::{Tag, pairs};

/// What a detector saw.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Occurrence<'a> {
    /// One line.
    pub issue_title: Option<String>,
    /// One line more.
    pub subtitle: Option<String>,
    /// Sentry's number of the kind, such as 1006 for N+1 queries.
    pub kind: Option<u64>,
    /// The findings, for people.
    pub evidence: Vec<Tag>,
    /// The findings, for programs.
    pub data: Members<'a>,
}

impl<'a> Occurrence<'a> {
    pub(super) fn read(value: Value<'a>) -> Option<Self> {
        value.is_object().then(|| Self {
            issue_title: filled(value, "issueTitle"),
            subtitle: filled(value, "subtitle"),
            kind: count(value, "type"),
            evidence: pairs(member(value, "evidenceDisplay"), "name"),
            data: member(value, "evidenceData").members(),
        })
    }
}
