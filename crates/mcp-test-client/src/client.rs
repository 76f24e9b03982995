//! The client: discovery, sign-in, calls.
