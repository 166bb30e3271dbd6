//! The request log: what a client sent and what it was told, kept for the administrator whom the provider sends here.

mod sanitise;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use ::web::Site;
use ::web::client::Client;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, web};
use domain::id::WorkspaceId;
use store::{ScimRequest, Store, StoreError};

use crate::client_profile::ClientProfile;
use crate::error::ScimError;
pub(crate) use sanitise::Sent;

/// Requests kept for each workspace.
const KEPT: i64 = 1_000;
/// Requests that wait for the next flush; under a flood the oldest of them are lost, never the server's memory.
const WAITING: usize = 10_000;
/// Characters that are kept of a path, a body and what was answered, each.
const LONGEST: usize = 4_096;

/// Requests that wait to be stored. Storing each with its request would make every read a write.
#[derive(Clone, Default)]
pub struct RequestLog(Arc<Queue>);

#[derive(Default)]
struct Queue {
    waiting: Mutex<VecDeque<ScimRequest>>,
    flushing: Mutex<()>,
}

impl RequestLog {
    /// Stores what waits; what can't be stored waits on. One flush at a time: the last one, of a server that ends, waits
    /// for one that is under way.
    pub fn flush(&self, store: &Store) -> Result<(), StoreError> {
        let _turn = self.0.flushing.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting: Arc<[ScimRequest]> = self.waiting().drain(..).collect();
        if waiting.is_empty() {
            return Ok(());
        }
        let stored = store.append_scim_requests(Arc::clone(&waiting), KEPT);
        if stored.is_err() {
            self.put_back(&waiting);
        }
        stored
    }

    fn push(&self, request: ScimRequest) {
        let mut waiting = self.waiting();
        if waiting.len() >= WAITING {
            waiting.pop_front();
        }
        waiting.push_back(request);
    }

    /// Before those that came meanwhile; where there is no room for all, the oldest are lost.
    fn put_back(&self, requests: &[ScimRequest]) {
        let mut waiting = self.waiting();
        let room = WAITING.saturating_sub(waiting.len());
        requests.iter().rev().take(room).for_each(|request| waiting.push_front(request.clone()));
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<ScimRequest>> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is found out about a request on its way.
#[derive(Default)]
struct Seen {
    client: Option<(WorkspaceId, ClientProfile)>,
    body: Option<String>,
    refusal: Option<String>,
}

/// A token names this workspace: the request is one of its.
pub(crate) fn note_client(request: &HttpRequest, workspace: WorkspaceId, profile: ClientProfile) {
    note(request, |seen| seen.client = Some((workspace, profile)));
}

/// The body was read, or could not be.
pub(crate) fn note_body(request: &HttpRequest, sent: &Sent<'_>) {
    note(request, |seen| seen.body = Some(cut(&sent.to_string())));
}

/// Parts of the request were refused though its answer is none, as in a bulk request.
pub(crate) fn note_refusal(request: &HttpRequest, sentence: &str) {
    note(request, |seen| seen.refusal = Some(cut(sentence)));
}

fn note(request: &HttpRequest, what: impl FnOnce(&mut Seen)) {
    let mut extensions = request.extensions_mut();
    let mut seen = extensions.remove::<Seen>().unwrap_or_default();
    what(&mut seen);
    extensions.insert(seen);
}

/// Notes each request of a known workspace.
pub(crate) async fn record(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let started = Instant::now();
    let response = next.call(request).await?;
    let request = response.request();
    let seen = request.extensions_mut().remove::<Seen>().unwrap_or_default();
    let (log, site) = (request.app_data::<web::Data<RequestLog>>(), request.app_data::<web::Data<Site>>());
    if let (Some(log), Some(site), Some((workspace, profile))) = (log, site, seen.client) {
        let refusal = response.response().error().and_then(|error| error.as_error::<ScimError>());
        log.push(ScimRequest {
            workspace,
            at: site.now(),
            request_id: Client::of(request).0.request_id,
            client: profile.as_str().to_owned(),
            method: cut(request.method().as_str()),
            path: cut(&sanitise::path(request.uri())),
            status: i32::from(response.status().as_u16()),
            micros: i64::try_from(started.elapsed().as_micros()).unwrap_or(i64::MAX),
            body: seen.body,
            refusal: refusal.map(|error| cut(error.detail())).or(seen.refusal),
        });
    }
    Ok(response)
}

/// What is longer than the log keeps shows that it is.
fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
