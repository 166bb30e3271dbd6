//! Groups in the order of one of their attributes.

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::super::Conn;
use super::super::order::{self, Part, as_they_came, in_order, in_two_parts};
use super::{Query, Row};
use crate::error::StoreError;
use crate::people::{Place, Position, Sort};
use crate::schema::collaborator_groups as groups;

type Placed = Vec<(Row, Place)>;

/// Groups by a column in which every one has a value.
macro_rules! by_column {
    ($conn:expr, $query:expr, $column:ident: $key:ty, $sort:expr, $position:expr, $limit:expr) => {{
        let rows = in_order!(
            $conn, $query, Row::as_select() => Row, groups::$column => $key, groups::ordinal, $sort.descending, $position, $limit
        );
        Ok(placed(rows, |row| Some(row.$column.to_string())))
    }};
}

/// A page of those that `matching` asks for.
pub(super) fn page(
    conn: &mut Conn,
    matching: &dyn Fn() -> Query,
    sort: Option<&Sort>,
    position: &Position,
    limit: i64,
) -> Result<Placed, StoreError> {
    let Some(sort) = sort else { return as_they_came(conn, matching(), false, position, limit) };
    match sort.path.as_str() {
        "id" => by_column!(conn, matching(), scim_id: String, sort, position, limit),
        "displayname" => by_column!(conn, matching(), name_fold: String, sort, position, limit),
        "meta.lastmodified" => by_column!(conn, matching(), modified_at: i64, sort, position, limit),
        "externalid" => by_external_id(conn, matching, sort.descending, position, limit),
        _ => by_column!(conn, matching(), created_at: i64, sort, position, limit),
    }
}

fn as_they_came(
    conn: &mut Conn,
    query: Query,
    descending: bool,
    position: &Position,
    limit: i64,
) -> Result<Placed, StoreError> {
    let query = as_they_came!(query, groups::ordinal, descending, position);
    let rows: Vec<Row> = query.limit(limit).select(Row::as_select()).load(conn)?;
    Ok(placed(rows, |_| None))
}

fn by_external_id(
    conn: &mut Conn,
    matching: &dyn Fn() -> Query,
    descending: bool,
    position: &Position,
    limit: i64,
) -> Result<Placed, StoreError> {
    let with = || matching().filter(groups::external_id.is_not_null());
    let without = || matching().filter(groups::external_id.is_null());
    in_two_parts(
        conn,
        descending,
        position,
        limit,
        |conn, part, position, limit| match part {
            Part::With => {
                let rows = in_order!(
                    conn, with(), Row::as_select() => Row, groups::external_id.assume_not_null() => String, groups::ordinal,
                    descending, position, limit
                );
                Ok(placed(rows, |row| row.external_id.clone()))
            }
            Part::Without => as_they_came(conn, without(), descending, position, limit),
        },
        |conn, part| match part {
            Part::With => Ok(with().select(count_star()).first(conn)?),
            Part::Without => Ok(without().select(count_star()).first(conn)?),
        },
    )
}

fn placed(rows: Vec<Row>, key: impl Fn(&Row) -> Option<String>) -> Placed {
    let place = |row: Row| {
        let place = Place { key: key(&row), ordinal: row.ordinal };
        (row, place)
    };
    rows.into_iter().map(place).collect()
}
