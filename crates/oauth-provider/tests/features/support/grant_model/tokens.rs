use oauth_provider::grant::Refusal;

use super::{Answer, Asked, Id, Keys, Model, Stage, UNKNOWN};

impl Model {
    pub fn inspect(&mut self, presented: Option<Id>, keys: Keys, now: u64) -> Answer {
        self.settle(now);
        let Stage::Active(active) = &self.stage else {
            return UNKNOWN;
        };
        match active.access(presented, now) {
            Some(access) if keys.open(access.key) => Answer::Valid {
                client: self.terms.client,
                resource: access.resource,
                scope: access.scope,
                ends: access.ends,
                props: self.props,
                withheld: self.withheld.clone(),
            },
            _ => UNKNOWN,
        }
    }

    /// `tagged` for a refresh token.
    pub fn introspect(
        &mut self,
        presented: Option<Id>,
        tagged: bool,
        asked: Asked,
        now: u64,
    ) -> Answer {
        self.settle(now);
        let (limits, terms) = (self.limits, &self.terms);
        let Stage::Active(active) = &self.stage else {
            return UNKNOWN;
        };
        if asked.client != terms.client || asked.strength < terms.strength {
            return UNKNOWN;
        }
        let (resource, scope, ends) = match (&active.family, tagged) {
            (Some(family), true) => {
                let back =
                    presented.and_then(|id| family.chain.iter().rev().position(|one| *one == id));
                match (back, family.previous) {
                    (Some(0), _) => {}
                    (Some(1), Some(previous)) if previous.good(limits, now) => {}
                    _ => return UNKNOWN,
                }
                (terms.resource, terms.scope, family.ends)
            }
            (None, true) => return UNKNOWN,
            (_, false) => match active.access(presented, now) {
                Some(access) => (access.resource, access.scope, access.ends),
                None => return UNKNOWN,
            },
        };
        Answer::Introspected {
            resource,
            scope,
            opened: terms.opened,
            ends,
        }
    }

    pub fn revoke(
        &mut self,
        presented: Option<Id>,
        tagged: bool,
        asked: Asked,
        now: u64,
    ) -> Answer {
        self.settle(now);
        let terms = &self.terms;
        let Stage::Active(active) = &mut self.stage else {
            return Answer::Done;
        };
        let known = if tagged {
            let chain = active.family.as_ref().map(|family| &family.chain);
            chain.is_some_and(|chain| presented.is_some_and(|id| chain.contains(&id)))
        } else {
            let mut ids = active.accesses.iter().map(|access| Some(access.id));
            presented.is_some() && ids.any(|id| id == presented)
        };
        if asked.client == terms.client && known && asked.strength < terms.strength {
            return Answer::Refused(Refusal::Strength);
        }
        if asked.client != terms.client || asked.strength < terms.strength {
            return Answer::Done;
        }
        if !tagged {
            active
                .accesses
                .retain(|access| Some(access.id) != presented);
        } else if let (Some(family), Some(id)) = (&active.family, presented)
            && family.chain.contains(&id)
        {
            self.stage = Stage::Closed;
        }
        self.settle(now);
        Answer::Done
    }

    pub fn reseal(&mut self, presented: Option<Id>, keys: Keys, now: u64) -> Answer {
        self.settle(now);
        let Stage::Active(active) = &self.stage else {
            return UNKNOWN;
        };
        let listed = active.accesses.iter().find(|a| Some(a.id) == presented);
        let key = listed.map(|access| access.key).or_else(|| {
            let family = active.family.as_ref()?;
            match family
                .chain
                .iter()
                .rev()
                .position(|id| Some(*id) == presented)?
            {
                0 => Some(family.key),
                1 => family.previous.map(|previous| previous.key),
                _ => None,
            }
        });
        if !key.is_some_and(|key| keys.open(key)) {
            return UNKNOWN;
        }
        self.props += 1;
        Answer::Done
    }
}
