//! Reading people.

use domain::collaborator::{Person, UserName};
use domain::id::{PersonId, ScimId, WorkspaceId};
use domain::predicate::Predicate;

use crate::Store;
use crate::backend::read;
use crate::error::StoreError;

/// A page of people.
#[derive(Debug, Clone)]
pub struct Page {
    /// How many match in all.
    pub total: i64,
    /// Those of this page, in the order they came.
    pub people: Vec<Person>,
}

/// The part of a folded value that is indexed: short enough for any index of either database.
pub(crate) fn prefix(folded: &str) -> String {
    folded.chars().take(128).collect()
}

impl Store {
    /// By inner id.
    pub fn find_person(&self, workspace: WorkspaceId, id: PersonId) -> Result<Option<Person>, StoreError> {
        read!(self, |q, conn| q::people::find(conn, workspace, id))
    }

    /// By SCIM id, deleted people included.
    pub fn find_by_scim_id(&self, workspace: WorkspaceId, id: ScimId) -> Result<Option<Person>, StoreError> {
        read!(self, |q, conn| q::people::find_by_scim_id(conn, workspace, id))
    }

    /// By `userName` (folded): the living one, else the one deleted last.
    pub fn find_by_name(&self, workspace: WorkspaceId, name: &UserName) -> Result<Option<Person>, StoreError> {
        read!(self, |q, conn| q::people::find_by_name(conn, workspace, name))
    }

    /// The deleted people of that `userName`, latest first.
    pub fn namesakes(&self, workspace: WorkspaceId, name: &UserName) -> Result<Vec<Person>, StoreError> {
        read!(self, |q, conn| q::people::namesakes(conn, workspace, name))
    }

    /// The living people that a predicate describes, in the order they came: `limit` of them after `offset`.
    pub fn list_people(
        &self,
        workspace: WorkspaceId,
        predicate: Option<&Predicate>,
        offset: i64,
        limit: i64,
    ) -> Result<Page, StoreError> {
        read!(self, |q, conn| q::people::list(conn, workspace, predicate, offset, limit))
    }
}
