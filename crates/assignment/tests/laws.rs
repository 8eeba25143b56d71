//! Laws of the assignment, on random small instances against brute force.

use assignment::{Builder, Instance, Limits, Objective, Priority, Proof, Solution, Tree, solve, verify};
use proptest::prelude::*;

/// Station, priority, pairs (place, score) of each requirement.
type Asked = (usize, u8, Vec<Vec<(usize, i64)>>);

#[derive(Clone, Debug)]
struct Case {
    members: Vec<u32>,
    resources: Vec<(usize, u32)>,
    places: Vec<(usize, u32)>,
    stations: Vec<u32>,
    needs: Vec<Asked>,
}

fn build(c: &Case) -> Instance {
    let mut b = Builder::default();
    c.members.iter().for_each(|cap| {
        b.member(*cap);
    });
    for (m, cap) in &c.resources {
        b.resource((m % c.members.len()) as u32, *cap);
    }
    for (r, cap) in &c.places {
        b.place((r % c.resources.len()) as u32, *cap);
    }
    c.stations.iter().for_each(|l| {
        b.station(*l);
    });
    for (s, p, requirements) in &c.needs {
        let priority = [Priority::Normal, Priority::Urgent, Priority::Pinned][*p as usize % 3];
        b.need((s % c.stations.len()) as u32, priority);
        for pairs in requirements {
            b.requirement();
            for (p, score) in pairs {
                b.pair((p % c.places.len()) as u32, *score);
            }
        }
    }
    b.build().expect("a sound instance")
}

fn cases() -> impl Strategy<Value = Case> {
    let pairs = prop::collection::vec((0..5usize, 0..20i64), 0..4);
    let need = (0..2usize, 0..3u8, prop::collection::vec(pairs, 1..4));
    (
        prop::collection::vec(0..4u32, 1..3),
        prop::collection::vec((0..3usize, 0..4u32), 1..4),
        prop::collection::vec((0..4usize, 0..3u32), 1..6),
        prop::collection::vec(0..4u32, 1..3),
        prop::collection::vec(need, 0..5),
    )
        .prop_map(|(members, resources, places, stations, needs)| Case {
            members,
            resources,
            places,
            stations,
            needs,
        })
}

/// The lexicographic order, the evener the better.
fn key(o: &Objective) -> (i64, i64, i64, i64, i64) {
    (o.pinned_served, o.urgent_served, o.served, o.score, -o.evenness)
}

/// Tries every plan.
fn brute(instance: &Instance, proof: &Proof, prices: &assignment::Prices) -> (i64, i64, i64, i64, i64) {
    fn walk(i: &Instance, q: usize, s: &mut Solution, best: &mut (i64, i64, i64, i64, i64)) {
        if q == i.requirements() {
            if let Ok(v) = verify(i, s) {
                *best = key(&v.objective).max(*best);
            }
            return;
        }
        for p in std::iter::once(None).chain(i.pairs_of(q).map(|p| Some(p as u32))) {
            s.chosen[q] = p;
            walk(i, q + 1, s, best);
        }
        s.chosen[q] = None;
    }
    let mut s = Solution {
        chosen: vec![None; instance.requirements()],
        proof: proof.clone(),
        prices: prices.clone(),
    };
    let mut best = (0, 0, 0, 0, 0);
    walk(instance, 0, &mut s, &mut best);
    best
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn the_plan_is_the_best_of_all_plans(case in cases()) {
        let instance = build(&case);
        let pairs: usize = (0..instance.requirements()).map(|q| instance.pairs_of(q).len() + 1).product();
        prop_assume!(pairs <= 40_000);
        let solution = solve(&instance, &Limits::default());
        let verdict = verify(&instance, &solution).unwrap();
        prop_assert!(verdict.optimal, "{:?}", verdict);
        prop_assert_eq!(key(&verdict.objective), brute(&instance, &solution.proof, &solution.prices));
    }

    #[test]
    fn without_branching_the_gap_is_honest(case in cases()) {
        let instance = build(&case);
        let best = verify(&instance, &solve(&instance, &Limits::default())).unwrap();
        for rounds in [0, 1, 4] {
            let poor = verify(&instance, &solve(&instance, &Limits { rounds, nodes: 0 })).unwrap();
            prop_assert!(key(&poor.objective) <= key(&best.objective));
            prop_assert!(key(&poor.bound) >= key(&best.objective));
        }
    }

    #[test]
    fn a_negative_price_proves_nothing(case in cases(), index in 0..6usize) {
        let instance = build(&case);
        let mut solution = solve(&instance, &Limits::default());
        if let Tree::Leaf(prices) = &mut solution.proof.tree {
            let at = index % prices.member.len();
            prices.member[at] = -1;
            prop_assert!(verify(&instance, &solution).is_err());
        }
    }

    #[test]
    fn the_same_instance_gives_the_same_solution(case in cases()) {
        let instance = build(&case);
        prop_assert_eq!(solve(&instance, &Limits::default()), solve(&instance, &Limits::default()));
    }
}
