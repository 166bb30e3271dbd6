//! An attempt to sign in, as it is shown.

use domain::clock::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use store::LoginTrace;

use super::{Check, CheckResult, Diagnosis, End, Outcome, Story, timeline};

/// An attempt with all that is still known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The reference of the page; none where nothing was posted.
    pub reference: Option<String>,
    /// When it was answered.
    pub at: Timestamp,
    /// How it ended.
    pub end: End,
    /// The inner id of the person.
    pub person: Option<String>,
    /// The person's `userName`, else the NameID.
    pub name: Option<String>,
    /// What was found and given; none once it is forgotten.
    pub story: Option<Story>,
}

impl Attempt {
    /// Reads what is stored.
    ///
    /// # Errors
    /// Where it was stored by a version that knew more.
    pub fn read(trace: LoginTrace) -> serde_json::Result<Self> {
        Ok(Self {
            reference: Some(trace.reference),
            at: trace.at,
            end: End::deserialize(trace.end)?,
            person: trace.person.map(|person| person.to_string()),
            name: trace.name,
            story: trace.story.map(Story::deserialize).transpose()?,
        })
    }

    /// Why it failed, while that is known.
    #[must_use]
    pub fn diagnosis(&self) -> Option<&Diagnosis> {
        self.story.as_ref()?.diagnosis.as_ref()
    }

    /// What became of each check.
    #[must_use]
    pub fn timeline(&self) -> Vec<(&'static Check, CheckResult)> {
        timeline(&self.end)
    }

    /// Whether the issuer, and whoever is named, is proven by a signature.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        let failed = self.end.failed.as_ref();
        failed.is_none_or(|failed| failed.stage.is_some_and(super::Stage::is_proven))
    }

    /// In one object, with every key.
    #[must_use]
    pub fn json(&self) -> Value {
        let End { outcome, unsolicited, encrypted, dry_run: _, failed } = &self.end;
        let diagnosis = self.diagnosis();
        let user = self.name.as_ref().map(|name| json!({ "id": self.person, "name": name }));
        json!({
            "reference": self.reference,
            "at": self.at,
            "outcome": outcome,
            "check": failed.as_ref().map(|failed| &failed.check),
            "stage": failed.as_ref().map(|failed| failed.stage),
            "unsolicited": unsolicited,
            "encrypted": encrypted,
            "issuer": self.story.as_ref().and_then(|story| story.issuer.as_ref()),
            "proven": self.is_proven(),
            "user": user,
            "detail": diagnosis.map(|diagnosis| &diagnosis.detail),
            "found": diagnosis.and_then(|diagnosis| diagnosis.found.as_ref()),
            "expected": diagnosis.and_then(|diagnosis| diagnosis.expected.as_ref()),
            "fix": diagnosis.map(|diagnosis| &diagnosis.fix),
            "access": self.story.as_ref().and_then(|story| story.access.as_ref()),
            "forgotten": self.story.is_none(),
            "checks": self.timeline().into_iter().map(row).collect::<Vec<_>>(),
        })
    }
}

fn row((check, result): (&Check, CheckResult)) -> Value {
    json!({ "stage": check.stage, "check": check.name, "title": check.title, "result": result })
}

impl Outcome {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::SignedIn => "signed in",
            Self::Held => "held",
            Self::Bounced => "bounced",
            Self::PostedAgain => "posted again",
            Self::Refused => "refused",
            Self::Checked => "would be let in",
            Self::Tested => "test passed",
            Self::TestHeld => "test held",
            Self::TestRefused => "test refused",
        }
    }

    /// Whether it was a test, which signs nobody in.
    #[must_use]
    pub fn is_test(self) -> bool {
        matches!(self, Self::Tested | Self::TestHeld | Self::TestRefused)
    }
}
