//! Endpoints as data, for tools that hand on what an answer says and decide nothing by it. What a tool reasons about has a
//! type and a method of its own in the files beside this one.

use std::borrow::Cow;

use fetch::{LocalFuture, Method};

use crate::client::{Ask, Client};
use crate::error::ApiError;
use crate::ids::Slug;
use crate::json::{Json, Value};
use crate::region::Region;
use crate::sight::{Owner, ProjectKey, Sight};

/// A method, and the form of a path below `/api/0/`.
#[derive(Debug)]
pub struct Endpoint {
    /// Only a `GET` is ever sent again after a failure.
    pub method: Method,
    /// Segments between slashes: `{org}` and `{project}` as the call says, `{}` the next of its names, anything else as it
    /// stands.
    pub path: &'static str,
    /// Who may see what it answers.
    pub whose: Whose,
    /// What its answer should be, for logs.
    pub what: &'static str,
}

/// Who may see what an endpoint answers, under a session's [`Sight`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Each thing is a project's: the one that it names, or else the one that was asked about. One project's sight does
    /// not reach what is nobody's.
    Project,
    /// It is no project's (what a server offers, a documentation page), or it lies below something that the caller has
    /// seen already (the check-ins of a monitor).
    Everyone,
}

/// What fills an endpoint. Values stand in their segment or parameter, whatever is in them.
#[derive(Debug, Default)]
pub struct Filling<'a> {
    /// For `{project}`, and for things that do not say whose they are.
    pub project: Option<ProjectKey>,
    /// For each `{}` in turn.
    pub names: Vec<Cow<'a, str>>,
    /// Not yet encoded.
    pub query: Vec<(&'static str, Cow<'a, str>)>,
    /// Sent as JSON.
    pub body: Option<serde_json::Value>,
    /// What comes is a file and not JSON. Its address if the endpoint is empty: as an answer of Sentry's named it
    /// ([`crate::BaseUrl::file`]).
    pub file: Option<String>,
    /// Asked in place of the endpoint that a table names, where what was read before decides which one it is.
    pub instead: Option<&'static Endpoint>,
}

/// An endpoint's answer, which shows itself to a [`Sight`] only.
#[derive(Debug, Default)]
pub struct Reply {
    answer: Json,
    /// `None` for [`Whose::Everyone`].
    asked: Option<Owner>,
    next: Option<String>,
    what: &'static str,
    file: Option<Vec<u8>>,
}

impl Reply {
    /// An answer that is no project's.
    pub(crate) fn public(answer: Json, what: &'static str) -> Self {
        Self {
            answer,
            what,
            ..Self::default()
        }
    }

    /// The bytes, where a file was asked for.
    #[must_use]
    pub fn file(&self) -> Option<&[u8]> {
        self.file.as_deref()
    }

    /// The cursor of the next page, where there is one.
    #[must_use]
    pub fn next(&self) -> Option<&str> {
        self.next.as_deref()
    }

    /// Whether nothing came: of a deletion, or where the endpoint was not asked.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.answer.root().is_null()
    }

    /// Whether it is a list of things.
    #[must_use]
    pub fn is_list(&self) -> bool {
        self.answer.root().is_array()
    }

    /// The answer as one thing, if it is seen.
    #[must_use]
    pub fn thing(&self, sight: &Sight) -> Option<Value<'_>> {
        let thing = self.answer.root();
        self.shows(thing, sight).then_some(thing)
    }

    /// What is seen of the answer as a list, or of the list that is its member of this name. Where nothing came, there is
    /// nothing.
    ///
    /// # Errors
    /// [`ApiError::Malformed`] for another kind of answer, and [`ApiError::TooMuch`] for too long a list.
    pub fn things(&self, member: &str, sight: &Sight) -> Result<Vec<Value<'_>>, ApiError> {
        if self.is_nothing() {
            return Ok(Vec::new());
        }
        let member = Some(member).filter(|member| !member.is_empty());
        let all = self.answer.things(member, self.what)?;
        Ok(all
            .iter()
            .filter(|thing| self.shows(*thing, sight))
            .collect())
    }

    fn shows(&self, thing: Value<'_>, sight: &Sight) -> bool {
        match &self.asked {
            // Some endpoints put their one thing into an envelope.
            Some(asked) => sight.sees(&match Owner::said(thing) {
                Owner::Unsaid => Owner::of(thing.get("data"), asked),
                said => said,
            }),
            None => true,
        }
    }
}

impl Client {
    /// Asks an endpoint.
    ///
    /// # Errors
    /// [`ApiError`]; [`ApiError::Refused`] with Sentry's reason for a 400 that has one.
    pub fn call<'a>(
        &'a self,
        endpoint: &'static Endpoint,
        region: &'a Region,
        organization: &'a Slug,
        filling: &'a Filling<'a>,
    ) -> LocalFuture<'a, Result<Reply, ApiError>> {
        Box::pin(async move {
            let at = match filling.file.as_deref() {
                None | Some("") => None,
                Some(address) => Some(
                    self.base()
                        .file(region, address)
                        .ok_or(ApiError::Malformed("an address at this Sentry"))?,
                ),
            };
            let segments = segments(endpoint, organization, filling)?;
            let query = filling.query.iter();
            let ask = Ask {
                method: endpoint.method,
                region,
                segments: &segments,
                query: query.map(|(name, value)| (*name, &**value)).collect(),
                at,
                body: filling.body.clone(),
                timeout: None,
            };
            if filling.file.is_some() {
                return Ok(Reply {
                    file: Some(self.ask_file(ask).await?),
                    ..Reply::default()
                });
            }
            let (answer, next) = self.ask_with_reason(ask, endpoint.what).await?;
            let owner = || filling.project.as_ref().map(|key| key.owner().clone());
            let is_projects = endpoint.whose == Whose::Project;
            Ok(Reply {
                answer,
                asked: is_projects.then(|| owner().unwrap_or_default()),
                next,
                what: endpoint.what,
                file: None,
            })
        })
    }
}

/// The path's segments. A place that nothing fills is an empty segment, which no path may have.
fn segments<'a>(
    endpoint: &Endpoint,
    organization: &'a Slug,
    filling: &'a Filling<'_>,
) -> Result<Vec<&'a str>, ApiError>
where
    'static: 'a,
{
    let mut names = filling.names.iter();
    let mut segments = Vec::new();
    let path: &'static str = endpoint.path;
    for segment in path.split('/') {
        segments.push(match segment {
            "{org}" => organization.as_str(),
            "{project}" => filling.project.as_ref().map_or("", ProjectKey::as_str),
            "{}" => names.next().map_or("", |name| name),
            plain => plain,
        });
    }
    Ok(segments)
}
