//! One person: names, roles, groups.

use actix_web::{
    HttpResponse,
    web::{Data, Path, block},
};
use askama::Template;

use crate::{
    directory::{EnvironmentRoles, GROUP_NAMES, Person, ROLE_NAMES},
    pages::{
        error::PageError,
        page,
        request::{Fields, SameOrigin, field, get_person},
        see_other,
    },
    simulator::Simulator,
};

#[derive(Template)]
#[template(path = "edit.html")]
struct EditPage {
    person: Person,
}

/// `GET /people/{key}`
pub(crate) async fn show(simulator: Data<Simulator>, key: Path<String>) -> Result<HttpResponse, PageError> {
    page(&EditPage { person: get_person(&simulator, &key)? })
}

/// `POST /people/{key}`: keeps the edit and pushes the profile over SCIM, as Okta does at once.
pub(crate) async fn save(
    simulator: Data<Simulator>,
    key: Path<String>,
    fields: Fields,
    _: SameOrigin,
) -> Result<HttpResponse, PageError> {
    get_person(&simulator, &key)?;
    simulator.directory().update(&key, |person| apply(person, &fields));
    let location = format!("/#person-{key}");
    // How the push ended is kept with the person, and the start page shows it.
    block(move || simulator.provisioning.push(&key)).await?.ok();
    Ok(see_other(&location))
}

fn apply(person: &mut Person, fields: &[(String, String)]) {
    let text = |name: &str, old: &str| {
        Some(field(fields, name).trim()).filter(|new| !new.is_empty()).unwrap_or(old).to_owned()
    };
    person.user_name = text("user_name", &person.user_name);
    person.given_name = text("given_name", &person.given_name);
    person.family_name = text("family_name", &person.family_name);
    person.workato_email = Some(field(fields, "workato_email").trim().to_owned()).filter(|email| !email.is_empty());
    person.roles =
        EnvironmentRoles { dev: role(fields, "dev"), test: role(fields, "test"), prod: role(fields, "prod") };
    person.roles_over_scim = !field(fields, "roles_over_scim").is_empty();
    person.encrypted = !field(fields, "encrypted").is_empty();
    person.groups = groups(fields);
}

/// The other value where there is one, else the chosen one. It is not trimmed: trying ` Member` is the point.
fn role(fields: &[(String, String)], environment: &str) -> Option<String> {
    [format!("role_{environment}_other"), format!("role_{environment}")]
        .iter()
        .map(|name| field(fields, name))
        .find(|value| !value.is_empty())
        .map(str::to_owned)
}

/// The ticked groups, then one for each line of the text.
fn groups(fields: &[(String, String)]) -> Vec<String> {
    let ticked = fields.iter().filter(|(name, _)| name == "group").map(|(_, value)| value.as_str());
    let written = field(fields, "other_groups").lines().filter(|line| !line.trim().is_empty());
    ticked.chain(written).map(str::to_owned).collect()
}

/// One environment's part of the form.
struct RoleChoice<'a> {
    environment: &'static str,
    attribute: &'static str,
    value: &'a str,
    is_known: bool,
}

impl EditPage {
    fn role_choices(&self) -> [RoleChoice<'_>; 3] {
        let roles = &self.person.roles;
        [
            ("dev", "workato_role", &roles.dev),
            ("test", "workato_role_test", &roles.test),
            ("prod", "workato_role_prod", &roles.prod),
        ]
        .map(|(environment, attribute, role)| {
            let value = role.as_deref().unwrap_or_default();
            RoleChoice { environment, attribute, value, is_known: ROLE_NAMES.contains(&value) }
        })
    }

    fn group_choices(&self) -> Vec<(&'static str, bool)> {
        GROUP_NAMES.iter().map(|name| (*name, self.person.groups.iter().any(|group| group == name))).collect()
    }

    fn other_groups(&self) -> String {
        let unknown = self.person.groups.iter().filter(|group| !GROUP_NAMES.contains(&group.as_str()));
        unknown.map(String::as_str).collect::<Vec<_>>().join("\n")
    }

    fn role_names(&self) -> &'static [&'static str] {
        &ROLE_NAMES
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Directory;

    fn form(fields: &[(&str, &str)]) -> Vec<(String, String)> {
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn saved(fields: &[(&str, &str)]) -> Person {
        let mut ann = Directory::sample().find_person("ann").unwrap();
        apply(&mut ann, &form(fields));
        ann
    }

    #[test]
    fn a_written_role_wins_over_the_chosen_one_and_none_is_not_sent() {
        let ann = saved(&[
            ("role_dev", "Member"),
            ("role_dev_other", " member"),
            ("role_test", "NoAccess"),
            ("role_prod", ""),
        ]);
        assert_eq!(ann.roles.dev.as_deref(), Some(" member"));
        assert_eq!(ann.roles.test.as_deref(), Some("NoAccess"));
        assert_eq!(ann.roles.prod, None);
    }

    #[test]
    fn ticked_groups_and_each_line_become_values() {
        let ann = saved(&[("group", "Finance"), ("group", "Support"), ("other_groups", "a, b\r\n\r\neveryone")]);
        assert_eq!(ann.groups, ["Finance", "Support", "a, b", "everyone"]);
    }

    #[test]
    fn an_emptied_name_stays_as_it_was() {
        let ann = saved(&[("given_name", "  "), ("family_name", "Li"), ("user_name", "ann.li@acme.test")]);
        assert_eq!((ann.full_name().as_str(), ann.user_name.as_str()), ("Ann Li", "ann.li@acme.test"));
    }

    #[test]
    fn the_form_shows_what_the_person_has() {
        let mut person = Directory::sample().find_person("wanjiru").unwrap();
        person.groups.push("</textarea><img>".to_owned());
        let html = EditPage { person }.render().unwrap();
        assert!(html.contains("value=\"Environment Admin\""), "an unknown role stands in the text field");
        assert!(html.contains("value=\"NoAccess\" selected"));
        assert!(!html.contains("<img>"));
    }
}
