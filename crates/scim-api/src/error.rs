//! The only place where SCIM statuses and `scimType`s are named (RFC 7644 §3.12).

use std::fmt;

use serde_json::{Value, json};

/// URN of the error message.
pub const ERROR_URN: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// What went wrong, with a sentence that tells the other side's administrator what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScimError {
    /// The filter is malformed, or compares an attribute in a way that is not supported.
    InvalidFilter(String),
    /// The filter yields more results than the server is willing to calculate.
    TooMany(String),
    /// A value that must be unique is in use.
    Uniqueness(String),
    /// The change is not compatible with the attribute's mutability.
    Mutability(String),
    /// The body is not what this kind of request must look like.
    InvalidSyntax(String),
    /// The `path` of a PATCH operation is malformed or names no attribute.
    InvalidPath(String),
    /// The `path` of a PATCH operation leads to nothing that could be operated on.
    NoTarget(String),
    /// A value is missing or does not fit its attribute.
    InvalidValue(String),
    /// The cursor is not one of ours, or belongs to another query (RFC 9865 §2.1).
    InvalidCursor(String),
    /// The cursor has expired (RFC 9865 §2.1). Ours do not; whoever bounds them says so with this.
    ExpiredCursor(String),
    /// The count of a page by cursor is not a positive integer (RFC 9865 §2.1).
    InvalidCount(String),
    /// The requested SCIM protocol version is not supported.
    InvalidVers(String),
    /// The request URI carries what must not stand in a URI.
    Sensitive(String),
    /// No token, or one that is not valid.
    Unauthorized(String),
    /// The token is valid but may not do this.
    Forbidden(String),
    /// No such resource or endpoint.
    NotFound(String),
    /// The endpoint does not know this method.
    MethodNotAllowed {
        /// Which method was tried.
        detail: String,
        /// The methods that the endpoint has, for `Allow`.
        allow: &'static str,
    },
    /// None of the accepted media types can be produced.
    NotAcceptable(String),
    /// The resource was changed by somebody else, or another state of it is needed.
    Conflict(String),
    /// The version in `If-Match` is not the current one.
    PreconditionFailed(String),
    /// The body is larger than the server takes.
    PayloadTooLarge(String),
    /// The body's media type is not JSON.
    UnsupportedMediaType(String),
    /// Too many requests; the client may come again after so many seconds.
    TooManyRequests {
        /// What was exceeded.
        detail: String,
        /// Seconds for `Retry-After`.
        retry_after: u32,
    },
    /// A fault of the server. The cause is in its log under the request id and is never sent.
    Internal,
    /// A part of SCIM that this server does not offer.
    NotImplemented(String),
    /// The server is overloaded or not ready; the client may come again after so many seconds.
    Unavailable {
        /// What is not available.
        detail: String,
        /// Seconds for `Retry-After`.
        retry_after: u32,
    },
}

impl ScimError {
    /// RFC 7644 §3.11: a server that does not offer `/Me` answers 501.
    pub fn no_me() -> Self {
        Self::NotImplemented(
            "There is no /Me: a SCIM token stands for a workspace and not for a person. Ask for /Users?filter=userName eq \"…\"."
                .to_owned(),
        )
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.parts().0
    }

