use diesel::prelude::*;
use domain::id::{ConnectionId, PersonId};

use super::Conn;
use crate::error::StoreError;
use crate::record::{id, timestamp};
use crate::saml_links::SamlLink;
use crate::schema::saml_links;

/// The most of one person that are shown.
const SHOWN: i64 = 50;

pub(crate) fn of_person(conn: &mut Conn, person: PersonId) -> Result<Vec<SamlLink>, StoreError> {
    let rows: Vec<(String, String, i64)> = saml_links::table
        .filter(saml_links::person_id.eq(person.to_string()))
        .order((saml_links::created_at, saml_links::name_id_key))
        .limit(SHOWN)
        .select((saml_links::connection_id, saml_links::name_id, saml_links::created_at))
        .load(conn)?;
    rows.into_iter()
        .map(|(connection, name_id, since)| {
            Ok(SamlLink { connection: id(ConnectionId::parse, &connection)?, name_id, since: timestamp(since)? })
        })
        .collect()
}
