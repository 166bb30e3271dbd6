//! What administrators filter people by, kept beside what SCIM searches. Each value stands in the index
//! whole and as it is, so that the index alone answers who has it and how many there are.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::sql_types::Bool;
use domain::collaborator::Person;
use domain::facet::{Facet, facets};
use domain::id::WorkspaceId;
use domain::predicate::AttributePath;

use super::{Conn, text};
use crate::error::StoreError;
use crate::people::PREFIX;
use crate::people_search::{COUNTED, Count};
use crate::record::digest;
use crate::schema::search_attributes;

type Backend = <Conn as Connection>::Backend;
type Condition = Box<dyn BoxableExpression<search_attributes::table, Backend, SqlType = Bool>>;
type Values = search_attributes::BoxedQuery<'static, Backend>;

/// Writes the facets of a person, where any of them is not as it was.
pub(crate) fn write(conn: &mut Conn, person: &Person, ordinal: i64) -> Result<(), StoreError> {
    let id = person.id.to_string();
    let theirs = || search_attributes::table.filter(search_attributes::person_id.eq(id.clone())).filter(is_internal());
    let known: Vec<(String, String, i64)> =
        theirs().select((search_attributes::path, search_attributes::exact, search_attributes::ordinal)).load(conn)?;
    let wanted = facets(person).into_iter().map(|(facet, value)| (facet.path().as_str().to_owned(), value, ordinal));
    let wanted: BTreeSet<(String, String, i64)> = wanted.collect();
    if wanted.iter().eq(&BTreeSet::from_iter(known)) {
        return Ok(());
    }
    diesel::delete(theirs()).execute(conn)?;
    let rows: Vec<_> = wanted
        .into_iter()
        .map(|(path, value, ordinal)| {
            (
                search_attributes::workspace_id.eq(person.workspace.to_string()),
                search_attributes::person_id.eq(id.clone()),
                search_attributes::path.eq(path),
                search_attributes::element.eq(0),
                search_attributes::rank.eq(0),
                search_attributes::prefix.eq(key(&value)),
                search_attributes::folded.eq(value.clone()),
                search_attributes::exact.eq(value),
                search_attributes::ordinal.eq(ordinal),
            )
        })
        .collect();
    diesel::insert_into(search_attributes::table).values(rows).execute(conn)?;
    Ok(())
}

/// Whether a row is one of ours, and none of SCIM's.
pub(super) fn is_internal() -> Condition {
    Box::new(text::substr(search_attributes::path, 1, 1).eq("#"))
}

/// The rows of those who have this value, in the order in which the people came.
pub(super) fn having(workspace: WorkspaceId, path: &AttributePath, value: &str) -> Values {
    search_attributes::table
        .filter(search_attributes::workspace_id.eq(workspace.to_string()))
        .filter(search_attributes::path.eq(path.as_str().to_owned()))
        .filter(search_attributes::rank.eq(0))
        .filter(search_attributes::prefix.eq(key(value)))
        .into_boxed()
}

/// Under what a value is found: itself, or for one that is too long to stand in the index, its digest.
pub(super) fn key(value: &str) -> String {
    if value.chars().count() < PREFIX { value.to_owned() } else { digest(value) }
}

/// How many have this value, as far as they are counted.
pub(super) fn count(
    conn: &mut Conn,
    workspace: WorkspaceId,
    path: &AttributePath,
    value: &str,
) -> Result<Count, StoreError> {
    let found: Vec<i32> =
        having(workspace, path, value).limit(COUNTED + 1).select(search_attributes::rank).load(conn)?;
    Ok(Count::of(found.len()))
}

/// How many have each value of a facet. The values are found one after the other along the index: there are few.
pub(crate) fn count_values(
    conn: &mut Conn,
    workspace: WorkspaceId,
    facet: &Facet,
) -> Result<BTreeMap<String, Count>, StoreError> {
    let path = facet.path();
    let all = || {
        search_attributes::table
            .filter(search_attributes::workspace_id.eq(workspace.to_string()))
            .filter(search_attributes::path.eq(path.as_str().to_owned()))
    };
    let (mut counts, mut after) = (BTreeMap::new(), String::new());
    loop {
        let next: Option<(String, String)> = all()
            .filter(search_attributes::prefix.gt(after.clone()))
            .order(search_attributes::prefix)
            .select((search_attributes::prefix, search_attributes::exact))
            .first(conn)
            .optional()?;
        let Some((beginning, value)) = next else { return Ok(counts) };
        let count = count(conn, workspace, &path, &value)?;
        counts.insert(value, count);
        after = beginning;
    }
}
