//! What is kept of a plan, so that it can be explained after its lists are published as well.

use crate::city::Loaded;
use crate::explain::Asked;
use crate::{Error, Result};
use domain::matching::plan::{Layout, Problem};
use domain::{Instance, Solution};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, OnceLock};
use uuid::Uuid;

/// What is kept of a plan.
#[derive(Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) instance: Instance,
    pub(crate) solution: Solution,
    pub(crate) layout: Layout,
    /// What the positions of needs, resources, members and stations are.
    pub(crate) needs: Vec<Uuid>,
    /// The requirement of every unit.
    pub(crate) requirements: Vec<Uuid>,
    pub(crate) resources: Vec<Uuid>,
    pub(crate) members: Vec<Uuid>,
    pub(crate) stations: Vec<Uuid>,
    /// Made ready for questions when it is asked for the first time.
    #[serde(skip)]
    pub(crate) asked: OnceLock<Arc<Asked>>,
}

impl Kept {
    /// For the table.
    pub fn bytes(problem: &Problem, solution: &Solution, loaded: &Loaded) -> Result<Vec<u8>> {
        let kept = Kept {
            instance: problem.instance.clone(),
            solution: solution.clone(),
            layout: problem.layout.clone(),
            needs: loaded.needs.iter().map(|n| n.id).collect(),
            requirements: problem
                .layout
                .units
                .iter()
                .map(|(n, q)| loaded.requirements[*n as usize][*q as usize].id)
                .collect(),
            resources: loaded.resources.iter().map(|r| r.id).collect(),
            members: loaded.members.clone(),
            stations: loaded.stations.iter().map(|s| s.id).collect(),
            asked: OnceLock::new(),
        };
        postcard::to_stdvec(&kept).map_err(|e| Error::Fault(e.to_string()))
    }

    /// From the table.
    pub fn read(bytes: &[u8]) -> Result<Kept> {
        postcard::from_bytes(bytes).map_err(|e| Error::Fault(e.to_string()))
    }
}
