//! `repos/` and `code-mappings/bulk/`

use axum::Json;
use axum::extract::Path;
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::{Body, text};
use super::caller::Caller;
use super::error::ApiError;
use super::paging::{Listing, Page};
use crate::data::code_mapping::CodeMapping;
use crate::data::setup::Repository;
use crate::state::State;

pub(crate) async fn list(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    listing: Listing,
) -> Result<Page, ApiError> {
    caller.may(&["org:read"])?;
    let data = state.data();
    let organization = caller.organization(&data, &organization)?;
    let wanted = listing.params.first("query").unwrap_or_default();
    let repositories = data.setup.repositories.iter();
    let found = repositories
        .filter(|one| one.organization == organization.slug && one.name.contains(wanted))
        .collect();
    let created = organization.date_created;
    Ok(listing.page(found, |one: &Repository| one.wire(created)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewMappings {
    project: Option<String>,
    repository: Option<String>,
    default_branch: Option<String>,
    #[serde(default)]
    mappings: Vec<NewMapping>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewMapping {
    stack_root: String,
    source_root: String,
}

/// Maps the files of a project to a repository; a mapping with the same stack root is replaced.
pub(crate) async fn map(
    state: State,
    caller: Caller,
    Path(organization): Path<String>,
    Body(new): Body<NewMappings>,
) -> Result<Json<Value>, ApiError> {
    caller.may(&["project:write", "org:write"])?;
    let mut data = state.data_mut();
    let organization = caller.organization(&data, &organization)?.slug.clone();
    let project = text("project", new.project.as_deref(), 100)?;
    let project = data.project(&organization, project);
    let project = project.ok_or(ApiError::NotFound)?.slug.clone();
    let name = text("repository", new.repository.as_deref(), 200)?;
    let repositories = data.setup.repositories.iter();
    let known = repositories.filter(|one| one.organization == organization && one.name == name);
    if known.count() == 0 {
        return Err(ApiError::NotFound);
    }
    let branch = new.default_branch.as_deref().unwrap_or("main").to_owned();
    if new.mappings.is_empty() {
        return Err(ApiError::InvalidMember(
            "mappings",
            String::from("This list may not be empty."),
        ));
    }
    let mut made = Vec::new();
    for mapping in new.mappings {
        let same =
            |one: &CodeMapping| one.project == project && one.stack_root == mapping.stack_root;
        let before = data.code_mappings.len();
        data.code_mappings.retain(|one| !same(one));
        let status = if before == data.code_mappings.len() {
            "created"
        } else {
            "updated"
        };
        made.push(json!({"stackRoot": mapping.stack_root, "sourceRoot": mapping.source_root, "status": status}));
        let id = data.setup.next_id().to_string();
        data.code_mappings.push(CodeMapping {
            id,
            project: project.clone(),
            repo_name: name.to_owned(),
            covers: vec![mapping.stack_root.clone()],
            stack_root: mapping.stack_root,
            source_root: mapping.source_root,
            default_branch: branch.clone(),
        });
    }
    let count = |status: &str| made.iter().filter(|one| one["status"] == status).count();
    let (created, updated) = (count("created"), count("updated"));
    Ok(Json(
        json!({"created": created, "updated": updated, "errors": 0, "mappings": made}),
    ))
}
