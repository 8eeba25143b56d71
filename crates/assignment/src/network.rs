//! The instance as a network: every requirement sends one unit to the root, through a place, its resource and its
//! member, or through its station's "left out" node.
//!
//! Only a need's first requirement passes the station: a served need is one line of the list, however many
//! resources it takes. The limit `L` of a station with `n` needs is a lower bound of `n − L` on what is left out, so
//! leaving everything out is always feasible and a strongly feasible first tree needs no artificial arcs.

use crate::Instance;

pub(crate) struct Network {
    pub nodes: usize,
    pub tail: Vec<u32>,
    pub head: Vec<u32>,
    pub cost: Vec<i128>,
    pub lower: Vec<i32>,
    pub cap: Vec<i32>,
    pub flow: Vec<i32>,
    /// The arc of every node towards the root in the first tree; the root, the last node, has none.
    pub first_tree: Vec<u32>,
    /// First arc of the pairs: pair `p` is arc `pairs_at + p`.
    pub pairs_at: usize,
    pub stations_at: usize,
    pub places_at: usize,
    pub resources_at: usize,
    pub members_at: usize,
}

/// More than any flow: the number of requirements is below it.
const FREE: i32 = i32::MAX / 4;

impl Network {
    /// Costs are the negated values of the pairs, `reward[q]` being the part of its need's reward on requirement `q`.
    pub fn new(instance: &Instance, reward: &[i128]) -> Self {
        let requirements = instance.requirements();
        let stations_at = requirements;
        let places_at = stations_at + instance.station_limit.len();
        let resources_at = places_at + instance.place_cap.len();
        let members_at = resources_at + instance.resource_cap.len();
        let root = members_at + instance.member_cap.len();
        let mut net = Network {
            nodes: root + 1,
            tail: Vec::new(),
            head: Vec::new(),
            cost: Vec::new(),
            lower: Vec::new(),
            cap: Vec::new(),
            flow: Vec::new(),
            first_tree: vec![u32::MAX; root + 1],
            pairs_at: 0,
            stations_at,
            places_at,
            resources_at,
            members_at,
        };
        let mut left_out = vec![0i32; instance.station_limit.len()];
        for need in 0..instance.needs() {
            let station = instance.need_station[need] as usize;
            left_out[station] += 1;
            for (i, q) in instance.requirements_of(need).enumerate() {
                let to = if i == 0 { stations_at + station } else { root };
                net.first_tree[q] = net.arc(q, to, 0, 0, FREE, 1);
            }
        }
        for (s, n) in left_out.iter().enumerate() {
            let limit = i32::try_from(instance.station_limit[s]).unwrap_or(i32::MAX);
            net.first_tree[stations_at + s] = net.arc(stations_at + s, root, 0, (n - limit).max(0), FREE, *n);
        }
        let cap = |c: u32| i32::try_from(c).unwrap_or(FREE).min(FREE);
        for (p, c) in instance.place_cap.iter().enumerate() {
            let to = resources_at + instance.place_resource[p] as usize;
            net.first_tree[places_at + p] = net.arc(places_at + p, to, 0, 0, cap(*c), 0);
        }
        for (r, c) in instance.resource_cap.iter().enumerate() {
            let to = members_at + instance.resource_member[r] as usize;
            net.first_tree[resources_at + r] = net.arc(resources_at + r, to, 0, 0, cap(*c), 0);
        }
        for (m, c) in instance.member_cap.iter().enumerate() {
            // One arc for every unit of load: its cost, 2k − 1, is what it adds to the square.
            let units = cap(*c).min(requirements as i32).max(1);
            for k in 1..=units {
                let a = net.arc(members_at + m, root, i128::from(2 * k - 1), 0, i32::from(*c > 0), 0);
                if k == 1 {
                    net.first_tree[members_at + m] = a;
                }
            }
        }
        net.pairs_at = net.tail.len();
        for (q, part) in reward.iter().enumerate() {
            for p in instance.pairs_of(q) {
                let value = part + instance.weights.score * i128::from(instance.pair_score[p]);
                net.arc(q, places_at + instance.place_of(p), -value, 0, i32::from(instance.usable(p)), 0);
            }
        }
        net
    }

    fn arc(&mut self, tail: usize, head: usize, cost: i128, lower: i32, cap: i32, flow: i32) -> u32 {
        self.tail.push(tail as u32);
        self.head.push(head as u32);
        self.cost.push(cost);
        self.lower.push(lower);
        self.cap.push(cap);
        self.flow.push(flow);
        (self.tail.len() - 1) as u32
    }
}
