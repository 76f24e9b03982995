use fetch::LocalFuture;
use sentry_api::{Organization, Slug};
use serde_json::Value;

use crate::json::{known, object, structured};
use crate::parameter::NAME_QUERY;
use crate::skill::Skills;
use crate::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

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
        let query = context.arguments.text(&NAME_QUERY)?;
        let found = context.client.organizations(query.as_deref()).await?;
        let has_more = found.items.len() > SHOWN;
        let shown = found.items.into_iter().take(SHOWN);
        let organizations: Vec<_> = shown.map(|each| describe(context, each)).collect();
        // Regions that did not answer: their organizations are missing.
        let missing: Vec<_> = found
            .unavailable
            .iter()
            .map(|region| region.as_str().into())
            .collect();
        structured(&known(vec![
            ("organizations", Some(organizations.into())),
            ("hasMore", Some(has_more.into())),
            (
                "unavailableRegions",
                (!missing.is_empty()).then(|| Value::Array(missing)),
            ),
        ]))
    })
}

fn describe(context: &Context<'_>, organization: Organization) -> Value {
    let links = organization.links;
    let web_url = links
        .organization_url
        .filter(|url| !url.is_empty())
        .or_else(|| {
            let slug = Slug::parse(&organization.slug).ok()?;
            Some(context.base().web_url(&slug, ""))
        });
    object(vec![
        ("slug", organization.slug.into()),
        ("webUrl", web_url.unwrap_or_default().into()),
        // Empty: the server has no regions.
        ("regionUrl", links.region_url.unwrap_or_default().into()),
    ])
}
