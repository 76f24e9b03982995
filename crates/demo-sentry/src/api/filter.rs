//! Which part of an organization a request looks at: `project` and `environment`, each of which may repeat.

use super::error::ApiError;
use crate::data::Data;
use crate::data::organization::Organization;
use crate::params::Params;

/// Slugs of the projects asked for; none when all are.
pub(crate) struct Projects<'a>(Vec<&'a str>);

impl<'a> Projects<'a> {
    /// By slug or id; `-1` is all of them. A project that is not there is a 403, as in Sentry.
    pub(crate) fn of(
        data: &'a Data,
        organization: &Organization,
        params: &Params,
    ) -> Result<Self, ApiError> {
        let asked: Vec<&str> = params
            .all("project")
            .chain(params.all("projectSlug"))
            .collect();
        if asked.contains(&"-1") {
            return Ok(Self(Vec::new()));
        }
        let slugs = asked.into_iter().map(|asked| {
            let project = data.project(&organization.slug, asked);
            project
                .map(|project| project.slug.as_str())
                .ok_or(ApiError::Forbidden)
        });
        slugs.collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn include(&self, slug: &str) -> bool {
        self.0.is_empty() || self.0.contains(&slug)
    }
}

/// Whether something that was seen in some environments is asked for.
pub(crate) fn in_environment(params: &Params, seen_in: impl Fn(&str) -> bool) -> bool {
    let mut asked = params.all("environment").peekable();
    asked.peek().is_none() || asked.any(seen_in)
}
