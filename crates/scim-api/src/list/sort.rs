//! `sortBy` and `sortOrder` (RFC 7644 §3.4.2.3).

use domain::predicate::{AttributePath, Form};

use super::SearchRequest;
use crate::error::{ScimError, quoted};
use crate::schema::{Kind, Located, ResourceType, Target};

/// By what a list is sorted; of several values the primary one counts, else the first. Resources without a value come last when ascending and first when descending (RFC 7644
/// §3.4.2.3); equal ones keep the order in which they were made, so that pages never overlap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    /// An attribute without sub-attributes, as in a predicate: `emails` has become `emails.value`.
    pub path: AttributePath,
    /// As what values are compared.
    pub form: Form,
    /// The direction.
    pub order: SortOrder,
}

/// The direction of a sorted list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortOrder {
    /// The smallest first.
    Ascending,
    /// The largest first.
    Descending,
}

/// One for each type of resource; none where the request asks for no order or the type lacks the attribute.
///
/// An attribute that no type has is `invalidValue`: of the keywords of RFC 7644 §3.12 that one is meant for queries,
/// while `invalidPath` speaks of the `path` of PATCH alone.
pub(super) fn resolve(
    request: &SearchRequest,
    resources: &[&ResourceType],
    tolerated: &mut Vec<String>,
) -> Result<Vec<Option<Sort>>, ScimError> {
    let order = order(request.sort_order.as_deref())?;
    let Some(name) = request.sort_by.as_deref().map(str::trim) else { return Ok(vec![None; resources.len()]) };
    let mut sorts = Vec::with_capacity(resources.len());
    for resource in resources {
        sorts.push(match resource.find(name) {
            Some(Target::Attribute(located)) => Some(sort(located, order, tolerated)?),
            _ => None,
        });
    }
    if sorts.iter().all(Option::is_none) { Err(unknown(name, resources)) } else { Ok(sorts) }
}

/// RFC 7644 §3.4.2.3: "Allowed values are "ascending" and "descending"", and ascending is the default.
fn order(text: Option<&str>) -> Result<SortOrder, ScimError> {
    match text.map(str::trim) {
        None => Ok(SortOrder::Ascending),
        Some(text) if text.eq_ignore_ascii_case("ascending") => Ok(SortOrder::Ascending),
        Some(text) if text.eq_ignore_ascii_case("descending") => Ok(SortOrder::Descending),
        Some(text) => {
            Err(ScimError::InvalidValue(format!("sortOrder is ascending or descending, and not {}.", quoted(text))))
        }
    }
}

fn sort(located: Located<'_>, order: SortOrder, tolerated: &mut Vec<String>) -> Result<Sort, ScimError> {
    let leaf = located.leaf();
    let place = match leaf.find_sub_attribute("value") {
        // RFC 7644 §3.4.2.3: of a complex attribute the name "MUST be a path to a sub-attribute"; `value` is meant.
        Some(value) if leaf.kind == Kind::Complex => {
            tolerated.push(format!("sortBy: {} sorted by its value", located.path()));
            located.with_sub_attribute(value)
        }
        _ => located,
    };
    let is_complex = place.leaf().kind == Kind::Complex;
    let can_be = [place.attribute, place.leaf()].iter().all(|attribute| attribute.sortable && attribute.searchable);
    if is_complex {
        let subs: Vec<&str> = leaf.sub_attributes.iter().map(|sub| sub.name.as_ref()).collect();
        let message = format!("{} is sorted by a sub-attribute: {}.", place.path(), subs.join(", "));
        return Err(ScimError::InvalidValue(message));
    }
    if !can_be {
        return Err(ScimError::InvalidValue(format!("{} cannot be sorted by: leave out sortBy.", place.path())));
    }
    Ok(Sort { path: AttributePath::new(&place.path()), form: place.leaf().form(), order })
}

fn unknown(name: &str, resources: &[&ResourceType]) -> ScimError {
    let hint = match resources.iter().find_map(|resource| resource.find_in_extensions(name)) {
        Some(located) => format!("write {}", located.path()),
        None => "/Schemas lists the attributes that exist".to_owned(),
    };
    ScimError::InvalidValue(format!("sortBy names no attribute with {}: {hint}.", quoted(name)))
}
