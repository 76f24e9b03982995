//! Rows that releases share. What a store keeps is written by one release and rewritten by another: by the one before,
//! where a deployment is rolled back or still under way. So each row says of which version it is, and a release that
//! rewrites a row of a later version keeps the members that it does not know. Where such a member takes something away
//! from what the rest of the row allows, keeping it would not do: such a row has a higher *security* version, and a
//! release that does not know that one refuses it.
//!
//! A version is the first member of a row, `"v":[2,1]`: that of its members, and that of its security. A row of an enum
//! has it within its variant, and a row of version 1 has none, so that rows from before there were versions have one too.

mod unknown;

use crate::from_json;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// How far a kind of rows has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Versions {
    /// Raised with each change of what is stored: a member that is new, or one that is no longer written.
    pub row: u32,
    /// Raised where a release that passes over what is new would allow more than the row does.
    pub security: u32,
}

impl Versions {
    /// Of a row that says nothing of versions.
    pub const FIRST: Self = Self {
        row: 1,
        security: 1,
    };
}

/// Where the members of a row stand in its JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// In the row itself.
    Struct,
    /// In the variant, which is the row's only member.
    Enum,
}

/// A kind of rows.
pub trait Row: Serialize + DeserializeOwned {
    /// What this release writes, and the most that it may rewrite or delete.
    const VERSIONS: Versions;
    /// Of its JSON.
    const SHAPE: Shape;

    /// The least security version of a release that can honour this very row. To be told apart where most rows do not say
    /// what the version was raised for, so that a roll-back refuses no others.
    fn security(&self) -> u32 {
        Self::VERSIONS.security
    }
}

/// A row as it was read.
#[derive(Debug, Clone)]
pub struct Kept<T> {
    /// What this release knows of it.
    pub value: T,
    /// Whether a later release wrote it. Who writes it again hands [`write()`] the row as it is.
    pub is_newer: bool,
}

/// Why a row cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RowError {
    /// A later release wrote it, and this one could not honour it: it is neither rewritten nor deleted.
    #[error("the row is of a later release, and not safe to use in this one")]
    Newer,
    /// It is not what any release wrote.
    #[error(transparent)]
    Unreadable(#[from] serde_json::Error),
}

/// Reads a row.
///
/// # Errors
/// It is of a higher security version, of a later version that cannot be read, or broken.
pub fn read<T: Row>(json: &str) -> Result<Kept<T>, RowError> {
    let is_newer = check::<T>(json)?.row > T::VERSIONS.row;
    match from_json(json.as_bytes()) {
        Ok(value) => Ok(Kept { value, is_newer }),
        Err(_) if is_newer => Err(RowError::Newer),
        Err(error) => Err(error.into()),
    }
}

/// Looks at a row's versions alone, for who deletes it without reading it.
///
/// # Errors
/// It is of a higher security version.
pub fn check<T: Row>(json: &str) -> Result<Versions, RowError> {
    let versions = versions(json, T::SHAPE);
    if versions.security > T::VERSIONS.security {
        return Err(RowError::Newer);
    }
    Ok(versions)
}

/// Writes a row. Of the one that it replaces, if that is [`Kept::is_newer`], it keeps the higher version and every member
/// that this release does not know: in an object at the same place, or with the same `id`, `h` or `hash` wherever that has
/// moved to. What was in an object that is gone goes with it.
///
/// # Errors
/// The row that is replaced is of a higher security version, or broken.
pub fn write<T: Row>(value: &T, over: Option<&str>) -> Result<String, RowError> {
    let after = serde_json::to_string(value)?;
    let before = match over {
        Some(json) => Some(Before {
            json,
            known: serde_json::to_string(&read::<T>(json)?.value)?,
        }),
        None => None,
    };
    let versions = Versions {
        row: T::VERSIONS.row,
        security: value.security(),
    };
    Ok(finished(after, before, T::SHAPE, versions)?)
}

/// A row that is replaced.
struct Before<'a> {
    json: &'a str,
    /// What this release would have written in its place.
    known: String,
}

fn finished(
    after: String,
    before: Option<Before<'_>>,
    shape: Shape,
    mut own: Versions,
) -> Result<String, serde_json::Error> {
    let Some(Before { json, known }) = before else {
        return Ok(stamped(after, shape, own));
    };
    let found = versions(json, shape);
    own.row = own.row.max(found.row);
    own.security = own.security.max(found.security);
    let [before, known]: [Value; 2] = [
        serde_json::from_slice(json.as_bytes())?,
        serde_json::from_slice(known.as_bytes())?,
    ];
    let mut after: Value = serde_json::from_slice(after.as_bytes())?;
    let contents = match shape {
        Shape::Struct => (Some(&before), Some(&known), Some(&mut after)),
        Shape::Enum => (content(&before), content(&known), content_mut(&mut after)),
    };
    if let (Some(before), Some(known), Some(after)) = contents {
        unknown::keep(before, known, after);
    }
    Ok(stamped(after.to_string(), shape, own))
}

/// The content of a variant.
fn content(row: &Value) -> Option<&Value> {
    row.as_object()?.iter().next().map(|(_, content)| content)
}

fn content_mut(row: &mut Value) -> Option<&mut Value> {
    let (_, content) = row.as_object_mut()?.iter_mut().next()?;
    Some(content)
}

const MEMBER: &str = "v";
const BEGIN: &str = "{\"v\":[";

/// The versions that a row says it has. It is read at its place, since a row is read far more often than it changes its
/// version: looking for it anywhere would cost what reading the row does.
fn versions(json: &str, shape: Shape) -> Versions {
    let content = match shape {
        Shape::Struct => Some(json),
        Shape::Enum => json.split_once(':').map(|(_, content)| content),
    };
    let Some(rest) = content.and_then(|content| content.strip_prefix(BEGIN)) else {
        return Versions::FIRST;
    };
    let mut numbers = rest.split([',', ']']);
    // What cannot be read is of a release that is later than all that this one knows of.
    let mut next = || numbers.next()?.parse().ok();
    Versions {
        row: next().unwrap_or(u32::MAX),
        security: next().unwrap_or(u32::MAX),
    }
}

/// A row with its versions. `json` is as serde writes it, without spaces.
fn stamped(json: String, shape: Shape, versions: Versions) -> String {
    if versions == Versions::FIRST {
        return json;
    }
    let at = match shape {
        Shape::Struct => 0,
        Shape::Enum => json.find(':').map_or(0, |colon| colon + 1),
    };
    let (head, content) = json.split_at_checked(at).unwrap_or(("", &json));
    let Some(members) = content.strip_prefix('{') else {
        return json; // A row without members has no version but the first.
    };
    let comma = if members.starts_with('}') { "" } else { "," };
    let Versions { row, security } = versions;
    format!("{head}{BEGIN}{row},{security}]{comma}{members}")
}
