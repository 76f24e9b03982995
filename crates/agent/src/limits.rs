/// How far one run goes. The time is the caller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How often the model is asked.
    pub steps: u32,
    /// How many tokens the model may read and write in all, as it counts them itself.
    pub tokens: u64,
    /// How many calls of one answer are run.
    pub calls: usize,
    /// Bytes of one tool's answer.
    pub tool_text: usize,
    /// Bytes of the whole conversation.
    pub history: usize,
    /// Bytes of a change, as a person is shown it before they agree. Longer ones are not run.
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

/// At most `most` bytes of a text, whole characters only, and whether that is less than all of it.
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
