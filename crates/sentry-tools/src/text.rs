//! Text of Sentry's, read and written: it knows no session and no tool.

pub(crate) mod markdown;
pub(crate) mod order;
pub(crate) mod ranking;
pub(crate) mod stacktrace;
pub(crate) mod trace_tree;
pub(crate) mod url;
