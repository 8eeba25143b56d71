//! What must not matter (the order of the input, needs that are left out), and instances at the edge of what there is.

use assignment::{Builder, Instance, Limits, Objective, Priority, Solution, Standing, solve, verify};
use proptest::prelude::*;

/// A need: station, priority, requirements; each with the members that meet it and its pairs (place, score).
type Asked = (u32, u8, Vec<(u32, Vec<(u32, i64)>)>);

/// A place for each of these capacities, of a member of its own; as many stations as there are limits.
#[derive(Clone, Debug)]
struct Town {
    places: Vec<u32>,
    limits: Vec<u32>,
    needs: Vec<Asked>,
}

impl Town {
    fn build(&self) -> Instance {
        let mut b = Builder::default();
        for cap in &self.places {
            let member = b.member(*cap);
            let resource = b.resource(member, *cap);
            b.place(resource, *cap);
        }
        for limit in &self.limits {
            b.station(*limit);
        }
        for (station, priority, requirements) in &self.needs {
            b.need(
                *station,
                [Priority::Normal, Priority::Urgent, Priority::Pinned][usize::from(*priority % 3)],
            );
            for (members, pairs) in requirements {
                b.requirement_by(*members);
                for (place, score) in pairs {
                    b.pair(*place, *score);
                }
            }
        }
        b.build().expect("a sound instance")
    }

    fn solved(&self) -> (Instance, Solution, Objective) {
        let instance = self.build();
        let solution = solve(&instance, &Limits::default());
        let verdict = verify(&instance, &solution).expect("a plan that holds");
        assert!(verdict.optimal, "{self:?}: {verdict:?}");
        (instance, solution, verdict.objective)
    }
}

fn towns() -> impl Strategy<Value = Town> {
    let pairs = prop::collection::vec((0..4u32, 0..20i64), 0..4);
    let need = (0..2u32, 0..3u8, prop::collection::vec((1..3u32, pairs), 1..3));
    (prop::collection::vec(0..3u32, 4), prop::collection::vec(0..3u32, 2), prop::collection::vec(need, 1..6))
        .prop_map(|(places, limits, needs)| Town { places, limits, needs })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn without_a_need_that_is_left_out_the_plan_is_worth_the_same(town in towns()) {
        let (instance, solution, objective) = town.solved();
        for need in 0..instance.needs() {
            if solution.chosen[instance.requirements_of(need).start].is_none() {
                let mut rest = town.clone();
                rest.needs.remove(need);
                prop_assert_eq!(rest.solved().2, objective, "without {}", need);
            }
        }
    }

    #[test]
    fn the_order_of_the_input_changes_nothing_but_ties(town in towns(), by in 1..6usize) {
        let objective = town.solved().2;
        let mut turned = town.clone();
        turned.needs.reverse();
        turned.needs.iter_mut().flat_map(|n| &mut n.2).for_each(|r| r.1.reverse());
        prop_assert_eq!(turned.solved().2, objective, "needs and pairs backward");
        // Places and stations under other numbers.
        let mut renamed = town.clone();
        let (places, stations) = (town.places.len(), town.limits.len());
        renamed.places.rotate_right(by % places);
        renamed.limits.rotate_right(by % stations);
        for (station, _, requirements) in &mut renamed.needs {
            *station = ((*station as usize + by) % stations) as u32;
            for (place, _) in requirements.iter_mut().flat_map(|r| &mut r.1) {
                *place = ((*place as usize + by) % places) as u32;
            }
        }
        prop_assert_eq!(renamed.solved().2, objective, "other numbers");
    }
}

/// Needs of one requirement with these pairs, all of one station.
fn alike(needs: usize, places: Vec<u32>, limit: u32, pairs: Vec<(u32, i64)>) -> Town {
    Town { places, limits: vec![limit], needs: vec![(0, 0, vec![(1, pairs)]); needs] }
}

