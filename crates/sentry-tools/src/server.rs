use std::rc::Rc;

use mcp::{CallError, CallToolResult, Handler, Implementation, ToolCall, Version};
use sentry_api::{ApiError, Client, Slug, SlugOrId};
use serde_json::value::RawValue;

use crate::arguments::Arguments;
use crate::catalogue;
use crate::failure::Failure;
use crate::listing::Listings;
use crate::refusal::Refusal;
use crate::scope::Scopes;
use crate::session::{Constraint, Session, Verified, VerifiedConstraints, VerifiedProject};
use crate::skill::{Skill, Skills};
use crate::tool::{Context, Tool};

/// The Sentry tools for one session.
pub struct Server {
    session: Session,
    client: Client,
    verified: Rc<dyn VerifiedConstraints>,
    listings: Rc<Listings>,
}

impl Server {
    /// `client` acts for the session's holder; `verified` remembers for that holder alone, `listings` for everyone.
    #[must_use]
    pub fn new(
        session: Session,
        client: Client,
        verified: Rc<dyn VerifiedConstraints>,
        listings: Rc<Listings>,
    ) -> Self {
        Self {
            session,
            client,
            verified,
            listings,
        }
    }

    /// What the session's URL names must exist for its holder. Asked at the first tool call and remembered.
    async fn verify(&self) -> Result<Option<Verified>, Failure> {
        let constraint = &self.session.constraint;
        let Some(organization) = constraint.organization() else {
            return Ok(None);
        };
        if let Some(verified) = self.verified.recall(constraint) {
            return Ok(Some(verified));
        }
        let verified = self
            .ask_for_constraint(organization, constraint.project())
            .await
            .map_err(|error| match error {
                ApiError::NotFound | ApiError::Forbidden => not_there(constraint),
                error => error.into(),
            })?;
        self.verified.remember(constraint, &verified);
        Ok(Some(verified))
    }

    async fn ask_for_constraint(
        &self,
        organization: &Slug,
        project: Option<&Slug>,
    ) -> Result<Verified, ApiError> {
        let found = self.client.organization(organization).await?;
        let base = self.client.base();
        let named = found.links.region_url.unwrap_or_default();
        // A region that we do not know gets no token; the base forwards to it.
        let region = base.region_from(&named).unwrap_or_else(|_| base.region());
        let Some(project) = project else {
            return Ok(Verified {
                region,
                project: None,
            });
        };
        let malformed = |_| ApiError::Malformed("a project");
        let asked = SlugOrId::parse(project.as_str()).map_err(malformed)?;
        let found = self.client.project(&region, organization, &asked).await?;
        Ok(Verified {
            region,
            project: Some(VerifiedProject {
                id: found.id,
                slug: Slug::parse(&found.slug).map_err(malformed)?,
            }),
        })
    }

    async fn run(&self, tool: &Tool, arguments: &Arguments) -> Result<CallToolResult, Failure> {
        let verified = self.verify().await?;
        let context = Context {
            client: &self.client,
            session: &self.session,
            arguments,
            verified: verified.as_ref(),
        };
        (tool.run)(&context).await
    }
}

impl Handler for Server {
    type Refusal = Refusal;

    fn implementation(&self) -> Implementation<'_> {
        Implementation {
            name: "sentry",
            title: "Sentry",
            version: env!("CARGO_PKG_VERSION"),
            description: "Reads issues and their events from Sentry, so that an agent can fix them.",
            website_url: None,
        }
    }

    fn instructions(&self) -> Option<&str> {
        Some(instructions(&self.session))
    }

    fn tools(&self, version: Version) -> Rc<RawValue> {
        self.listings.of(&self.session, version)
    }

    /// Scope first, so that a client can step up also for a tool that its list hides; then the skill.
    async fn call_tool(&self, call: ToolCall) -> Result<CallToolResult, CallError<Refusal>> {
        let tool = catalogue::find(&call.name).ok_or(CallError::UnknownTool)?;
        check_scopes(tool, self.session.scopes).map_err(CallError::Refused)?;
        if let Some(why) = unavailable(tool, &self.session) {
            return Ok(CallToolResult::error(why));
        }
        let arguments = Arguments::new(tool.parameters, call.arguments, &self.session.constraint);
        match self.run(tool, &arguments).await {
            Ok(result) => Ok(result),
            Err(failure) => failure
                .into_words(&arguments.in_words(), &self.session.request_id)
                .map(CallToolResult::error)
                .map_err(CallError::Refused),
        }
    }
}

fn check_scopes(tool: &Tool, held: Scopes) -> Result<(), Refusal> {
    if held.contain(tool.scopes) {
        return Ok(());
    }
    let skill = tool
        .skills
        .iter()
        .find(|skill| skill.scopes().contain(tool.scopes))
        .unwrap_or(Skill::Inspect);
    Err(Refusal::InsufficientScope {
        scopes: tool.scopes,
        skill,
    })
}

fn unavailable(tool: &Tool, session: &Session) -> Option<String> {
    if !session.skills.meet(tool.skills) {
        let titles: Vec<_> = tool
            .skills
            .iter()
            .filter(|skill| skill.is_offered())
            .map(Skill::title)
            .collect();
        return Some(format!(
            "`{}` needs a skill that was not allowed. Connect again and tick {}.",
            tool.name,
            titles.join(" or ")
        ));
    }
    (!tool.fits(&session.constraint)).then(|| {
        format!(
            "`{}` has nothing to do here: this connection is limited to {}.",
            tool.name,
            in_words(&session.constraint)
        )
    })
}

fn not_there(constraint: &Constraint) -> Failure {
    Failure::Invalid(format!(
        "This connection's URL limits it to {}, which Sentry does not have or does not let you see. Connect to \
         another URL.",
        in_words(constraint)
    ))
}

fn in_words(constraint: &Constraint) -> String {
    match constraint {
        Constraint::None => "nothing in particular".to_owned(),
        Constraint::Organization(organization) => format!("the organization `{organization}`"),
        Constraint::Project {
            organization,
            project,
        } => format!("the project `{project}` of the organization `{organization}`"),
    }
}

fn instructions(session: &Session) -> &'static str {
    if session.skills == Skills::NONE {
        "This connection was allowed no skills, so that it has no tools. Connect again and tick some."
    } else if session.constraint.organization().is_some() {
        "Given a Sentry issue URL or id, call get_issue_details at once. To see what is broken, call search_issues. \
         Organization (and project) are fixed by this connection: leave them out."
    } else {
        "Given a Sentry issue URL, call get_issue_details with issueUrl at once. To see what is broken, call \
         search_issues; it needs an organizationSlug: take it from the user or the code, else from \
         find_organizations, and pass on its regionUrl."
    }
}
