//! A text as words that can be compared: small, without accents and endings, each beside what it means. What has no
//! spaces is read by the words that it contains, and by pairs of characters where it contains none that is known.

use std::sync::OnceLock;

use super::recognized;

/// A line for each meaning: its name, then words and beginnings of words for it, in any language. Two words that stand
/// beside each other are also looked up as one ("set up" as `setup`).
const MEANINGS: &str = include_str!("words.txt");

/// So long must a word be that also stands for the words that begin with it.
const BEGINNING: usize = 5;

/// So long must a word be that is found at the end of a compound ("Datenbankabfragen").
const PART: usize = 6;

/// So many characters of a text are read.
const MOST: usize = 2_000;

/// Words that stand in every question.
const STOP: &str = " a an and are as at be been by can could do does did for from has have i in is it its me my of on \
    or our so some that the their them there these they this those to up us was we were what with would you your am \
    der die das den dem ein eine einen einem ist im mit zu von mir uns wir was \
    le la les un une des du de ce cette cet est en et nous je ne moi sur \
    el los las una esta este estas del y por con que nos ";

/// A word, hashed: they are only ever compared.
pub(super) type Word = u32;

/// The words of a text.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let mut before = String::new();
    let end = text
        .char_indices()
        .nth(MOST)
        .map_or(text.len(), |(at, _)| at);
    for piece in text.get(..end).unwrap_or_default().split_whitespace() {
        let rest = recognized::read(piece, &mut |name| found.push(hash(name)));
        parts(rest, &mut |part| {
            let together = [&before, part].concat();
            if let Some((meaning, _)) = meaning(&together).filter(|_| !before.is_empty()) {
                found.push(meaning);
            }
            part_words(part, &mut found);
            before.clear();
            before.push_str(part);
        });
    }
    found
}

fn part_words(part: &str, found: &mut Vec<Word>) {
    if !part.is_ascii() {
        return without_spaces(part, found);
    }
    if part.len() < 2 || is_stop(part) {
        return;
    }
    let own = hash(stem(part));
    let begin = meaning(part);
    let of_end = || (1..=part.len().saturating_sub(PART)).find_map(|at| ends(part.get(at..)?));
    let is_long = part.len() >= BEGINNING + PART;
    let end = is_long.then(of_end).flatten();
    let meant = begin.map(|(meaning, _)| meaning);
    found.push(own);
    found.extend(meant.filter(|word| *word != own));
    found.extend(end.filter(|word| *word != own && Some(*word) != meant));
}

fn ends(rest: &str) -> Option<Word> {
    meaning(rest)
        .filter(|(_, length)| *length >= PART)
        .map(|(meaning, _)| meaning)
}

/// Reads a run of characters as Japanese writes them.
fn without_spaces(run: &str, found: &mut Vec<Word>) {
    let mut rest = run;
    let mut unknown = "";
    while let Some(first) = rest.chars().next() {
        let length = match meaning(rest) {
            Some((meaning, length)) => {
                found.push(meaning);
                unknown = "";
                length
            }
            None => {
                let from = run.len() - rest.len() - unknown.len();
                let to = run.len() - rest.len() + first.len_utf8();
                if !unknown.is_empty() {
                    found.push(hash(run.get(from..to).unwrap_or_default()));
                }
                unknown = rest.get(..first.len_utf8()).unwrap_or_default();
                first.len_utf8()
            }
        };
        rest = rest.get(length..).unwrap_or_default();
    }
}

/// Calls `each` with the runs of letters and digits, small and without accents; also at the borders of `camelCase` and
/// between scripts.
fn parts(text: &str, each: &mut dyn FnMut(&str)) {
    let mut part = String::new();
    let mut last = ' ';
    for char in text.chars().chain([' ']) {
        let plain = plain(char);
        let is_part = plain.is_ascii_alphanumeric() || !plain.is_ascii();
        let is_border = char.is_ascii_uppercase() && last.is_ascii_lowercase()
            || plain.is_ascii() == part.starts_with(|first: char| !first.is_ascii());
        if (!is_part || is_border) && !part.is_empty() {
            each(&part);
            part.clear();
        }
        if is_part {
            part.push(plain);
            if char == 'ß' {
                part.push(plain);
            }
        }
        last = char;
    }
}

fn plain(char: char) -> char {
    const ACCENTS: [(&str, char); 8] = [
        ("àáâãäåÀÁÂÄ", 'a'),
        ("èéêëÈÉÊË", 'e'),
        ("ìíîïÍÎ", 'i'),
        ("òóôõöÓÔÖ", 'o'),
        ("ùúûüÚÛÜ", 'u'),
        ("ñÑ", 'n'),
        ("çÇ", 'c'),
        ("ß", 's'),
    ];
    if char.is_ascii() {
        return char.to_ascii_lowercase();
    }
    let found = ACCENTS.iter().find(|(all, _)| all.contains(char));
    match found {
        Some((_, plain)) => *plain,
        // Punctuation of other scripts, and what is not part of a word.
        None if char.is_alphanumeric() => char,
        None => ' ',
    }
}

fn is_stop(word: &str) -> bool {
    let mut known = STOP.split(' ');
    known.any(|stop| stop == word)
}

/// Without the endings of plurals and verbs.
fn stem(word: &str) -> &str {
    let mut word = word;
    for (ending, least) in [("s", 4), ("ing", 6), ("ed", 5), ("e", 5)] {
        if word.len() >= least && !word.ends_with("ss") {
            word = word.strip_suffix(ending).unwrap_or(word);
        }
    }
    // "queries" and "query", "dropped" and "drop".
    let word = word
        .strip_suffix("ie")
        .or(word.strip_suffix(['y', 'i']))
        .unwrap_or(word);
    let mut ends = word.chars().rev();
    match (ends.next(), ends.next()) {
        (Some(one), Some(other)) if one == other && one.is_ascii() && word.len() > 3 => {
            word.get(..word.len() - 1).unwrap_or(word)
        }
        _ => word,
    }
}

/// What a word or the beginning of a longer one means, and how much of it was read.
fn meaning(word: &str) -> Option<(Word, usize)> {
    static KNOWN: OnceLock<Vec<Vec<(&'static str, Word)>>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        let mut known = vec![Vec::new(); 256];
        for line in MEANINGS.lines() {
            let name = hash(stem(line.split(' ').next().unwrap_or_default()));
            for word in line.split(' ') {
                if let Some(same) = known.get_mut(first(word)) {
                    same.push((word, name));
                }
            }
        }
        known
    });
    let mut best: Option<(Word, usize)> = None;
    for (entry, meaning) in known.get(first(word))? {
        let is_beginning = entry.len() >= BEGINNING || !entry.is_ascii();
        let is_it = if is_beginning {
            word.starts_with(entry)
        } else {
            word == *entry
        };
        if is_it && best.is_none_or(|(_, length)| length < entry.len()) {
            best = Some((*meaning, entry.len()));
        }
    }
    best
}

fn first(word: &str) -> usize {
    word.bytes().next().map_or(0, usize::from)
}

/// FNV-1a.
fn hash(word: &str) -> Word {
    let mix = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    word.bytes().fold(0x811c_9dc5, mix)
}
