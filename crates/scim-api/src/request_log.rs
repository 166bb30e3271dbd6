//! The request log: what a client sent and what it was told, kept for the administrator whom the provider sends here.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use ::web::Site;
use ::web::client::Client;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, web};
use domain::id::WorkspaceId;
use serde_json::Value;
use store::{ScimRequest, Store, StoreError};

use crate::client_profile::ClientProfile;
use crate::error::ScimError;

/// Requests kept for each workspace.
const KEPT: i64 = 1_000;
/// Requests that wait for the next flush; under a flood the oldest of them are lost, never the server's memory.
const WAITING: usize = 10_000;
/// Characters of a body that are kept.
const BODY: usize = 4_096;

/// Requests that wait to be stored. Storing each with its request would make every read a write.
#[derive(Clone, Default)]
pub struct RequestLog(Arc<Mutex<VecDeque<ScimRequest>>>);

impl RequestLog {
    /// Stores what waits.
    pub fn flush(&self, store: &Store) -> Result<(), StoreError> {
        let waiting: Vec<ScimRequest> = self.waiting().drain(..).collect();
        if waiting.is_empty() { Ok(()) } else { store.append_scim_requests(waiting, KEPT) }
    }

    fn push(&self, request: ScimRequest) {
        let mut waiting = self.waiting();
        if waiting.len() >= WAITING {
            waiting.pop_front();
        }
        waiting.push_back(request);
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, VecDeque<ScimRequest>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the extractors leave for the log.
#[derive(Default)]
struct Seen {
    workspace: Option<WorkspaceId>,
    body: Option<String>,
}

/// A token names this workspace: the request is one of its.
pub(crate) fn note_workspace(request: &HttpRequest, workspace: WorkspaceId) {
    let mut extensions = request.extensions_mut();
    let mut seen = extensions.remove::<Seen>().unwrap_or_default();
    seen.workspace = Some(workspace);
    extensions.insert(seen);
}

/// The body was read.
pub(crate) fn note_body(request: &HttpRequest, body: &Value) {
    let mut extensions = request.extensions_mut();
    let mut seen = extensions.remove::<Seen>().unwrap_or_default();
    seen.body = Some(sanitised(body));
    extensions.insert(seen);
}

/// A body as it may be kept.
fn sanitised(body: &Value) -> String {
    let mut shown = body.clone();
    mask(&mut shown);
    shown.to_string().chars().take(BODY).collect()
}

/// RFC 7643 §4.1.1: a password must never be shown; it may stand in a resource, a PATCH value or a bulk operation.
fn mask(value: &mut Value) {
    match value {
        Value::Object(members) => {
            let names_password = |value: Option<&Value>| {
                value.and_then(Value::as_str).is_some_and(|path| path.to_ascii_lowercase().ends_with("password"))
            };
            let by_path =
                members.iter().any(|(name, value)| name.eq_ignore_ascii_case("path") && names_password(Some(value)));
            for (name, value) in members {
                if name.to_ascii_lowercase().ends_with("password") || (by_path && name.eq_ignore_ascii_case("value")) {
                    *value = Value::String("***".to_owned());
                } else {
                    mask(value);
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(mask),
        _ => {}
    }
}

/// Notes each request of a known workspace.
pub(crate) async fn record(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let started = Instant::now();
    let log = request.app_data::<web::Data<RequestLog>>().cloned();
    let client = ClientProfile::of(request.request());
    let (method, path) = (request.method().to_string(), below_base(request.request()));
    let response = next.call(request).await?;
    let (seen, site) = {
        let request = response.request();
        (request.extensions_mut().remove::<Seen>().unwrap_or_default(), request.app_data::<web::Data<Site>>().cloned())
    };
    if let (Some(log), Some(site), Some(workspace)) = (log, site, seen.workspace) {
        let refusal = response.response().error().and_then(|error| error.as_error::<ScimError>());
        log.push(ScimRequest {
            workspace,
            at: site.now(),
            request_id: Client::of(response.request()).0.request_id,
            client: client.as_str().to_owned(),
            method,
            path,
            status: i32::from(response.status().as_u16()),
            micros: i64::try_from(started.elapsed().as_micros()).unwrap_or(i64::MAX),
            body: seen.body,
            refusal: refusal.map(|error| error.detail().to_owned()),
        });
    }
    Ok(response)
}

fn below_base(request: &HttpRequest) -> String {
    let whole = request.uri().path_and_query().map_or("/", |path| path.as_str());
    whole.strip_prefix("/scim/v2").unwrap_or(whole).chars().take(BODY).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Okta sends a random password with each POST, and password syncs as PATCH: neither may be found in any log.
    #[test]
    fn passwords_are_masked_wherever_they_stand() {
        let body = json!({
            "password": "one",
            "Operations": [{ "op": "replace", "path": "password", "value": "two" }, { "value": { "Password": "three" } }],
            "userName": "ann@acme.test",
        });
        let shown = sanitised(&body);
        for secret in ["one", "two", "three"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        assert!(shown.contains("ann@acme.test"));
    }
}
