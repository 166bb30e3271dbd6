//! A predicate over groups as SQL, as [`search`](super::search) does it for people.

use diesel::dsl::{exists, not, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use domain::access::Origin;
use domain::predicate::{AttributePath, Comparison, Operand, Predicate};
use domain::text::fold;

use super::search::{compared, length_of, moment};
use super::{Conn, text};
use crate::people::Sort;
use crate::record::micros;
use crate::schema::{collaborator_groups, collaborators, memberships};

type Backend = <Conn as Connection>::Backend;
type Condition = Box<dyn BoxableExpression<collaborator_groups::table, Backend, SqlType = Bool>>;
type Query = collaborator_groups::BoxedQuery<'static, Backend>;

/// The condition in a form that no connection keeps prepared, as for people.
pub(super) fn uncached(predicate: &Predicate) -> Condition {
    Box::new(condition(predicate).and(sql::<Bool>("1 = 1")))
}

/// The condition on a group's row.
fn condition(predicate: &Predicate) -> Condition {
    match predicate {
        Predicate::Present(path) => present(path),
        Predicate::Compare(path, comparison, operand) => compare(path, *comparison, operand),
        Predicate::And(all) => {
            all.iter().map(condition).reduce(|left, right| Box::new(left.and(right))).unwrap_or_else(|| constant(true))
        }
        Predicate::Or(any) => {
            any.iter().map(condition).reduce(|left, right| Box::new(left.or(right))).unwrap_or_else(|| constant(false))
        }
        Predicate::Not(inner) => Box::new(not(condition(inner))),
        // Members have one value each that can be searched.
        Predicate::Element(_, inner) => condition(inner),
    }
}

fn constant(value: bool) -> Condition {
    Box::new(value.into_sql::<Bool>())
}

fn present(path: &AttributePath) -> Condition {
    match path.as_str() {
        "externalid" => Box::new(collaborator_groups::external_id.is_not_null()),
        "members" | "members.value" | "members.type" | "members.display" | "value" | "type" | "display" => {
            Box::new(exists(members()))
        }
        _ => constant(true),
    }
}

fn compare(path: &AttributePath, comparison: Comparison, operand: &Operand) -> Condition {
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
        ("members.value" | "value", _) => {
            compared!(collaborators::scim_id, comparison, value, |is| Box::new(exists(members().filter(is))))
        }
        ("members.display" | "display", _) => {
            compared!(collaborators::user_name_fold, comparison, fold(&value), |is| Box::new(exists(
                members().filter(is)
            )))
        }
        _ => constant(false),
    }
}

/// The SCIM members of the group at hand.
#[diesel::dsl::auto_type(no_type_alias)]
fn members() -> _ {
    let scim: &'static str = Origin::Scim.as_str();
    memberships::table
        .inner_join(collaborators::table.on(collaborators::id.eq(memberships::person_id)))
        .filter(memberships::group_id.eq(collaborator_groups::id))
        .filter(memberships::origin.eq(scim))
        .filter(not(collaborators::deleted))
}

/// The query in the order that was asked for; without a value last when ascending, first when descending.
pub(super) fn sorted(query: Query, sort: Option<&Sort>) -> Query {
    let Some(Sort { path, descending, .. }) = sort else { return query };
    match (path.as_str(), descending) {
        ("displayname", false) => query.order(collaborator_groups::name_fold.asc()),
        ("displayname", true) => query.order(collaborator_groups::name_fold.desc()),
        ("id", false) => query.order(collaborator_groups::scim_id.asc()),
        ("id", true) => query.order(collaborator_groups::scim_id.desc()),
        ("externalid", false) => query
            .order(collaborator_groups::external_id.is_null().asc())
            .then_order_by(collaborator_groups::external_id.asc()),
        ("externalid", true) => query
            .order(collaborator_groups::external_id.is_null().desc())
            .then_order_by(collaborator_groups::external_id.desc()),
        ("meta.created", true) => query.order(collaborator_groups::created_at.desc()),
        ("meta.lastmodified", false) => query.order(collaborator_groups::modified_at.asc()),
        ("meta.lastmodified", true) => query.order(collaborator_groups::modified_at.desc()),
        _ => query.order(collaborator_groups::created_at.asc()),
    }
}
