//! `/projects/{organization}/{project}/stacktrace-link/`: the URL of a frame's line in its repository.

use axum::Json;
use axum::extract::Path;
use serde_json::{Value, json};

use super::caller::Caller;
use super::error::ApiError;
use super::projects;
use crate::params::Params;
use crate::state::State;

pub(crate) async fn show(
    state: State,
    caller: Caller,
    Path((organization, project)): Path<(String, String)>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    caller.may(&["project:read", "event:read"])?;
    let data = state.data();
    let project = projects::find(&data, &caller, &organization, &project)?;
    let file = params
        .first("file")
        .filter(|file| !file.is_empty())
        .ok_or_else(|| ApiError::invalid("Filepath is required"))?;
    let mapping = data
        .code_mappings
        .iter()
        .find(|mapping| mapping.project == project.slug);
    let Some(mapping) = mapping else {
        return Ok(Json(
            json!({"config": null, "sourceUrl": null, "integrations": []}),
        ));
    };
    let line = params
        .first("lineNo")
        .filter(|line| line.parse::<u32>().is_ok());
    let commit = params.first("commitId").filter(|commit| !commit.is_empty());
    let address = mapping.link(file, line, commit);
    let mut answer = json!({
        "config": mapping.wire(project),
        "sourceUrl": address,
        "integrations": [{"id": mapping.id, "name": mapping.repo_name, "provider": {"key": "github", "name": "GitHub"}}],
    });
    if address.is_none()
        && let Value::Object(members) = &mut answer
    {
        members.insert(String::from("error"), json!("stack_root_mismatch"));
    }
    Ok(Json(answer))
}
