//! Conditions that meet on one value of a multi-valued attribute: `emails[type eq "work" and value ew "@acme.test"]`.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use domain::id::WorkspaceId;
use domain::predicate::{AttributePath, Comparison, Operand, Predicate};
use domain::text::fold;

use super::super::text;
use super::{Backend, Condition, compared, joined, length_of, stored};
use crate::people::prefix;
use crate::schema::{collaborators, search_attributes};

diesel::alias!(const PART: Alias<Part> = search_attributes as part);

/// That the value at hand has such a part.
macro_rules! part {
    ($path:expr, $condition:expr) => {
        Box::new(exists(
            PART.filter(PART.field(search_attributes::person_id).eq(search_attributes::person_id))
                .filter(PART.field(search_attributes::path).eq($path.as_str().to_owned()))
                .filter(PART.field(search_attributes::element).eq(search_attributes::element))
                .filter($condition)
                .select(PART.field(search_attributes::element)),
        ))
    };
}

type OneValue = Box<dyn BoxableExpression<search_attributes::table, Backend, SqlType = Bool>>;

/// The people who have a value of this attribute that meets all of it.
pub(super) fn condition(workspace: WorkspaceId, path: &AttributePath, inner: &Predicate) -> Condition {
    let values = search_attributes::table
        .filter(search_attributes::workspace_id.eq(workspace.to_string()))
        .into_boxed::<Backend>();
    let values = match most_telling(path, inner) {
        Some((part, beginning)) => values
            .filter(search_attributes::path.eq(part.as_str().to_owned()))
            .filter(search_attributes::prefix.eq(beginning)),
        None => {
            let below = format!("{}.", path.as_str());
            values.filter(text::substr(search_attributes::path, 1, length_of(&below)).eq(below))
        }
    };
    Box::new(collaborators::id.eq_any(values.filter(value(path, inner)).select(search_attributes::person_id)))
}

/// The part that every value in question has, by which they are found in the index: of several the `value`, because many
/// people share a type. With it the beginning of what the part is.
fn most_telling(path: &AttributePath, inner: &Predicate) -> Option<(AttributePath, String)> {
    let parts = match inner {
        Predicate::And(parts) => parts.as_slice(),
        only => std::slice::from_ref(only),
    };
    let equal = parts.iter().filter_map(|part| match part {
        Predicate::Compare(part, Comparison::Equal, operand) => {
            Some((part.as_str() != "value", below(path, part), operand))
        }
        _ => None,
    });
    let (_, part, operand) = equal.min_by_key(|(shared, ..)| *shared)?;
    let (part, text) = stored(&part, operand);
    Some((part, prefix(&fold(&text))))
}

fn value(path: &AttributePath, predicate: &Predicate) -> OneValue {
    match predicate {
        Predicate::Present(part) => {
            part!(&below(path, part), PART.field(search_attributes::exact).ne(""))
        }
        Predicate::Compare(part, comparison, operand) => compare(&below(path, part), *comparison, operand),
        Predicate::And(all) => joined!(all, |part| value(path, part), and, true),
        Predicate::Or(any) => joined!(any, |part| value(path, part), or, false),
        Predicate::Not(inner) => Box::new(not(value(path, inner))),
        // RFC 7644 §3.4.2.2: brackets don't nest.
        Predicate::Element(..) => Box::new(false.into_sql::<Bool>()),
    }
}

fn below(path: &AttributePath, part: &AttributePath) -> AttributePath {
    AttributePath::new(&format!("{}.{}", path.as_str(), part.as_str()))
}

fn compare(path: &AttributePath, comparison: Comparison, operand: &Operand) -> OneValue {
    match operand {
        Operand::Exact(text) | Operand::Folded(text) if text.contains('\0') => Box::new(false.into_sql::<Bool>()),
        Operand::Folded(text) => {
            compared!(PART.field(search_attributes::folded), comparison, fold(text), |is| part!(path, is))
        }
        _ => {
            let (path, text) = stored(path, operand);
            compared!(PART.field(search_attributes::exact), comparison, text, |is| part!(&path, is))
        }
    }
}
