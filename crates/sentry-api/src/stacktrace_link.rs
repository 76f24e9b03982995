use std::time::Duration;

use crate::client::{Ask, Client};
use crate::error::ApiError;
use crate::ids::Slug;
use crate::member::text;
use crate::region::Region;
use crate::sight::ProjectKey;

/// It is asked of another company's server while somebody waits for the rest.
const PATIENCE: Duration = Duration::from_secs(3);

impl Client {
    /// Where a frame's line is in the project's repository: `GET /projects/{org}/{project}/stacktrace-link/`. `frame`
    /// says `file`, `lineNo`, `platform`, … as far as they are known. Not in Sentry's published API.
    ///
    /// # Errors
    /// [`ApiError`]; it is given up after 3 s.
    pub async fn stacktrace_link(
        &self,
        region: &Region,
        organization: &Slug,
        project: &ProjectKey,
        frame: Vec<(&'static str, &str)>,
    ) -> Result<Option<String>, ApiError> {
        let segments = [
            "projects",
            organization.as_str(),
            project.as_str(),
            "stacktrace-link",
        ];
        let mut ask = Ask::get(region, &segments, frame);
        ask.timeout = Some(PATIENCE);
        let answer = self.ask(ask, "a link").await?;
        Ok(text(answer.root(), "sourceUrl").filter(|url| url.starts_with("https://")))
    }
}
