//! What a person is shown before they agree to a change. One way to write it for every place where that is asked: a
//! terminal, the chat's page, a client's form.
//!
//! Arguments are JSON, and what is shown of them ([`json`]) is JSON too: the same members in the same order, nothing left
//! out, and every sign that nobody would see ([`is_hidden`]) as an escape. Reading it back gives what was sent. What
//! cannot be shown so is refused ([`Unshowable`]), and must not run. Other texts are written by [`plain`], and go to a
//! terminal in [`pages`].
#![deny(missing_docs)]

mod arguments;
mod hidden;
mod pages;
mod target;

pub use arguments::{Unshowable, json, line};
pub use hidden::{is_hidden, plain};
pub use pages::{Pages, pages};
pub use target::Target;
