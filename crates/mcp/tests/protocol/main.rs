//! The protocol from outside: a request in, an HTTP answer out.

#![cfg(test)]

mod features;
mod fixture;
mod http;
mod schemas;
mod stateless;
mod stdio;
mod untrusted_bytes;
