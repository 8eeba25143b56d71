//! What would be otherwise: the standing plan, changed in one thing or several and solved again from where it stands.
//!
//! Every answer is a solve, not an estimate: the change is made, the plan brought to its new optimum, and both are
//! compared need by need.

use super::plan::Layout;
use assignment::{Change, Instance, Priority, Solution, Standing};

/// Points that have to be gained by each need that a change moves elsewhere: nobody is moved for evenness alone.
const MOVED_FOR: u16 = 1;

/// A plan that stands, with what its positions mean.
pub struct Board {
    instance: Instance,
    solution: Solution,
    layout: Layout,
    /// The plan, ready for changes.
    standing: Standing,
}

/// Where a need is served: resource and quarter.
pub type Seat = (u32, u8);

/// What differs for a need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Position of the need.
    pub need: u32,
    /// Where it was served.
    pub before: Option<Seat>,
    /// Where it is served now.
    pub after: Option<Seat>,
}

/// A changed plan against the standing one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Needs served more, or fewer below zero.
    pub served: i64,
    /// Urgent and pinned needs served more.
    pub urgent: i64,
    /// Points of score more.
    pub score: i64,
    /// What differs, by need.
    pub differences: Vec<Difference>,
}

/// What a pair that the plan did not choose would cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PairAnswer {
    /// The plan has chosen it.
    Chosen(Seat),
    /// It was no candidate when the plan was made.
    NoCandidate,
    /// It was one; this is the plan with it, and what its prices say that it lacks, in points.
    Possible {
        /// Where it would be.
        seat: Seat,
        /// Points that the pair lacks at the plan's prices.
        lacks: i64,
        /// The plan with the pair.
        with: Comparison,
    },
    /// It was one, but the need could not be served with it, whoever made way.
    Blocked(Seat),
}

/// A change that somebody could make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// The need is served by the resource.
    Pin(u32, u32),
    /// The need is served by the resource in the quarter.
    Seat(u32, Seat),
    /// The need is not served by the resource.
    Ban(u32, u32),
    /// The need is withdrawn.
    Withdraw(u32),
    /// So many units more of a resource in a quarter, and in the year with them, and of its member.
    MoreUnits(u32, u8, u32),
    /// So many units in the year are left of a resource.
    YearUnits(u32, u32),
    /// So many lines more on a station's list.
    MoreLines(u32, u32),
    /// The resource serves the need although a rule spoke against it, in a quarter, for points.
    Allow(u32, u32, u8, u32),
}

/// The smallest change that would serve a need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// What has to change: one thing; or one line more, perhaps one unit more, and with whom the need has it.
    pub wishes: Vec<Wish>,
    /// The plan with it.
    pub with: Comparison,
}

/// What one more unit of a resource is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitWorth {
    /// Quarter, 1 to 4.
    pub quarter: u8,
    /// Units that the plan uses.
    pub used: u32,
    /// Units there are.
    pub units: u32,
    /// What one more brings, solved.
    pub with: Comparison,
}

impl Board {
    /// From what is kept of a plan.
    pub fn new(instance: Instance, solution: Solution, layout: Layout) -> Board {
        let mut standing = Standing::new(instance.clone(), &solution);
        let chosen: Vec<u32> = solution.chosen.iter().flatten().copied().collect();
        // Without it the answer is as right, but touches more needs than it has to.
        let _ = standing.favour(&chosen, MOVED_FOR);
        Board { instance, solution, layout, standing }
    }

    /// Where a need is served, by requirement in order; empty where it is not.
    pub fn seats(&self, need: u32) -> Vec<Seat> {
        self.number(need).map_or_else(Vec::new, |n| self.seats_in(&self.instance, &self.solution.chosen, n))
    }

    /// Position of a need in the instance.
    fn number(&self, need: u32) -> Option<usize> {
        let unit = self.layout.units.iter().position(|u| u.0 == need)?;
        Some(self.instance.need_of(unit))
    }

    fn seats_in(&self, instance: &Instance, chosen: &[Option<u32>], number: usize) -> Vec<Seat> {
        let pairs = chosen.get(instance.requirements_of(number)).unwrap_or_default().iter().flatten();
        let mut seats: Vec<Seat> =
            pairs.map(|p| self.layout.places[instance.place_of(*p as usize)]).collect();
        // Whichever of those that are alike has which place is all the same.
        seats.sort_unstable();
        seats
    }

