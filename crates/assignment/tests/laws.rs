//! Laws of the assignment, on random small instances against brute force.

mod cases;

use assignment::{
    Builder, Change, Instance, Limits, Objective, Priority, Solution, Standing, Tree, Violation, Watch,
    solve, solve_watched, verify,
};
use cases::{Case, Requirement, build, cases, cases_by, quarters};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::sync::atomic::{AtomicU32, Ordering};

type Key = (i64, i64, i64, i64, i64, i64, i64);

/// The lexicographic order, the evener the better.
fn key(o: &Objective) -> Key {
    (o.floor_met, o.pinned_served, o.urgent_served, o.served, o.score, -o.evenness, o.kept)
}

/// Tries every plan.
fn brute(instance: &Instance, like: &Solution) -> Key {
    fn walk(i: &Instance, q: usize, s: &mut Solution, best: &mut Key) {
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
    let mut s = Solution { chosen: vec![None; instance.requirements()], ..like.clone() };
    let mut best = (0, 0, 0, 0, 0, i64::MIN, 0);
    walk(instance, 0, &mut s, &mut best);
    best
}

/// Whether the plan is proved, and what no other plan exceeds.
fn is_the_best_of_all(case: &Case) -> Result<(), TestCaseError> {
    let instance = build(case);
    let pairs: usize = (0..instance.requirements()).map(|q| instance.pairs_of(q).len() + 1).product();
    prop_assume!(pairs <= 40_000);
    let solution = solve(&instance, &Limits::default());
    let verdict = verify(&instance, &solution).expect("a plan that holds");
    prop_assert!(verdict.optimal, "{:?}", verdict);
    prop_assert_eq!(key(&verdict.objective), brute(&instance, &solution));
    Ok(())
}

/// After every change the standing plan is worth what a solve from nothing is worth, and proves it.
fn follows(case: &Case, changes: Vec<(u8, u32, u32)>, points: u16) -> Result<(), TestCaseError> {
    let instance = build(case);
    prop_assume!(instance.needs() > 0);
    let plan = solve(&instance, &Limits::default());
    let mut standing = Standing::new(instance, &plan);
    if points > 0 {
        let chosen: Vec<u32> = plan.chosen.iter().flatten().copied().collect();
        standing.favour(&chosen, points).expect("points that fit");
    }
    for numbers in changes {
        let Some(change) = change_of(case, standing.instance(), numbers) else { continue };
        standing.change(&change).expect("what there is can change");
        let verdict = verify(standing.instance(), &standing.solution()).expect("a plan that holds");
        prop_assert!(verdict.optimal, "after {:?}: {:?}", change, verdict);
        let anew = solve(standing.instance(), &Limits::default());
        let anew = verify(standing.instance(), &anew).expect("a plan that holds");
        prop_assert_eq!(key(&verdict.objective), key(&anew.objective), "after {:?}", change);
    }
    Ok(())
}

/// The change that some numbers stand for, as far as the instance has what it speaks of.
fn change_of(case: &Case, i: &Instance, (kind, at, size): (u8, u32, u32)) -> Option<Change> {
    let pairs = i.pairs() as u32;
    let below = |n: usize| at % n.max(1) as u32;
    Some(match kind {
        0 => Change::NeedGoes(below(i.needs())),
        1 => Change::NeedComes(below(i.needs())),
        2 => Change::NewNeed {
            station: (size % 2 == 0).then(|| below(case.stations.len())),
            priority: [Priority::Normal, Priority::Urgent, Priority::Pinned][size as usize % 3],
            pairs: vec![(below(case.places.len()), size), ((at / 7) % case.places.len() as u32, size / 2)],
        },
        3 => Change::PlaceCap(below(case.places.len()), size % 4),
        4 => Change::ResourceCap(below(case.resources.len()), size % 4),
        5 => Change::MemberCap(below(case.members.len()), size % 5),
        6 => Change::StationLimit(below(case.stations.len()), size % 4),
        _ if pairs == 0 => return None,
        7 => Change::Ban(at % pairs),
        8 => Change::Rescore(at % pairs, size),
        9 => Change::Pin(at % pairs),
        _ => Change::Unpin(at % pairs),
    })
}

#[test]
fn a_member_that_meets_a_requirement_twice_is_refused() {
    let mut b = Builder::default();
    for _ in 0..2 {
        let member = b.member(4);
        let resource = b.resource(member, 4);
        b.place(resource, 4);
    }
    let station = b.station(1);
    b.need(station, Priority::Normal);
    b.requirement_by(2);
    b.pair(0, 9);
    b.pair(1, 1);
    let instance = b.build().unwrap();
    let mut solution = solve(&instance, &Limits::default());
    assert_eq!(verify(&instance, &solution).unwrap().objective.score, 10);
    // The second of them on the first member as well, where it would score more.
    assert_eq!(solution.chosen[1].map(|p| instance.place_of(p as usize)), Some(1));
    solution.chosen[1] = Some(instance.pairs_of(1).start as u32);
    assert_eq!(verify(&instance, &solution), Err(Violation::SameMember { need: 0, member: 0 }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn the_plan_is_the_best_of_all_plans(case in cases(3, 5)) {
        is_the_best_of_all(&case)?;
    }

    #[test]
    fn distinct_members_are_the_best_of_all_plans(case in cases_by(3, 6, 2, 4)) {
        is_the_best_of_all(&case)?;
    }

    #[test]
    fn quarters_are_the_best_of_all_plans(case in quarters(2, 2, 4)) {
        is_the_best_of_all(&case)?;
    }

    #[test]
    fn quarters_of_a_flow_are_the_best_of_all_plans(case in quarters(1, 1, 7)) {
        is_the_best_of_all(&case)?;
    }

    /// The prices of quarters that were one to the search prove the plan, however many needs there are.
    #[test]
    fn a_flow_of_quarters_is_proved(case in quarters(1, 1, 40)) {
        let instance = build(&case);
        let verdict = verify(&instance, &solve(&instance, &Limits::default())).unwrap();
        prop_assert!(verdict.optimal, "{:?}", verdict);
    }

    #[test]
    fn without_branching_the_gap_is_honest(case in prop_oneof![cases(3, 5), quarters(2, 2, 5)]) {
        let instance = build(&case);
        let best = verify(&instance, &solve(&instance, &Limits::default())).unwrap();
        for rounds in [0, 1, 4] {
            let poor = verify(&instance, &solve(&instance, &Limits { rounds, nodes: 0 })).unwrap();
            prop_assert!(key(&poor.objective) <= key(&best.objective));
            prop_assert!(key(&poor.bound) >= key(&best.objective));
        }
    }

    #[test]
    fn a_flow_is_the_best_of_all_plans(case in cases(1, 8)) {
        is_the_best_of_all(&case)?;
    }

    /// Any prices bound every plan: a wrong one can only bound it less closely, and then proves nothing.
    #[test]
    fn a_price_off_by_one_never_proves_too_much(case in prop_oneof![cases(1, 12), quarters(1, 1, 12)], index in 0..6usize, by in -1..2i64) {
        let instance = build(&case);
        let mut solution = solve(&instance, &Limits::default());
        let best = verify(&instance, &solution).unwrap();
        if let Tree::Leaf(prices) = &mut solution.proof[0].tree {
            let at = index % prices.member.len();
            prices.member[at] += by;
        }
        let verdict = verify(&instance, &solution).unwrap();
        prop_assert!(key(&verdict.bound) >= key(&best.objective));
    }

    #[test]
    fn the_same_instance_gives_the_same_solution(case in cases(3, 5)) {
        let instance = build(&case);
        prop_assert_eq!(solve(&instance, &Limits::default()), solve(&instance, &Limits::default()));
    }

    #[test]
    fn a_plan_that_follows_changes_is_as_good_as_a_new_one(
        case in cases(1, 9),
        changes in prop::collection::vec((0..11u8, any::<u32>(), 0..25u32), 1..12),
        points in 0..4u16,
    ) {
        follows(&case, changes, points)?;
    }

    #[test]
    fn so_is_one_of_quarters(
        case in quarters(1, 1, 12),
        changes in prop::collection::vec((0..11u8, any::<u32>(), 0..25u32), 1..12),
        points in 0..4u16,
    ) {
        follows(&case, changes, points)?;
    }

    /// Among equal plans the one that moves the fewest of the favoured pairs; for points they move.
    #[test]
    fn favoured_pairs_stay_unless_more_is_gained(case in cases(1, 7), points in 0..30u16) {
        let mut instance = build(&case);
        let pairs: usize = (0..instance.requirements()).map(|q| instance.pairs_of(q).len() + 1).product();
        prop_assume!(pairs <= 10_000);
        let favoured: Vec<u32> =
            (0..instance.requirements()).filter_map(|q| instance.pairs_of(q).last()).map(|p| p as u32).collect();
        instance.favour(&favoured, points).unwrap();
        let solution = solve(&instance, &Limits::default());
        let verdict = verify(&instance, &solution).unwrap();
        prop_assert!(verdict.optimal, "{:?}", verdict);
        prop_assert_eq!(key(&verdict.objective), brute(&instance, &solution));
    }

    /// Where distinct members meet a requirement together, a pair is favoured whichever of them has it; what is proved
    /// of the plan is true.
    #[test]
    fn favoured_pairs_of_several_members_keep_the_gap_honest(case in cases_by(3, 5, 1, 4), points in 0..30u16) {
        let mut instance = build(&case);
        let pairs: usize = (0..instance.requirements()).map(|q| instance.pairs_of(q).len() + 1).product();
        prop_assume!(pairs <= 20_000);
        let favoured: Vec<u32> =
            (0..instance.requirements()).filter_map(|q| instance.pairs_of(q).last()).map(|p| p as u32).collect();
        instance.favour(&favoured, points).unwrap();
        let solution = solve(&instance, &Limits::default());
        let verdict = verify(&instance, &solution).unwrap();
        let best = brute(&instance, &solution);
        prop_assert!(key(&verdict.objective) <= best);
        prop_assert!(key(&verdict.bound) >= best);
        prop_assert_eq!(verdict.objective.served, best.3, "no need is lost for a favoured pair");
    }

    /// Wherever it is stopped, there is a plan that holds, and its gap is honest.
    #[test]
    fn a_plan_that_was_stopped_holds(
        case in prop_oneof![cases_by(2, 5, 2, 8), quarters(2, 2, 8)],
        after in 0..12u32,
    ) {
        let instance = build(&case);
        let asked = AtomicU32::new(0);
        let tell = |_, percent| {
            assert!(percent <= 100);
            asked.fetch_add(1, Ordering::Relaxed) < after
        };
        let stopped = solve_watched(&instance, &Limits::default(), &Watch::new(&tell));
        let verdict = verify(&instance, &stopped).unwrap();
        let best = verify(&instance, &solve(&instance, &Limits::default())).unwrap();
        prop_assert!(key(&verdict.objective) <= key(&best.objective));
        prop_assert!(key(&verdict.bound) >= key(&best.objective));
    }

    /// Two instances side by side are solved as each would be alone.
    #[test]
    fn parts_are_solved_as_if_alone(a in cases(1, 6), b in cases(1, 6)) {
        let (a, b) = (Case { floors: 0, score_only: false, ..a }, Case { floors: 0, score_only: false, ..b });
        let (members, resources, places, stations) =
            (a.members.len(), a.resources.len(), a.places.len(), a.stations.len());
        let mut both = a.clone();
        both.members.extend(&b.members);
        // Numbers of the second follow those of the first, and wrap as they did.
        both.resources.extend(b.resources.iter().map(|(m, c)| (members + m % b.members.len(), *c)));
        both.places.extend(b.places.iter().map(|(r, c)| (resources + r % b.resources.len(), *c)));
        both.stations.extend(&b.stations);
        let (all_stations, all_places) = (stations + b.stations.len(), places + b.places.len());
        both.resources.iter_mut().take(resources).for_each(|r| r.0 %= members);
        both.places.iter_mut().take(places).for_each(|p| p.0 %= resources);
        let mut needs = Vec::new();
        for (case, first_station, first_place) in [(&a, 0, 0), (&b, stations, places)] {
            for (s, p, requirements) in &case.needs {
                let s = match s % (case.stations.len() + 1) {
                    alone if alone == case.stations.len() => all_stations,
                    s => first_station + s,
                };
                let pairs = |(members, pairs): &Requirement| -> Requirement {
                    (*members, pairs.iter().map(|(p, w)| (first_place + p % case.places.len(), *w)).collect())
                };
                needs.push((s, *p, requirements.iter().map(pairs).collect()));
            }
        }
        prop_assert!(all_places == both.places.len());
        both.needs = needs;
        let worth = |case: &Case| {
            let instance = build(case);
            let verdict = verify(&instance, &solve(&instance, &Limits::default())).unwrap();
            assert!(verdict.optimal);
            key(&verdict.objective)
        };
        let (x, y, sum) = (worth(&a), worth(&b), worth(&both));
        prop_assert_eq!(sum, (x.0 + y.0, x.1 + y.1, x.2 + y.2, x.3 + y.3, x.4 + y.4, x.5 + y.5, x.6 + y.6));
    }
}

/// Where needs have several requirements, and some of them distinct members, every change is followed: the plan holds, what
/// is proved of it is true, and nearly always it is worth what a new solve is worth.
#[test]
fn a_change_is_followed_by_needs_of_several_requirements_too() {
    let (all, met) = (AtomicU32::new(0), AtomicU32::new(0));
    let changes = prop::collection::vec((0..11u8, any::<u32>(), 0..25u32), 1..12);
    let mut runner = TestRunner::new(ProptestConfig::with_cases(600));
    let followed = runner.run(&(cases_by(2, 5, 2, 7), changes), |(case, changes)| {
        let instance = build(&case);
        prop_assume!(instance.needs() > 0);
        let plan = solve(&instance, &Limits::default());
        let mut standing = Standing::new(instance, &plan);
        let chosen: Vec<u32> = plan.chosen.iter().flatten().copied().collect();
        standing.favour(&chosen, 1).unwrap();
        // What changes nothing moves nobody.
        standing.change(&Change::StationLimit(0, standing.instance().station_limit(0))).unwrap();
        prop_assert_eq!(&standing.solution().chosen, &plan.chosen);
        for numbers in changes {
            let Some(change) = change_of(&case, standing.instance(), numbers) else { continue };
            standing.change(&change).unwrap();
            let mine = verify(standing.instance(), &standing.solution());
            prop_assert!(mine.is_ok(), "after {:?}: {:?}", change, mine);
            let (mine, anew) = (mine.unwrap(), solve(standing.instance(), &Limits::default()));
            let anew = verify(standing.instance(), &anew).unwrap();
            prop_assert!(key(&mine.objective) <= key(&anew.bound), "after {:?}", change);
            prop_assert!(key(&mine.bound) >= key(&anew.objective), "after {:?}", change);
            all.fetch_add(1, Ordering::Relaxed);
            met.fetch_add(u32::from(key(&mine.objective) >= key(&anew.objective)), Ordering::Relaxed);
        }
        Ok(())
    });
    followed.unwrap();
    let (all, met) = (all.into_inner(), met.into_inner());
    assert!(all > 1000 && met * 100 >= all * 98, "{met} of {all}");
}

/// Of the members who meet a need together one is pinned, then another, and both are let go again.
#[test]
fn of_those_who_meet_together_several_are_pinned_and_let_go() {
    let mut b = Builder::default();
    for _ in 0..4 {
        let member = b.member(1);
        let resource = b.resource(member, 1);
        b.place(resource, 1);
    }
    let station = b.station(1);
    b.need(station, Priority::Normal);
    b.requirement_by(3);
    for (place, score) in [(0, 9), (1, 8), (2, 7), (3, 1)] {
        b.pair(place, score);
    }
    let instance = b.build().unwrap();
    let plan = solve(&instance, &Limits::default());
    let mut standing = Standing::new(instance.clone(), &plan);
    let members = |standing: &Standing| -> Vec<usize> {
        let solution = standing.solution();
        assert!(verify(standing.instance(), &solution).is_ok());
        let mut of: Vec<usize> =
            solution.chosen.iter().flatten().map(|p| instance.place_of(*p as usize)).collect();
        of.sort_unstable();
        of
    };
    assert_eq!(members(&standing), [0, 1, 2]);
    // The worst of them has to be there; then the last but one is not to be, nor the best.
    let pair = |requirement: usize, place: usize| (instance.pairs_of(requirement).start + place) as u32;
    standing.change(&Change::Pin(pair(0, 3))).unwrap();
    assert_eq!(members(&standing), [0, 1, 3]);
    standing.change(&Change::Pin(pair(1, 2))).unwrap();
    assert_eq!(members(&standing), [0, 2, 3]);
    standing.change(&Change::Ban(pair(2, 0))).unwrap();
    assert_eq!(members(&standing), [1, 2, 3]);
    // The first pin takes the second with it: that was of those who were left. The ban stays.
    standing.change(&Change::Unpin(pair(2, 3))).unwrap();
    assert_eq!(members(&standing), [1, 2, 3]);
    standing.change(&Change::Rescore(pair(0, 0), 9)).unwrap();
    assert_eq!(members(&standing), [0, 1, 2]);
    assert_eq!(standing.instance(), &instance);
}

/// What is refused has changed nothing, whether needs have one requirement or several.
#[test]
fn a_change_that_is_refused_changes_nothing() {
    for members in [1, 2] {
        let mut b = Builder::default();
        for _ in 0..2 {
            let member = b.member(2);
            let resource = b.resource(member, 2);
            b.place(resource, 2);
        }
        let station = b.station(3);
        for _ in 0..2 {
            b.need(station, Priority::Urgent);
            b.requirement_by(members);
            b.pair(0, 9);
            b.pair(1, 1);
        }
        let instance = b.build().unwrap();
        let plan = solve(&instance, &Limits::default());
        let mut standing = Standing::new(instance, &plan);
        standing.change(&Change::Pin(1)).unwrap();
        let before = (standing.instance().clone(), standing.solution());
        let new = |place, score| Change::NewNeed {
            station: Some(0),
            priority: Priority::Normal,
            pairs: vec![(place, score)],
        };
        let refused = [
            Change::Rescore(0, i32::MAX as u32),
            Change::Rescore(2, i32::MAX as u32),
            Change::Rescore(99, 1),
            Change::Pin(99),
            Change::NeedGoes(9),
            Change::PlaceCap(9, 1),
            Change::MemberCap(0, u32::MAX),
            new(0, i32::MAX as u32),
            new(9, 1),
        ];
        for change in refused {
            assert!(standing.change(&change).is_err(), "{change:?}");
            assert_eq!(before, (standing.instance().clone(), standing.solution()), "{change:?}");
        }
    }
}

/// However many needs are urgent and pinned beside one of several requirements, the levels keep apart and nothing runs over.
#[test]
fn a_city_full_of_pins_is_weighed() {
    const MANY: u32 = 2500;
    let mut b = Builder::default();
    for _ in 0..MANY {
        let member = b.member(28);
        let resource = b.resource(member, 1);
        b.place(resource, 1);
        b.station(1);
    }
    for k in 0..MANY {
        b.need(k, if k % 2 == 0 { Priority::Pinned } else { Priority::Urgent });
        b.requirement();
        b.pair(k, 900 + i64::from(k % 100));
        b.pair((k + 1) % MANY, 950);
    }
    b.need(0, Priority::Normal);
    for _ in 0..2 {
        b.requirement();
        b.pair(0, 999);
    }
    let instance = b.build().unwrap();
    let plan = solve(&instance, &Limits::default());
    let verdict = verify(&instance, &plan).unwrap();
    assert_eq!((verdict.objective.pinned_served, verdict.objective.served), (1250, 2500));
    let mut standing = Standing::new(instance, &plan);
    standing.change(&Change::Pin(2)).unwrap();
    standing.change(&Change::MemberCap(0, 30)).unwrap();
    assert_eq!(verify(standing.instance(), &standing.solution()).unwrap().objective.served, 2500);
}

/// Found by the law above: those that two members meet together had each other's pair after a change of nothing.
#[test]
fn those_who_are_alike_do_not_change_places() {
    let together = (2, vec![(1, 11), (4, 0), (0, 10)]);
    let case = Case {
        floors: 0,
        score_only: true,
        members: vec![2, 1],
        resources: vec![(1, 1), (0, 2)],
        places: vec![(1, 1), (2, 1), (0, 0), (0, 0), (1, 1)],
        stations: vec![1],
        needs: vec![
            (0, 0, vec![(1, vec![(0, 8)]), together]),
            (0, 0, vec![(1, vec![(0, 0), (1, 0)]), (1, vec![(4, 1)])]),
        ],
    };
    let plan = solve(&build(&case), &Limits::default());
    assert_eq!(plan.chosen[..3], [Some(0), Some(1), Some(5)]);
    // Whoever has which: as it is published, so it stays.
    for published in [[0, 1, 5], [0, 2, 4]] {
        let mut standing = Standing::new(build(&case), &plan);
        standing.favour(&published, 1).unwrap();
        standing.change(&Change::StationLimit(0, standing.instance().station_limit(0))).unwrap();
        assert_eq!(standing.solution().chosen[..3], published.map(Some));
        assert_eq!([0, 1, 2].map(|q| standing.chosen(q)), published.map(Some));
    }
}
