//! Pseudo-random numbers and ids that are the same at every start.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// A sequence of numbers, seeded by its name.
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn of(name: &str) -> Self {
        let digest = Sha256::digest(name);
        let seed = digest.iter().take(8);
        Self(seed.fold(0, |seed, byte| (seed << 8) | u64::from(*byte)))
    }

    /// A number from 0 to `end`, exclusive.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        // SplitMix64: each state yields one well mixed number.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end.max(1)
    }

    /// A number around `typical`: from half of it to nearly twice as much.
    pub(super) fn around(&mut self, typical: u64) -> u64 {
        typical / 2 + self.below(typical.max(1) * 3 / 2)
    }
}

/// An id of `digits` hexadecimal digits (at most 64), derived from the parts.
pub(crate) fn id(parts: &[&str], digits: usize) -> String {
    let mut text = String::new();
    for byte in Sha256::digest(parts.join("/")) {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text.truncate(digits);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_decides() {
        let draw = |name: &str| {
            let mut chance = Chance::of(name);
            [(); 4].map(|()| chance.below(1000))
        };
        assert_eq!(draw("logs"), draw("logs"));
        assert_ne!(draw("logs"), draw("spans"));
        assert_eq!(id(&["a", "b"], 16), id(&["a", "b"], 16));
        assert_eq!(id(&["a"], 32).len(), 32);
        let near = Chance::of("x").around(100);
        assert!((50..200).contains(&near), "{near}");
    }
}
