//! What the audit log is told of a login that fails.

use domain::audit::{Actor, AuditEntry, EventKind, Source, Subject};
use domain::workspace::Workspace;
use serde_json::json;

use super::steps::Login;
use crate::attributes;
use crate::refusal::LoginError;
use crate::verify::VerifiedAssertion;

impl Login {
    /// The audit log names the check that failed. A failure to write that down must not let anybody in, so it is logged
    /// and the refusal stands.
    pub(super) fn record_failure(
        &self,
        workspace: &Workspace,
        assertion: Option<&VerifiedAssertion>,
        error: &LoginError,
    ) {
        let LoginError::Refused { check, detail, .. } = error else { return };
        let entry = AuditEntry {
            workspace: workspace.id,
            at: self.site.now(),
            kind: EventKind::LoginFailed,
            source: Source::SamlAutoSync,
            actor: Actor::Assertion {
                issuer: assertion.map(|a| a.issuer().to_owned()),
                id: assertion.map(|a| a.assertion_id().to_owned()),
            },
            subject: self.subject(workspace, assertion),
            before: None,
            after: Some(json!({ "check": check, "detail": detail })),
            request: self.client.0.clone(),
        };
        let (request, workspace) = (self.client.request_id(), workspace.handle.as_str());
        tracing::warn!(request, workspace, check, detail, "login refused");
        if let Err(error) = self.site.store.append_audit(vec![entry]) {
            tracing::error!(request, cause = %error, "a failed login can't be recorded");
        }
    }

    /// The person whom a verified assertion means, where there is one.
    fn subject(&self, workspace: &Workspace, assertion: Option<&VerifiedAssertion>) -> Subject {
        let unknown = Subject { kind: "login", id: None, name: assertion.map(|a| a.name_id().to_owned()) };
        let Some(assertion) = assertion else { return unknown };
        let connections = self.site.store.connections(workspace.id).unwrap_or_default();
        let connection = connections.iter().find(|connection| connection.entity_id == assertion.issuer());
        let found = connection.and_then(|connection| {
            let name = attributes::login_name(assertion, &connection.attribute_names).ok()?;
            self.site.store.login_subject(workspace.id, connection.id, assertion.name_id(), &name).ok()
        });
        found.and_then(|found| found.person).map_or(unknown, |person| Subject::person(&person))
    }
}
