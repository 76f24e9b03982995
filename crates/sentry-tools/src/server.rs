use std::rc::Rc;

use mcp::{
    Answer, CallError, CallToolResult, Capabilities, Completion, CompletionCall, Handler,
    Implementation, Input, InputRequired, List, Outcome, Prompt, PromptCall, ResourceCall,
    ResourceContents, ToolCall, Version,
};
use sentry_api::{ApiError, Client, Slug, SlugOrId};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::arguments::Arguments;
use crate::confirm::{self, Next};
use crate::failure::Failure;
use crate::listing::Listings;
use crate::markdown;
use crate::prompts;
use crate::refusal::Refusal;
use crate::resources;
use crate::scope::Scopes;
use crate::session::{Constraint, Session, Verified, VerifiedConstraints, VerifiedProject};
use crate::skill::{Skill, Skills};
use crate::tool::{Context, Tool};
use crate::{catalogue, completions};

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
        arguments.check()?;
        let verified = self.verify().await?;
        (tool.run)(&self.context(arguments, verified.as_ref())).await
    }

    fn context<'a>(
        &'a self,
        arguments: &'a Arguments,
        verified: Option<&'a Verified>,
    ) -> Context<'a> {
        Context {
            client: &self.client,
            session: &self.session,
            arguments,
            verified,
        }
    }

    /// Runs a tool that the session has, after its person was asked what there is to ask.
    async fn call(
        &self,
        tool: &Tool,
        mut sent: Map<String, Value>,
        input: &Input,
    ) -> Answer<CallToolResult, Refusal> {
        let asked = self.ask(tool, &mut sent, input).await;
        let arguments = Arguments::new(tool.parameters, sent, &self.session.constraint);
        let outcome = match asked {
            Ok(Asked::Nothing) => self.run(tool, &arguments).await.map(Outcome::Complete),
            Ok(Asked::Question(question)) => Ok(Outcome::InputRequired(question)),
            Ok(Asked::Declined) => Ok(Outcome::Complete(CallToolResult::error(DECLINED))),
            Err(failure) => Err(failure),
        };
        outcome.or_else(|failure| {
            failure
                .into_words(&arguments.in_words(), &self.session.request_id)
                .map(|words| Outcome::Complete(CallToolResult::error(words)))
                .map_err(CallError::Refused)
        })
    }

    /// Chooses what leaves no choice, and asks for the rest. See [`confirm`].
    async fn ask(
        &self,
        tool: &Tool,
        sent: &mut Map<String, Value>,
        input: &Input,
    ) -> Result<Asked, Failure> {
        let constraint = &self.session.constraint;
        loop {
            let next = confirm::next(tool, sent, constraint, input);
            let (name, slugs, more) = match &next {
                Next::Run => return Ok(Asked::Nothing),
                Next::Declined => return Ok(Asked::Declined),
                Next::Confirm => {
                    let arguments = Arguments::new(tool.parameters, sent.clone(), constraint);
                    let question = confirm::confirmation(tool, &arguments.in_words(), input);
                    return Ok(Asked::Question(question));
                }
                Next::ChooseOrganization => {
                    let found = self.client.organizations(None).await?;
                    let slugs: Vec<_> = found.items.into_iter().map(|found| found.slug).collect();
                    let more = slugs.len() > confirm::OFFERED;
                    ("organizationSlug", slugs, more)
                }
                Next::ChooseProject(organization) => {
                    let verified = self.verify().await?;
                    let arguments = Arguments::new(tool.parameters, sent.clone(), constraint);
                    let region = self.context(&arguments, verified.as_ref()).region()?;
                    let found = self.client.projects(&region, organization, None).await?;
                    let slugs = found.items.into_iter().map(|found| found.slug).collect();
                    ("projectSlug", slugs, found.next.is_some())
                }
            };
            let slugs: Vec<_> = slugs
                .into_iter()
                .filter(|slug: &String| !slug.is_empty())
                .collect();
            match slugs.as_slice() {
                // The tool says what is missing.
                [] => return Ok(Asked::Nothing),
                [only] if !more => sent.insert(name.to_owned(), only.clone().into()),
                _ => return Ok(Asked::Question(confirm::choice(&next, &slugs, more, input))),
            };
        }
    }
}

