//! Okapi BM25 over a few short documents: rare words of the query say more than common ones, and a long document does
//! not win by length.
// file rule: mcp/search-ranking: `search_sentry_tools` ranks by BM25

use crate::text::order;

/// The words of a document, each with how often it counts.
#[derive(Debug, Default)]
pub(crate) struct Document {
    words: Vec<(String, u32)>,
    length: u32,
}

impl Document {
    /// Adds a text whose words count `weight` times.
    pub(crate) fn add(&mut self, text: &str, weight: u32) {
        for word in words(text) {
            self.length += weight;
            match self.words.iter_mut().find(|(known, _)| *known == word) {
                Some((_, count)) => *count += weight,
                None => self.words.push((word, weight)),
            }
        }
    }

    fn count(&self, word: &str) -> u32 {
        let mut words = self.words.iter();
        words
            .find(|(known, _)| known == word)
            .map_or(0, |(_, count)| *count)
    }
}

/// How fast a word that comes again counts less.
const SATURATION: f64 = 1.2;

/// How much the length matters.
const LENGTH: f64 = 0.75;

/// The `most` best documents that share a word with the query, by place, the best first; equals keep their order.
pub(crate) fn rank(query: &str, documents: &[&Document], most: usize) -> Vec<usize> {
    let total = documents.len() as f64;
    let mut average = 1.0;
    for document in documents {
        average += f64::from(document.length) / total;
    }
    let mut scores = vec![0.0_f64; documents.len()];
    for term in words(query).iter().take(32) {
        let having = documents.iter().filter(|each| each.count(term) > 0).count() as f64;
        let rarity = (1.0 + (total - having + 0.5) / (having + 0.5)).ln();
        for (document, score) in documents.iter().zip(&mut scores) {
            let count = f64::from(document.count(term));
            let length = 1.0 - LENGTH + LENGTH * f64::from(document.length) / average;
            *score += rarity * count * (SATURATION + 1.0) / (count + SATURATION * length);
        }
    }
    let score = |place: usize| scores.get(place).copied().unwrap_or_default();
    let mut best = order::first(scores.len(), most, &|one, other| score(one) > score(other));
    best.retain(|place| score(*place) > 0.0);
    best
}

/// Words that stand in every question.
const STOP: &[&str] = &[
    "a", "an", "and", "for", "from", "in", "is", "it", "of", "on", "or", "the", "to", "what",
    "which", "with",
];

/// Lower case, at the borders of `camelCase` and `snake_case`, without a plural's `s`.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut was_lower = false;
    for char in text.chars().take(2_000).chain([' ']) {
        let is_part = char.is_ascii_alphanumeric() || !char.is_ascii();
        let is_end = !is_part || (char.is_ascii_uppercase() && was_lower);
        if is_end && let Some(word) = root(std::mem::take(&mut word)) {
            words.push(word);
        }
        if is_part {
            word.push(char.to_ascii_lowercase());
        }
        was_lower = char.is_ascii_lowercase();
    }
    words
}

fn root(mut word: String) -> Option<String> {
    if word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("us") {
        word.pop();
        // "queries" in the form of "query".
        if word.ends_with("ie") {
            word.truncate(word.len() - 2);
            word.push('y');
        }
    }
    (!word.is_empty() && !STOP.contains(&word.as_str())).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_taken_apart() {
        assert_eq!(
            words("get_issue_tagValues"),
            ["get", "issue", "tag", "value"]
        );
        assert_eq!(
            words("The DSNs of (some) queries, status"),
            ["dsn", "some", "query", "status"]
        );
    }

    #[test]
    fn rare_words_win() {
        let texts = ["find issue", "find issue trace", "find issue", "note"];
        let documents: Vec<_> = texts
            .iter()
            .map(|text| {
                let mut document = Document::default();
                document.add(text, 1);
                document
            })
            .collect();
        let documents: Vec<_> = documents.iter().collect();
        assert_eq!(rank("find the trace", &documents, 9), [1, 0, 2]);
        assert_eq!(rank("nothing", &documents, 9), [0_usize; 0]);
        assert_eq!(rank("", &[], 9), [0_usize; 0]);
    }
}
