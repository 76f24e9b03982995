//! Replays, which have an endpoint of their own.

use sentry_api::{ApiError, Replay};

use crate::failure::Failure;
use crate::markdown::{code, line, number};
use crate::tool::Context;

use super::{Search, page, refused};

pub(super) async fn find(context: &Context<'_>, search: &Search) -> Result<String, Failure> {
    let limit = search.limit.to_string();
    let mut parameters = vec![
        ("query", search.query.as_str()),
        ("per_page", limit.as_str()),
        ("sort", search.sort.as_str()),
        ("statsPeriod", search.period.as_str()),
    ];
    parameters.extend(search.project_id.as_deref().map(|id| ("project", id)));
    let environments = search.environments.iter();
    parameters.extend(environments.map(|name| ("environment", name.as_str())));
    let found = context
        .client
        .replays(&search.region, &search.organization, parameters)
        .await
        .map_err(|error: ApiError| refused(error, search))?;
    let has_more = found.next.is_some();
    let mut parts = page::heading(context, search, found.items.len(), has_more);
    let entries: Vec<_> = found
        .items
        .iter()
        .enumerate()
        .map(|(index, replay)| format!("{}. {}", index + 1, entry(context, search, replay)))
        .collect();
    parts.push(entries.join("\n"));
    parts.push(page::next_step(
        context,
        search,
        found.items.is_empty(),
        has_more,
        &[],
    ));
    parts.retain(|part| !part.is_empty());
    Ok(parts.join("\n\n"))
}

fn entry(context: &Context<'_>, search: &Search, replay: &Replay) -> String {
    let count = |count: Option<u64>, what: &str| {
        let count = count.filter(|count| *count > 0)?;
        Some(format!("{} {what}", number(count)))
    };
    let facts: Vec<_> = [
        replay.started_at.clone(),
        count(replay.duration, "s"),
        count(replay.errors, "errors"),
        count(replay.dead_clicks, "dead clicks"),
        count(replay.rage_clicks, "rage clicks"),
        replay.browser.clone(),
        replay.environment.clone(),
    ]
    .into_iter()
    .flatten()
    .map(|fact| line(&fact, 100))
    .collect();
    let id: String = replay
        .id
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let path = format!("/explore/replays/{id}/");
    let mut text = format!(
        "{} {}\n   {}",
        code(&replay.id, 40),
        facts.join(" · "),
        context.base().web_url(&search.organization, &path)
    );
    let urls: Vec<_> = replay
        .urls
        .iter()
        .take(3)
        .map(|url| code(url, 120))
        .collect();
    if !urls.is_empty() {
        text.push_str(&format!("\n   {}", urls.join(" → ")));
    }
    let more = replay.urls.len().saturating_sub(urls.len());
    if more > 0 {
        text.push_str(&format!(" and {more} more pages"));
    }
    text
}
