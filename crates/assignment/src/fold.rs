//! Places of a resource that are one to those who come.
//!
//! A resource has a place for every quarter. Where whoever may come to one of them may come to all before it as well, and
//! each is worth less than the one before by the same points for everybody, it does not matter who comes when: units fill
//! the places from the first on, so that what the n-th costs hangs on n alone. One pair then stands for all places of the
//! resource that a requirement may come to. How late it may come is a set around those who may come no later, of as many
//! units as these places have (Jackson's rule: whoever has to come sooner comes first, and if that fits all fit).
//!
//! The plan is the same, and so is what it is worth; the net has half as many pairs, and none of the ways on which units of
//! a resource only change quarters.

use crate::net::Lists;
use crate::threads::at_once;
use crate::{BANNED, Instance, NONE};
use std::ops::Range;

/// A place of a folded resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Slot {
    pub place: u32,
    /// Units here and in the places before.
    pub until: u32,
    /// Points that a unit here is worth less than one in the first place.
    pub less: i32,
    /// Requirements that may come here and no later.
    pub last: u32,
}

/// Which resources are folded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fold {
    /// The places of each resource in the order in which they fill; none where it is not folded.
    pub slots: Lists<Slot>,
    /// The first pair of each requirement at each resource.
    pub runs: Lists<u32>,
}

/// What is known of a resource while the pairs are looked through.
#[derive(Clone, Copy)]
struct Seen {
    /// How many of its places have been asked for, or [`NONE`]: it cannot be folded.
    length: u32,
    /// The requirement that asked last.
    by: u32,
}

impl Fold {
    /// Looks through the pairs. `None` where no resource can be folded.
    pub fn of(i: &Instance) -> Option<Fold> {
        let resources = i.resource_cap.len();
        let mut start = vec![0u32; resources + 1];
        for r in &i.place_resource {
            start[*r as usize + 1] += 1;
        }
        if start.iter().all(|places| *places <= 1) {
            return None;
        }
        for r in 0..resources {
            start[r + 1] += start[r];
        }
        let all = i.requirements();
        let found = |some: &Range<usize>| Found::of(i, &start, some.clone());
        // A flow takes one thread, as `cargo bench` says; what is no flow has a second one anyway.
        let Found { mut seen, slots, runs } = if i.is_flow() {
            found(&(0..all))
        } else {
            at_once(&[0..all / 2, all / 2..all], found).into_iter().reduce(|a, b| a.and(b, &start))?
        };
        // A lower bound, or what is favoured, is of one place.
        for (known, _) in seen.iter_mut().zip(&i.resource_floor).filter(|(_, floor)| **floor > 0) {
            known.length = NONE;
        }
        for (r, _) in i.place_resource.iter().zip(&i.place_floor).filter(|(_, floor)| **floor > 0) {
            seen[*r as usize].length = NONE;
        }
        for pair in i.favoured.iter().filter(|p| **p != NONE) {
            seen[i.resource_of(i.place_of(*pair as usize))].length = NONE;
        }
        let folded = |r: usize| seen[r].length != NONE && seen[r].length > 1;
        if !(0..resources).any(folded) {
            return None;
        }
        let mut fold: Lists<Slot> = Lists { start: vec![0], item: Vec::new() };
        for r in 0..resources {
            if folded(r) {
                let from = fold.item.len();
                fold.item.extend(&slots[start[r] as usize..][..seen[r].length as usize]);
                let mut until = 0u32;
                for slot in &mut fold.item[from..] {
                    until = until.saturating_add(i.place_cap[slot.place as usize]);
                    slot.until = until;
                }
            }
            fold.start.push(fold.item.len() as u32);
        }
        Some(Fold { slots: fold, runs })
    }
}

/// What some requirements say of the resources.
struct Found {
    seen: Vec<Seen>,
    /// The places of each resource as far as they are seen; it has room for all of them.
    slots: Vec<Slot>,
    runs: Lists<u32>,
}

impl Found {
    /// Looks through their pairs. `start`: where the places of each resource begin.
    fn of(i: &Instance, start: &[u32], some: Range<usize>) -> Found {
        let mut seen = vec![Seen { length: 0, by: NONE }; start.len() - 1];
        let mut slots = vec![Slot::default(); i.place_cap.len()];
        // As much as there can be at most, of all requirements: memory that is not used costs nothing, to move it does.
        let mut start_of = Vec::with_capacity(i.requirements() + 1);
        start_of.push(0);
        let mut runs: Lists<u32> = Lists { start: start_of, item: Vec::with_capacity(i.pairs()) };
        for q in some {
            let pairs = i.pairs_of(q);
            let mut first = pairs.start as u32;
            let mut rest = (&i.pair_place[pairs.clone()], &i.pair_score[pairs]);
            while let ([place, ..], scores) = rest {
                runs.item.push(first);
                let r = i.place_resource[*place as usize];
                let run = rest.0.iter().take_while(|p| i.place_resource[**p as usize] == r).count();
                let r = r as usize;
                let known = &mut seen[r];
                if known.length != NONE {
                    let slots = &mut slots[start[r] as usize..start[r + 1] as usize];
                    let sound = known.by != q as u32
                        && follows(&rest.0[..run], &scores[..run], slots, known.length as usize);
                    known.by = q as u32;
                    known.length = if sound { known.length.max(run as u32) } else { NONE };
                }
                first += run as u32;
                rest = (&rest.0[run..], &scores[run..]);
            }
            runs.start.push(runs.item.len() as u32);
        }
        Found { seen, slots, runs }
    }

