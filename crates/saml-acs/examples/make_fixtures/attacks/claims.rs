//! Assertions of the identity provider itself whose conditions or confirmation are not what a login needs.

use super::{Attack, part};

const CONDITIONS: &str =
    "<saml2:Conditions NotBefore=\"2026-11-22T09:54:58.124Z\" NotOnOrAfter=\"2026-11-22T10:04:58.124Z\">";
const RESTRICTION: &str = "<saml2:AudienceRestriction>";
const DATA: &str = "<saml2:SubjectConfirmationData InResponseTo=\"_4d84a8f4b1d0c6ab7a41f8b02d3e5f60\" \
                    NotOnOrAfter=\"2026-11-22T10:04:58.124Z\" \
                    Recipient=\"https://gatehouse.example.test/saml/acme/acs\"/>";
const UNTIL: &str = "NotOnOrAfter=\"2026-11-22T10:04:58.124Z\" Recipient";
const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";

pub(super) fn all() -> Vec<Attack> {
    [conditions(), confirmations(), bearers()].into_iter().flatten().collect()
}

/// A part of the template, from the first `start` to the last `end`.
fn template(start: &str, end: &str) -> String {
    part(crate::good::OKTA.0, start, end).map(str::to_owned).unwrap_or_default()
}

impl Attack {
    pub(super) fn said_without_subject(self) -> Self {
        self.said(template("<saml2:Subject>", "</saml2:Subject>"), "")
    }
}

fn conditions() -> Vec<Attack> {
    let whole = template("<saml2:Conditions ", "</saml2:Conditions>");
    let unknown = |name, why, condition: &str| {
        Attack::new("unknown_condition", name, why).said(RESTRICTION, format!("{condition}{RESTRICTION}"))
    };
    let missing = |name, why, new: &str| Attack::new("conditions_missing", name, why).said(&whole, new);
    vec![
        missing("none", "Valid for everybody and for ever.", ""),
        missing("in_advice", "Conditions that are only advice.", &format!("<saml2:Advice>{whole}</saml2:Advice>")),
        missing(
            "foreign",
            "Conditions of another vocabulary.",
            &whole.replace("saml2:Conditions", "x:Conditions").replacen(
                " NotBefore",
                " xmlns:x=\"urn:x\" NotBefore",
                1,
            ),
        ),
        unknown(
            "foreign",
            "A condition that we do not understand may not be met.",
            "<x:Only xmlns:x=\"urn:example:x\"/>",
        ),
        unknown(
            "extension",
            "The same by SAML's own extension point.",
            "<saml2:Condition xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:x=\"urn:example:x\" \
                xsi:type=\"x:Only\"/>",
        ),
        unknown(
            "delegation",
            "Presented on behalf of others, which we do not understand.",
            "<saml2:Condition xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
             xmlns:del=\"urn:oasis:names:tc:SAML:2.0:conditions:delegation\" \
             xsi:type=\"del:DelegationRestrictionType\"/>",
        ),
        unknown("saml_1_1", "A condition of SAML 1.1.", "<saml2:DoNotCacheCondition/>"),
        unknown("lower_case", "A condition by nearly the right name.", "<saml2:onetimeuse/>"),
        unknown(
            "foreign_restriction",
            "A restriction of another vocabulary.",
            "<x:AudienceRestriction xmlns:x=\"urn:x\"/>",
        ),
        Attack::new("duplicated_element", "conditions", "Two sets of conditions: which one holds?")
            .said(CONDITIONS, format!("<saml2:Conditions/>{CONDITIONS}")),
    ]
}

fn confirmations() -> Vec<Attack> {
    let whole = template("<saml2:SubjectConfirmation ", "</saml2:SubjectConfirmation>");
    let missing = |name, why, new: &str| Attack::new("bearer_missing", name, why).said(&whole, new);
    let method = |name, why, method: &str| missing(name, why, &whole.replace(BEARER, method));
    let twice = format!("<saml2:SubjectConfirmationData Recipient=\"https://other.test/\"/>{DATA}");
    vec![
        missing("no_confirmation", "Nothing says who may present it.", ""),
        missing("no_data", "A bearer confirmation without its data.", &whole.replace(DATA, "")),
        missing("no_method", "A confirmation of no method.", &whole.replace(&format!(" Method=\"{BEARER}\""), "")),
        missing(
            "foreign",
            "A confirmation of another vocabulary.",
            &whole
                .replace("saml2:SubjectConfirmation ", "x:SubjectConfirmation xmlns:x=\"urn:x\" ")
                .replace("</saml2:SubjectConfirmation>", "</x:SubjectConfirmation>"),
        ),
        missing(
            "foreign_data",
            "Data of another vocabulary.",
            &whole.replace("<saml2:SubjectConfirmationData ", "<x:SubjectConfirmationData xmlns:x=\"urn:x\" "),
        ),
        method("other_method", "Only for the holder of a key.", "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"),
        method("sender_vouches", "Only by the word of the sender.", "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"),
        method("saml_1_1_bearer", "A bearer as SAML 1.1 has it.", "urn:oasis:names:tc:SAML:1.0:cm:bearer"),
        method("other_case", "Methods are compared by character.", "urn:oasis:names:tc:SAML:2.0:cm:Bearer"),
        method("longer_method", "Bearer is only its beginning.", "urn:oasis:names:tc:SAML:2.0:cm:bearer2"),
        Attack::new("duplicated_element", "confirmation_data", "Two sets of data for one confirmation.")
            .said(DATA, twice),
    ]
}

fn bearers() -> Vec<Attack> {
    let other = "<saml2:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">\
                 <saml2:SubjectConfirmationData Recipient=\"https://gatehouse.example.test/saml/acme/acs\"/>\
                 </saml2:SubjectConfirmation>";
    vec![
        Attack::new("bearer_not_before", "present", "The browser profile forbids it.")
            .said(UNTIL, format!("NotBefore=\"2026-11-22T09:54:58Z\" {UNTIL}")),
        Attack::new("bearer_unbounded", "no_end", "May be presented for ever.").said(UNTIL, "Recipient"),
        Attack::new("bearer_unbounded", "other_case", "An end by nearly the right name.")
            .said(UNTIL, UNTIL.replace("NotOnOrAfter", "notOnOrAfter")),
        Attack::new("bearer_unbounded", "halves", "Two confirmations, each with half of what one needs.")
            .said(DATA, DATA.replace("Recipient=\"https://gatehouse.example.test/saml/acme/acs\"", ""))
            .said("</saml2:NameID>", format!("</saml2:NameID>{other}")),
    ]
}
