//! The program from outside, against the local Sentry.

#![cfg(test)]

mod agent;
mod command;
mod device;
mod pipe;
mod rust_sdk;
mod sign_in;
mod started;
