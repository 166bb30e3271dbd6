//! PATCH (RFC 7644 §3.5.2), pure: a document and a request give a new document or a refusal, never half of it.

mod append;
mod elements;
mod group;
mod pathless;
mod request;
mod write;

pub use group::{GroupChange, GroupOperation, GroupPatch, MemberChange};
pub use request::{MAX_OPERATIONS, Op, PATCH_OP_URN, PatchOperation, PatchRequest};
use serde_json::{Map, Value};

use crate::document::notes::Notes;
use crate::document::{Canonical, canonicalize};
use crate::error::ScimError;
use crate::schema::ResourceType;
use write::Writer;

/// The whole resource after a PATCH.
#[derive(Debug, Clone, PartialEq)]
pub struct Patched {
    /// In canonical form, without what only the server knows.
    pub document: Map<String, Value>,
    /// What was dropped or taken although the RFC does not have it. Names only, never values.
    pub tolerated: Vec<String>,
}

/// Applies all operations in their order, or none. The result is checked as the body of a PUT is.
///
/// # Errors
/// `invalidPath`, `invalidFilter`, `noTarget`, `mutability`, `invalidValue` or `invalidSyntax`, with the number of the
/// operation where there are several.
pub fn apply(
    document: &Map<String, Value>,
    request: &PatchRequest,
    resource: &ResourceType,
) -> Result<Patched, ScimError> {
    let mut writer = Writer { resource, document: document.clone(), notes: Notes::default() };
    for (index, operation) in request.operations.iter().enumerate() {
        writer.perform(operation).map_err(|error| request::in_operation(error, index, request.operations.len()))?;
    }
    let Canonical { document, tolerated, .. } = canonicalize(&writer.document, resource)?;
    let mut notes = writer.notes;
    tolerated.into_iter().for_each(|note| notes.add(note));
    Ok(Patched { document, tolerated: notes.into_list() })
}

#[cfg(test)]
mod tests;
