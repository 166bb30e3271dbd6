//! Whether what a verified response says is acceptable: here, now, for this service. Pure rules over plain values.
//!
//! The envelope comes first, then the assertion. Sources are SAML core ("core"), bindings, and profiles with its web
//! browser SSO profile (section 4.1.4).

use chrono::{DateTime, Duration, Utc};
use domain::name_id::NameId;

use crate::error::VerifyError;
use crate::read::{AssertionClaims, AuthnStatement, BearerConfirmation, Conditions, ResponseClaims};

/// Core 3.2.2.2.
pub(crate) const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";

/// What the claims are compared with.
pub(crate) struct Rules<'a> {
    /// The identity provider's entity id.
    pub(crate) issuer: &'a str,
    /// Our entity id.
    pub(crate) audience: &'a str,
    /// Our assertion consumer service.
    pub(crate) acs_url: &'a str,
    pub(crate) times: Times,
}

/// What times are compared with.
#[derive(Clone, Copy)]
pub(crate) struct Times {
    pub(crate) now: DateTime<Utc>,
    /// How far the two clocks may differ.
    pub(crate) tolerance: Duration,
    /// How long after its issue a message is accepted.
    pub(crate) longest_age: Duration,
}

/// What the rules have chosen in an acceptable assertion.
pub(crate) struct Accepted<'a> {
    pub(crate) name_id: &'a NameId,
    /// The earliest of all statements.
    pub(crate) session_not_on_or_after: Option<DateTime<Utc>>,
    /// From then on no rule would accept the assertion any more.
    pub(crate) not_on_or_after: DateTime<Utc>,
}

/// Applies every rule, to both levels.
pub(crate) fn check<'a>(
    response: &ResponseClaims,
    assertion: &'a AssertionClaims,
    rules: &Rules<'_>,
) -> Result<Accepted<'a>, VerifyError> {
    envelope(response, rules)?;
    version("the assertion", assertion.version.as_deref())?;
    issuer("the assertion", assertion.issuer.as_deref(), rules.issuer)?;
    let issued = rules.times.freshness("the assertion", assertion.issue_instant)?;
    let conditions = assertion.conditions.as_ref().ok_or(VerifyError::ConditionsMissing)?;
    conditions_hold(conditions, rules)?;
    audience(conditions, rules)?;
    confirmed(response, &assertion.bearers, rules)?;
    let session_not_on_or_after = authenticated(&assertion.authn_statements, rules)?;
    let oldest = issued + rules.times.longest_age;
    Ok(Accepted {
        name_id: name_id(assertion.name_id.as_ref())?,
        session_not_on_or_after,
        not_on_or_after: conditions.not_on_or_after.map_or(oldest, |until| until.min(oldest)) + rules.times.tolerance,
    })
}

/// The envelope is checked also where only the assertion is signed: it can't prove anything, but it may contradict.
fn envelope(response: &ResponseClaims, rules: &Rules<'_>) -> Result<(), VerifyError> {
    version("the response", response.version.as_deref())?;
    destination(response, rules)?;
    if response.status.as_deref() != Some(SUCCESS) {
        return Err(VerifyError::Status(response.status.as_deref().into()));
    }
    // Profiles 4.1.4.2: only a response that is not signed may leave its issuer out.
    if response.signed || response.issuer.is_some() {
        issuer("the response", response.issuer.as_deref(), rules.issuer)?;
    }
    rules.times.freshness("the response", response.issue_instant).map(|_| ())
}

/// Core 4.1: what another major or minor version means is not known.
pub(crate) fn version(element: &'static str, found: Option<&str>) -> Result<(), VerifyError> {
    if found == Some("2.0") { Ok(()) } else { Err(VerifyError::Version { element, found: found.into() }) }
}

/// Bindings 3.5.5.2: a signed message must say where it was sent; any message that says so must have been sent here.
fn destination(response: &ResponseClaims, rules: &Rules<'_>) -> Result<(), VerifyError> {
    match response.destination.as_deref() {
        None if !response.signed => Ok(()),
        Some(destination) if destination == rules.acs_url => Ok(()),
        other => Err(VerifyError::Destination(other.into())),
    }
}

/// Profiles 4.1.4.2: the issuer is the identity provider's entity id, compared character by character.
pub(crate) fn issuer(element: &'static str, found: Option<&str>, expected: &str) -> Result<(), VerifyError> {
    if found == Some(expected) { Ok(()) } else { Err(VerifyError::Issuer { element, found: found.into() }) }
}

/// Core 2.5.1.1: one unknown condition makes the assertion's validity unknown, thus not accepted. Core 2.5.1.2: times that
/// contradict each other allow no instant, whatever the tolerance.
fn conditions_hold(conditions: &Conditions, rules: &Rules<'_>) -> Result<(), VerifyError> {
    if let Some(name) = conditions.unknown.first() {
        return Err(VerifyError::UnknownCondition(name.as_str().into()));
    }
    if let Some(from) = conditions.not_before.filter(|from| *from > rules.times.now + rules.times.tolerance) {
        return Err(VerifyError::NotYetValid { from });
    }
    match conditions.not_on_or_after {
        Some(until) if rules.times.is_over(until) => Err(VerifyError::Expired { until }),
        Some(until) if conditions.not_before >= Some(until) => Err(VerifyError::NeverValid { until }),
        _ => Ok(()),
    }
}

