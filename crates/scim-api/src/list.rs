//! Lists as clients ask for them (RFC 7644 §3.4.2 and §3.4.3, RFC 9865), whether in a query string or in a search request.

pub mod cursor;
mod response;
mod search_request;
mod sort;

pub use cursor::{Fingerprint, Position};
use domain::predicate::Predicate;
pub use response::list_response;
pub use search_request::{SEARCH_REQUEST_URN, SearchRequest};
pub use sort::{Sort, SortOrder};

use crate::error::ScimError;
use crate::filter::{Compiled, Filter, compile_across};
use crate::projection::Projection;
use crate::schema::ResourceType;

/// How many resources a page has where the client asks for no number.
pub const DEFAULT_COUNT: i64 = 100;
/// The most resources of one page, whatever the client asks for.
pub const MAX_COUNT: i64 = 1000;

/// A list of resources of one type, or of several at the root (RFC 7644 §3.4.2.1).
#[derive(Debug, Clone, PartialEq)]
pub struct ListParameters {
    /// What is asked of each type, in the order in which the types were given.
    pub types: Vec<TypeParameters>,
    /// Which part of the whole list.
    pub page: Page,
    /// What was taken although the RFC does not have it, for the log.
    pub tolerated: Vec<String>,
    /// What a cursor of this list is bound to.
    pub fingerprint: Fingerprint,
}

/// What is asked of one type of resource.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeParameters {
    /// The name of the type.
    pub name: &'static str,
    /// Which resources.
    pub predicate: Option<Predicate>,
    /// In which order; none: that in which they were made, also where this type lacks what others are sorted by.
    pub sort: Option<Sort>,
    /// Which part of each resource.
    pub projection: Projection,
}

/// Which part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Page {
    /// From an index on (RFC 7644 §3.4.2.4): what is asked for where the client says nothing of paging.
    Index {
        /// From 1.
        start_index: i64,
        /// From 0 to [`MAX_COUNT`].
        count: i64,
    },
    /// From a cursor on (RFC 9865 §2).
    Cursor {
        /// The last resource of the page before; none for the first page.
        after: Option<Position>,
        /// From 1 to [`MAX_COUNT`].
        count: i64,
    },
}

impl ListParameters {
    /// What the request asks of these types of resource.
    ///
    /// # Errors
    /// `invalidFilter`, `invalidValue` for numbers and `sortBy`, `invalidCursor`, `invalidCount`.
    pub fn new(request: &SearchRequest, resources: &[&ResourceType]) -> Result<Self, ScimError> {
        let mut tolerated = request.tolerated.clone();
        let predicates = predicates(request, resources, &mut tolerated)?;
        let sorts = sort::resolve(request, resources, &mut tolerated)?;
        let fingerprint = fingerprint(request, resources, &sorts);
        let each = resources.iter().zip(predicates).zip(sorts);
        let types = each.map(|((resource, predicate), sort)| TypeParameters {
            name: resource.name,
            predicate,
            sort,
            projection: request.projection(resource),
        });
        Ok(Self { types: types.collect(), page: page(request, fingerprint)?, tolerated, fingerprint })
    }

    /// The cursor of the page after this one, whose last resource is at `last`.
    pub fn next_cursor(&self, last: &Position) -> String {
        cursor::encode(last, self.fingerprint)
    }
}

impl Page {
    /// The most resources to send.
    pub fn count(&self) -> i64 {
        match self {
            Self::Index { count, .. } | Self::Cursor { count, .. } => *count,
        }
    }
}

fn predicates(
    request: &SearchRequest,
    resources: &[&ResourceType],
    tolerated: &mut Vec<String>,
) -> Result<Vec<Option<Predicate>>, ScimError> {
    let Some(text) = &request.filter else { return Ok(vec![None; resources.len()]) };
    let compiled = compile_across(&Filter::parse(text)?, resources)?;
    Ok(compiled.into_iter().map(|Compiled { predicate, tolerated: notes }| note(tolerated, notes, predicate)).collect())
}

fn note(tolerated: &mut Vec<String>, notes: Vec<String>, predicate: Predicate) -> Option<Predicate> {
    let new: Vec<String> = notes.into_iter().filter(|note| !tolerated.contains(note)).collect();
    tolerated.extend(new);
    Some(predicate)
}

fn page(request: &SearchRequest, fingerprint: Fingerprint) -> Result<Page, ScimError> {
    let Some(text) = &request.cursor else {
        // RFC 7644 §3.4.2.4: "A value less than 1 SHALL be interpreted as 1", and a negative count "as 0".
        let start_index = integer("startIndex", request.start_index.as_deref())?.unwrap_or(1).max(1);
        let count = integer("count", request.count.as_deref())?.unwrap_or(DEFAULT_COUNT).clamp(0, MAX_COUNT);
        return Ok(Page::Index { start_index, count });
    };
    if request.start_index.is_some() {
        let message = "startIndex and cursor are two ways to page: send one of them.";
        return Err(ScimError::InvalidCursor(message.to_owned()));
    }
    // RFC 9865 §2: the count is "a positive integer"; a smaller page than asked for may be sent.
    let count = integer("count", request.count.as_deref()).ok().map(|count| count.unwrap_or(DEFAULT_COUNT));
    let Some(count) = count.filter(|count| *count >= 1) else {
        return Err(ScimError::InvalidCount(format!("With a cursor the count is an integer from 1 to {MAX_COUNT}.")));
    };
    // RFC 9865 §2: "The cursor value MUST be empty or omitted for the first request of a cursor-paginated query."
    let after = if text.is_empty() { None } else { Some(cursor::decode(text, fingerprint)?) };
    Ok(Page::Cursor { after, count: count.min(MAX_COUNT) })
}

/// An integer of any size; beyond 64 bits it is as good as the largest.
fn integer(name: &str, text: Option<&str>) -> Result<Option<i64>, ScimError> {
    let Some(text) = text.map(str::trim) else { return Ok(None) };
    match text.parse::<i64>() {
        Ok(number) => Ok(Some(number)),
        Err(fault) if *fault.kind() == std::num::IntErrorKind::PosOverflow => Ok(Some(i64::MAX)),
        Err(fault) if *fault.kind() == std::num::IntErrorKind::NegOverflow => Ok(Some(i64::MIN)),
        Err(_) => Err(ScimError::InvalidValue(format!("{name} must be an integer, such as {name}=1."))),
    }
}

/// RFC 9865 §2: the next page is asked for "with all query parameters and values being identical" but the cursor. What
/// selects and orders has to be; `count` and the attributes may change from page to page.
fn fingerprint(request: &SearchRequest, resources: &[&ResourceType], sorts: &[Option<Sort>]) -> Fingerprint {
    let names = resources.iter().map(|resource| resource.name.to_owned());
    let orders = sorts.iter().map(|sort| format!("{sort:?}"));
    Fingerprint::of(names.chain(orders).chain(request.filter.clone()))
}

#[cfg(test)]
mod tests;
