//! Trying something out: what a trial has changed is put back as it was, without a search.

use super::{Flow, Mode};
use crate::NONE;

/// A change with what there was before.
#[derive(Clone, Copy, Debug)]
pub(super) enum Changed {
    /// The toll of a node, by so much.
    Toll(u32, i64),
    /// The pair of a requirement.
    At(u32, u32),
    Mode(u32, Mode),
    Reward(u32, i64),
    /// A unit more through a node.
    More(u32),
    /// A unit less.
    Less(u32),
}

impl Flow {
    #[inline]
    pub(super) fn note(&mut self, changed: Changed) {
        if let Some(journal) = &mut self.journal {
            journal.push(changed);
        }
    }

    /// From now on everything can be put back.
    pub fn begin_trial(&mut self) {
        self.journal = Some(Vec::new());
        self.risen = 0;
    }

    /// Whether what is done now may be put back.
    pub(super) fn on_trial(&self) -> bool {
        self.journal.is_some()
    }

    /// Ends the trial. With `undo` all is as it was, without a search; the tolls too: whatever proves one optimum proves
    /// all, but a trial that was undone would leave dearer ones behind.
    pub fn end_trial(&mut self, undo: bool) {
        let journal = self.journal.take().unwrap_or_default();
        if !undo {
            return;
        }
        for changed in journal.into_iter().rev() {
            match changed {
                Changed::Toll(v, by) => self.move_toll(v as usize, -by),
                Changed::At(q, pair) => self.put(q as usize, pair),
                Changed::Mode(q, mode) => self.set_mode(q as usize, mode),
                Changed::Reward(q, reward) => self.set_share(q as usize, reward),
                Changed::More(v) => self.lower(v as usize),
                Changed::Less(v) => self.lift(v as usize),
            }
        }
        debug_assert!(self.in_order(), "as it was");
    }

    /// Another reward of a requirement, whether or not it is covered.
    pub(super) fn set_share(&mut self, q: usize, reward: i64) {
        self.note(Changed::Reward(q as u32, self.reward[q]));
        if self.task[q].at != NONE {
            self.cost += i128::from(self.reward[q]) - i128::from(reward);
        }
        self.reward[q] = reward;
        self.sit(q);
    }
}

#[cfg(test)]
mod tests {
    use super::super::UNKNOWN;
    use super::*;
    use crate::net::Net;
    use crate::{Builder, Priority};
    use std::sync::Arc;

    #[test]
    fn what_is_seen_in_a_trial_holds_when_it_is_put_back() {
        let mut b = Builder::default();
        let member = b.member(1);
        let resource = b.resource(member, 1);
        let place = b.place(resource, 1);
        b.need(NONE, Priority::Normal);
        b.requirement();
        b.pair(place, 5);
        let instance = b.build().expect("a sound instance");
        let scale = instance.scale();
        let mut flow = Flow::new(Arc::new(Net::new(&instance, &scale, None)), scale);
        assert_eq!(flow.seen(5), 5);
        flow.begin_trial();
        flow.risen = 3;
        assert_eq!(flow.seen(5), 8, "what has risen by then comes down again");
        flow.risen = i64::MAX;
        assert_eq!(flow.seen(5), UNKNOWN, "what cannot be added is not remembered");
    }
}
