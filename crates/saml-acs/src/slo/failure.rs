//! Messages of single logout that are refused: what the audit log is told, and what the browser is.

use ::web::client::Client;
use ::web::page::Page;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use domain::audit::{Actor, AuditEntry, EventKind, Source, Subject};
use domain::workspace::Workspace;
use serde_json::json;

use super::steps::{Authentic, Logout};
use crate::refusal::LoginError;

/// Who sends what can't be verified learns nothing but a reference id.
pub(super) fn page(error: &LoginError, client: &Client) -> HttpResponse {
    let LoginError::Refused { .. } = error else { return error.page(client) };
    let message = "A message of your identity provider about your sign-out could not be accepted. You may still be signed in: \
                   close your browser to be safe, and give the reference below to your administrator, who will find the reason \
                   under it.";
    let reference = Some(client.request_id());
    Page { title: "Sign-out refused", message, reference }.respond(StatusCode::FORBIDDEN)
}

impl Logout {
    /// The audit log names the check that failed.
    pub(super) fn record_failure(&self, workspace: &Workspace, authentic: Option<&Authentic>, error: &LoginError) {
        let LoginError::Refused { fault, .. } = error else { return };
        let (check, detail) = (fault.check(), fault.detail());
        let entry = AuditEntry {
            workspace: workspace.id,
            at: self.site.now(),
            kind: EventKind::LogoutFailed,
            source: Source::SamlAutoSync,
            actor: authentic.map_or(Actor::LogoutMessage { issuer: None, id: None }, Authentic::actor),
            subject: Subject { kind: "logout", id: None, name: None },
            before: None,
            after: Some(json!({ "check": check, "detail": detail })),
            request: self.client.0.clone(),
        };
        let (request, workspace) = (self.client.request_id(), workspace.handle.as_str());
        tracing::warn!(request, workspace, check, detail, "a logout message was refused");
        if let Err(error) = self.site.store.append_audit(vec![entry]) {
            tracing::error!(request, cause = %error, "a refused logout message can't be recorded");
        }
    }
}
