//! An environment role as a read-only resource, so that an identity provider can offer the roles to choose from.

use ::web::base_url::BaseUrl;
use domain::environment::{RoleName, SYSTEM_ROLES};
use domain::predicate::AttributePath;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::projection::Projection;
use crate::schema::ResourceType;

/// The whole resource. Its id is made from its name, which never changes.
pub(crate) fn to_resource(role: &RoleName, base_url: &BaseUrl) -> Map<String, Value> {
    let id: String =
        Sha256::digest(role.as_str().as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let kind = if SYSTEM_ROLES.contains(&role.as_str()) { "system" } else { "custom" };
    let location = format!("{}/Roles/{id}", base_url.scim());
    let mut resource = Map::new();
    resource.insert("schemas".into(), json!([crate::schema::ROLE_URN]));
    resource.insert("id".into(), json!(id));
    resource.insert("displayName".into(), json!(role));
    resource.insert("value".into(), json!(role));
    resource.insert("type".into(), json!(kind));
    resource.insert("meta".into(), json!({ "resourceType": "Role", "location": location }));
    resource
}

/// The part of it that is wanted.
pub(crate) fn project(resource: &Map<String, Value>, projection: &Projection, role: &ResourceType) -> Value {
    Value::Object(projection.apply(resource, role))
}

/// What sorting by an attribute goes by; nothing comes last.
pub(crate) fn sort_key(resource: &Map<String, Value>, path: &AttributePath) -> (bool, String) {
    let found = resource.iter().find(|(name, _)| name.eq_ignore_ascii_case(path.as_str()));
    let text = found.and_then(|(_, value)| value.as_str()).map(domain::text::fold);
    (text.is_none(), text.unwrap_or_default())
}
