//! SCIM over HTTP: media type, error bodies, versions.

use ::web::limit::OverRate;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError};
use domain::decide::Refusal;
use serde_json::Value;
use store::{StoreError, Unique};

use crate::error::ScimError;
use crate::query::preference;

/// RFC 7644 §3.1.
pub(crate) const MEDIA_TYPE: &str = "application/scim+json";

/// A JSON body in SCIM's media type.
pub(crate) fn json(mut response: HttpResponseBuilder, body: &Value) -> HttpResponse {
    response.content_type(MEDIA_TYPE).insert_header((header::CACHE_CONTROL, "no-store")).body(body.to_string())
}

/// An answer without a body, to a client that knows what it sent. RFC 7240 §3: it says so where that was asked for.
pub(crate) fn without_body(request: &HttpRequest, revision: i64) -> HttpResponse {
    let mut response = HttpResponse::NoContent();
    response.insert_header((header::ETAG, etag(revision)));
    if let Some(applied) = preference(request).applied() {
        response.insert_header(("preference-applied", applied));
    }
    response.finish()
}

impl ResponseError for ScimError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        if matches!(self, Self::Unauthorized(_)) {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"scim\""));
        }
        if let Self::MethodNotAllowed { allow, .. } = self {
            response.insert_header((header::ALLOW, *allow));
        }
        if let Some(seconds) = self.retry_after() {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        json(response, &self.body())
    }
}

impl From<StoreError> for ScimError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Taken(Unique::UserName) => {
                Self::Uniqueness("A person with this userName exists already.".into())
            }
            StoreError::Taken(Unique::GroupName) => {
                Self::Uniqueness("A group with this displayName exists already.".into())
            }
            StoreError::Busy => {
                Self::Unavailable { detail: "The gateway is busy: try again in a second.".into(), retry_after: 1 }
            }
            other => {
                tracing::error!(cause = %other, "a SCIM request can't be answered");
                Self::Internal
            }
        }
    }
}

impl From<OverRate> for ScimError {
    fn from(over: OverRate) -> Self {
        let detail = format!("Too many requests with this token: go on in {} s, and more slowly.", over.retry_after);
        Self::TooManyRequests { detail, retry_after: over.retry_after }
    }
}

impl From<Refusal> for ScimError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound => Self::NotFound("There is no User with this id.".into()),
            Refusal::Held => Self::Forbidden(format!("{refusal}.")),
            other => {
                tracing::error!(refusal = %other, "a SCIM request met a refusal that is none of SCIM's");
                Self::Internal
            }
        }
    }
}

/// The versions in `If-Match` or `If-None-Match` (RFC 9110 §13.1). Weak and strong are compared alike: ours are weak.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Precondition {
    /// No header.
    None,
    /// `*`
    Any,
    /// A list of tags.
    Tags(Vec<String>),
}

impl Precondition {
    pub(crate) fn read(headers: &HeaderMap, name: header::HeaderName) -> Self {
        let text = headers.get_all(name).filter_map(|value| value.to_str().ok()).collect::<Vec<_>>().join(",");
        Self::of(&text)
    }

    /// The same from a text, such as the `version` of a bulk operation.
    pub(crate) fn of(text: &str) -> Self {
        match text.trim() {
            "" => Self::None,
            "*" => Self::Any,
            list => Self::Tags(list.split(',').map(|tag| tag.trim().trim_start_matches("W/").to_owned()).collect()),
        }
    }

    /// `If-Match`: fails where none of the versions is the current one.
    pub(crate) fn check_match(&self, revision: i64) -> Result<(), ScimError> {
        match self {
            Self::None | Self::Any => Ok(()),
            Self::Tags(_) if self.names(revision) => Ok(()),
            Self::Tags(_) => Err(ScimError::PreconditionFailed(
                "The resource has changed since this version: read it again and repeat the change.".into(),
            )),
        }
    }

    /// `If-None-Match`: whether the client has the current version already.
    pub(crate) fn names(&self, revision: i64) -> bool {
        match self {
            Self::None => false,
            Self::Any => true,
            Self::Tags(tags) => tags.contains(&format!("\"{revision}\"")),
        }
    }
}

/// RFC 7644 §3.14: the weak entity tag of a revision.
pub(crate) fn etag(revision: i64) -> String {
    format!("W/\"{revision}\"")
}

/// Bodies are JSON: `application/scim+json` or `application/json`; a client that names none is taken at its word.
pub(crate) fn check_media_type(request: &HttpRequest) -> Result<(), ScimError> {
    let Some(value) = request.headers().get(header::CONTENT_TYPE) else { return Ok(()) };
    let text = value.to_str().unwrap_or_default();
    let media_type = text.split(';').next().unwrap_or_default().trim();
    if [MEDIA_TYPE, "application/json"].iter().any(|known| media_type.eq_ignore_ascii_case(known)) {
        Ok(())
    } else {
        Err(ScimError::UnsupportedMediaType("Send the body as application/scim+json.".into()))
    }
}
