//! A certificate as pages show it, somebody else's or our own.

use domain::clock::Timestamp;
use saml_acs::CertificateFacts;

/// So many days before it ends a certificate asks for attention.
const SOON: i64 = 30;

/// A certificate at the moment of the page.
pub(crate) struct Certificate {
    pub(crate) facts: CertificateFacts,
    pub(crate) days_left: i64,
}

impl Certificate {
    pub(crate) fn at(now: Timestamp, facts: CertificateFacts) -> Self {
        Self { days_left: facts.days_left(now), facts }
    }

    /// How it is, in a word.
    pub(crate) fn word(&self) -> &'static str {
        match self.days_left {
            ..0 => "over",
            0..SOON => "ends soon",
            _ => "fine",
        }
    }

    /// The class of a badge that says so.
    pub(crate) fn class(&self) -> &'static str {
        match self.days_left {
            ..0 => "bad",
            0..SOON => "warn",
            _ => "good",
        }
    }

    pub(crate) fn left(&self) -> String {
        match self.days_left.max(0) {
            1 => "1 day".to_owned(),
            days => format!("{days} days"),
        }
    }

    pub(crate) fn day(&self) -> String {
        self.facts.not_after.format("%Y-%m-%d").to_string()
    }
}