    /// The `scimType`, for the statuses that have one (RFC 7644 §3.12, table 9).
    pub fn scim_type(&self) -> Option<&'static str> {
        self.parts().1
    }

    /// The sentence for the other side.
    pub fn detail(&self) -> &str {
        self.parts().2
    }

    /// Seconds for the header `Retry-After`, where the client is told to come again.
    pub fn retry_after(&self) -> Option<u32> {
        match self {
            Self::TooManyRequests { retry_after, .. } | Self::Unavailable { retry_after, .. } => Some(*retry_after),
            _ => None,
        }
    }

    /// The response body. RFC 7644 §3.12: "status: The HTTP status code … expressed as a JSON string."
    pub fn body(&self) -> Value {
        let (status, scim_type, detail) = self.parts();
        match scim_type {
            Some(scim_type) => {
                json!({"schemas": [ERROR_URN], "status": status.to_string(), "scimType": scim_type, "detail": detail})
            }
            None => json!({"schemas": [ERROR_URN], "status": status.to_string(), "detail": detail}),
        }
    }

    fn parts(&self) -> (u16, Option<&'static str>, &str) {
        match self {
            Self::InvalidFilter(detail) => (400, Some("invalidFilter"), detail),
            Self::TooMany(detail) => (400, Some("tooMany"), detail),
            Self::Uniqueness(detail) => (409, Some("uniqueness"), detail),
            Self::Mutability(detail) => (400, Some("mutability"), detail),
            Self::InvalidSyntax(detail) => (400, Some("invalidSyntax"), detail),
            Self::InvalidPath(detail) => (400, Some("invalidPath"), detail),
            Self::NoTarget(detail) => (400, Some("noTarget"), detail),
            Self::InvalidValue(detail) => (400, Some("invalidValue"), detail),
            Self::InvalidCursor(detail) => (400, Some("invalidCursor"), detail),
            Self::ExpiredCursor(detail) => (400, Some("expiredCursor"), detail),
            Self::InvalidCount(detail) => (400, Some("invalidCount"), detail),
            Self::InvalidVers(detail) => (400, Some("invalidVers"), detail),
            Self::Sensitive(detail) => (400, Some("sensitive"), detail),
            Self::Unauthorized(detail) => (401, None, detail),
            Self::Forbidden(detail) => (403, None, detail),
            Self::NotFound(detail) => (404, None, detail),
            Self::MethodNotAllowed { detail, .. } => (405, None, detail),
            Self::NotAcceptable(detail) => (406, None, detail),
            Self::Conflict(detail) => (409, None, detail),
            Self::PreconditionFailed(detail) => (412, None, detail),
            Self::PayloadTooLarge(detail) => (413, None, detail),
            Self::UnsupportedMediaType(detail) => (415, None, detail),
            Self::TooManyRequests { detail, .. } => (429, None, detail),
            Self::Internal => (500, None, "The server failed on this request; its log tells why under the request id."),
            Self::NotImplemented(detail) => (501, None, detail),
            Self::Unavailable { detail, .. } => (503, None, detail),
        }
    }
}

impl fmt::Display for ScimError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (status, scim_type, detail) = self.parts();
        write!(formatter, "{status} {}: {detail}", scim_type.unwrap_or("error"))
    }
}

impl std::error::Error for ScimError {}

/// A name that came from outside, made fit for a sentence: in quotes, escaped, and cut where it is long.
pub(crate) fn quoted(text: &str) -> String {
    const LONGEST: usize = 120;
    let short: String = text.chars().take(LONGEST).collect();
    let more = if short.len() < text.len() { "…" } else { "" };
    format!("\"{}{more}\"", short.escape_debug())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_a_string_in_the_body() {
        let error = ScimError::Uniqueness("taken".to_owned());
        assert_eq!(
            error.body(),
            json!({"schemas": [ERROR_URN], "status": "409", "scimType": "uniqueness", "detail": "taken"})
        );
    }

    #[test]
    fn an_error_without_a_scim_type_does_not_mention_one() {
        let body = ScimError::NotFound("no such user".to_owned()).body();
        assert_eq!(body.get("scimType"), None);
        assert_eq!(body["status"], "404");
    }

    #[test]
    fn a_fault_of_the_server_says_nothing_about_its_cause() {
        assert_eq!(ScimError::Internal.status(), 500);
        assert!(ScimError::Internal.detail().contains("request id"));
    }

    #[test]
    fn only_errors_that_pass_tell_when_to_come_again() {
        let busy = ScimError::Unavailable { detail: "the queue is full".to_owned(), retry_after: 2 };
        assert_eq!((busy.status(), busy.retry_after()), (503, Some(2)));
        assert_eq!(ScimError::Forbidden("no".to_owned()).retry_after(), None);
    }

    #[test]
    fn a_long_or_hostile_name_is_cut_and_escaped() {
        assert_eq!(quoted("a\"\n"), "\"a\\\"\\n\"");
        assert!(quoted(&"x".repeat(5000)).len() < 140);
    }
}
