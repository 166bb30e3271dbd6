//! Assertions of the identity provider itself that are not for us, not for now, or not what a login needs.

use super::Attack;

const CONDITIONS: &str =
    "<saml2:Conditions NotBefore=\"2026-11-22T09:54:58.124Z\" NotOnOrAfter=\"2026-11-22T10:04:58.124Z\">";
const CONDITIONS_END: &str = "</saml2:Conditions>";
const RESTRICTION: &str = "<saml2:AudienceRestriction>";
const RESTRICTION_END: &str = "</saml2:AudienceRestriction>";
const AUDIENCE: &str = "<saml2:Audience>https://gatehouse.example.test/saml/acme/metadata</saml2:Audience>";
const OTHER_AUDIENCE: &str = "<saml2:Audience>https://other.test</saml2:Audience>";
const DATA: &str = "<saml2:SubjectConfirmationData InResponseTo=\"_4d84a8f4b1d0c6ab7a41f8b02d3e5f60\" \
                    NotOnOrAfter=\"2026-11-22T10:04:58.124Z\" \
                    Recipient=\"https://gatehouse.example.test/saml/acme/acs\"/>";
const UNTIL: &str = "NotOnOrAfter=\"2026-11-22T10:04:58.124Z\" Recipient";
const NAME_ID: &str = "<saml2:NameID Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress\">";
const STATEMENT: &str = "<saml2:AuthnStatement AuthnInstant=\"2026-11-22T06:12:31.000Z\" \
                         SessionIndex=\"_4d84a8f4b1d0c6ab7a41f8b02d3e5f60\">";
const CONTEXT: &str = "<saml2:AuthnContext><saml2:AuthnContextClassRef>\
                       urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport\
                       </saml2:AuthnContextClassRef></saml2:AuthnContext>";

pub(super) fn all() -> Vec<Attack> {
    let kinds = [conditions(), validity(), audiences(), recipients(), confirmations(), statements(), names()];
    kinds.into_iter().flatten().collect()
}

fn conditions() -> Vec<Attack> {
    let whole = [CONDITIONS, RESTRICTION, AUDIENCE, RESTRICTION_END, CONDITIONS_END].concat();
    let extension = "<saml2:Condition xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
                     xmlns:x=\"urn:example:x\" xsi:type=\"x:Only\"/><saml2:AudienceRestriction>";
    vec![
        Attack::new("conditions_missing", "none", "Valid for everybody and for ever.").said(whole, ""),
        Attack::new("unknown_condition", "foreign", "A condition that we do not understand may not be met.")
            .said(RESTRICTION, format!("<x:Only xmlns:x=\"urn:example:x\"/>{RESTRICTION}")),
        Attack::new("unknown_condition", "extension", "The same by SAML's own extension point.")
            .said(RESTRICTION, extension),
        Attack::new("duplicated_element", "conditions", "Two sets of conditions: which one holds?")
            .said(CONDITIONS, format!("<saml2:Conditions/>{CONDITIONS}")),
    ]
}

fn validity() -> Vec<Attack> {
    let from = |name, why, time| {
        let new = CONDITIONS.replace("2026-11-22T09:54:58.124Z", time);
        Attack::new("not_yet_valid", name, why).said(CONDITIONS, new)
    };
    let until = |name, why, time| {
        let new = CONDITIONS.replace("2026-11-22T10:04:58.124Z", time);
        Attack::new("expired", name, why).said(CONDITIONS, new)
    };
    vec![
        from("tomorrow", "Valid from tomorrow on.", "2026-11-23T10:00:00Z"),
        from("beyond_tolerance", "Valid in 61 seconds.", "2026-11-22T10:01:01Z"),
        until("yesterday", "Valid until yesterday.", "2026-11-21T10:00:00Z"),
        until("at_the_tolerance", "Valid until a minute ago, to the instant.", "2026-11-22T09:59:00Z"),
    ]
}

fn audiences() -> Vec<Attack> {
    let audience = |name, why, new: &str| Attack::new("audience", name, why).said(AUDIENCE, new);
    let second = [RESTRICTION, OTHER_AUDIENCE, RESTRICTION_END, CONDITIONS_END].concat();
    let restriction = [RESTRICTION, AUDIENCE, RESTRICTION_END].concat();
    vec![
        Attack::new("audience_missing", "no_restriction", "For every service.").said(restriction, ""),
        audience("other_service", "For another service of the same identity provider.", OTHER_AUDIENCE),
        audience("other_workspace", "For another workspace.", &AUDIENCE.replace("acme", "other")),
        audience("longer", "Our name is only the beginning.", &AUDIENCE.replace("metadata<", "metadata2<")),
        audience("empty_restriction", "Restricted to nobody.", ""),
        Attack::new("audience", "both_required", "Both restrictions must be met; one names another service.")
            .said(CONDITIONS_END, second),
    ]
}

