//! A long text, a screen at a time.

/// Lines that fit into a screen's width, by the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pages {
    /// Each at most as many lines as asked for; there is at least one page.
    pub pages: Vec<Vec<String>>,
    /// Lines in all.
    pub lines: usize,
}

/// Breaks every line after `width` columns, wherever that is, so that none runs out of the window, and counts off pages
/// of `height` lines. The text must be one of [`crate::json`] or [`crate::plain`]; most of its signs are a column wide,
/// and those that may be two are counted so.
#[must_use]
pub fn pages(text: &str, width: usize, height: usize) -> Pages {
    let (width, height) = (width.max(8), height.max(1));
    let mut lines = Vec::new();
    for line in text.split('\n') {
        let mut begun = String::new();
        let mut columns = 0;
        for sign in line.chars() {
            let wide = if u32::from(sign) < 0x1100 { 1 } else { 2 };
            if columns + wide > width {
                lines.push(std::mem::take(&mut begun));
                columns = 0;
            }
            begun.push(sign);
            columns += wide;
        }
        lines.push(begun);
    }
    Pages {
        lines: lines.len(),
        pages: lines.chunks(height).map(<[String]>::to_vec).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_text_is_one_page() {
        assert_eq!(pages("a\nb", 80, 20).pages, [["a", "b"]]);
        assert_eq!(pages("", 80, 20).pages, [[""]]);
    }

    #[test]
    fn long_lines_are_broken_and_nothing_is_lost() {
        let found = pages(&format!("{}\nb\n漢字漢字漢", "a".repeat(20)), 8, 2);
        assert_eq!(found.lines, 6);
        let pages = found.pages;
        assert_eq!(
            pages,
            [["aaaaaaaa", "aaaaaaaa"], ["aaaa", "b"], ["漢字漢字", "漢"]]
        );
    }
}
