use fetch::LocalFuture;
use sentry_api::{Organization, Slug};
use serde::Serialize;

use crate::vocabulary::parameter::NAME_QUERY;
use crate::vocabulary::skill::Skills;
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Schema, Surface, Tool, structured};

use super::{READ, SHOWN};

pub(crate) static TOOL: Tool = Tool {
    name: "find_organizations",
    title: "Find organizations",
    description: "Lists your organizations (25 at most) with slug and regionUrl, which other tools take. Needed only \
                  when neither the user nor a Sentry URL names the organization.",
    skills: Skills::ALL,
    scopes: READ,
    surface: Surface::Direct,
    parameters: &[NAME_QUERY],
    output_schema: Some(Schema::Json(include_str!(
        "../../schemas/find_organizations.json"
    ))),
    effect: Effect::Reads,
    hidden: Hidden::OrganizationFixed,
    run,
};

/// What it answers.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Organizations<'a> {
    organizations: Vec<Described<'a>>,
    has_more: bool,
    /// Regions that did not answer: their organizations are missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unavailable_regions: Vec<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Described<'a> {
    slug: &'a str,
    web_url: String,
    /// Empty: the server has no regions.
    region_url: &'a str,
}

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let query = context.arguments.text(NAME_QUERY);
        let found = context.client.organizations(query).await?;
        let organizations = context.sight.of_all(found.items);
        let shown = organizations.iter().take(SHOWN);
        let shown = shown.map(|organization| describe(context, organization));
        structured(
            &Organizations {
                organizations: shown.collect(),
                has_more: organizations.len() > SHOWN,
                unavailable_regions: found.unavailable.iter().map(AsRef::as_ref).collect(),
            },
            &[],
        )
    })
}

fn describe<'a>(context: &Context<'_>, organization: &'a Organization) -> Described<'a> {
    let links = &organization.links;
    let own_url = || match Slug::parse(&organization.slug) {
        Ok(slug) => context.base().web_url(&slug, ""),
        Err(_) => String::new(),
    };
    let web_url = links.organization_url.clone();
    Described {
        slug: &organization.slug,
        web_url: web_url
            .filter(|url| !url.is_empty())
            .unwrap_or_else(own_url),
        region_url: links.region_url.as_deref().unwrap_or_default(),
    }
}