fn recipients() -> Vec<Attack> {
    let recipient = |name, why, new: &str| {
        let old = " Recipient=\"https://gatehouse.example.test/saml/acme/acs\"";
        Attack::new("recipient", name, why).said(old, new)
    };
    let other_workspace = " Recipient=\"https://gatehouse.example.test/saml/other/acs\"";
    let longer = " Recipient=\"https://gatehouse.example.test/saml/acme/acs.attacker.test\"";
    vec![
        recipient("other_service", "For another service.", " Recipient=\"https://other.test/acs\""),
        recipient("other_workspace", "For another workspace of this service.", other_workspace),
        recipient("longer", "Our address is only the beginning.", longer),
        recipient("shorter", "Only the beginning of our address.", " Recipient=\"https://gatehouse.example.test/\""),
        recipient("missing", "For nobody.", ""),
    ]
}

fn confirmations() -> Vec<Attack> {
    let start = "<saml2:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">";
    let whole = [start, DATA, "</saml2:SubjectConfirmation>"].concat();
    let twice = format!("<saml2:SubjectConfirmationData Recipient=\"https://other.test/\"/>{DATA}");
    vec![
        Attack::new("bearer_missing", "no_confirmation", "Nothing says who may present it.").said(whole, ""),
        Attack::new("bearer_missing", "other_method", "Only for the holder of a key.")
            .said("cm:bearer", "cm:holder-of-key"),
        Attack::new("bearer_missing", "no_data", "A bearer confirmation without its data.").said(DATA, ""),
        Attack::new("bearer_not_before", "present", "The browser profile forbids it.")
            .said(UNTIL, format!("NotBefore=\"2026-11-22T09:54:58Z\" {UNTIL}")),
        Attack::new("bearer_unbounded", "no_end", "May be presented for ever.").said(UNTIL, "Recipient"),
        Attack::new("bearer_expired", "a_minute_ago", "May not be presented any more, though the conditions hold.")
            .said(UNTIL, "NotOnOrAfter=\"2026-11-22T09:58:59Z\" Recipient"),
        Attack::new("duplicated_element", "confirmation_data", "Two sets of data for one confirmation.")
            .said(DATA, twice),
    ]
}

fn statements() -> Vec<Attack> {
    let ended = STATEMENT.replace(" SessionIndex", " SessionNotOnOrAfter=\"2026-11-22T09:58:00Z\" SessionIndex");
    let second = format!("{ended}{CONTEXT}</saml2:AuthnStatement>{STATEMENT}");
    vec![
        Attack::new("authn_statement_missing", "none", "Nobody says that the person signed in.")
            .said(format!("{STATEMENT}{CONTEXT}</saml2:AuthnStatement>"), ""),
        Attack::new("session_over", "ended", "The identity provider's session is over.").said(STATEMENT, &ended),
        Attack::new("session_over", "one_of_two", "One of two sessions is over.").said(STATEMENT, second),
        Attack::new("attribute", "without_name", "A value of nothing.")
            .said("Name=\"workato_role\"", "FriendlyName=\"workato_role\""),
        Attack::new("attribute", "encrypted", "An encrypted attribute would be taken for an absent one.")
            .said("<saml2:AttributeStatement>", "<saml2:AttributeStatement><saml2:EncryptedAttribute/>"),
    ]
}

fn names() -> Vec<Attack> {
    let name = format!("{NAME_ID}ann.lee@acme.test</saml2:NameID>");
    let named = |file, why, new: &str| Attack::new("name_id", file, why).said(&name, new);
    let cut = format!("{NAME_ID}ann.lee@acme.test<x xmlns=\"\"/>.attacker.test</saml2:NameID>");
    let admin = "<saml2:NameID>admin@acme.test</saml2:NameID>";
    vec![
        named("missing", "About nobody.", ""),
        named("blank", "A name of spaces.", &format!("{NAME_ID} \t&#160;</saml2:NameID>")),
        named("empty", "An empty name.", &format!("{NAME_ID}</saml2:NameID>")),
        named("two", "Two names: whose login is it?", &format!("{name}{admin}")),
        named("element_inside", "A name that is cut by an element.", &cut),
        named("encrypted", "An encrypted name, which is not supported.", "<saml2:EncryptedID/>"),
        named("base_id", "A name of an extension's kind.", "<saml2:BaseID/>"),
        Attack::new("duplicated_element", "subject", "Two subjects: whose login is it?")
            .said("<saml2:Subject>", format!("<saml2:Subject>{admin}</saml2:Subject><saml2:Subject>")),
    ]
}
