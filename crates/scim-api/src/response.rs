//! SCIM over HTTP: media type, error bodies, versions.

use ::web::limit::OverRate;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError};
use domain::decide::Refusal;
use serde_json::Value;
use store::{StoreError, Unique};

use crate::error::ScimError;
use crate::query::preference;

/// RFC 7644 §3.1.
pub(crate) const MEDIA_TYPE: &str = "application/scim+json";
const JSON: &str = "application/json";
/// The content codings of bodies that the server undoes.
const ENCODINGS: [&str; 2] = ["gzip", "deflate"];

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
        // RFC 9110 §15.5.16: the answer says what is taken.
        if matches!(self, Self::UnsupportedMediaType(_)) {
            response.insert_header((header::ACCEPT, format!("{MEDIA_TYPE}, {JSON}")));
            response.insert_header((header::ACCEPT_ENCODING, ENCODINGS.join(", ")));
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
            StoreError::NoSuchPlace => {
                Self::InvalidCursor("The cursor is none of ours: begin with an empty one.".into())
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
            Refusal::Held | Refusal::AnotherProvider(_) => Self::Forbidden(format!("{refusal}.")),
            other => {
                tracing::error!(refusal = %other, "a SCIM request met a refusal that is none of SCIM's");
                Self::Internal
            }
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
    if [MEDIA_TYPE, JSON].iter().any(|known| media_type.eq_ignore_ascii_case(known)) {
        Ok(())
    } else {
        Err(ScimError::UnsupportedMediaType(format!("Send the body as {MEDIA_TYPE}.")))
    }
}

/// RFC 9110 §8.4: a body in a coding that is not undone would be read as something else.
pub(crate) fn check_encoding(request: &HttpRequest) -> Result<(), ScimError> {
    let Some(value) = request.headers().get(header::CONTENT_ENCODING) else { return Ok(()) };
    let coding = value.to_str().unwrap_or_default().trim();
    let known = ENCODINGS.iter().chain(&["identity"]).any(|known| known.eq_ignore_ascii_case(coding));
    if known || coding.is_empty() {
        return Ok(());
    }
    Err(ScimError::UnsupportedMediaType("Send the body without a Content-Encoding, or with gzip.".into()))
}

/// RFC 9110 §15.4.5: what the client has is current.
pub(crate) fn not_modified(revision: i64) -> HttpResponse {
    let mut response = HttpResponse::NotModified();
    response.insert_header((header::ETAG, etag(revision))).insert_header((header::CACHE_CONTROL, "no-store")).finish()
}
