//! Maps the files in stack traces to a repository.

use serde::Deserialize;
use serde_json::{Value, json};

use super::project::Project;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CodeMapping {
    pub(crate) id: String,
    /// The project's slug.
    pub(crate) project: String,
    pub(crate) repo_name: String,
    pub(crate) stack_root: String,
    pub(crate) source_root: String,
    pub(crate) default_branch: String,
    /// The prefixes of the paths that the repository contains.
    pub(crate) covers: Vec<String>,
}

impl CodeMapping {
    pub(crate) fn wire(&self, project: &Project) -> Value {
        json!({
            "id": self.id,
            "projectId": project.id,
            "projectSlug": project.slug,
            "repoId": self.id,
            "repoName": self.repo_name,
            "provider": {"key": "github", "name": "GitHub", "slug": "github"},
            "integrationId": self.id,
            "stackRoot": self.stack_root,
            "sourceRoot": self.source_root,
            "defaultBranch": self.default_branch,
            "automaticallyGenerated": false,
        })
    }

    /// The URL of a line; `None` if the repository does not contain the file.
    pub(crate) fn link(
        &self,
        file: &str,
        line: Option<&str>,
        commit: Option<&str>,
    ) -> Option<String> {
        let covered = self
            .covers
            .iter()
            .any(|begin| file.starts_with(begin.as_str()));
        let path = file
            .strip_prefix(&self.stack_root)
            .or_else(|| file.strip_prefix("app:///src/"))
            .or_else(|| file.strip_prefix("src/"))
            .filter(|_| covered)?;
        let at = commit.unwrap_or(&self.default_branch);
        let (repo, source) = (&self.repo_name, &self.source_root);
        let line = line.map(|line| format!("#L{line}")).unwrap_or_default();
        Some(format!(
            "https://git.lighthouse-books.example/{repo}/blob/{at}/{source}{path}{line}"
        ))
    }
}
