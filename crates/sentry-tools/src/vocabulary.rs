//! What every tool is declared with, handed and answers with.

pub(crate) mod advice;
pub(crate) mod arguments;
pub(crate) mod changed;
pub(crate) mod failure;
pub(crate) mod hint;
pub(crate) mod input_schema;
pub(crate) mod issue_target;
pub(crate) mod limits;
pub(crate) mod near;
pub(crate) mod parameter;
pub(crate) mod place;
pub(crate) mod refusal;
pub(crate) mod scope;
pub(crate) mod search;
pub(crate) mod session;
pub(crate) mod skill;
pub(crate) mod tool;
pub(crate) mod trace_target;
