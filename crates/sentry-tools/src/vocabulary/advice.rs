//! What an agent is told about a pasted address that no tool reads: what it is, and the calls of this session that help.

use sentry_api::{Slug, SlugOrId};

use crate::text::markdown::{code, push};
use crate::text::url::{self, Address, Advice, Call, Page, Pasted};
use crate::vocabulary::arguments::Arguments;
use crate::vocabulary::failure::Failure;
use crate::vocabulary::input_schema;
use crate::vocabulary::issue_target::check_organization;
use crate::vocabulary::parameter::{OPTIONAL_ORGANIZATION, ORGANIZATION, Parameter};
use crate::vocabulary::tool::{Context, EXECUTE, Surface, Tool};

/// What every such refusal ends with.
pub(crate) const FORMS: &str =
    "An issue's address looks like https://acme.sentry.io/issues/WEB-1A.";

/// The refusal of what `parameter` holds. Only tools that the session has are named, and only their own parameters.
pub(crate) fn failure(
    context: &Context<'_>,
    parameter: &Parameter,
    organization: Option<&Slug>,
    advice: &Advice,
) -> Failure {
    let mut words = String::new();
    push(
        &mut words,
        &[
            "`",
            parameter.name,
            "` leads to ",
            advice.what,
            ", not to one issue, event or trace.",
        ],
    );
    let mut is_first = true;
    for call in &advice.calls {
        let mut catalogue = context.catalogue.iter();
        let Some(tool) = catalogue.find(|tool| tool.name == call.tool) else {
            continue;
        };
        if context.offers(tool) {
            words.push_str(if is_first { " Call " } else { "; or " });
            is_first = false;
            of(context, tool, call, organization, &mut words);
        }
    }
    if !is_first {
        words.push('.');
    } else if !advice.calls.is_empty() {
        words.push_str(" No tool of this connection reads that: open it in Sentry.");
    }
    for more in [
        advice.also,
        if advice.calls.is_empty() { FORMS } else { "" },
    ] {
        if !more.is_empty() {
            push(&mut words, &[" ", more]);
        }
    }
    Failure::Invalid(words)
}

/// `search_issues` with `query` `is:unresolved`.
fn of(
    context: &Context<'_>,
    tool: &Tool,
    call: &Call,
    organization: Option<&Slug>,
    words: &mut String,
) {
    push(words, &["`", tool.name, "`"]);
    let organization = organization.map(|slug| (ORGANIZATION.name, slug.to_string()));
    let mut before = " with ";
    for (name, value) in organization.iter().chain(&call.arguments) {
        let constraint = &context.session.constraint;
        let mut own = tool.parameters.iter();
        if own.any(|own| own.name == *name && !own.is_fixed(constraint)) {
            push(words, &[before, "`", name, "` ", &code(value, 300)]);
            before = ", ";
        }
    }
    if tool.surface == Surface::Catalog {
        push(words, &[" (run by `", EXECUTE, "`)"]);
    }
}

/// What becomes of an address that is of no issue, event or trace.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Others {
    Refused,
    /// It is let through where [`reader`] knows who reads it.
    Read,
}

/// The tool of this session that reads the page by what stands in its address, and with what it is called.
pub(crate) fn reader<'a>(
    context: &Context<'_>,
    advice: &'a Advice,
) -> Option<(&'static Tool, &'a Call)> {
    let call = advice
        .calls
        .first()
        .filter(|call| call.tool.starts_with("get_"))?;
    let tool = context
        .catalogue
        .iter()
        .copied()
        .find(|tool| tool.name == call.tool)?;
    let is_named = |parameter: &&Parameter| {
        !input_schema::is_required(parameter)
            || parameter.is_fixed(&context.session.constraint)
            || call
                .arguments
                .iter()
                .any(|(name, _)| *name == parameter.name)
    };
    let is_whole = tool.parameters.iter().all(is_named);
    (is_whole && context.offers(tool)).then_some((tool, call))
}

/// What a tool is called with where `parameter` holds the address of what it reads: that, and the arguments of the call. `None`
/// without an address.
///
/// # Errors
/// As [`address`].
pub(crate) fn arguments(
    context: &Context<'_>,
    parameter: &Parameter,
    tool: &'static Tool,
) -> Result<Option<Arguments>, Failure> {
    let Some(text) = context.arguments.text(parameter) else {
        return Ok(None);
    };
    let Named { organization, page } = address(context, parameter, text, Others::Read)?;
    let call = match &page {
        Page::Other(advice) => advice.calls.first().filter(|call| call.tool == tool.name),
        _ => None,
    };
    let Some(call) = call else {
        let words = format!(
            "`{}` leads to something that `{}` does not read: paste it as `url` of `get_sentry_resource`.",
            parameter.name, tool.name
        );
        return Err(Failure::Invalid(words));
    };
    let mut sent = context.arguments.sent();
    sent.insert(ORGANIZATION.name.to_owned(), organization.as_str().into());
    for (name, value) in &call.arguments {
        sent.insert((*name).to_owned(), value.as_str().into());
    }
    let arguments = Arguments::new(tool.parameters, sent, &context.session.constraint);
    arguments.check()?;
    Ok(Some(arguments))
}

/// What a pasted address names that a tool reads: of an organization that the session may see.
pub(crate) struct Named {
    pub(crate) organization: Slug,
    pub(crate) page: Page,
}

/// Reads the address of an issue, event or trace in `parameter`. It must agree with the session's constraint, and with an
/// organization that is named beside it, which it needs where it names none itself.
///
/// # Errors
/// It names something else, or something else than the rest of the call; nothing is asked of Sentry.
pub(crate) fn address(
    context: &Context<'_>,
    parameter: &Parameter,
    text: &str,
    others: Others,
) -> Result<Named, Failure> {
    let invalid = |words: &str| Err(Failure::Invalid(format!("`{}` {words}", parameter.name)));
    let address = match url::read(text, context.base()) {
        Pasted::Address(address) => address,
        Pasted::ShortId(issue) => Address {
            organization: None,
            project: None,
            page: Page::Issue { issue, event: None },
        },
        Pasted::Several => return invalid("has several addresses: send one."),
        Pasted::Foreign => {
            return invalid(&format!(
                "is not an address of an issue, event or trace in this Sentry. {FORMS}"
            ));
        }
        Pasted::Nothing => return invalid(&format!("is no address. {FORMS}")),
    };
    let named = context.arguments.slug(OPTIONAL_ORGANIZATION);
    if let Some(organization) = &address.organization {
        check_organization(context, organization)?;
        let other = |named: &Slug| !named.as_str().eq_ignore_ascii_case(organization.as_str());
        if context.session.constraint.organization().is_none() && named.as_ref().is_some_and(other)
        {
            return invalid(
                "and `organizationSlug` name different organizations: send one of them.",
            );
        }
    }
    if let Page::Other(advice) = &address.page
        && !(others == Others::Read && reader(context, advice).is_some())
    {
        let organization = address.organization.as_ref().or(named.as_ref());
        return Err(failure(context, parameter, organization, advice));
    }
    if let Some(project) = address.project
        && context.sight.project(SlugOrId::Slug(project)).is_none()
    {
        return Err(Failure::outside("project"));
    }
    match address.organization.or(named) {
        Some(organization) => Ok(Named {
            organization,
            page: address.page,
        }),
        None => invalid("names no organization: send `organizationSlug` too."),
    }
}
