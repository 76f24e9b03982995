//! What the consent page shows: who asks, for what, and the skills that a person can allow.

use oauth_provider::authorize::AuthorizationRequest;
use oauth_provider::client::RedirectKind;
use oauth_provider::{Resource, Scope, Settings};
use sentry_tools::{Limits, Skill, Skills};

use crate::deployment::Deployment;
use crate::sign_in::authorize::limits;
use crate::sign_in::pages::{Consent, SkillChoice, SkillGroup};
use crate::site::pages::Destination;
use crate::site::shared_hosting::shared_hosting;
use crate::upstream::sentry;

/// The name that is shown for a client without one.
pub const NAMELESS: &str = "An application without a name";

/// What the page shows of a request. `ticket` goes into its form.
pub fn consent<'a>(
    asked: &'a AuthorizationRequest,
    ticket: String,
    deployment: &'a Deployment,
) -> Consent<'a> {
    let settings = &*deployment.settings;
    // Invariant: a request with limits that cannot be read does not come as far as this page.
    let limits = limits(asked).unwrap_or_default();
    let client = &asked.client;
    let home = client.verified_host.as_deref();
    let shared = |host| shared_hosting(host, &settings.origin);
    let to_web = asked.redirect_uri.kind() == RedirectKind::Https;
    let answered = to_web.then(|| asked.redirect_uri.authority());
    let answered = answered.as_deref();
    let elsewhere = home.filter(|home| answered.is_some_and(|answered| *home != answered));
    Consent {
        name: client.name.as_deref().unwrap_or(NAMELESS),
        verified_host: home,
        shared: home.and_then(shared),
        client_id: &client.id,
        links: &client.links,
        redirect_uri: asked.redirect_uri.as_str(),
        destination: Destination::from(&asked.redirect_uri),
        elsewhere,
        // For the host that asks, the page says so above.
        answer_shared: answered
            .filter(|answered| home != Some(*answered))
            .and_then(shared),
        is_own: home.is_none()
            && settings.own_redirect_uri.as_deref() == Some(asked.redirect_uri.as_str()),
        is_new: client.is_new,
        reach: reach(&asked.resource, settings),
        limits: limits.in_words(),
        read: sentry::READ,
        sentry: deployment.config.sentry.base.host(),
        days: settings.grants.absolute.as_secs() / 86_400,
        ticket,
        changed: None,
        is_empty: false,
        groups: [false, true].map(|changes| SkillGroup {
            changes,
            skills: choices(&asked.scope, changes, &limits, settings),
        }),
    }
}

/// The skills that change data.
const CHANGING: [Skill; 2] = [Skill::Triage, Skill::ProjectManagement];

/// The skills that can be of use where the connection has limits of its own. There is always one to tick: without any, the
/// sign-in would be of no use at all.
fn offered(limits: &Limits) -> Skills {
    let all: Skills = Skill::ALL
        .into_iter()
        .filter(|skill| skill.is_offered())
        .collect();
    let named = limits.skills_of(all);
    let reading = named
        .iter()
        .filter(|skill| !CHANGING.contains(skill))
        .collect();
    let fewest = if limits.are_read_only() {
        reading
    } else {
        named
    };
    let some = [fewest, named]
        .into_iter()
        .find(|skills| *skills != Skills::NONE);
    some.unwrap_or(all)
}

/// The choices of the page: skills that change data, or those that do not.
fn choices(asked: &Scope, changes: bool, limits: &Limits, settings: &Settings) -> Vec<SkillChoice> {
    offered(limits)
        .iter()
        .filter(|skill| CHANGING.contains(skill) == changes)
        .map(|skill| {
            let (scopes, lacking): (Vec<_>, Vec<_>) = skill
                .scopes()
                .iter()
                .map(|scope| scope.as_str())
                .partition(|scope| asked.contains(scope));
            let scopes = scopes
                .into_iter()
                .filter(|scope| !sentry::READ.contains(scope))
                .collect();
            SkillChoice {
                id: skill.as_str(),
                title: skill.title(),
                description: skill.description(),
                scopes,
                lacks: !lacking.is_empty(),
                ticked: ticked(skill, asked, settings),
            }
        })
        .collect()
}

fn reach(resource: &Resource, settings: &Settings) -> String {
    let mut segments = resource.segments(settings.resource_base);
    match (segments.next(), segments.next()) {
        (Some(organization), Some(project)) => {
            format!("The project {project} of the organization {organization} only")
        }
        (Some(organization), None) => format!("The organization {organization} only"),
        _ => "Every organization and project that you can see".to_owned(),
    }
}

/// Whether a skill is ticked before the person chooses: those that only read; in a step-up (some scopes, not all) also those
/// that need one of the scopes asked for.
fn ticked(skill: Skill, asked: &Scope, settings: &Settings) -> bool {
    let step_up = *asked != Scope::all(settings.scopes);
    let named = skill
        .scopes()
        .iter()
        .any(|scope| scope.as_str() != "org:read" && asked.contains(scope.as_str()));
    skill.is_on_by_default() || (step_up && named)
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: mcp/narrowed-connection
    #[test]
    fn a_limited_connection_is_offered_what_it_can_use() {
        for (query, ids) in [
            ("", "inspect seer triage project-management"),
            ("readonly=1", "inspect seer"),
            ("skills=inspect,triage", "inspect triage"),
            ("skills=inspect,triage&readonly=1", "inspect"),
            ("skills=triage&readonly=1", "triage"),
            ("skills=docs", "inspect seer triage project-management"),
        ] {
            let offered = offered(&Limits::stored(query));
            let offered: Vec<_> = offered.iter().map(Skill::as_str).collect();
            assert_eq!(offered.join(" "), ids, "{query}");
        }
    }
}
