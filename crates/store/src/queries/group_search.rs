//! A predicate over groups as SQL, as [`search`](super::search) does it for people.

use diesel::dsl::{not, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use domain::access::Origin;
use domain::id::WorkspaceId;
use domain::predicate::{AttributePath, Comparison, Operand, Predicate};
use domain::text::fold;

use super::people::living;
use super::search::{self, compared, joined, length_of, moment};
use super::{Conn, text};
use crate::record::micros;
use crate::schema::{collaborator_groups, collaborators, memberships};

type Backend = <Conn as Connection>::Backend;
type Condition = Box<dyn BoxableExpression<collaborator_groups::table, Backend, SqlType = Bool>>;

/// The condition in a form that no connection keeps prepared, as for people.
pub(super) fn uncached(workspace: WorkspaceId, predicate: &Predicate) -> Condition {
    Box::new(condition(workspace, predicate).and(sql::<Bool>("1 = 1")))
}

/// The condition on a group's row.
pub(super) fn condition(workspace: WorkspaceId, predicate: &Predicate) -> Condition {
    match predicate {
        Predicate::Present(path) => present(workspace, path),
        Predicate::Compare(path, comparison, operand) => compare(workspace, path, *comparison, operand),
        Predicate::And(all) => joined!(all, |part| condition(workspace, part), and, true),
        Predicate::Or(any) => joined!(any, |part| condition(workspace, part), or, false),
        Predicate::Not(inner) => Box::new(not(condition(workspace, inner))),
        Predicate::Element(path, inner) if path.as_str() == "members" => with_one_member(workspace, inner),
        // No other attribute of a group has several values.
        Predicate::Element(..) => constant(false),
    }
}

fn constant(value: bool) -> Condition {
    Box::new(value.into_sql::<Bool>())
}

fn present(workspace: WorkspaceId, path: &AttributePath) -> Condition {
    match path.as_str() {
        "externalid" => compare(workspace, path, Comparison::Greater, &Operand::Exact(String::new())),
        path if path.starts_with("members") => with_one_member(workspace, &Predicate::And(Vec::new())),
        "id" | "displayname" | "meta.created" | "meta.lastmodified" => constant(true),
        _ => constant(false),
    }
}

fn compare(workspace: WorkspaceId, path: &AttributePath, comparison: Comparison, operand: &Operand) -> Condition {
    let value = match operand {
        Operand::Folded(value) | Operand::Exact(value) => value.replace('\0', "\u{fffd}"),
        Operand::Boolean(_) | Operand::Number(_) | Operand::Moment(_) => String::new(),
    };
    match (path.as_str(), operand) {
        ("meta.created", Operand::Moment(at)) => moment!(collaborator_groups::created_at, comparison, *at),
        ("meta.lastmodified", Operand::Moment(at)) => moment!(collaborator_groups::modified_at, comparison, *at),
        ("id", _) => compared!(collaborator_groups::scim_id, comparison, value, |is| Box::new(is)),
        ("displayname", _) => compared!(collaborator_groups::name_fold, comparison, fold(&value), |is| Box::new(is)),
        ("externalid", _) => {
            let known = collaborator_groups::external_id.is_not_null();
            compared!(collaborator_groups::external_id.assume_not_null(), comparison, value, |is| Box::new(
                known.and(is)
            ))
        }
        ("members.value" | "members.display", _) => {
            let part = AttributePath::new(path.as_str().trim_start_matches("members."));
            with_one_member(workspace, &Predicate::Compare(part, comparison, operand.clone()))
        }
        _ => constant(false),
    }
}

/// The groups with one SCIM member who meets all of it, by id and `userName`.
fn with_one_member(workspace: WorkspaceId, inner: &Predicate) -> Condition {
    let of_person = |part: &AttributePath| match part.as_str() {
        "value" => AttributePath::new("id"),
        "display" => AttributePath::new("userName"),
        _ => part.clone(),
    };
    let people =
        living(workspace).filter(search::condition(workspace, &inner.renamed(&of_person))).select(collaborators::id);
    let groups = memberships::table
        .filter(memberships::origin.eq(Origin::Scim.as_str()))
        .filter(memberships::person_id.eq_any(people))
        .select(memberships::group_id);
    Box::new(collaborator_groups::id.eq_any(groups))
}
