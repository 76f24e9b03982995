//! Replays, which have an endpoint of their own.

use sentry_api::{ApiError, Replay};

use crate::text::markdown::{Joined, code, number, paragraph, push, value};
use crate::text::whose::WHOSE;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::tool::{Answer, Context};

use super::answer::{Found, both};
use super::page;
use super::search::{Search, refused};

pub(super) async fn find(context: &Context<'_>, search: &Search<'_>) -> Answer {
    let limit = search.limit.to_string();
    let mut parameters = search.parameters("sort");
    parameters.push(("per_page", &limit));
    let found = context
        .client
        .replays(&search.place.region, &search.place.organization, parameters)
        .await
        .map_err(|error| match error {
            ApiError::NotFound => Failure::of_optional(error, "replays"),
            error => refused(error, search),
        })?;
    let found = context.sight.of_page(found);
    let has_more = found.next.is_some();
    let mut text = page::heading(context, search, found.items.len(), has_more);
    if !found.items.is_empty() {
        paragraph(&mut text, WHOSE);
    }
    text.push('\n');
    for (index, replay) in found.items.iter().enumerate() {
        push(&mut text, &["\n", &number(index as u64 + 1), ". "]);
        entry(context, search, replay, &mut text);
    }
    page::finish(context, found.items.is_empty(), has_more, &[], &mut text);
    both(context, search, &Found::Replays(&found), text)
}

fn entry(context: &Context<'_>, search: &Search<'_>, replay: &Replay, text: &mut String) {
    let mut facts = Joined::default();
    let known = [&replay.started_at, &replay.browser, &replay.environment];
    for fact in known.into_iter().flatten() {
        facts.add(" · ", &value(fact, 100));
    }
    for (count, what) in [
        (replay.duration, " s"),
        (replay.errors, " errors"),
        (replay.dead_clicks, " dead clicks"),
        (replay.rage_clicks, " rage clicks"),
    ] {
        if let Some(count) = count.filter(|count| *count > 0) {
            facts.add(" · ", &[&number(count), what].concat());
        }
    }
    let mut path = "/explore/replays/".to_owned();
    let id = replay.id.chars().filter(char::is_ascii_alphanumeric);
    path.extend(id.take(40));
    path.push('/');
    let link = search.place.link(context, &path);
    push(
        text,
        &[&code(&replay.id, 40), " ", &facts.text(), "\n   ", &link],
    );
    let mut urls = Joined::default();
    for url in replay.urls.iter().take(3) {
        urls.add(" → ", &code(url, 120));
    }
    if replay.urls.len() > 3 {
        let more = number(replay.urls.len() as u64 - 3);
        urls.add("", &[" and ", &more, " more pages"].concat());
    }
    if !replay.urls.is_empty() {
        push(text, &["\n   ", &urls.text()]);
    }
}
