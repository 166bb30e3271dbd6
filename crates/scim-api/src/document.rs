//! Bodies of POST and PUT: what was sent becomes a document in canonical form, checked against the registry.

pub(crate) mod canonical;
pub(crate) mod group;
mod json;
pub(crate) mod notes;
pub(crate) mod value;

use std::collections::BTreeMap;

pub use canonical::{Canonical, canonicalize};
pub use group::GroupDocument;
pub use json::parse_json;
use serde_json::{Map, Value};

pub use crate::schema::attribute::{MAX_STRING, MAX_VALUES};

use crate::error::ScimError;
use crate::patch::Patched;
use crate::schema::{ResourceType, WORKATO_ROLE_URN};

/// What a client says about a person.
#[derive(Debug, Clone, PartialEq)]
pub struct UserDocument {
    /// As it was sent; never empty.
    pub user_name: String,
    /// The client's own identifier.
    pub external_id: Option<String>,
    /// Whether the person may use the workspace. None: not said; a PUT leaves it as it is.
    pub active: Option<bool>,
    /// Role attributes in their canonical names, values as they were sent. None: the extension was not in the body, and a
    /// PUT leaves it as it is; an empty map: it was, without values.
    pub roles: Option<BTreeMap<String, String>>,
    /// Everything else that the registry knows and clients may write, the enterprise extension under its URN.
    pub profile: Map<String, Value>,
    /// What was dropped or taken although the RFC does not have it, for the log. Names only, never values.
    pub tolerated: Vec<String>,
}

impl UserDocument {
    /// Reads the body of a POST or PUT.
    ///
    /// # Errors
    /// `invalidSyntax` where the body is not an object or says something twice; `invalidValue` where a value is missing,
    /// too large or of the wrong type.
    pub fn parse(body: &Value, user: &ResourceType) -> Result<Self, ScimError> {
        let Value::Object(body) = body else {
            return Err(ScimError::InvalidSyntax(
                "The body must be a JSON object, such as {\"userName\":\"…\"}.".to_owned(),
            ));
        };
        let Canonical { document, tolerated, mentioned } = canonicalize(body, user)?;
        let mut parsed = Self::from_canonical(document, tolerated);
        if mentioned.contains(WORKATO_ROLE_URN) {
            parsed.roles.get_or_insert_default();
        }
        Ok(parsed)
    }

    /// Takes the result of a PATCH. It is the whole person, so the roles are always said.
    pub fn from_patched(patched: Patched) -> Self {
        let mut parsed = Self::from_canonical(patched.document, patched.tolerated);
        parsed.roles.get_or_insert_default();
        parsed
    }

    /// One object in canonical form: what PATCH works on, and a resource without what only the server knows.
    pub fn to_document(&self) -> Map<String, Value> {
        let mut document = Map::new();
        document.insert("userName".to_owned(), self.user_name.clone().into());
        if let Some(external_id) = &self.external_id {
            document.insert("externalId".to_owned(), external_id.clone().into());
        }
        document.extend(self.profile.clone());
        if let Some(active) = self.active {
            document.insert("active".to_owned(), active.into());
        }
        let roles: Map<String, Value> =
            self.roles.iter().flatten().map(|(name, value)| (name.clone(), value.clone().into())).collect();
        if !roles.is_empty() {
            document.insert(WORKATO_ROLE_URN.to_owned(), roles.into());
        }
        document
    }

    fn from_canonical(mut document: Map<String, Value>, tolerated: Vec<String>) -> Self {
        let active = document.shift_remove("active").and_then(|value| value.as_bool());
        let roles = document.shift_remove(WORKATO_ROLE_URN).map(|roles| match roles {
            Value::Object(roles) => roles.into_iter().filter_map(|(name, value)| Some((name, text(value)?))).collect(),
            _ => BTreeMap::new(),
        });
        let user_name = document.shift_remove("userName").and_then(text).unwrap_or_default();
        let external_id = document.shift_remove("externalId").and_then(text);
        Self { user_name, external_id, active, roles, profile: document, tolerated }
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
