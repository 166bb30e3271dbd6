//! The body of a PATCH request.

use serde_json::Value;

use crate::error::{ScimError, quoted};
use crate::message::{check_said_once, member};
use crate::path::Path;
use crate::schema::{ResourceType, Target};

/// URN of the PATCH message.
pub const PATCH_OP_URN: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/// The most operations in one request.
pub const MAX_OPERATIONS: usize = 1000;

/// The operations of one PATCH, in their order; at least one.
#[derive(Debug, Clone, PartialEq)]
pub struct PatchRequest {
    /// The operations.
    pub operations: Vec<PatchOperation>,
}

/// One operation.
#[derive(Debug, Clone, PartialEq)]
pub struct PatchOperation {
    /// What to do.
    pub op: Op,
    /// Where; none: the value names the attributes.
    pub path: Option<Path>,
    /// With which value.
    pub value: Option<Value>,
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// `add`
    Add,
    /// `replace`
    Replace,
    /// `remove`
    Remove,
}

impl PatchRequest {
    /// Reads the body. Names and operations are taken in any case, because Entra writes `Add` and `Replace`.
    ///
    /// # Errors
    /// `invalidSyntax` where the message is no PatchOp; `invalidPath` or `invalidFilter` where a path can't be read.
    pub fn parse(body: &Value) -> Result<Self, ScimError> {
        let Value::Object(members) = body else {
            return Err(malformed("the body must be a JSON object"));
        };
        check_said_once(members)?;
        check_schemas(member(members, "schemas"))?;
        let operations = match member(members, "Operations") {
            Some(Value::Array(operations)) if operations.is_empty() => return Err(malformed("Operations is empty")),
            Some(Value::Array(operations)) => operations,
            _ => return Err(malformed("Operations must be a list")),
        };
        if operations.len() > MAX_OPERATIONS {
            return Err(malformed(&format!(
                "at most {MAX_OPERATIONS} operations are taken at once, split the request"
            )));
        }
        let read = operations.iter().enumerate().map(|(index, operation)| {
            PatchOperation::parse(operation).map_err(|error| in_operation(error, index, operations.len()))
        });
        Ok(Self { operations: read.collect::<Result<_, _>>()? })
    }

    /// Whether any operation says something about a core attribute, by its path or by a key of its value.
    pub fn names(&self, attribute: &str, resource: &ResourceType) -> bool {
        let means = |name: &str| match resource.find(name) {
            Some(Target::Attribute(located)) => located.path() == attribute,
            _ => false,
        };
        self.operations.iter().any(|operation| match (&operation.path, &operation.value) {
            (Some(path), _) if means(path.attribute.as_str()) => true,
            (_, Some(Value::Object(members))) => members.keys().any(|name| means(name)),
            _ => false,
        })
    }
}

impl PatchOperation {
    fn parse(operation: &Value) -> Result<Self, ScimError> {
        let Value::Object(members) = operation else {
            return Err(malformed("an operation must be an object"));
        };
        check_said_once(members)?;
        let op = match member(members, "op") {
            Some(Value::String(name)) => Op::find(name).ok_or_else(|| unknown_op(name))?,
            _ => return Err(malformed("an operation needs \"op\": add, replace or remove")),
        };
        let path = match member(members, "path") {
            None | Some(Value::Null) => None,
            Some(Value::String(path)) => Some(Path::parse(path)?),
            Some(_) => {
                return Err(ScimError::InvalidPath("The path of an operation must be a string.".to_owned()));
            }
        };
        Ok(Self { op, path, value: member(members, "value").cloned() })
    }
}

impl Op {
    fn find(name: &str) -> Option<Self> {
        match name {
            _ if name.eq_ignore_ascii_case("add") => Some(Self::Add),
            _ if name.eq_ignore_ascii_case("replace") => Some(Self::Replace),
            _ if name.eq_ignore_ascii_case("remove") => Some(Self::Remove),
            _ => None,
        }
    }
}

/// Says which operation was refused, where there are several.
pub(super) fn in_operation(error: ScimError, index: usize, count: usize) -> ScimError {
    let tell = |detail: String| {
        if count > 1 { format!("Operation {}: {detail}", index + 1) } else { detail }
    };
    match error {
        ScimError::InvalidFilter(detail) => ScimError::InvalidFilter(tell(detail)),
        ScimError::InvalidPath(detail) => ScimError::InvalidPath(tell(detail)),
        ScimError::InvalidSyntax(detail) => ScimError::InvalidSyntax(tell(detail)),
        ScimError::InvalidValue(detail) => ScimError::InvalidValue(tell(detail)),
        ScimError::Mutability(detail) => ScimError::Mutability(tell(detail)),
        ScimError::NoTarget(detail) => ScimError::NoTarget(tell(detail)),
        other => other,
    }
}

/// RFC 7644 §3.5.2 wants `schemas` with the URN of PatchOp. Some clients leave it out; a body that says that it is
/// something else is refused.
fn check_schemas(schemas: Option<&Value>) -> Result<(), ScimError> {
    let names_patch_op = |value: &Value| value.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(PATCH_OP_URN));
    match schemas {
        None | Some(Value::Null) => Ok(()),
        Some(Value::Array(urns)) if urns.iter().any(names_patch_op) => Ok(()),
        Some(_) => Err(malformed(&format!("schemas must be [\"{PATCH_OP_URN}\"]"))),
    }
}

fn malformed(why: &str) -> ScimError {
    ScimError::InvalidSyntax(format!("This is not a PATCH request: {why}."))
}

fn unknown_op(name: &str) -> ScimError {
    ScimError::InvalidSyntax(format!("There is no operation {}: send add, replace or remove.", quoted(name)))
}