    /// The pairs of a need with a resource, what the plan's prices say that each lacks first, the least first.
    fn pairs(&self, number: usize, resource: u32) -> Vec<(i64, u32)> {
        let mut pairs = self.lacking(number);
        pairs.retain(|(_, p)| self.layout.places[self.instance.place_of(*p as usize)].0 == resource);
        pairs
    }

    /// The pairs of a need, by what they lack at the plan's prices.
    fn lacking(&self, number: usize) -> Vec<(i64, u32)> {
        let of = |q: usize| self.instance.lacking(&self.solution.prices, q);
        let mut pairs: Vec<(i64, u32)> = self.instance.requirements_of(number).flat_map(of).collect();
        pairs.sort_unstable();
        pairs
    }

    /// Why the plan did not choose a pair: what it would cost, and who would lose.
    pub fn pair(&self, need: u32, resource: u32) -> PairAnswer {
        let Some(number) = self.number(need) else { return PairAnswer::NoCandidate };
        if let Some(seat) = self.seats(need).into_iter().find(|s| s.0 == resource) {
            return PairAnswer::Chosen(seat);
        }
        let Some((lacks, best)) = self.pairs(number, resource).first().copied() else {
            return PairAnswer::NoCandidate;
        };
        let mut standing = self.standing.clone();
        if standing.change(&Change::Pin(best)).is_err() {
            return PairAnswer::NoCandidate;
        }
        let seat = self.layout.places[self.instance.place_of(best as usize)];
        if standing.chosen(self.instance.requirements_of(number).start as u32).is_none() {
            return PairAnswer::Blocked(seat);
        }
        let mut with = self.compare(&standing, None);
        // Of its several seats the one that was asked about.
        if let Some(own) = with.differences.iter_mut().find(|d| d.need == need) {
            own.after = Some(seat);
        }
        PairAnswer::Possible { seat, lacks: self.instance.points_of(lacks), with }
    }

    /// The plan after some wishes; `None` where one of them speaks of what the plan does not know.
    pub fn scenario(&self, wishes: &[Wish]) -> Option<Comparison> {
        let mut standing = self.standing.clone();
        let mut new = None;
        for wish in wishes {
            new = self.make(&mut standing, wish)?.or(new);
        }
        Some(self.compare(&standing, new))
    }

    /// Makes a change; gives the number that a need got anew.
    fn make(&self, standing: &mut Standing, wish: &Wish) -> Option<Option<(usize, u32, Seat)>> {
        // Capacities as earlier changes have left them, so that changes add up.
        let now = standing.instance();
        let more = |cap: u32, by: u32| cap.saturating_add(by);
        let caps = match *wish {
            Wish::MoreUnits(resource, quarter, by) => {
                let place = self.layout.places.iter().position(|p| *p == (resource, quarter))?;
                let r = resource as usize;
                let m = now.member_of(r);
                vec![
                    Change::PlaceCap(place as u32, more(now.place_cap(place), by)),
                    Change::ResourceCap(resource, more(now.resource_cap(r), by)),
                    Change::MemberCap(m as u32, more(now.member_cap(m), by)),
                ]
            }
            Wish::YearUnits(resource, units) => vec![Change::ResourceCap(resource, units)],
            Wish::MoreLines(station, by) => {
                vec![Change::StationLimit(station, more(now.station_limit(station as usize), by))]
            }
            _ => Vec::new(),
        };
        let mut change = |c: Change| standing.change(&c).ok();
        for cap in caps {
            change(cap)?;
        }
        match *wish {
            Wish::MoreUnits(..) | Wish::YearUnits(..) | Wish::MoreLines(..) => {}
            Wish::Pin(need, resource) => {
                let pairs = self.pairs(self.number(need)?, resource);
                change(Change::Pin(pairs.first()?.1))?;
            }
            Wish::Seat(need, seat) => {
                let pairs = self.pairs(self.number(need)?, seat.0);
                let there =
                    |p: &&(i64, u32)| self.layout.places[self.instance.place_of(p.1 as usize)] == seat;
                change(Change::Pin(pairs.iter().find(there)?.1))?;
            }
            Wish::Ban(need, resource) => {
                for (_, pair) in self.pairs(self.number(need)?, resource) {
                    change(Change::Ban(pair))?;
                }
            }
            Wish::Withdraw(need) => change(Change::NeedGoes(self.number(need)? as u32))?,
            Wish::Allow(need, resource, quarter, points) => {
                // A new need has one requirement.
                let number = self.number(need).filter(|n| self.instance.requirements_of(*n).len() == 1)?;
                let place = self.layout.places.iter().position(|p| *p == (resource, quarter))?;
                let requirement = self.instance.requirements_of(number).start;
                let mut pairs: Vec<(u32, u32)> = self
                    .instance
                    .pairs_of(requirement)
                    .map(|p| (self.instance.place_of(p) as u32, self.instance.score_of(p).max(0) as u32))
                    .collect();
                pairs.push((place as u32, points));
                change(Change::NeedGoes(number as u32))?;
                let station = self.instance.station_of(number);
                let priority = self.instance.priority_of(number);
                change(Change::NewNeed { station, priority, pairs })?;
                let new = standing.instance().needs() - 1;
                return Some(Some((new, need, (resource, quarter))));
            }
        }
        Some(None)
    }

