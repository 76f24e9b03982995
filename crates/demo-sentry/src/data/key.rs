//! Client keys of a project, with which its SDK sends events.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

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
}

impl ClientKey {
    pub(crate) fn wire(&self, project: &Project, origin: &str) -> Value {
        let part = |kind: &str| chance::id(&[kind, &project.slug, &self.number.to_string()], 32);
        let (public, secret) = (part("public key"), part("secret key"));
        let (scheme, host) = origin.split_once("://").unwrap_or(("http", origin));
        let api = format!("{origin}/api/{}", project.id);
        json!({
            "id": public,
            "name": self.name,
            "label": self.name,
            "public": public,
            "secret": secret,
            "projectId": project.id.parse::<u64>().unwrap_or_default(),
            "isActive": true,
            "rateLimit": null,
            "dsn": {
                "public": format!("{scheme}://{public}@{host}/{}", project.id),
                "secret": format!("{scheme}://{public}:{secret}@{host}/{}", project.id),
                "csp": format!("{api}/csp-report/?sentry_key={public}"),
                "security": format!("{api}/security/?sentry_key={public}"),
                "minidump": format!("{api}/minidump/?sentry_key={public}"),
                "cdn": format!("{origin}/js-sdk-loader/{public}.min.js"),
            },
            "browserSdkVersion": "8.x",
            "browserSdk": {"choices": []},
            "dateCreated": self.date_created,
            "dynamicSdkLoaderOptions": {
                "hasReplay": true,
                "hasPerformance": true,
                "hasDebug": false,
                "hasFeedback": false,
                "hasLogsAndMetrics": false,
            },
        })
    }
}
