//! Whose things are, and who may see them.
//!
//! What carries a project or an organization leaves this crate as [`Owned`], which is opaque until it meets the [`Sight`]
//! of whoever asks. What lies below a project or an issue is asked for with a [`ProjectKey`] or an [`IssueKey`], and only
//! a sight, or an issue that it has seen, gives one. So the comparison cannot be forgotten: without it there is nothing
//! to show, and nothing to ask for.
// file rule: mcp/opaque-until-seen: what carries a project is opaque until it meets the session's
//    sight, in every spelling that Sentry has for it; requests are narrowed where they can be

use std::fmt;

use crate::error::ApiError;
use crate::ids::{IssueId, Slug, SlugOrId};
use crate::json::{Json, Value};
use crate::link::Page;
use crate::member::{as_text, id, list, member};

/// What somebody may see. Whoever knows the session makes it, once (`clippy.toml` refuses it elsewhere); everybody else
/// passes it on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight(Limit);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Limit {
    Everything,
    Organization(Slug),
    /// The project with its slug, and its number where that is known.
    Project {
        organization: Slug,
        own: Owner,
    },
}

/// Whose something is, as far as anybody said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Owner {
    /// Nobody said, or it is several projects'. One project's sight does not reach it.
    #[default]
    Unsaid,
    /// The organization itself.
    Organization(String),
    /// A project, by one of the two at least.
    Project {
        slug: Option<String>,
        id: Option<String>,
    },
}

/// Something of somebody's. What it is, [`Sight`] decides to show.
#[derive(Clone, PartialEq, Eq)]
pub struct Owned<T> {
    owner: Owner,
    thing: T,
}

/// A project that may be asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectKey {
    named: SlugOrId,
    owner: Owner,
}

/// An issue that may be asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueKey {
    id: IssueId,
    owner: Owner,
}

impl Sight {
    /// Of a session without limits.
    #[must_use]
    pub const fn everything() -> Self {
        Self(Limit::Everything)
    }

    /// Of a session of one organization.
    #[must_use]
    pub const fn of_organization(slug: Slug) -> Self {
        Self(Limit::Organization(slug))
    }

    /// Of a session of one project. `id` is its number, by which some answers and older servers name it.
    #[must_use]
    pub fn of_project(organization: Slug, slug: Slug, id: Option<String>) -> Self {
        let slug = Some(slug.as_str().to_owned());
        let own = Owner::Project { slug, id };
        Self(Limit::Project { organization, own })
    }

    /// Whether it ends at one project.
    #[must_use]
    pub const fn is_of_project(&self) -> bool {
        matches!(self.0, Limit::Project { .. })
    }

    /// The number of the one project that is seen: a request that can be narrowed to it should be.
    #[must_use]
    pub fn project_id(&self) -> Option<&str> {
        match &self.0 {
            Limit::Project {
                own: Owner::Project { id, .. },
                ..
            } => id.as_deref(),
            _ => None,
        }
    }

    /// The key to the one project that is seen: what would list the whole organization's should list this one's.
    #[must_use]
    pub fn own_project(&self) -> Option<ProjectKey> {
        let Limit::Project { own, .. } = &self.0 else {
            return None;
        };
        let Owner::Project { slug, .. } = own else {
            return None;
        };
        let slug = Slug::parse(slug.as_deref()?).ok()?;
        Some(ProjectKey {
            named: SlugOrId::Slug(slug),
            owner: own.clone(),
        })
    }

    /// The key to a project, unless it is another one than the session's.
    #[must_use]
    pub fn project(&self, named: SlugOrId) -> Option<ProjectKey> {
        let owner = match &named {
            SlugOrId::Id(id) => Owner::numbered(Some(id)),
            SlugOrId::Slug(slug) => Owner::Project {
                slug: Some(slug.as_str().to_owned()),
                id: None,
            },
        };
        let owner = match &self.0 {
            // By whichever name: it is known by both.
            Limit::Project { own, .. } if own.is(&owner) => own.clone(),
            _ => owner,
        };
        self.sees(&owner).then_some(ProjectKey { named, owner })
    }

    /// The key to an issue that nobody has read yet. There is none where its project would have to be known first.
    #[must_use]
    pub fn unread_issue(&self, id: IssueId) -> Option<IssueKey> {
        let owner = Owner::Unsaid;
        self.sees(&owner).then_some(IssueKey { id, owner })
    }

    /// What is seen of a list.
    #[must_use]
    pub fn of_all<T>(&self, things: Vec<Owned<T>>) -> Vec<T> {
        let mut seen = Vec::with_capacity(things.len());
        for thing in things {
            seen.extend(thing.into_seen(self));
        }
        seen
    }

