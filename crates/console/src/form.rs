//! What a form sends: names and values, of either encoding, within limits.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::{self, ServiceRequest};
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, Payload};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::stream;
use multer::Multipart;
use serde::de::DeserializeOwned;
use url::form_urlencoded::{Serializer, parse};

use crate::error::ConsoleError;

/// The largest form: identity federations publish metadata of megabytes, and one may be uploaded.
const MOST_BYTES: usize = 8 << 20;
/// The most fields of one.
const MOST_FIELDS: usize = 2_000;

/// The fields of a form whose token was right.
#[derive(Clone)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads the form that a request brings. A file is read as text, and none as an empty one.
    pub(crate) async fn read(request: &mut ServiceRequest) -> Result<Self, ConsoleError> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let boundary = multer::parse_boundary(kind).ok();
        let body = whole(request).await?;
        let fields = match boundary {
            Some(boundary) => parts(body, boundary).await?,
            None => parse(&body).into_owned().collect(),
        };
        if fields.len() > MOST_FIELDS { Err(ConsoleError::TooLarge) } else { Ok(Self(fields)) }
    }

    /// The first value of that name.
    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn typed<T: DeserializeOwned>(&self) -> Result<T, ConsoleError> {
        let written = Serializer::new(String::new()).extend_pairs(&self.0).finish();
        serde_html_form::from_str(&written).map_err(unreadable)
    }
}

async fn whole(request: &mut ServiceRequest) -> Result<Bytes, ConsoleError> {
    let payload = request.extract::<Payload>().await.map_err(unreadable)?;
    payload.to_bytes_limited(MOST_BYTES).await.map_err(|_| ConsoleError::TooLarge)?.map_err(unreadable)
}

/// RFC 7578.
async fn parts(body: Bytes, boundary: String) -> Result<Vec<(String, String)>, ConsoleError> {
    let mut parts = Multipart::new(stream::iter([Ok::<_, Infallible>(body)]), boundary);
    let mut fields = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(unreadable)? {
        let Some(name) = part.name().map(str::to_owned) else { continue };
        fields.push((name, part.text().await.map_err(unreadable)?));
    }
    Ok(fields)
}

fn unreadable(error: impl ToString) -> ConsoleError {
    ConsoleError::Unreadable(error.to_string())
}

/// A form as its handler wants it. Only the gate lets one through, which has checked that it comes from a page of ours.
pub(crate) struct Posted<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest for Posted<T> {
    type Error = ConsoleError;
    type Future = Ready<Result<Self, ConsoleError>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let typed = match request.extensions().get::<Fields>() {
            Some(fields) => fields.typed().map(Self),
            None => Err(ConsoleError::Unavailable),
        };
        ready(typed)
    }
}
