//! Okapi BM25 over a few short documents: rare words of the query say more than common ones, and a long document does
//! not win by length. What a word is, and what it means, is in [`words`].
// file rule: mcp/search-ranking: `search_sentry_tools` ranks by BM25

use crate::text::order;

mod recognized;
mod words;

use words::{Word, words};

/// The words of a document, each with how often it counts.
#[derive(Debug, Default)]
pub(crate) struct Document {
    words: Vec<(Word, u32)>,
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

    fn count(&self, word: Word) -> u32 {
        let mut words = self.words.iter();
        words
            .find(|(known, _)| *known == word)
            .map_or(0, |(_, count)| *count)
    }
}

/// How fast a word that comes again counts less.
const SATURATION: f64 = 3.0;

/// How much the length matters.
const LENGTH: f64 = 0.3;

/// The `most` best documents that share a word with the query, by place, the best first; equals keep their order.
pub(crate) fn rank(query: &str, documents: &[&Document], most: usize) -> Vec<usize> {
    let total = documents.len() as f64;
    let mut average = 1.0;
    for document in documents {
        average += f64::from(document.length) / total;
    }
    let mut scores = vec![0.0_f64; documents.len()];
    let mut terms: Vec<Word> = Vec::new();
    for term in words(query).into_iter().take(64) {
        if terms.contains(&term) {
            continue;
        }
        terms.push(term);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> Document {
        let mut document = Document::default();
        document.add(text, 1);
        document
    }

    #[test]
    fn rare_words_win() {
        let documents = ["find issue", "find issue trace", "find issue", "memo"].map(document);
        let documents: Vec<_> = documents.iter().collect();
        assert_eq!(rank("find the trace", &documents, 9), [1, 0, 2]);
        assert_eq!(rank("nothing", &documents, 9), [0_usize; 0]);
        assert_eq!(rank("", &[], 9), [0_usize; 0]);
    }

    // rule: mcp/search-languages: a request is found by what it means: synonyms, endings, compounds, accents, other
    //    languages, and ids and addresses by their shape
    #[test]
    fn a_meaning_is_found_in_other_words() {
        let documents = [
            "database",
            "issue",
            "release",
            "assign",
            "aurl",
            "ahexid",
            "anissueid",
            "aversion",
            "apath",
            "aspanid",
            "adocurl",
            "outsideurl",
            "unresolved",
            "create",
        ];
        let texts = documents.map(document);
        let texts: Vec<_> = texts.iter().collect();
        for (request, meant) in [
            ("Datenbankabfragen", "database"),
            ("langsame Kundendatenbank", "database"),
            ("les problèmes", "issue"),
            ("バグが多い", "issue"),
            ("what did we SHIP", "release"),
            ("asígnalo", "assign"),
            ("未解決", "unresolved"),
            ("please set up one", "create"),
            ("see https://acme.sentry.io/", "aurl"),
            ("(https://own.example/organizations/acme/)", "aurl"),
            ("https://docs.sentry.io/product/", "adocurl"),
            ("https://example.com/health", "outsideurl"),
            ("0af7651916cd43dd8448eb211c80319c", "ahexid"),
            ("0af76519-16cd-43dd-8448-eb211c80319c", "ahexid"),
            ("00f067aa0ba902b7", "aspanid"),
            ("“BACKEND-1”", "anissueid"),
            ("BACKEND-1の", "anissueid"),
            ("shop@5.0.0", "aversion"),
            ("v2.3", "aversion"),
            ("/api/orders", "apath"),
        ] {
            let found = rank(request, &texts, 1);
            let found = found.first().and_then(|place| documents.get(*place));
            assert_eq!(found, Some(&meant), "{request}");
        }
        for nothing in [
            "on-call", "ON-CALL", "e.g.", "a/b", "12", "/", "://", "-1", "@", "ß", "…",
        ] {
            assert_eq!(rank(nothing, &texts, 1), [0_usize; 0], "{nothing}");
        }
    }
}
