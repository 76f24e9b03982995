//! Makes foreign text fit for a terminal.

/// The first 300 characters, with control characters and direction marks replaced by spaces.
pub(crate) fn plain(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() || is_direction(c) {
                ' '
            } else {
                c
            }
        })
        .take(300)
        .collect()
}

/// Whether a character changes the direction of the text around it (Unicode TR 9).
const fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_reaches_the_terminal_but_text() {
        assert_eq!(super::plain("a\u{1b}[2Jb\r\nc\u{202e}d"), "a [2Jb  c d");
        assert_eq!(super::plain(&"é".repeat(400)).chars().count(), 300);
    }
}
