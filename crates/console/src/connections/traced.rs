//! An attempt to sign in, as its page and the list of attempts show it.

use saml_acs::tracer::{Attempt, CheckResult, Diagnosis, Outcome, Stage, TracedAccess};

use crate::error::sentence;
use crate::page::{machine, shown_exactly};

/// One attempt.
pub(crate) struct Traced {
    pub(crate) attempt: Attempt,
}

/// A stage of its timeline.
pub(crate) struct ShownStage {
    pub(crate) title: &'static str,
    pub(crate) checks: Vec<ShownCheck>,
}

/// A check with what became of it.
pub(crate) struct ShownCheck {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) result: CheckResult,
}

impl Traced {
    pub(crate) fn reference(&self) -> &str {
        self.attempt.reference.as_deref().unwrap_or_default()
    }

    pub(crate) fn at(&self) -> (String, String) {
        (shown_exactly(&self.attempt.at), machine(&self.attempt.at))
    }

    pub(crate) fn words(&self) -> &'static str {
        self.attempt.end.outcome.words()
    }

    /// The same as a sentence.
    pub(crate) fn heading(&self) -> String {
        sentence(self.words())
    }

    pub(crate) fn is_test(&self) -> bool {
        self.attempt.end.outcome.is_test()
    }

    /// The class of a badge or notice that tells how it ended.
    pub(crate) fn class(&self) -> &'static str {
        match self.attempt.end.outcome {
            Outcome::SignedIn | Outcome::Checked | Outcome::Tested => "good",
            Outcome::Held | Outcome::TestHeld => "warn",
            Outcome::Refused | Outcome::TestRefused => "bad",
            Outcome::Bounced | Outcome::PostedAgain => "",
        }
    }

    /// What became of it, in a sentence or two.
    pub(crate) fn sentence(&self) -> &'static str {
        match self.attempt.end.outcome {
            Outcome::SignedIn => "Every check passed, and a session began.",
            Outcome::Held => {
                "Every check passed. The person has to verify the e-mail address first, so no session began."
            }
            Outcome::Bounced => {
                "The response answered no request of ours: it was thrown away, and a login of our own began in its place."
            }
            Outcome::PostedAgain => {
                "The browser was asked to post the response once more, so that it brings its cookies."
            }
            Outcome::Refused => "A check failed. Nobody was signed in.",
            Outcome::Checked => "It would be let in.",
            Outcome::Tested => "Every check passed. This was a test: nobody was signed in, and nothing was changed.",
            Outcome::TestHeld => {
                "Every check passed, but the person would have to verify the e-mail address first. This was a test: nobody was \
                 signed in, and nothing was changed."
            }
            Outcome::TestRefused => {
                "A check failed: a login like this would be refused. This was a test: nobody was signed in, and nothing was \
                 changed."
            }
        }
    }

    pub(crate) fn name(&self) -> &str {
        self.attempt.name.as_deref().unwrap_or_default()
    }

    pub(crate) fn issuer(&self) -> &str {
        self.attempt.story.as_ref().and_then(|story| story.issuer.as_deref()).unwrap_or_default()
    }

    pub(crate) fn check(&self) -> &str {
        self.attempt.end.failed.as_ref().map(|failed| failed.check.as_str()).unwrap_or_default()
    }

    pub(crate) fn diagnosis(&self) -> Option<&Diagnosis> {
        self.attempt.diagnosis()
    }

    pub(crate) fn access(&self) -> Option<&TracedAccess> {
        self.attempt.story.as_ref()?.access.as_ref()
    }

    /// The checks by stages, in the order in which they are made.
    pub(crate) fn stages(&self) -> Vec<ShownStage> {
        let mut stages: Vec<(Stage, ShownStage)> = Vec::new();
        for (check, result) in self.attempt.timeline() {
            let shown = ShownCheck { name: check.name, title: check.title, result };
            match stages.last_mut() {
                Some((stage, last)) if *stage == check.stage => last.checks.push(shown),
                _ => {
                    stages.push((check.stage, ShownStage { title: check.stage.title(), checks: vec![shown] }));
                }
            }
        }
        stages.into_iter().map(|(_, stage)| stage).collect()
    }
}

impl ShownStage {
    fn count(&self, result: CheckResult) -> usize {
        self.checks.iter().filter(|check| check.result == result).count()
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.count(CheckResult::Failed) > 0
    }

    /// The class of its mark on the line.
    pub(crate) fn class(&self) -> &'static str {
        match (self.has_failed(), self.count(CheckResult::Passed)) {
            (true, _) => "bad",
            (false, 0) => "",
            (false, _) => "good",
        }
    }

    /// How it went, in words.
    pub(crate) fn words(&self) -> String {
        match (self.has_failed(), self.count(CheckResult::Passed)) {
            (true, _) => "failed".to_owned(),
            (false, 0) => "not made".to_owned(),
            (false, passed) => format!("{passed} passed"),
        }
    }
}

impl ShownCheck {
    pub(crate) fn mark(&self) -> &'static str {
        match self.result {
            CheckResult::Passed => "\u{2713}",
            CheckResult::Failed => "\u{2717}",
            CheckResult::NotReached => "\u{2013}",
        }
    }

    pub(crate) fn word(&self) -> &'static str {
        match self.result {
            CheckResult::Passed => "passed",
            CheckResult::Failed => "failed",
            CheckResult::NotReached => "not made",
        }
    }

    pub(crate) fn class(&self) -> &'static str {
        match self.result {
            CheckResult::Passed => "good",
            CheckResult::Failed => "bad",
            CheckResult::NotReached => "soft",
        }
    }
}
