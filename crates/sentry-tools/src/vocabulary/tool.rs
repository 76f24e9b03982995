//! What every tool declares, and what it is handed when it runs.

use std::borrow::Cow;

use fetch::LocalFuture;
use mcp::{Annotations, CallToolResult};
use sentry_api::{ApiError, BaseUrl, Client, InvalidRegion, Region, Sight};
use serde::Serialize;
use serde_json::value::to_raw_value;

use crate::text::shape;
use crate::vocabulary::arguments::Arguments;
use crate::vocabulary::changed::Changes;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::{Parameter, REGION};
use crate::vocabulary::scope::Scopes;
use crate::vocabulary::session::{Constraint, Session, Verified};
use crate::vocabulary::skill::Skills;

/// One tool of the catalogue.
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    /// For people.
    pub(crate) title: &'static str,
    /// For the model: what it does, and when to choose it over its neighbours.
    pub(crate) description: &'static str,
    /// Any of them turns it on.
    pub(crate) skills: Skills,
    /// All that it needs.
    pub(crate) scopes: Scopes,
    /// In the order of importance.
    pub(crate) parameters: &'static [&'static Parameter],
    /// Of a tool that answers structured JSON.
    pub(crate) output_schema: Option<Schema>,
    pub(crate) effect: Effect,
    pub(crate) surface: Surface,
    /// Where it would have nothing to do.
    pub(crate) hidden: Hidden,
    pub(crate) run: for<'a> fn(&'a Context<'a>) -> LocalFuture<'a, Answer>,
}

/// What a structured answer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Schema {
    /// A JSON Schema.
    Json(&'static str),
    /// A [`shape`], from which one is made.
    Shape(&'static str),
}

impl Schema {
    /// The JSON Schema.
    pub(crate) fn json(self) -> Cow<'static, str> {
        match self {
            Self::Json(json) => Cow::Borrowed(json),
            Self::Shape(shape) => {
                let mut json = String::new();
                shape::schema(&mut json, shape);
                Cow::Owned(json)
            }
        }
    }
}

/// The tool that stands for any other, so that a client with a short list reaches the whole catalogue.
pub(crate) const EXECUTE: &str = "execute_sentry_tool";

/// The parameter of [`EXECUTE`] that holds several calls.
pub(crate) const CALLS: &str = "calls";

/// What a tool ends with.
pub(crate) type Answer = Result<CallToolResult, Failure>;

/// The key in `_meta` under which a structured answer names the members that hold what somebody else wrote, and which are
/// therefore data: JSON Pointers (RFC 6901), with `*` for each element of a list.
pub(crate) const UNTRUSTED: &str = "io.sentry/untrusted";

/// A structured answer, which satisfies the tool's `output_schema`: both are made from one type. `senders` are the
/// members that [`UNTRUSTED`] names.
pub(crate) fn structured(answer: &impl Serialize, senders: &[&str]) -> Answer {
    let mut result = CallToolResult::structured(to_raw_value(answer).map_err(not_encodable)?);
    if !senders.is_empty() {
        let members = to_raw_value(senders).map_err(not_encodable)?;
        result.meta.push((UNTRUSTED, members));
    }
    Ok(result)
}

fn not_encodable(_: serde_json::Error) -> Failure {
    ApiError::Malformed("encodable").into()
}

/// What a tool does to the world. One for each row of hints that the catalogue has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It only reads from Sentry.
    Reads,
    /// It only reads what this server itself knows.
    ReadsHere,
    /// It makes something new each time.
    Creates,
    /// It makes something new, and says so to whoever asks whether the same call does more.
    CreatesAnother,
    /// It puts something to what is there. Again, it does nothing.
    Adds,
    /// It sets what is there. Again, it changes nothing.
    Sets,
    /// It takes something away. Again, there is nothing left to take.
    Deletes,
    /// It takes something away that may come back.
    Removes,
    /// It changes what is there, and says something about it each time.
    Changes,
    /// It may do anything that another tool does.
    Anything,
}

