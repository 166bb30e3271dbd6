//! Bodies of POST and PUT on groups.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::canonical::{Canonical, canonicalize};
use super::notes::Notes;
use super::value::coerce;
use crate::error::{ScimError, quoted};
use crate::schema::{Attribute, ResourceType, Target};

/// What a client says about a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupDocument {
    /// As it was sent; never empty.
    pub display_name: String,
    /// The client's own identifier.
    pub external_id: Option<String>,
    /// Ids of people, each once, in the order in which they were sent. None: `members` was not in the body.
    pub members: Option<Vec<String>>,
    /// What was dropped or taken although the RFC does not have it, for the log. Names only, never values.
    pub tolerated: Vec<String>,
}

impl GroupDocument {
    /// Reads the body of a POST or PUT.
    ///
    /// # Errors
    /// `invalidSyntax` where the body is not an object or says something twice; `invalidValue` where a value is missing,
    /// too large or of the wrong type, or where a member is a group.
    pub fn parse(body: &Value, group: &ResourceType) -> Result<Self, ScimError> {
        let Value::Object(body) = body else {
            return Err(ScimError::InvalidSyntax(
                "The body must be a JSON object, such as {\"displayName\":\"…\"}.".to_owned(),
            ));
        };
        let mut notes = Notes::default();
        let mut members = None;
        let mut rest = Map::new();
        for (name, value) in body {
            match members_attribute(group, name) {
                Some(attribute) if members.is_none() => members = Some(member_ids(attribute, value, &mut notes)?),
                Some(_) => return Err(twice(name)),
                None => drop(rest.insert(name.clone(), value.clone())),
            }
        }
        let Canonical { mut document, tolerated, .. } = canonicalize(&rest, group)?;
        tolerated.into_iter().for_each(|note| notes.add(note));
        let mut text = |name: &str| document.shift_remove(name).and_then(super::text);
        let (display_name, external_id) = (text("displayName").unwrap_or_default(), text("externalId"));
        Ok(Self { display_name, external_id, members, tolerated: notes.into_list() })
    }
}

/// The ids in a list of members, each once. Whoever they belong to is for the store to say.
///
/// # Errors
/// `invalidValue` where a member has no id, is a group, or where there are too many.
pub(crate) fn member_ids(attribute: &Attribute, value: &Value, notes: &mut Notes) -> Result<Vec<String>, ScimError> {
    let given = match value {
        Value::Array(values) => values.iter().filter(|value| !value.is_null()).count(),
        Value::Null => 0,
        _ => 1,
    };
    let Some(Value::Array(members)) = coerce(attribute, value, &attribute.name, notes)? else {
        return if given == 0 { Ok(Vec::new()) } else { Err(no_id()) };
    };
    // A member that lost everything on the way, as one with a `display` alone does, was not understood.
    if members.len() < given {
        return Err(no_id());
    }
    let mut seen = HashSet::with_capacity(members.len());
    let mut ids = Vec::with_capacity(members.len());
    for member in &members {
        let id = member.get("value").and_then(Value::as_str).filter(|id| !id.is_empty()).ok_or_else(no_id)?;
        check_is_person(member)?;
        if seen.insert(id) {
            ids.push(id.to_owned());
        }
    }
    Ok(ids)
}

/// RFC 7643 §4.2: a member is a User, or a Group where a server has nested groups. This one has none.
fn check_is_person(member: &Value) -> Result<(), ScimError> {
    let text = |name: &str| member.get(name).and_then(Value::as_str).unwrap_or_default();
    let is_group = text("type").eq_ignore_ascii_case("Group");
    if is_group || text("$ref").split('/').any(|segment| segment.eq_ignore_ascii_case("Groups")) {
        return Err(nested(text("value")));
    }
    Ok(())
}

/// The refusal of a group as a member.
pub(crate) fn nested(id: &str) -> ScimError {
    let id = quoted(id);
    ScimError::InvalidValue(format!("Nested groups are not supported: send the people of {id} instead of the group."))
}

fn members_attribute<'r>(group: &'r ResourceType, name: &str) -> Option<&'r Attribute> {
    match group.find(name) {
        Some(Target::Attribute(located)) if located.sub_attribute.is_none() => {
            Some(located.attribute).filter(|attribute| attribute.name == "members")
        }
        _ => None,
    }
}

fn no_id() -> ScimError {
    ScimError::InvalidValue("A member is named by its id: send {\"value\":\"the id of a User\"}.".to_owned())
}

