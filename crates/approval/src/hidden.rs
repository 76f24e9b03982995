//! Characters that nobody sees, that look like a space and are none, or that change the order or the place of others.
// file rule: chat/agreement-shown-whole

use std::fmt::Write as _;

/// Ranges of Unicode 16 with that effect. Some are whole blocks, of which what is not assigned may become such a sign.
///
/// `oauth-provider` has such a list too, in `client/text.rs`: of what it strips from a client's name. There are two because
/// that crate is published without this one, and neither may know the other (deny.toml); a test there compares them.
const HIDDEN: &[(u32, u32)] = &[
    (0x00, 0x1f),     // controls: escape sequences of terminals begin with one
    (0x7f, 0xa0),     // more of them, and the no-break space
    (0xad, 0xad),     // soft hyphen
    (0x34f, 0x34f),   // combining grapheme joiner
    (0x600, 0x605),   // Arabic number signs
    (0x61c, 0x61c),   // Arabic letter mark
    (0x6dd, 0x6dd),   // Arabic end of ayah
    (0x70f, 0x70f),   // Syriac abbreviation mark
    (0x890, 0x891),   // Arabic pound and piastre marks
    (0x8e2, 0x8e2),   // Arabic disputed end of ayah
    (0x115f, 0x1160), // Hangul fillers
    (0x1680, 0x1680), // Ogham space mark
    (0x17b4, 0x17b5), // Khmer inherent vowels
    (0x180b, 0x180f), // Mongolian selectors and vowel separator
    (0x2000, 0x200f), // spaces of other widths, zero width, directions
    (0x2028, 0x202f), // separators of lines and paragraphs, embeddings, narrow space
    (0x205f, 0x206f), // mathematical space, word joiner, invisible operators, isolates
    (0x2800, 0x2800), // an empty Braille cell
    (0x2d7f, 0x2d7f), // Tifinagh consonant joiner
    (0x3000, 0x3000), // ideographic space
    (0x3164, 0x3164), // Hangul filler
    (0xe000, 0xf8ff), // private use: a font may make anything of it
    (0xfdd0, 0xfdef), // no characters
    (0xfe00, 0xfe0f), // variation selectors
    (0xfeff, 0xfeff), // zero-width no-break space
    (0xffa0, 0xffa0), // Hangul filler
    (0xfff0, 0xffff), // interlinear annotation, replacement, no characters
    (0x110bd, 0x110bd),
    (0x110cd, 0x110cd), // Kaithi number signs
    (0x13430, 0x1345f), // Egyptian joiners
    (0x16fe4, 0x16fe4), // Khitan filler
    (0x1bca0, 0x1bca3), // shorthand
    (0x1d159, 0x1d159), // an empty note
    (0x1d173, 0x1d17a), // musical beams and slurs
    (0x1fffe, 0x1ffff), // no characters
    (0x2fffe, 0x2ffff),
    (0x3fffe, 0x10_ffff), // planes without characters, tags, selectors, private use
];

/// Whether a character must be written out for a person to notice it. A space and a letter of any script need not.
#[must_use]
pub fn is_hidden(sign: char) -> bool {
    let code = u32::from(sign);
    HIDDEN
        .iter()
        .any(|&(first, last)| first <= code && code <= last)
}

/// A text of somebody else's for a person to read: lines stay lines, every other hidden sign stands as `\u{202e}`.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        if sign != '\n' && is_hidden(sign) {
            // Writing into a string does not fail.
            let _ = write!(out, "\\u{{{:x}}}", u32::from(sign));
        } else {
            out.push(sign);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_in_order_and_apart() {
        let apart = HIDDEN
            .windows(2)
            .all(|two| matches!(two, [(_, last), (first, _)] if last < first));
        assert!(apart && HIDDEN.iter().all(|(first, last)| first <= last));
    }

    #[test]
    fn what_is_seen_is_left_alone() {
        let seen = "plain text, 100 % of it: é ß 漢字 かな עברית العربية हिन्दी 😀 — “quoted” `~!@#$%^&*()`";
        assert_eq!(plain(seen), seen);
    }

    #[test]
    fn each_kind_of_hidden_sign_is_written_out() {
        for (kind, signs) in [
            ("escapes of a terminal", "\u{1b}\u{9b}\u{7}\u{8}\r\u{7f}\t"),
            (
                "directions",
                "\u{200e}\u{200f}\u{202a}\u{202e}\u{2066}\u{2069}\u{61c}",
            ),
            (
                "zero width",
                "\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}\u{ad}\u{34f}",
            ),
            ("tags", "\u{e0001}\u{e0041}\u{e007f}"),
            ("selectors", "\u{fe00}\u{fe0f}\u{e0100}\u{180b}"),
            (
                "spaces that are none",
                "\u{a0}\u{2003}\u{2009}\u{202f}\u{205f}\u{3000}\u{1680}",
            ),
            ("empty letters", "\u{115f}\u{1160}\u{3164}\u{ffa0}\u{2800}"),
            ("lines", "\u{85}\u{2028}\u{2029}\u{b}\u{c}"),
            ("private use", "\u{e000}\u{f8ff}\u{f0000}\u{10fffd}"),
        ] {
            for sign in signs.chars() {
                assert!(is_hidden(sign), "{kind}: {:x}", u32::from(sign));
                let out = plain(&format!("a{sign}b"));
                assert_eq!(out, format!("a\\u{{{:x}}}b", u32::from(sign)), "{kind}");
            }
        }
        assert_eq!(plain("a\nb"), "a\nb");
    }
}
