use fetch::LocalFuture;
use sentry_api::{Organization, Slug};

use crate::vocabulary::json::Json;
use crate::vocabulary::parameter::NAME_QUERY;
use crate::vocabulary::skill::Skills;
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

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
    output_schema: Some(
        r#"{"type":"object","properties":{"organizations":{"type":"array","items":{"type":"object","properties":{"slug":{"type":"string"},"webUrl":{"type":"string"},"regionUrl":{"type":"string"}},"required":["slug","webUrl","regionUrl"]}},"hasMore":{"type":"boolean"},"unavailableRegions":{"type":"array","items":{"type":"string"}}},"required":["organizations","hasMore"]}"#,
    ),
    effect: Effect::Reads,
    hidden: Hidden::OrganizationFixed,
    run,
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let query = context.arguments.text(&NAME_QUERY);
        let found = context.client.organizations(query).await?;
        let mut json = Json::object();
        json.begin("organizations", '[');
        let organizations = context.sight.of_all(found.items);
        for organization in organizations.iter().take(SHOWN) {
            describe(context, organization, &mut json);
        }
        json.end(']');
        json.flag("hasMore", organizations.len() > SHOWN);
        // Regions that did not answer: their organizations are missing.
        if !found.unavailable.is_empty() {
            json.texts("unavailableRegions", &found.unavailable);
        }
        json.answer()
    })
}

fn describe(context: &Context<'_>, organization: &Organization, json: &mut Json) {
    let links = &organization.links;
    let own_url = || match Slug::parse(&organization.slug) {
        Ok(slug) => context.base().web_url(&slug, ""),
        Err(_) => String::new(),
    };
    let web_url = links.organization_url.clone();
    json.element();
    json.text("slug", &organization.slug);
    json.text(
        "webUrl",
        &web_url
            .filter(|url| !url.is_empty())
            .unwrap_or_else(own_url),
    );
    // Empty: the server has no regions.
    json.text("regionUrl", links.region_url.as_deref().unwrap_or_default());
    json.end('}');
}
