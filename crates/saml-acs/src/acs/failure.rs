//! What the audit log and the tracer are told of a login that fails.

use domain::audit::{Actor, AuditEntry, EventKind, Source, Subject};
use domain::workspace::Workspace;
use serde_json::{Value, json};

use super::steps::{Login, Seen};
use crate::attributes;
use crate::door::Verified;
use crate::refusal::LoginError;

impl Login {
    /// The audit log names the check that failed, the tracer also what to do about it. A failure to write that down must not
    /// let anybody in, so it is logged and the refusal stands.
    pub(super) fn record_failure(&self, workspace: &Workspace, seen: Seen<'_>, error: &LoginError) {
        let LoginError::Refused { fault, .. } = error else { return };
        let (check, detail) = (fault.check(), fault.detail());
        let entry = match seen.is_test {
            true => {
                let after = json!({ "result": "refused", "check": check, "detail": detail });
                self.entry(workspace, EventKind::LoginTested, seen.verified, after)
            }
            false => {
                let after = json!({ "check": check, "detail": detail });
                self.entry(workspace, EventKind::LoginFailed, seen.verified, after)
            }
        };
        let trace = self.failed_trace(workspace, seen, fault, &entry.subject);
        let (request, workspace) = (self.client.request_id(), workspace.handle.as_str());
        let what = if seen.is_test { "test login refused" } else { "login refused" };
        tracing::warn!(request, workspace, check, detail, "{what}");
        if let Err(error) = self.site.store.refuse_login(entry, trace, self.settings.traces_kept) {
            tracing::error!(request, cause = %error, "a failed login can't be recorded");
        }
    }

    /// An entry about a login by which nobody is signed in.
    pub(super) fn entry(
        &self,
        workspace: &Workspace,
        kind: EventKind,
        verified: Option<&Verified>,
        after: Value,
    ) -> AuditEntry {
        let assertion = verified.map(|verified| &verified.assertion);
        AuditEntry {
            workspace: workspace.id,
            at: self.site.now(),
            kind,
            source: Source::SamlAutoSync,
            actor: Actor::Assertion {
                issuer: assertion.map(|a| a.issuer().to_owned()),
                id: assertion.map(|a| a.assertion_id().to_owned()),
            },
            subject: self.subject(workspace, verified),
            before: None,
            after: Some(after),
            request: self.client.0.clone(),
        }
    }

    /// The person whom a verified assertion means, where there is one.
    fn subject(&self, workspace: &Workspace, verified: Option<&Verified>) -> Subject {
        let name = verified.map(|verified| verified.assertion.name_id().to_owned());
        let unknown = Subject { kind: "login", id: None, name };
        let Some(Verified { connection, assertion, .. }) = verified else { return unknown };
        let Ok(name) = attributes::login_name(assertion, &connection.attribute_names) else { return unknown };
        let found = self.site.store.login_subject(workspace.id, connection.id, assertion.name_id(), &name).ok();
        found.and_then(|found| found.person).map_or(unknown, |person| Subject::person(&person))
    }
}
