//! The answer to a bulk request (RFC 7644 §3.7.3).

use serde_json::{Map, Value, json};

use super::{BulkOperation, BulkResource};
use crate::error::ScimError;

const BULK_RESPONSE_URN: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/// What became of one operation.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkOutcome {
    /// As it was sent.
    pub method: String,
    /// The client's name for it.
    pub bulk_id: Option<String>,
    /// The address of the resource; none where a POST has failed.
    pub location: Option<String>,
    /// The entity tag of the resource's new state; none where it is gone or nothing was changed.
    pub version: Option<String>,
    /// The status of a success, or the failure.
    pub result: Result<u16, ScimError>,
}

impl BulkOutcome {
    /// The outcome of an operation, with nothing known of the resource.
    pub fn new(operation: &BulkOperation, result: Result<u16, ScimError>) -> Self {
        let (method, bulk_id) = (operation.method.clone(), operation.bulk_id.clone());
        Self { method, bulk_id, location: None, version: None, result }
    }

    fn to_json(&self) -> Value {
        let mut members = Map::new();
        let mut set = |name: &str, value: Value| members.insert(name.to_owned(), value);
        set("method", self.method.as_str().into());
        if let Some(bulk_id) = &self.bulk_id {
            set("bulkId", bulk_id.as_str().into());
        }
        if let Some(location) = &self.location {
            set("location", location.as_str().into());
        }
        if let Some(version) = &self.version {
            set("version", version.as_str().into());
        }
        match &self.result {
            Ok(status) => set("status", status.to_string().into()),
            Err(error) => {
                set("status", error.status().to_string().into());
                // §3.7.3: the "response" is that of a single request, and has to be there where an operation has failed.
                set("response", error.body())
            }
        };
        Value::Object(members)
    }
}

impl BulkResource {
    /// The address of a resource. `base_url` is the SCIM base URL without a slash at its end.
    pub fn location(self, base_url: &str, id: &str) -> String {
        format!("{base_url}{}/{id}", self.endpoint())
    }
}

/// The body. Operations that were not come to, because of `failOnErrors`, are not in it.
pub fn bulk_response<'o>(outcomes: impl IntoIterator<Item = &'o BulkOutcome>) -> Value {
    let operations: Vec<Value> = outcomes.into_iter().map(BulkOutcome::to_json).collect();
    json!({"schemas": [BULK_RESPONSE_URN], "Operations": operations})
}
