//! The sign-in against scripted servers: what is sent, in which order, and what is refused before anything is sent.

#![cfg(test)]

mod discovery;
mod issuers;
mod lenient;
mod lost;
mod refresh;
mod refused;
mod store;
mod way;
mod world;
