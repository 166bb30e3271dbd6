//! Stylesheet and script: two files, named after what is in them, so that browsers may keep them for ever.

use std::sync::LazyLock;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, web};
use sha2::{Digest, Sha256};

use crate::error::ConsoleError;

const STYLE: &str = concat!(include_str!("../assets/tokens.css"), include_str!("../assets/console.css"));
const SCRIPT: &str = include_str!("../assets/console.js");

static STYLESHEET: LazyLock<String> = LazyLock::new(|| address(STYLE, "css"));
static SCRIPT_FILE: LazyLock<String> = LazyLock::new(|| address(SCRIPT, "js"));

/// The address of the stylesheet.
pub(crate) fn stylesheet() -> &'static str {
    &STYLESHEET
}

/// The address of the script.
pub(crate) fn script() -> &'static str {
    &SCRIPT_FILE
}

pub(crate) async fn serve(name: web::Path<String>) -> Result<HttpResponse, ConsoleError> {
    let path = format!("/console/_assets/{name}");
    let (kind, text) = match path.as_str() {
        path if path == stylesheet() => ("text/css; charset=utf-8", STYLE),
        path if path == script() => ("text/javascript; charset=utf-8", SCRIPT),
        _ => return Err(ConsoleError::NotFound),
    };
    let kept = (CACHE_CONTROL, "public, max-age=31536000, immutable");
    Ok(HttpResponse::Ok().content_type(kind).insert_header(kept).body(text))
}

fn address(text: &str, kind: &str) -> String {
    let hash = hex::encode(Sha256::digest(text.as_bytes()));
    format!("/console/_assets/console-{}.{kind}", hash.get(..16).unwrap_or(&hash))
}
