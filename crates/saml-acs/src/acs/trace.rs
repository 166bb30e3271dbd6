//! What the tracer remembers of a login.

use actix_web::rt::task::spawn_blocking;
use domain::audit::Subject;
use domain::decide::Change;
use domain::id::PersonId;
use domain::workspace::Workspace;
use serde_json::json;
use store::{Committed, LoginTrace, TraceStanding};

use super::Outcome as Answer;
use super::decision::lets_in;
use super::steps::{Login, Seen};
use crate::door::{Door, Verified};
use crate::message::SamlResponse;
use crate::tracer::{End, Fault, Glance, Outcome, Stage, Story, TracedAccess};

impl Login {
    /// A login that a check ended.
    pub(super) fn failed_trace(
        &self,
        workspace: &Workspace,
        seen: Seen<'_>,
        fault: &Fault,
        subject: &Subject,
    ) -> LoginTrace {
        let known = seen.verified.map(|verified| &verified.assertion);
        let limits = &self.settings.limits;
        let message = seen.form.and_then(|form| SamlResponse::from_form_field(&form.saml_response, limits).ok());
        let glance = message.as_ref().map(|message| Glance::at(message, limits)).unwrap_or_default();
        let encrypted = message.is_some_and(|message| message.may_be_encrypted());
        let failed = fault.failed();
        let is_proven = seen.verified.is_some() || failed.stage.is_some_and(Stage::is_proven);
        let unsolicited = known.is_some_and(|assertion| assertion.in_response_to().is_none());
        let outcome = if seen.is_test { Outcome::TestRefused } else { Outcome::Refused };
        let end = End { outcome, unsolicited, encrypted, dry_run: false, failed: Some(failed) };
        let provider = seen.verified.map(|verified| &verified.provider);
        let diagnosis = Door::of(&self.site, self.settings, workspace).diagnose(fault, &glance, provider);
        let issuer = known.map(|assertion| assertion.issuer().to_owned()).or(glance.issuer);
        LoginTrace {
            standing: if is_proven { TraceStanding::Proven } else { TraceStanding::Unproven },
            person: subject.id.as_deref().and_then(PersonId::parse),
            name: subject.name.clone().or(glance.name_id.filter(|_| is_proven)),
            ..self.trace(workspace, &end, &Story { issuer, diagnosis: Some(diagnosis), access: None })
        }
    }

    /// A login that was thrown away, or is to be posted once more. Others are told where they are committed.
    pub(super) fn record_passing(&self, workspace: &Workspace, verified: &Verified, answer: &Answer) {
        let outcome = match answer {
            Answer::Bounced(_) => Outcome::Bounced,
            Answer::Again(_) => Outcome::PostedAgain,
            Answer::SignedIn(_) | Answer::Held(_) | Answer::Tested(_) => return,
        };
        let trace = self.passed_trace(workspace, verified, outcome, None);
        // Nobody is let in, and nothing is used up: one response would do for any number of them.
        let (standing, name) = (TraceStanding::Proven, Some(verified.assertion.name_id().to_owned()));
        self.remember(LoginTrace { standing, name, ..trace });
    }

    /// A login that is committed.
    pub(super) fn record_login(&self, workspace: &Workspace, verified: &Verified, committed: &Committed) {
        let outcome = if committed.session.is_some() { Outcome::SignedIn } else { Outcome::Held };
        let access = TracedAccess::of(&committed.person, self.site.now());
        let trace = self.passed_trace(workspace, verified, outcome, Some(access));
        let name = committed.person.user_name.to_string();
        self.remember(LoginTrace { person: Some(committed.person.id), name: Some(name), ..trace });
    }

    /// A test that passes, about whoever would sign in: `subject` is them where they are known here already.
    pub(super) fn test_trace(
        &self,
        workspace: &Workspace,
        verified: &Verified,
        change: &Change,
        subject: &Subject,
    ) -> LoginTrace {
        let outcome = if lets_in(change) { Outcome::Tested } else { Outcome::TestHeld };
        let access = TracedAccess::of(&change.person, self.site.now());
        let trace = self.passed_trace(workspace, verified, outcome, Some(access));
        let person = subject.id.as_deref().and_then(PersonId::parse);
        LoginTrace { person, name: Some(change.person.user_name.to_string()), ..trace }
    }

    fn passed_trace(
        &self,
        workspace: &Workspace,
        verified: &Verified,
        outcome: Outcome,
        access: Option<TracedAccess>,
    ) -> LoginTrace {
        let Verified { assertion, encrypted, .. } = verified;
        let (unsolicited, encrypted) = (assertion.in_response_to().is_none(), *encrypted);
        let end = End { outcome, unsolicited, encrypted, dry_run: false, failed: None };
        self.trace(workspace, &end, &Story { issuer: Some(assertion.issuer().to_owned()), diagnosis: None, access })
    }

    fn trace(&self, workspace: &Workspace, end: &End, story: &Story) -> LoginTrace {
        LoginTrace {
            workspace: workspace.id,
            at: self.site.now(),
            reference: self.client.request_id().to_owned(),
            standing: TraceStanding::LetIn,
            end: json!(end),
            failed_check: end.failed.as_ref().map(|failed| failed.check.clone()),
            person: None,
            name: None,
            story: Some(json!(story)),
        }
    }

    /// Written beside the answer, which neither waits for it nor fails with it.
    fn remember(&self, trace: LoginTrace) {
        let (store, keep) = (self.site.store.clone(), self.settings.traces_kept);
        spawn_blocking(move || {
            let request = trace.reference.clone();
            if let Err(error) = store.append_login_trace(trace, keep) {
                tracing::error!(request, cause = %error, "a login can't be traced");
            }
        });
    }
}