    /// Both plans need by need. `new`: a need that goes on under another number.
    fn compare(&self, standing: &Standing, new: Option<(usize, u32, Seat)>) -> Comparison {
        let now = standing.instance();
        let after = standing.solution().chosen;
        let mut differences = Vec::new();
        let (mut served, mut urgent) = (0i64, 0i64);
        for number in 0..self.instance.needs() {
            let need = self.layout.units[self.instance.requirements_of(number).start].0;
            let was = self.seats_in(&self.instance, &self.solution.chosen, number);
            let at = new.filter(|(_, same, _)| *same == need).map_or(number, |(other, ..)| other);
            let is = self.seats_in(now, &after, at);
            let more = i64::from(!is.is_empty()) - i64::from(!was.is_empty());
            served += more;
            if self.instance.priority_of(number) != Priority::Normal {
                urgent += more;
            }
            if was != is {
                // Of several seats the first that the other plan does not have.
                let other = |of: &[Seat], than: &[Seat]| of.iter().find(|s| !than.contains(s)).copied();
                let before = other(&was, &is).or(was.first().copied());
                differences.push(Difference {
                    need,
                    before,
                    after: other(&is, &was).or(is.first().copied()),
                });
            }
        }
        let sum = |i: &Instance, chosen: &[Option<u32>]| -> i64 {
            chosen.iter().flatten().map(|p| i.score_of(*p as usize)).sum()
        };
        let score = sum(now, &after) - sum(&self.instance, &self.solution.chosen);
        Comparison { served, urgent, score, differences }
    }

    /// Changes that would serve a need without another losing, the most useful first. `allowed`: pairs that a rule refuses
    /// and an agreement could allow, with quarter and points. `from`: the quarter that is running; what would be served in
    /// an earlier one comes too late.
    pub fn remedies(&self, need: u32, allowed: &[(u32, u8, u32)], from: u8) -> Vec<Remedy> {
        const TRIED: usize = 8;
        const MOST_LINES: u32 = 12;
        let Some(number) = self.number(need) else { return Vec::new() };
        if !self.seats(need).is_empty() {
            return Vec::new();
        }
        // Where it could be, what is cheapest by the plan's prices first.
        let mut seats: Vec<Seat> = Vec::new();
        for (_, pair) in self.lacking(number) {
            let seat = self.layout.places[self.instance.place_of(pair as usize)];
            if seat.1 >= from && !seats.contains(&seat) {
                seats.push(seat);
            }
        }
        let served = |c: &Comparison| {
            let mut own = c.differences.iter().filter(|d| d.need == need).filter_map(|d| d.after).peekable();
            c.served >= 0
                && own.peek().is_some()
                && own.all(|seat| seat.1 >= from)
                && c.differences.iter().all(|d| d.after.is_some() || d.before.is_none())
        };
        let solved = |wishes: Vec<Wish>| {
            let with = self.scenario(&wishes)?;
            served(&with).then_some(Remedy { wishes, with })
        };
        let unit = |seat: &Seat| Wish::MoreUnits(seat.0, seat.1, 1);
        let mut found: Vec<Remedy> =
            seats.iter().take(TRIED).filter_map(|seat| solved(vec![unit(seat)])).collect();
        let allow = |(r, q, points): &(u32, u8, u32)| Wish::Allow(need, *r, *q, *points);
        found.extend(allowed.iter().take(TRIED).filter_map(|pair| solved(vec![allow(pair)])));
        // No list is long enough for whom there is nobody.
        if let Some(station) = self.instance.station_of(number).filter(|_| !seats.is_empty()) {
            // So many lines more as let it in: those of its station that are worth more come first.
            let lines = (1..=MOST_LINES).find_map(|n| solved(vec![Wish::MoreLines(station, n)]));
            if lines.as_ref().is_none_or(|r| r.wishes != [Wish::MoreLines(station, 1)]) {
                // Or one line that somebody gives to this need, with whomever it costs least; where all of them are taken,
                // with a unit more.
                let line = Wish::MoreLines(station, 1);
                let there = |seat: &Seat| Wish::Seat(need, *seat);
                let mut near = seats.iter().take(TRIED);
                let given = near.clone().find_map(|seat| solved(vec![line.clone(), there(seat)]));
                found.extend(
                    given.or_else(|| {
                        near.find_map(|seat| solved(vec![line.clone(), unit(seat), there(seat)]))
                    }),
                );
            }
            found.extend(lines);
        }
        // More score for the one change first, then fewer who have to move; ties in the order tried.
        found.sort_by_key(|r| (std::cmp::Reverse(r.with.score), r.with.differences.len()));
        found
    }