fn twice(name: &str) -> ScimError {
    ScimError::InvalidSyntax(format!("The attribute {} is given twice: send it once.", quoted(name)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::{GROUP_URN, MAX_MEMBERS, Registry};

    fn parse(body: Value) -> Result<GroupDocument, ScimError> {
        GroupDocument::parse(&body, Registry::default().group())
    }

    fn refusal(body: Value) -> (&'static str, String) {
        let shown = body.to_string();
        let error = parse(body).expect_err(&shown);
        (error.scim_type().unwrap(), error.detail().to_owned())
    }

    #[test]
    fn okta_pushes_a_group() {
        let members = json!([{"value": "1", "display": "ann"}, {"value": "2"}, {"value": "1"}]);
        let group = parse(json!({"schemas": [GROUP_URN], "displayName": "Ops", "members": members})).unwrap();
        assert_eq!((group.display_name.as_str(), group.external_id), ("Ops", None));
        assert_eq!(group.members.unwrap(), ["1", "2"]);
        assert!(group.tolerated.is_empty());
    }

    #[test]
    fn members_that_are_not_named_are_not_said() {
        let members = |body: Value| parse(body).unwrap().members;
        assert_eq!(members(json!({"displayName": "Ops"})), None);
        assert_eq!(members(json!({"displayName": "Ops", "members": []})), Some(Vec::new()));
        assert_eq!(members(json!({"displayName": "Ops", "members": null})), Some(Vec::new()));
        let qualified = json!({"displayname": "Ops", format!("{GROUP_URN}:Members"): [{"VALUE": "1", "$ref": null}]});
        assert_eq!(members(qualified), Some(vec!["1".to_owned()]));
    }

    #[test]
    fn what_entra_adds_is_dropped_and_noted() {
        let urn = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";
        let group = parse(json!({
            "schemas": [GROUP_URN, urn], "externalId": "8aa1", "displayName": "Ops", "meta": {"resourceType": "Group"},
            "mailNickname": "ops",
        }));
        let group = group.unwrap();
        assert_eq!(group.external_id.as_deref(), Some("8aa1"));
        assert_eq!(group.tolerated, ["unknown attribute \"mailNickname\" was dropped"]);
    }

    #[test]
    fn a_group_within_a_group_is_refused_in_plain_words() {
        for member in [
            json!({"value": "9", "type": "Group"}),
            json!({"value": "9", "type": "group"}),
            json!({"value": "9", "$ref": "https://gate.test/scim/v2/Groups/9"}),
            json!({"value": "9", "$ref": "../Groups/9"}),
        ] {
            let (kind, detail) = refusal(json!({"displayName": "Ops", "members": [{"value": "1"}, member]}));
            assert_eq!(kind, "invalidValue");
            assert!(detail.contains("Nested groups are not supported"), "{detail}");
        }
        let person = json!({"value": "1", "type": "User", "$ref": "../Users/1"});
        assert!(parse(json!({"displayName": "Ops", "members": [person]})).is_ok());
    }

    #[test]
    fn a_member_without_an_id_is_refused_and_never_passed_over() {
        for member in [
            json!({}),
            json!({"display": "ann"}),
            json!({"value": ""}),
            json!({"type": "User"}),
            json!("1"),
            json!({"value": 1}),
        ] {
            let (kind, _) = refusal(json!({"displayName": "Ops", "members": [{"value": "1"}, member]}));
            assert_eq!(kind, "invalidValue");
        }
        assert_eq!(refusal(json!({"displayName": "Ops", "members": "1"})).0, "invalidValue");
        assert_eq!(
            refusal(json!({"displayName": "Ops", "members": [{"value": "1", "VALUE": "2"}]})).0,
            "invalidSyntax"
        );
    }

    #[test]
    fn a_name_is_required_and_everything_is_said_once() {
        for body in [json!({}), json!({"displayName": ""}), json!({"displayName": null}), json!({"displayName": 7})] {
            assert_eq!(refusal(body).0, "invalidValue");
        }
        assert_eq!(refusal(json!([])).0, "invalidSyntax");
        assert_eq!(refusal(json!({"displayName": "Ops", "members": [], "Members": []})).0, "invalidSyntax");
    }

    #[test]
    fn twenty_thousand_members_are_taken_and_no_more() {
        let with = |count: usize| {
            let members: Vec<Value> = (0..count).map(|id| json!({"value": id.to_string()})).collect();
            parse(json!({"displayName": "Ops", "members": members}))
        };
        assert_eq!(with(MAX_MEMBERS).unwrap().members.unwrap().len(), MAX_MEMBERS);
        assert!(with(MAX_MEMBERS + 1).unwrap_err().detail().contains("20000"));
    }
}
