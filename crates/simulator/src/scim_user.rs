//! SCIM `User` bodies as Okta writes them.

use serde_json::{Map, Value, json};

use crate::directory::Person;

const USER_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ROLE_SCHEMA: &str = "urn:ietf:params:scim:schemas:workato:1.0:WorkatoRole";

/// The body of `POST /Users`, with the random password that Okta sends whether or not it is wanted.
pub(crate) fn new_user(person: &Person, password: &str) -> Value {
    let mut user = json!({
        "schemas": [USER_SCHEMA],
        "userName": person.user_name,
        "name": { "givenName": person.given_name, "familyName": person.family_name },
        "emails": [{ "primary": true, "value": person.user_name, "type": "work" }],
        "displayName": person.full_name(),
        "locale": "en-US",
        "externalId": person.external_id,
        "groups": [],
        "password": password,
        "active": person.is_active(),
    });
    set_roles(&mut user, person);
    user
}

/// The body of a profile `PUT`: everything the server sent, with the person's profile merged in.
pub(crate) fn merged_user(read: &Value, person: &Person) -> Value {
    let mut user = with_active(read, person.is_active());
    set(&mut user, "userName", json!(person.user_name));
    set(&mut user, "displayName", json!(person.full_name()));
    set(&mut user, "externalId", json!(person.external_id));
    set(&mut user, "name", merged_name(read.get("name"), person));
    set(&mut user, "emails", merged_emails(read.get("emails"), person));
    set_roles(&mut user, person);
    user
}

/// The body of a `PUT` that deactivates or reactivates: everything the server sent, and the new `active`.
pub(crate) fn with_active(read: &Value, active: bool) -> Value {
    let mut user = read.clone();
    set(&mut user, "active", json!(active));
    user
}

fn merged_name(read: Option<&Value>, person: &Person) -> Value {
    let mut name = read.filter(|name| name.is_object()).cloned().unwrap_or_else(|| json!({}));
    set(&mut name, "givenName", json!(person.given_name));
    set(&mut name, "familyName", json!(person.family_name));
    if name.get("formatted").is_some() {
        set(&mut name, "formatted", json!(person.full_name()));
    }
    name
}

fn merged_emails(read: Option<&Value>, person: &Person) -> Value {
    let mut emails = read.and_then(Value::as_array).cloned().unwrap_or_default();
    let is_primary = |email: &&mut Value| email.get("primary").and_then(Value::as_bool) == Some(true);
    match emails.iter_mut().find(is_primary) {
        Some(primary) => set(primary, "value", json!(person.user_name)),
        None => emails.push(json!({ "primary": true, "value": person.user_name, "type": "work" })),
    }
    Value::Array(emails)
}

/// Puts the roles into the extension where the person's are pushed over SCIM; else it stays as it was read.
fn set_roles(user: &mut Value, person: &Person) {
    if !person.roles_over_scim {
        return;
    }
    let roles = [
        ("workato_role", &person.roles.dev),
        ("workato_role_test", &person.roles.test),
        ("workato_role_prod", &person.roles.prod),
    ];
    let sent = roles.into_iter().filter_map(|(name, role)| Some((name.to_owned(), json!(role.as_ref()?))));
    set(user, ROLE_SCHEMA, Value::Object(sent.collect::<Map<_, _>>()));
    let mut schemas = user.get("schemas").and_then(Value::as_array).cloned().unwrap_or_default();
    if !schemas.iter().any(|schema| schema == ROLE_SCHEMA) {
        schemas.push(json!(ROLE_SCHEMA));
    }
    set(user, "schemas", Value::Array(schemas));
}

fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(name.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::Directory;

    fn ann() -> Person {
        Directory::sample().find_person("ann").unwrap()
    }

    #[test]
    fn a_new_user_is_what_okta_posts() {
        assert_eq!(
            new_user(&ann(), "1mz050nq"),
            json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
                "userName": "ann@acme.test",
                "name": { "givenName": "Ann", "familyName": "Lee" },
                "emails": [{ "primary": true, "value": "ann@acme.test", "type": "work" }],
                "displayName": "Ann Lee", "locale": "en-US", "externalId": "00u1annLEE4GhT5d6697",
                "groups": [], "password": "1mz050nq", "active": true
            })
        );
    }

    #[test]
    fn the_extension_holds_the_roles_that_are_sent() {
        let mut ann = Person { roles_over_scim: true, ..ann() };
        ann.roles.test = None;
        let user = new_user(&ann, "");
        assert_eq!(user["schemas"], json!([USER_SCHEMA, ROLE_SCHEMA]));
        assert_eq!(user[ROLE_SCHEMA], json!({ "workato_role": "Environment admin", "workato_role_prod": "NoAccess" }));
    }

    #[test]
    fn a_merge_keeps_what_the_server_sent() {
        let read = json!({
            "id": "7", "meta": { "version": "W/\"3\"" }, "groups": [{ "value": "g" }], "userName": "old@acme.test",
            "name": { "givenName": "Old", "middleName": "M" },
            "emails": [{ "value": "home@acme.test" }, { "value": "old@acme.test", "primary": true, "display": "x" }],
            "urn:ietf:params:scim:schemas:workato:1.0:WorkatoRole": { "workato_role": "Member" }
        });
        let merged = merged_user(&read, &ann());
        assert_eq!(merged["id"], "7");
        assert_eq!(merged["meta"], read["meta"]);
        assert_eq!(merged["groups"], read["groups"]);
        assert_eq!(merged["name"], json!({ "givenName": "Ann", "middleName": "M", "familyName": "Lee" }));
        assert_eq!(merged["emails"][0], read["emails"][0]);
        assert_eq!(merged["emails"][1], json!({ "value": "ann@acme.test", "primary": true, "display": "x" }));
        assert_eq!(merged[ROLE_SCHEMA], read[ROLE_SCHEMA]);
        assert_eq!(merged["active"], true);
    }
}
