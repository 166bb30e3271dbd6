//! The way from a handler to the database and back: one blocking task a request.

use store::StoreError;

/// Runs a closure where blocking is allowed.
pub async fn blocking<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    // Whatever is logged on the way carries the request's id.
    let span = tracing::Span::current();
    actix_web::web::block(move || span.in_scope(work)).await.unwrap_or_else(|_| Err(E::from(StoreError::Busy)))
}
