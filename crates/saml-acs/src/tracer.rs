//! The login tracer: what a login was checked for, where it ended, and what an administrator can do about it.
//!
//! Nothing of a message is kept but short excerpts of what failed, and of a login what it meant.

mod access;
mod attempt;
mod checks;
mod facts;
mod fix;
mod glance;
mod product;

use chrono::{DateTime, Duration, Utc};
use domain::clock::to_micros;
use domain::decide::Refusal;
use serde::{Deserialize, Serialize};

pub use access::{TracedAccess, TracedGroup, TracedRole};
pub use attempt::Attempt;
pub use checks::{CHECKS, Check, CheckResult, Stage, timeline};
pub use glance::Glance;

use crate::connection::IdentityProvider;
use crate::demands::Unmet;
use crate::error::VerifyError;
use crate::verify::Expectations;
use crate::xml_guard::Limits;
use facts::Facts;
use product::Product;

/// What became of a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A session began.
    SignedIn,
    /// The person has to verify the e-mail address first.
    Held,
    /// The response answered no request: it was thrown away, and a login of our own began.
    Bounced,
    /// The browser was asked to post the response once more, so that it brings its cookies.
    PostedAgain,
    /// A check failed.
    Refused,
    /// A dry run found nothing against it.
    Checked,
    /// A test found nothing against it.
    Tested,
    /// The same, but the person would have to verify the e-mail address first.
    TestHeld,
    /// A check failed in a test.
    TestRefused,
}

/// How a login ended: all that its timeline is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// What became of it.
    pub outcome: Outcome,
    /// Whether its response answers no request.
    pub unsolicited: bool,
    /// Whether its assertion is encrypted.
    #[serde(default)]
    pub encrypted: bool,
    /// Whether it was only tried, without a browser and without using anything up. That is never stored.
    #[serde(skip)]
    pub dry_run: bool,
    /// The check that failed.
    pub failed: Option<Failed>,
}

/// A check that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// Its name, which is `after.check` of the audit entry.
    pub check: String,
    /// Where it belongs; none where no such check is in [`CHECKS`].
    pub stage: Option<Stage>,
}

/// A failed check with what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Of the response by itself.
    Response(VerifyError),
    /// Of what the policy demands.
    Demand(Unmet),
    /// Of the person.
    Person(Refusal),
    /// Of the login, with what there is to say.
    Login {
        /// The check.
        check: &'static str,
        /// The sentence of the audit log.
        detail: String,
    },
}

/// What a login is measured by.
#[derive(Debug, Clone)]
pub struct Circumstances<'a> {
    /// The workspace's handle.
    pub workspace: &'a str,
    /// Whose response it should be; none where that is not known.
    pub identity_provider: Option<&'a IdentityProvider>,
    /// Our entity id.
    pub sp_entity_id: &'a str,
    /// Our assertion consumer service.
    pub acs_url: &'a str,
    /// Where a login begins.
    pub login_url: &'a str,
    /// The time of the check.
    pub now: DateTime<Utc>,
    /// How far clocks may differ.
    pub tolerance: Duration,
    /// How long after its issue a message is accepted.
    pub longest_age: Duration,
    /// How large a message may be.
    pub limits: Limits,
}

/// Why a login failed, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// The sentence of the audit log.
    pub detail: String,
    /// What was found, cut short.
    pub found: Option<String>,
    /// What should have been.
    pub expected: Option<String>,
    /// What to do, in the words of the provider's own screens.
    pub fix: String,
}

/// What is kept of a login for a while: all that may be personal.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Story {
    /// Whose response it says that it is.
    pub issuer: Option<String>,
    /// Why it failed.
    pub diagnosis: Option<Diagnosis>,
    /// What it gave.
    pub access: Option<TracedAccess>,
}

impl<'a> Circumstances<'a> {
    /// Those of a response that was checked.
    #[must_use]
    pub fn of(expectations: &'a Expectations<'_>, workspace: &'a str, login_url: &'a str) -> Self {
        let Expectations { identity_provider, sp_entity_id, acs_url, now, tolerance, longest_age, limits, .. } =
            expectations;
        Self {
            workspace,
            identity_provider: Some(identity_provider),
            sp_entity_id,
            acs_url,
            login_url,
            now: *now,
            tolerance: *tolerance,
            longest_age: *longest_age,
            limits: *limits,
        }
    }

    fn product(&self) -> &'static Product {
        Product::of(self.identity_provider)
    }
}

impl Fault {
    /// The check's name.
    #[must_use]
    pub fn check(&self) -> &'static str {
        match self {
            Self::Response(error) => error.check(),
            Self::Demand(unmet) => unmet.check(),
            Self::Person(refusal) => refusal.check(),
            Self::Login { check, .. } => check,
        }
    }

    /// The sentence for logs and the audit log.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            Self::Response(error) => error.to_string(),
            Self::Demand(unmet) => unmet.to_string(),
            Self::Person(refusal) => refusal.to_string(),
            Self::Login { detail, .. } => detail.clone(),
        }
    }

    /// The check and where it belongs.
    #[must_use]
    pub fn failed(&self) -> Failed {
        let stage = self.stage();
        Failed { check: self.check().to_owned(), stage }
    }

    fn stage(&self) -> Option<Stage> {
        let named = |check: &&Check| check.name == self.check();
        let at = |stage| CHECKS.iter().filter(named).find(|check| check.stage == stage).map(|check| check.stage);
        match self {
            Self::Response(VerifyError::Status(_) | VerifyError::Issuer { element: "the response", .. }) => {
                Some(Stage::Envelope)
            }
            Self::Response(error) if error.is_about_the_assertion() => Some(Stage::Assertion),
            Self::Response(_) => CHECKS.iter().find(named).map(|check| check.stage),
            Self::Demand(_) => at(Stage::Login),
            Self::Person(_) => at(Stage::Person),
            Self::Login { .. } => {
                let stages = [Stage::Form, Stage::Connection, Stage::Login, Stage::Person, Stage::Commit];
                stages.into_iter().find_map(at)
            }
        }
    }

    /// What went wrong and what to do, in plain words.
    #[must_use]
    pub fn diagnose(&self, circumstances: &Circumstances<'_>, glance: &Glance) -> Diagnosis {
        let Facts { found, expected } = Facts::of(self, circumstances, glance);
        Diagnosis { detail: self.detail(), found, expected, fix: fix::of(self, circumstances, glance) }
    }
}

impl VerifyError {
    /// Whether it is about the assertion where there is a check of this name about the response as well.
    fn is_about_the_assertion(&self) -> bool {
        matches!(
            self,
            Self::Version { element, .. }
            | Self::Issuer { element, .. }
            | Self::IssueInstantMissing { element }
            | Self::IssuedInFuture { element, .. }
            | Self::IssuedTooLongAgo { element, .. } if *element == "the assertion"
        )
    }
}

/// A moment as people and JSON have it.
fn moment(at: DateTime<Utc>) -> String {
    to_micros(at).to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
