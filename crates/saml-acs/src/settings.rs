//! What an operator may set for every workspace: how large a response may be, how far clocks may differ, and how many attempts
//! are remembered.

use chrono::Duration;

use crate::xml_guard::Limits;

/// Settings of the whole gateway. The defaults are those of `config/gatehouse.default.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How large a response may be.
    pub limits: Limits,
    /// How far an identity provider's clock and ours may differ.
    pub tolerance: Duration,
    /// How long after its `IssueInstant` a message is accepted.
    pub longest_age: Duration,
    /// How many attempts to sign in the tracer remembers of each workspace and kind.
    pub traces_kept: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            tolerance: Duration::seconds(60),
            longest_age: Duration::hours(1),
            traces_kept: 1_000,
        }
    }
}

impl Settings {
    /// The largest form: a response in base64, every character of it escaped.
    pub(crate) fn form_limit(&self) -> usize {
        self.limits.bytes.saturating_mul(4)
    }
}
