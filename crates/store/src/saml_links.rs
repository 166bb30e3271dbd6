//! By which NameIDs people sign in.

use domain::clock::Timestamp;
use domain::id::{ConnectionId, PersonId};

use crate::Store;
use crate::backend::read;
use crate::error::StoreError;

/// A NameID that names somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SamlLink {
    /// Of which connection.
    pub connection: ConnectionId,
    /// The NameID, exactly.
    pub name_id: String,
    /// Since when.
    pub since: Timestamp,
}

impl Store {
    /// By which NameIDs a person signs in, the oldest first.
    pub fn saml_links(&self, person: PersonId) -> Result<Vec<SamlLink>, StoreError> {
        read!(self, |q, conn| q::saml_links::of_person(conn, person))
    }
}
