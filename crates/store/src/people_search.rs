//! People as administrators look for them: found by text and facets, page by page in either direction.

use std::collections::BTreeMap;

use domain::collaborator::Person;
use domain::environment::EnvironmentName;
use domain::facet::Facet;
use domain::id::WorkspaceId;
use domain::people_search::PeopleSearch;

use crate::Store;
use crate::backend::read;
use crate::error::StoreError;
use crate::people::Place;

/// Nobody counts further: a list says "10,000+" then.
pub const COUNTED: i64 = 10_000;

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// So many at the least.
    pub number: i64,
    /// Whether that is all of them.
    pub is_all: bool,
}

impl Count {
    /// Of so many, of which one more than [`COUNTED`] were looked for.
    pub(crate) fn of(found: usize) -> Self {
        let found = i64::try_from(found).unwrap_or(i64::MAX);
        Self { number: found.min(COUNTED), is_all: found <= COUNTED }
    }
}

/// How many people have each of several values.
pub type Counts = BTreeMap<String, Count>;

/// In which order people are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PeopleOrder {
    /// Who came last comes first.
    #[default]
    Newest,
    /// By `userName`.
    UserName,
}

/// Where a page begins, or ends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Turn {
    /// With the first.
    #[default]
    Begin,
    /// After this place.
    After(Place),
    /// Before this place.
    Before(Place),
}

/// A page of people.
#[derive(Debug, Clone)]
pub struct PeoplePage {
    /// Those of this page.
    pub people: Vec<Person>,
    /// The place before which the former page ends; none on the first one.
    pub before: Option<Place>,
    /// The place after which the next page begins; none on the last one.
    pub after: Option<Place>,
    /// How many match in all, as far as they are counted.
    pub count: Count,
}

impl Store {
    /// A page of `size` of the people that an administrator looks for. What it costs does not grow with the workspace: values
    /// are found along an index, and nobody counts further than [`COUNTED`].
    pub fn find_people(
        &self,
        workspace: WorkspaceId,
        search: &PeopleSearch,
        order: PeopleOrder,
        turn: &Turn,
        size: usize,
    ) -> Result<PeoplePage, StoreError> {
        read!(self, |q, conn| q::people_search::page(conn, workspace, search, order, turn, size))
    }

    /// How many living people have each value of a facet.
    pub fn count_by_facet(&self, workspace: WorkspaceId, facet: &Facet) -> Result<Counts, StoreError> {
        read!(self, |q, conn| q::facets::count_values(conn, workspace, facet))
    }

    /// How many people have each role in force, by environment in the workspace's order.
    pub fn count_by_role(&self, workspace: WorkspaceId) -> Result<Vec<(EnvironmentName, Counts)>, StoreError> {
        let environments = self.environments(workspace)?.into_iter().map(|environment| environment.name);
        let counted = |name: EnvironmentName| {
            let values = self.count_by_facet(workspace, &Facet::Role(name.clone()))?;
            Ok((name, values))
        };
        environments.map(counted).collect()
    }
}
