//! The dry run of one response: every check that needs no browser, and what access it would give. Nobody is signed in, and
//! nothing is written.

use ::web::base_url::BaseUrl;
use domain::audit::{Actor, RequestOrigin};
use domain::clock::Timestamp;
use domain::command::Context;
use domain::decide::Change;
use domain::workspace::Workspace;
use store::Store;

use crate::acs::decision::{Drawn, decided, lets_in};
use crate::demands::{Demands, is_bounced};
use crate::door::{Door, Verified};
use crate::message::SamlResponse;
use crate::refusal::LoginError;
use crate::settings::Settings;
use crate::tracer::{Attempt, Diagnosis, End, Fault, Glance, Outcome, Story, TracedAccess};
use crate::verify::VerifiedAssertion;

/// Where a response is tried, and when.
#[derive(Debug, Clone, Copy)]
pub struct DryRun<'a> {
    /// The gateway's own address.
    pub base_url: &'a BaseUrl,
    /// Limits and tolerance.
    pub settings: Settings,
    /// Where it would sign in.
    pub workspace: &'a Workspace,
    /// The moment that counts.
    pub now: Timestamp,
}

/// A response can't be tried at all.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotTried(String);

impl DryRun<'_> {
    /// Tries a copy of a response: XML, the value of the form field, or the whole form.
    ///
    /// # Errors
    /// Without an identity provider, and where the database can't be read.
    pub fn of(&self, store: &Store, copy: &[u8]) -> Result<Attempt, NotTried> {
        let limits = &self.settings.limits;
        let message = SamlResponse::from_copy(copy, limits);
        let glance = message.as_ref().map(|message| Glance::at(message, limits)).unwrap_or_default();
        let encrypted = message.as_ref().is_ok_and(SamlResponse::may_be_encrypted);
        let mut end = End { outcome: Outcome::Refused, unsolicited: false, encrypted, dry_run: true, failed: None };
        let Self { base_url, settings, workspace, now } = *self;
        let door = Door { store, base_url, settings, workspace, now };
        let tried = message.map_err(LoginError::from).and_then(|message| {
            let verified = door.verified(&message)?;
            end.unsolicited = verified.assertion.in_response_to().is_none();
            let change = self.decide(store, &verified)?;
            Ok((verified.assertion, change))
        });
        match tried {
            Ok((assertion, change)) => Ok(self.accepted(end, &assertion, change.as_ref())),
            Err(LoginError::Refused { fault, .. }) => {
                Ok(self.refused(end, &fault, door.diagnose(&fault, &glance, None), glance))
            }
            Err(other) => Err(not_tried(other)),
        }
    }

    /// What the login would change; nothing where it would be bounced.
    fn decide(&self, store: &Store, verified: &Verified) -> Result<Option<Change>, LoginError> {
        let Verified { connection, assertion, .. } = verified;
        let (policy, tolerance) = (&self.workspace.policy, self.settings.tolerance);
        if assertion.in_response_to().is_none() && is_bounced(policy, assertion, tolerance)? {
            return Ok(None);
        }
        Demands::of(policy, None, tolerance).check(assertion)?;
        let drawn = Drawn::for_a_test(None, self.now)?;
        let (actor, request) = (Actor::System, RequestOrigin::default());
        let context = Context { now: self.now, actor, request, connection: Some(connection.id) };
        decided(store, self.workspace, connection, assertion, &drawn, &context).map(Some)
    }

    fn accepted(&self, end: End, assertion: &VerifiedAssertion, change: Option<&Change>) -> Attempt {
        let outcome = match change {
            Some(change) if lets_in(change) => Outcome::Checked,
            Some(_) => Outcome::Held,
            None => Outcome::Bounced,
        };
        let name = change.map_or_else(|| assertion.name_id().to_owned(), |change| change.person.user_name.to_string());
        let access = change.map(|change| TracedAccess::of(&change.person, self.now));
        Attempt {
            reference: None,
            at: self.now,
            end: End { outcome, ..end },
            person: None,
            name: Some(name),
            story: Some(Story { issuer: Some(assertion.issuer().to_owned()), diagnosis: None, access }),
        }
    }

    fn refused(&self, end: End, fault: &Fault, diagnosis: Diagnosis, glance: Glance) -> Attempt {
        Attempt {
            reference: None,
            at: self.now,
            end: End { failed: Some(fault.failed()), ..end },
            person: None,
            name: glance.name_id,
            story: Some(Story { issuer: glance.issuer, diagnosis: Some(diagnosis), access: None }),
        }
    }
}

fn not_tried(error: LoginError) -> NotTried {
    NotTried(match error {
        LoginError::NotSetUp(message) => message.to_owned(),
        LoginError::Refused { fault, .. } => fault.detail(),
        LoginError::Failed(cause) => cause,
    })
}