/// What became of asking.
enum Asked {
    Nothing,
    Question(InputRequired),
    Declined,
}

const DECLINED: &str =
    "The person said no, so that nothing was done. Do not try again unless they ask for it.";

/// The tool that stands for any other, so that a client with a short list reaches the whole catalogue.
const EXECUTE: &str = "execute_sentry_tool";

/// The tool that a call is for, and its arguments.
///
/// # Errors
/// The name inside [`EXECUTE`] is no tool's: what to say about it.
fn target(
    tool: &'static Tool,
    mut sent: Map<String, Value>,
) -> Result<(&'static Tool, Map<String, Value>), String> {
    if tool.name != EXECUTE {
        return Ok((tool, sent));
    }
    let arguments = match sent.remove("arguments") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(arguments)) => arguments,
        Some(_) => return Err("`arguments` must be an object.".to_owned()),
    };
    let name = match sent.get("name") {
        Some(Value::String(name)) => name.trim(),
        _ => return Err("`name` must be the name of a tool.".to_owned()),
    };
    match catalogue::find(name) {
        Some(tool) if tool.name != EXECUTE => Ok((tool, arguments)),
        _ => Err(format!(
            "There is no tool {}. Find the right name with search_sentry_tools.",
            markdown::code(name, 100)
        )),
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
            icon: None,
        }
    }

    fn instructions(&self) -> Option<&str> {
        Some(instructions(&self.session))
    }

    fn capabilities(&self) -> Capabilities {
        let prompts = prompts::any(&self.session);
        let resources = resources::issue_tool(&self.session).is_some();
        Capabilities {
            prompts,
            resources,
            completions: prompts || resources,
        }
    }

    fn list(&self, list: List, version: Version) -> Rc<RawValue> {
        self.listings.of(&self.session, list, version)
    }

    /// Scope first, so that a client can step up also for a tool that its list hides; then the skill.
    async fn call_tool(&self, call: ToolCall) -> Answer<CallToolResult, Refusal> {
        let named = catalogue::find(&call.name).ok_or(CallError::Unknown)?;
        let error = |words| Ok(Outcome::Complete(CallToolResult::error(words)));
        let (tool, sent) = match target(named, call.arguments) {
            Ok(target) => target,
            Err(words) => return error(words),
        };
        check_scopes(tool, self.session.scopes).map_err(CallError::Refused)?;
        match unavailable(tool, &self.session) {
            Some(why) => error(why),
            None => self.call(tool, sent, &call.input).await,
        }
    }

    async fn prompt(&self, call: PromptCall) -> Answer<Prompt, Refusal> {
        prompts::get(&self.session, &call).map(Outcome::Complete)
    }

    async fn read(&self, call: ResourceCall) -> Answer<Vec<ResourceContents>, Refusal> {
        let constraint = &self.session.constraint;
        let tool = resources::issue_tool(&self.session).ok_or(CallError::Unknown)?;
        let sent = resources::issue_arguments(&call.uri, constraint).ok_or(CallError::Unknown)?;
        let arguments = Arguments::new(tool.parameters, sent, constraint);
        match self.run(tool, &arguments).await {
            Ok(result) => resources::document(call.uri, result).map(Outcome::Complete),
            Err(Failure::Api(ApiError::NotFound)) => Err(CallError::Unknown),
            Err(failure) => Err(failure
                .into_words(&arguments.in_words(), &self.session.request_id)
                .map_or_else(CallError::Refused, CallError::Failed)),
        }
    }

    async fn complete(&self, call: CompletionCall) -> Result<Completion, CallError<Refusal>> {
        let wanted = completions::wanted(&self.session, &call)?;
        let region = self.client.base().region();
        completions::suggest(wanted, &call.value, &self.session, &self.client, &region)
            .await
            .map_err(|_| CallError::Refused(Refusal::Unauthorized))
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
