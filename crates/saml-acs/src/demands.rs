//! What a workspace asks identity providers for, and so insists on: a fresh sign-in, and of a certain class.

use chrono::{DateTime, Duration, Utc};
use domain::policy::{IdpInitiated, Policy};
use thiserror::Error;

use crate::error::Excerpt;
use crate::read::AuthnStatement;
use crate::refusal::LoginError;
use crate::verify::VerifiedAssertion;

/// How somebody must have signed in at the identity provider.
#[derive(Debug, Clone)]
pub struct Demands<'a> {
    /// Not before then: when the request with `ForceAuthn` was sent (SAML core 3.4.1).
    pub authenticated_since: Option<DateTime<Utc>>,
    /// In one of these ways, exactly; in any where there is none (core 3.3.2.2.1).
    pub authn_contexts: &'a [String],
    /// How far the identity provider's clock and ours may differ.
    pub tolerance: Duration,
}

/// What is demanded and not met. `Display` is a sentence for logs and the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unmet {
    /// Signed in before the request.
    #[error(
        "the person signed in at {at}, before this login began at {since}: \
         the identity provider did not ask again, as saml_force_authn demands, or the clocks differ"
    )]
    AuthenticatedBeforeRequest {
        /// When.
        at: DateTime<Utc>,
        /// When the request was sent.
        since: DateTime<Utc>,
    },
    /// Signed in another way.
    #[error("the person signed in by {0}, which saml_authn_context does not allow")]
    AuthnContext(Excerpt),
}

impl<'a> Demands<'a> {
    /// What the policy insists on, also of a login that was begun before it did; `begun` is when that was.
    pub(crate) fn of(policy: &'a Policy, begun: Option<DateTime<Utc>>, tolerance: Duration) -> Self {
        Self {
            authenticated_since: begun.filter(|_| policy.saml_force_authn.0),
            authn_contexts: policy.saml_authn_context.classes(),
            tolerance,
        }
    }

    /// Whether one statement of the assertion meets them all: two that meet one each tell of two sign-ins.
    ///
    /// # Errors
    /// The first statement's fault.
    pub fn check(&self, assertion: &VerifiedAssertion) -> Result<(), Unmet> {
        let mut statements = assertion.authn_statements().iter().map(|statement| self.met_by(statement));
        let first = statements.next().unwrap_or_else(|| Err(Unmet::AuthnContext(None.into())));
        if first.is_err() && statements.any(|other| other.is_ok()) { Ok(()) } else { first }
    }

    fn met_by(&self, statement: &AuthnStatement) -> Result<(), Unmet> {
        if let Some(since) = self.authenticated_since {
            // Core 2.7.2: a verified statement always says when. One that did not would be of long ago.
            let at = statement.authn_instant.unwrap_or_default();
            if at < since - self.tolerance {
                return Err(Unmet::AuthenticatedBeforeRequest { at, since });
            }
        }
        let class = statement.authn_context_class.as_ref();
        if self.authn_contexts.is_empty() || class.is_some_and(|class| self.authn_contexts.contains(class)) {
            Ok(())
        } else {
            Err(Unmet::AuthnContext(class.map(String::as_str).into()))
        }
    }
}

/// Whether a response that answers no request is thrown away, and a login of our own begins. It can't show that somebody was
/// asked anew; a login of our own can.
pub(crate) fn is_bounced(
    policy: &Policy,
    assertion: &VerifiedAssertion,
    tolerance: Duration,
) -> Result<bool, LoginError> {
    match policy.idp_initiated {
        IdpInitiated::Refuse => Err(LoginError::refused("unsolicited", "the policy idp_initiated is refuse")),
        IdpInitiated::Bounce => Ok(true),
        IdpInitiated::Allow => {
            let shown = Demands::of(policy, None, tolerance).check(assertion).is_ok();
            Ok(policy.saml_force_authn.0 || !shown)
        }
    }
}

impl Unmet {
    /// The failed check's name, as [`VerifyError::check`](crate::VerifyError::check) has it.
    #[must_use]
    pub fn check(&self) -> &'static str {
        match self {
            Self::AuthenticatedBeforeRequest { .. } => "authenticated_before_request",
            Self::AuthnContext(_) => "authn_context",
        }
    }
}
