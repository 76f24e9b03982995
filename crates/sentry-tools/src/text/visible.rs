//! What of a text a reader sees. A text of strangers may hold characters that show nothing, turn the direction of
//! writing or speak to a terminal: a model reads them and a person does not.
//!
//! | removed | characters | source |
//! |---|---|---|
//! | terminal sequences | `ESC [ … letter`, `ESC ] … BEL`, `ESC x`; the same with U+009B, U+009D | ECMA-48 §5.4, §8.3 |
//! | control characters | C0 and C1, but for line breaks and the tab | Unicode, category Cc |
//! | direction of writing | U+061C, U+200E–200F, U+202A–202E, U+2066–2069 | UAX #9 §2 |
//! | no width | U+00AD, U+034F, U+180E, U+200B–200D, U+2060–2065, U+206A–206F, U+FEFF, U+FFF9–FFFB | Unicode, category Cf |
//! | fillers | U+115F–1160, U+17B4–17B5, U+3164, U+FFA0 | Unicode, Default_Ignorable_Code_Point |
//! | shorthand, music | U+1BCA0–1BCA3, U+1D173–1D17A | the same |
//! | tags, and supplementary variation selectors | U+E0000–E0FFF | the same |
//! | variation selectors | U+180B–180F, U+FE00–FE0F, but for one behind a character that is not ASCII | UTS #51 §1.4.3 |
//!
//! Line breaks of every kind (`\r\n`, `\r`, U+000B, U+000C, U+0085, U+2028, U+2029) become `\n`.

use std::borrow::Cow;

/// First and last of each range that shows nothing.
const UNSEEN: [(u32, u32); 20] = [
    (0xAD, 0xAD),
    (0x34F, 0x34F),
    (0x61C, 0x61C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180E, 0x180E),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x2065),
    (0x2066, 0x2069),
    (0x206A, 0x206F),
    (0x3164, 0x3164),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),
    (0x13430, 0x1343F),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE007F),
    (0xE0080, 0xE0FFF),
];

/// The text without what is in the table above; most texts come back as they are.
pub(crate) fn only(text: &str) -> Cow<'_, str> {
    let is_plain = |byte: u8| matches!(byte, b'\n' | b'\t' | 0x20..=0x7E);
    if text.bytes().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut seen = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut last = ' ';
    while let Some(char) = chars.next() {
        let kept = match char {
            '\r' => {
                chars.next_if_eq(&'\n');
                Some('\n')
            }
            '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
            '\u{1B}' => {
                skip_sequence(chars.next(), &mut chars);
                None
            }
            '\u{9B}' => {
                skip_sequence(Some('['), &mut chars);
                None
            }
            '\u{9D}' => {
                skip_sequence(Some(']'), &mut chars);
                None
            }
            '\n' | '\t' => Some(char),
            char if char.is_control() => None,
            char if is_variation(char) => (!last.is_ascii() && !is_variation(last)).then_some(char),
            char => (!is_unseen(char)).then_some(char),
        };
        if let Some(kept) = kept {
            seen.push(kept);
            last = kept;
        }
    }
    Cow::Owned(seen)
}

fn is_variation(char: char) -> bool {
    matches!(char, '\u{180B}'..='\u{180D}' | '\u{180F}' | '\u{FE00}'..='\u{FE0F}')
}

fn is_unseen(char: char) -> bool {
    let code = u32::from(char);
    UNSEEN
        .iter()
        .any(|(first, last)| (*first..=*last).contains(&code))
}

/// The most that a terminal sequence holds: what is longer is text after a stray escape.
const SEQUENCE: usize = 256;

fn skip_sequence(kind: Option<char>, chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    match kind {
        Some('[') => {
            // Parameters and intermediates, then one final character.
            for _ in 0..SEQUENCE {
                if chars.next_if(|char| matches!(char, ' '..='?')).is_none() {
                    chars.next_if(|char| matches!(char, '@'..='~'));
                    break;
                }
            }
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            for _ in 0..SEQUENCE {
                match chars.next_if(|char| !matches!(char, '\n' | '\r')) {
                    Some('\u{7}' | '\u{9C}') | None => break,
                    Some('\u{1B}') => {
                        chars.next_if_eq(&'\\');
                        break;
                    }
                    Some(_) => {}
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shows_nothing_is_removed() {
        for (text, seen) in [
            ("plain\ttext\n", "plain\ttext\n"),
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            (
                "\u{1b}]8;;https://x.example\u{7}link\u{1b}]8;;\u{1b}\\!",
                "link!",
            ),
            ("\u{9b}2Jx\u{1b}", "x"),
            ("\u{1b}[2J", ""),
            ("a\u{200b}\u{2060}\u{feff}b\u{200d}c", "abc"),
            (
                "\u{202e}abc\u{202c}\u{2066}d\u{2069}\u{200f}\u{61c}",
                "abcd",
            ),
            ("x\u{e0069}\u{e0020}\u{e0001}y\u{e0100}", "xy"),
            ("❤\u{fe0f}\u{fe0f}\u{fe01}!", "❤\u{fe0f}!"),
            ("a\u{fe01}b\u{fe02}", "ab"),
            (
                "a\r\nb\rc\u{85}d\u{2028}e\u{2029}f\u{b}g\u{c}h",
                "a\nb\nc\nd\ne\nf\ng\nh",
            ),
            ("nul\u{0}bell\u{7}del\u{7f}", "nulbelldel"),
            ("日本語 é ß 🦀", "日本語 é ß 🦀"),
            ("a\u{ad}b\u{3164}c", "abc"),
        ] {
            assert_eq!(only(text), seen, "{text:?}");
        }
    }

    #[test]
    fn what_is_clean_stays_so() {
        let chars = (0..=0x33FF)
            .chain(0xF000..=0xFFFF)
            .chain(0xE_0000..=0xE_1000);
        for char in chars.filter_map(char::from_u32) {
            let text = ["é", &char.to_string(), "é"].concat();
            let once = only(&text).into_owned();
            assert_eq!(only(&once), once, "{char:?}");
        }
    }
}
