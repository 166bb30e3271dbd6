//! Which condition narrows a search down the furthest, and to whom.

use std::collections::BTreeSet;

use diesel::prelude::*;
use domain::id::WorkspaceId;
use domain::predicate::{AttributePath, Comparison, Operand, Predicate};
use domain::text::fold;

use super::super::{Conn, facets};
use crate::error::StoreError;
use crate::people::prefix;
use crate::people_search::{COUNTED, Count};
use crate::schema::{collaborator_groups, memberships, search_attributes};

/// The people who meet one of the conditions.
pub(super) enum Candidates {
    /// These.
    Few(Vec<String>),
    /// Those who have a value of ours, which leads to them in the order in which they came.
    Having { path: AttributePath, value: String, count: Count },
}

impl Candidates {
    fn number(&self) -> i64 {
        match self {
            Self::Few(people) => i64::try_from(people.len()).unwrap_or(i64::MAX),
            Self::Having { count, .. } => count.number,
        }
    }
}

/// The narrowest one; none where no condition narrows the search down.
pub(super) fn narrowest(
    conn: &mut Conn,
    workspace: WorkspaceId,
    conditions: &[Predicate],
) -> Result<Option<Candidates>, StoreError> {
    let mut best: Option<Candidates> = None;
    for condition in conditions {
        let Some(candidates) = meeting(conn, workspace, condition)? else { continue };
        if best.as_ref().is_none_or(|best| candidates.number() < best.number()) {
            best = Some(candidates);
        }
    }
    Ok(best)
}

/// Those who have this value.
pub(super) fn having(
    conn: &mut Conn,
    workspace: WorkspaceId,
    path: &AttributePath,
    value: &str,
) -> Result<Vec<String>, StoreError> {
    Ok(facets::having(workspace, path, value).limit(COUNTED).select(search_attributes::person_id).load(conn)?)
}

fn meeting(conn: &mut Conn, workspace: WorkspaceId, condition: &Predicate) -> Result<Option<Candidates>, StoreError> {
    match condition {
        Predicate::Compare(path, Comparison::Equal, Operand::Exact(name)) if *path == AttributePath::of_groups() => {
            members(conn, workspace, name)
        }
        Predicate::Compare(path, Comparison::Equal, Operand::Exact(value)) if path.is_internal() => {
            let count = facets::count(conn, workspace, path, value)?;
            Ok(Some(Candidates::Having { path: path.clone(), value: value.clone(), count }))
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
        let Some((path, from, to)) = range(part) else { return Ok(None) };
        let found: Vec<String> = search_attributes::table
            .filter(search_attributes::workspace_id.eq(workspace.to_string()))
            .filter(search_attributes::path.eq(path.as_str()))
            .filter(search_attributes::prefix.between(from, to))
            .select(search_attributes::person_id)
            .limit(COUNTED + 1)
            .load(conn)?;
        people.extend(found);
        if few_enough(&people).is_none() {
            return Ok(None);
        }
    }
    Ok(few(people))
}

/// Where in the index the values are that compare so, and perhaps some more.
fn range(part: &Predicate) -> Option<(&AttributePath, String, String)> {
    match part {
        Predicate::Compare(path, Comparison::StartsWith, Operand::Folded(text)) if !text.contains('\0') => {
            let from = prefix(&fold(text));
            // No text goes on with a character beyond this one: there is none.
            let to = format!("{from}{}", char::MAX);
            Some((path, from, to))
        }
        Predicate::Compare(path, Comparison::Equal, Operand::Exact(text)) if !text.contains('\0') => {
            let only = prefix(&fold(text));
            Some((path, only.clone(), only))
        }
        _ => None,
    }
}

fn few(people: BTreeSet<String>) -> Option<Candidates> {
    few_enough(&people)?;
    Some(Candidates::Few(people.into_iter().collect()))
}

fn few_enough(people: &BTreeSet<String>) -> Option<()> {
    i64::try_from(people.len()).is_ok_and(|number| number <= COUNTED).then_some(())
}
