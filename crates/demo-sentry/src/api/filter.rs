//! The part of an organization that a request asks about: `project` and `environment`, both of which may repeat.

use super::error::ApiError;
use crate::data::Data;
use crate::data::organization::Organization;
use crate::params::Params;

/// The slugs of the requested projects; empty if all are requested.
pub(crate) struct Projects<'a>(Vec<&'a str>);

impl<'a> Projects<'a> {
    /// Reads slugs or ids; `-1` means all projects. An unknown project is a 403, as in Sentry.
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

/// Whether one of the requested environments is among those where something was seen.
pub(crate) fn in_environment(params: &Params, seen_in: impl Fn(&str) -> bool) -> bool {
    let mut asked = params.all("environment").peekable();
    asked.peek().is_none() || asked.any(seen_in)
}
