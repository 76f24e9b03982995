//! Which exception belongs to which. SDKs that know say it with ids (`mechanism.exception_id`, `parent_id`); without
//! them an event's exceptions are a chain of causes.

use sentry_api::Exception;

/// What an exception is to the one above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// It is what reached the top.
    Thrown,
    /// The one above was raised because of it.
    Cause,
    /// The one above was raised while this one was being handled.
    Context,
    /// One of those that a group holds: its place from 1, and how many there are.
    Member(usize, usize),
    /// It stands beside the others, and nobody says why.
    Beside,
}

/// A place in the order of reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Node {
    /// Among the event's exceptions.
    pub(crate) place: usize,
    /// The thrown one is at 0.
    pub(crate) depth: usize,
    pub(crate) role: Role,
}

/// More than anybody reads; looking for children among all has to end.
const MOST: usize = 200;

/// Each exception before what it holds and what caused it, the thrown one first.
pub(crate) fn order(exceptions: &[Exception<'_>]) -> Vec<Node> {
    // The thrown one comes last, and is what a reader wants even where there are too many.
    let places: Vec<usize> = (0..exceptions.len()).rev().take(MOST).collect();
    let has_parents = exceptions
        .iter()
        .any(|one| one.mechanism.parent_id.is_some());
    if !has_parents {
        let chain = places.into_iter().enumerate();
        return chain
            .map(|(depth, place)| Node {
                place,
                depth: 0,
                role: if depth == 0 {
                    Role::Thrown
                } else {
                    Role::Cause
                },
            })
            .collect();
    }
    let mut walk = Walk {
        exceptions,
        left: places,
        nodes: Vec::new(),
    };
    walk.run();
    walk.nodes
}

struct Walk<'a, 'b> {
    exceptions: &'b [Exception<'a>],
    /// In the order of reading.
    left: Vec<usize>,
    nodes: Vec<Node>,
}

impl Walk<'_, '_> {
    fn run(&mut self) {
        // Roots first; what is left then hangs on nothing that there is, or in a ring.
        for is_any in [false, true] {
            while let Some(root) = self
                .left
                .iter()
                .copied()
                .find(|place| is_any || self.parent(*place).is_none())
            {
                let role = if self.nodes.is_empty() {
                    Role::Thrown
                } else {
                    Role::Beside
                };
                self.take(root, 0, role);
            }
        }
    }

    fn parent(&self, place: usize) -> Option<u64> {
        let mechanism = &self.exceptions.get(place)?.mechanism;
        mechanism
            .parent_id
            .filter(|parent| mechanism.exception_id != Some(*parent))
    }

    /// Each call takes one away, so that it ends; there are at most [`MOST`].
    fn take(&mut self, place: usize, depth: usize, role: Role) {
        self.left.retain(|left| *left != place);
        self.nodes.push(Node { place, depth, role });
        let Some(mechanism) = self.exceptions.get(place).map(|one| &one.mechanism) else {
            return;
        };
        let (Some(id), is_group) = (mechanism.exception_id, mechanism.is_group) else {
            return;
        };
        let left = self.left.iter().copied();
        let children: Vec<usize> = left
            .filter(|child| self.parent(*child) == Some(id))
            .collect();
        let members = children.iter().filter(|child| !self.is_cause(**child));
        let members = if is_group { members.count() } else { 0 };
        let mut member = 0;
        for child in children {
            let role = if is_group && !self.is_cause(child) {
                member += 1;
                Role::Member(member, members)
            } else if self.source(child).contains("context") {
                Role::Context
            } else {
                Role::Cause
            };
            if self.left.contains(&child) {
                self.take(child, depth + 1, role);
            }
        }
    }

    /// Python's `__cause__` and `__context__`, JavaScript's `cause`, Java's and C#'s words for one.
    fn is_cause(&self, place: usize) -> bool {
        let source = self.source(place);
        let source = source.trim_matches('_');
        matches!(source, "cause" | "context" | "InnerException")
    }

    fn source(&self, place: usize) -> &str {
        let exception = self.exceptions.get(place);
        exception
            .and_then(|one| one.mechanism.source.as_deref())
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sentry_api::Mechanism;

    fn exception(id: u64, parent: Option<u64>, is_group: bool, source: &str) -> Exception<'static> {
        Exception {
            mechanism: Mechanism {
                exception_id: Some(id),
                parent_id: parent,
                is_group,
                source: Some(source.to_owned()),
                ..Mechanism::default()
            },
            ..Exception::default()
        }
    }

    fn told(exceptions: &[Exception<'_>]) -> Vec<(u64, usize, Role)> {
        let nodes = order(exceptions).into_iter();
        nodes
            .map(|node| {
                let id = exceptions[node.place].mechanism.exception_id;
                (id.unwrap_or(99), node.depth, node.role)
            })
            .collect()
    }

    #[test]
    fn a_chain_without_ids() {
        let plain = || Exception::default();
        let roles: Vec<_> = order(&[plain(), plain()])
            .iter()
            .map(|node| node.role)
            .collect();
        assert_eq!(roles, [Role::Thrown, Role::Cause]);
        assert!(order(&[]).is_empty());
    }

    #[test]
    fn a_tree() {
        let exceptions = [
            exception(4, Some(1), false, "__context__"),
            exception(3, Some(0), false, "cause"),
            exception(2, Some(0), false, "errors[1]"),
            exception(1, Some(0), false, "errors[0]"),
            exception(0, None, true, ""),
        ];
        assert_eq!(
            told(&exceptions),
            [
                (0, 0, Role::Thrown),
                (1, 1, Role::Member(1, 2)),
                (4, 2, Role::Context),
                (2, 1, Role::Member(2, 2)),
                (3, 1, Role::Cause),
            ]
        );
    }

    #[test]
    fn rings_and_strays_are_each_told_once() {
        let exceptions = [
            exception(1, Some(2), false, ""),
            exception(2, Some(1), false, ""),
            exception(3, Some(3), false, ""),
            exception(4, Some(77), false, ""),
            Exception::default(),
        ];
        let mut places: Vec<_> = order(&exceptions).iter().map(|node| node.place).collect();
        places.sort_unstable();
        assert_eq!(places, [0, 1, 2, 3, 4]);
        let many: Vec<_> = (0..5_000)
            .map(|id| exception(id, id.checked_sub(1), true, ""))
            .collect();
        assert_eq!(order(&many).len(), MOST);
    }
}
