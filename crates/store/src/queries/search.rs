//! A predicate as SQL. Every value is bound; every condition is two-valued, so that `not` means what it says.

mod element;

use diesel::dsl::{exists, not, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use domain::access::Origin;
use domain::id::WorkspaceId;
use domain::order::{moment_key, number_key};
use domain::predicate::{AttributePath, Comparison, Operand, Predicate};
use domain::text::fold;

use super::{Conn, group_search, text};
use crate::people::prefix;
use crate::record::{digest, micros};
use crate::schema::{collaborator_groups, collaborators, memberships, search_attributes};

type Backend = <Conn as Connection>::Backend;
type Condition = Box<dyn BoxableExpression<collaborators::table, Backend, SqlType = Bool>>;

/// The conditions on all parts in one; what it is where there is no part.
macro_rules! joined {
    ($parts:expr, $condition:expr, $with:ident, $none:expr) => {
        $parts
            .iter()
            .map($condition)
            .reduce(|left, right| Box::new(left.$with(right)))
            .unwrap_or_else(|| Box::new($none.into_sql::<Bool>()))
    };
}

/// The condition in a form that no connection keeps prepared: there is no end of filters, and a statement that is kept for
/// each shape of them would fill the memory.
pub(super) fn uncached(workspace: WorkspaceId, predicate: &Predicate) -> Condition {
    Box::new(condition(workspace, predicate).and(sql::<Bool>("1 = 1")))
}

/// The condition on a person's row.
pub(super) fn condition(workspace: WorkspaceId, predicate: &Predicate) -> Condition {
    match predicate {
        Predicate::Present(path) => present(workspace, path),
        Predicate::Compare(path, comparison, operand) => compare(workspace, path, *comparison, operand),
        Predicate::And(all) => joined!(all, |part| condition(workspace, part), and, true),
        Predicate::Or(any) => joined!(any, |part| condition(workspace, part), or, false),
        Predicate::Not(inner) => Box::new(not(condition(workspace, inner))),
        Predicate::Element(path, inner) if path.as_str() == "groups" => in_one_group(workspace, inner),
        Predicate::Element(path, inner) => element::condition(workspace, path, inner),
    }
}

/// The people in one SCIM group that meets all of it, by its id and its name.
fn in_one_group(workspace: WorkspaceId, inner: &Predicate) -> Condition {
    let of_group = |part: &AttributePath| match part.as_str() {
        "value" => AttributePath::new("id"),
        "display" => AttributePath::new("displayName"),
        _ => part.clone(),
    };
    let groups = collaborator_groups::table
        .filter(collaborator_groups::workspace_id.eq(workspace.to_string()))
        .into_boxed::<Backend>()
        .filter(group_search::condition(workspace, &inner.renamed(&of_group)))
        .select(collaborator_groups::id);
    let members = memberships::table
        .filter(memberships::origin.eq(Origin::Scim.as_str()))
        .filter(memberships::group_id.eq_any(groups))
        .select(memberships::person_id);
    Box::new(collaborators::id.eq_any(members))
}

fn constant(value: bool) -> Condition {
    Box::new(value.into_sql::<Bool>())
}

fn present(workspace: WorkspaceId, path: &AttributePath) -> Condition {
    match path.as_str() {
        "id" | "username" | "active" | "meta.created" | "meta.lastmodified" => constant(true),
        "groups" | "groups.value" | "groups.display" => in_one_group(workspace, &Predicate::And(Vec::new())),
        path => {
            // A complex attribute is present where any of its sub-attributes is; an empty text is no value (RFC 7643 §2.5).
            let below = format!("{path}.");
            let length = length_of(&below);
            let there = search_attributes::table
                .filter(search_attributes::workspace_id.eq(workspace.to_string()))
                .filter(search_attributes::person_id.eq(collaborators::id))
                .filter(
                    search_attributes::path
                        .eq(path.to_owned())
                        .or(text::substr(search_attributes::path, 1, length).eq(below)),
                )
                .filter(search_attributes::exact.ne(""));
            Box::new(exists(there.select(search_attributes::element)))
        }
    }
}

/// In characters.
pub(super) fn length_of(text: &str) -> i32 {
    i32::try_from(text.chars().count()).unwrap_or(i32::MAX)
}

/// A boxed comparison of a text column; byte order, which is the order of code points.
macro_rules! compared {
    ($column:expr, $comparison:expr, $value:expr, |$condition:ident| $boxed:expr) => {{
        let value: String = $value;
        let length = length_of(&value);
        match $comparison {
            Comparison::Equal => {
                let $condition = $column.eq(value);
                $boxed
            }
            Comparison::Greater => {
                let $condition = $column.gt(value);
                $boxed
            }
            Comparison::GreaterOrEqual => {
                let $condition = $column.ge(value);
                $boxed
            }
            Comparison::Less => {
                let $condition = $column.lt(value);
                $boxed
            }
            Comparison::LessOrEqual => {
                let $condition = $column.le(value);
                $boxed
            }
            Comparison::Contains => {
                let $condition = text::position($column, value).gt(0);
                $boxed
            }
            Comparison::StartsWith => {
                let $condition = text::substr($column, 1, length).eq(value);
                $boxed
            }
            Comparison::EndsWith => {
                let start = text::length($column) - length + 1;
                let $condition = text::substr($column, start, length).eq(value);
                $boxed
            }
        }
    }};
}

macro_rules! moment {
    ($column:expr, $comparison:expr, $at:expr) => {
        match $comparison {
            Comparison::Equal => Box::new($column.eq(micros($at))),
            Comparison::Greater => Box::new($column.gt(micros($at))),
            Comparison::GreaterOrEqual => Box::new($column.ge(micros($at))),
            Comparison::Less => Box::new($column.lt(micros($at))),
            Comparison::LessOrEqual => Box::new($column.le(micros($at))),
            Comparison::Contains | Comparison::StartsWith | Comparison::EndsWith => constant(false),
        }
    };
}

pub(super) use {compared, joined, moment};

fn compare(workspace: WorkspaceId, path: &AttributePath, comparison: Comparison, operand: &Operand) -> Condition {
    match (path.as_str(), operand) {
        // No text here holds U+0000, which PostgreSQL would not even take as a parameter.
        (_, Operand::Exact(value) | Operand::Folded(value)) if value.contains('\0') => constant(false),
        ("active", Operand::Boolean(wanted)) => Box::new(collaborators::active.eq(*wanted)),
        ("meta.created", Operand::Moment(at)) => moment!(collaborators::created_at, comparison, *at),
        ("meta.lastmodified", Operand::Moment(at)) => moment!(collaborators::modified_at, comparison, *at),
        ("id", Operand::Exact(value) | Operand::Folded(value)) => {
            compared!(collaborators::scim_id, comparison, value.clone(), |is| Box::new(is))
        }
        ("username", Operand::Exact(value) | Operand::Folded(value)) if comparison == Comparison::Equal => {
            Box::new(collaborators::user_name_key.eq(digest(&fold(value))))
        }
        ("username", Operand::Exact(value) | Operand::Folded(value)) => {
            compared!(collaborators::user_name_fold, comparison, fold(value), |is| Box::new(is))
        }
        ("groups.value" | "groups.display", _) => {
            let part = AttributePath::new(path.as_str().trim_start_matches("groups."));
            in_one_group(workspace, &Predicate::Compare(part, comparison, operand.clone()))
        }
        (_, Operand::Folded(value)) => folded_attribute(workspace, path, comparison, value),
        _ => {
            let (path, value) = stored(path, operand);
            exact_attribute(workspace, &path, comparison, value)
        }
    }
}

/// Where values of the operand's form are, and how it would be stored there.
fn stored(path: &AttributePath, operand: &Operand) -> (AttributePath, String) {
    match operand {
        // No text here holds U+0000, which PostgreSQL would not even take as a parameter.
        Operand::Folded(text) | Operand::Exact(text) => (path.clone(), text.replace('\0', "\u{fffd}")),
        Operand::Boolean(value) => (path.clone(), value.to_string()),
        Operand::Number(number) => (path.of_numbers(), number_key(number)),
        Operand::Moment(at) => (path.of_moments(), moment_key(*at)),
    }
}

/// A value in the side table, looked at person by person.
macro_rules! attribute {
    ($workspace:expr, $path:expr, $condition:expr) => {
        Box::new(exists(
            search_attributes::table
                .filter(search_attributes::workspace_id.eq($workspace.to_string()))
                .filter(search_attributes::person_id.eq(collaborators::id))
                .filter(search_attributes::path.eq($path.as_str().to_owned()))
                .filter($condition)
                .select(search_attributes::element),
        ))
    };
}

/// A value in the side table, found through the index on its beginning: the people who have it, however many there are.
macro_rules! equal_attribute {
    ($workspace:expr, $path:expr, $condition:expr) => {
        Box::new(
            collaborators::id.eq_any(
                search_attributes::table
                    .filter(search_attributes::workspace_id.eq($workspace.to_string()))
                    .filter(search_attributes::path.eq($path.as_str().to_owned()))
                    .filter($condition)
                    .select(search_attributes::person_id),
            ),
        )
    };
}

fn folded_attribute(workspace: WorkspaceId, path: &AttributePath, comparison: Comparison, value: &str) -> Condition {
    let value = fold(value);
    if comparison == Comparison::Equal {
        let same = search_attributes::prefix.eq(prefix(&value)).and(search_attributes::folded.eq(value));
        return equal_attribute!(workspace, path, same);
    }
    compared!(search_attributes::folded, comparison, value, |is| attribute!(workspace, path, is))
}

fn exact_attribute(workspace: WorkspaceId, path: &AttributePath, comparison: Comparison, value: String) -> Condition {
    if comparison == Comparison::Equal {
        let same = search_attributes::prefix.eq(prefix(&fold(&value))).and(search_attributes::exact.eq(value));
        return equal_attribute!(workspace, path, same);
    }
    compared!(search_attributes::exact, comparison, value, |is| attribute!(workspace, path, is))
}
