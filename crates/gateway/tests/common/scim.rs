//! A SCIM client that shows everything it gets.

use serde_json::{Value, json};

use super::answer::{Answer, send};

/// URN of the core `User`.
pub(crate) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// URN of the core `Group`.
pub(crate) const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// URN of the enterprise extension.
pub(crate) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// URN of the PATCH message.
pub(crate) const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/// URN of the role extension.
pub(crate) const ROLES: &str = "urn:ietf:params:scim:schemas:workato:1.0:WorkatoRole";

/// A client with one token.
#[derive(Debug, Clone)]
pub(crate) struct Scim {
    base_url: String,
    token: String,
}

/// The body of a new `User`; its `externalId` belongs to the name.
pub(crate) fn user(user_name: &str) -> Value {
    json!({
        "schemas": [USER],
        "userName": user_name,
        "externalId": format!("okta-{user_name}"),
        "name": { "givenName": "Ann", "familyName": "Lee" },
        "emails": [{ "value": user_name, "type": "work", "primary": true }],
        "active": true,
    })
}

/// The body with one member set to another value.
pub(crate) fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

impl Scim {
    pub(crate) fn new(gateway: &str, token: &str) -> Self {
        Self { base_url: format!("{gateway}/scim/v2"), token: token.to_owned() }
    }

    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let mut headers = headers.to_vec();
        headers.push(("authorization", &bearer));
        send(method, &format!("{}{path}", self.base_url), &headers, body)
    }

    pub(crate) fn send_json(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.send(method, path, &[("content-type", "application/scim+json")], Some(body.to_string().as_bytes()))
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], None)
    }

    pub(crate) fn delete(&self, id: &str) -> Answer {
        self.send("DELETE", &format!("/Users/{id}"), &[], None)
    }

    pub(crate) fn put(&self, id: &str, body: &Value) -> Answer {
        self.send_json("PUT", &format!("/Users/{id}"), body)
    }

    /// One `replace` operation with a path.
    pub(crate) fn patch(&self, id: &str, path: &str, value: Value) -> Answer {
        let operation = json!({ "op": "replace", "path": path, "value": value });
        self.send_json("PATCH", &format!("/Users/{id}"), &json!({ "schemas": [PATCH], "Operations": [operation] }))
    }

    pub(crate) fn create(&self, body: &Value) -> Answer {
        self.send_json("POST", "/Users", body)
    }

    /// Makes somebody and gives their SCIM id.
    pub(crate) fn provision(&self, user_name: &str) -> String {
        self.make(&user(user_name))
    }

    /// Makes the person of this body and gives their SCIM id.
    #[track_caller]
    pub(crate) fn make(&self, body: &Value) -> String {
        self.create(body).expect(201).id()
    }

    /// Makes a group of these people and gives its id.
    #[track_caller]
    pub(crate) fn make_group(&self, name: &str, members: &[&str]) -> String {
        let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
        let body = json!({ "schemas": [GROUP], "displayName": name, "members": members });
        self.send_json("POST", "/Groups", &body).expect(201).id()
    }

    /// A PATCH of what is at this path.
    pub(crate) fn operate(&self, path: &str, operations: Value) -> Answer {
        self.send_json("PATCH", path, &json!({ "schemas": [PATCH], "Operations": operations }))
    }

    /// A list of what an endpoint has and the filter selects.
    pub(crate) fn filter(&self, endpoint: &str, filter: &str) -> Answer {
        let query: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        self.get(&format!("{endpoint}?count=1000&filter={query}"))
    }
}
