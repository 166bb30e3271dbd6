//! From a logout message to what it proves: gate, signature, then only what the signature covers.

use chrono::{DateTime, Duration, Utc};
use domain::connection::WeakAlgorithms;
use domain::name_id::NameId;
use roxmltree::Document;

use super::signature;
use crate::claims::{self, SUCCESS, Times};
use crate::connection::IdentityProvider;
use crate::error::VerifyError;
use crate::message::{LogoutKind, RedirectMessage, SamlResponse};
use crate::read::{self, LogoutClaims, LogoutContent, Status};
use crate::settings::Settings;
use crate::tree;
use crate::xml_guard::{self, GuardedLogout, Hash, Limits, MessageText, signature_method_of};

/// A message as it came, by either binding.
pub enum LogoutMessage {
    /// Its query is signed.
    Redirect(RedirectMessage),
    /// It is signed itself.
    Post(LogoutKind, SamlResponse),
}

/// What a message must fit.
#[derive(Debug, Clone)]
pub struct LogoutExpectations<'a> {
    /// Whose message it is: its entity id and its keys.
    pub identity_provider: &'a IdentityProvider,
    /// Our single logout service.
    pub slo_url: &'a str,
    /// The time of the check.
    pub now: DateTime<Utc>,
    /// How far the identity provider's clock and ours may differ.
    pub tolerance: Duration,
    /// How long after its `IssueInstant` a message is accepted.
    pub longest_age: Duration,
    /// How large a message may be.
    pub limits: Limits,
    /// Which weak algorithms the connection permits.
    pub weak_algorithms: WeakAlgorithms,
}

/// A message that the connection's identity provider signed and sent to us. Whether it is acceptable is not known yet, but it
/// may be answered. Only [`authenticate`] makes one.
pub struct AuthenticLogout {
    claims: LogoutClaims,
    times: Times,
    rests_on_sha1: bool,
}

/// A request that is acceptable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutRequest {
    /// Its id, to be remembered until [`Self::remember_until`]: a copy of it counts no more.
    pub id: String,
    /// Whose sessions are to end.
    pub name_id: NameId,
    /// Which of them; all where there are none.
    pub session_indexes: Vec<String>,
    /// From then on a copy is refused by its age alone.
    pub remember_until: DateTime<Utc>,
}

/// A response that is acceptable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutResponse {
    /// The request that it answers.
    pub in_response_to: String,
    /// What came of it.
    pub outcome: LogoutOutcome,
}

/// What an identity provider says of a logout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogoutOutcome {
    /// Everybody was told.
    Everywhere,
    /// Not everybody was, or nobody: the status codes that say so.
    Partial(Vec<String>),
}

/// Core 3.2.2.2.
const PARTIAL_LOGOUT: &str = "urn:oasis:names:tc:SAML:2.0:status:PartialLogout";

impl<'a> LogoutExpectations<'a> {
    /// With the defaults of [`Settings`], and without weak algorithms.
    #[must_use]
    pub fn new(identity_provider: &'a IdentityProvider, slo_url: &'a str, now: DateTime<Utc>) -> Self {
        let Settings { limits, tolerance, longest_age, .. } = Settings::default();
        let weak_algorithms = WeakAlgorithms::Refused;
        Self { identity_provider, slo_url, now, tolerance, longest_age, limits, weak_algorithms }
    }
}

impl LogoutMessage {
    /// Whether it asks or answers.
    #[must_use]
    pub fn kind(&self) -> LogoutKind {
        match self {
            Self::Redirect(message) => message.kind(),
            Self::Post(kind, _) => *kind,
        }
    }

    pub(crate) fn xml(&self) -> &[u8] {
        match self {
            Self::Redirect(message) => message.xml(),
            Self::Post(_, message) => message.xml(),
        }
    }
}

/// Checks who sent a message, and to whom. CPU-bound: call it from a blocking task.
///
/// # Errors
/// The first check that failed. Such a message must not be answered.
pub fn authenticate(
    message: &LogoutMessage,
    expectations: &LogoutExpectations<'_>,
) -> Result<AuthenticLogout, VerifyError> {
    let text = MessageText::decode(message.xml(), &expectations.limits)?;
    let document = xml_guard::parse(&text, &expectations.limits)?;
    let guarded = xml_guard::check_logout(&document, message.kind(), expectations.weak_algorithms)?;
    let (claims, rests_on_sha1) = match message {
        LogoutMessage::Redirect(query) => by_query(query, &guarded, expectations)?,
        LogoutMessage::Post(kind, _) => by_envelope(*kind, &text, &guarded, expectations)?,
    };
    claims::issuer("the message", claims.issuer.as_deref(), expectations.identity_provider.entity_id())?;
    // Bindings 3.4.5.2 and 3.5.5.2: a signed message says where it was sent.
    if claims.destination.as_deref() != Some(expectations.slo_url) {
        return Err(VerifyError::Destination(claims.destination.as_deref().into()));
    }
    let LogoutExpectations { now, tolerance, longest_age, .. } = *expectations;
    Ok(AuthenticLogout { claims, times: Times { now, tolerance, longest_age }, rests_on_sha1 })
}

