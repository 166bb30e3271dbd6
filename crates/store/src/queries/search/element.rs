//! Conditions that meet on one value of a multi-valued attribute: `emails[type eq "work" and value ew "@acme.test"]`.

use diesel::dsl::not;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use domain::id::WorkspaceId;
use domain::order::{moment_key, number_key};
use domain::predicate::{AttributePath, Comparison, Operand, Predicate};
use domain::text::fold;

use super::super::text;
use super::{Backend, Condition, compared, length_of};
use crate::schema::{collaborators, search_attributes};

diesel::alias!(const PART: Alias<Part> = search_attributes as part);

type OneValue = Box<dyn BoxableExpression<search_attributes::table, Backend, SqlType = Bool>>;

/// The people who have a value of this attribute that meets all of it.
pub(super) fn condition(workspace: WorkspaceId, path: &AttributePath, inner: &Predicate) -> Condition {
    let below = format!("{}.", path.as_str());
    let length = length_of(&below);
    let values = search_attributes::table
        .filter(search_attributes::workspace_id.eq(workspace.to_string()))
        .filter(text::substr(search_attributes::path, 1, length).eq(below))
        .into_boxed::<Backend>()
        .filter(value(workspace, path, inner))
        .select(search_attributes::person_id);
    Box::new(collaborators::id.eq_any(values))
}

fn value(workspace: WorkspaceId, path: &AttributePath, predicate: &Predicate) -> OneValue {
    match predicate {
        Predicate::Present(part) => present(workspace, &below(path, part)),
        Predicate::Compare(part, comparison, operand) => {
            compare(workspace, &AttributePath::new(&below(path, part)), *comparison, operand)
        }
        Predicate::And(all) => all
            .iter()
            .map(|part| value(workspace, path, part))
            .reduce(|left, right| Box::new(left.and(right)))
            .unwrap_or_else(|| Box::new(true.into_sql::<Bool>())),
        Predicate::Or(any) => any
            .iter()
            .map(|part| value(workspace, path, part))
            .reduce(|left, right| Box::new(left.or(right)))
            .unwrap_or_else(|| Box::new(false.into_sql::<Bool>())),
        Predicate::Not(inner) => Box::new(not(value(workspace, path, inner))),
        // RFC 7644 §3.4.2.2: brackets don't nest.
        Predicate::Element(..) => Box::new(false.into_sql::<Bool>()),
    }
}

fn below(path: &AttributePath, part: &AttributePath) -> String {
    format!("{}.{}", path.as_str(), part.as_str())
}

/// The values among those that a condition on their parts describes.
macro_rules! owners {
    ($workspace:expr, $path:expr, $condition:expr) => {
        Box::new(
            search_attributes::owner.eq_any(
                PART.filter(PART.field(search_attributes::workspace_id).eq($workspace.to_string()))
                    .filter(PART.field(search_attributes::path).eq($path.to_owned()))
                    .filter($condition)
                    .select(PART.field(search_attributes::owner)),
            ),
        )
    };
}

fn present(workspace: WorkspaceId, path: &str) -> OneValue {
    owners!(workspace, path, PART.field(search_attributes::exact).ne(""))
}

fn compare(workspace: WorkspaceId, path: &AttributePath, comparison: Comparison, operand: &Operand) -> OneValue {
    match operand {
        // No text here holds U+0000, which PostgreSQL would not even take as a parameter.
        Operand::Exact(value) | Operand::Folded(value) if value.contains('\0') => Box::new(false.into_sql::<Bool>()),
        Operand::Folded(value) => {
            compared!(PART.field(search_attributes::folded), comparison, fold(value), |is| owners!(
                workspace,
                path.as_str(),
                is
            ))
        }
        Operand::Exact(value) => exact(workspace, path, comparison, value.clone()),
        Operand::Boolean(value) => exact(workspace, path, comparison, value.to_string()),
        Operand::Number(number) => exact(workspace, &path.of_numbers(), comparison, number_key(number)),
        Operand::Moment(at) => exact(workspace, &path.of_moments(), comparison, moment_key(*at)),
    }
}

fn exact(workspace: WorkspaceId, path: &AttributePath, comparison: Comparison, value: String) -> OneValue {
    compared!(PART.field(search_attributes::exact), comparison, value, |is| owners!(workspace, path.as_str(), is))
}
