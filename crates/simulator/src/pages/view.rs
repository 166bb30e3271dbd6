//! How people, outcomes and exchanges look on the pages.

use chrono::{DateTime, Utc};

use crate::{
    directory::{EnvironmentRoles, Person},
    journal::Exchange,
    provisioning::Outcome,
};

impl Person {
    /// The first letters of both names, for the disc beside the name.
    pub(super) fn initials(&self) -> String {
        [&self.given_name, &self.family_name].into_iter().filter_map(|name| name.chars().next()).collect()
    }
}

impl EnvironmentRoles {
    /// Each environment with its role.
    pub(super) fn entries(&self) -> [(&'static str, Option<&str>); 3] {
        [("dev", self.dev.as_deref()), ("test", self.test.as_deref()), ("prod", self.prod.as_deref())]
    }
}

impl Outcome {
    pub(super) fn time(&self) -> String {
        time_of_day(self.at)
    }
}

impl Exchange {
    pub(super) fn time(&self) -> String {
        time_of_day(self.at)
    }

    pub(super) fn is_success(&self) -> bool {
        matches!(self.status, Some(200..300))
    }

    pub(super) fn status_text(&self) -> String {
        self.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string())
    }
}

/// `09:41:07`, in UTC.
fn time_of_day(time: DateTime<Utc>) -> String {
    time.format("%H:%M:%S").to_string()
}
