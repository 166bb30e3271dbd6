//! In which order the operations of a request can be done.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::reference::{references, take_out};
use super::{BulkAction, BulkRequest, BulkResource, BulkTarget, BulkTargetId};
use crate::document::group::nested;
use crate::error::{ScimError, quoted};

/// Every operation once, in the order of the request but where one refers to a later one: it waits for that.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkPlan {
    /// What to do, one after the other.
    pub steps: Vec<BulkStep>,
}

/// One thing to do. Operations are named by their place in the request, from 0.
#[derive(Debug, Clone, PartialEq)]
pub enum BulkStep {
    /// Perform it.
    Perform {
        /// Which.
        operation: usize,
        /// With this body, in which references are still to be resolved.
        data: Option<Value>,
    },
    /// Change what a POST has made, once all that it refers to is there: circular references were taken out of it. A
    /// failure is the failure of the operation (RFC 7644 §3.7.1: 409), although its resource exists by now.
    Complete {
        /// Which.
        operation: usize,
        /// A PatchOp message, in which references are still to be resolved.
        patch: Value,
    },
    /// Answer it so and do nothing.
    Refuse {
        /// Which.
        operation: usize,
        /// The answer.
        error: ScimError,
    },
}

impl BulkPlan {
    /// Plans a request. RFC 7644 §3.7.1: a server "MUST try to resolve circular cross-references between resources in a
    /// single bulk job".
    pub fn of(request: &BulkRequest) -> Self {
        let mut planner = Planner::of(request);
        while let Some(next) = planner.next() {
            planner.perform(next);
        }
        Self { steps: planner.steps }
    }
}

struct Planner<'r> {
    request: &'r BulkRequest,
    /// The operations that are not done yet, and for which ones each of them waits.
    waiting: BTreeMap<usize, BTreeSet<usize>>,
    /// Which operation makes what a bulkId stands for.
    makers: BTreeMap<&'r str, usize>,
    /// Why operations are refused.
    refused: BTreeMap<usize, ScimError>,
    /// What is taken out of an operation: to which bulkIds it refers.
    taken_out: BTreeMap<usize, BTreeSet<String>>,
    /// What still has to be brought in, and which operations have to be done for it.
    incomplete: Vec<(BTreeSet<usize>, BulkStep)>,
    steps: Vec<BulkStep>,
}

impl<'r> Planner<'r> {
    fn of(request: &'r BulkRequest) -> Self {
        let makers = makers(request);
        let mut planner = Self {
            request,
            waiting: BTreeMap::new(),
            makers,
            refused: BTreeMap::new(),
            taken_out: BTreeMap::new(),
            incomplete: Vec::new(),
            steps: Vec::new(),
        };
        let mut last_of_target = BTreeMap::new();
        for (index, operation) in request.operations.iter().enumerate() {
            let waits = operation.action.as_ref().map_err(Clone::clone).and_then(|action| planner.makers_for(action));
            let mut waits = waits.unwrap_or_else(|error| {
                planner.refused.insert(index, error);
                BTreeSet::new()
            });
            // Operations on one resource stay in their order.
            if let Some(target) = planner.target(index).filter(|target| target.id.is_some()) {
                waits.extend(last_of_target.insert(target, index));
            }
            planner.waiting.insert(index, waits);
        }
        planner
    }

    /// The operations that make what an action refers to.
    fn makers_for(&self, action: &BulkAction) -> Result<BTreeSet<usize>, ScimError> {
        let mut makers = BTreeSet::new();
        for bulk_id in references(action) {
            let maker = self.maker(&bulk_id)?;
            if action.target.resource == BulkResource::Groups && self.makes(maker) == Some(BulkResource::Groups) {
                return Err(nested(&format!("bulkId:{bulk_id}")));
            }
            makers.insert(maker);
        }
        if let Some(BulkTargetId::Reference(bulk_id)) = &action.target.id {
            makers.insert(self.maker(bulk_id)?);
        }
        Ok(makers)
    }

