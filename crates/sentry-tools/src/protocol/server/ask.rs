//! Before a tool runs: what its person is asked. The decisions are in [`crate::protocol::confirm`], the questions' choices in Sentry.

use mcp::{Input, InputRequired};
use serde_json::{Map, Value};

use super::Server;
use crate::protocol::confirm::{self, Next};
use crate::vocabulary::arguments::Arguments;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::tool::Tool;

/// What became of asking.
pub(super) enum Asked {
    Nothing,
    Question(InputRequired),
    Declined,
}

impl Server {
    /// Chooses what leaves no choice, and asks for the rest. See [`confirm`].
    pub(super) async fn ask(
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
                    // Nobody is asked about what cannot be done.
                    arguments.check()?;
                    let question = confirm::confirmation(tool, &arguments.json(), input);
                    return question.map(Asked::Question);
                }
                Next::ChooseOrganization => {
                    let found = self.client.organizations(None).await?;
                    let found = self.session.sight(None).of_all(found.items);
                    let slugs: Vec<_> = found.into_iter().map(|found| found.slug).collect();
                    let more = slugs.len() > confirm::OFFERED;
                    ("organizationSlug", slugs, more)
                }
                Next::ChooseProject(organization) => {
                    let verified = self.verify().await?;
                    let arguments = Arguments::new(tool.parameters, sent.clone(), constraint);
                    let sight = self.session.sight(verified.as_ref());
                    let context = self.context(&arguments, verified.as_ref(), &sight);
                    let region = context.region()?;
                    let found = self.client.projects(&region, organization, None).await?;
                    let found = sight.of_page(found);
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
