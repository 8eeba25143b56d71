//! Laws of the match, on random cities.

use domain::matching::candidates::{Index, first_no};
use domain::matching::explain::reasons;
use domain::matching::plan::{Chosen, pose, solve};
use domain::matching::score::{Weights, parts, total};
use domain::matching::{City, Member, Need, Requirement, Resource, Station};
use domain::{AreaScope, Limits, MemberStatus, ResourceStatus, Urgency, Watch};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const CLASSES: &[&str] = &["01", "0101", "010101", "0102", "02", "0201"];
const AREAS: &[&str] = &["150102001001", "150102001002", "150102002001", "150103001001"];

prop_compose! {
    fn members()(rows in prop::collection::vec((0..4u32, 0..2u32, any::<bool>(), 0..4usize), 1..5)) -> Vec<Member> {
        rows.into_iter().enumerate().map(|(i, (limit, load, active, station))| Member {
            name: format!("委员{i}"),
            status: if active { MemberStatus::Active } else { MemberStatus::OnLeave },
            yearly_limit: limit,
            load: load.min(limit),
            affinity: vec!["01".into()],
            stations: vec![station as u32],
        }).collect()
    }
}

prop_compose! {
    fn resources()(rows in prop::collection::vec(
        (0..9u32, 0..4u32, 0..6usize, any::<bool>(), any::<bool>(), prop::array::uniform4(0..3u32), 0..4u32, 1..5u8, 1..5u8), 0..6)
    ) -> Vec<Resource> {
        rows.into_iter().enumerate().map(|(i, (member, station, class, wide, cross, free, year, from, to))| Resource {
            number: format!("R-{i}"),
            member,
            station,
            status: ResourceStatus::Available,
            categories: vec![CLASSES[class].into()],
            area: AREAS[station as usize].into(),
            scope: if wide { AreaScope::District } else { AreaScope::Station },
            cross_district: cross,
            free,
            free_year: year,
            per_year: year,
            window: (from, to),
            conflict: false,
            words: Default::default(),
        }).collect()
    }
}

prop_compose! {
    fn needs()(rows in prop::collection::vec(
        (0..4u32, any::<bool>(), 1..5u8, prop::collection::vec((0..6usize, 1..3u32), 1..3), any::<bool>(), any::<bool>()), 0..8)
    ) -> Vec<Need> {
        rows.into_iter().enumerate().map(|(i, (station, urgent, until, asked, banned, met))| Need {
            number: format!("N-{i}"),
            station,
            area: AREAS[station as usize].into(),
            urgency: if urgent { Urgency::Urgent } else { Urgency::Normal },
            from: 1,
            until,
            requirements: asked
                .into_iter()
                .map(|(class, quantity)| Requirement {
                    category: CLASSES[class].into(),
                    quantity,
                    met_by: if met { vec![1] } else { Vec::new() },
                })
                .collect(),
            excluded: if banned { vec![0] } else { Vec::new() },
            pinned: if until == 3 { vec![1, 2] } else { Vec::new() },
            words: Default::default(),
        }).collect()
    }
}

prop_compose! {
    fn cities()(members in members(), mut resources in resources(), needs in needs(),
                limits in prop::array::uniform4(0..4u32)) -> City {
        for r in &mut resources {
            r.member %= members.len() as u32;
        }
        let stations = limits.iter().enumerate().map(|(i, limit)| Station {
            district: AREAS[i][..6].to_owned(),
            list_limit: *limit,
            partners: Vec::new(),
        }).collect();
        City { stations, members, resources, needs, weights: Weights::default(), rarity: Default::default() }
    }
}