/// Bindings 3.4.4.1: the signature is over the query, and none is in the message. So the message itself is what is signed.
fn by_query(
    query: &RedirectMessage,
    guarded: &GuardedLogout<'_, '_>,
    expectations: &LogoutExpectations<'_>,
) -> Result<(LogoutClaims, bool), VerifyError> {
    if guarded.signature.is_some() {
        return Err(VerifyError::SignatureMisplaced);
    }
    let (algorithm, value) = query.signature().ok_or(VerifyError::Unsigned)?;
    let method = signature_method_of(Some(algorithm), expectations.weak_algorithms);
    let method = method.ok_or_else(|| VerifyError::SignatureAlgorithm(algorithm.into()))?;
    signature::made_by_one(expectations.identity_provider.signing_certificates(), method, query.signed(), value)?;
    Ok((read::logout(guarded.message, query.kind())?, method.hash == Hash::Sha1))
}

/// Everything is read from the signed bytes, as with a response.
fn by_envelope(
    kind: LogoutKind,
    text: &MessageText<'_>,
    guarded: &GuardedLogout<'_, '_>,
    expectations: &LogoutExpectations<'_>,
) -> Result<(LogoutClaims, bool), VerifyError> {
    let shape = guarded.signature.as_ref().ok_or(VerifyError::Unsigned)?;
    let signed = signature::signed_bytes(text.body(), [shape], expectations.identity_provider)?;
    let signed = Document::parse(&signed).map_err(|_| VerifyError::SignedTreeDiffers)?;
    if !tree::same_tree(guarded.message, Some(shape.element), signed.root_element()) {
        return Err(VerifyError::SignedTreeDiffers);
    }
    Ok((read::logout(signed.root_element(), kind)?, shape.rests_on_sha1()))
}

impl AuthenticLogout {
    /// Its id, for the answer's `InResponseTo`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.claims.id
    }

    /// Whether its signature uses SHA-1, which the connection permits then.
    #[must_use]
    pub fn rests_on_sha1(&self) -> bool {
        self.rests_on_sha1
    }

    /// What it asks for.
    ///
    /// # Errors
    /// The first check that failed; a response fails as another message than was expected.
    pub fn request(&self) -> Result<LogoutRequest, VerifyError> {
        let LogoutContent::Request { name_id, is_encrypted, session_indexes, not_on_or_after } = &self.claims.content
        else {
            return Err(VerifyError::NotALogoutMessage(LogoutKind::Response.element().into()));
        };
        let issued = self.issued()?;
        if let Some(until) = not_on_or_after.filter(|until| self.times.is_over(*until)) {
            return Err(VerifyError::LogoutOver { until });
        }
        if *is_encrypted {
            return Err(VerifyError::EncryptedNameId);
        }
        Ok(LogoutRequest {
            id: self.claims.id.clone(),
            name_id: claims::name_id(name_id.as_ref())?.clone(),
            session_indexes: session_indexes.clone(),
            remember_until: issued + self.times.longest_age + self.times.tolerance,
        })
    }

    /// What it answers.
    ///
    /// # Errors
    /// The first check that failed; a request fails as another message than was expected.
    pub fn response(&self) -> Result<LogoutResponse, VerifyError> {
        let LogoutContent::Response { in_response_to, status } = &self.claims.content else {
            return Err(VerifyError::NotALogoutMessage(LogoutKind::Request.element().into()));
        };
        self.issued()?;
        let in_response_to = in_response_to.clone().ok_or(VerifyError::InResponseTo)?;
        Ok(LogoutResponse { in_response_to, outcome: outcome(status) })
    }

    fn issued(&self) -> Result<DateTime<Utc>, VerifyError> {
        claims::version("the message", self.claims.version.as_deref())?;
        self.times.freshness("the message", self.claims.issue_instant)
    }
}

/// Core 3.7.3.2: who could not tell everybody says `PartialLogout`, below whichever code.
fn outcome(status: &Status) -> LogoutOutcome {
    let is_partial = status.detail.as_deref() == Some(PARTIAL_LOGOUT);
    if status.code.as_deref() == Some(SUCCESS) && !is_partial {
        return LogoutOutcome::Everywhere;
    }
    LogoutOutcome::Partial(status.code.iter().chain(&status.detail).cloned().collect())
}