/// Split, two requirements that distinct members meet come to be with one member; one of them leaves when they are
/// joined, while a line is looked for.
#[test]
fn who_leaves_a_member_that_has_two_is_not_passed_through() {
    let meet = (0, 1, vec![(2, vec![(0, 2), (3, 12)]), (2, vec![(3, 19), (2, 9)])]);
    let town = |needs: Vec<Asked>| Town { places: vec![1, 0, 2, 2], limits: vec![1, 0], needs };
    let alone = (0, 1, vec![(1, vec![(2, 17)])]);
    let (_, _, objective) = town(vec![alone.clone(), meet.clone()]).solved();
    assert_eq!((objective.served, objective.score), (1, 2 + 12 + 19 + 9));
    assert_eq!(town(vec![meet, alone]).solved().2, objective);
}

#[test]
fn ties_fall_by_number() {
    let (_, solution, objective) = alike(5, vec![1, 1], 9, vec![(0, 7), (1, 7)]).solved();
    assert_eq!(objective.served, 2);
    let served: Vec<usize> = (0..5).filter(|q| solution.chosen[*q].is_some()).collect();
    let again = alike(5, vec![1, 1], 9, vec![(0, 7), (1, 7)]).solved().1;
    assert_eq!(again, solution, "the same every time");
    assert_eq!(served, [0, 1]);
}

#[test]
fn where_there_is_nothing_there_is_an_empty_plan_with_a_proof() {
    for town in [
        Town { places: vec![], limits: vec![], needs: vec![] },
        Town { places: vec![3], limits: vec![2], needs: vec![] },
        alike(4, vec![3], 9, vec![]),
        alike(4, vec![0, 0], 9, vec![(0, 5), (1, 5)]),
        alike(4, vec![2, 2], 0, vec![(0, 5), (1, 5)]),
        // Two members are asked for, and there is one.
        Town { places: vec![4], limits: vec![4], needs: vec![(0, 1, vec![(2, vec![(0, 5)])]); 3] },
    ] {
        let (_, solution, objective) = town.solved();
        assert_eq!(objective, Objective::default(), "{town:?}");
        assert!(solution.chosen.iter().all(Option::is_none));
    }
}

#[test]
fn one_resource_for_all_and_all_alike() {
    assert_eq!(alike(40, vec![7], 50, vec![(0, 0)]).solved().2.served, 7);
    assert_eq!(alike(40, vec![7; 9], 50, (0..9).map(|p| (p, 3)).collect()).solved().2.score, 120);
    assert_eq!(alike(40, vec![7; 9], 11, (0..9).map(|p| (p, 3)).collect()).solved().2.served, 11);
}

/// As far as 32 bits go: capacities that nobody can fill, and the highest score that is taken.
#[test]
fn as_far_as_32_bits_go() {
    let most = i64::from(i32::MAX - 1);
    let mut b = Builder::score_only();
    for _ in 0..2 {
        let member = b.member(u32::MAX);
        let resource = b.resource(member, u32::MAX);
        b.place(resource, u32::MAX);
    }
    let station = b.station(u32::MAX);
    for k in 0..50 {
        b.need(station, Priority::Urgent);
        b.requirement();
        b.pair(0, most - k);
        b.pair(1, 0);
    }
    let instance = b.build().expect("the highest score there may be");
    let plan = solve(&instance, &Limits::default());
    let verdict = verify(&instance, &plan).unwrap();
    assert!(verdict.optimal);
    assert_eq!(verdict.objective.score, (0..50).map(|k| most - k).sum::<i64>());
    let mut standing = Standing::new(instance, &plan);
    standing.change(&assignment::Change::PlaceCap(0, 0)).unwrap();
    assert_eq!(verify(standing.instance(), &standing.solution()).unwrap().objective.score, 0);
    // One more is refused before anything is solved.
    let mut b = Builder::score_only();
    let member = b.member(1);
    let resource = b.resource(member, 1);
    b.place(resource, 1);
    b.need_alone(Priority::Normal);
    b.requirement();
    b.pair(0, most + 1);
    assert!(b.build().is_err());
}
