//! Acme's six people, each of them there to show something.

use crate::directory::{EnvironmentRoles, Person, PersonStatus};

/// Ann first, then everybody else.
pub(crate) fn sample_people() -> Vec<Person> {
    vec![
        // The example of the contract: one role of each strength, two groups.
        person("ann", "00u1annLEE4GhT5d6697", ("Ann", "Lee"))
            .roles("Environment admin", "Member", "NoAccess")
            .groups(&["Finance", "Operations"]),
        person("bjorn", "00u1bjoAKE8QwZ2k1697", ("Björn", "Åkesson"))
            .roles("Environment manager", "Environment manager", "Member")
            .groups(&["Engineering", "Operations"]),
        // No groups: Okta leaves the attribute out, so memberships stay as they are.
        person("siobhan", "00u1sioOCO3RtY7h2697", ("Siobhán", "O’Connor")).roles("Member", "Member", "").groups(&[]),
        // Everything that SAML gave is taken away by this one name.
        person("olena", "00u1oleSHE6PlM4n3697", ("Олена", "Шевченко"))
            .roles("Member", "Member", "Member")
            .groups(&["All collaborators"]),
        // A role that does not exist, nearly spelt like one that does.
        person("wanjiru", "00u1wanKAM9VcX1b4697", ("Wanjirũ", "Kamau"))
            .roles("Environment Admin", "Member", "NoAccess")
            .groups(&["Support"]),
        // A group that does not exist: it is skipped, the other one counts.
        person("lukasz", "00u1lukZOL2HjK8g5697", ("Łukasz", "Żółkiewski"))
            .roles("Member", "", "")
            .groups(&["Engineering", "everyone"]),
    ]
}

fn person(key: &str, external_id: &str, (given_name, family_name): (&str, &str)) -> Person {
    Person {
        key: key.to_owned(),
        external_id: external_id.to_owned(),
        user_name: format!("{key}@acme.test"),
        given_name: given_name.to_owned(),
        family_name: family_name.to_owned(),
        status: PersonStatus::Active,
        workato_email: None,
        roles: EnvironmentRoles::default(),
        roles_over_scim: false,
        encrypted: false,
        groups: Vec::new(),
        scim_id: None,
        last_outcome: None,
    }
}

impl Person {
    fn roles(mut self, dev: &str, test: &str, prod: &str) -> Self {
        let sent = |role: &str| Some(role.to_owned()).filter(|role| !role.is_empty());
        self.roles = EnvironmentRoles { dev: sent(dev), test: sent(test), prod: sent(prod) };
        self
    }

    fn groups(mut self, groups: &[&str]) -> Self {
        self.groups = groups.iter().map(|group| (*group).to_owned()).collect();
        self
    }
}
