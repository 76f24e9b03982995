//! Text of Sentry's, read and written: it knows no session and no tool.

pub(crate) mod alerting;
pub(crate) mod attached;
pub(crate) mod budget;
pub(crate) mod changes;
pub(crate) mod cut;
pub(crate) mod epoch;
pub(crate) mod evidence;
pub(crate) mod hot_paths;
pub(crate) mod instant;
pub(crate) mod markdown;
pub(crate) mod omit;
pub(crate) mod order;
pub(crate) mod picture;
pub(crate) mod problems;
pub(crate) mod ranking;
pub(crate) mod shape;
pub(crate) mod stacktrace;
pub(crate) mod timeline;
pub(crate) mod trace_tree;
pub(crate) mod url;
pub(crate) mod value;
pub(crate) mod visible;
pub(crate) mod whose;
