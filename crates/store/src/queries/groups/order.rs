//! Groups in the order of one of their attributes.

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::super::Conn;
use super::super::order::{self, Part, as_they_came, by_column, in_order, in_two_parts};
use super::{Query, Row};
use crate::error::StoreError;
use crate::people::{Place, Position, Sort};
use crate::schema::collaborator_groups as groups;

type Placed = Vec<(Row, Place)>;

/// A page of those that `matching` asks for.
pub(super) fn page(
    conn: &mut Conn,
    matching: &dyn Fn() -> Query,
    sort: Option<&Sort>,
    position: &Position,
    limit: i64,
) -> Result<Placed, StoreError> {
    let Some(sort) = sort else { return as_they_came!(conn, matching(), groups, false, position, limit) };
    match sort.path.as_str() {
        "id" => by_column!(conn, matching(), groups.scim_id: String, sort, position, limit),
        "displayname" => by_column!(conn, matching(), groups.name_fold: String, sort, position, limit),
        "meta.lastmodified" => by_column!(conn, matching(), groups.modified_at: i64, sort, position, limit),
        "externalid" => by_external_id(conn, matching, sort.descending, position, limit),
        _ => by_column!(conn, matching(), groups.created_at: i64, sort, position, limit),
    }
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
                Ok(order::placed(rows, |row| (row.external_id.clone(), row.ordinal)))
            }
            Part::Without => as_they_came!(conn, without(), groups, descending, position, limit),
        },
        |conn, part| match part {
            Part::With => Ok(with().select(count_star()).first(conn)?),
            Part::Without => Ok(without().select(count_star()).first(conn)?),
        },
    )
}
