//! The tools from outside: a call in, a result out, with Sentry played by a script.

#![cfg(test)]

mod agent;
mod alerting;
mod asking;
mod cases;
mod catalogue;
mod changes;
mod constraints;
mod crowded;
mod failures;
mod find;
mod fixture;
mod foreign_arguments;
mod foreign_text;
mod golden;
mod ignoring;
mod injection;
mod inspected;
mod issue_details;
mod links;
mod local;
mod managed;
mod managing;
mod model_schemas;
mod narrowed;
mod noted;
mod nothing;
mod others;
mod pasted;
mod permissions;
mod prompts;
mod reference;
mod renamed;
mod search_events;
mod search_issues;
mod seer;
mod sentry;
mod several;
mod tolerance;
mod tries;
mod untrusted;
mod written;