    /// What one more unit of a resource would bring, quarter by quarter.
    pub fn demand(&self, resource: u32) -> Vec<UnitWorth> {
        let mut found = Vec::new();
        for (place, (r, quarter)) in self.layout.places.iter().enumerate().filter(|(_, p)| p.0 == resource) {
            let at = |p: &u32| self.instance.place_of(*p as usize) == place;
            let used = self.solution.chosen.iter().flatten().filter(|p| at(p)).count() as u32;
            if let Some(with) = self.scenario(&[Wish::MoreUnits(*r, *quarter, 1)]) {
                let units = self.instance.place_cap(place);
                found.push(UnitWorth { quarter: *quarter, used, units, with });
            }
        }
        found
    }

    /// Units that the plan gives each member, beside what each could take: by position.
    pub fn loads(&self) -> Vec<(u32, u32)> {
        let members = (0..self.layout.places.len())
            .map(|p| self.instance.member_of(self.instance.resource_of(p)) + 1)
            .max()
            .unwrap_or(0);
        let mut loads: Vec<(u32, u32)> = (0..members).map(|m| (0, self.instance.member_cap(m))).collect();
        for pair in self.solution.chosen.iter().flatten() {
            let resource = self.instance.resource_of(self.instance.place_of(*pair as usize));
            loads[self.instance.member_of(resource)].0 += 1;
        }
        loads
    }

    /// Lines that the plan uses of each of so many stations' lists, beside those there are: by position.
    pub fn lines(&self, stations: usize) -> Vec<(u32, u32)> {
        let mut lines: Vec<(u32, u32)> = (0..stations).map(|s| (0, self.instance.station_limit(s))).collect();
        for number in 0..self.instance.needs() {
            let served = self.solution.chosen[self.instance.requirements_of(number).start].is_some();
            if let Some(station) = self.instance.station_of(number).filter(|_| served) {
                lines[station as usize].0 += 1;
            }
        }
        lines
    }

    /// The plan in which a member carries so many units at most.
    pub fn at_most(&self, member: u32, units: u32) -> Option<Comparison> {
        let mut standing = self.standing.clone();
        standing.change(&Change::MemberCap(member, units)).ok()?;
        Some(self.compare(&standing, None))
    }
}

/// The Gini coefficient of loads in permille: 0 all alike, towards 1000 the few carry all.
pub fn gini(loads: &[u32]) -> u32 {
    let mut sorted = loads.to_vec();
    sorted.sort_unstable();
    let (n, sum) = (sorted.len() as i64, sorted.iter().map(|l| i64::from(*l)).sum::<i64>());
    if sum == 0 {
        return 0;
    }
    let weighted: i64 = sorted.iter().zip(1i64..).map(|(l, k)| (2 * k - n - 1) * i64::from(*l)).sum();
    (weighted * 1000 / (n * sum)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gini_is_nothing_where_all_are_alike_and_much_where_one_has_all() {
        assert_eq!(gini(&[]), 0);
        assert_eq!(gini(&[3, 3, 3]), 0);
        assert_eq!(gini(&[0, 0, 0, 4]), 750);
    }
}
