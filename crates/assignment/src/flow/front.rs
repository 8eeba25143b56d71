//! One search: what is reached, how far it is, and by which way.

use super::queue::Queue;

/// How a search came to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Via {
    /// It began here.
    Start,
    /// From a set above or below.
    Node(u32),
    /// Forward: the requirement goes to this node by the pair. Backward: it leaves this node for that set.
    Pair(u32, u32),
    /// The requirement goes home: its place is free, and so is its line.
    Leave(u32),
}

/// Where the shortest path ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Nowhere.
    None,
    /// What the search is for stays as it is.
    Stay,
    /// At a node with a unit too many or too few.
    At(usize),
    /// From an outermost set to the root, or from the root to a station: one unit more.
    More(usize),
    /// From the root to an outermost set, or from a station to the root: one unit less.
    Less(usize),
    /// Forward: a requirement that is on no list leaves. Backward: one comes, to this set by this pair.
    Leave(usize),
    Enter(u32, u32),
}

/// What a search knows of a node, in one piece of memory.
#[derive(Clone, Copy)]
struct Spot {
    distance: i64,
    /// The search's stamp: seen; one more: settled.
    mark: u32,
    via: Via,
}

/// Distances and ways of one search. Stamps make a new search cost nothing.
#[derive(Clone)]
pub(super) struct Front {
    stamp: u32,
    spot: Vec<Spot>,
    pub settled: Vec<u32>,
    /// Nodes, and behind their numbers the requirements that are put off.
    queue: Queue,
    /// What is no farther than the node that is being settled: no need to sort it.
    same: Vec<u32>,
    pub best: i64,
    pub end: End,
    kind: Kind,
}

/// What a search is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The nearest end.
    Nearest,
    /// Any end at no distance, depth first: whoever reaches a node last is asked first.
    Deep,
    /// The distance of everything.
    All,
}

/// What is looked at next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A node, at its distance.
    Node(usize, i64),
    /// A requirement that was put off.
    Task(usize),
}

impl Front {
    pub fn new(nodes: usize) -> Front {
        Front {
            stamp: 0,
            spot: vec![Spot { distance: 0, mark: 0, via: Via::Start }; nodes],
            settled: Vec::new(),
            queue: Queue::new(),
            same: Vec::new(),
            best: i64::MAX,
            end: End::None,
            kind: Kind::Nearest,
        }
    }

    /// Begins a search for the nearest end.
    pub fn start(&mut self) {
        if self.stamp > u32::MAX - 4 {
            self.spot.iter_mut().for_each(|s| s.mark = 0);
            self.stamp = 0;
        }
        self.stamp += 2;
        self.settled.clear();
        self.queue.clear();
        self.same.clear();
        self.best = i64::MAX;
        self.end = End::None;
        self.kind = Kind::Nearest;
    }

    /// Begins a search that ends nowhere.
    pub fn start_all(&mut self) {
        self.start();
        self.kind = Kind::All;
    }

    /// Begins a search along arcs of no cost. It passes by what such searches have left in vain since the last
    /// [`Self::start`].
    pub fn start_deep(&mut self) {
        self.settled.clear();
        self.queue.clear();
        self.same.clear();
        self.best = 1;
        self.end = End::None;
        self.kind = Kind::Deep;
    }

    /// Whether the search goes depth first.
    pub fn is_deep(&self) -> bool {
        self.kind == Kind::Deep
    }

    /// Whether the search has been to a node.
    pub fn is_settled(&self, v: usize) -> bool {
        self.spot[v].mark > self.stamp
    }

    /// How far a node is that the search has reached.
    pub fn distance(&self, v: usize) -> i64 {
        self.spot[v].distance
    }

    /// How the search came to a node.
    pub fn via(&self, v: usize) -> Via {
        self.spot[v].via
    }

    /// Lets later searches of the same start go to a node once more.
    pub fn reopen(&mut self, v: usize) {
        self.spot[v].mark = self.spot[v].mark.min(self.stamp);
    }

    /// A requirement that leads nowhere nearer than this.
    #[inline]
    pub fn put_off(&mut self, q: usize, distance: i64) {
        self.queue.push(distance, (self.spot.len() + q) as u32);
    }

    /// A way to a node, if it is shorter than what is known. Says whether it is.
    #[inline]
    pub fn reach(&mut self, v: usize, distance: i64, from: i64, via: Via) -> bool {
        if distance >= self.best {
            return false;
        }
        let spot = &mut self.spot[v];
        let again = spot.mark == self.stamp && spot.distance <= distance && self.kind != Kind::Deep;
        if spot.mark > self.stamp || again {
            return false;
        }
        *spot = Spot { distance, mark: self.stamp, via };
        if distance <= from {
            self.same.push(v as u32);
        } else {
            self.queue.push(distance, v as u32);
        }
        true
    }

    /// A way to an end, if it is shorter than what is known.
    pub fn finish(&mut self, distance: i64, end: End) {
        if distance < self.best && self.kind != Kind::All {
            self.best = distance;
            self.end = end;
        }
    }

    pub fn next(&mut self) -> Option<Step> {
        loop {
            let v = match self.same.pop() {
                Some(v) => v as usize,
                None => {
                    let (d, v) = self.queue.pop()?;
                    if d >= self.best {
                        return None;
                    }
                    let v = v as usize;
                    if let Some(q) = v.checked_sub(self.spot.len()) {
                        return Some(Step::Task(q));
                    }
                    if d > self.spot[v].distance {
                        continue;
                    }
                    v
                }
            };
            let spot = &mut self.spot[v];
            if spot.mark == self.stamp && spot.distance < self.best {
                spot.mark = self.stamp + 1;
                self.settled.push(v as u32);
                return Some(Step::Node(v, spot.distance));
            }
        }
    }
}