    /// What these requirements say together with those that follow them.
    fn and(mut self, more: Found, start: &[u32]) -> Found {
        for (r, (known, other)) in self.seen.iter_mut().zip(&more.seen).enumerate() {
            if known.length == NONE || other.length == NONE {
                known.length = NONE;
                continue;
            }
            let both = known.length.min(other.length) as usize;
            let (mine, theirs) = (&mut self.slots[start[r] as usize..], &more.slots[start[r] as usize..]);
            let alike = mine[..both].iter().zip(theirs).all(|(a, b)| (a.place, a.less) == (b.place, b.less));
            for (slot, other) in mine[..both].iter_mut().zip(theirs) {
                slot.last += other.last;
            }
            mine[both..].iter_mut().zip(&theirs[both..other.length as usize]).for_each(|(a, b)| *a = *b);
            known.length = if alike { known.length.max(other.length) } else { NONE };
        }
        let before = self.runs.item.len() as u32;
        self.runs.item.extend(more.runs.item);
        self.runs.start.extend(more.runs.start[1..].iter().map(|end| end + before));
        self
    }
}

/// The places up to which a resource that has no more than so many units has fewer than could come no later.
pub(crate) fn binding(slots: &[Slot], units: u32) -> impl Iterator<Item = &Slot> {
    let mut inflow = 0u64;
    slots.iter().filter(move |slot| {
        inflow += u64::from(slot.last);
        let binds = slot.until < units && inflow > u64::from(slot.until);
        if binds {
            inflow = u64::from(slot.until);
        }
        binds
    })
}

/// Whether any of the first `units` of a resource is worth less than the first.
pub(crate) fn dear(slots: &[Slot], units: u32) -> bool {
    let before = std::iter::once(0).chain(slots.iter().map(|s| s.until));
    before.zip(slots).any(|(before, slot)| before < units && slot.less > 0)
}

/// Whether the pairs of a requirement at one resource, by place and score, are the first of its places as they are known,
/// with the same differences; notes what comes after these.
fn follows(places: &[u32], scores: &[i32], slots: &mut [Slot], known: usize) -> bool {
    let (Some(best), Some(slots)) = (scores.first(), slots.get_mut(..places.len())) else { return false };
    for (k, (place, score)) in places.iter().zip(scores).enumerate() {
        // Of a pair that is banned the difference means nothing.
        let (place, less) = (*place, best.wrapping_sub(*score));
        let fits = if k < known {
            slots[k].place == place && slots[k].less == less
        } else {
            // Each place once, in the order of their numbers.
            let after = k == 0 || place > slots[k - 1].place && less >= slots[k - 1].less;
            slots[k] = Slot { place, until: 0, less, last: 0 };
            after
        };
        if *score == BANNED || !fits {
            return false;
        }
    }
    if let Some(slot) = slots.last_mut() {
        slot.last += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Builder, Priority};

    /// Three quarters of a resource, of one unit each; who may come until when, and for how many points.
    fn instance(asked: &[&[i64]]) -> Instance {
        let mut b = Builder::default();
        let member = b.member(9);
        let resource = b.resource(member, 9);
        for _ in 0..3 {
            b.place(resource, 1);
        }
        for scores in asked {
            b.need_alone(Priority::Normal);
            b.requirement();
            for (place, score) in (0..).zip(*scores) {
                b.pair(place, *score);
            }
        }
        b.build().expect("a sound instance")
    }

    fn fold(asked: &[&[i64]]) -> Option<Fold> {
        Fold::of(&instance(asked))
    }

    #[test]
    fn two_shares_say_together_what_all_say() {
        let asked: [&[&[i64]]; 4] = [
            &[&[9, 7], &[5], &[20, 18, 13], &[8, 6]],
            &[&[20, 18, 13], &[9, 7], &[5], &[30, 28, 23]],
            &[&[9, 7], &[9, 7], &[9, 8]],
            &[&[9], &[5], &[7, 9], &[4]],
        ];
        let said = |found: &Found| {
            let known = found.seen[0].length;
            let slots = if known == NONE { &[] } else { &found.slots[..known as usize] };
            (known, slots.to_vec(), found.runs.clone())
        };
        for asked in asked {
            let (i, start) = (instance(asked), [0, 3]);
            let all = said(&Found::of(&i, &start, 0..asked.len()));
            for at in 0..=asked.len() {
                let first = Found::of(&i, &start, 0..at);
                let both = first.and(Found::of(&i, &start, at..asked.len()), &start);
                assert_eq!(said(&both), all, "{asked:?} at {at}");
            }
        }
    }

    #[test]
    fn quarters_that_differ_by_the_same_for_everybody_are_folded() {
        let slots = fold(&[&[9, 7], &[5], &[20, 18, 13]]).expect("folded").slots;
        let as_told: Vec<_> = slots.of(0).iter().map(|s| (s.place, s.until, s.less, s.last)).collect();
        assert_eq!(as_told, [(0, 1, 0, 1), (1, 2, 2, 1), (2, 3, 7, 1)]);
    }

    #[test]
    fn others_are_not() {
        assert_eq!(fold(&[&[9, 7], &[9, 8]]), None, "another difference");
        assert_eq!(fold(&[&[7, 9]]), None, "a later one is worth more");
        assert_eq!(fold(&[&[9], &[5]]), None, "one quarter alone");
    }
}
