//! Whom an administrator looks for: what stands in the address of the list, and leads from page to page.

use domain::environment::{Environment, EnvironmentName, GroupName, RoleName, usual_spelling};
use domain::facet::{BY_SAML, BY_SCIM, Facet, HELD, NEVER, SEEN};
use domain::link_health::LinkHealth;
use domain::people_search::{PeopleSearch, Standing};
use store::{PeopleOrder, Place, Turn};

use crate::access::with_query;

/// A field that offers values: its name in the address, what it is called, and the values with their words.
pub(super) struct Choice {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) values: &'static [(&'static str, &'static str)],
}

/// The fields whose values are the same in every workspace.
pub(super) const CHOICES: [Choice; 5] = [
    Choice {
        name: "status",
        label: "Status",
        values: &[
            ("invited", "invited"),
            ("active", "active"),
            ("deactivated", "deactivated"),
            ("removed", "removed"),
            ("deleted", "deleted by SCIM"),
        ],
    },
    Choice { name: "source", label: "Managed by", values: &[(BY_SCIM, "SCIM"), (BY_SAML, "logins alone")] },
    Choice { name: "login", label: "Login", values: &[(NEVER, "never logged in"), (SEEN, "has logged in")] },
    Choice {
        name: "health",
        label: "SCIM and SAML",
        values: &[
            ("linked", "linked"),
            ("scim_only", "SCIM alone"),
            ("saml_only", "SAML alone"),
            ("mismatched", "mismatched"),
        ],
    },
    Choice { name: "hold", label: "Hold", values: &[(HELD, "held by an administrator")] },
];

/// The order that is not the usual one.
const BY_NAME: &str = "name";

/// What the address says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LookedFor(Vec<(String, String)>);

impl LookedFor {
    /// Of the pairs of a query; empty values and what means nothing to the list are left out.
    pub(crate) fn of(pairs: &[(String, String)]) -> Self {
        let known = |name: &str| {
            matches!(name, "q" | "group" | "order" | "turn" | "key" | "at")
                || CHOICES.iter().any(|choice| choice.name == name)
                || name.starts_with("role.")
        };
        let said = pairs.iter().filter(|(name, value)| known(name) && !value.is_empty());
        Self(said.take(64).cloned().collect())
    }

    /// The same from its own text.
    pub(super) fn read(query: &str) -> Self {
        let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Self::of(&pairs)
    }

    /// What a field says; nothing where it was left empty.
    pub(super) fn first(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The role that is looked for in an environment.
    pub(super) fn role_in(&self, environment: &EnvironmentName) -> &str {
        self.first(&format!("role.{environment}"))
    }

    /// Whether everybody is looked for.
    pub(super) fn is_for_everybody(&self) -> bool {
        self.0.iter().all(|(name, _)| matches!(name.as_str(), "order" | "turn" | "key" | "at"))
    }

    /// Whether filters other than the text are set, which are shown open then.
    pub(super) fn has_filters(&self) -> bool {
        self.0.iter().any(|(name, _)| !matches!(name.as_str(), "q" | "order" | "turn" | "key" | "at"))
    }

    pub(super) fn order(&self) -> PeopleOrder {
        if self.first("order") == BY_NAME { PeopleOrder::UserName } else { PeopleOrder::Newest }
    }

    pub(super) fn is_by_name(&self) -> bool {
        self.order() == PeopleOrder::UserName
    }

    /// For the store. A value that there is not is looked for all the same, and nobody has it.
    pub(super) fn search(&self, environments: &[Environment]) -> PeopleSearch {
        let role = |environment: &Environment| {
            let role = RoleName::new(usual_spelling(self.role_in(&environment.name))).ok()?;
            Some((environment.name.clone(), role))
        };
        let facets =
            [("source", Facet::Source), ("login", Facet::Login), ("health", Facet::Health), ("hold", Facet::Hold)];
        let facets = facets.into_iter().map(|(name, facet)| (facet, self.first(name).to_owned()));
        PeopleSearch {
            text: self.first("q").to_owned(),
            status: Standing::find(self.first("status")),
            roles: environments.iter().filter_map(role).collect(),
            group: GroupName::new(self.first("group")).ok(),
            facets: facets.filter(|(_, value)| !value.is_empty()).collect(),
        }
    }

    pub(super) fn turn(&self) -> Turn {
        let key = Some(self.first("key").to_owned()).filter(|_| self.is_by_name());
        let Ok(ordinal) = self.first("at").parse() else { return Turn::Begin };
        let place = Place { key, ordinal };
        match self.first("turn") {
            "after" => Turn::After(place),
            "before" => Turn::Before(place),
            _ => Turn::Begin,
        }
    }

    /// The address of the page in that direction from a place.
    pub(super) fn to(&self, here: &str, turn: &str, place: &Place) -> String {
        let at = place.ordinal.to_string();
        let key = place.key.clone().unwrap_or_default();
        let said = self.0.iter().filter(|(name, _)| !matches!(name.as_str(), "turn" | "key" | "at"));
        let said = said.map(|(name, value)| (name.as_str(), value.as_str()));
        let pairs: Vec<(&str, &str)> = said.chain([("turn", turn), ("key", &key), ("at", &at)]).collect();
        with_query(here, &pairs)
    }

    /// This page's own query.
    pub(super) fn query(&self) -> String {
        let pairs: Vec<(&str, &str)> = self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        with_query("", &pairs).trim_start_matches('?').to_owned()
    }
}

/// The word of a mismatch or of a missing side, for the list; nothing where there is nothing to look at.
pub(super) fn health_word(health: &LinkHealth) -> Option<&'static str> {
    match health {
        LinkHealth::Mismatched(_) => Some("mismatched"),
        LinkHealth::SamlOnly => Some("SAML alone"),
        LinkHealth::Linked | LinkHealth::ScimOnly => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(query: &str) -> LookedFor {
        LookedFor::read(query)
    }

    #[test]
    fn an_address_is_read_and_written_back() {
        let looked_for = pairs("q=Ann+Lee&status=active&role.prod=No+access&order=name&evil=1&source=");
        assert_eq!(looked_for.query(), "q=Ann+Lee&status=active&role.prod=No+access&order=name");
        let search = looked_for.search(&Environment::defaults());
        assert_eq!((search.text.as_str(), search.status), ("Ann Lee", Standing::find("active")));
        assert_eq!(search.roles.len(), 1);
        let place = Place { key: Some("ann&".to_owned()), ordinal: 7 };
        let next = looked_for.to("/people", "after", &place);
        let next = pairs(next.split_once('?').unwrap().1);
        assert_eq!(next.turn(), Turn::After(place));
        assert_eq!(pairs("turn=after&at=x").turn(), Turn::Begin);
    }

    #[test]
    fn the_words_of_statuses_and_health_are_those_of_the_rules() {
        let words = |name| {
            let choice = CHOICES.iter().find(|choice| choice.name == name).unwrap();
            choice.values.iter().map(|(value, _)| *value).collect::<Vec<_>>()
        };
        assert_eq!(words("status"), Standing::ALL.map(Standing::as_str));
        assert_eq!(words("health"), LinkHealth::WORDS);
    }

    #[test]
    fn everybody_is_looked_for_in_any_order_and_on_any_page() {
        assert!(pairs("order=name&turn=after&at=3&key=a").is_for_everybody());
        assert!(!pairs("q=a").is_for_everybody() && !pairs("q=a").has_filters() && pairs("hold=held").has_filters());
    }
}
