//! Operations without a path: their value names the attributes.

use serde_json::Value;

use super::write::{is_read_only, unknown_path};
use crate::document::notes::Notes;
use crate::error::ScimError;
use crate::path::Path;
use crate::schema::{ResourceType, Target};

/// The attributes that a value names (RFC 7644 §3.5.2.1 and §3.5.2.3). Besides plain names, Entra sends dotted ones and
/// ones with a URN. What only the server may write is passed over here, because Okta sends `id` along.
pub(super) fn named<'v>(
    value: &'v Value,
    resource: &ResourceType,
    notes: &mut Notes,
) -> Result<Vec<(Path, &'v Value)>, ScimError> {
    let Value::Object(members) = value else {
        let message = "Without a path the value must be an object of attributes, such as {\"active\":false}.";
        return Err(ScimError::InvalidValue(message.to_owned()));
    };
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    for (name, value) in members {
        match resolve(name, resource) {
            None => unknown.push(name),
            Some((path, read_only)) if !read_only => found.push((path, value)),
            Some(_) => {}
        }
    }
    if let Some(name) = unknown.first().filter(|_| unknown.len() == members.len()) {
        return Err(unknown_path(resource, name));
    }
    unknown.into_iter().for_each(|name| notes.unknown(name));
    Ok(found)
}

fn resolve(name: &str, resource: &ResourceType) -> Option<(Path, bool)> {
    let path = Path::parse(name).ok()?;
    let read_only = match resource.find(path.attribute.as_str())? {
        Target::Attribute(located) => is_read_only(located.attribute) || is_read_only(located.leaf()),
        Target::Core | Target::Extension(_) => false,
    };
    Some((path, read_only))
}
