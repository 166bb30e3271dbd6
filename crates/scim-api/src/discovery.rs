//! The discovery documents (RFC 7644 §4, RFC 7643 §5–§7), made from the registry and from what the server does.

use serde_json::{Map, Value, json};

use crate::bulk;
use crate::list::{DEFAULT_COUNT, MAX_COUNT};
use crate::schema::{Attribute, Kind, Mutability, Registry, ResourceType, Returned, Schema, Uniqueness};

const SERVICE_PROVIDER_CONFIG_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
const RESOURCE_TYPE_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
const SCHEMA_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";

/// What the server can do (RFC 7643 §5). `base_url` is the SCIM base URL without a slash at its end.
pub fn service_provider_config(base_url: &str) -> Value {
    json!({
        "schemas": [SERVICE_PROVIDER_CONFIG_URN],
        "patch": {"supported": true},
        "bulk": {"supported": true, "maxOperations": bulk::MAX_OPERATIONS, "maxPayloadSize": bulk::MAX_PAYLOAD_SIZE},
        "filter": {"supported": true, "maxResults": MAX_COUNT},
        "changePassword": {"supported": false},
        "sort": {"supported": true},
        "etag": {"supported": true},
        "pagination": pagination(),
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "Bearer token",
            "description": "The SCIM token of the workspace in the header Authorization: Bearer.",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "primary": true,
        }],
        "meta": {"resourceType": "ServiceProviderConfig", "location": format!("{base_url}/ServiceProviderConfig")},
    })
}

/// RFC 9865 §4. There is no `cursorTimeout`: our cursors do not expire.
fn pagination() -> Value {
    json!({
        "cursor": true,
        "index": true,
        "defaultPaginationMethod": "index",
        "defaultPageSize": DEFAULT_COUNT,
        "maxPageSize": MAX_COUNT,
    })
}

/// All resource types (RFC 7643 §6).
pub fn resource_types(registry: &Registry, base_url: &str) -> Vec<Value> {
    registry.resource_types().map(|resource| resource_type(resource, base_url)).collect()
}

/// The resource type of this name.
pub fn find_resource_type(registry: &Registry, name: &str, base_url: &str) -> Option<Value> {
    registry.resource_types().find(|resource| resource.name == name).map(|resource| resource_type(resource, base_url))
}

/// All schemas (RFC 7643 §7).
pub fn schemas(registry: &Registry, base_url: &str) -> Vec<Value> {
    registry.schemas().map(|definition| schema(definition, base_url)).collect()
}

/// The schema of this URN, in any case.
pub fn find_schema(registry: &Registry, urn: &str, base_url: &str) -> Option<Value> {
    registry.schemas().find(|definition| definition.id.eq_ignore_ascii_case(urn)).map(|found| schema(found, base_url))
}

fn resource_type(resource: &ResourceType, base_url: &str) -> Value {
    let extensions: Vec<Value> =
        resource.extensions.iter().map(|schema| json!({"schema": schema.id, "required": false})).collect();
    json!({
        "schemas": [RESOURCE_TYPE_URN],
        "id": resource.name,
        "name": resource.name,
        "description": resource.description,
        "endpoint": resource.endpoint,
        "schema": resource.core.id,
        "schemaExtensions": extensions,
        "meta": {"resourceType": "ResourceType", "location": format!("{base_url}/ResourceTypes/{}", resource.name)},
    })
}

fn schema(schema: &Schema, base_url: &str) -> Value {
    json!({
        "schemas": [SCHEMA_URN],
        "id": schema.id,
        "name": schema.name,
        "description": schema.description,
        "attributes": schema.attributes.iter().map(attribute).collect::<Vec<_>>(),
        "meta": {"resourceType": "Schema", "location": format!("{base_url}/Schemas/{}", schema.id)},
    })
}

fn attribute(attribute: &Attribute) -> Value {
    let mut members = Map::new();
    let mut set = |name: &str, value: Value| members.insert(name.to_owned(), value);
    set("name", attribute.name.as_ref().into());
    set("type", kind(attribute.kind).into());
    set("multiValued", attribute.multi_valued.into());
    set("description", attribute.description.as_ref().into());
    // RFC 7644 §3.5.2.2 lets a server refuse the removal of required attributes only, so that one is required, too.
    set("required", (attribute.required || attribute.never_unassigned).into());
    if matches!(attribute.kind, Kind::String | Kind::Reference | Kind::Binary) {
        set("caseExact", attribute.case_exact.into());
    }
    if !attribute.canonical_values.is_empty() {
        set("canonicalValues", attribute.canonical_values.into());
    }
    set("mutability", mutability(attribute.mutability).into());
    set("returned", returned(attribute.returned).into());
    set("uniqueness", uniqueness(attribute.uniqueness).into());
    if !attribute.reference_types.is_empty() {
        set("referenceTypes", attribute.reference_types.into());
    }
    if !attribute.sub_attributes.is_empty() {
        set("subAttributes", attribute.sub_attributes.iter().map(self::attribute).collect());
    }
    Value::Object(members)
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::String => "string",
        Kind::Boolean => "boolean",
        Kind::Decimal => "decimal",
        Kind::Integer => "integer",
        Kind::DateTime => "dateTime",
        Kind::Reference => "reference",
        Kind::Binary => "binary",
        Kind::Complex => "complex",
    }
}

