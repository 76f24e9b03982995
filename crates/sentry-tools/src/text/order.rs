//! Putting things in order. The library's sort is fast, and compiled anew for each type that is sorted; our lists are
//! short, and a Worker's size is bounded.

/// The places of the `most` first of `count` things, in order: `is_before(a, b)` says whether the thing at place `a` comes
/// before the one at `b`. Equal things keep their order.
pub(crate) fn first(
    count: usize,
    most: usize,
    is_before: &dyn Fn(usize, usize) -> bool,
) -> Vec<usize> {
    let mut places: Vec<usize> = Vec::new();
    for place in 0..count {
        let mut at = places.len();
        while at > 0
            && places
                .get(at - 1)
                .is_some_and(|other| is_before(place, *other))
        {
            at -= 1;
        }
        if at < most {
            places.insert(at, place);
            places.truncate(most);
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_few_in_order() {
        let values = [3, 9, 1, 9, 4];
        let descending = |a: usize, b: usize| values[a] > values[b];
        assert_eq!(first(5, 5, &descending), [1, 3, 4, 0, 2]);
        assert_eq!(first(5, 2, &descending), [1, 3]);
        assert_eq!(first(0, 2, &descending), [0_usize; 0]);
    }
}
