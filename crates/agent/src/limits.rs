/// Limits of one run. The caller limits the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How often the model may be asked.
    pub steps: u32,
    /// How many tokens the model may read and write in total, by its own count.
    pub tokens: u64,
    /// How many calls of one reply are run.
    pub calls: usize,
    /// Maximum length of one tool's answer, in bytes.
    pub tool_text: usize,
    /// Maximum size of the whole conversation, in bytes.
    pub history: usize,
    /// Maximum length, in bytes, of a change as shown to a person. Calls that are longer are not run.
    pub shown: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            steps: 10,
            tokens: 400_000,
            calls: 8,
            tool_text: 24 * 1024,
            history: 320 * 1024,
            shown: 64 * 1024,
        }
    }
}

/// The longest prefix of at most `most` bytes that ends between characters, and whether the text was cut.
#[must_use]
pub fn bounded(text: &str, most: usize) -> (&str, bool) {
    if text.len() <= most {
        return (text, false);
    }
    let mut end = most;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    (text.get(..end).unwrap_or_default(), true)
}

#[cfg(test)]
mod tests {
    use super::bounded;

    #[test]
    fn no_character_is_cut_in_two() {
        assert_eq!(bounded("aé", 3), ("aé", false));
        assert_eq!(bounded("aé", 2), ("a", true));
        assert_eq!(bounded("é", 1), ("", true));
        assert_eq!(bounded("", 0), ("", false));
    }
}
