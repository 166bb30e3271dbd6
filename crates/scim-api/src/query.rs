//! What a request says beside its body: the query (RFC 7644 §3.4.2) and `Prefer` (RFC 7240).

use actix_web::HttpRequest;

pub(crate) use crate::list::SearchRequest;
use crate::negotiation::ReturnPreference;

/// Whether the client wants no body back.
pub(crate) fn preference(request: &HttpRequest) -> ReturnPreference {
    let headers = request.headers().get_all("prefer").filter_map(|value| value.to_str().ok());
    ReturnPreference::of(headers)
}

/// Whether `Prefer: return=minimal` was sent.
pub(crate) fn wants_minimal(request: &HttpRequest) -> bool {
    preference(request) == ReturnPreference::Minimal
}
