//! Pages of a list in any order. A page begins after a place: the key of a resource, with the ordinal that tells equal keys
//! apart. Both are found along an index, so that the last page costs what the first one does.

use std::str::FromStr;

use super::Conn;
use crate::error::StoreError;
use crate::people::{Place, Position};

/// Rows by a column, whose values are of the type of the key, from a position on; equal values are in the order in which they
/// came. The descending list is the ascending one backwards, which an index can be read as well.
///
/// After a place first come the other rows with its key, which may be many, and then those beyond: each of the two an index
/// leads to at once, and both together in one condition it does not.
macro_rules! in_order {
    ($conn:expr, $query:expr, $select:expr => $row:ty, $column:expr => $key:ty, $ordinal:expr, $descending:expr,
     $position:expr, $limit:expr) => {{
        macro_rules! load {
            ($part:expr, $count:expr) => {{
                let query = match $descending {
                    true => $part.order(($column.desc(), $ordinal.desc())),
                    false => $part.order(($column.asc(), $ordinal.asc())),
                };
                query.limit($count).select($select).load::<$row>($conn)?
            }};
        }
        match $position {
            Position::Offset(offset) => load!($query.offset(*offset), $limit),
            Position::After(place) => {
                let key: $key = order::key(place)?;
                let same = $query.filter($column.eq(key.clone()));
                let mut page = match $descending {
                    true => load!(same.filter($ordinal.lt(place.ordinal)), $limit),
                    false => load!(same.filter($ordinal.gt(place.ordinal)), $limit),
                };
                let left = $limit - i64::try_from(page.len()).unwrap_or($limit);
                if left > 0 {
                    page.extend(match $descending {
                        true => load!($query.filter($column.lt(key)), left),
                        false => load!($query.filter($column.gt(key)), left),
                    });
                }
                page
            }
        }
    }};
}

/// A page of rows by a column of their table in which every one has a value.
macro_rules! by_column {
    ($conn:expr, $query:expr, $table:ident.$column:ident: $key:ty, $sort:expr, $position:expr, $limit:expr) => {{
        let rows = in_order!(
            $conn, $query, Row::as_select() => Row, $table::$column => $key, $table::ordinal, $sort.descending, $position, $limit
        );
        Ok(order::placed(rows, |row| (Some(row.$column.to_string()), row.ordinal)))
    }};
}

/// A page of rows in the order in which they came, or backwards.
macro_rules! as_they_came {
    ($conn:expr, $query:expr, $table:ident, $descending:expr, $position:expr, $limit:expr) => {{
        let query = match $position {
            Position::Offset(offset) => $query.offset(*offset),
            Position::After(place) if $descending => $query.filter($table::ordinal.lt(place.ordinal)),
            Position::After(place) => $query.filter($table::ordinal.gt(place.ordinal)),
        };
        let query = if $descending { query.order($table::ordinal.desc()) } else { query.order($table::ordinal.asc()) };
        let rows = query.limit($limit).select(Row::as_select()).load::<Row>($conn)?;
        Ok(order::placed(rows, |row| (None, row.ordinal)))
    }};
}

pub(super) use {as_they_came, by_column, in_order};

/// Rows with their places, each of a key and an ordinal.
pub(super) fn placed<R>(rows: Vec<R>, place: impl Fn(&R) -> (Option<String>, i64)) -> Vec<(R, Place)> {
    let place = |row: R| {
        let (key, ordinal) = place(&row);
        (row, Place { key, ordinal })
    };
    rows.into_iter().map(place).collect()
}

/// Whether resources have what the list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    With,
    Without,
}

/// A page of a list where some resources lack what it is sorted by: these come last when ascending, first when descending
/// (RFC 7644 §3.4.2.3).
pub(super) fn in_two_parts<T>(
    conn: &mut Conn,
    descending: bool,
    position: &Position,
    limit: i64,
    load: impl Fn(&mut Conn, Part, &Position, i64) -> Result<Vec<(T, Place)>, StoreError>,
    count: impl Fn(&mut Conn, Part) -> Result<i64, StoreError>,
) -> Result<Vec<(T, Place)>, StoreError> {
    let parts = if descending { [Part::Without, Part::With] } else { [Part::With, Part::Without] };
    let first = match position {
        Position::After(Place { key: None, .. }) => Part::Without,
        Position::After(_) => Part::With,
        Position::Offset(_) => parts[0],
    };
    let (mut page, mut left, mut position) = (Vec::new(), limit, position.clone());
    for part in parts.into_iter().skip_while(|part| *part != first) {
        if left <= 0 {
            break;
        }
        let found = load(conn, part, &position, left)?;
        position = match position {
            Position::Offset(skipped) if found.is_empty() && skipped > 0 => {
                Position::Offset(skipped - count(conn, part)?)
            }
            _ => Position::Offset(0),
        };
        left -= i64::try_from(found.len()).unwrap_or(left);
        page.extend(found);
    }
    Ok(page)
}

/// The key of a place in a list that has such keys.
pub(super) fn key<K: FromStr>(place: &Place) -> Result<K, StoreError> {
    place.key.as_deref().and_then(|key| key.parse().ok()).ok_or(StoreError::NoSuchPlace)
}
