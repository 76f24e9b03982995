use std::time::Duration;

use fetch::LocalFuture;
use mcp::CallToolResult;
use sentry_api::{ApiError, AutofixRun, AutofixStatus};

use crate::failure::Failure;
use crate::hint;
use crate::issue_target::Located;
use crate::markdown::{block, code};
use crate::parameter::{
    ISSUE_ID, ISSUE_URL, OPTIONAL_ORGANIZATION, Parameter, REGION,
};
use crate::skill::{Skill, Skills};
use crate::tool::{Answer, Context, Effect, Hidden, Surface, Tool};

use super::{WRITE_EVENTS, get_sentry_resource};

const INSTRUCTION: Parameter = Parameter::text("instruction", "What Seer should look at.");

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(5);

/// Clients give up after a minute; what a look itself takes has to fit in too.
const LOOKS: u32 = 8;

/// A look that takes longer is given up, so that the whole stays within 50 s: eight pauses of 5 s, and what is left.
const PATIENCE: Duration = Duration::from_secs(8);

pub(crate) static TOOL: Tool = Tool {
    name: "analyze_issue_with_seer",
    title: "Analyze issue with Seer",
    description: "Has Sentry's Seer find the root cause of an issue and what to do about it, or shows what it found before. \
                  Takes minutes: answers within 50 s how far it is; call again to continue. Read the issue yourself \
                  first.",
    skills: Skills::of(&[Skill::Seer]),
    scopes: WRITE_EVENTS,
    surface: Surface::Direct,
    parameters: &[ISSUE_URL, OPTIONAL_ORGANIZATION, ISSUE_ID, INSTRUCTION, REGION],
    output_schema: None,
    effect: Effect::Adds,
    hidden: Hidden::Never,
    run,
};

fn run<'a>(context: &'a Context<'a>) -> LocalFuture<'a, Answer> {
    Box::pin(async move {
        let instruction = context.arguments.text(&INSTRUCTION)?;
        let (located, issue) = Located::find_and_read(context).await?;
        if issue.issue_category.as_deref() == Some("metric") {
            return Err(Failure::Invalid(
                "Seer does not analyze metric issues: they are alerts without events of their own.".to_owned(),
            ));
        }
        let run = follow(context, &located, instruction.as_deref()).await?;
        let mut text = format!(
            "# Seer on {}: {}\n\n{}",
            code(located.name(), 120),
            in_words(run.status),
            describe(&run)
        );
        let wanted: &[_] = match run.status {
            AutofixStatus::Processing => &[(&TOOL, "again in half a minute")],
            _ => &[(&get_sentry_resource::TOOL, "for the stack trace")],
        };
        for part in [&hint::next(context, wanted), &format!("In Sentry: {}", located.link(context))] {
            if !part.is_empty() {
                text.push_str("\n\n");
                text.push_str(part);
            }
        }
        Ok(CallToolResult::text(text))
    })
}

/// The latest run, started where there is none (or where the last one failed), as far as it comes in our time.
async fn follow(
    context: &Context<'_>,
    located: &Located,
    instruction: Option<&str>,
) -> Result<AutofixRun, Failure> {
    let Located {
        region,
        organization,
        id,
        ..
    } = located;
    let client = context.client.with_patience(PATIENCE);
    let known = client.autofix(region, organization, id).await.map_err(unavailable)?;
    let is_over = |run: &AutofixRun| {
        matches!(run.status, AutofixStatus::Error | AutofixStatus::Cancelled)
    };
    // Another instruction is another question; the same call again is not.
    let begins = match &known {
        None => true,
        Some(run) => is_over(run) || (instruction.is_some() && run.status == AutofixStatus::Completed),
    };
    let mut run = known.unwrap_or_default();
    if begins {
        client
            .start_autofix(region, organization, id, instruction)
            .await
            .map_err(unavailable)?;
        run = AutofixRun::default();
    }
    for _ in 0..LOOKS {
        if run.status.is_final() {
            break;
        }
        client.sleep(PAUSE).await;
        match client.autofix(region, organization, id).await {
            Ok(Some(found)) => run = found,
            Ok(None) => {}
            Err(ApiError::Unauthorized) => return Err(ApiError::Unauthorized.into()),
            // It works on; another look may tell.
            Err(_) => {}
        }
    }
    Ok(run)
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

fn describe(run: &AutofixRun) -> String {
    const MOST: usize = 6_000;
    if let Some(text) = &run.formatted {
        return block(text, 2 * MOST);
    }
    let mut parts = Vec::new();
    for (heading, is_solution) in [("## Root cause", false), ("## What to do", true)] {
        let texts: Vec<_> = run
            .findings
            .iter()
            .filter(|found| found.is_solution == is_solution)
            .map(|found| found.text.trim_end())
            .collect();
        if !texts.is_empty() {
            parts.push(format!("{heading}\n{}", block(&texts.join("\n"), MOST)));
        }
    }
    if run.status != AutofixStatus::Completed || parts.is_empty() {
        let words = run.last_words.iter();
        parts.extend(words.map(|words| format!("## Its last words\n{}", block(words, 1_500))));
    }
    if parts.is_empty() {
        parts.push("Nothing found yet.".to_owned());
    }
    parts.join("\n\n")
}