/// Where an agent meets a tool. `tools/call` takes every name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Surface {
    /// In `tools/list`.
    Direct,
    /// Found by `search_sentry_tools`.
    Catalog,
    /// In no list, since another name took its place; callable by those who know it.
    Former,
}

/// The constraint under which a tool has nothing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hidden {
    Never,
    OrganizationFixed,
    ProjectFixed,
}

impl Effect {
    pub(crate) const fn annotations(self) -> Annotations<'static> {
        // readOnly, destructive, idempotent, openWorld
        let (reads, destroys, idempotent, outside) = match self {
            Self::Reads => (true, false, None, true),
            Self::ReadsHere => (true, false, None, false),
            Self::Creates => (false, false, None, true),
            Self::CreatesAnother => (false, false, Some(false), true),
            Self::Adds => (false, false, Some(true), true),
            Self::Sets | Self::Deletes => (false, true, Some(true), true),
            Self::Removes => (false, true, None, true),
            Self::Changes => (false, true, Some(false), true),
            Self::Anything => (false, true, None, true),
        };
        Annotations {
            title: None,
            read_only_hint: reads,
            destructive_hint: destroys,
            idempotent_hint: idempotent,
            open_world_hint: outside,
        }
    }

    /// Whether a person may want to be asked first.
    pub(crate) const fn changes_something(self) -> bool {
        !self.annotations().read_only_hint
    }
}

impl Tool {
    /// Whether the session's constraint leaves it something to do.
    pub(crate) const fn fits(&self, constraint: &Constraint) -> bool {
        match self.hidden {
            Hidden::Never => true,
            Hidden::OrganizationFixed => constraint.organization().is_none(),
            Hidden::ProjectFixed => constraint.project().is_none(),
        }
    }

    /// Whether a session can use it: `tools/list` leaves out what cannot work.
    pub(crate) fn works_for(&self, session: &Session) -> bool {
        session.skills.meet(self.skills)
            && session.scopes.contain(self.scopes)
            && self.fits(&session.constraint)
            && session.limits.leave_out(self, session.skills).is_none()
    }

    /// Whether `tools/list` has it, if it works: a connection that names its tools lists just these.
    pub(crate) fn is_listed(&self, session: &Session) -> bool {
        match self.surface {
            Surface::Direct => true,
            Surface::Catalog => session.lists_all || session.limits.name(self),
            Surface::Former => session.limits.name(self),
        }
    }

    /// Its hints for a session. Where nothing can be changed, [`EXECUTE`] only reads.
    pub(crate) fn annotations(&self, session: &Session) -> Annotations<'static> {
        let only_reads = self.name == EXECUTE && session.limits.read_only;
        let effect = if only_reads {
            Effect::Reads
        } else {
            self.effect
        };
        effect.annotations()
    }
}

/// What a tool is handed.
pub(crate) struct Context<'a> {
    pub(crate) client: &'a Client,
    pub(crate) session: &'a Session,
    pub(crate) arguments: &'a Arguments,
    /// What Sentry said about the session's constraint, when it has one.
    pub(crate) verified: Option<&'a Verified>,
    /// Every tool there is, whatever the session has.
    pub(crate) catalogue: &'static [&'static Tool],
    /// What the session may see: without it, what Sentry answers cannot be read.
    pub(crate) sight: &'a Sight,
    /// Where a tool notes what it has changed.
    pub(crate) changes: &'a Changes,
}

impl Context<'_> {
    pub(crate) fn base(&self) -> &BaseUrl {
        self.client.base()
    }

    /// Where requests about the organization go: where the constraint's organization lives, or where the caller says.
    pub(crate) fn region(&self) -> Result<Region, Failure> {
        if let Some(verified) = self.verified {
            return Ok(verified.region.clone());
        }
        let asked = self.arguments.text(REGION).unwrap_or_default();
        self.base().region_from(asked).map_err(|InvalidRegion| {
            Failure::Invalid(format!(
                "`{}` is not a region of this Sentry: leave it out, or take it from find_organizations.",
                REGION.name
            ))
        })
    }

    /// Whether the session has a tool, so that an answer may name it.
    pub(crate) fn offers(&self, tool: &Tool) -> bool {
        tool.works_for(self.session)
    }
}
