use std::collections::BTreeMap;

use super::effects::DAY;
use super::{HOUR, Id, Keys, Model, Stage};

impl Model {
    /// All that decides how it goes on, with times as distances from `now` and tokens renamed by `name`.
    pub fn outlook(
        &self,
        now: u64,
        keys: Keys,
        name: &impl Fn(Id) -> usize,
    ) -> BTreeMap<&'static str, Vec<u64>> {
        let mut seen = BTreeMap::new();
        let key = |key: u32| u64::from(keys.current + 1 - key.max(keys.oldest - 1));
        seen.insert("keys", vec![u64::from(keys.current - keys.oldest)]);
        let ahead = |time: u64| time.saturating_sub(now);
        // Beyond the last limit, all ages are one.
        let age = |time: u64, limit: u64| now.saturating_sub(time).min(limit + 1);
        seen.insert("approval", vec![ahead(self.approval_ends)]);
        match &self.stage {
            Stage::Nothing | Stage::Closed => {}
            Stage::Pending {
                key: of,
                ends,
                wrong,
                ..
            } => {
                seen.insert("pending", vec![key(*of), ahead(*ends), u64::from(*wrong)]);
            }
            Stage::Active(active) => {
                seen.insert(
                    "ends",
                    vec![ahead(self.terms.ends), self.terms.strength as u64],
                );
                seen.insert(
                    "gone",
                    vec![
                        u64::from(active.gone),
                        active.gone_since.map_or(u64::MAX, |since| age(since, HOUR)),
                    ],
                );
                if self.terms.described {
                    seen.insert("looked", vec![age(active.looked, HOUR)]);
                }
                seen.insert("chores", vec![age(active.chores, 24 * HOUR)]);
                for access in &active.accesses {
                    let of = [
                        ahead(access.ends),
                        key(access.key),
                        u64::from(access.resource),
                        u64::from(access.scope),
                    ];
                    seen.entry("access").or_default().extend(of);
                    seen.entry("access")
                        .or_default()
                        .push(name(access.id) as u64);
                }
                if let Some(family) = &active.family {
                    let previous = family
                        .previous
                        .map(|p| [key(p.key), age(p.used, self.limits.late), u64::from(p.late)]);
                    seen.insert(
                        "family",
                        vec![
                            ahead(family.ends),
                            key(family.key),
                            family.chain.len().min(3) as u64,
                        ],
                    );
                    let used = family.previous.map_or(self.terms.opened, |p| p.used);
                    seen.insert("today", vec![u64::from(used / DAY == now / DAY)]);
                    seen.insert("previous", previous.into_iter().flatten().collect());
                }
            }
        }
        seen
    }
}
