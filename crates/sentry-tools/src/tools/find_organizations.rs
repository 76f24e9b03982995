use fetch::LocalFuture;
use sentry_api::{Organization, Region, Slug};
use serde::Serialize;

use crate::parameter::{Kind, Parameter, Presence};
use crate::scope::{Scope, Scopes};
use crate::skill::Skills;
use crate::tool::{Answer, Context, Effect, Hidden, Surface, Tool, structured};

use super::SHOWN;

const QUERY: Parameter = Parameter {
    name: "query",
    about: "Part of a name or slug.",
    kind: Kind::Text { default: None },
    presence: Presence::Nullable,
};

pub(crate) static TOOL: Tool = Tool {
    name: "find_organizations",
    title: "Find organizations",
    description: "Lists your organizations (25 at most) with slug and regionUrl, which other tools take. Needed only \
                  when neither the user nor a Sentry URL names the organization.",
    skills: Skills::ALL,
    scopes: Scopes::of(&[Scope::OrgRead]),
    parameters: &[QUERY],
    output_schema: Some(
        r#"{"type":"object","properties":{"organizations":{"type":"array","items":{"type":"object","properties":{"slug":{"type":"string"},"webUrl":{"type":"string"},"regionUrl":{"type":"string"}},"required":["slug","webUrl","regionUrl"]}},"hasMore":{"type":"boolean"},"unavailableRegions":{"type":"array","items":{"type":"string"}}},"required":["organizations","hasMore"]}"#,
    ),
    effect: Effect::Reads,
    surface: Surface::Direct,
    hidden: Hidden::OrganizationFixed,
    run,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    organizations: Vec<Found>,
    has_more: bool,
    /// Regions that did not answer: their organizations are missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unavailable_regions: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    slug: String,
    web_url: String,
    /// Empty: the server has no regions.
    region_url: String,
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let query = context.arguments.text(&QUERY)?;
        let found = context.client.organizations(query.as_deref()).await?;
        structured(&Output {
            has_more: found.items.len() > SHOWN,
            organizations: found
                .items
                .into_iter()
                .take(SHOWN)
                .map(|organization| shown(context, organization))
                .collect(),
            unavailable_regions: found.unavailable.iter().map(Region::to_string).collect(),
        })
    })
}

fn shown(context: &Context<'_>, organization: Organization) -> Found {
    let links = organization.links;
    let web_url = links
        .organization_url
        .filter(|url| !url.is_empty())
        .or_else(|| {
            let slug = Slug::parse(&organization.slug).ok()?;
            Some(context.base().web_url(&slug, ""))
        })
        .unwrap_or_default();
    Found {
        slug: organization.slug,
        web_url,
        region_url: links.region_url.unwrap_or_default(),
    }
}
