//! Which condition narrows a search down the furthest, and to whom.

use std::collections::BTreeSet;

use diesel::prelude::*;
use domain::id::WorkspaceId;
use domain::predicate::{AttributePath, Comparison, Operand, Predicate};

use super::super::{Conn, facets};
use super::conditions::{Conditions, range};
use super::walk::Run;
use crate::error::StoreError;
use crate::people_search::{COUNTED, Count};
use crate::schema::{collaborator_groups, memberships, search_attributes};

/// The people who meet one of the conditions.
pub(super) enum Candidates {
    /// These, and perhaps some more who don't.
    Few(Vec<String>),
    /// Those who have a value of ours, which leads to them in the order in which they came.
    Having(Run, Count),
}

impl Candidates {
    fn number(&self) -> i64 {
        match self {
            Self::Few(people) => i64::try_from(people.len()).unwrap_or(i64::MAX),
            Self::Having(_, count) => count.number,
        }
    }
}

/// The narrowest one; none where no condition narrows the search down.
pub(super) fn narrowest(conn: &mut Conn, conditions: &Conditions) -> Result<Option<Candidates>, StoreError> {
    let mut best: Option<Candidates> = None;
    for condition in &conditions.each {
        let Some(candidates) = meeting(conn, conditions.workspace, condition)? else { continue };
        if best.as_ref().is_none_or(|best| candidates.number() < best.number()) {
            best = Some(candidates);
        }
    }
    Ok(best)
}

/// Those who have this value.
pub(super) fn having(conn: &mut Conn, workspace: WorkspaceId, run: &Run) -> Result<Vec<String>, StoreError> {
    let rows = facets::having(workspace, &run.path, &run.value).limit(COUNTED);
    Ok(rows.select(search_attributes::person_id).load(conn)?)
}

fn meeting(conn: &mut Conn, workspace: WorkspaceId, condition: &Predicate) -> Result<Option<Candidates>, StoreError> {
    match condition {
        Predicate::Compare(path, Comparison::Equal, Operand::Exact(name)) if *path == AttributePath::of_groups() => {
            members(conn, workspace, name)
        }
        Predicate::Compare(path, Comparison::Equal, Operand::Exact(value)) if path.is_internal() => {
            let count = facets::count(conn, workspace, path, value)?;
            Ok(Some(Candidates::Having(Run { path: path.clone(), value: value.clone() }, count)))
        }
        Predicate::Or(parts) => any_of(conn, workspace, parts),
        _ => Ok(None),
    }
}

fn members(conn: &mut Conn, workspace: WorkspaceId, group: &str) -> Result<Option<Candidates>, StoreError> {
    let groups = collaborator_groups::table
        .filter(collaborator_groups::workspace_id.eq(workspace.to_string()))
        .filter(collaborator_groups::name.eq(group))
        .select(collaborator_groups::id);
    let people: Vec<String> = memberships::table
        .filter(memberships::group_id.eq_any(groups))
        .select(memberships::person_id)
        .limit(COUNTED + 1)
        .load(conn)?;
    Ok(few(people.into_iter().collect()))
}

/// Those who meet one of several comparisons that an index answers.
fn any_of(conn: &mut Conn, workspace: WorkspaceId, parts: &[Predicate]) -> Result<Option<Candidates>, StoreError> {
    let mut people = BTreeSet::new();
    for part in parts {
        let (path, value, is_whole) = match part {
            Predicate::Compare(path, Comparison::StartsWith, Operand::Folded(value)) => (path, value, false),
            Predicate::Compare(path, Comparison::Equal, Operand::Exact(value)) => (path, value, true),
            _ => return Ok(None),
        };
        let Some((from, to)) = range(value) else { continue };
        let to = if is_whole { from.clone() } else { to };
        let found: Vec<String> = search_attributes::table
            .filter(search_attributes::workspace_id.eq(workspace.to_string()))
            .filter(search_attributes::path.eq(path.as_str()))
            .filter(search_attributes::prefix.between(from, to))
            .select(search_attributes::person_id)
            .limit(COUNTED + 1)
            .load(conn)?;
        people.extend(found);
        if !are_few(&people) {
            return Ok(None);
        }
    }
    Ok(few(people))
}

fn few(people: BTreeSet<String>) -> Option<Candidates> {
    are_few(&people).then(|| Candidates::Few(people.into_iter().collect()))
}

fn are_few(people: &BTreeSet<String>) -> bool {
    i64::try_from(people.len()).is_ok_and(|number| number <= COUNTED)
}
