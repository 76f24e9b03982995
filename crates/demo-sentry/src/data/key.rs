//! Client keys of a project, with which its SDK sends events.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::chance;
use super::project::Project;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ClientKey {
    /// The project's slug.
    pub(crate) project: String,
    pub(crate) name: String,
    pub(crate) date_created: Timestamp,
    /// The key's number within the project, from 0; the id is derived from it.
    #[serde(skip)]
    pub(crate) number: usize,
    #[serde(skip)]
    pub(crate) settings: KeySettings,
    /// The project's slug when the key was made, where it is another one since.
    #[serde(skip)]
    pub(crate) made_for: Option<String>,
}

/// What can be changed of a key beside its name.
#[derive(Clone, Debug)]
pub(crate) struct KeySettings {
    pub(crate) is_active: bool,
    /// Window in seconds and count.
    pub(crate) rate_limit: Option<(u64, u64)>,
    pub(crate) browser_sdk_version: String,
    /// `hasReplay` and the others of the loader.
    pub(crate) loader: Map<String, Value>,
}

impl Default for KeySettings {
    fn default() -> Self {
        let loader = [
            ("hasReplay", true),
            ("hasPerformance", true),
            ("hasDebug", false),
            ("hasFeedback", false),
            ("hasLogsAndMetrics", false),
        ];
        Self {
            is_active: true,
            rate_limit: None,
            browser_sdk_version: String::from("8.x"),
            loader: loader
                .into_iter()
                .map(|(name, is_on)| (name.to_owned(), is_on.into()))
                .collect(),
        }
    }
}

impl ClientKey {
    /// Its public part, by which it is named.
    pub(crate) fn id(&self) -> String {
        self.part("public key")
    }

    fn part(&self, kind: &str) -> String {
        let project = self.made_for.as_ref().unwrap_or(&self.project);
        chance::id(&[kind, project, &self.number.to_string()], 32)
    }

    pub(crate) fn wire(&self, project: &Project, origin: &str) -> Value {
        let (public, secret) = (self.id(), self.part("secret key"));
        let (scheme, host) = origin.split_once("://").unwrap_or(("http", origin));
        let api = format!("{origin}/api/{}", project.id);
        json!({
            "id": public,
            "name": self.name,
            "label": self.name,
            "public": public,
            "secret": secret,
            "projectId": project.id.parse::<u64>().unwrap_or_default(),
            "isActive": self.settings.is_active,
            "rateLimit": self.settings.rate_limit.map(|(window, count)| json!({"window": window, "count": count})),
            "dsn": {
                "public": format!("{scheme}://{public}@{host}/{}", project.id),
                "secret": format!("{scheme}://{public}:{secret}@{host}/{}", project.id),
                "csp": format!("{api}/csp-report/?sentry_key={public}"),
                "security": format!("{api}/security/?sentry_key={public}"),
                "minidump": format!("{api}/minidump/?sentry_key={public}"),
                "cdn": format!("{origin}/js-sdk-loader/{public}.min.js"),
            },
            "browserSdkVersion": self.settings.browser_sdk_version,
            "browserSdk": {"choices": []},
            "dateCreated": self.date_created,
            "dynamicSdkLoaderOptions": self.settings.loader,
        })
    }
}
