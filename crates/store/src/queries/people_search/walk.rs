//! People along an index, those who don't match passed over. Nobody walks further than [`COUNTED`] rows at once: where few
//! match, the page says how far it looked, and the next one goes on there.

use diesel::prelude::*;
use domain::facet::{BY_SAML, BY_SCIM, Facet};
use domain::id::WorkspaceId;
use domain::predicate::AttributePath;

use super::super::order::{self, in_order};
use super::super::{Conn, facets};
use super::conditions::Conditions;
use super::{Found, Part, is_descending};
use crate::error::StoreError;
use crate::people::{Place, Position};
use crate::people_search::{COUNTED, Count, PeopleOrder, Turn};
use crate::schema::{collaborators, search_attributes};

type Backend = <Conn as Connection>::Backend;
type Rows = search_attributes::BoxedQuery<'static, Backend>;

/// The people who have one value, in the order in which they came.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) path: AttributePath,
    pub(super) value: String,
}

impl Run {
    /// Those that together have every living person once.
    pub(super) fn living() -> Vec<Self> {
        [BY_SCIM, BY_SAML].map(|value| Self { path: Facet::Source.path(), value: value.to_owned() }).into()
    }
}

/// Runs with what has to hold of those in them.
pub(super) struct Walk<'c> {
    pub(super) conditions: &'c Conditions,
    pub(super) runs: Vec<Run>,
}

impl Walk<'_> {
    /// Those who match from a place on, in the direction of the turn.
    pub(super) fn part(
        &self,
        conn: &mut Conn,
        order: PeopleOrder,
        turn: &Turn,
        size: usize,
    ) -> Result<Part, StoreError> {
        match order {
            PeopleOrder::Newest => self.newest(conn, turn, size),
            PeopleOrder::UserName => by_name(conn, self.conditions, turn, size),
        }
    }

    /// How many match of those at the begin of the runs.
    pub(super) fn count(&self, conn: &mut Conn) -> Result<Count, StoreError> {
        let mut count = Count { number: 0, is_all: true };
        for run in &self.runs {
            let rows = || self.rows(run, &Turn::Begin);
            let end = end(conn, rows(), true)?;
            let rows = rows().filter(self.conditions.all());
            let rows = match end {
                Some(end) => rows.filter(search_attributes::ordinal.ge(end)),
                None => rows,
            };
            count.number += rows.count().get_result::<i64>(conn)?;
            count.is_all &= end.is_none();
        }
        Ok(count)
    }

    fn rows(&self, run: &Run, turn: &Turn) -> Rows {
        let rows = facets::having(self.conditions.workspace, &run.path, &run.value);
        match turn {
            Turn::Begin => rows,
            Turn::After(at) => rows.filter(search_attributes::ordinal.lt(at.ordinal)),
            Turn::Before(at) => rows.filter(search_attributes::ordinal.gt(at.ordinal)),
        }
    }

    fn newest(&self, conn: &mut Conn, turn: &Turn, size: usize) -> Result<Part, StoreError> {
        let descending = is_descending(PeopleOrder::Newest, turn);
        let (mut found, mut looked): (Vec<Found>, Option<i64>) = (Vec::new(), None);
        for run in &self.runs {
            let end = end(conn, self.rows(run, turn), descending)?;
            let rows = self.rows(run, turn).filter(self.conditions.all());
            let rows = match (end, descending) {
                (Some(end), true) => rows.filter(search_attributes::ordinal.ge(end)),
                (Some(end), false) => rows.filter(search_attributes::ordinal.le(end)),
                (None, _) => rows,
            };
            found.extend(some(conn, rows, descending, size)?);
            // The run that was left first says how far all of them were walked.
            looked = match (looked, end, descending) {
                (Some(one), Some(other), true) => Some(one.max(other)),
                (Some(one), Some(other), false) => Some(one.min(other)),
                (one, other, _) => one.or(other),
            };
        }
        found.sort_by_key(|(_, place)| if descending { -place.ordinal } else { place.ordinal });
        if let Some(end) = looked {
            found.retain(|(_, place)| if descending { place.ordinal >= end } else { place.ordinal <= end });
        }
        found.truncate(size.saturating_add(1));
        Ok(Part { found, looked: looked.map(|ordinal| Place { key: None, ordinal }) })
    }
}

/// The first of such rows, one more than a page has.
fn some(conn: &mut Conn, rows: Rows, descending: bool, size: usize) -> Result<Vec<Found>, StoreError> {
    let rows = match descending {
        true => rows.order(search_attributes::ordinal.desc()),
        false => rows.order(search_attributes::ordinal.asc()),
    };
    let rows = rows.limit(one_more(size)).select((search_attributes::person_id, search_attributes::ordinal));
    let found: Vec<(String, i64)> = rows.load(conn)?;
    Ok(found.into_iter().map(|(person, ordinal)| (person, Place { key: None, ordinal })).collect())
}