    /// What is seen of a page.
    #[must_use]
    pub fn of_page<T>(&self, page: Page<Owned<T>>) -> Page<T> {
        Page {
            items: self.of_all(page.items),
            next: page.next,
        }
    }

    pub(crate) fn sees(&self, owner: &Owner) -> bool {
        match (&self.0, owner) {
            (Limit::Everything, _) => true,
            (
                Limit::Organization(own)
                | Limit::Project {
                    organization: own, ..
                },
                Owner::Organization(slug),
            ) => own.as_str() == slug,
            (Limit::Organization(_), _) => true,
            (Limit::Project { own, .. }, owner) => own.is(owner),
        }
    }
}

impl Owner {
    /// What a thing says of itself. Sentry has a spelling for every resource, and some have several.
    pub(crate) fn said(value: Value<'_>) -> Self {
        let first = |names: &[&str]| names.iter().find_map(|name| id(value, name));
        let project = member(value, "project");
        let (mut slug, mut number) = (id(project, "slug"), id(project, "id"));
        if let Some(plain) = id(value, "project") {
            match SlugOrId::parse(&plain) {
                Ok(SlugOrId::Id(plain)) => number = Some(plain),
                _ => slug = Some(plain),
            }
        }
        // What is of several projects is nobody's; of a single one it is that one's.
        let projects = list(value, "projects");
        if let (Some(only), 1) = (projects.get(0), projects.len()) {
            number = number.or_else(|| as_text(only)).or_else(|| id(only, "id"));
        }
        let slug = slug.or_else(|| first(&["project_slug", "projectSlug", "project.name"]));
        let id = number.or_else(|| first(&["project_id", "projectId", "projectID", "project.id"]));
        if slug.is_none() && id.is_none() {
            return Self::Unsaid;
        }
        Self::Project { slug, id }
    }

    /// Whether both are the same project. A slug decides where both say one: it is what people and URLs say. Numbers decide
    /// where they do not.
    pub(crate) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Project {
                    slug: Some(own), ..
                },
                Self::Project {
                    slug: Some(slug), ..
                },
            ) => own == slug,
            (Self::Project { id: Some(own), .. }, Self::Project { id: Some(id), .. }) => own == id,
            _ => false,
        }
    }

    /// What a thing says of itself, or else whose was asked for.
    pub(crate) fn of(value: Value<'_>, asked: &Self) -> Self {
        match Self::said(value) {
            Self::Unsaid => asked.clone(),
            said => said,
        }
    }

    /// The project that a request is narrowed to, by its number; `-1` are all of them.
    pub(crate) fn asked(query: &[(&'static str, &str)]) -> Self {
        let project = query.iter().find(|(name, _)| *name == "project");
        Self::numbered(project.map(|(_, id)| *id))
    }

    /// The project of that number.
    pub(crate) fn numbered(id: Option<&str>) -> Self {
        match id {
            None | Some("-1") => Self::Unsaid,
            Some(id) => Self::Project {
                slug: None,
                id: Some(id.to_owned()),
            },
        }
    }
}

impl<T> Owned<T> {
    pub(crate) const fn new(owner: Owner, thing: T) -> Self {
        Self { owner, thing }
    }

    /// For what is owned inside of it.
    pub(crate) const fn inside(&self) -> &T {
        &self.thing
    }

    /// The thing, if it is seen.
    #[must_use]
    pub fn seen_by(&self, sight: &Sight) -> Option<&T> {
        sight.sees(&self.owner).then_some(&self.thing)
    }

    /// The thing itself, if it is seen.
    #[must_use]
    pub fn into_seen(self, sight: &Sight) -> Option<T> {
        sight.sees(&self.owner).then_some(self.thing)
    }
}

/// It does not show the thing.
impl<T> fmt::Debug for Owned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Owned").finish_non_exhaustive()
    }
}

impl ProjectKey {
    /// As it stands in a path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.named.as_str()
    }

    /// Whether something is this project's, as far as both say.
    pub(crate) fn is<T>(&self, owned: &Owned<T>) -> bool {
        self.owner.is(&owned.owner)
    }

    pub(crate) const fn owner(&self) -> &Owner {
        &self.owner
    }
}

impl IssueKey {
    pub(crate) const fn new(id: IssueId, owner: Owner) -> Self {
        Self { id, owner }
    }

    /// Its number, or its short id where nobody has read it.
    #[must_use]
    pub const fn id(&self) -> &IssueId {
        &self.id
    }

    /// As it stands in a path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.id.as_str()
    }

    pub(crate) const fn owner(&self) -> &Owner {
        &self.owner
    }
}

