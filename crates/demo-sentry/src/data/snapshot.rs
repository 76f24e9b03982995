//! Snapshots: pictures of an app's screens at a commit, compared with those of its base.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::project::Project;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Snapshot {
    pub(crate) id: String,
    /// The snapshot that it is compared with.
    base: Option<String>,
    /// The project's slug.
    pub(crate) project: String,
    pub(crate) app_id: String,
    date: Timestamp,
    vcs_info: Map<String, Value>,
    changed: Vec<Pair>,
    added: Vec<Image>,
    removed: Vec<Image>,
    renamed: Vec<Pair>,
    errored: Vec<Pair>,
    unchanged: Vec<Image>,
    skipped: Vec<Image>,
    images: Vec<Image>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Image {
    /// The name of its bytes in [`super::picture`].
    pub(crate) key: String,
    display_name: Option<String>,
    group: Option<String>,
    image_file_name: String,
    width: u32,
    height: u32,
    canvas_theme: Option<String>,
    description: Option<String>,
    tags: Map<String, Value>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    base_image: Image,
    head_image: Image,
    diff_image_key: Option<String>,
    diff: Option<f64>,
}

impl Image {
    fn is(&self, identifier: &str) -> bool {
        self.image_file_name == identifier || self.key == identifier
    }

    fn wire(&self) -> Value {
        json!({
            "key": self.key,
            "display_name": self.display_name,
            "group": self.group,
            "image_file_name": self.image_file_name,
            "width": self.width,
            "height": self.height,
            "canvas_theme": self.canvas_theme,
        })
    }

    /// With what only an image's own endpoint says.
    fn detail(&self, address: &dyn Fn(&str) -> String) -> Value {
        let mut wire = self.wire();
        if let Value::Object(members) = &mut wire {
            members.extend([
                (String::from("diff_threshold"), Value::Null),
                (String::from("description"), json!(self.description)),
                (String::from("tags"), json!(self.tags)),
                (String::from("image_url"), json!(address(&self.key))),
            ]);
        }
        wire
    }
}

impl Pair {
    fn wire(&self) -> Value {
        json!({
            "base_image": self.base_image.wire(),
            "head_image": self.head_image.wire(),
            "diff_image_key": self.diff_image_key,
            "diff": self.diff,
        })
    }
}

fn all(images: &[Image]) -> Vec<Value> {
    images.iter().map(Image::wire).collect()
}

fn pairs(pairs: &[Pair]) -> Vec<Value> {
    pairs.iter().map(Pair::wire).collect()
}

impl Snapshot {
    /// Whether a branch's snapshots are compared with it: the newest of them is.
    pub(crate) fn is_base_of(&self, app: &str, branch: Option<&str>) -> bool {
        let own = self.vcs_info.get("head_ref").and_then(Value::as_str);
        self.app_id == app && self.base.is_none() && branch.is_none_or(|branch| own == Some(branch))
    }

    #[cfg(test)]
    pub(super) fn every_image(&self) -> impl Iterator<Item = &Image> {
        let pairs = [&self.changed, &self.renamed, &self.errored];
        let images = [&self.added, &self.removed, &self.unchanged, &self.images];
        pairs
            .into_iter()
            .flatten()
            .flat_map(|pair| [&pair.base_image, &pair.head_image])
            .chain(images.into_iter().flatten())
            .chain(&self.skipped)
    }

    pub(crate) fn wire(&self, project: &Project) -> Value {
        json!({
            "head_artifact_id": self.id,
            "base_artifact_id": self.base,
            "project_id": project.id,
            "app_id": self.app_id,
            "comparison_type": if self.base.is_some() { "diff" } else { "solo" },
            "comparison_state": self.base.as_ref().map(|_| "success"),
            "comparison_error_message": null,
            "approval_status": self.base.as_ref().map(|_| "requires_approval"),
            "approvers": [],
            "state": "processed",
            "is_selective": false,
            "diff_threshold": null,
            "vcs_info": self.vcs_info,
            "images": all(&self.images),
            "image_count": self.images.len(),
            "changed": pairs(&self.changed),
            "changed_count": self.changed.len(),
            "added": all(&self.added),
            "added_count": self.added.len(),
            "removed": all(&self.removed),
            "removed_count": self.removed.len(),
            "renamed": pairs(&self.renamed),
            "renamed_count": self.renamed.len(),
            "errored": pairs(&self.errored),
            "errored_count": self.errored.len(),
            "unchanged": all(&self.unchanged),
            "unchanged_count": self.unchanged.len(),
            "skipped": all(&self.skipped),
            "skipped_count": self.skipped.len(),
        })
    }

    pub(crate) fn as_base(&self, project: &Project, address: &dyn Fn(&str) -> String) -> Value {
        let image = |image: &Image| {
            let mut wire = image.wire();
            if let Value::Object(members) = &mut wire {
                members.insert(String::from("image_url"), json!(address(&image.key)));
            }
            wire
        };
        json!({
            "head_artifact_id": self.id,
            "project_id": project.id,
            "project_slug": project.slug,
            "app_id": self.app_id,
            "image_count": self.images.len(),
            "images": self.images.iter().map(image).collect::<Vec<_>>(),
            "diff_threshold": null,
            "date_added": self.date,
            "vcs_info": self.vcs_info,
        })
    }

    /// One of its images, by its file's name or its key, with that of the base beside it.
    pub(crate) fn image(
        &self,
        identifier: &str,
        address: &dyn Fn(&str) -> String,
    ) -> Option<Value> {
        let compared = [
            ("changed", &self.changed),
            ("renamed", &self.renamed),
            ("errored", &self.errored),
        ];
        for (status, pairs) in compared {
            let Some(pair) = pairs.iter().find(|pair| pair.head_image.is(identifier)) else {
                continue;
            };
            let diff = pair.diff_image_key.as_deref().map(address);
            let before = &pair.base_image.image_file_name;
            let renamed = *before != pair.head_image.image_file_name;
            return Some(json!({
                "image_file_name": pair.head_image.image_file_name,
                "comparison_status": status,
                "head_image": pair.head_image.detail(address),
                "base_image": pair.base_image.detail(address),
                "diff_image_url": diff,
                "diff_percentage": pair.diff,
                "previous_image_file_name": renamed.then_some(before),
            }));
        }
        let alone = [
            ("added", &self.added),
            ("removed", &self.removed),
            ("skipped", &self.skipped),
            ("unchanged", &self.unchanged),
            ("", &self.images),
        ];
        let (status, image) = alone.into_iter().find_map(|(status, images)| {
            let image = images.iter().find(|image| image.is(identifier))?;
            Some((status, image))
        })?;
        let of_base = ["removed", "skipped", "unchanged"].contains(&status);
        let of_head = !["removed", "skipped"].contains(&status);
        Some(json!({
            "image_file_name": image.image_file_name,
            "comparison_status": (!status.is_empty()).then_some(status),
            "head_image": of_head.then(|| image.detail(address)),
            "base_image": of_base.then(|| image.detail(address)),
            "diff_image_url": null,
            "diff_percentage": null,
            "previous_image_file_name": null,
        }))
    }
}
