//! The pages, one file each.

pub(crate) mod edit;
mod error;
pub(crate) mod people;
pub(crate) mod provision;
mod request;
pub(crate) mod sign_in;
pub(crate) mod slo;
pub(crate) mod sso;
mod view;

use actix_web::{HttpResponse, http::header::LOCATION};
use askama::Template;

use error::PageError;

/// `200` with the page.
fn page(template: &impl Template) -> Result<HttpResponse, PageError> {
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(template.render()?))
}

/// `303`, so that reloading the next page repeats nothing.
fn see_other(location: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, location)).finish()
}
