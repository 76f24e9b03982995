//! Text from strangers, before a person sees it. Escaping is the page's work; this is about what escaping leaves.

/// Strips control, bidirectional-override and invisible characters, folds white space, and cuts to `max`
/// characters. `None` where nothing is left.
pub(crate) fn for_display(text: &str, max: usize) -> Option<String> {
    let mut clean = String::new();
    let mut marks = 0;
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() {
            if !clean.is_empty() && !clean.ends_with(' ') {
                clean.push(' ');
            }
            continue;
        }
        // A pile of combining marks on one letter runs over the lines around it.
        marks = if is_combining(c) { marks + 1 } else { 0 };
        if !is_invisible(c) && marks <= 2 {
            clean.push(c);
        }
    }
    let clean = clean.trim_end();
    match clean.char_indices().nth(max) {
        Some((end, _)) => Some(format!("{}…", clean.get(..end)?.trim_end())),
        None => (!clean.is_empty()).then(|| clean.to_owned()),
    }
}

/// A name that stands in quotation marks, and cannot end them: its own are single ones.
pub(crate) fn name_for_display(name: &str) -> Option<String> {
    const LONGEST: usize = 80;
    let quotes = [
        '“', '”', '„', '‟', '«', '»', '〝', '〞', '〟', '＂', '″', '‶',
    ];
    for_display(&name.replace(quotes, "'"), LONGEST)
}

/// Bidirectional controls, zero-width characters, tags, variation selectors, fillers, private use.
const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e000}'..='\u{f8ff}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' | '\u{f0000}'..='\u{10ffff}')
}

const fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

#[cfg(test)]
mod tests {
    use super::{for_display, name_for_display};

    #[test]
    fn a_name_does_not_end_its_quotation_marks() {
        let name = "Claude” by Anthropic, verified. Not “x” «y»";
        let shown = "Claude' by Anthropic, verified. Not 'x' 'y'";
        assert_eq!(name_for_display(name).as_deref(), Some(shown));
        assert_eq!(name_for_display(" \u{200b}"), None);
    }

    #[test]
    fn what_a_person_may_see() {
        for (text, shown) in [
            ("  Cursor \n\t IDE ", Some("Cursor IDE")),
            ("\u{202e}live\u{202c}", Some("live")),
            ("Edi\u{200b}tor", Some("Editor")),
            ("\u{200b}\u{feff}", None),
            ("", None),
            ("日本語 クライアント", Some("日本語 クライアント")),
            ("e\u{301}\u{301}\u{301}\u{301}", Some("e\u{301}\u{301}")),
        ] {
            assert_eq!(for_display(text, 60).as_deref(), shown, "{text:?}");
        }
        assert_eq!(
            for_display(&"é".repeat(61), 60).map(|t| t.chars().count()),
            Some(61)
        );
    }
}
