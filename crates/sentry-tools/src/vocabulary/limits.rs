//! What a connection leaves out of what its sign-in allows. Its URL, or an option of a local process, makes a session narrower
//! and nothing makes it wider (ADR 105).

use crate::vocabulary::skill::Skills;
use crate::vocabulary::tool::{EXECUTE, Tool};

/// The limits of a connection; by default there are none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    pub(crate) read_only: bool,
    /// Whether it is the server that changes nothing for now, whatever the connection asks for.
    pub(crate) paused: bool,
    pub(crate) skills: Option<Skills>,
    pub(crate) tools: Option<Vec<&'static str>>,
}

/// The parameters that set a limit.
pub(crate) const READ_ONLY: &str = "readonly";
pub(crate) const SKILLS: &str = "skills";
pub(crate) const TOOLS: &str = "tools";

impl Limits {
    /// Whether there is any.
    #[must_use]
    pub fn are_none(&self) -> bool {
        *self == Self::default()
    }

    /// Whether nothing may be changed.
    #[must_use]
    pub const fn are_read_only(&self) -> bool {
        self.read_only
    }

    /// Those of the skills that are left.
    #[must_use]
    pub fn skills_of(&self, held: Skills) -> Skills {
        self.skills.map_or(held, |limit| held.intersection(limit))
    }

    /// Nothing may be changed from now on.
    pub const fn forbid_changes(&mut self) {
        self.read_only = true;
    }

    /// The same for now and for every connection, since the server is under maintenance.
    pub const fn pause_changes(&mut self) {
        self.paused = true;
        self.forbid_changes();
    }

    pub(crate) fn keep_skills(&mut self, skills: Skills) {
        self.skills = Some(self.skills_of(skills));
    }

    pub(crate) fn keep_tools(&mut self, named: &[&'static str]) {
        let before = self.tools.take();
        let is_left = |name: &&str| before.as_ref().is_none_or(|before| before.contains(name));
        self.tools = Some(named.iter().copied().filter(is_left).collect());
    }

    /// Whether the connection asks for this very tool.
    pub(crate) fn name(&self, tool: &Tool) -> bool {
        self.tools
            .as_ref()
            .is_some_and(|names| names.contains(&tool.name))
    }

    /// The parameter that leaves a tool out, in a session that holds these skills. [`EXECUTE`] only reads where it reaches
    /// nothing that changes something.
    pub(crate) fn leave_out(&self, tool: &Tool, held: Skills) -> Option<&'static str> {
        let changes = tool.effect.changes_something() && tool.name != EXECUTE;
        let has_skill = |limit: Skills| {
            limit.meet(tool.skills)
                && (!held.meet(tool.skills) || held.intersection(limit).meet(tool.skills))
        };
        if self.read_only && changes {
            Some(READ_ONLY)
        } else if self.skills.is_some_and(|limit| !has_skill(limit)) {
            Some(SKILLS)
        } else if self.tools.is_some() && !self.name(tool) {
            Some(TOOLS)
        } else {
            None
        }
    }

    /// As the query of a URL that would set them; empty where there are none.
    #[must_use]
    pub fn as_query(&self) -> String {
        let mut query = Vec::new();
        if self.read_only {
            query.push([READ_ONLY, "=1"].concat());
        }
        if let Some(skills) = self.skills {
            let skills: Vec<_> = skills.iter().map(|skill| skill.as_str()).collect();
            query.push([SKILLS, "=", &skills.join(",")].concat());
        }
        if let Some(tools) = &self.tools {
            query.push([TOOLS, "=", &tools.join(",")].concat());
        }
        query.join("&")
    }

    /// In words, for people and models: what may still be done.
    #[must_use]
    pub fn in_words(&self) -> String {
        let mut words = Vec::new();
        if self.paused {
            words.push("it reads only, for now, since the whole server does".to_owned());
        } else if self.read_only {
            words.push("it reads only".to_owned());
        }
        if let Some(skills) = self.skills {
            let skills: Vec<_> = skills.iter().map(|skill| skill.as_str()).collect();
            words.push(listed("skills", &skills));
        }
        if let Some(tools) = &self.tools {
            words.push(listed("tools", tools));
        }
        words.join("; ")
    }
}

fn listed(what: &str, names: &[&str]) -> String {
    if names.is_empty() {
        return format!("none of the {what}");
    }
    format!("only the {what} {}", names.join(", "))
}
