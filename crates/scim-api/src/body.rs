//! The body of a request: JSON, and no more of it than a resource needs.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use serde_json::Value;

use crate::document::parse_json;
use crate::error::ScimError;
use crate::request_log::{Sent, note_body};
use crate::response::{check_encoding, check_media_type};

/// The largest body: 4 MiB, announced as `bulk.maxPayloadSize`. A group of 20,000 members fits in as it is sent, so that a
/// client can put back what it read.
pub(crate) const LIMIT: usize = 4 << 20;

/// A body that was read, or why it could not be: told only to a client whose token was found good.
pub(crate) struct Body(Result<Value, ScimError>);

impl Body {
    pub(crate) fn json(self) -> Result<Value, ScimError> {
        self.0
    }
}

impl FromRequest for Body {
    type Error = ScimError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ScimError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let readable = check_media_type(&request).and_then(|()| check_encoding(&request));
        // The limit itself is the route's `PayloadConfig`.
        let bytes = web::Bytes::from_request(&request, payload);
        Box::pin(async move {
            let body = match bytes.await {
                Ok(bytes) => read(&request, &bytes),
                Err(error) => {
                    note_body(&request, &Sent::Unread);
                    Err(unreadable(&error))
                }
            };
            Ok(Self(readable.and(body)))
        })
    }
}

/// Whatever media type it was sent as: the log shows JSON that was refused for its name alone.
fn read(request: &HttpRequest, bytes: &[u8]) -> Result<Value, ScimError> {
    let read = parse_json(bytes);
    let media_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.unwrap_or("no media type");
    match &read {
        Ok(body) => note_body(request, &Sent::Json(body)),
        Err(_) => note_body(request, &Sent::Unreadable { bytes, media_type }),
    }
    read
}

fn unreadable(error: &actix_web::Error) -> ScimError {
    if error.as_response_error().status_code() == actix_web::http::StatusCode::PAYLOAD_TOO_LARGE {
        ScimError::PayloadTooLarge(format!("A body has at most {LIMIT} bytes."))
    } else {
        let message = "The body can't be read: it ended early, or is not in the encoding that Content-Encoding names.";
        ScimError::InvalidSyntax(message.into())
    }
}
