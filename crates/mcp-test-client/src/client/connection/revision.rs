/// The one without a handshake.
pub(super) const MODERN: &str = "2026-07-28";

/// Those with one, newest first.
pub(super) const LEGACY: [&str; 3] = ["2025-11-25", "2025-06-18", "2025-03-26"];

/// A revision of the protocol that this client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revision(pub(super) &'static str);

impl Revision {
    /// All, newest first.
    #[must_use]
    pub fn all() -> Vec<&'static str> {
        let mut all = vec![MODERN];
        all.extend(LEGACY);
        all
    }

    /// The one of this name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::all().into_iter().find(|one| *one == text).map(Self)
    }

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    pub(super) fn is_modern(self) -> bool {
        self.0 == MODERN
    }
}
