use crate::client::{Ask, Client};
use crate::error::ApiError;
use crate::ids::Slug;
use crate::json::Value;
use crate::link::Page;
use crate::member::{as_text, count, id, list, member, text};
use crate::region::Region;
use crate::sight::{IssueKey, Owned, Owner};

/// What a person saw and did in a browser or app.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replay {
    /// 32 hexadecimal digits.
    pub id: String,
    /// ISO 8601.
    pub started_at: Option<String>,
    /// In seconds.
    pub duration: Option<u64>,
    /// Errors seen in it.
    pub errors: Option<u64>,
    /// Clicks that did nothing.
    pub dead_clicks: Option<u64>,
    /// Clicks in anger.
    pub rage_clicks: Option<u64>,
    /// Such as `production`.
    pub environment: Option<String>,
    /// Such as `Firefox 138.0`.
    pub browser: Option<String>,
    /// The pages seen, in order.
    pub urls: Vec<String>,
}

impl Replay {
    fn read(value: Value<'_>) -> Option<Self> {
        let browser = member(value, "browser");
        let urls = list(value, "urls").iter();
        Some(Self {
            id: id(value, "id")?,
            started_at: text(value, "started_at"),
            duration: count(value, "duration"),
            errors: count(value, "count_errors"),
            dead_clicks: count(value, "count_dead_clicks"),
            rage_clicks: count(value, "count_rage_clicks"),
            environment: text(value, "environment"),
            browser: text(browser, "name").map(|name| {
                let version = text(browser, "version").unwrap_or_default();
                format!("{name} {version}").trim_end().to_owned()
            }),
            urls: urls.filter_map(as_text).collect(),
        })
    }
}

impl Client {
    /// An organization's replays: `GET /organizations/{org}/replays/`, with query parameters as that endpoint has them.
    ///
    /// # Errors
    /// [`ApiError`]; [`ApiError::Rejected`] when the query is not in Sentry's syntax.
    pub async fn replays(
        &self,
        region: &Region,
        organization: &Slug,
        mut query: Vec<(&'static str, &str)>,
    ) -> Result<Page<Owned<Replay>>, ApiError> {
        // Unlike the other searches, this one takes no empty query.
        query.retain(|(name, value)| *name != "query" || !value.is_empty());
        let asked = Owner::asked(&query);
        let segments = ["organizations", organization.as_str(), "replays"];
        let ask = Ask::get(region, &segments, query);
        let (answer, next) = self.ask_page(ask, "replays").await?;
        let replays = answer.things(Some("data"), "replays")?;
        let read = |value: Value<'_>| {
            let replay = Replay::read(value)?;
            Some(Owned::new(Owner::of(value, &asked), replay))
        };
        Ok(Page {
            items: replays.iter().filter_map(read).collect(),
            next,
        })
    }

    /// The ids of the replays in which an issue was seen, over 90 days: `GET /organizations/{org}/replay-count/`. Errors
    /// are looked for among `events`, or in `discover` where the server refuses that; what detectors found elsewhere. A
    /// replay is often another project's than the issue; `project` (a number) asks for those of one.
    ///
    /// # Errors
    /// [`ApiError`]
    pub async fn replays_of_issue(
        &self,
        region: &Region,
        organization: &Slug,
        issue: &IssueKey,
        is_of_errors: bool,
        project: Option<&str>,
    ) -> Result<Vec<Owned<String>>, ApiError> {
        let sources: &[&str] = if is_of_errors {
            &["events", "discover"]
        } else {
            &["search_issues"]
        };
        let segments = ["organizations", organization.as_str(), "replay-count"];
        let query = format!("issue.id:[{}]", issue.as_str());
        let mut answer = Err(ApiError::NotFound);
        for source in sources {
            let parameters = vec![
                ("returnIds", "true"),
                ("query", query.as_str()),
                ("data_source", source),
                ("statsPeriod", "90d"),
                ("project", project.unwrap_or("-1")),
            ];
            let ask = Ask::get(region, &segments, parameters);
            answer = self.ask(ask, "a count of replays").await;
            if !matches!(answer, Err(ApiError::Rejected(400))) {
                break;
            }
        }
        let answer = answer?;
        let ids = list(answer.root(), issue.as_str()).iter();
        let asked = Owner::numbered(project);
        let owned = |id: Value<'_>| Some(Owned::new(asked.clone(), as_text(id)?));
        Ok(ids.filter_map(owned).collect())
    }
}
