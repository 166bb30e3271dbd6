//! The answer to a query (RFC 7644 §3.4.2).

use serde_json::{Value, json};

use super::Page;

const LIST_RESPONSE_URN: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// The body of a list. `total` counts all resources that match; `next_cursor` is none on the last page, and where the
/// client pages by index.
pub fn list_response(page: &Page, total: i64, next_cursor: Option<String>, resources: Vec<Value>) -> Value {
    let mut body = json!({"schemas": [LIST_RESPONSE_URN], "totalResults": total});
    if let Page::Index { start_index, .. } = page {
        set(&mut body, "startIndex", json!(start_index));
    }
    set(&mut body, "itemsPerPage", json!(resources.len()));
    // RFC 9865 §2: it "is omitted from a response only to indicate that there are no more result pages".
    if let (Page::Cursor { .. }, Some(next)) = (page, next_cursor) {
        set(&mut body, "nextCursor", json!(next));
    }
    set(&mut body, "Resources", Value::Array(resources));
    body
}

fn set(body: &mut Value, name: &str, value: Value) {
    if let Some(members) = body.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}
