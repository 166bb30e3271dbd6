//! What a whole request does to a group, whatever the number of its operations.

use std::collections::BTreeSet;

use super::{GroupOperation, GroupPatch};
use crate::document::GroupDocument;

/// The sum of a request's operations. None: not said, and so left as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GroupChange {
    /// The new `displayName`.
    pub display_name: Option<String>,
    /// The new `externalId`, which may be none.
    pub external_id: Option<Option<String>>,
    /// Who joins and who leaves.
    pub members: MemberChange,
}

/// The members afterwards are those of before (none of them, where all leave) without `removed` and with `added`. Nobody
/// is in both.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MemberChange {
    /// Whether all who are members leave, but for those who are added.
    pub all_leave: bool,
    /// Ids of those who are members afterwards, whether or not they were.
    pub added: BTreeSet<String>,
    /// Ids of those who are not; empty where all leave.
    pub removed: BTreeSet<String>,
}

impl From<&GroupPatch> for GroupChange {
    fn from(patch: &GroupPatch) -> Self {
        let mut change = Self::default();
        patch.operations.iter().for_each(|operation| change.then(operation));
        change
    }
}

/// A PUT says everything but the members, which it may leave out.
impl From<&GroupDocument> for GroupChange {
    fn from(document: &GroupDocument) -> Self {
        let members = document.members.as_ref().map(|ids| MemberChange::to(ids)).unwrap_or_default();
        Self {
            display_name: Some(document.display_name.clone()),
            external_id: Some(document.external_id.clone()),
            members,
        }
    }
}

impl GroupChange {
    fn then(&mut self, operation: &GroupOperation) {
        match operation {
            GroupOperation::Rename(name) => self.display_name = Some(name.clone()),
            GroupOperation::SetExternalId(id) => self.external_id = Some(id.clone()),
            GroupOperation::AddMembers(ids) => self.members.add(ids),
            GroupOperation::RemoveMembers(ids) => self.members.remove(ids),
            GroupOperation::ReplaceMembers(ids) => self.members = MemberChange::to(ids),
            GroupOperation::RemoveAllMembers => self.members = MemberChange::to(&[]),
        }
    }
}

impl MemberChange {
    /// These are the members, and no others.
    pub fn to(ids: &[String]) -> Self {
        Self { all_leave: true, added: ids.iter().cloned().collect(), removed: BTreeSet::new() }
    }

    /// Whether nothing can change by it.
    pub fn is_empty(&self) -> bool {
        !self.all_leave && self.added.is_empty() && self.removed.is_empty()
    }

    fn add(&mut self, ids: &[String]) {
        for id in ids {
            self.removed.remove(id);
            self.added.insert(id.clone());
        }
    }

    fn remove(&mut self, ids: &[String]) {
        for id in ids {
            self.added.remove(id);
            if !self.all_leave {
                self.removed.insert(id.clone());
            }
        }
    }
}
