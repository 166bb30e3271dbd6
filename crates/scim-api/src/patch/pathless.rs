//! Operations without a path: their value names the attributes.

use serde_json::Value;

use super::write::{find, is_read_only, read_only, unknown_path};
use crate::document::notes::Notes;
use crate::error::ScimError;
use crate::path::Path;
use crate::schema::{Located, ResourceType, Target};

/// The attributes that a value names (RFC 7644 §3.5.2.1 and §3.5.2.3). Besides plain names, Entra sends dotted ones and
/// ones with a URN. What only the server may write is passed over here, because Okta sends `id` along; alone it is refused,
/// because nothing would be done.
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
    let mut passed_over = None;
    for (name, value) in members {
        match resolve(name, resource, notes) {
            None => unknown.push(name),
            Some((path, None)) => found.push((path, value)),
            Some((_, Some(located))) => passed_over = Some(located),
        }
    }
    match (unknown.first(), passed_over) {
        _ if !found.is_empty() => {}
        (Some(name), _) => return Err(unknown_path(resource, name)),
        (None, Some(located)) => return Err(read_only(&located)),
        (None, None) => {}
    }
    unknown.into_iter().for_each(|name| notes.unknown(name));
    Ok(found)
}

/// Which attribute a name means, and whether only the server may write it.
fn resolve<'r>(name: &str, resource: &'r ResourceType, notes: &mut Notes) -> Option<(Path, Option<Located<'r>>)> {
    let path = Path::parse(name).ok()?;
    let read_only = match find(resource, path.attribute.as_str(), notes)? {
        Target::Attribute(located) => {
            Some(located).filter(|located| is_read_only(located.attribute) || is_read_only(located.leaf()))
        }
        Target::Core | Target::Extension(_) => None,
    };
    Some((path, read_only))
}