/// How far a run is walked; none where that is to its end.
fn end(conn: &mut Conn, rows: Rows, descending: bool) -> Result<Option<i64>, StoreError> {
    let rows = match descending {
        true => rows.order(search_attributes::ordinal.desc()),
        false => rows.order(search_attributes::ordinal.asc()),
    };
    Ok(last_of(rows.offset(COUNTED - 1).limit(2).select(search_attributes::ordinal).load(conn)?))
}

/// The last row that is looked at, and the one beyond it, without which it is the last of all.
fn last_of<T>(rows: Vec<T>) -> Option<T> {
    let is_end = rows.len() < 2;
    rows.into_iter().next().filter(|_| !is_end)
}

/// Everybody alive.
pub(super) fn everybody(
    conn: &mut Conn,
    workspace: WorkspaceId,
    order: PeopleOrder,
    turn: &Turn,
    size: usize,
) -> Result<Part, StoreError> {
    if order == PeopleOrder::UserName {
        return by_name(conn, &Conditions::new(workspace, Vec::new()), turn, size);
    }
    // A person who has no facet yet, in a database from before there were any, is shown as well.
    let people = collaborators::table
        .filter(collaborators::workspace_id.eq(workspace.to_string()))
        .filter(diesel::dsl::not(collaborators::deleted))
        .select((collaborators::id, collaborators::ordinal))
        .limit(one_more(size))
        .into_boxed::<Backend>();
    let people = match turn {
        Turn::Begin => people.order(collaborators::ordinal.desc()),
        Turn::After(at) => people.filter(collaborators::ordinal.lt(at.ordinal)).order(collaborators::ordinal.desc()),
        Turn::Before(at) => people.filter(collaborators::ordinal.gt(at.ordinal)).order(collaborators::ordinal.asc()),
    };
    let found: Vec<(String, i64)> = people.load(conn)?;
    let found = found.into_iter().map(|(person, ordinal)| (person, Place { key: None, ordinal })).collect();
    Ok(Part { found, looked: None })
}

/// Those who match in the order of their names.
fn by_name(conn: &mut Conn, conditions: &Conditions, turn: &Turn, size: usize) -> Result<Part, StoreError> {
    use search_attributes::{ordinal, path, person_id, prefix, rank, workspace_id};
    type Row = (String, String, i64);
    let workspace = conditions.workspace.to_string();
    let names = || {
        search_attributes::table
            .filter(workspace_id.eq(workspace.clone()))
            .filter(path.eq("username"))
            .filter(rank.eq(0))
            .into_boxed::<Backend>()
    };
    let descending = is_descending(PeopleOrder::UserName, turn);
    let at = match turn {
        Turn::Begin => None,
        Turn::After(at) | Turn::Before(at) => Some(at),
    };
    let end = end_of_names(conn, names(), at, descending)?;
    let matching = || {
        let names = names().filter(conditions.all());
        match (&end, descending) {
            (Some(end), true) => names.filter(prefix.ge(end.clone())),
            (Some(end), false) => names.filter(prefix.le(end.clone())),
            (None, _) => names,
        }
    };
    let position = &at.map_or(Position::Offset(0), |at| Position::After(at.clone()));
    let limit = one_more(size);
    let rows = in_order!(
        conn, matching(), (person_id, prefix, ordinal) => Row, prefix => String, ordinal, descending, position, limit
    );
    let found = rows.into_iter().map(|(person, key, at)| (person, Place { key: Some(key), ordinal: at })).collect();
    // All of that name were looked at.
    let beyond = if descending { i64::MIN } else { i64::MAX };
    Ok(Part { found, looked: end.map(|end| Place { key: Some(end), ordinal: beyond }) })
}

/// How far names are walked; none where that is to the last.
fn end_of_names(
    conn: &mut Conn,
    names: Rows,
    at: Option<&Place>,
    descending: bool,
) -> Result<Option<String>, StoreError> {
    use search_attributes::prefix;
    let at = at.map(order::key::<String>).transpose()?;
    let names = match (at, descending) {
        (Some(at), true) => names.filter(prefix.le(at)).order(prefix.desc()),
        (Some(at), false) => names.filter(prefix.ge(at)).order(prefix.asc()),
        (None, true) => names.order(prefix.desc()),
        (None, false) => names.order(prefix.asc()),
    };
    Ok(last_of(names.offset(COUNTED - 1).limit(2).select(prefix).load(conn)?))
}

/// One more than the page has.
fn one_more(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX).saturating_add(1)
}
