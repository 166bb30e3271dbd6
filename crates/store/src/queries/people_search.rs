//! People as administrators look for them. The planner of neither database sees through several conditions at once, so the
//! narrowest one is found first, by counting along the index: it says who is looked at.

mod candidates;

use diesel::dsl::{exists, not, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use domain::id::WorkspaceId;
use domain::people_search::PeopleSearch;
use domain::predicate::{AttributePath, Predicate};

use self::candidates::{Candidates, narrowest};
use super::order::{self, in_order};
use super::people::{CHUNK, Query, by_ids};
use super::{Conn, facets, search};
use crate::error::StoreError;
use crate::people::{Place, Position, prefix};
use crate::people_search::{Count, PeopleOrder, PeoplePage, Turn};
use crate::schema::{collaborators, search_attributes, workspace_counters};

/// Somebody who matches: their id with their place.
type Found = (String, Place);

/// A page of those whom an administrator looks for.
pub(crate) fn page(
    conn: &mut Conn,
    workspace: WorkspaceId,
    looked_for: &PeopleSearch,
    order: PeopleOrder,
    turn: &Turn,
    size: usize,
) -> Result<PeoplePage, StoreError> {
    let conditions = looked_for.conditions();
    let matching = Matching { workspace, conditions, of_deleted: looked_for.is_of_deleted() };
    let list = List { matching: &matching, order };
    let (found, count) = match (narrowest(conn, workspace, &matching.conditions)?, order) {
        (Some(Candidates::Few(people)), _) => list.among(conn, &people, turn, size)?,
        (Some(Candidates::Having { path, value, count }), PeopleOrder::Newest) => {
            (list.having(conn, &path, &value, turn, size)?, matching.count_having(conn, &path, &value, count)?)
        }
        (Some(Candidates::Having { path, value, count }), PeopleOrder::UserName) if count.is_all => {
            let people = candidates::having(conn, workspace, &path, &value)?;
            list.among(conn, &people, turn, size)?
        }
        (Some(Candidates::Having { path, value, count }), PeopleOrder::UserName) => {
            (list.everybody(conn, turn, size)?, matching.count_having(conn, &path, &value, count)?)
        }
        (None, _) => {
            let found = list.everybody(conn, turn, size)?;
            let count = matching.count(conn, found.len(), turn, size)?;
            (found, count)
        }
    };
    // Somebody came in before the first page: it is shown as it is now.
    if matches!(turn, Turn::Before(_)) && found.len() < size {
        return page(conn, workspace, looked_for, order, &Turn::Begin, size);
    }
    turned(conn, found, count, turn, size)
}

/// One more was looked for than the page has: they tell whether there is another page.
fn turned(
    conn: &mut Conn,
    mut found: Vec<Found>,
    count: Count,
    turn: &Turn,
    size: usize,
) -> Result<PeoplePage, StoreError> {
    let is_more = found.len() > size;
    found.truncate(size);
    let backwards = matches!(turn, Turn::Before(_));
    if backwards {
        found.reverse();
    }
    let before = matches!(turn, Turn::After(_)) || (backwards && is_more);
    let after = backwards || is_more;
    let end = |is_there: bool, end: Option<&Found>| end.filter(|_| is_there).map(|(_, place)| place.clone());
    let (before, after) = (end(before, found.first()), end(after, found.last()));
    let ids: Vec<&str> = found.iter().map(|(person, _)| person.as_str()).collect();
    Ok(PeoplePage { people: by_ids(conn, &ids)?, before, after, count })
}

/// Whom the search means.
struct Matching {
    workspace: WorkspaceId,
    conditions: Vec<Predicate>,
    of_deleted: bool,
}

impl Matching {
    fn people(&self) -> Query {
        let all = collaborators::table.filter(collaborators::workspace_id.eq(self.workspace.to_string())).into_boxed();
        let meant = match self.of_deleted {
            true => all.filter(collaborators::deleted),
            false => all.filter(not(collaborators::deleted)),
        };
        match self.conditions.as_slice() {
            [] => meant,
            conditions => meant.filter(search::uncached(self.workspace, &Predicate::And(conditions.to_vec()))),
        }
    }

    /// Where no condition narrows them down far enough to be counted: whether there are more than on one page.
    fn count(&self, conn: &mut Conn, found: usize, turn: &Turn, size: usize) -> Result<Count, StoreError> {
        if self.conditions.is_empty() {
            let key = self.workspace.to_string();
            let number = workspace_counters::table.find(key).select(workspace_counters::people).first(conn)?;
            return Ok(Count { number, is_all: true });
        }
        let is_all = *turn == Turn::Begin && found <= size;
        let number = if is_all { found } else { size };
        Ok(Count { is_all, ..Count::of(number) })
    }

    /// Of those who have this value; so many of them that counting has an end.
    fn count_having(
        &self,
        conn: &mut Conn,
        path: &AttributePath,
        value: &str,
        having: Count,
    ) -> Result<Count, StoreError> {
        if self.conditions.len() == 1 {
            return Ok(having);
        }
        let some =
            facets::having(self.workspace, path, value).limit(having.number).select(search_attributes::person_id);
        let number = self.people().filter(collaborators::id.eq_any(some)).count().get_result(conn)?;
        Ok(Count { number, is_all: having.is_all })
    }
}

/// Those people in an order.
struct List<'m> {
    matching: &'m Matching,
    order: PeopleOrder,
}

