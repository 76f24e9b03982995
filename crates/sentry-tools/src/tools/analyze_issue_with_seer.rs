use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use fetch::{FetchError, LocalFuture};
use futures_util::future::{Either, select};
use mcp::CallToolResult;
use sentry_api::{ApiError, AutofixRun, AutofixStatus};

use crate::text::markdown::{block, code, paragraph, push};
use crate::text::whose::SEERS_WORDS;
use crate::vocabulary::changed::Value;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::hint;
use crate::vocabulary::issue_target::Located;
use crate::vocabulary::parameter::{ISSUE_ID, ISSUE_URL, OPTIONAL_ORGANIZATION, Parameter, REGION};
use crate::vocabulary::skill::{Skill, Skills};
use crate::vocabulary::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::{WRITE_EVENTS, get_sentry_resource};

/// Sentry takes so many characters.
const LONGEST: u16 = 1_000;

const INSTRUCTION: &Parameter =
    &Parameter::text("instruction", "What Seer should look at.").at_most(LONGEST);

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(5);

/// Then the answer is how far it is: clients give up after a minute.
const PATIENCE: Duration = Duration::from_secs(48);

pub(crate) static TOOL: Tool = Tool {
    name: "analyze_issue_with_seer",
    title: "Analyze issue with Seer",
    description: "Has Sentry's Seer find the root cause of an issue and what to do about it, or shows what it found before. \
                  Takes minutes: answers within 50 s how far it is; call again to continue. Read the issue yourself \
                  first.",
    skills: Skills::of(&[Skill::Seer]),
    scopes: WRITE_EVENTS,
    surface: Surface::Direct,
    parameters: &[
        ISSUE_URL,
        OPTIONAL_ORGANIZATION,
        ISSUE_ID,
        INSTRUCTION,
        REGION,
    ],
    output_schema: None,
    effect: Effect::Creates,
    hidden: Hidden::Never,
    run,
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let seen = Seen::default();
        // Whatever hangs, the answer comes in time: with what has been seen until then.
        let work: LocalFuture<'_, _> = Box::pin(follow(context, &seen));
        let time: LocalFuture<'_, _> = Box::pin(context.client.sleep(PATIENCE));
        if let Either::Left((done, _)) = select(work, time).await {
            done?;
        }
        match seen.take() {
            Some((located, run)) => Ok(CallToolResult::text(render(context, &located, &run))),
            None => Err(ApiError::Transport(FetchError::Timeout(PATIENCE)).into()),
        }
    })
}

fn render(context: &Context<'_>, located: &Located, run: &AutofixRun) -> String {
    let mut text = "# Seer on ".to_owned();
    push(
        &mut text,
        &[&code(located.name(), 120), ": ", in_words(run.status)],
    );
    paragraph(&mut text, SEERS_WORDS);
    describe(run, &mut text);
    let instruction = context.arguments.text(INSTRUCTION);
    if run.status == AutofixStatus::Completed
        && instruction.is_some_and(|instruction| run.was_asked(instruction).is_none())
    {
        let words = "Sentry does not say what this run was asked. To have something else looked at, start Seer in Sentry.";
        paragraph(&mut text, words);
    }
    let wanted = match run.status {
        AutofixStatus::Processing => (&TOOL, "again in half a minute"),
        _ => (&get_sentry_resource::TOOL, "for the stack trace"),
    };
    paragraph(&mut text, &hint::next(context, &[wanted]));
    paragraph(&mut text, "In Sentry: ");
    text.push_str(&located.link(context));
    text
}

/// The issue and its run, as last seen.
type Seen = RefCell<Option<(Rc<Located>, AutofixRun)>>;

/// Follows the latest run to its end. One is started where there is none or the last one failed.
async fn follow(context: &Context<'_>, seen: &Seen) -> Result<(), Failure> {
    let instruction = context.arguments.text(INSTRUCTION);
    let located = Located::find_and_read(context).await?;
    let category = located
        .issue
        .as_ref()
        .and_then(|issue| issue.issue_category.as_deref());
    if category.is_some_and(|category| category.starts_with("metric")) {
        return Err(Failure::Invalid(
            "Seer does not analyze metric issues: they are alerts without events of their own."
                .to_owned(),
        ));
    }
    let located = Rc::new(located);
    let (place, id) = (&located.place, &located.key);
    let client = context.client;
    let known = client
        .autofix(&place.region, &place.organization, id)
        .await
        .map_err(unavailable)?;
    // Another instruction is another question; the same call again is not.
    let begins = match known.as_ref().map(|run| run.status) {
        None | Some(AutofixStatus::Error | AutofixStatus::Cancelled) => true,
        Some(status) if status != AutofixStatus::Completed => false,
        // A run that does not say what it was asked is not started again: the same call would do so each time.
        Some(_) => match (instruction, &known) {
            (Some(instruction), Some(run)) => run.was_asked(instruction) == Some(false),
            _ => false,
        },
    };
    let mut run = known.unwrap_or_default();
    if begins {
        let started = client
            .start_autofix(&place.region, &place.organization, id, instruction)
            .await;
        let on = located.full_name();
        let started = context.changes.sent(TOOL.name, &on, started);
        started.map_err(unavailable)?;
        let analysis = Value::new("analysis", None, Some("started"));
        context.changes.add(TOOL.name, &on, vec![analysis]);
        run = AutofixRun::default();
    }
    let mut looks = PATIENCE.as_secs() / PAUSE.as_secs();
    loop {
        let is_final = run.status.is_final();
        seen.replace(Some((Rc::clone(&located), run.clone())));
        if is_final || looks == 0 {
            return Ok(());
        }
        looks -= 1;
        client.sleep(PAUSE).await;
        match client.autofix(&place.region, &place.organization, id).await {
            Ok(Some(found)) => run = found,
            Err(ApiError::Unauthorized) => return Err(ApiError::Unauthorized.into()),
            // It works on; another look may tell.
            Ok(None) | Err(_) => {}
        }
    }
}

fn unavailable(error: ApiError) -> Failure {
    match error {
        ApiError::NotFound => Failure::Invalid(
            "Seer is not available here: the server or the organization has it not.".to_owned(),
        ),
        error => error.into(),
    }
}

/// How far a run is.
pub(crate) const fn in_words(status: AutofixStatus) -> &'static str {
    match status {
        AutofixStatus::Processing => "still working.",
        AutofixStatus::Completed => "done.",
        AutofixStatus::Error => "it failed.",
        AutofixStatus::AwaitingInput => "it has a question, to be answered in Sentry.",
        AutofixStatus::Cancelled => "it was stopped.",
    }
}

fn describe(run: &AutofixRun, text: &mut String) {
    const MOST: usize = 6_000;
    if let Some(formatted) = &run.formatted {
        return paragraph(text, &block(formatted, 2 * MOST));
    }
    let mut is_empty = true;
    for (heading, is_solution) in [("## Root cause\n", false), ("## What to do\n", true)] {
        let mut found = String::new();
        for finding in &run.findings {
            if finding.is_solution == is_solution {
                found.push_str(&finding.text);
            }
        }
        if !found.is_empty() {
            is_empty = false;
            paragraph(text, heading);
            text.push_str(&block(&found, MOST));
        }
    }
    if let Some(words) = &run.last_words
        && (is_empty || run.status != AutofixStatus::Completed)
    {
        is_empty = false;
        paragraph(text, "## Its last words\n");
        text.push_str(&block(words, 1_500));
    }
    if is_empty {
        paragraph(text, "Nothing found yet.");
    }
}
