use std::fmt;
use std::str::FromStr;

use chrono::Duration;
use serde::{Deserialize, Serialize};

use super::{Span, Written};

/// How long an entry of the audit log is kept: a day at least, so that no slip of the pen empties the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Retention(Span);

impl Retention {
    const LEAST: Span = Span::seconds(86_400);

    /// As a duration to reckon with.
    pub fn duration(self) -> Duration {
        self.0.duration()
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self(Span::seconds(365 * 86_400))
    }
}

impl Written for Retention {}

impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Retention {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let span: Span = text.parse()?;
        if span < Self::LEAST { Err(format!("it is at least {}", Self::LEAST)) } else { Ok(Self(span)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_kept_for_a_year_unless_told_otherwise_and_for_a_day_at_least() {
        assert_eq!(Retention::default().to_string(), "365d");
        assert_eq!("24h".parse::<Retention>().unwrap().to_string(), "1d");
        for text in ["23h", "1s", "86399s"] {
            assert_eq!(text.parse::<Retention>().unwrap_err(), "it is at least 1d", "{text}");
        }
        assert!("soon".parse::<Retention>().unwrap_err().contains("30s, 20m, 12h or 7d"));
    }
}