fn planned(city: &City) -> (Index, Vec<Chosen>) {
    let index = Index::new(city);
    let problem = pose(city, &index).expect("a city that can be weighed");
    let plan = solve(&problem, &Limits::default(), &Watch::none());
    domain::verify(&problem.instance, &plan.solution).expect("the plan and its proof hold");
    (index, plan.chosen)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// What cannot be weighed is refused: it would look like a year in which nothing fits.
    #[test]
    fn a_city_that_cannot_be_weighed_is_refused_not_planned_as_nothing(city in cities()) {
        let code = |city: &City| pose(city, &Index::new(city)).err().map(|no| no.code);
        let mut dear = city.clone();
        let rows: Vec<(String, i64)> = city.weights.rows().map(|(c, _)| (c.to_owned(), 1 << 40)).collect();
        dear.weights = Weights::new(2, rows);
        let pairs = pose(&city, &Index::new(&city)).expect("a city that can be weighed").candidate_pairs;
        prop_assert_eq!(code(&dear), (pairs > 0).then_some("TOO_LARGE"));
        let mut bare = city;
        if let Some(need) = bare.needs.first_mut() {
            need.requirements.clear();
            prop_assert_eq!(code(&bare), Some("NO_REQUIREMENT"));
        }
    }

    #[test]
    fn capacities_hold_at_every_level_and_no_hard_filter_is_passed(city in cities()) {
        let (_, chosen) = planned(&city);
        let (mut quarter, mut resource, mut member) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut served: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        let mut meets = BTreeSet::new();
        for c in &chosen {
            let need = &city.needs[c.need as usize];
            let asked = &need.requirements[c.requirement as usize];
            prop_assert!(first_no(&city, need, asked, c.resource).is_none());
            // Each unit of a requirement by another member.
            prop_assert!(meets.insert((c.need, c.requirement, city.resources[c.resource as usize].member)));
            *quarter.entry((c.resource, c.quarter)).or_insert(0) += 1;
            *resource.entry(c.resource).or_insert(0) += 1;
            *member.entry(city.resources[c.resource as usize].member).or_insert(0) += 1;
            served.entry(c.need).or_default().push(c.requirement);
        }
        for ((r, q), n) in quarter {
            prop_assert!(n <= city.resources[r as usize].free[q as usize - 1]);
        }
        for (r, n) in resource {
            prop_assert!(n <= city.resources[r as usize].free_year);
        }
        for (m, n) in member {
            let m = &city.members[m as usize];
            prop_assert!(n <= m.yearly_limit - m.load);
        }
        let mut listed = BTreeMap::new();
        for (n, covered) in served {
            // All or nothing: as many units as are asked for, of each requirement.
            let need = &city.needs[n as usize];
            *listed.entry(need.station).or_insert(0) += 1;
            for (q, asked) in need.requirements.iter().enumerate() {
                prop_assert_eq!(covered.iter().filter(|c| **c == q as u32).count() as u32, asked.quantity);
            }
        }
        for (s, n) in listed {
            prop_assert!(n <= city.stations[s as usize].list_limit);
        }
    }

    #[test]
    fn the_parts_of_a_score_sum_to_it(city in cities()) {
        let (_, chosen) = planned(&city);
        for c in chosen {
            let need = &city.needs[c.need as usize];
            let asked = &need.requirements[c.requirement as usize];
            let sum: i64 = parts(&city, need, asked, c.resource, c.quarter).iter().map(|p| p.points).sum();
            prop_assert_eq!(sum, total(&city, need, asked, c.resource, c.quarter));
            prop_assert_eq!(sum, c.score);
        }
    }

    #[test]
    fn every_need_is_served_or_has_a_reason_with_a_way_out(city in cities()) {
        let (index, chosen) = planned(&city);
        let served: BTreeSet<u32> = chosen.iter().map(|c| c.need).collect();
        let left: Vec<_> = reasons(&city, &index, &chosen);
        prop_assert_eq!(served.len() + left.len(), city.needs.len());
        for r in left {
            prop_assert!(!served.contains(&r.need) && !r.text.is_empty() && !r.remedy.is_empty());
        }
    }

    #[test]
    fn candidates_are_just_the_pairs_to_which_no_rule_says_no(city in cities()) {
        let index = Index::new(&city);
        for need in &city.needs {
            for asked in &need.requirements {
                let found = index.candidates(&city, need, asked);
                let all: Vec<u32> = (0..city.resources.len() as u32)
                    .filter(|r| first_no(&city, need, asked, *r).is_none())
                    .collect();
                prop_assert_eq!(found, all);
            }
        }
    }
}
