//! The body of a request: JSON, and no more of it than a resource needs.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde_json::Value;

use crate::document::parse_json;
use crate::error::ScimError;
use crate::request_log::note_body;
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
            let bytes = bytes.await.map_err(|error| unreadable(&error));
            let body = readable.and(bytes).and_then(|bytes| parse_json(&bytes));
            if let Ok(body) = &body {
                note_body(&request, body);
            }
            Ok(Self(body))
        })
    }
}

fn unreadable(error: &actix_web::Error) -> ScimError {
    if error.as_response_error().status_code() == actix_web::http::StatusCode::PAYLOAD_TOO_LARGE {
        ScimError::PayloadTooLarge(format!("A body has at most {LIMIT} bytes."))
    } else {
        ScimError::InvalidSyntax("The body can't be read.".into())
    }
}
