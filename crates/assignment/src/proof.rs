//! What a solve gives: a plan, and the prices that prove it.

use crate::weights::Scale;
use serde::{Deserialize, Serialize};

/// What one more unit of each capacity is worth, in units of the objective's lowest level. From these alone
/// [`crate::verify`] recomputes an upper bound of every plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prices {
    /// Price of a line on each station's list.
    pub station: Vec<i64>,
    /// Price of a unit of each place.
    pub place: Vec<i64>,
    /// Price of a unit of each resource.
    pub resource: Vec<i64>,
    /// Price of a unit of each member's load.
    pub member: Vec<i64>,
}

/// Why no plan can be worth more: prices, and the weights of the objective that they are for. Plans that reach the
/// same on the upper levels differ below alone, whatever the weights there, so bounds at other weights than the
/// objective's own prove it level by level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    pub(crate) scale: Scale,
    /// The prices, at the leaves of a tree of decisions.
    pub tree: Tree,
}

/// A tree of decisions with prices at its leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tree {
    /// These prices bound every plan that keeps the decisions above.
    Leaf(Prices),
    /// The need is served in one branch and left out in the other; there is no third way.
    Branch {
        /// The need decided on.
        need: u32,
        /// Bounds the plans that serve it.
        served: Box<Tree>,
        /// Bounds the plans that leave it out.
        left_out: Box<Tree>,
    },
}

/// A plan with its proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Solution {
    /// The chosen pair of every requirement; all of a need's or none.
    pub chosen: Vec<Option<u32>>,
    /// What bounds every plan, from the upper levels of the objective to the lower.
    pub proof: Vec<Bound>,
    /// The prices of the plan, from which alternatives are explained.
    pub prices: Prices,
}
