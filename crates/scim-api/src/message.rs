//! The members of a message (a PatchOp, a bulk request), whose names are taken in any case.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::error::{ScimError, quoted};

/// The member of this name; null is a value.
pub(crate) fn member<'v>(members: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// Names differ by more than their case: of `op` beside `Op` two readers may each see another one.
pub(crate) fn check_said_once(members: &Map<String, Value>) -> Result<(), ScimError> {
    let mut seen = HashSet::with_capacity(members.len());
    match members.keys().find(|name| !seen.insert(name.to_ascii_lowercase())) {
        Some(name) => Err(ScimError::InvalidSyntax(format!("{} is given twice: send it once.", quoted(name)))),
        None => Ok(()),
    }
}
