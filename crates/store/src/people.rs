//! Reading people.

use std::collections::HashMap;

use domain::clock::Timestamp;
use domain::collaborator::{Person, UserName};
use domain::id::{PersonId, ScimId, WorkspaceId};
use domain::predicate::{AttributePath, Form, Predicate};

use crate::Store;
use crate::backend::{read, write};
use crate::error::StoreError;
use crate::record::micros;

/// When the workspace last changed so that a person's access is to be decided anew; none where it is decided.
pub(crate) type Mark = Option<i64>;

/// Who is to be decided anew, by workspace.
pub(crate) type DuePeople = HashMap<WorkspaceId, Vec<(PersonId, Mark)>>;

/// A page of people.
#[derive(Debug, Clone)]
pub struct Page {
    /// How many match in all.
    pub total: i64,
    /// Those of this page.
    pub people: Vec<Person>,
    /// The place of each, for [`Position::After`].
    pub places: Vec<Place>,
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// After so many.
    Offset(i64),
    /// After this place: exact, whatever is made or deleted in between.
    After(Place),
}

/// A place in a list, which outlives the resource that had it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What the list is sorted by; none where it is not, and for a resource without a value.
    pub key: Option<String>,
    /// When the resource came: this tells equal keys apart.
    pub ordinal: i64,
}

/// An order other than that in which they came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    /// By which attribute; of several values the primary one counts, else the first.
    pub path: AttributePath,
    /// As what its values are compared.
    pub form: Form,
    /// Backwards: those without a value come first then.
    pub descending: bool,
}

/// How many characters of a value are indexed: short enough for any index of either database.
pub(crate) const PREFIX: usize = 128;

/// The part of a folded value that is indexed.
pub(crate) fn prefix(folded: &str) -> String {
    folded.chars().take(PREFIX).collect()
}

impl Store {
    /// By inner id.
    pub fn find_person(&self, workspace: WorkspaceId, id: PersonId) -> Result<Option<Person>, StoreError> {
        read!(self, |q, conn| q::people::find(conn, workspace, id))
    }

    /// The person as they were at that moment; none where they were not there yet, or their past is not known so far back.
    pub fn person_at(
        &self,
        workspace: WorkspaceId,
        id: PersonId,
        moment: Timestamp,
    ) -> Result<Option<Person>, StoreError> {
        let moment = micros(moment);
        read!(self, |q, conn| q::people::at(conn, workspace, id, moment))
    }

    /// The latest moments at which where a person stands, or what they may do, became another, the latest first.
    pub fn access_moments(&self, person: PersonId, limit: i64) -> Result<Vec<Timestamp>, StoreError> {
        read!(self, |q, conn| q::people::moments(conn, person, limit))
    }

    /// Some of those whose access is to be decided anew, and whose time has come, by workspace.
    pub(crate) fn due_people(&self, now: Timestamp, limit: i64) -> Result<DuePeople, StoreError> {
        let now = micros(now);
        read!(self, |q, conn| q::people::due(conn, now, limit))
    }

    /// How many of a workspace are still to be decided anew.
    pub fn count_due(&self, workspace: WorkspaceId, now: Timestamp) -> Result<i64, StoreError> {
        let now = micros(now);
        read!(self, |q, conn| q::people::count_due(conn, workspace, now))
    }

    /// How many people administer the workspace; so many where it is more. The owner is none of them.
    pub fn count_administrators(&self, workspace: WorkspaceId, at_most: i64) -> Result<usize, StoreError> {
        read!(self, |q, conn| q::people::count_administrators(conn, workspace, at_most))
    }

    /// Writes when these people, who were decided anew, are due next.
    pub(crate) fn put_due(&self, people: Vec<(Person, Mark)>) -> Result<(), StoreError> {
        if people.is_empty() {
            return Ok(());
        }
        write!(self, |q, conn| people.iter().try_for_each(|(person, mark)| q::people::put_due(conn, person, *mark)))
    }

    /// Looks at a person, about whom nothing can be decided now, later again.
    pub(crate) fn put_off(&self, person: PersonId, until: Timestamp) -> Result<(), StoreError> {
        write!(self, |q, conn| q::people::put_off(conn, person, micros(until)))
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

    /// The living people of these SCIM ids, in no order.
    pub fn find_by_scim_ids(&self, workspace: WorkspaceId, ids: &[ScimId]) -> Result<Vec<Person>, StoreError> {
        read!(self, |q, conn| q::people::find_by_scim_ids(conn, workspace, ids))
    }

    /// A page of the living people that a predicate describes: `limit` of them from a position on.
    pub fn list_people(
        &self,
        workspace: WorkspaceId,
        predicate: Option<&Predicate>,
        sort: Option<&Sort>,
        position: &Position,
        limit: i64,
    ) -> Result<Page, StoreError> {
        read!(self, |q, conn| q::people::list(conn, workspace, predicate, sort, position, limit))
    }
}
