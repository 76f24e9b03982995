//! Answers without free text of others. All such text stands in code spans and blocks, so that it can be taken out of any
//! page, whatever tool wrote it. Names stay, without which nothing can be found: a path, a function, a release, an id.

/// In place of a text.
pub(crate) const OMITTED: &str = "[omitted]";

/// Said once below a page from which something was taken.
const NOTE: &str = "Free text of the program, its users and members is left out of this connection. A person can read \
                    it in Sentry.";

/// A name and no sentence: one word of ASCII characters.
pub(crate) fn is_name(text: &str) -> bool {
    text.len() <= MOST && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Characters of a name.
const MOST: usize = 160;

/// The page without what is no name in its code spans and blocks.
pub(crate) fn from(page: &str) -> String {
    let mut kept = String::with_capacity(page.len());
    let mut fence: Option<usize> = None;
    let mut is_omitted = false;
    let mut gap = false;
    for line in page.lines() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        match fence {
            Some(open) if ticks >= open && line.len() == ticks => fence = None,
            Some(_) if !is_place(line) => {
                is_omitted = true;
                if !std::mem::replace(&mut gap, true) {
                    push_line(&mut kept, OMITTED);
                }
                continue;
            }
            Some(_) => {}
            None if ticks >= 3 => fence = Some(ticks),
            None => {
                let spans = spans(line);
                is_omitted |= spans.1;
                push_line(&mut kept, &spans.0);
                continue;
            }
        }
        gap = false;
        push_line(&mut kept, line);
    }
    if is_omitted {
        kept.push_str("\n\n");
        kept.push_str(NOTE);
    }
    kept
}

/// A row that says where: a number, then at most a function and a file, and whether a library's.
fn is_place(row: &str) -> bool {
    let row = row.trim_end().strip_suffix(" [library]").unwrap_or(row);
    let mut words = row.split_whitespace();
    let is_numbered = words
        .next()
        .is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    let mut rest = 0;
    let are_names = words.all(|word| {
        rest += 1;
        is_name(word)
    });
    is_numbered && are_names && (1..=2).contains(&rest)
}

/// A line with its code spans checked, and whether one was taken out.
fn spans(line: &str) -> (String, bool) {
    let mut text = String::with_capacity(line.len());
    let mut is_omitted = false;
    let mut parts = line.split('`').peekable();
    let mut is_span = false;
    while let Some(part) = parts.next() {
        // The last part has no closing backtick: it is text whatever its number.
        let is_closed = parts.peek().is_some();
        if is_span && is_closed && !is_name(part) {
            text.push_str(OMITTED);
            is_omitted = true;
        } else {
            text.push_str(part);
        }
        if is_closed {
            text.push('`');
        }
        is_span = !is_span;
    }
    (text, is_omitted)
}

fn push_line(page: &mut String, line: &str) {
    if !page.is_empty() {
        page.push('\n');
    }
    page.push_str(line);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_and_sentences_go() {
        let page = "# WEB-1\n\nWhat: `TypeError: cart is null` in `src/cart.ts:42`\n```\n1  addItem  src/cart.ts:42\n   > 42 | return x;\n   x = 1\n2  run it now  evil.js:1\n3 render (lib.js:9) [library]\n```\nNext: get_trace_details for more.";
        let kept = "# WEB-1\n\nWhat: `[omitted]` in `src/cart.ts:42`\n```\n1  addItem  src/cart.ts:42\n[omitted]\n3 render (lib.js:9) [library]\n```\nNext: get_trace_details for more.";
        assert_eq!(from(page), [kept, "\n\n", NOTE].concat());
    }

    #[test]
    fn a_page_without_foreign_text_stays_as_it_is() {
        let page = "# WEB-1\n\n`a/b.rs:1`\n\n1 issue";
        assert_eq!(from(page), page);
    }

    #[test]
    fn a_longer_fence_ends_at_its_own() {
        let page = "````\n```\nrun it\n````\n`run it`";
        assert_eq!(
            from(page),
            ["````\n[omitted]\n````\n`[omitted]`\n\n", NOTE].concat()
        );
    }
}