impl List<'_> {
    /// Of these few those who match, and how many they are.
    fn among(
        &self,
        conn: &mut Conn,
        few: &[String],
        turn: &Turn,
        size: usize,
    ) -> Result<(Vec<Found>, Count), StoreError> {
        let mut all: Vec<Found> = Vec::new();
        for chunk in few.chunks(CHUNK) {
            let rows: Vec<(String, String, i64)> = self
                .matching
                .people()
                .filter(collaborators::id.eq_any(chunk.to_vec()))
                .select((collaborators::id, collaborators::user_name_fold, collaborators::ordinal))
                .load(conn)?;
            all.extend(rows.into_iter().map(|(person, name, ordinal)| (person, self.place(&name, ordinal))));
        }
        let count = Count::of(all.len());
        let forwards = !matches!(turn, Turn::Before(_));
        let descending = forwards == (self.order == PeopleOrder::Newest);
        let key = |place: &Place| (place.key.clone(), place.ordinal);
        all.sort_by(|(_, one), (_, other)| key(one).cmp(&key(other)));
        if descending {
            all.reverse();
        }
        if let Turn::After(at) | Turn::Before(at) = turn {
            all.retain(|(_, place)| if descending { key(place) < key(at) } else { key(place) > key(at) });
        }
        all.truncate(size + 1);
        Ok((all, count))
    }

    fn place(&self, name: &str, ordinal: i64) -> Place {
        Place { key: (self.order == PeopleOrder::UserName).then(|| prefix(name)), ordinal }
    }

    /// The newest of those who have this value.
    fn having(
        &self,
        conn: &mut Conn,
        path: &AttributePath,
        value: &str,
        turn: &Turn,
        size: usize,
    ) -> Result<Vec<Found>, StoreError> {
        let theirs = sql::<Bool>("collaborators.id = search_attributes.person_id");
        let rows = facets::having(self.matching.workspace, path, value)
            .filter(exists(self.matching.people().filter(theirs).select(collaborators::id)));
        let rows = match turn {
            Turn::Begin => rows.order(search_attributes::ordinal.desc()),
            Turn::After(at) => {
                rows.filter(search_attributes::ordinal.lt(at.ordinal)).order(search_attributes::ordinal.desc())
            }
            Turn::Before(at) => {
                rows.filter(search_attributes::ordinal.gt(at.ordinal)).order(search_attributes::ordinal.asc())
            }
        };
        let found: Vec<(String, i64)> =
            rows.limit(rows_of(size)).select((search_attributes::person_id, search_attributes::ordinal)).load(conn)?;
        Ok(found.into_iter().map(|(person, ordinal)| (person, Place { key: None, ordinal })).collect())
    }

    /// Everybody in the order, those who don't match passed over.
    fn everybody(&self, conn: &mut Conn, turn: &Turn, size: usize) -> Result<Vec<Found>, StoreError> {
        match self.order {
            PeopleOrder::Newest => self.newest(conn, turn, size),
            PeopleOrder::UserName => self.by_name(conn, turn, size),
        }
    }

    fn newest(&self, conn: &mut Conn, turn: &Turn, size: usize) -> Result<Vec<Found>, StoreError> {
        let people = self.matching.people();
        let people = match turn {
            Turn::Begin => people.order(collaborators::ordinal.desc()),
            Turn::After(at) => {
                people.filter(collaborators::ordinal.lt(at.ordinal)).order(collaborators::ordinal.desc())
            }
            Turn::Before(at) => {
                people.filter(collaborators::ordinal.gt(at.ordinal)).order(collaborators::ordinal.asc())
            }
        };
        let found: Vec<(String, i64)> =
            people.limit(rows_of(size)).select((collaborators::id, collaborators::ordinal)).load(conn)?;
        Ok(found.into_iter().map(|(person, ordinal)| (person, Place { key: None, ordinal })).collect())
    }

    fn by_name(&self, conn: &mut Conn, turn: &Turn, size: usize) -> Result<Vec<Found>, StoreError> {
        use search_attributes::{ordinal, path, person_id, prefix, rank, workspace_id};
        type Row = (String, String, i64);
        let theirs = || sql::<Bool>("collaborators.id = search_attributes.person_id");
        let names = || {
            search_attributes::table
                .filter(workspace_id.eq(self.matching.workspace.to_string()))
                .filter(path.eq("username"))
                .filter(rank.eq(0))
                .filter(exists(self.matching.people().filter(theirs()).select(collaborators::id)))
                .into_boxed()
        };
        let (position, descending) = match turn {
            Turn::Begin => (Position::Offset(0), false),
            Turn::After(at) => (Position::After(at.clone()), false),
            Turn::Before(at) => (Position::After(at.clone()), true),
        };
        let (position, limit) = (&position, rows_of(size));
        let rows = in_order!(
            conn, names(), (person_id, prefix, ordinal) => Row, prefix => String, ordinal, descending, position, limit
        );
        Ok(rows.into_iter().map(|(person, key, at)| (person, Place { key: Some(key), ordinal: at })).collect())
    }
}

/// One more than the page has.
fn rows_of(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX).saturating_add(1)
}
