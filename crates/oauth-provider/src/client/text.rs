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

/// A name that stands in quotation marks, and cannot end them: its own are single ones. A name of which
/// nothing is sure to be seen names nobody.
pub(crate) fn name_for_display(name: &str) -> Option<String> {
    const LONGEST: usize = 80;
    let mut single = String::new();
    for c in for_display(name, usize::MAX)?.chars() {
        let quote = is_double_quote(c) || is_single_quote(c);
        // Two single ones beside each other look like a double one.
        if !(quote && single.ends_with('\'')) {
            single.push(if quote { '\'' } else { c });
        }
    }
    if !single.chars().any(is_seen) {
        return None;
    }
    for_display(&single, LONGEST)
}

/// Letters and digits of any script, ASCII, emoji. Of other signs some are blank in one font or another.
fn is_seen(c: char) -> bool {
    c.is_alphanumeric()
        || c.is_ascii_graphic()
        || matches!(c, '\u{2600}'..='\u{27bf}' | '\u{1f300}'..='\u{1faff}')
}

/// Quotation marks, and the letters, primes and ornaments that look like one.
const fn is_double_quote(c: char) -> bool {
    matches!(c,
        '“' | '”' | '„' | '‟' | '«' | '»' | '″' | '‴' | '‶' | '‷' | '⁗' | '＂'
        | '\u{2ba}' | '\u{2dd}' | '\u{2ee}' | '\u{2f5}' | '\u{2f6}' | '\u{5f4}' | '\u{1cd3}' | '\u{275d}' | '\u{275e}' | '\u{2760}'
        | '\u{276e}' | '\u{276f}' | '\u{2e42}' | '\u{300a}' | '\u{300b}' | '\u{3003}' | '\u{301d}'..='\u{301f}' | '\u{1f676}'..='\u{1f678}')
}

/// Those of which two look like a double one.
const fn is_single_quote(c: char) -> bool {
    matches!(
        c,
        '\'' | '`' | '´' | '‘' | '’' | '‚' | '‛' | '′' | '‵' | '＇' | '｀' | '\u{2b9}' | '\u{2bb}'
            ..='\u{2bd}'
                | '\u{2ca}'
                | '\u{2cb}'
                | '\u{2f4}'
                | '\u{55a}'
                | '\u{5f3}'
                | '\u{7f4}'
                | '\u{7f5}'
                | '\u{1fbd}'
                | '\u{1fbf}'
                | '\u{1fef}'
                | '\u{1ffd}'
                | '\u{1ffe}'
                | '\u{275b}'
                | '\u{275c}'
                | '\u{a78c}'
    )
}

/// Controls of direction and form, zero-width and blank characters, tags, variation selectors, fillers, private use, and
/// what is no character.
///
/// `approval::is_hidden` has such a list too, for texts in which nothing may be left out: it holds white space and whole
/// planes besides. There are two because this crate is published without that one, and neither may know the other
/// (deny.toml); a test below compares them.
const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}' | '\u{8e2}' | '\u{2800}'
        | '\u{2d7f}' | '\u{fdd0}'..='\u{fdef}' | '\u{fffc}'..='\u{ffff}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{13442}' | '\u{16fe4}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d159}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
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
    use super::{for_display, is_invisible, name_for_display};

    /// Beyond this list and white space, `approval` writes out what is not assigned: nothing that a font shows today.
    #[test]
    fn what_is_left_out_here_is_written_out_at_an_approval() {
        let unassigned = |c: char| {
            matches!(c, '\u{13443}'..='\u{1345f}' | '\u{1fffe}'..='\u{1ffff}' | '\u{2fffe}'..='\u{2ffff}'
                | '\u{3fffe}'..='\u{dffff}' | '\u{e1000}'..='\u{effff}')
        };
        for c in (char::MIN..=char::MAX).filter(|c| *c != ' ') {
            let here = is_invisible(c) || c.is_whitespace() || c.is_control();
            assert_eq!(approval::is_hidden(c), here || unassigned(c), "{c:?}");
        }
    }

    #[test]
    fn a_name_does_not_end_its_quotation_marks() {
        for (name, shown) in [
            (
                "Claude” by Anthropic, verified. Not “x” «y»",
                "Claude' by Anthropic, verified. Not 'x' 'y'",
            ),
            ("Claude\u{2ee} by", "Claude' by"),
            ("Claude\u{275e} by \u{1f677}x\u{2e42}", "Claude' by 'x'"),
            ("Claude’’ by ‘‘x´´ ''y``", "Claude' by 'x' 'y'"),
            ("Claude’\u{200b}’ by", "Claude' by"),
            ("O’Reilly's", "O'Reilly's"),
        ] {
            assert_eq!(name_for_display(name).as_deref(), Some(shown), "{name}");
        }
        assert_eq!(
            name_for_display(&"é".repeat(81)).map(|name| name.chars().count()),
            Some(81)
        );
    }

    #[test]
    fn a_name_that_shows_nothing_is_none() {
        for name in [
            " \u{200b}",
            "\u{2800}\u{2800}",
            "\u{1d159}",
            "\u{13441}\u{fffc}",
            "— · …",
            "\u{16fe4}\u{fdd0}",
        ] {
            assert_eq!(name_for_display(name), None, "{name:?}");
        }
        for (name, shown) in [("\u{2800}x", "x"), ("🔥", "🔥"), ("<!-- ", "<!--")] {
            assert_eq!(name_for_display(name).as_deref(), Some(shown));
        }
    }

    // rule: clients/names-cleaned-and-cut: names, and what else a page shows of strangers, are
    //    cleaned and cut
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
