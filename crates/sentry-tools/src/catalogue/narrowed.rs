//! A connection's parameters, read: `readonly`, `skills`, `tools`, `all`.

use super::{executed, find};
use crate::text::markdown::code;
use crate::vocabulary::limits::{Limits, READ_ONLY, SKILLS, TOOLS};
use crate::vocabulary::skill::{Skill, Skills};

impl Limits {
    /// Takes one parameter of a connection into account. Each time that one is given it narrows further, whatever stands
    /// beside it; what is none of these parameters is not looked at.
    ///
    /// # Errors
    /// A sentence that names the value which means nothing. What could be read of it narrows all the same.
    pub fn narrow(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            READ_ONLY => {
                let read = switch(READ_ONLY, value);
                // Whoever misspells it is no less strict.
                if read != Ok(false) {
                    self.forbid_changes();
                }
                read.map(|_| ())
            }
            SKILLS => self.narrow_skills(value),
            TOOLS => self.narrow_tools(value),
            _ => Ok(()),
        }
    }

    /// Reads what [`Limits::as_query`] wrote. What is no longer known of it narrows all the same.
    #[must_use]
    pub fn stored(query: &str) -> Self {
        let mut limits = Self::default();
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            let _ = limits.narrow(name, value);
        }
        limits
    }

    /// Adds the limits of another place: what either leaves out is left out.
    pub fn add(&mut self, other: &Self) {
        if other.read_only {
            self.forbid_changes();
        }
        if let Some(skills) = other.skills {
            self.keep_skills(skills);
        }
        if let Some(tools) = &other.tools {
            self.keep_tools(tools);
        }
    }

    fn narrow_skills(&mut self, value: &str) -> Result<(), String> {
        let known: Skills = named(value).filter_map(Skill::parse).collect();
        self.keep_skills(known);
        let all = Skill::ALL.map(Skill::as_str).join(", ");
        match named(value).find(|id| Skill::parse(id).is_none()) {
            Some(id) => Err(format!(
                "`{SKILLS}` names {}, and there is no such skill; there are {all}",
                shown(id)
            )),
            None if known == Skills::NONE => Err(format!(
                "`{SKILLS}` names no skill, so that there would be no tools; there are {all}"
            )),
            None => Ok(()),
        }
    }

    fn narrow_tools(&mut self, value: &str) -> Result<(), String> {
        let known: Vec<_> = named(value)
            .filter_map(find)
            .map(|tool| tool.name)
            .collect();
        self.keep_tools(&known);
        match named(value).find(|name| find(name).is_none()) {
            Some(name) => {
                let mut words =
                    format!("`{TOOLS}` names {}, and there is no such tool", shown(name));
                if let Some(meant) = executed::nearest(name) {
                    words.push_str(&format!("; did you mean `{}`?", meant.name));
                }
                Err(words)
            }
            None if known.is_empty() => Err(format!("`{TOOLS}` names no tool")),
            None => Ok(()),
        }
    }
}

/// Reads a parameter that is on or off; without a value it is on.
///
/// # Errors
/// A sentence that names a value which means neither.
pub fn switch(name: &str, value: &str) -> Result<bool, String> {
    match value.trim() {
        "" | "1" | "true" => Ok(true),
        "0" | "false" => Ok(false),
        other => Err(format!("`{name}` is {}; it must be 1 or 0", shown(other))),
    }
}

fn named(value: &str) -> impl Iterator<Item = &str> {
    value
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
}

fn shown(text: &str) -> String {
    code(text, 60)
}