fn mutability(mutability: Mutability) -> &'static str {
    match mutability {
        Mutability::ReadOnly => "readOnly",
        Mutability::ReadWrite => "readWrite",
        Mutability::Immutable => "immutable",
        Mutability::WriteOnly => "writeOnly",
    }
}

fn returned(returned: Returned) -> &'static str {
    match returned {
        Returned::Always => "always",
        Returned::Never => "never",
        Returned::Default => "default",
        Returned::Request => "request",
    }
}

fn uniqueness(uniqueness: Uniqueness) -> &'static str {
    match uniqueness {
        Uniqueness::None => "none",
        Uniqueness::Server => "server",
        Uniqueness::Global => "global",
    }
}

#[cfg(test)]
mod tests {
    use domain::custom_attribute::{CustomAttribute, CustomKind, Shape};

    use super::*;
    use crate::schema::{ENTERPRISE_URN, GROUP_URN, ROLE_URN, RoleAttribute, USER_URN, WORKATO_ROLE_URN};

    const BASE: &str = "https://gate.test/scim/v2";

    #[test]
    fn the_configuration_says_what_the_server_does() {
        insta::assert_json_snapshot!(service_provider_config(BASE));
    }

    #[test]
    fn groups_and_roles_are_published_whole() {
        let registry = Registry::default();
        insta::assert_json_snapshot!([GROUP_URN, ROLE_URN].map(|urn| find_schema(&registry, urn, BASE)));
    }

    #[test]
    fn an_added_attribute_is_published_under_its_urn() {
        let urn = "urn:acme:scim:1.0:Person";
        let attribute = |name, kind, multi_valued, case_exact| {
            CustomAttribute::new(urn, name, Shape { kind, multi_valued, case_exact }).unwrap()
        };
        let added = [
            attribute("badges", CustomKind::String, true, true),
            attribute("onCall", CustomKind::Boolean, false, false),
            attribute("level", CustomKind::Integer, false, false),
            attribute("rate", CustomKind::Decimal, false, false),
            attribute("since", CustomKind::DateTime, false, false),
            attribute("desk", CustomKind::Reference, false, false),
        ];
        let registry = Registry::new(&[RoleAttribute::new("role", &[])], added.into_iter().collect());
        insta::assert_json_snapshot!(find_schema(&registry, urn, BASE));
        let user = find_resource_type(&registry, "User", BASE).unwrap();
        assert_eq!(user["schemaExtensions"][2], json!({"schema": urn, "required": false}));
    }

    #[test]
    fn the_resource_type_lists_its_extensions() {
        insta::assert_json_snapshot!(resource_types(&Registry::default(), BASE));
    }

    #[test]
    fn the_role_schema_is_published_without_its_aliases() {
        insta::assert_json_snapshot!(find_schema(&Registry::default(), WORKATO_ROLE_URN, BASE));
    }

    #[test]
    fn a_schema_is_found_by_its_urn_in_any_case() {
        let registry = Registry::default();
        assert_eq!(find_schema(&registry, &USER_URN.to_lowercase(), BASE).unwrap()["id"], USER_URN);
        assert_eq!(find_schema(&registry, "urn:x", BASE), None);
        assert_eq!(find_resource_type(&registry, "User", BASE).unwrap()["endpoint"], "/Users");
        let ids: Vec<Value> = schemas(&registry, BASE).iter().map(|schema| schema["id"].clone()).collect();
        assert_eq!(ids, [USER_URN, ENTERPRISE_URN, WORKATO_ROLE_URN, GROUP_URN, ROLE_URN]);
    }

    #[test]
    fn an_attribute_is_published_with_all_its_characteristics() {
        let user = find_schema(&Registry::default(), USER_URN, BASE).unwrap();
        let named =
            |name: &str| user["attributes"].as_array().unwrap().iter().find(|a| a["name"] == name).unwrap().clone();
        insta::assert_json_snapshot!([named("userName"), named("password"), named("emails"), named("groups")]);
    }
}
