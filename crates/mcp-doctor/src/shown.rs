//! Makes a server's text safe to print on a terminal.

/// Maximum number of characters that are kept.
const MOST: usize = 300;

/// Removes control characters, and with them every escape sequence, and characters that are invisible or change the
/// text's direction; then folds white space and truncates.
#[must_use]
pub fn shown(text: &str) -> String {
    let mut clean = String::new();
    let mut count = 0;
    for c in text.chars() {
        if count == MOST {
            clean.push('…');
            break;
        }
        if c.is_whitespace() || c.is_control() {
            if !clean.is_empty() && !clean.ends_with(' ') {
                clean.push(' ');
                count += 1;
            }
        } else if !is_hidden(c) {
            clean.push(c);
            count += 1;
        }
    }
    clean.trim_end().to_owned()
}

/// Whether a character is invisible: format characters, fillers, tags, variation selectors, private use.
const fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{e000}'..='\u{f8ff}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::shown;

    proptest! {
        #[test]
        fn no_control_character_survives(text in any::<String>()) {
            let clean = shown(&text);
            prop_assert!(!clean.chars().any(char::is_control) && clean.chars().count() <= 301);
        }
    }

    // rule: doctor/no-control-characters
    #[test]
    fn nothing_reaches_the_terminal_but_text() {
        for (text, clean) in [
            ("401", "401"),
            ("\u{1b}[2J\u{1b}]0;owned\u{7}text", "[2J ]0;owned text"),
            ("\u{9b}31mred", "31mred"),
            ("a\r\nb\tc", "a b c"),
            ("\u{202e}live\u{202c}", "live"),
            ("\u{1b}", ""),
        ] {
            assert_eq!(shown(text), clean, "{text:?}");
        }
        assert_eq!(shown(&"é".repeat(400)).chars().count(), 301);
    }
}
