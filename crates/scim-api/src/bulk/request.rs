//! The body of a bulk request. What is wrong with one operation refuses that one alone.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{
    BulkAction, BulkMethod, BulkOperation, BulkRequest, BulkResource, BulkTarget, BulkTargetId, MAX_OPERATIONS,
    reference::referred,
};
use crate::error::{ScimError, quoted};
use crate::message::{self, check_said_once};

/// URN of the bulk request message.
pub const BULK_REQUEST_URN: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

impl BulkRequest {
    /// Reads the body.
    ///
    /// # Errors
    /// `invalidSyntax` where it is no bulk request, `invalidValue` for `failOnErrors` and for a `bulkId` that two
    /// operations have, 413 where there are too many operations.
    pub fn parse(body: &Value) -> Result<Self, ScimError> {
        let Value::Object(members) = body else { return Err(malformed("the body must be a JSON object")) };
        check_said_once(members)?;
        check_schemas(member(members, "schemas"))?;
        let operations = match member(members, "Operations") {
            Some(Value::Array(operations)) if operations.is_empty() => return Err(malformed("Operations is empty")),
            Some(Value::Array(operations)) => operations,
            _ => return Err(malformed("Operations must be a list")),
        };
        if operations.len() > MAX_OPERATIONS {
            // RFC 7644 §3.7.4: past a limit the answer is 413, and it says which.
            let message = format!("A bulk request has at most {MAX_OPERATIONS} operations: split it.");
            return Err(ScimError::PayloadTooLarge(message));
        }
        let operations = operations.iter().map(operation).collect::<Result<Vec<_>, _>>()?;
        check_bulk_ids(&operations)?;
        Ok(Self { fail_on_errors: fail_on_errors(member(members, "failOnErrors"))?, operations })
    }
}

fn operation(value: &Value) -> Result<BulkOperation, ScimError> {
    let Value::Object(members) = value else { return Err(malformed("an operation must be an object")) };
    check_said_once(members)?;
    let Some(Value::String(method)) = member(members, "method") else {
        return Err(malformed("an operation needs a \"method\": POST, PUT, PATCH or DELETE"));
    };
    let bulk_id = match member(members, "bulkId") {
        None => None,
        Some(Value::String(id)) if !id.is_empty() => Some(id.clone()),
        Some(_) => return Err(malformed("a bulkId must be a string, and not an empty one")),
    };
    let action = action(members, method, bulk_id.as_deref());
    Ok(BulkOperation { method: method.to_ascii_uppercase(), bulk_id, action })
}

fn action(members: &Map<String, Value>, method: &str, bulk_id: Option<&str>) -> Result<BulkAction, ScimError> {
    let method = BulkMethod::find(method).ok_or_else(|| unknown_method(method))?;
    // RFC 7644 §3.7: the bulkId is "REQUIRED when "method" is "POST"".
    if method == BulkMethod::Post && bulk_id.is_none() {
        return Err(ScimError::InvalidValue("A POST needs a bulkId, by which its answer is known.".to_owned()));
    }
    let target = match member(members, "path") {
        Some(Value::String(path)) => target(method, path)?,
        _ => return Err(ScimError::InvalidValue("An operation needs a \"path\", such as /Users.".to_owned())),
    };
    let version = match member(members, "version") {
        None => None,
        Some(Value::String(version)) => Some(version.clone()),
        Some(_) => return Err(ScimError::InvalidValue("A version must be a string, such as W/\"1\".".to_owned())),
    };
    let data = match (method, member(members, "data")) {
        (BulkMethod::Delete, _) => None,
        (_, Some(data @ Value::Object(_))) => Some(data.clone()),
        _ => return Err(ScimError::InvalidSyntax("POST, PUT and PATCH need an object in \"data\".".to_owned())),
    };
    Ok(BulkAction { method, target, version, data })
}

fn target(method: BulkMethod, path: &str) -> Result<BulkTarget, ScimError> {
    let mut segments = path.trim_matches('/').split('/');
    let endpoint = segments.next().unwrap_or_default();
    let Some(resource) = BulkResource::find(endpoint) else {
        let message = format!("There is nothing at {} that a bulk operation could change.", quoted(path));
        return Err(ScimError::NotFound(message));
    };
    let id = segments.next().map(|id| match referred(id) {
        Some(bulk_id) => BulkTargetId::Reference(bulk_id.to_owned()),
        None => BulkTargetId::Known(id.to_owned()),
    });
    if segments.next().is_some() {
        return Err(ScimError::NotFound(format!("There is no {}.", quoted(path))));
    }
    match (method, &id) {
        (BulkMethod::Post, Some(_)) => Err(ScimError::MethodNotAllowed {
            detail: format!("A POST goes to {}, without an id.", resource.endpoint()),
            allow: "PUT, PATCH, DELETE",
        }),
        (BulkMethod::Put | BulkMethod::Patch | BulkMethod::Delete, None) => Err(ScimError::MethodNotAllowed {
            detail: format!("Only a POST goes to {}: append an id.", resource.endpoint()),
            allow: "POST",
        }),
        _ => Ok(BulkTarget { resource, id }),
    }
}

impl BulkMethod {
    fn find(name: &str) -> Option<Self> {
        let all = [("POST", Self::Post), ("PUT", Self::Put), ("PATCH", Self::Patch), ("DELETE", Self::Delete)];
        all.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, method)| method)
    }
}

/// RFC 7644 §3.7: a bulkId is "unique within a bulk request".
fn check_bulk_ids(operations: &[BulkOperation]) -> Result<(), ScimError> {
    let mut seen = HashSet::new();
    match operations.iter().filter_map(|operation| operation.bulk_id.as_deref()).find(|id| !seen.insert(*id)) {
        Some(id) => Err(ScimError::InvalidValue(format!(
            "Two operations have the bulkId {}: it must be one's own.",
            quoted(id)
        ))),
        None => Ok(()),
    }
}

/// None accepted is the same as one: the first error ends the request.
fn fail_on_errors(value: Option<&Value>) -> Result<Option<u64>, ScimError> {
    let Some(value) = value else { return Ok(None) };
    match value.as_u64() {
        Some(most) => Ok(Some(most.max(1))),
        None => Err(ScimError::InvalidValue("failOnErrors must be a positive integer.".to_owned())),
    }
}

/// RFC 7644 §3.7 wants `schemas` with the URN of the bulk request. Some clients leave it out; a body that says that it is
/// something else is refused.
fn check_schemas(schemas: Option<&Value>) -> Result<(), ScimError> {
    let names_it = |urn: &Value| urn.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(BULK_REQUEST_URN));
    match schemas {
        None => Ok(()),
        Some(Value::Array(urns)) if urns.iter().any(names_it) => Ok(()),
        Some(_) => Err(malformed(&format!("schemas must be [\"{BULK_REQUEST_URN}\"]"))),
    }
}

/// The member of this name in any case; null is none.
fn member<'v>(members: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    message::member(members, name).filter(|value| !value.is_null())
}

fn malformed(why: &str) -> ScimError {
    ScimError::InvalidSyntax(format!("This is not a bulk request: {why}."))
}

fn unknown_method(name: &str) -> ScimError {
    ScimError::InvalidValue(format!("A bulk operation is POST, PUT, PATCH or DELETE, and not {}.", quoted(name)))
}