/// Core 2.5.1.4: the audiences of one restriction are alternatives, several restrictions must all be met.
fn audience(conditions: &Conditions, rules: &Rules<'_>) -> Result<(), VerifyError> {
    if conditions.audience_restrictions.is_empty() {
        return Err(VerifyError::AudienceMissing);
    }
    let names_us = |audiences: &&Vec<String>| audiences.iter().any(|audience| audience == rules.audience);
    match conditions.audience_restrictions.iter().find(|audiences| !names_us(audiences)) {
        Some(others) => Err(VerifyError::Audience(others.join(", ").as_str().into())),
        None => Ok(()),
    }
}

/// Profiles 4.1.4.3: one good bearer confirmation is enough; where none is good, the first one's fault is told.
fn confirmed(response: &ResponseClaims, bearers: &[BearerConfirmation], rules: &Rules<'_>) -> Result<(), VerifyError> {
    let mut fault = VerifyError::BearerMissing;
    for (nth, bearer) in bearers.iter().enumerate() {
        match bearer_holds(response, bearer, rules) {
            Ok(()) => return Ok(()),
            Err(error) if nth == 0 => fault = error,
            Err(_) => {}
        }
    }
    Err(fault)
}

/// Profiles 4.1.4.2: `Recipient` and `NotOnOrAfter` there, `NotBefore` not, `InResponseTo` as in the envelope.
fn bearer_holds(response: &ResponseClaims, bearer: &BearerConfirmation, rules: &Rules<'_>) -> Result<(), VerifyError> {
    if bearer.recipient.as_deref() != Some(rules.acs_url) {
        return Err(VerifyError::Recipient(bearer.recipient.as_deref().into()));
    }
    if bearer.not_before.is_some() {
        return Err(VerifyError::BearerNotBefore);
    }
    let until = bearer.not_on_or_after.ok_or(VerifyError::BearerUnbounded)?;
    if rules.times.is_over(until) {
        return Err(VerifyError::BearerExpired { until });
    }
    // An ID is never empty: who answers the request "" answers none, and must say so.
    let answers_nothing = bearer.in_response_to.as_deref() == Some("");
    if answers_nothing || bearer.in_response_to != response.in_response_to {
        return Err(VerifyError::InResponseTo);
    }
    Ok(())
}

/// Profiles 4.1.4.2: at least one statement, and the identity provider's own session still running.
fn authenticated(statements: &[AuthnStatement], rules: &Rules<'_>) -> Result<Option<DateTime<Utc>>, VerifyError> {
    if statements.is_empty() {
        return Err(VerifyError::AuthnStatementMissing);
    }
    // Core 2.7.2: the instant is required.
    let has_happened = |at: DateTime<Utc>| at <= rules.times.now + rules.times.tolerance;
    if !statements.iter().all(|statement| statement.authn_instant.is_some_and(has_happened)) {
        return Err(VerifyError::AuthnInstant);
    }
    let until = statements.iter().filter_map(|statement| statement.session_not_on_or_after).min();
    match until.filter(|until| rules.times.is_over(*until)) {
        Some(at) => Err(VerifyError::SessionOver { at }),
        None => Ok(until),
    }
}

pub(crate) fn name_id(found: Option<&NameId>) -> Result<&NameId, VerifyError> {
    found.filter(|name_id| name_id.value.chars().any(is_visible)).ok_or(VerifyError::NameId)
}

/// Whether a character shows at all. Unicode's default ignorable ones don't: a name of them looks like none, and like any
/// other such name.
fn is_visible(letter: char) -> bool {
    let ignorable = [
        '\u{ad}'..='\u{ad}',
        '\u{34f}'..='\u{34f}',
        '\u{61c}'..='\u{61c}',
        '\u{115f}'..='\u{1160}',
        '\u{17b4}'..='\u{17b5}',
        '\u{180b}'..='\u{180f}',
        '\u{200b}'..='\u{200f}',
        '\u{202a}'..='\u{202e}',
        '\u{2060}'..='\u{206f}',
        '\u{3164}'..='\u{3164}',
        '\u{fe00}'..='\u{fe0f}',
        '\u{feff}'..='\u{feff}',
        '\u{ffa0}'..='\u{ffa0}',
        '\u{fff0}'..='\u{fff8}',
        '\u{1bca0}'..='\u{1bca3}',
        '\u{1d173}'..='\u{1d17a}',
        '\u{e0000}'..='\u{e0fff}',
    ];
    !letter.is_whitespace() && !letter.is_control() && !ignorable.iter().any(|range| range.contains(&letter))
}

impl Times {
    /// Neither issued in the future nor long ago, so that a stolen message with generous conditions is soon worthless.
    pub(crate) fn freshness(
        &self,
        element: &'static str,
        issued: Option<DateTime<Utc>>,
    ) -> Result<DateTime<Utc>, VerifyError> {
        let at = issued.ok_or(VerifyError::IssueInstantMissing { element })?;
        if at > self.now + self.tolerance {
            return Err(VerifyError::IssuedInFuture { element, at });
        }
        if at < self.now - self.longest_age - self.tolerance {
            return Err(VerifyError::IssuedTooLongAgo { element, at });
        }
        Ok(at)
    }

    /// `NotOnOrAfter` names the first instant that is too late.
    pub(crate) fn is_over(&self, not_on_or_after: DateTime<Utc>) -> bool {
        self.now - self.tolerance >= not_on_or_after
    }
}

#[cfg(test)]
mod tests;
