//! `[saml]`

use std::fmt::Display;
use std::ops::RangeInclusive;

use anyhow::{Result, bail};
use domain::policy::Span;
use saml_acs::Limits;
use serde::Deserialize;

/// `[saml]`
#[derive(Debug, Clone, Deserialize)]
pub struct Saml {
    max_response_bytes: usize,
    max_depth: usize,
    max_nodes: usize,
    clock_tolerance: String,
    max_response_age: String,
    traces_kept: i64,
}

impl Saml {
    /// As the SAML door takes them: each within bounds that keep a stranger's message cheap and a login possible.
    pub fn settings(&self) -> Result<saml_acs::Settings> {
        let span = |name, text: &str, bounds| within(name, parse(name, text)?, bounds).map(Span::duration);
        Ok(saml_acs::Settings {
            limits: Limits {
                bytes: within("saml.max_response_bytes", self.max_response_bytes, 65_536..=16_777_216)?,
                depth: within("saml.max_depth", self.max_depth, 16..=256)?,
                nodes: within("saml.max_nodes", self.max_nodes, 1_000..=1_000_000)?,
                ..Limits::default()
            },
            tolerance: span("saml.clock_tolerance", &self.clock_tolerance, minutes(0)..=minutes(10))?,
            longest_age: span("saml.max_response_age", &self.max_response_age, minutes(1)..=minutes(24 * 60))?,
            traces_kept: within("saml.traces_kept", self.traces_kept, 10..=100_000)?,
        })
    }
}

const fn minutes(minutes: u32) -> Span {
    Span::seconds(minutes * 60)
}

fn parse(name: &str, text: &str) -> Result<Span> {
    match text {
        // Clocks that are set by one source need no tolerance.
        "0s" => Ok(Span::seconds(0)),
        _ => text.parse().map_err(|error: String| anyhow::anyhow!("{name}: {error}")),
    }
}

fn within<T: PartialOrd + Display + Copy>(name: &str, value: T, bounds: RangeInclusive<T>) -> Result<T> {
    if bounds.contains(&value) {
        return Ok(value);
    }
    bail!("{name} must be from {} to {}, not {value}", bounds.start(), bounds.end())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::config::Settings;

    fn with(key: &str, value: &str) -> Result<saml_acs::Settings> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        write!(file, "saml.{key} = {value}").unwrap();
        Settings::load(Some(file.path()), &Vec::new())?.saml.settings()
    }

    #[test]
    fn the_defaults_are_the_doors_own() {
        assert_eq!(Settings::load(None, &Vec::new()).unwrap().saml.settings().unwrap(), saml_acs::Settings::default());
    }

    #[test]
    fn each_has_its_bounds_and_says_which() {
        let refused = |key, value| with(key, value).unwrap_err().to_string();
        assert_eq!(refused("max_depth", "3"), "saml.max_depth must be from 16 to 256, not 3");
        assert_eq!(refused("max_response_age", "'7d'"), "saml.max_response_age must be from 1m to 1d, not 7d");
        assert_eq!(refused("clock_tolerance", "'11m'"), "saml.clock_tolerance must be from 0s to 10m, not 11m");
        assert!(refused("clock_tolerance", "'soon'").contains("30s, 20m, 12h or 7d"));
        assert!(refused("max_nodes", "999").contains("from 1000 to 1000000"));
        assert!(refused("traces_kept", "9").contains("from 10 to 100000"));
        assert!(refused("max_response_bytes", "16777217").contains("from 65536 to 16777216"));
    }

    #[test]
    fn within_them_it_is_what_is_said() {
        assert_eq!(with("max_nodes", "100000").unwrap().limits.nodes, 100_000);
        assert_eq!(with("clock_tolerance", "'0s'").unwrap().tolerance, chrono::Duration::zero());
        assert_eq!(with("max_response_age", "'5m'").unwrap().longest_age, chrono::Duration::minutes(5));
    }
}
