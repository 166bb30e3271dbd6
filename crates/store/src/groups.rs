//! Collaborator groups and their SCIM members.

use std::collections::{BTreeMap, HashMap};

use domain::access::Origin;
use domain::environment::GroupName;
use domain::group::{Group, GroupChange, GroupWrite};
use domain::id::{GroupId, PersonId, ScimGroupId, ScimId, WorkspaceId};
use domain::predicate::Predicate;

use crate::Store;
use crate::backend::{read, write};
use crate::error::StoreError;
use crate::people::{Place, Position, Sort};

/// A SCIM member of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The member's SCIM id.
    pub scim_id: ScimId,
    /// The member's `userName`.
    pub user_name: String,
}

/// A group that a person is in, as SCIM shows it with the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScimMembership {
    /// The group's SCIM id.
    pub group: ScimGroupId,
    /// The group's name.
    pub name: String,
}

/// How many people are in a group, as far as they are counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MemberCounts {
    /// By whoever says so.
    pub by_origin: BTreeMap<Origin, i64>,
    /// In all.
    pub people: i64,
    /// Whether these are all: nobody counts further than was asked for.
    pub is_all: bool,
}

/// A page of groups.
#[derive(Debug, Clone)]
pub struct GroupPage {
    /// How many match in all.
    pub total: i64,
    /// Those of this page.
    pub groups: Vec<Group>,
    /// The place of each, for [`Position::After`].
    pub places: Vec<Place>,
}

impl Store {
    /// By SCIM id.
    pub fn find_group(&self, workspace: WorkspaceId, id: ScimGroupId) -> Result<Option<Group>, StoreError> {
        read!(self, |q, conn| q::groups::find_by_scim_id(conn, workspace, id))
    }

    /// By inner id.
    pub fn find_group_by_id(&self, workspace: WorkspaceId, id: GroupId) -> Result<Option<Group>, StoreError> {
        read!(self, |q, conn| q::groups::find(conn, workspace, id))
    }

    /// By name.
    pub fn find_group_by_name(&self, workspace: WorkspaceId, name: &GroupName) -> Result<Option<Group>, StoreError> {
        read!(self, |q, conn| q::groups::find_by_name(conn, workspace, name))
    }

    /// Names of groups, in their order; so many at most.
    pub fn group_names(&self, workspace: WorkspaceId, limit: i64) -> Result<Vec<String>, StoreError> {
        read!(self, |q, conn| q::groups::names(conn, workspace, limit))
    }

    /// The members of origin `scim`.
    pub fn group_members(&self, group: GroupId) -> Result<Vec<Member>, StoreError> {
        read!(self, |q, conn| q::groups::members(conn, group))
    }

    /// The groups of which SCIM says that these people are members, by person.
    pub fn scim_memberships(&self, people: &[PersonId]) -> Result<HashMap<PersonId, Vec<ScimMembership>>, StoreError> {
        read!(self, |q, conn| q::groups::of_people(conn, people))
    }

    /// How many living people are in a group, where there are no more than `most` in all; else how many of the first ones.
    pub fn count_members(&self, group: GroupId, most: usize) -> Result<MemberCounts, StoreError> {
        read!(self, |q, conn| q::groups::count_members(conn, group, most))
    }

    /// A page of the groups that a predicate describes.
    pub fn list_groups(
        &self,
        workspace: WorkspaceId,
        predicate: Option<&Predicate>,
        sort: Option<&Sort>,
        position: &Position,
        limit: i64,
    ) -> Result<GroupPage, StoreError> {
        read!(self, |q, conn| q::groups::list(conn, workspace, predicate, sort, position, limit))
    }

    /// Loads, decides and commits a change of a group with its members, in one transaction; begins again where somebody
    /// else was faster.
    pub fn decide_and_commit_group<E: From<StoreError>>(
        &self,
        mut decide: impl FnMut(&Self) -> Result<GroupChange, E>,
    ) -> Result<Group, E> {
        self.until_not_overtaken(|| {
            let change = decide(self)?;
            let group = change.group.clone();
            if change.write == GroupWrite::Nothing {
                return Ok(Some(group));
            }
            match write!(self, |q, conn| q::groups::commit(conn, &change)) {
                Err(StoreError::Conflict) => Ok(None),
                done => done.map(|()| Some(group)).map_err(E::from),
            }
        })
    }
}
