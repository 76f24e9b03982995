//! What an answer has beside what Sentry said.

use mcp::Content;
use mcp::json::{self, Object};
use sentry_api::{ApiError, Value};

use crate::plan::{Plan, Replies, changes};
use crate::text::markdown;
use crate::text::shape::{self, Kind, Member};
use crate::vocabulary::failure::Failure;
use crate::vocabulary::tool::Context;

/// The shape of `@actions`, to stand in a plan's answer as `suggestedActions=@actions[…]`.
pub(crate) const MOST_ACTIONS: usize = 3;

/// Made by [`Plan::finish`].
pub(crate) struct Made {
    /// In place of the JSON as text: the same for reading.
    pub(crate) markdown: Option<String>,
    /// Behind the text: images and resources.
    pub(crate) contents: Vec<Content>,
    members: Vec<(&'static str, String)>,
    actions: Vec<String>,
    /// The actions in words.
    next: String,
}

impl Made {
    pub(crate) const fn new() -> Self {
        Self {
            markdown: None,
            contents: Vec::new(),
            members: Vec::new(),
            actions: Vec::new(),
            next: String::new(),
        }
    }

    /// The Markdown, with what is suggested at its end.
    pub(super) fn text(&mut self) -> Option<String> {
        let mut text = self.markdown.take()?;
        markdown::paragraph(&mut text, &self.next);
        Some(text)
    }

    /// A member of the answer that the plan reads at `@name`, as JSON.
    pub(crate) fn add(&mut self, name: &'static str, json: String) {
        self.members.push((name, json));
    }

    /// The same of a text.
    pub(crate) fn add_text(&mut self, name: &'static str, text: &str) {
        let mut json = String::new();
        json::text(&mut json, text);
        self.add(name, json);
    }

    /// Suggests a call, unless this session cannot make it. `arguments` are texts by their names; the organization is added.
    pub(crate) fn suggest(
        &mut self,
        context: &Context<'_>,
        tool: &str,
        arguments: &[(&str, &str)],
        reason: &str,
    ) {
        let found = context.catalogue.iter().find(|one| one.name == tool);
        if self.actions.len() == MOST_ACTIONS || !found.is_some_and(|tool| context.offers(tool)) {
            return;
        }
        let mut out = String::new();
        let mut action = Object::begin(&mut out);
        action.text("type", "tool_call").text("toolName", tool);
        let mut object = Object::begin(action.name("arguments"));
        if let Some(organization) = context
            .arguments
            .text(crate::vocabulary::parameter::ORGANIZATION)
            && context.session.constraint.organization().is_none()
        {
            object.text("organizationSlug", organization);
        }
        for (name, value) in arguments {
            object.text(name, value);
        }
        object.end();
        action.text("reason", reason);
        action.end();
        let between = if self.next.is_empty() { "Next: " } else { "; " };
        markdown::push(&mut self.next, &[between, tool]);
        for (name, value) in arguments {
            markdown::push(
                &mut self.next,
                &[", ", name, " ", &markdown::code(value, 200)],
            );
        }
        markdown::push(&mut self.next, &[" (", reason.trim_end_matches('.'), ")"]);
        self.actions.push(out);
    }

    /// A list of things in the shape that the answer has at `@name`. A server may send one where there are several.
    pub(crate) fn add_list(
        &mut self,
        name: &'static str,
        answer: &str,
        values: &mut dyn Iterator<Item = Value<'_>>,
    ) -> Result<(), Failure> {
        let mut members = shape::members(answer);
        let member = members.find(|member| member.path.strip_prefix('@') == Some(name));
        if let Some(Kind::List(shape)) = member.map(|member| member.kind) {
            let mut out = String::new();
            shape::things(&mut out, shape, values).ok_or(ApiError::Malformed(name))?;
            self.add(name, out);
        }
        Ok(())
    }

    /// Writes the suggestions, if there are any.
    pub(crate) fn write_actions(&self, object: &mut Object<'_>, name: &str) {
        if !self.actions.is_empty() {
            json::array(object.name(name), &self.actions, |out, action| {
                out.push_str(action);
            });
        }
    }

    /// Writes what stands behind an `@`. `None` where it is always there and is not.
    pub(super) fn write(
        &self,
        context: &Context<'_>,
        plan: &Plan,
        replies: &Replies,
        object: &mut Object<'_>,
        member: &Member<'_>,
        name: &str,
    ) -> Option<()> {
        let next = || replies.0.iter().find_map(|(_, reply)| reply.next());
        if let Some((_, json)) = self.members.iter().find(|(own, _)| *own == name) {
            object.raw(member.name, json);
            return Some(());
        }
        match name {
            "next" => {
                object.maybe(member.name, next());
            }
            "more" => {
                object.flag(member.name, next().is_some());
            }
            "done" => {
                object.flag(member.name, true);
            }
            "changes" => {
                object.raw(member.name, &changes(context, plan, replies));
            }
            "actions" => self.write_actions(object, member.name),
            argument => {
                let sent = context.arguments.named(argument);
                match sent {
                    Some(text) => {
                        object.text(member.name, &text);
                    }
                    None if member.is_always => return None,
                    None => {}
                }
            }
        }
        Some(())
    }
}
