//! What strangers write to be obeyed: made up for this test, a line for each way that was thought of.

mod hidden;
mod languages;
mod markup;
mod plain;
mod signs;

/// A text, or its parts where it is spread over several members, and what a reader who obeyed it would do.
pub(crate) struct Attack {
    pub(crate) name: &'static str,
    pub(crate) parts: &'static [&'static str],
    /// As it reads once it is decoded, in lower case.
    pub(crate) order: &'static str,
}

const fn attack(name: &'static str, parts: &'static [&'static str], order: &'static str) -> Attack {
    Attack { name, parts, order }
}

pub(crate) fn all() -> impl Iterator<Item = &'static Attack> {
    [
        plain::ALL,
        markup::ALL,
        signs::ALL,
        hidden::ALL,
        languages::ALL,
    ]
    .into_iter()
    .flatten()
}
