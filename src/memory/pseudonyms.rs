//! What people are called in the log: a keyed hash of Sentry's id, which tells one from another and names nobody. It changes
//! with the key.

use std::cell::RefCell;

use oauth_provider::crypto::{KeyRing, Purpose};

use crate::runtime::hex::hex;

/// Few, since they are looked through: an isolate has few callers at a time.
const MOST: usize = 50;

thread_local! {
    /// Ids and pseudonyms: deriving a key and hashing cost more than the rest of a line.
    static KNOWN: RefCell<Vec<[String; 2]>> = RefCell::default();
}

/// The pseudonym of the person with this id; of nobody an empty one.
pub fn pseudonym(subject: &str, keys: &KeyRing) -> String {
    if subject.is_empty() {
        return String::new();
    }
    KNOWN.with_borrow_mut(|known| {
        if let Some([_, name]) = known.iter().find(|[id, _]| id == subject) {
            return name.clone();
        }
        let digest = keys.digest(Purpose::LogPerson, subject.as_bytes());
        let name = hex(digest.first_chunk::<8>().map_or(&[], |digest| digest));
        if known.len() >= MOST {
            known.clear();
        }
        known.push([subject.to_owned(), name.clone()]);
        name
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: tokens/pseudonyms: the log names people by a keyed hash
    #[test]
    fn a_person_has_one_name_that_is_not_theirs() {
        let keys = KeyRing::parse("key", 1).unwrap();
        let ada = pseudonym("1001", &keys);
        assert_eq!(ada, pseudonym("1001", &keys));
        assert_ne!(ada, pseudonym("1002", &keys));
        assert_eq!((ada.len(), pseudonym("", &keys).len()), (16, 0));
        // Who knows the id and not the key cannot make the name.
        KNOWN.with_borrow_mut(Vec::clear);
        let other = KeyRing::parse("another key", 1).unwrap();
        assert_ne!(ada, pseudonym("1001", &other));
        for number in 0..3 * MOST {
            pseudonym(&number.to_string(), &keys);
        }
        assert!(KNOWN.with_borrow(Vec::len) <= MOST);
    }
}
