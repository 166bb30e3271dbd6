//! Bulk requests (RFC 7644 §3.7), pure: what is asked, in which order it can be done, and what is answered. Whoever
//! performs the steps of a [`BulkPlan`] in their order never meets a reference to what does not exist yet, but where the
//! operation that was to make it has failed.

mod plan;
mod reference;
mod request;
mod response;

pub use plan::{BulkPlan, BulkStep};
pub use reference::BulkIds;
pub use request::BULK_REQUEST_URN;
pub use response::{BulkOutcome, bulk_response};
use serde_json::Value;

use crate::error::ScimError;

/// The most operations of one request (RFC 7643 §5, `bulk.maxOperations`).
pub const MAX_OPERATIONS: usize = 1000;
/// The largest body of a request in bytes (RFC 7643 §5, `bulk.maxPayloadSize`).
pub const MAX_PAYLOAD_SIZE: usize = crate::body::LIMIT;

/// The operations of one request, as they were sent.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkRequest {
    /// At how many errors to stop; none: never.
    pub fail_on_errors: Option<u64>,
    /// In their order; at least one.
    pub operations: Vec<BulkOperation>,
}

/// One operation, with what its answer repeats.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkOperation {
    /// As it was sent, in upper case.
    pub method: String,
    /// The client's name for it.
    pub bulk_id: Option<String>,
    /// What it asks for, or why that can't be done.
    pub action: Result<BulkAction, ScimError>,
}

/// What an operation asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkAction {
    /// What to do.
    pub method: BulkMethod,
    /// With what.
    pub target: BulkTarget,
    /// The version that the resource must have, as an `If-Match` says it.
    pub version: Option<String>,
    /// The body, in which ids may be references; none for a DELETE.
    pub data: Option<Value>,
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulkMethod {
    /// Makes a resource.
    Post,
    /// Replaces one.
    Put,
    /// Changes one.
    Patch,
    /// Deletes one.
    Delete,
}

/// What an operation is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BulkTarget {
    /// The endpoint.
    pub resource: BulkResource,
    /// The resource there; none for a POST.
    pub id: Option<BulkTargetId>,
}

/// The endpoints that take bulk operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BulkResource {
    /// `/Users`
    Users,
    /// `/Groups`
    Groups,
}

/// A resource, as the path of an operation names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum BulkTargetId {
    /// By its id.
    Known(String),
    /// By the `bulkId` of the operation that makes it.
    Reference(String),
}

impl BulkRequest {
    /// Whether so many errors end the request. RFC 7644 §3.7: failOnErrors is "the number of errors that the service
    /// provider will accept before the operation is terminated".
    pub fn ends_after(&self, errors: u64) -> bool {
        self.fail_on_errors.is_some_and(|most| errors >= most)
    }
}

impl BulkResource {
    /// The endpoint below the base URL, with its slash.
    pub fn endpoint(self) -> &'static str {
        match self {
            Self::Users => "/Users",
            Self::Groups => "/Groups",
        }
    }

    fn find(segment: &str) -> Option<Self> {
        [Self::Users, Self::Groups].into_iter().find(|resource| resource.endpoint().strip_prefix('/') == Some(segment))
    }
}

#[cfg(test)]
mod tests;
