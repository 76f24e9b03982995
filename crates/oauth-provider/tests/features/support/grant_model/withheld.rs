use super::{Answer, Model, Stage, UNKNOWN, Width};

impl Model {
    /// One choice for each width, which needs as much.
    pub fn withhold(&mut self, its_person: bool, choice: Width, now: u64) -> Answer {
        self.settle(now);
        if !its_person || matches!(self.stage, Stage::Nothing | Stage::Closed) {
            return UNKNOWN;
        }
        if !self.withheld.contains(&choice) {
            self.withheld.push(choice);
        }
        let left = (0..3).filter(|width| !self.withheld.contains(width)).max();
        match left {
            None => self.stage = Stage::Closed,
            Some(most) => {
                self.terms.scope = self.terms.scope.min(most);
                if let Stage::Active(active) = &mut self.stage {
                    for access in &mut active.accesses {
                        access.scope = access.scope.min(most);
                    }
                }
            }
        }
        Answer::Left(left.map(|_| self.terms.scope))
    }

    pub fn recall(&mut self, its_person: bool, now: u64) -> Answer {
        self.settle(now);
        if !its_person || matches!(self.stage, Stage::Nothing | Stage::Closed) {
            return UNKNOWN;
        }
        self.stage = Stage::Closed;
        Answer::Done
    }
}
