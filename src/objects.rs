//! The three Durable Objects: they load, apply, write and carry out effects.

pub mod accounts;
pub mod grants;
pub mod mailbox;
pub mod once;
