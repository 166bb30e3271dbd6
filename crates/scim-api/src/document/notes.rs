//! What was taken although the RFC does not have it.

use crate::error::quoted;

/// A bounded list for the log. It names attributes and never holds values.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Notes(Vec<String>);

impl Notes {
    const MOST: usize = 50;

    pub(crate) fn add(&mut self, note: String) {
        if self.0.len() < Self::MOST && !self.0.contains(&note) {
            self.0.push(note);
        }
    }

    pub(crate) fn unknown(&mut self, name: &str) {
        self.add(format!("unknown attribute {} was dropped", quoted(name)));
    }

    pub(crate) fn into_list(self) -> Vec<String> {
        self.0
    }
}
