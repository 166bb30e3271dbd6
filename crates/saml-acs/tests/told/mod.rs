//! What a verified assertion says, in the form of the fixtures' `expected.json`.

use chrono::{DateTime, SecondsFormat, Utc};
use saml_acs::{Attribute, VerifiedAssertion};
use serde_json::{Value, json};

pub(crate) fn told(assertion: &VerifiedAssertion) -> Value {
    let time = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let attribute = |attribute: &Attribute| json!([attribute.name, attribute.values]);
    json!({
        "issuer": assertion.issuer(),
        "assertion_id": assertion.assertion_id(),
        "in_response_to": assertion.in_response_to(),
        "name_id": assertion.name_id(),
        "name_id_format": assertion.name_id_format(),
        "session_index": assertion.session_index(),
        "authn_instant": assertion.authn_instant().map(time),
        "session_not_on_or_after": assertion.session_not_on_or_after().map(time),
        "not_on_or_after": time(assertion.not_on_or_after()),
        "attributes": assertion.attributes().iter().map(attribute).collect::<Vec<_>>(),
    })
}
