/// The revision without a handshake.
pub(super) const MODERN: &str = "2026-07-28";

/// The revisions with a handshake, newest first.
pub(super) const LEGACY: [&str; 3] = ["2025-11-25", "2025-06-18", "2025-03-26"];

/// A revision of the protocol that this client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revision(pub(super) &'static str);

impl Revision {
    /// The names of all revisions, newest first.
    #[must_use]
    pub fn all() -> Vec<&'static str> {
        let mut all = vec![MODERN];
        all.extend(LEGACY);
        all
    }

    /// The revision of this name, if we speak it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::all().into_iter().find(|one| *one == text).map(Self)
    }

    /// The revision's name, such as `2025-11-25`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    pub(super) fn is_modern(self) -> bool {
        self.0 == MODERN
    }
}
