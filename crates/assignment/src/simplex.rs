//! A network simplex on a strongly feasible spanning tree (Cunningham 1976; the pivot is a block search as in
//! Király and Kovács 2012). Costs may change between runs; the tree is kept, so a run after a small change is short.

use crate::network::Network;

const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Tree,
    Lower,
    Upper,
    /// No flow can ever use it.
    Closed,
}

pub(crate) struct Simplex {
    pub net: Network,
    /// `cost + potential[tail] − potential[head] = 0` on every tree arc; the root's is 0.
    pub potential: Vec<i128>,
    at: Vec<At>,
    parent: Vec<u32>,
    /// The tree arc between a node and its parent.
    pred: Vec<u32>,
    depth: Vec<u32>,
    first_child: Vec<u32>,
    next: Vec<u32>,
    prev: Vec<u32>,
    scan: usize,
    stack: Vec<u32>,
}

impl Simplex {
    pub fn new(net: Network) -> Self {
        let n = net.nodes;
        let mut at: Vec<At> = net.cap.iter().map(|c| if *c == 0 { At::Closed } else { At::Lower }).collect();
        let mut s = Simplex {
            potential: vec![0; n],
            parent: vec![NONE; n],
            pred: net.first_tree.clone(),
            depth: vec![0; n],
            first_child: vec![NONE; n],
            next: vec![NONE; n],
            prev: vec![NONE; n],
            scan: 0,
            stack: Vec::new(),
            at: Vec::new(),
            net,
        };
        for v in 0..n - 1 {
            let a = s.pred[v] as usize;
            at[a] = At::Tree;
            s.adopt(v as u32, s.net.head[a]);
        }
        s.at = at;
        s.refresh(s.root());
        s
    }

    fn root(&self) -> u32 {
        (self.net.nodes - 1) as u32
    }

    /// Changes a cost. Call [`Self::recompute`] before the next [`Self::run`].
    pub fn set_cost(&mut self, arc: usize, cost: i128) {
        self.net.cost[arc] = cost;
    }

    /// Potentials anew from the tree, after costs have changed.
    pub fn recompute(&mut self) {
        self.refresh(self.root());
    }

    fn adopt(&mut self, v: u32, parent: u32) {
        let p = parent as usize;
        let first = self.first_child[p];
        self.parent[v as usize] = parent;
        self.next[v as usize] = first;
        self.prev[v as usize] = NONE;
        if first != NONE {
            self.prev[first as usize] = v;
        }
        self.first_child[p] = v;
    }

    fn orphan(&mut self, v: u32) {
        let (next, prev) = (self.next[v as usize], self.prev[v as usize]);
        if next != NONE {
            self.prev[next as usize] = prev;
        }
        if prev != NONE {
            self.next[prev as usize] = next;
        } else {
            self.first_child[self.parent[v as usize] as usize] = next;
        }
    }

    /// Depths and potentials of everything below `top`, and of `top` unless it is the root.
    fn refresh(&mut self, top: u32) {
        self.stack.clear();
        self.stack.push(top);
        while let Some(v) = self.stack.pop() {
            let i = v as usize;
            if self.parent[i] != NONE {
                let (p, a) = (self.parent[i] as usize, self.pred[i] as usize);
                self.depth[i] = self.depth[p] + 1;
                let cost = self.net.cost[a];
                self.potential[i] =
                    if self.net.tail[a] == v { self.potential[p] - cost } else { self.potential[p] + cost };
            }
            let mut c = self.first_child[i];
            while c != NONE {
                self.stack.push(c);
                c = self.next[c as usize];
            }
        }
    }

    fn reduced(&self, a: usize) -> i128 {
        self.net.cost[a] + self.potential[self.net.tail[a] as usize]
            - self.potential[self.net.head[a] as usize]
    }

