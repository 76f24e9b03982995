//! Before a tool runs: what its person is asked. The decisions are in [`crate::protocol::confirm`], the questions' choices in Sentry.

use mcp::{Input, InputRequired};
use sentry_api::ApiError;
use serde_json::{Map, Value};

use super::Server;
use crate::protocol::confirm::{self, Next};
use crate::protocol::constraint::organizations;
use crate::text::markdown::{code, push};
use crate::vocabulary::arguments::Arguments;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::parameter::ORGANIZATION;
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
        notes: &mut String,
    ) -> Result<Asked, Failure> {
        let constraint = &self.session.constraint;
        let can_ask = input.client.elicitation;
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
                    let (slugs, more) = match organizations(&self.client, constraint).await {
                        // The tool says what is missing.
                        Err(error) if !can_ask && error != ApiError::Unauthorized => {
                            return Ok(Asked::Nothing);
                        }
                        found => found?,
                    };
                    let more = more || slugs.len() > confirm::OFFERED;
                    (ORGANIZATION.name, slugs, more)
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
                [only] if !more => {
                    let only_one = ["`", name, "` was taken to be ", &code(only, 100)].concat();
                    notes.insert_str(0, &(only_one + ", the only one.\n\n"));
                    sent.insert(name.to_owned(), only.clone().into())
                }
                several if !can_ask => return Err(ambiguous(several, more)),
                _ => return Ok(Asked::Question(confirm::choice(&next, &slugs, more, input))),
            };
        }
    }
}

/// Which organizations there are, for a caller that has to choose.
fn ambiguous(slugs: &[String], more: bool) -> Failure {
    let mut words =
        "`organizationSlug` is required, since there are several organizations: ".to_owned();
    for (place, slug) in slugs.iter().take(confirm::OFFERED).enumerate() {
        let between = if place == 0 { "" } else { ", " };
        push(&mut words, &[between, &code(slug, 100)]);
    }
    words.push_str(if more { ", and perhaps others." } else { "." });
    words.push_str(" Take the one that the user or the code names; if none is named, ask.");
    Failure::Invalid(words)
}