/// [`crate::member::all`], of things of projects.
pub(crate) fn all_owned<T>(
    answer: &Json,
    read: fn(Value<'_>) -> Option<T>,
    asked: &Owner,
    what: &'static str,
) -> Result<Vec<Owned<T>>, ApiError> {
    let mut owned = Vec::new();
    for element in answer.things(None, what)? {
        let thing = read(element).ok_or(ApiError::Malformed(what))?;
        owned.push(Owned::new(Owner::of(element, asked), thing));
    }
    Ok(owned)
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "it tries every sight")]
mod tests {
    use super::*;
    use serde_json::json;

    fn slug(text: &str) -> Slug {
        Slug::parse(text).unwrap()
    }

    fn web() -> Sight {
        Sight::of_project(slug("acme"), slug("web"), Some("5".to_owned()))
    }

    #[test]
    fn every_spelling_of_a_project() {
        for (value, is_web) in [
            (json!({ "project": { "id": "5", "slug": "web" } }), true),
            (json!({ "project": { "id": 5 } }), true),
            // The slug decides: a server may number as it likes.
            (json!({ "project": { "id": "1", "slug": "web" } }), true),
            (json!({ "project": { "id": "5", "slug": "other" } }), false),
            (json!({ "project": "web" }), true),
            (json!({ "project": "other" }), false),
            (json!({ "project": 5 }), true),
            (json!({ "project": "6" }), false),
            (json!({ "project_slug": "web" }), true),
            (json!({ "project_slug": "other", "project_id": 5 }), false),
            (json!({ "projectSlug": "other" }), false),
            (json!({ "project.name": "other" }), false),
            (json!({ "project_id": 5 }), true),
            (json!({ "projectId": 6 }), false),
            (json!({ "projectID": "6" }), false),
            (json!({ "project.id": "6" }), false),
            (json!({ "project": null, "project_slug": "" }), false),
            (json!({ "projects": [5] }), true),
            (json!({ "projects": [{ "id": "5", "slug": "web" }] }), true),
            (json!({ "projects": [6] }), false),
            (json!({ "projects": [5, 6] }), false),
            (json!({ "projects": [] }), false),
            (json!({}), false),
            (json!(7), false),
        ] {
            let owned = Owned::new(Owner::said(Json::from(&value).root()), 1);
            assert_eq!(owned.seen_by(&web()).is_some(), is_web, "{value}");
            let acme = Sight::of_organization(slug("acme"));
            for wide in [Sight::everything(), acme] {
                assert_eq!(owned.clone().into_seen(&wide), Some(1), "{value}");
            }
        }
    }

    #[test]
    fn whose_was_asked_for_counts_where_nobody_says() {
        let asked = Owner::asked(&[("query", "6"), ("project", "5")]);
        for (value, is_web) in [
            (json!({}), true),
            (json!({ "project": "web" }), true),
            (json!({ "project": "other" }), false),
        ] {
            let owned = Owned::new(Owner::of(Json::from(&value).root(), &asked), 1);
            assert_eq!(owned.seen_by(&web()).is_some(), is_web, "{value}");
        }
        for query in [&[][..], &[("project", "-1")], &[("project", "6")]] {
            let owned = Owned::new(Owner::asked(query), 1);
            assert_eq!(owned.seen_by(&web()), None, "{query:?}");
        }
    }

    #[test]
    fn keys_are_the_sights_to_give() {
        let named = |text: &str| SlugOrId::parse(text).unwrap();
        let issue = || IssueId::parse("WEB-1").unwrap();
        for (name, is_web) in [("web", true), ("5", true), ("other", false), ("6", false)] {
            assert_eq!(web().project(named(name)).is_some(), is_web, "{name}");
            assert!(Sight::everything().project(named(name)).is_some());
        }
        assert_eq!(web().unread_issue(issue()), None);
        let acme = Sight::of_organization(slug("acme"));
        for wide in [Sight::everything(), acme.clone()] {
            assert!(wide.unread_issue(issue()).is_some());
        }
        assert_eq!(web().own_project().unwrap().as_str(), "web");
        assert_eq!(acme.own_project(), None);
        let unnumbered = Sight::of_project(slug("acme"), slug("web"), None);
        assert_eq!(unnumbered.project(named("5")), None);

        let organization = |slug: &str| Owned::new(Owner::Organization(slug.to_owned()), 1);
        for narrow in [acme, web()] {
            assert!(organization("acme").seen_by(&narrow).is_some());
            assert_eq!(organization("other").seen_by(&narrow), None);
        }
        let page = Page {
            items: vec![organization("acme"), organization("other")],
            next: Some("c".to_owned()),
        };
        assert_eq!(web().of_page(page).items, [1]);
        assert_eq!(format!("{:?}", organization("acme")), "Owned { .. }");
    }
}
