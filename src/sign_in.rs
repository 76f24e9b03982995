//! The way of a person through consent and Sentry.

pub mod after_response;
pub mod authorize;
pub mod callback;
pub mod check;
mod consent;
mod pages;
pub mod problems;
mod reach;
pub mod returned;
