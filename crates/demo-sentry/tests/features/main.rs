//! What the local Sentry does, feature by feature, over HTTP.

#![cfg(test)]

mod access;
mod events;
mod faults;
mod issue_search;
mod issue_update;
mod organizations;
mod pages;
mod request_log;
mod running;
mod sign_in;
mod support;
mod tokens;
