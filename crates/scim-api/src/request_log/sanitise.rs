//! What of a request may be kept. A password must never be shown (RFC 7643 §4.1.1), and what can't be read can't be
//! searched for one.

use std::fmt;

use actix_web::http::Uri;
use serde_json::Value;
use url::form_urlencoded;

const MASK: &str = "***";

/// A body as the log shows it.
pub(crate) enum Sent<'b> {
    /// JSON: kept, passwords masked.
    Json(&'b Value),
    /// Anything else: its size, what it was said to be, and its first character.
    Unreadable {
        /// The bytes.
        bytes: &'b [u8],
        /// The `Content-Type`.
        media_type: &'b str,
    },
    /// What did not come in whole, or is larger than what is read.
    Unread,
}

impl fmt::Display for Sent<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(body) => {
                let mut shown = (*body).clone();
                mask(&mut shown);
                write!(formatter, "{shown}")
            }
            Self::Unreadable { bytes: [], .. } => formatter.write_str("(no body)"),
            Self::Unreadable { bytes, media_type } => {
                let media_type: String = media_type.chars().filter(|c| !c.is_control()).take(100).collect();
                write!(formatter, "({} bytes of {media_type} that are not JSON{})", bytes.len(), beginning(bytes))
            }
            Self::Unread => formatter.write_str("(not read)"),
        }
    }
}

/// A sign tells a form, an XML document and broken JSON apart, and no secret.
fn beginning(bytes: &[u8]) -> String {
    match bytes.trim_ascii_start().first() {
        Some(sign @ (b'{' | b'[' | b'<' | b'"')) => format!(", beginning with {}", char::from(*sign)),
        _ => String::new(),
    }
}

/// Path and query below the base URL.
pub(super) fn path(uri: &Uri) -> String {
    let whole = uri.path_and_query().map_or("/", |path| path.as_str());
    let below = whole.strip_prefix("/scim/v2").unwrap_or(whole);
    match below.split_once('?') {
        Some((path, query)) if names_password_in_query(query) => format!("{path}?{MASK}"),
        _ => below.to_owned(),
    }
}

fn names_password_in_query(query: &str) -> bool {
    form_urlencoded::parse(query.as_bytes()).any(|(name, value)| names_password(&name) || names_password(&value))
}

/// A password may stand in a resource, a PATCH value or a bulk operation; and in a filter, where it does not belong.
fn mask(value: &mut Value) {
    match value {
        Value::Object(members) => {
            let is_path_of_password = |(name, value): (&String, &Value)| {
                name.eq_ignore_ascii_case("path") && value.as_str().is_some_and(names_password)
            };
            let by_path = members.iter().any(is_path_of_password);
            for (name, value) in members {
                let is_filter = name.eq_ignore_ascii_case("filter") && value.as_str().is_some_and(names_password);
                let is_its_value = by_path && name.eq_ignore_ascii_case("value");
                if names_password(name) || is_filter || is_its_value {
                    *value = Value::String(MASK.to_owned());
                } else {
                    mask(value);
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(mask),
        _ => {}
    }
}

fn names_password(text: &str) -> bool {
    text.to_ascii_lowercase().contains("password")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Okta sends a random password with each POST, and password syncs as PATCH: neither may be found in any log.
    #[test]
    fn passwords_are_masked_wherever_they_stand() {
        let body = json!({
            "password": "one",
            "Operations": [
                { "op": "replace", "path": "password", "value": "two" },
                { "value": { "Password": "three", "urn:ietf:params:scim:schemas:core:2.0:User:password": "four" } },
                { "op": "add", "PATH": "urn:ietf:params:scim:schemas:core:2.0:User:Password", "Value": ["five"] },
                { "method": "POST", "data": { "oldPasswords": { "value": "six" } } },
            ],
            "filter": "password eq \"seven\"",
            "userName": "ann@acme.test",
        });
        let shown = Sent::Json(&body).to_string();
        for secret in ["one", "two", "three", "four", "five", "six", "seven"] {
            assert!(!shown.contains(&format!("\"{secret}")), "{shown}");
        }
        assert!(shown.contains("ann@acme.test") && serde_json::from_str::<Value>(&shown).is_ok());
    }

    #[test]
    fn what_cannot_be_read_is_described_and_not_kept() {
        let shown = |bytes: &[u8], media_type: &str| Sent::Unreadable { bytes, media_type }.to_string();
        assert_eq!(shown(b"", "application/scim+json"), "(no body)");
        let broken = shown(b" {\"password\":\"secret\"", "application/scim+json");
        assert_eq!(broken, "(21 bytes of application/scim+json that are not JSON, beginning with {)");
        assert_eq!(shown(b"password=secret", "text/x\n"), "(15 bytes of text/x that are not JSON)");
        assert_eq!(Sent::Unread.to_string(), "(not read)");
    }

    #[test]
    fn a_path_is_kept_below_the_base_url_and_without_a_password() {
        let path = |uri: &'static str| path(&Uri::from_static(uri));
        assert_eq!(path("/scim/v2/Users?filter=userName%20pr"), "/Users?filter=userName%20pr");
        assert_eq!(path("/scim/v2"), "");
        for uri in ["/scim/v2/Users?filter=pass%77ord+eq+%22secret%22", "/scim/v2/Users?Password=secret"] {
            assert_eq!(path(uri), "/Users?***");
        }
    }
}
