//! Finds a person or a team by one of their names.

use crate::data::Data;
use crate::data::issue::Assignee;

/// Accepts `user:1001`, `1001`, a username or an email address, and `team:7101` or `#payments`. Only members of the
/// organization are found.
pub(crate) fn find(data: &Data, organization: &str, text: &str) -> Option<Assignee> {
    let teams = || data.teams_of(organization);
    let by_team = |team: &crate::data::team::Team| Some(Assignee::Team(team.id.clone()));
    if let Some(id) = text.strip_prefix("team:") {
        return teams().find(|team| team.id == id).and_then(by_team);
    }
    if let Some(slug) = text.strip_prefix('#') {
        return teams().find(|team| team.slug == slug).and_then(by_team);
    }
    let user = text.strip_prefix("user:").unwrap_or(text);
    data.users
        .iter()
        .filter(|member| member.organizations.iter().any(|slug| slug == organization))
        .find(|member| {
            member.id == user || member.username == user || member.email.eq_ignore_ascii_case(user)
        })
        .map(|member| Assignee::User(member.id.clone()))
}
