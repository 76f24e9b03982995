//! A stack's calls in the order of reading, with a recursion told once.

/// A part of a stack. Places are of calls, the newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    /// One call.
    Call(usize),
    /// `length` calls from `start` on, which come `times` times in a row.
    Repeat {
        start: usize,
        length: usize,
        times: usize,
    },
    /// Calls that the SDK left out.
    Omitted(u64),
}

/// The most calls that one round of a recursion has.
const ROUND: usize = 16;

/// A round that comes less often is shown as it is.
const TIMES: usize = 3;

/// `calls[i]` is the number of the call at that place: equal ones are the same call. `omitted` says how many of them, the
/// newest first, come before what was left out.
pub(super) fn fold(calls: &[usize], omitted: Option<(usize, u64)>) -> Vec<Item> {
    let mut items = Vec::new();
    let mut start = 0;
    if let Some((at, count)) = omitted {
        let at = at.min(calls.len());
        part(calls, 0, at, &mut items);
        items.push(Item::Omitted(count));
        start = at;
    }
    part(calls, start, calls.len(), &mut items);
    items
}

fn part(calls: &[usize], mut start: usize, end: usize, items: &mut Vec<Item>) {
    while start < end {
        let mut best = (1, 1);
        for length in 1..=ROUND.min(end - start) {
            let times = times(calls.get(start..end).unwrap_or_default(), length);
            if times >= TIMES && times * length > best.0 * best.1 {
                best = (length, times);
            }
        }
        let (length, times) = best;
        if times < TIMES {
            items.push(Item::Call(start));
            start += 1;
        } else {
            items.push(Item::Repeat {
                start,
                length,
                times,
            });
            start += length * times;
        }
    }
}

/// How often the first `length` calls come in a row.
fn times(calls: &[usize], length: usize) -> usize {
    let mut rounds = calls.chunks_exact(length);
    let Some(first) = rounds.next() else {
        return 0;
    };
    1 + rounds.take_while(|round| *round == first).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recursion_is_told_once() {
        let calls = [9, 1, 2, 1, 2, 1, 2, 1, 7];
        assert_eq!(
            fold(&calls, None),
            [
                Item::Call(0),
                Item::Repeat {
                    start: 1,
                    length: 2,
                    times: 3
                },
                Item::Call(7),
                Item::Call(8)
            ]
        );
        assert_eq!(
            fold(&[5; 40], Some((10, 3))),
            [
                Item::Repeat {
                    start: 0,
                    length: 1,
                    times: 10
                },
                Item::Omitted(3),
                Item::Repeat {
                    start: 10,
                    length: 1,
                    times: 30
                },
            ]
        );
        assert_eq!(
            fold(&[1, 2], Some((99, 4))),
            [Item::Call(0), Item::Call(1), Item::Omitted(4)]
        );
        assert!(fold(&[], None).is_empty());
    }
}