    fn maker(&self, bulk_id: &str) -> Result<usize, ScimError> {
        self.makers.get(bulk_id).copied().ok_or_else(|| {
            ScimError::InvalidValue(format!("No POST of this request has the bulkId {}.", quoted(bulk_id)))
        })
    }

    fn makes(&self, index: usize) -> Option<BulkResource> {
        self.target(index).map(|target| target.resource)
    }

    fn target(&self, index: usize) -> Option<&'r BulkTarget> {
        self.request.operations.get(index)?.action.as_ref().ok().map(|action| &action.target)
    }

    /// The first operation that waits for nothing. Where all wait, some wait for each other: one of those is done without
    /// what it refers to.
    fn next(&mut self) -> Option<usize> {
        let ready = self.waiting.iter().find(|(_, waits)| waits.is_empty()).map(|(index, _)| *index);
        if ready.is_none() {
            return self.first_of_a_circle().inspect(|index| self.break_circle(*index));
        }
        ready
    }

    /// Whoever follows what everybody waits for comes round at last. Only references of POSTs close a circle: nothing is
    /// referred to but what a POST makes, and what waits for its own resource waits for an earlier operation.
    fn first_of_a_circle(&self) -> Option<usize> {
        let waits_for = |index: &usize| self.waiting.get(index).and_then(|waits| waits.first()).copied();
        let mut walked = Vec::new();
        let mut at = self.waiting.keys().next().copied()?;
        loop {
            if let Some(begin) = walked.iter().position(|known| *known == at) {
                return walked.iter().skip(begin).min().copied();
            }
            walked.push(at);
            at = waits_for(&at)?;
        }
    }

    fn break_circle(&mut self, index: usize) {
        let Some(unmade) = self.waiting.get_mut(&index).map(std::mem::take) else { return };
        let Some(operation) = self.request.operations.get(index) else { return };
        let names = unmade.iter().filter_map(|maker| self.request.operations.get(*maker)?.bulk_id.clone());
        self.taken_out.insert(index, names.collect());
        // Whatever changes the new resource afterwards comes after it is complete.
        let itself = operation.bulk_id.clone().map(BulkTargetId::Reference);
        for (other, waits) in &mut self.waiting {
            let target = self.request.operations.get(*other).and_then(|other| other.action.as_ref().ok());
            if target.is_some_and(|action| action.target.id == itself) {
                waits.extend(unmade.iter().copied());
            }
        }
    }

    fn perform(&mut self, index: usize) {
        self.waiting.remove(&index);
        let action = self.request.operations.get(index).and_then(|operation| operation.action.as_ref().ok());
        let data = action.and_then(|action| action.data.clone());
        let step = match (self.refused.remove(&index), self.taken_out.remove(&index), data) {
            (Some(error), _, _) => BulkStep::Refuse { operation: index, error },
            (None, Some(unmade), Some(data)) => {
                let (data, patch) = take_out(&data, &unmade);
                let makers = unmade.iter().filter_map(|bulk_id| self.makers.get(bulk_id.as_str()).copied());
                self.incomplete.push((makers.collect(), BulkStep::Complete { operation: index, patch }));
                BulkStep::Perform { operation: index, data: Some(data) }
            }
            (None, _, data) => BulkStep::Perform { operation: index, data },
        };
        self.steps.push(step);
        for waits in self.waiting.values_mut() {
            waits.remove(&index);
        }
        self.complete(index);
    }

    fn complete(&mut self, done: usize) {
        for (makers, _) in &mut self.incomplete {
            makers.remove(&done);
        }
        let (complete, incomplete) =
            std::mem::take(&mut self.incomplete).into_iter().partition(|(makers, _)| makers.is_empty());
        let complete: Vec<(BTreeSet<usize>, BulkStep)> = complete;
        self.incomplete = incomplete;
        self.steps.extend(complete.into_iter().map(|(_, step)| step));
    }
}

fn makers(request: &BulkRequest) -> BTreeMap<&str, usize> {
    let posts = request.operations.iter().enumerate().filter(|(_, operation)| operation.method == "POST");
    posts.filter_map(|(index, operation)| Some((operation.bulk_id.as_deref()?, index))).collect()
}
