//! The levels above the score, each by itself: how many urgent needs, and how many in all, any plan can serve.

use crate::bound::{Known, bound_from};
use crate::search::Search;
use crate::solve::Limits;
use crate::verify::{bound_of, decode};
use crate::weights::Scale;
use crate::{Bound, Instance, Prices, Tree, Watch};

/// Rounds × pairs at most where a single level is bounded; beyond so many pairs, by the lengths of the lists alone.
const LEVEL_WORK: usize = 400_000;
/// What a need is worth where a single level is bounded: in parts that a share of a reward can be.
const LEVEL_UNIT: i64 = 1000;

/// A level of the objective by itself: weights that count no other, and what bounds every plan at them.
pub(crate) struct Level {
    scale: Scale,
    /// Prices, with what no plan is worth more than.
    bounds: Vec<(Prices, i128)>,
}

impl Level {
    /// The urgent needs, then all that are served; none where no level counts before the score.
    pub fn all(instance: &Instance) -> Vec<Level> {
        if !instance.levels {
            return Vec::new();
        }
        let unit = LEVEL_UNIT;
        let floor = if instance.floors() > 0 { unit * 8 } else { 0 };
        let urgent = Scale { floor, pinned: unit * 4, urgent: unit, served: 0, score: 0, even: 0, kept: 0 };
        // Served needs count alike here: what no plan exceeds in all, no plan of these urgent needs exceeds.
        let served = Scale { floor, pinned: 0, urgent: 0, served: unit, score: 0, even: 0, kept: 0 };
        [urgent, served].into_iter().map(|scale| Level::of(instance, scale)).collect()
    }

    /// Often the lengths of the lists alone prove a level; else, mostly, its needs split by themselves.
    fn of(instance: &Instance, scale: Scale) -> Level {
        let by_lists = by_lists(instance, &scale);
        let whole = bound_of(instance, &scale, &by_lists, |_| None);
        let mut bounds: Vec<(Prices, i128)> = whole.map(|whole| (by_lists, whole)).into_iter().collect();
        // Urgent needs are few. Where all needs are worth the same a search takes long, and their lists mostly do.
        let asking = (scale.served == 0).then(|| asking(instance, &scale));
        if let Some(asking) = asking.filter(|a| a.pairs() <= LEVEL_WORK) {
            let unwatched = Watch::none();
            let mut alone = Search::split(&asking, scale, &unwatched);
            alone.note_bound();
            bounds.extend(alone.lowest.and_then(|(_, prices)| {
                let whole = bound_of(instance, &scale, &prices, |_| None)?;
                Some((prices, whole))
            }));
        }
        Level { scale, bounds }
    }
}

/// The instance without those who earn nothing at these weights.
fn asking(instance: &Instance, scale: &Scale) -> Instance {
    instance.with_needs(|n| instance.reward(scale, n) > 0)
}

/// Where the prices of the search do not prove the urgent or the served needs, prices that look at that level alone.
pub(crate) fn prove_levels(
    search: &mut Search<'_>,
    limits: &Limits,
    mut known: Known<'_>,
    levels: Vec<Level>,
    proof: &mut Vec<Bound>,
) {
    let instance = search.instance;
    search.note_bound();
    let Some((whole, _)) = &search.lowest else { return };
    known.bound = bound_from(instance, &search.flow.scale, *whole, &known);
    let (plan, most) = (decode(instance, known.value), decode(instance, known.bound));
    let urgent = plan.urgent_served != most.urgent_served;
    let proved = |scale: &Scale, bound: i128| {
        let most = decode(instance, bound);
        if scale.served == 0 { plan.urgent_served == most.urgent_served } else { plan.served == most.served }
    };
    for Level { scale, bounds } in levels {
        // Where a level is not proved, those below it are not either.
        let open = if scale.served == 0 { urgent } else { urgent || plan.served != most.served };
        if !open {
            continue;
        }
        let says = |whole: i128| bound_from(instance, &scale, whole, &known);
        let (mut prices, mut bound) = bounds
            .into_iter()
            .map(|(prices, whole)| (prices, says(whole)))
            .min_by_key(|(_, bound)| *bound)
            .unwrap_or_else(|| (by_lists(instance, &scale), known.bound));
        let asking = (!proved(&scale, bound)).then(|| asking(instance, &scale));
        if let Some(asking) = asking.filter(|a| a.pairs() <= LEVEL_WORK) {
            let mut alone = Search::split(&asking, scale, search.watch);
            let reached = i128::from(scale.pinned) * i128::from(plan.pinned_served)
                + i128::from(scale.urgent) * i128::from(plan.urgent_served)
                + i128::from(scale.served) * i128::from(plan.served);
            // Where all pairs are worth the same, a path looks at most of the instance: a large one has fewer rounds.
            let rounds = (limits.rounds * 16).min((LEVEL_WORK / asking.pairs().max(1)) as u32).max(1);
            alone.relax(rounds, reached, LEVEL_UNIT.into());
            if let Some((_, other)) = alone.lowest {
                let whole = bound_of(instance, &scale, &other, |_| None);
                let closer = whole.map_or(bound, says);
                if closer < bound {
                    (prices, bound) = (other, closer);
                }
            }
        }
        known.bound = bound;
        proof.push(Bound { scale, tree: Tree::Leaf(prices) });
    }
}

/// Prices that know nothing but the lengths of the lists: a line costs a need's reward where more needs could be
/// served than the list takes.
fn by_lists(instance: &Instance, w: &Scale) -> Prices {
    let unit = if w.served > 0 { w.served } else { w.urgent };
    let mut asking = vec![0u32; instance.station_limit.len()];
    for need in 0..instance.needs() {
        let station = instance.need_station[need] as usize;
        if station < asking.len() && instance.reward(w, need) >= unit && instance.servable(need) {
            asking[station] += 1;
        }
    }
    let price = |(asking, limit): (&u32, &u32)| if asking > limit { unit } else { 0 };
    Prices {
        station: asking.iter().zip(&instance.station_limit).map(price).collect(),
        place: vec![0; instance.place_cap.len()],
        resource: vec![0; instance.resource_cap.len()],
        member: vec![0; instance.member_cap.len()],
    }
}
