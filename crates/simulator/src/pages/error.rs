//! What can go wrong on a page.

use actix_web::{HttpResponse, ResponseError, error::BlockingError, http::StatusCode};
use askama::Template;

use crate::{authn_request::AuthnRequestError, encrypt::EncryptionError, sign::SigningError};

/// Why a page can't be shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PageError {
    #[error("Nobody is called “{0}” here.")]
    NoSuchPerson(String),
    #[error("This form was sent from another site.")]
    OtherOrigin,
    #[error(transparent)]
    AuthnRequest(#[from] AuthnRequestError),
    #[error("The response could not be signed. {0}")]
    Signing(#[from] SigningError),
    #[error("The assertion could not be encrypted: {0}.")]
    Encryption(#[from] EncryptionError),
    #[error("The page could not be written. {0}")]
    Template(#[from] askama::Error),
    #[error("The work was interrupted. {0}")]
    Interrupted(#[from] BlockingError),
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    message: &'a str,
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NoSuchPerson(_) => StatusCode::NOT_FOUND,
            Self::OtherOrigin => StatusCode::FORBIDDEN,
            Self::AuthnRequest(_) => StatusCode::BAD_REQUEST,
            Self::Encryption(_) => StatusCode::BAD_GATEWAY,
            Self::Signing(_) | Self::Template(_) | Self::Interrupted(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let message = self.to_string();
        let body = ErrorPage { message: &message }.render().unwrap_or(message.clone());
        HttpResponse::build(self.status_code()).content_type("text/html; charset=utf-8").body(body)
    }
}
