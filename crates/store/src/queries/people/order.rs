//! People in the order of one of their attributes.

use std::collections::HashMap;

use diesel::dsl::{count_star, exists, not, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use domain::id::WorkspaceId;
use domain::predicate::{AttributePath, Form};

use super::super::Conn;
use super::super::order::{self, Part, as_they_came, by_column, in_order, in_two_parts};
use super::{CHUNK, Query, Row};
use crate::error::StoreError;
use crate::people::{Place, Position, Sort};
use crate::schema::{collaborators, search_attributes};

type Backend = <Conn as Connection>::Backend;
type Values = search_attributes::BoxedQuery<'static, Backend>;
type Placed = Vec<(Row, Place)>;

/// A page of those whom `matching` asks for.
pub(super) fn page(
    conn: &mut Conn,
    workspace: WorkspaceId,
    matching: &dyn Fn() -> Query,
    sort: Option<&Sort>,
    position: &Position,
    limit: i64,
) -> Result<Placed, StoreError> {
    let Some(sort) = sort else { return as_they_came!(conn, matching(), collaborators, false, position, limit) };
    match sort.path.as_str() {
        "id" => by_column!(conn, matching(), collaborators.scim_id: String, sort, position, limit),
        "active" => by_column!(conn, matching(), collaborators.active: bool, sort, position, limit),
        "meta.created" => by_column!(conn, matching(), collaborators.created_at: i64, sort, position, limit),
        "meta.lastmodified" => by_column!(conn, matching(), collaborators.modified_at: i64, sort, position, limit),
        _ => {
            let values = Sorted { workspace, path: searched(sort), form: sort.form, matching };
            in_two_parts(
                conn,
                sort.descending,
                position,
                limit,
                |conn, part, position, limit| match part {
                    Part::With => values.page(conn, sort.descending, position, limit),
                    Part::Without => {
                        as_they_came!(conn, values.without(), collaborators, sort.descending, position, limit)
                    }
                },
                |conn, part| match part {
                    Part::With => Ok(values.with().select(count_star()).first(conn)?),
                    Part::Without => Ok(values.without().select(count_star()).first(conn)?),
                },
            )
        }
    }
}

/// Where the values of that form are.
fn searched(sort: &Sort) -> AttributePath {
    match sort.form {
        Form::Folded | Form::Exact => sort.path.clone(),
        Form::Number => sort.path.of_numbers(),
        Form::Moment => sort.path.of_moments(),
    }
}

/// People by the values of an attribute in the side table.
struct Sorted<'m> {
    workspace: WorkspaceId,
    path: AttributePath,
    form: Form,
    matching: &'m dyn Fn() -> Query,
}

impl Sorted<'_> {
    fn page(&self, conn: &mut Conn, descending: bool, position: &Position, limit: i64) -> Result<Placed, StoreError> {
        use search_attributes::{exact, ordinal, person_id, prefix};
        type Found = (String, String, i64);
        let places = match self.form {
            Form::Exact => in_order!(
                conn, self.with(), (person_id, exact, ordinal) => Found, exact => String, ordinal, descending, position, limit
            ),
            // The beginning of a value, which is what the index has. It is all of it for numbers and moments, and for any
            // text of ordinary length.
            Form::Folded | Form::Number | Form::Moment => in_order!(
                conn, self.with(), (person_id, prefix, ordinal) => Found, prefix => String, ordinal, descending, position, limit
            ),
        };
        let mut rows = load(conn, places.iter().map(|(person, ..)| person))?;
        let place = |(person, key, at): Found| Some((rows.remove(&person)?, Place { key: Some(key), ordinal: at }));
        Ok(places.into_iter().filter_map(place).collect())
    }

    /// The values of those who have one.
    fn with(&self) -> Values {
        let theirs = sql::<Bool>("collaborators.id = search_attributes.person_id");
        search_attributes::table
            .filter(search_attributes::workspace_id.eq(self.workspace.to_string()))
            .filter(search_attributes::path.eq(self.path.as_str().to_owned()))
            .filter(search_attributes::rank.eq(0))
            .filter(exists((self.matching)().filter(theirs).select(collaborators::id)))
            .into_boxed()
    }

    /// Those who have none.
    fn without(&self) -> Query {
        let values = search_attributes::table
            .filter(search_attributes::person_id.eq(collaborators::id))
            .filter(search_attributes::path.eq(self.path.as_str().to_owned()))
            .filter(search_attributes::rank.eq(0));
        (self.matching)().filter(not(exists(values)))
    }
}

fn load<'p>(conn: &mut Conn, people: impl Iterator<Item = &'p String>) -> Result<HashMap<String, Row>, StoreError> {
    let people: Vec<&String> = people.collect();
    let mut found = HashMap::new();
    for chunk in people.chunks(CHUNK) {
        let rows: Vec<Row> = collaborators::table
            .filter(collaborators::id.eq_any(chunk.iter().copied()))
            .select(Row::as_select())
            .load(conn)?;
        found.extend(rows.into_iter().map(|row| (row.id.clone(), row)));
    }
    Ok(found)
}
