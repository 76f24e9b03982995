//! The rules, each with a test that fails without it. One file per feature.

#![cfg(test)]

mod grant_code;
mod grant_lifetime;
mod grant_revocation;
mod grant_storage;
mod refresh_model;
mod refresh_rotation;
mod support;
