//! The policy in words: what each key is about, and what each of its choices does to people.

mod sections;

pub use sections::SECTIONS;

/// Keys that belong together.
#[derive(Debug)]
pub struct Section {
    /// Its heading.
    pub title: &'static str,
    /// Its keys.
    pub settings: &'static [Setting],
}

/// A policy key.
#[derive(Debug)]
pub struct Setting {
    /// The key.
    pub key: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it decides.
    pub about: &'static str,
    /// The words that it takes, each with what it does; none where it takes other values.
    pub choices: &'static [(&'static str, &'static str)],
    /// How other values are written, and what they do; empty where it takes words.
    pub hint: &'static str,
}

impl Setting {
    /// What a value of this key does.
    #[must_use]
    pub fn says(&self, value: &str) -> &'static str {
        let choice = self.choices.iter().find(|(word, _)| *word == value);
        choice.map_or(self.hint, |(_, says)| says)
    }
}

/// The words of a key.
#[must_use]
pub fn find(key: &str) -> Option<&'static Setting> {
    SECTIONS.iter().flat_map(|section| section.settings).find(|setting| setting.key == key)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::policy::Policy;

    use super::*;

    #[test]
    fn every_key_and_every_choice_has_its_words_once() {
        let settings = || SECTIONS.iter().flat_map(|section| section.settings);
        for (key, words) in Policy::KEYS {
            let known = find(key).unwrap_or_else(|| panic!("the policy {key} has no words"));
            let told: Vec<&str> = known.choices.iter().map(|(word, _)| *word).collect();
            assert_eq!(told, *words, "{key}");
            assert_eq!(known.hint.is_empty(), !words.is_empty(), "{key}");
        }
        let keys: BTreeSet<&str> = settings().map(|setting| setting.key).collect();
        assert_eq!((keys.len(), settings().count()), (Policy::KEYS.len(), Policy::KEYS.len()));
    }

    #[test]
    fn words_are_sentences() {
        let is_sentence = |text: &str| text.ends_with('.') && text.starts_with(|first: char| !first.is_whitespace());
        for setting in SECTIONS.iter().flat_map(|section| section.settings) {
            let hint = Some(setting.hint).filter(|hint| !hint.is_empty());
            let says = setting.choices.iter().map(|(_, says)| *says).chain(hint).chain([setting.about]);
            assert!(says.clone().all(is_sentence) && !setting.title.ends_with('.'), "{setting:?}");
        }
    }
}
