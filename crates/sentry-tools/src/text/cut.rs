//! Making a text fit: each kind of text is cut where it matters least. Lengths are in characters.

use crate::text::markdown::number;

/// The first `most` characters and `…`.
pub(crate) fn head(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => {
            let mut kept = text.get(..at).unwrap_or_default().to_owned();
            kept.push('…');
            kept
        }
        None => text.to_owned(),
    }
}

/// `…` and the last `most` characters: what a path, and a number behind it, is known by.
pub(crate) fn tail(text: &str, most: usize) -> String {
    let length = text.chars().count();
    if length <= most {
        return text.to_owned();
    }
    let kept = last(text, most);
    // From a folder's begin on, unless what is cut is an address's query.
    let at = kept.find(['/', '\\', '?', '#']).unwrap_or_default();
    let from = kept.get(at..).unwrap_or(kept);
    let is_folder = from.starts_with(['/', '\\']);
    ["…", if is_folder { from } else { kept }].concat()
}

/// Both ends, with how much is left out between them: an error says at its beginning what was tried, and at its end
/// why it failed.
pub(crate) fn ends(text: &str, most: usize) -> String {
    // Room for the words between.
    let room = most.saturating_sub(40);
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let behind = room * 2 / 5;
    around(text, room - behind, behind)
}

/// The first characters and the last ones of a text that has more, with how many are left out between them.
pub(crate) fn around(text: &str, before: usize, behind: usize) -> String {
    let length = text.chars().count();
    let at = text.char_indices().nth(before).map_or(0, |(at, _)| at);
    let left = number(length.saturating_sub(before + behind) as u64);
    [
        text.get(..at).unwrap_or_default(),
        " … ",
        &left,
        " characters left out … ",
        last(text, behind),
    ]
    .concat()
}

/// As [`ends`], without a count, for a text that is told elsewhere.
pub(crate) fn inside(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let room = most.saturating_sub(3);
    let behind = room * 2 / 5;
    let at = text.char_indices().nth(room - behind);
    let at = at.map_or(0, |(at, _)| at);
    let begin = text.get(..at).unwrap_or_default();
    [begin, " … ", last(text, behind)].concat()
}

fn last(text: &str, most: usize) -> &str {
    let start = text.char_indices().rev().nth(most.saturating_sub(1));
    match start {
        Some((at, _)) if most > 0 => text.get(at..).unwrap_or_default(),
        _ => "",
    }
}

/// A function's name that keeps its method: first the innermost parameters of types go, then all of them, then the
/// arguments, and then the middle.
pub(crate) fn function(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut name = text.to_owned();
    for (open, close, depth) in [('<', '>', 2), ('<', '>', 1), ('(', ')', 1)] {
        name = without_inner(text, open, close, depth);
        if name.chars().count() <= most {
            return name;
        }
    }
    // What stands between angle brackets may be all there is.
    if name.chars().count() < 8 {
        name = text.to_owned();
    }
    let behind = most * 3 / 4;
    let at = name
        .char_indices()
        .nth(most - behind)
        .map_or(0, |(at, _)| at);
    [name.get(..at).unwrap_or_default(), "…", last(&name, behind)].concat()
}

/// The text with `…` for whatever lies `depth` brackets deep. `->` and `=>` close nothing.
fn without_inner(text: &str, open: char, close: char, depth: usize) -> String {
    let mut kept = String::new();
    let mut level = 0_usize;
    let mut before = ' ';
    for char in text.chars() {
        let closes = char == close && !(close == '>' && matches!(before, '-' | '='));
        if closes {
            level = level.saturating_sub(1);
        }
        if level < depth {
            kept.push(char);
        }
        if char == open {
            level += 1;
            if level == depth {
                kept.push('…');
            }
        }
        before = char;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_end_is_kept() {
        assert_eq!(head("abcdef", 3), "abc…");
        assert_eq!(head("äbc", 3), "äbc");
        assert_eq!(tail("src/ä/b.rs:4", 6), "…b.rs:4");
        assert_eq!(tail("src/shelf/b.rs:4", 9), "…/b.rs:4");
        assert_eq!(tail("https://a.example/b.js?from=/c", 12), "…b.js?from=/c");
        assert_eq!(tail("abc", 0), "…");
        let text = ["a".repeat(300), "b".repeat(300)].concat();
        let cut = ends(&text, 140);
        assert!(cut.chars().count() <= 140, "{cut}");
        assert!(cut.starts_with("aaa") && cut.ends_with("bbb"), "{cut}");
        assert!(cut.contains("500 characters left out"), "{cut}");
        assert_eq!(ends("short", 5), "short");
        let cut = inside(&text, 140);
        assert_eq!(cut.chars().count(), 140, "{cut}");
        assert!(cut.starts_with("aaa") && cut.ends_with("bbb"), "{cut}");
        assert!(!cut.contains("left out"), "{cut}");
        assert_eq!(inside("short", 5), "short");
        let cut = around("abcdefghij", 2, 3);
        assert_eq!(cut, "ab … 5 characters left out … hij");
        assert!(!ends(&text, 10).is_empty());
    }

    #[test]
    fn functions_keep_their_method() {
        for (name, short) in [
            ("plain", "plain"),
            (
                "a::Cache<b::Chapter, std::vector<std::unique_ptr<b::Page>>>::evict(unsigned long)",
                "a::Cache<b::Chapter, std::vector<…>>::evict(unsigned long)",
            ),
            (
                "<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa::B<c::D<e::F>> as core::iter::FromIterator<(a, b)>>::from_iter",
                "<…>::from_iter",
            ),
            (
                "handle(aaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb)",
                "handle(…)",
            ),
        ] {
            assert_eq!(function(name, 60), short);
        }
        let long = "x".repeat(100);
        assert!(function(&long, 60).chars().count() <= 61);
        assert!(function(&"<".repeat(100), 60).chars().count() <= 61);
    }
}
