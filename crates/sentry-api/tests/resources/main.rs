//! Each resource: what is requested, and the shapes in which Sentry's releases answer.

#![cfg(test)]
#![expect(
    clippy::disallowed_methods,
    reason = "the tests see everything, or say of what"
)]

mod events;
mod issues;
mod json;
mod organization;
mod replays;
mod seer;
mod traces;
mod world;
