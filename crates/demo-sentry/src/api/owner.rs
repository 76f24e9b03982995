//! Owners of monitors: `user:1001` or `team:7101` in requests.

use super::actor;
use super::error::ApiError;
use crate::data::Data;
use crate::data::issue::Assignee;
use crate::params::Params;

/// The owner that a body names; nobody with none.
pub(super) fn read(
    data: &Data,
    organization: &str,
    owner: Option<&str>,
) -> Result<Option<Assignee>, ApiError> {
    let Some(owner) = owner else {
        return Ok(None);
    };
    let unknown = || ApiError::InvalidMember("owner", String::from("Unknown actor input"));
    actor::find(data, organization, owner)
        .map(Some)
        .ok_or_else(unknown)
}

/// Whether `owner` is one of those that a list asks for; `unassigned` is nobody.
pub(super) fn is_asked_for(params: &Params, owner: Option<&Assignee>) -> bool {
    let name = match owner {
        None => String::from("unassigned"),
        Some(Assignee::User(id)) => format!("user:{id}"),
        Some(Assignee::Team(id)) => format!("team:{id}"),
    };
    let mut asked = params.all("owner").peekable();
    asked.peek().is_none() || asked.any(|asked| asked == name)
}
