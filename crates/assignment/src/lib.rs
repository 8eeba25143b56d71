//! Exact assignment on a capacity hierarchy, with a proof of optimality.
//!
//! *Needs* ask, *places* give. A need belongs to a station, whose list has a limit, and has one or more
//! requirements; it is served only when all of them are. Several distinct members may have to meet a requirement
//! together. A place is a resource in one quarter; places, resources and members have capacities, one inside the
//! other. The objective is lexicographic: pinned needs served, urgent needs served, needs served, total score, then
//! evenness (the sum of the members' squared loads, the less the better). Everything is integers; nothing here knows
//! what a need *is*, reads a clock or draws a random number.
//!
//! ```
//! use assignment::{Builder, Limits, Priority, solve, verify};
//!
//! let mut b = Builder::default();
//! let member = b.member(2);
//! let clinic = b.resource(member, 2);
//! let spring = b.place(clinic, 1);
//! let station = b.station(10);
//! for (priority, score) in [(Priority::Normal, 90), (Priority::Urgent, 40)] {
//!     b.need(station, priority);
//!     b.requirement();
//!     b.pair(spring, score);
//! }
//! let instance = b.build()?;
//! let solution = solve(&instance, &Limits::default());
//! let verdict = verify(&instance, &solution)?;
//! assert!(verdict.optimal);
//! assert_eq!(verdict.objective.urgent_served, 1); // one place only: the urgent need has it
//! assert_eq!(solution.chosen, [None, Some(1)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A plan follows changes from one optimum to the next without being solved again: [`Standing`]. A solve can be
//! watched and stopped: [`Watch`].
//!
//! How it works: with one requirement per need this is a minimum-cost flow on a tree of capacities. Quarters of a
//! resource that differ by the same for everybody are one to it (`fold.rs`). An auction with
//! falling ε guesses plan and prices (`auction.rs`, Bertsekas and Castañón); shortest paths put right what is out of
//! order (`flow.rs`), one for each unit, as they do after every change. Needs with several requirements are in or out
//! as a whole: letting their requirements come and go one by one bounds every plan, and the shares of their rewards
//! are moved to where that is worth least (`relax.rs`); which of them are in is searched on exact prices
//! (`search.rs`), and what gap is left is closed by branching (`solve.rs`). Parts that share nothing are solved at
//! the same time (`parts.rs`). The proof is prices, at the leaves of a tree of decisions; [`verify`] recomputes every
//! bound from them alone.

mod alternatives;
mod auction;
mod bound;
mod flow;
mod fold;
mod instance;
mod levels;
mod net;
mod order;
mod parts;
mod proof;
mod relax;
mod search;
mod solve;
mod standing;
mod threads;
mod verify;
mod watch;
mod weights;
mod wholes;

/// No such thing: no parent, no pair.
const NONE: u32 = u32::MAX;

/// The value of a pair that must not be chosen.
const BANNED: i32 = i32::MIN;

pub use instance::{Builder, Instance, InstanceError, Priority};
pub use proof::{Bound, Prices, Solution, Tree};
pub use solve::{Limits, solve, solve_watched};
pub use standing::{Change, Refused, Standing};
pub use verify::{Objective, Verdict, Violation, verify};
pub use watch::{Phase, Watch};
