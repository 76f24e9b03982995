//! The wire vocabulary of the OAuth RFCs: what travels, by its registered names. No logic, no clock, no HTTP.
#![deny(missing_docs)]

mod client_metadata;
mod error;
mod server_metadata;
mod token;

pub use client_metadata::{ClientInformation, ClientMetadata};
pub use error::{ErrorCode, ErrorResponse};
pub use server_metadata::{AuthorizationServerMetadata, ProtectedResourceMetadata};
pub use token::{TokenResponse, TokenType};

/// The code in the README works.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
