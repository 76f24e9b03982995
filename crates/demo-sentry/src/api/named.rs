//! The `query` of lists whose items have names: organizations, teams, projects, releases.

use crate::data::organization::Organization;
use crate::data::project::Project;
use crate::data::release::Release;
use crate::data::team::Team;
use crate::params::Params;

/// An item that can be found by its names.
pub(crate) trait Named {
    /// All names that can be searched, as pairs of key and value.
    fn names(&self) -> Vec<(&str, &str)>;
}

impl Named for Organization {
    fn names(&self) -> Vec<(&str, &str)> {
        vec![("id", &self.id), ("slug", &self.slug), ("name", &self.name)]
    }
}

impl Named for Team {
    fn names(&self) -> Vec<(&str, &str)> {
        vec![("id", &self.id), ("slug", &self.slug), ("name", &self.name)]
    }
}

impl Named for Project {
    fn names(&self) -> Vec<(&str, &str)> {
        let own = [
            ("id", self.id.as_str()),
            ("slug", &self.slug),
            ("name", &self.name),
            ("platform", &self.platform),
        ];
        let teams = self.teams.iter().map(|team| ("team", team.as_str()));
        own.into_iter().chain(teams).collect()
    }
}

impl Named for Release {
    fn names(&self) -> Vec<(&str, &str)> {
        vec![("version", &self.version)]
    }
}

/// A query: every word must occur in one of the names; `slug:`, `name:`, `id:`, `platform:` and `team:` compare one of
/// them.
pub(crate) struct NameQuery<'a>(Vec<&'a str>);

impl<'a> NameQuery<'a> {
    pub(crate) fn of(params: &'a Params) -> Self {
        Self(
            params
                .first("query")
                .unwrap_or_default()
                .split_whitespace()
                .collect(),
        )
    }

    /// Whether an item with these `names` (pairs of key and value) matches.
    pub(crate) fn fits(&self, names: &[(&str, &str)]) -> bool {
        self.0.iter().all(|word| {
            let keyed = word
                .split_once(':')
                .filter(|(key, _)| names.iter().any(|(name, _)| name == key));
            match keyed {
                Some((key, wanted)) => names
                    .iter()
                    .any(|(name, value)| name == &key && value.eq_ignore_ascii_case(wanted)),
                None => names
                    .iter()
                    .any(|(_, value)| value.to_lowercase().contains(&word.to_lowercase())),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_keys() {
        let names = [
            ("slug", "shop-window"),
            ("name", "Shop Window"),
            ("platform", "javascript-react"),
        ];
        let fits =
            |query: &str| NameQuery::of(&Params::parse(&format!("query={query}"))).fits(&names);
        for query in [
            "",
            "WIN",
            "shop+window",
            "slug:shop-window",
            "platform:javascript-react+shop",
        ] {
            assert!(fits(query), "{query}");
        }
        for query in ["door", "slug:shop", "name:door+shop"] {
            assert!(!fits(query), "{query}");
        }
    }
}
