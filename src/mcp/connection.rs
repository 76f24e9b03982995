//! What the URL of a connection, and one header, ask for: limits on top of what the sign-in allows, and a longer list.
// file rule: mcp/narrowed-connection

use oauth_provider::http::Error;
use oauth_types::ErrorCode;
use sentry_tools::{Limits, Untrusted, switch};

use crate::deployment::Deployment;
use crate::runtime::incoming::Incoming;

const READ_ONLY_HEADER: &str = "x-mcp-readonly";

/// What a connection asks for.
#[derive(Default)]
pub struct Connection {
    /// What it leaves out.
    pub limits: Limits,
    /// What becomes of text of others: never less strict than the deployment.
    pub untrusted: Untrusted,
    /// Whether `tools/list` has the whole catalogue.
    pub lists_all: bool,
}

impl Connection {
    /// Reads a request's URL and headers.
    ///
    /// # Errors
    /// A 400 that names the value which means nothing here. It says nothing about tokens, and comes before them.
    pub fn read(request: &Incoming, deployment: &Deployment) -> Result<Self, Error> {
        let mut connection = Self {
            untrusted: deployment.config.untrusted,
            ..Self::default()
        };
        for (name, value) in request.url.query_pairs() {
            connection.take(&name, &value).map_err(unknown)?;
        }
        if deployment.config.switches.read_only {
            connection.limits.pause_changes();
        }
        if let Some(value) = request.header(READ_ONLY_HEADER) {
            let read = switch("X-MCP-Readonly", &value).map_err(unknown)?;
            if read {
                connection.limits.forbid_changes();
            }
        }
        Ok(connection)
    }

    fn take(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "untrusted" => self.untrusted = self.untrusted.or_stricter(Some(value)),
            "all" => self.lists_all |= switch(name, value)?,
            _ => self.limits.narrow(name, value)?,
        }
        Ok(())
    }
}

fn unknown(words: String) -> Error {
    Error::new(ErrorCode::InvalidRequest, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(pairs: &[(&str, &str)]) -> Result<Connection, String> {
        let mut connection = Connection::default();
        for (name, value) in pairs {
            connection.take(name, value)?;
        }
        Ok(connection)
    }

    #[test]
    fn nothing_in_a_query_takes_a_limit_back() {
        let both = query(&[
            ("readonly", "1"),
            ("readonly", "0"),
            ("skills", "inspect,docs"),
        ]);
        assert_eq!(
            both.unwrap().limits.as_query(),
            "readonly=1&skills=inspect,docs"
        );
        let fewer = query(&[("skills", "inspect,docs"), ("skills", "inspect,triage")]);
        assert_eq!(fewer.unwrap().limits.as_query(), "skills=inspect");
        let all = query(&[("all", "1"), ("all", "0"), ("utm_source", "x")]).unwrap();
        assert!(all.lists_all && all.limits.are_none());
        assert!(
            !query(&[("readonly", "false"), ("all", "")])
                .unwrap()
                .limits
                .are_read_only()
        );
    }

    #[test]
    fn what_means_nothing_is_named() {
        for (name, value, named) in [
            ("readonly", "yes", "`yes`"),
            ("all", "2", "`2`"),
            ("skills", "inspect,admin", "`admin`"),
            ("skills", ",", "no skill"),
            ("tools", "search_issues,serch_issues", "`serch_issues`"),
            ("tools", "", "no tool"),
        ] {
            let error = query(&[(name, value)]).err().unwrap();
            assert!(error.contains(named) && error.contains(name), "{error}");
        }
    }
}
