//! Messages against servers of each kind on loopback: streams, sessions, revisions, questions, tokens.

#![cfg(test)]

#[cfg(unix)]
mod pipe;
mod questions;
mod revisions;
mod server;
mod sessions;
mod streams;
mod tokens;
