//! The body of a request: JSON, and no more of it than a resource needs.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde_json::Value;

use crate::document::parse_json;
use crate::error::ScimError;
use crate::response::check_media_type;

/// The largest body: 1 MiB. Announced nowhere, because no client comes near it.
pub(crate) const LIMIT: usize = 1 << 20;

/// A parsed body.
pub(crate) struct Body(pub(crate) Value);

impl FromRequest for Body {
    type Error = ScimError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ScimError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media_type = check_media_type(request);
        // The limit itself is the route's `PayloadConfig`.
        let bytes = web::Bytes::from_request(request, payload);
        Box::pin(async move {
            media_type?;
            let bytes = bytes.await.map_err(|error| unreadable(&error))?;
            parse_json(&bytes).map(Self)
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
