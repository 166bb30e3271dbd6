//! Why a SCIM request failed, in words that Okta would show its administrator.

use serde_json::Value;

/// Why a SCIM request failed.
#[derive(Debug, thiserror::Error)]
pub enum ScimError {
    /// No answer came.
    #[error("{method} {path}: no answer: {source}")]
    Unreachable {
        /// The request's method.
        method: &'static str,
        /// The request's path and query below the SCIM base URL.
        path: String,
        /// What the HTTP client says.
        source: Box<ureq::Error>,
    },
    /// The server refused, with a reason (RFC 7644 §3.12).
    #[error("{method} {path}: {status}: {detail}")]
    Refused {
        /// The request's method.
        method: &'static str,
        /// The request's path and query below the SCIM base URL.
        path: String,
        /// The HTTP status.
        status: u16,
        /// The server's `scimType`, where it sent one.
        scim_type: Option<String>,
        /// The server's `detail`, or the beginning of what it sent instead.
        detail: String,
    },
    /// The answer is not what Okta needs.
    #[error("{method} {path}: {reason}")]
    Unreadable {
        /// The request's method.
        method: &'static str,
        /// The request's path and query below the SCIM base URL.
        path: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The server took the push but did not do what it asked for.
    #[error("failed due to delay in reactivating remote User: the answer still says active: false")]
    StillInactive,
    /// OpenSSL gave no random bytes for the password of a new person.
    #[error("OpenSSL: {0}")]
    Random(#[from] openssl::error::ErrorStack),
    /// There is no such person in the directory.
    #[error("nobody is called {0} here")]
    NoSuchPerson(String),
}

impl ScimError {
    /// The error that a status outside 2xx means.
    pub(crate) fn refused(method: &'static str, path: &str, status: u16, body: &str) -> Self {
        let error: Value = serde_json::from_str(body).unwrap_or_default();
        let text = |name: &str| error.get(name).and_then(Value::as_str).map(str::to_owned);
        Self::Refused {
            method,
            path: path.to_owned(),
            status,
            scim_type: text("scimType"),
            detail: text("detail").unwrap_or_else(|| summary(body)),
        }
    }

    /// The HTTP status, where there was an answer that refused.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }
}

fn summary(body: &str) -> String {
    match body.trim() {
        "" => "the answer has no body".to_owned(),
        text => text.chars().take(200).collect(),
    }
}
