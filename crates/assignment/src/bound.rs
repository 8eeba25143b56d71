//! What bounds at any weights say about the plans that are compared, level by level. Part of what [`crate::verify`] is: it
//! uses nothing of the solver, and the solver asks it what a proof would say.

use crate::verify::{decode, value_at, value_of, worth_in_all};
use crate::weights::Scale;
use crate::{Instance, NONE, Objective, Priority};

/// A plan, and what is known of all plans so far.
pub(crate) struct Known<'a> {
    pub chosen: &'a [Option<u32>],
    /// What the plan is worth.
    pub value: i128,
    /// No plan is worth more.
    pub bound: i128,
    /// What no plan has more of at any level, by counting alone.
    counted: Objective,
}

impl<'a> Known<'a> {
    /// A feasible plan, with no bound yet but what counting says.
    pub fn of(instance: &Instance, chosen: &'a [Option<u32>], counted: Objective) -> Known<'a> {
        let (value, bound) = (value_of(instance, chosen), worth_in_all(instance, &counted));
        Known { chosen, value, bound, counted }
    }
}

/// What counting alone says: everything served, each requirement with its best pair, nobody has more than one.
pub(crate) fn by_counting(instance: &Instance) -> Objective {
    let count = |p| instance.count(p) as i64;
    let (pinned_served, urgent_served) = (count(Priority::Pinned), count(Priority::Urgent));
    let best = |q| instance.pairs_of(q).filter(|p| instance.usable(*p)).map(|p| instance.score_of(p)).max();
    let kept = instance.favoured.iter().filter(|p| **p != NONE).count() as i64;
    Objective {
        floor_met: i64::try_from(instance.floors()).unwrap_or(i64::MAX),
        pinned_served,
        urgent_served,
        served: pinned_served + urgent_served + count(Priority::Normal),
        score: (0..instance.requirements()).filter_map(best).sum::<i64>() + kept * i64::from(instance.favour),
        evenness: 0,
        kept,
    }
}

/// No plan is worth more than this, where none is worth more than `whole` at other weights.
pub(crate) fn bound_from(instance: &Instance, scale: &Scale, whole: i128, known: &Known<'_>) -> i128 {
    said_by(instance, scale, whole, known).unwrap_or(known.bound).min(known.bound)
}

/// What a bound at other weights says; `None` where it says nothing.
fn said_by(instance: &Instance, scale: &Scale, whole: i128, known: &Known<'_>) -> Option<i128> {
    let w = &instance.weights;
    let Known { chosen, value, bound, counted } = known;
    let same = |a: i64, b: i128| i128::from(a) == b;
    if same(scale.floor, w.floor)
        && same(scale.pinned, w.pinned)
        && same(scale.urgent, w.urgent)
        && same(scale.served, w.served)
        && same(scale.score, w.score)
        && same(scale.even, w.even)
        && scale.kept == instance.scale().kept
    {
        return Some(whole);
    }
    if instance.is_flow() && scale.outweighs(instance) {
        return (value_at(instance, scale, chosen) >= whole).then_some(*value);
    }
    if !instance.levels {
        return None;
    }
    let (plan, most) = (decode(instance, *value), decode(instance, *bound));
    let (s_pinned, s_urgent, s_served, s_score) = (
        i128::from(scale.pinned),
        i128::from(scale.urgent),
        i128::from(scale.served),
        i128::from(scale.score),
    );
    // A closer bound on one level. Where the levels above it are proved, every better plan reaches just the same
    // there, so that any weights may be put on them: what these leave over bounds the level.
    // Where evenness counts, a plan may have had up to all of it against it.
    let uneven = i128::from(scale.even) * (w.evenness_max / w.even.max(1));
    let left = whole + uneven - i128::from(scale.floor) * i128::from(plan.floor_met);
    let above = |pinned: i128, urgent: i128, served: i128, served_needs: i64| {
        pinned * i128::from(plan.pinned_served)
            + urgent * i128::from(plan.urgent_served)
            + served * i128::from(served_needs)
    };
    // The most that a plan of these upper levels can be worth: everything below them as by counting.
    let upper = |urgent: i128, served: i128| {
        let floor = w.floor * i128::from(plan.floor_met);
        let scored = w.score * i128::from(counted.score) + i128::from(counted.kept);
        floor + above(w.pinned, 0, 0, 0) + w.urgent * urgent + w.served * served + scored
    };
    if plan.floor_met != most.floor_met || plan.pinned_served != most.pinned_served {
        return None;
    }
    if scale.served == 0 && scale.urgent > 0 {
        let urgent = (left - above(s_pinned, 0, 0, 0)).div_euclid(s_urgent);
        return Some(upper(urgent, i128::from(counted.served)));
    }
    // What counts no urgent need more than another says how many are served in all, however many of them are urgent.
    if plan.urgent_served != most.urgent_served && (scale.urgent > 0 || scale.score > 0) {
        return None;
    }
    if scale.score == 0 && scale.served > 0 {
        let served = (left - above(s_pinned, s_urgent, 0, 0)).div_euclid(s_served);
        return Some(upper(i128::from(most.urgent_served), served));
    }
    if scale.score <= 0 {
        return None;
    }
    // A better plan serves from as many as this one up to the proved number; what is linear in it is largest at an
    // end.
    let floor = w.floor * i128::from(plan.floor_met);
    let served = |needs: i64| {
        let rest = left - above(s_pinned, s_urgent, s_served, needs);
        let upper = floor + above(w.pinned, w.urgent, w.served, needs);
        if s_score == w.score && same(scale.even, w.even) {
            upper + rest - w.evenness_max
        } else {
            upper + w.score * rest.div_euclid(s_score) + w.even - 1
        }
    };
    Some(served(plan.served).max(served(most.served)))
}
