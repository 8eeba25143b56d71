//! A solve as it is seen from outside: how far it is, and whether it goes on.

use std::sync::atomic::{AtomicBool, Ordering};

/// How far a solve is, and whether it goes on.
pub struct Watch<'a> {
    tell: &'a (dyn Fn(Phase, u8) -> bool + Sync),
    stopped: AtomicBool,
}

/// What a solve is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The optimum of the flow.
    Flow,
    /// The bound where needs have several requirements.
    Relax,
    /// Which of them are in.
    Search,
    /// What is left of the gap.
    Prove,
}

impl<'a> Watch<'a> {
    /// `tell` hears the phase and how much of it is done, in percent, and says whether to go on. Where it says no, the
    /// best plan so far is the answer, with what is proved of it: so come deadlines and cancelling from outside.
    pub fn new(tell: &'a (dyn Fn(Phase, u8) -> bool + Sync)) -> Watch<'a> {
        Watch { tell, stopped: AtomicBool::new(false) }
    }

    /// Never stops.
    pub fn none() -> Watch<'static> {
        Watch { tell: &|_, _| true, stopped: AtomicBool::new(false) }
    }

    pub(crate) fn go_on(&self, phase: Phase, done: usize, of: usize) -> bool {
        if !self.stopped() && !(self.tell)(phase, (done * 100 / of.max(1)).min(100) as u8) {
            self.stopped.store(true, Ordering::Relaxed);
        }
        !self.stopped()
    }

    /// Whether it was told to stop.
    pub(crate) fn stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}
