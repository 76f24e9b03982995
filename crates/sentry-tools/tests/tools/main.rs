//! The tools from outside: a call in, a result out, with Sentry played by a script.

#![cfg(test)]

mod asking;
mod catalogue;
mod constraints;
mod failures;
mod find;
mod fixture;
mod injection;
mod issue_details;
mod permissions;
mod prompts;
mod search_issues;