    /// The most violating arc of the next block that has one.
    fn entering(&mut self) -> Option<usize> {
        let arcs = self.net.tail.len();
        let block = arcs.isqrt() + 16;
        let (mut best, mut found) = (0i128, None);
        let (mut left, mut seen) = (block, 0);
        let mut a = self.scan;
        while seen < arcs {
            let violation = match self.at[a] {
                At::Tree | At::Closed => 0,
                At::Lower => -self.reduced(a),
                At::Upper => self.reduced(a),
            };
            if violation > best {
                best = violation;
                found = Some(a);
            }
            a = if a + 1 == arcs { 0 } else { a + 1 };
            seen += 1;
            left -= 1;
            if left == 0 {
                if found.is_some() {
                    break;
                }
                left = block;
            }
        }
        self.scan = a;
        found
    }

    /// Pivots to the optimum.
    pub fn run(&mut self) {
        while let Some(a) = self.entering() {
            self.pivot(a);
        }
    }

    /// How much more can flow over the tree arc of `v`, towards the parent or away from it.
    fn room(&self, v: u32, towards_parent: bool) -> i32 {
        let a = self.pred[v as usize] as usize;
        if (self.net.tail[a] == v) == towards_parent {
            self.net.cap[a] - self.net.flow[a]
        } else {
            self.net.flow[a] - self.net.lower[a]
        }
    }

    fn push(&mut self, v: u32, towards_parent: bool, amount: i32) {
        let a = self.pred[v as usize] as usize;
        if (self.net.tail[a] == v) == towards_parent {
            self.net.flow[a] += amount;
        } else {
            self.net.flow[a] -= amount;
        }
    }

    fn join(&self, mut u: u32, mut v: u32) -> u32 {
        while u != v {
            if self.depth[u as usize] >= self.depth[v as usize] {
                u = self.parent[u as usize];
            } else {
                v = self.parent[v as usize];
            }
        }
        u
    }

    fn pivot(&mut self, entering: usize) {
        let forward = self.at[entering] == At::Lower;
        let (first, second) = if forward {
            (self.net.tail[entering], self.net.head[entering])
        } else {
            (self.net.head[entering], self.net.tail[entering])
        };
        let join = self.join(first, second);
        // The unit goes join → first → second → join. The last blocking arc on that way leaves: the tree stays
        // strongly feasible, and degenerate pivots cannot cycle.
        let mut delta = self.net.cap[entering] - self.net.lower[entering];
        let mut leaving = None;
        let mut v = first;
        while v != join {
            let room = self.room(v, false);
            if room < delta {
                delta = room;
                leaving = Some((v, true));
            }
            v = self.parent[v as usize];
        }
        let mut v = second;
        while v != join {
            let room = self.room(v, true);
            if room <= delta {
                delta = room;
                leaving = Some((v, false));
            }
            v = self.parent[v as usize];
        }
        if delta > 0 {
            self.net.flow[entering] += if forward { delta } else { -delta };
            let mut v = first;
            while v != join {
                self.push(v, false, delta);
                v = self.parent[v as usize];
            }
            let mut v = second;
            while v != join {
                self.push(v, true, delta);
                v = self.parent[v as usize];
            }
        }
        let Some((out, on_first_side)) = leaving else {
            self.at[entering] = if forward { At::Upper } else { At::Lower };
            return;
        };
        let left = self.pred[out as usize] as usize;
        self.at[left] = if self.net.flow[left] == self.net.lower[left] { At::Lower } else { At::Upper };
        self.at[entering] = At::Tree;
        let (inside, outside) = if on_first_side { (first, second) } else { (second, first) };
        // What hung on the leaving arc hangs on the entering one now: turn the path from `inside` to `out` round.
        let (mut v, mut parent, mut arc) = (inside, outside, entering as u32);
        loop {
            let (old_parent, old_arc) = (self.parent[v as usize], self.pred[v as usize]);
            self.orphan(v);
            self.adopt(v, parent);
            self.pred[v as usize] = arc;
            if v == out {
                break;
            }
            (parent, arc, v) = (v, old_arc, old_parent);
        }
        self.refresh(inside);
    }
}
