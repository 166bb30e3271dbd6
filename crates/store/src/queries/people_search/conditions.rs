//! What has to hold of the person to whom a row of the side table belongs.

use diesel::dsl::{exists, not, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use domain::facet::{DELETED, Facet};
use domain::id::WorkspaceId;
use domain::predicate::{AttributePath, Comparison, Operand, Predicate};
use domain::text::fold;

use super::super::{Conn, facets, text};
use crate::people::{PREFIX, prefix};
use crate::schema::{collaborator_groups, memberships, search_attributes};

diesel::alias!(const PART: Alias<Part> = search_attributes as part);

type Backend = <Conn as Connection>::Backend;
pub(super) type Condition = Box<dyn BoxableExpression<search_attributes::table, Backend, SqlType = Bool>>;

/// All of them have to hold.
pub(super) struct Conditions {
    pub(super) workspace: WorkspaceId,
    pub(super) each: Vec<Predicate>,
}

impl Conditions {
    pub(super) fn new(workspace: WorkspaceId, each: Vec<Predicate>) -> Self {
        Self { workspace, each }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.each.is_empty()
    }

    /// Whether there is only one.
    pub(super) fn is_one(&self) -> bool {
        self.each.len() == 1
    }

    /// As one condition on a row, in a form that no connection keeps prepared: there are many combinations. Who has a facet
    /// is alive, or asked for as one of the deleted; where none is asked for, the living are meant.
    pub(super) fn all(&self) -> Condition {
        let mut all: Condition = Box::new(sql::<Bool>("1 = 1"));
        if !self.each.iter().any(is_of_facet) {
            all = Box::new(all.and(is_living()));
        }
        self.each.iter().fold(all, |all, one| Box::new(all.and(holds(self.workspace, one))))
    }
}

fn is_of_facet(condition: &Predicate) -> bool {
    matches!(condition, Predicate::Compare(path, ..) if path.is_internal() && *path != AttributePath::of_groups())
}

/// That the row's person has such a value.
macro_rules! has {
    ($path:expr, $condition:expr) => {
        Box::new(exists(
            PART.filter(PART.field(search_attributes::person_id).eq(search_attributes::person_id))
                .filter(PART.field(search_attributes::path).eq($path.as_str().to_owned()))
                .filter($condition)
                .select(PART.field(search_attributes::element)),
        ))
    };
}

/// The deleted have their status, also in a database where the living have none yet.
fn is_living() -> Condition {
    let is_deleted: Condition = has!(Facet::Status.path(), PART.field(search_attributes::prefix).eq(DELETED));
    Box::new(not(is_deleted))
}

fn holds(workspace: WorkspaceId, condition: &Predicate) -> Condition {
    match condition {
        Predicate::Compare(path, Comparison::Equal, Operand::Exact(name)) if *path == AttributePath::of_groups() => {
            is_in(workspace, name)
        }
        Predicate::Compare(path, Comparison::Equal, Operand::Exact(value)) if path.is_internal() => {
            has!(path, PART.field(search_attributes::prefix).eq(facets::key(value)))
        }
        Predicate::Compare(path, Comparison::Equal, Operand::Exact(value)) => is(path, value),
        Predicate::Compare(path, Comparison::StartsWith, Operand::Folded(value)) => begins(path, value),
        Predicate::Or(any) => any
            .iter()
            .map(|one| holds(workspace, one))
            .reduce(|left, right| Box::new(left.or(right)))
            .unwrap_or_else(nobody),
        // No other condition is among those of a search.
        _ => nobody(),
    }
}

fn nobody() -> Condition {
    Box::new(false.into_sql::<Bool>())
}

fn is_in(workspace: WorkspaceId, group: &str) -> Condition {
    let groups = collaborator_groups::table
        .filter(collaborator_groups::workspace_id.eq(workspace.to_string()))
        .filter(collaborator_groups::name.eq(group.to_owned()))
        .select(collaborator_groups::id);
    // A person is in few groups; a group may have everybody.
    let theirs = memberships::table
        .filter(memberships::person_id.eq(search_attributes::person_id))
        .filter(memberships::group_id.eq_any(groups));
    Box::new(exists(theirs.select(memberships::origin)))
}

fn is(path: &AttributePath, value: &str) -> Condition {
    let Some((from, _)) = range(value) else { return nobody() };
    let same = PART.field(search_attributes::prefix).eq(from);
    has!(path, same.and(PART.field(search_attributes::exact).eq(value.to_owned())))
}

fn begins(path: &AttributePath, value: &str) -> Condition {
    let Some((from, to)) = range(value) else { return nobody() };
    let begins = PART.field(search_attributes::prefix).between(from, to);
    let folded = fold(value);
    let length = folded.chars().count();
    if length <= PREFIX {
        return has!(path, begins);
    }
    let length = i32::try_from(length).unwrap_or(i32::MAX);
    has!(path, begins.and(text::substr(PART.field(search_attributes::folded), 1, length).eq(folded)))
}

/// Where in the index the values are that begin so; nowhere where a text holds what no stored one does.
pub(super) fn range(value: &str) -> Option<(String, String)> {
    let from = prefix(&fold(value));
    // No text goes on with a character beyond this one: there is none.
    let to = format!("{from}{}", char::MAX);
    // PostgreSQL would not even take U+0000 as a parameter.
    (!value.contains('\0')).then_some((from, to))
}
