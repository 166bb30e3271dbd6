//! A collaborator group as a SCIM `Group` (RFC 7643 §4.2): its members are those of origin `scim`.

use ::web::base_url::BaseUrl;
use chrono::SecondsFormat;
use domain::group::Group;
use serde_json::{Map, Value, json};
use store::Member;

use crate::projection::Projection;
use crate::response::etag;
use crate::schema::ResourceType;

/// The resource, as far as the projection wants it.
pub(crate) fn to_json(
    group: &Group,
    members: &[Member],
    projection: &Projection,
    resource_type: &ResourceType,
    base_url: &BaseUrl,
) -> Value {
    let mut resource = Map::new();
    resource.insert("schemas".into(), json!([crate::schema::GROUP_URN]));
    resource.insert("id".into(), json!(group.scim_id));
    if let Some(external_id) = &group.external_id {
        resource.insert("externalId".into(), json!(external_id));
    }
    resource.insert("displayName".into(), json!(group.name));
    let users = format!("{}/Users", base_url.scim());
    let members: Vec<Value> = members
        .iter()
        .map(|member| {
            let (id, name) = (member.scim_id.to_string(), &member.user_name);
            json!({ "value": id, "$ref": format!("{users}/{id}"), "type": "User", "display": name })
        })
        .collect();
    if !members.is_empty() {
        resource.insert("members".into(), Value::Array(members));
    }
    resource.insert("meta".into(), meta(group, base_url));
    Value::Object(projection.apply(&resource, resource_type))
}

/// Where the resource is.
pub(crate) fn location(group: &Group, base_url: &BaseUrl) -> String {
    format!("{}/Groups/{}", base_url.scim(), group.scim_id)
}

/// RFC 7643 §3.1.
fn meta(group: &Group, base_url: &BaseUrl) -> Value {
    json!({
        "resourceType": "Group",
        "created": group.created_at.to_rfc3339_opts(SecondsFormat::Micros, true),
        "lastModified": group.modified_at.to_rfc3339_opts(SecondsFormat::Micros, true),
        "location": location(group, base_url),
        "version": etag(group.revision),
    })
}
