use super::{Access, Active, Answer, Asked, At, HOUR, Id, Limits, Previous, Successor, Terms};

impl Previous {
    pub(super) fn age(self, now: u64) -> u64 {
        now - self.used
    }

    pub(super) fn good(self, limits: Limits, now: u64) -> bool {
        let lenient =
            !limits.strict && self.age(now) <= limits.late && self.late < limits.late_retries;
        self.age(now) <= limits.grace || lenient
    }
}

impl Active {
    pub(super) fn ends(&self, terms: &Terms) -> u64 {
        let tokens = match &self.family {
            Some(family) => family.ends,
            None => self
                .accesses
                .iter()
                .map(|access| access.ends)
                .max()
                .unwrap_or(0),
        };
        tokens.min(terms.ends)
    }

    pub(super) fn access(&self, presented: Option<Id>, now: u64) -> Option<&Access> {
        let live = |access: &&Access| Some(access.id) == presented && access.ends > now;
        self.accesses.iter().find(live)
    }

    pub(super) fn issue(
        &mut self,
        refresh: Successor,
        asked: Asked,
        terms: &Terms,
        limits: Limits,
        at: At,
    ) -> Answer {
        let At { keys, next, now } = at;
        let grant_ends = self
            .family
            .as_ref()
            .map_or(terms.ends, |family| family.ends);
        let ends = grant_ends.min(now + limits.access);
        let scope = asked.scope.unwrap_or(terms.scope).min(terms.scope);
        self.accesses.retain(|access| access.ends > now);
        self.accesses.push(Access {
            id: next,
            ends,
            key: keys.current,
            resource: asked.resource.unwrap_or(terms.resource),
            scope,
        });
        if self.accesses.len() > limits.accesses {
            self.accesses.remove(0);
        }
        let daily = now - self.chores >= 24 * HOUR;
        if daily {
            self.chores = now;
        }
        let look = terms.described && now - self.looked >= HOUR;
        if look {
            self.looked = now;
        }
        Answer::Issued {
            expires_in: ends - now,
            refresh,
            scope,
            daily,
            look,
        }
    }
}
