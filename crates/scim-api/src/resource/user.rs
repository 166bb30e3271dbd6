//! A person as a SCIM `User` (RFC 7643 §4.1), and back.

use ::web::base_url::BaseUrl;
use chrono::SecondsFormat;
use domain::collaborator::{Person, Profile, UserName};
use domain::command::ScimUser;
use serde_json::{Map, Value, json};
use store::ScimMembership;

use crate::document::UserDocument;
use crate::error::ScimError;
use crate::projection::Projection;
use crate::response::etag;
use crate::schema::Registry;

/// The whole resource, as far as the projection wants it.
pub(crate) fn to_json(
    person: &Person,
    groups: &[ScimMembership],
    projection: &Projection,
    registry: &Registry,
    base_url: &BaseUrl,
) -> Value {
    let document = document(person, registry).to_document();
    let mut resource = Map::new();
    resource.insert("schemas".into(), json!(registry.user().schemas_of(&document)));
    resource.insert("id".into(), json!(person.scim_id));
    resource.extend(document);
    if !groups.is_empty() {
        resource.insert("groups".into(), groups_of(groups, base_url));
    }
    resource.insert("meta".into(), meta(person, base_url));
    Value::Object(projection.apply(&resource, registry.user()))
}

/// RFC 7643 §4.1.2: the groups that SCIM pushed; those of other origins are none of the client's.
fn groups_of(groups: &[ScimMembership], base_url: &BaseUrl) -> Value {
    let base = format!("{}/Groups", base_url.scim());
    let each = groups.iter().map(|membership| {
        let (id, name) = (membership.group.to_string(), &membership.name);
        json!({ "value": id, "$ref": format!("{base}/{id}"), "display": name, "type": "direct" })
    });
    Value::Array(each.collect())
}

/// Where the resource is.
pub(crate) fn location(person: &Person, base_url: &BaseUrl) -> String {
    format!("{}/Users/{}", base_url.scim(), person.scim_id)
}

/// The part of a person that SCIM writes, as far as the registry knows it.
pub(crate) fn document(person: &Person, registry: &Registry) -> UserDocument {
    UserDocument {
        user_name: person.user_name.as_str().to_owned(),
        external_id: person.external_id.clone(),
        active: Some(person.lifecycle.is_active()),
        roles: Some(registry.role_values(person.facts.provisioned.values())),
        profile: registry.custom_attributes().visible(&person.profile).0,
        tolerated: Vec::new(),
    }
}

/// What a document means that was read by this registry.
pub(crate) fn from_document(document: UserDocument, registry: &Registry) -> Result<ScimUser, ScimError> {
    let user_name = UserName::new(&document.user_name).map_err(|error| ScimError::InvalidValue(format!("{error}.")))?;
    Ok(ScimUser {
        user_name,
        external_id: document.external_id,
        active: document.active,
        roles: document.roles,
        profile: Profile(document.profile),
        custom_attributes: registry.custom_attributes().clone(),
    })
}

/// RFC 7643 §3.1.
fn meta(person: &Person, base_url: &BaseUrl) -> Value {
    json!({
        "resourceType": "User",
        "created": person.created_at.to_rfc3339_opts(SecondsFormat::Micros, true),
        "lastModified": person.modified_at.to_rfc3339_opts(SecondsFormat::Micros, true),
        "location": location(person, base_url),
        "version": etag(person.revision),
    })
}
