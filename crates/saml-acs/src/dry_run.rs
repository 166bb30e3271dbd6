//! The dry run of one response: every check that needs no browser, and what access it would give. Nobody is signed in, and
//! nothing is written.

use ::web::base_url::BaseUrl;
use ::web::random;
use domain::audit::{Actor, RequestOrigin};
use domain::clock::Timestamp;
use domain::command::Context;
use domain::decide::Change;
use domain::id::PersonId;
use domain::workspace::Workspace;
use store::{Connection, Store};

use crate::acs::decision::{Drawn, decided};
use crate::demands::Demands;
use crate::door::{Door, Verified, named_provider};
use crate::message::SamlResponse;
use crate::refusal::LoginError;
use crate::settings::Settings;
use crate::tracer::{Attempt, Circumstances, End, Fault, Glance, Outcome, Story, TracedAccess};
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
        let handle = &self.workspace.handle;
        let (entity_id, acs_url) = (self.base_url.saml_metadata(handle), self.base_url.saml_acs(handle));
        let Settings { limits, tolerance, longest_age, .. } = self.settings;
        let message = SamlResponse::from_copy(copy, &limits);
        let glance = message.as_ref().map(|message| Glance::at(message, &limits)).unwrap_or_default();
        let encrypted = message.as_ref().is_ok_and(SamlResponse::may_be_encrypted);
        let tried = message.map_err(LoginError::from).and_then(|message| {
            let Self { base_url, settings, workspace, now } = *self;
            let door = Door { store, base_url, settings, workspace, now };
            let Verified { connection, assertion, .. } = door.verified(&message)?;
            let change = self.decide(store, &connection, &assertion)?;
            Ok((assertion, change))
        });
        match tried {
            Ok((assertion, change)) => Ok(self.let_in(&assertion, &change, encrypted)),
            Err(LoginError::Refused { fault, .. }) => {
                let login_url = self.base_url.saml_login(handle);
                let provider = named_provider(store, self.workspace, glance.issuer.as_deref());
                let circumstances = Circumstances {
                    workspace: handle.as_str(),
                    identity_provider: provider.as_ref(),
                    sp_entity_id: &entity_id,
                    acs_url: &acs_url,
                    login_url: &login_url,
                    now: self.now,
                    tolerance,
                    longest_age,
                    limits,
                };
                Ok(self.refused(&fault, &circumstances, glance, encrypted))
            }
            Err(other) => Err(not_tried(other)),
        }
    }

    fn decide(
        &self,
        store: &Store,
        connection: &Connection,
        assertion: &VerifiedAssertion,
    ) -> Result<Change, LoginError> {
        let demands = Demands {
            authenticated_since: None,
            authn_contexts: self.workspace.policy.saml_authn_context.classes(),
            tolerance: self.settings.tolerance,
        };
        demands.check(assertion)?;
        let new_person = PersonId::new(random::new_id(self.now)?);
        let drawn = Drawn { session: String::new(), browser: String::new(), request: None, new_person };
        let (actor, request) = (Actor::System, RequestOrigin::default());
        let context = Context { now: self.now, actor, request, connection: Some(connection.id) };
        decided(store, self.workspace, connection, assertion, &drawn, &context)
    }

    fn let_in(&self, assertion: &VerifiedAssertion, change: &Change, encrypted: bool) -> Attempt {
        let access = Some(TracedAccess::of(&change.person, self.now));
        let unsolicited = assertion.in_response_to().is_none();
        Attempt {
            reference: None,
            at: self.now,
            end: End { outcome: Outcome::Checked, unsolicited, encrypted, failed: None },
            person: None,
            name: Some(change.person.user_name.to_string()),
            story: Some(Story { issuer: Some(assertion.issuer().to_owned()), diagnosis: None, access }),
        }
    }

    fn refused(&self, fault: &Fault, circumstances: &Circumstances<'_>, glance: Glance, encrypted: bool) -> Attempt {
        let diagnosis = Some(fault.diagnose(circumstances, &glance));
        Attempt {
            reference: None,
            at: self.now,
            end: End { outcome: Outcome::Refused, unsolicited: false, encrypted, failed: Some(fault.failed()) },
            person: None,
            name: glance.name_id,
            story: Some(Story { issuer: glance.issuer, diagnosis, access: None }),
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
