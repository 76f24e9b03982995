//! The protocol from outside: a request in, an HTTP answer out.

#![cfg(test)]

mod fixture;
mod http;
mod schemas;
