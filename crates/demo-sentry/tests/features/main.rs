//! The features of the local Sentry, tested over HTTP.

#![cfg(test)]

mod access;
mod activity;
mod alerting;
mod attachments;
mod autofix;
mod device;
mod docs;
mod endpoints;
mod events;
mod faults;
mod issue_search;
mod issue_update;
mod keys;
mod kinds;
mod language_model;
mod monitors;
mod organizations;
mod pages;
mod paging;
mod profiles;
mod recordings;
mod releases;
mod replays;
mod request_log;
mod running;
mod setup;
mod sign_in;
mod snapshots;
mod stacktrace_link;
mod support;
mod table;
mod tags;
mod tokens;
mod traces;
mod uptime;
mod user_reports;
mod validate;
