//! People as administrators look for them. Nothing is read of people who are not shown: all that they are found by stands in
//! the side table, one small row a value. The planner of neither database sees through several conditions at once, so the
//! narrowest one is found first, by counting along the index: it says who is looked at.

mod candidates;
mod conditions;
mod walk;

use diesel::prelude::*;
use domain::id::WorkspaceId;
use domain::people_search::PeopleSearch;

use self::candidates::{Candidates, narrowest};
use self::conditions::Conditions;
use self::walk::{Run, Walk};
use super::Conn;
use super::people::{CHUNK, by_ids};
use crate::error::StoreError;
use crate::people::Place;
use crate::people_search::{Count, PeopleOrder, PeoplePage, Turn};
use crate::schema::{search_attributes, workspace_counters};

/// Somebody who matches: their id with their place.
type Found = (String, Place);

/// Some of a list, in the direction in which it is read.
struct Part {
    found: Vec<Found>,
    /// How far was looked, where that is not to the end and nobody further was found on the way.
    looked: Option<Place>,
}

/// A page of those whom an administrator looks for.
pub(crate) fn page(
    conn: &mut Conn,
    workspace: WorkspaceId,
    looked_for: &PeopleSearch,
    order: PeopleOrder,
    turn: &Turn,
    size: usize,
) -> Result<PeoplePage, StoreError> {
    let conditions = Conditions::new(workspace, looked_for.conditions());
    let (part, count) = match narrowest(conn, &conditions)? {
        Some(Candidates::Few(people)) => among(conn, &conditions, &people, order, turn, size)?,
        Some(Candidates::Having(run, count)) if order == PeopleOrder::UserName && count.is_all => {
            let people = candidates::having(conn, workspace, &run)?;
            among(conn, &conditions, &people, order, turn, size)?
        }
        Some(Candidates::Having(run, having)) => {
            let walk = Walk { conditions: &conditions, runs: vec![run] };
            let count = if conditions.is_one() { having } else { walk.count(conn)? };
            (walk.part(conn, order, turn, size)?, count)
        }
        None if conditions.is_empty() => (walk::everybody(conn, workspace, order, turn, size)?, all(conn, workspace)?),
        None => {
            let walk = Walk { conditions: &conditions, runs: Run::living() };
            (walk.part(conn, order, turn, size)?, walk.count(conn)?)
        }
    };
    // Somebody came in before the first page: it is shown as it is now.
    if matches!(turn, Turn::Before(_)) && part.found.len() < size && part.looked.is_none() {
        return page(conn, workspace, looked_for, order, &Turn::Begin, size);
    }
    let (found, before, after) = turned(part, order, turn, size);
    let ids: Vec<&str> = found.iter().map(|(person, _)| person.as_str()).collect();
    Ok(PeoplePage { people: by_ids(conn, &ids)?, before, after, count })
}

/// Those of the page in the order of the list, with where the pages around it end and begin. One more was looked for than the
/// page has, which tells whether there is another page.
fn turned(part: Part, order: PeopleOrder, turn: &Turn, size: usize) -> (Vec<Found>, Option<Place>, Option<Place>) {
    let Part { mut found, looked } = part;
    let is_more = found.len() > size;
    found.truncate(size);
    let end = if is_more { found.last().map(|(_, place)| place.clone()) } else { looked };
    let begin = found.first().map(|(_, place)| place.clone());
    let (before, after) = match turn {
        Turn::Begin => (None, end),
        Turn::After(at) => (begin.or_else(|| Some(beside(at, order, turn))), end),
        Turn::Before(at) => (end, begin.or_else(|| Some(beside(at, order, turn)))),
    };
    if matches!(turn, Turn::Before(_)) {
        found.reverse();
    }
    (found, before, after)
}

/// Where to turn back from a page without anybody: so that who is at the place itself is seen again.
fn beside(at: &Place, order: PeopleOrder, turn: &Turn) -> Place {
    let step = if is_descending(order, turn) { -1 } else { 1 };
    Place { key: at.key.clone(), ordinal: at.ordinal.saturating_add(step) }
}

/// How many living people there are.
fn all(conn: &mut Conn, workspace: WorkspaceId) -> Result<Count, StoreError> {
    let counters = workspace_counters::table.find(workspace.to_string());
    let number = counters.select(workspace_counters::people).first(conn)?;
    Ok(Count { number, is_all: true })
}

/// Of these few those who match, and how many they are.
fn among(
    conn: &mut Conn,
    conditions: &Conditions,
    few: &[String],
    order: PeopleOrder,
    turn: &Turn,
    size: usize,
) -> Result<(Part, Count), StoreError> {
    let mut all: Vec<Found> = Vec::new();
    for chunk in few.chunks(CHUNK) {
        let names = search_attributes::table
            .filter(search_attributes::person_id.eq_any(chunk))
            .filter(search_attributes::path.eq("username"))
            .filter(search_attributes::element.eq(0))
            .filter(conditions.all())
            .select((search_attributes::person_id, search_attributes::prefix, search_attributes::ordinal));
        let rows: Vec<(String, String, i64)> = names.load(conn)?;
        let place = |name, ordinal| Place { key: (order == PeopleOrder::UserName).then_some(name), ordinal };
        all.extend(rows.into_iter().map(|(person, name, ordinal)| (person, place(name, ordinal))));
    }
    let count = Count::of(all.len());
    let key = |place: &Place| (place.key.clone(), place.ordinal);
    all.sort_by_cached_key(|(_, place)| key(place));
    let descending = is_descending(order, turn);
    if descending {
        all.reverse();
    }
    if let Turn::After(at) | Turn::Before(at) = turn {
        all.retain(|(_, place)| if descending { key(place) < key(at) } else { key(place) > key(at) });
    }
    all.truncate(size.saturating_add(1));
    Ok((Part { found: all, looked: None }, count))
}

fn is_descending(order: PeopleOrder, turn: &Turn) -> bool {
    let forwards = !matches!(turn, Turn::Before(_));
    forwards == (order == PeopleOrder::Newest)
}
