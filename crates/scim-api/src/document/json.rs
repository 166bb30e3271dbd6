//! JSON read strictly: one value, UTF-8, no name twice in one object, nested no deeper than the reader's limit.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::error::{ScimError, quoted};

/// Reads a request body.
///
/// # Errors
/// `invalidSyntax` with the place of the fault.
pub fn parse_json(body: &[u8]) -> Result<Value, ScimError> {
    let text = std::str::from_utf8(body)
        .map_err(|fault| refused(&format!("it is not UTF-8 from byte {} on", fault.valid_up_to())))?;
    if text.trim_ascii().is_empty() {
        return Err(refused("it is empty"));
    }
    serde_json::from_str(text).map(|Strict(value)| value).map_err(|fault| refused(&fault.to_string()))
}

fn refused(why: &str) -> ScimError {
    ScimError::InvalidSyntax(format!("The body is not the JSON that was expected: {why}."))
}

/// A value in which no object has a name twice. RFC 8259 §4 leaves open what such an object means, so two readers of
/// one message may see different people.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number is too large"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Strict(value)) = sequence.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some((name, Strict(value))) = entries.next_entry::<String, Strict>()? {
            if members.contains_key(&name) {
                return Err(A::Error::custom(format!("the name {} stands twice in one object", quoted(&name))));
            }
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refusal(body: &[u8]) -> String {
        let error = parse_json(body).unwrap_err();
        assert_eq!(error.scim_type(), Some("invalidSyntax"));
        error.detail().to_owned()
    }

    #[test]
    fn json_is_read_as_it_is() {
        let text = r#" {"a":[1,-2,1.5,"\u00e9",true,null,{}],"b":{"c":18446744073709551615}} "#;
        assert_eq!(parse_json(text.as_bytes()).unwrap(), serde_json::from_str::<Value>(text).unwrap());
        assert_eq!(parse_json(b"7").unwrap(), json!(7));
    }

    #[test]
    fn a_name_given_twice_is_refused() {
        assert!(refusal(br#"{"a":{"active":true,"active":false}}"#).contains("\"active\""));
    }

    #[test]
    fn what_is_not_json_is_refused_with_its_place() {
        assert!(refusal(b"{\"a\":\xff}").contains("byte 5"));
        assert!(refusal(b"{\"a\":1,}").contains("column"));
        assert!(refusal(b"").contains("empty"));
        for body in [&b"{}{}"[..], b"{\"a\":\"\\ud800\"}", b"{\"a\":\"\x00\"}", b"{\"a\":1e999}", b"nope"] {
            refusal(body);
        }
    }

    #[test]
    fn ten_thousand_levels_are_refused() {
        assert!(refusal("[".repeat(10_000).as_bytes()).contains("recursion limit"));
        refusal("{\"a\":".repeat(10_000).as_bytes());
    }
}
