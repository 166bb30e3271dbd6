//! Assertions of the identity provider itself that do not say who signed in, or say it in two ways.

use super::Attack;

const NAME_ID: &str = "<saml2:NameID Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress\">";
const STATEMENT: &str = "<saml2:AuthnStatement AuthnInstant=\"2026-11-22T06:12:31.000Z\" \
                         SessionIndex=\"_4d84a8f4b1d0c6ab7a41f8b02d3e5f60\">";
const CONTEXT: &str = "<saml2:AuthnContext><saml2:AuthnContextClassRef>\
                       urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport\
                       </saml2:AuthnContextClassRef></saml2:AuthnContext>";
const STATEMENT_END: &str = "</saml2:AuthnStatement>";
const ATTRIBUTES: &str = "<saml2:AttributeStatement>";

pub(super) fn all() -> Vec<Attack> {
    [authentication(), attributes(), names(), other_names(), subjects()].into_iter().flatten().collect()
}

fn authentication() -> Vec<Attack> {
    let whole = [STATEMENT, CONTEXT, STATEMENT_END].concat();
    let ended = STATEMENT.replace(" SessionIndex", " SessionNotOnOrAfter=\"2026-11-22T09:58:00Z\" SessionIndex");
    let second = format!("{ended}{CONTEXT}{STATEMENT_END}{STATEMENT}");
    let missing = |name, why, new: &str| Attack::new("authn_statement_missing", name, why).said(&whole, new);
    vec![
        missing("none", "Nobody says that the person signed in.", ""),
        missing("in_advice", "A statement that is only advice.", &format!("<saml2:Advice>{whole}</saml2:Advice>")),
        missing(
            "foreign",
            "A statement of another vocabulary.",
            &whole.replace("saml2:AuthnStatement", "x:AuthnStatement").replacen(
                " AuthnInstant",
                " xmlns:x=\"urn:x\" AuthnInstant",
                1,
            ),
        ),
        missing(
            "lower_case",
            "A statement by nearly the right name.",
            &whole.replace("saml2:AuthnStatement", "saml2:authnStatement"),
        ),
        missing(
            "saml_1_1",
            "A statement of SAML 1.1.",
            &whole.replace("saml2:AuthnStatement", "saml2:AuthenticationStatement"),
        ),
        Attack::new("session_over", "one_of_two", "One of two sessions is over.").said(STATEMENT, second),
        Attack::new("authn_instant", "one_of_two", "One of two statements does not say when.")
            .said(STATEMENT, format!("{whole}<saml2:AuthnStatement>")),
    ]
}

fn attributes() -> Vec<Attack> {
    let role = "<saml2:Attribute Name=\"workato_role\" ";
    let renamed = |name, why, new: &str| Attack::new("attribute", name, why).said("Name=\"workato_role\"", new);
    let first = |name, why, element: &str| {
        Attack::new("attribute", name, why).said(ATTRIBUTES, format!("{ATTRIBUTES}{element}"))
    };
    vec![
        renamed("without_name", "A value of nothing.", "FriendlyName=\"workato_role\""),
        renamed("other_case", "A name by nearly the right name.", "name=\"workato_role\""),
        renamed("prefixed", "A name of another vocabulary.", "xmlns:x=\"urn:x\" x:Name=\"workato_role\""),
        renamed("saml_1_1", "A name as SAML 1.1 has it.", "AttributeName=\"workato_role\""),
        first("encrypted", "An encrypted attribute would be taken for an absent one.", "<saml2:EncryptedAttribute/>"),
        first(
            "foreign",
            "An attribute of another vocabulary.",
            "<x:Attribute xmlns:x=\"urn:x\" Name=\"workato_role\"/>",
        ),
        first("lower_case", "An attribute by nearly the right name.", "<saml2:attribute Name=\"workato_role\"/>"),
        first(
            "bare_value",
            "A value outside of an attribute.",
            "<saml2:AttributeValue>Environment admin</saml2:AttributeValue>",
        ),
        first("nested_statement", "A statement inside of a statement.", "<saml2:AttributeStatement/>"),
        first(
            "no_namespace",
            "An attribute of no namespace.",
            "<Attribute Name=\"workato_role\"><AttributeValue>Environment admin</AttributeValue></Attribute>",
        ),
        Attack::new("attribute", "saml_1_1_namespace", "An attribute of SAML 1.1.").said(
            role,
            "<saml2:Attribute xmlns:saml2=\"urn:oasis:names:tc:SAML:1.0:assertion\" Name=\"workato_role\" ",
        ),
    ]
}

fn named(file: &'static str, why: &'static str, new: &str) -> Attack {
    let name = format!("{NAME_ID}ann.lee@acme.test</saml2:NameID>");
    Attack::new("name_id", file, why).said(name, new)
}

fn names() -> Vec<Attack> {
    let text = |file, why, text: &str| named(file, why, &format!("{NAME_ID}{text}</saml2:NameID>"));
    vec![
        named("missing", "About nobody.", ""),
        text("blank", "A name of spaces.", " \t&#160;"),
        text("empty", "An empty name.", ""),
        text("only_comment", "A name in a comment.", "<!--ann.lee@acme.test-->"),
        text("empty_cdata", "A section without content.", "<![CDATA[]]>"),
        text("blank_cdata", "A section with a space.", "<![CDATA[ ]]>"),
        text("zero_width", "A name of invisible characters.", "\u{200b}\u{2060}\u{feff}"),
        text("soft_hyphen", "A name of hyphens that are not shown.", "\u{ad}"),
        text("directions", "A name of marks for the direction of writing.", "\u{200e}\u{202e}"),
        text("unicode_spaces", "A name of every kind of space.", "\u{2003}\u{3000}\u{2028}"),
        text("filler", "A name of letters that are not shown.", "\u{3164}\u{115f}"),
        text("element_inside", "A name that is cut by an element.", "ann.lee@acme.test<x xmlns=\"\"/>.attacker.test"),
        text("name_in_element", "A name inside an element.", "<x xmlns=\"\">ann.lee@acme.test</x>"),
        text(
            "value_in_name",
            "A value inside a name.",
            "<saml2:AttributeValue>ann.lee@acme.test</saml2:AttributeValue>",
        ),
    ]
}

fn other_names() -> Vec<Attack> {
    let name = format!("{NAME_ID}ann.lee@acme.test</saml2:NameID>");
    let admin = "<saml2:NameID>admin@acme.test</saml2:NameID>";
    vec![
        named("two", "Two names: whose login is it?", &format!("{name}{admin}")),
        named("encrypted", "An encrypted name, which is not supported.", "<saml2:EncryptedID/>"),
        named("encrypted_beside", "An encrypted name beside a plain one.", &format!("{name}<saml2:EncryptedID/>")),
        named("base_id", "A name of an extension's kind.", "<saml2:BaseID/>"),
        named("base_id_beside", "A name of an extension's kind beside a plain one.", &format!("<saml2:BaseID/>{name}")),
        named(
            "foreign",
            "A name of another vocabulary.",
            &name.replace("saml2:NameID", "x:NameID").replacen(" Format", " xmlns:x=\"urn:x\" Format", 1),
        ),
        named("saml_1_1", "A name as SAML 1.1 has it.", &name.replace("NameID", "NameIdentifier")),
        named("lower_case", "A name by nearly the right name.", &name.replace("NameID", "NameId")),
        named("as_attribute", "A name where nobody looks for it.", "<saml2:NameID Value=\"ann.lee@acme.test\"/>"),
        Attack::new("name_id", "only_in_confirmation", "Only whoever presents it is named.")
            .said(&name, "")
            .said("cm:bearer\">", format!("cm:bearer\">{admin}")),
    ]
}

fn subjects() -> Vec<Attack> {
    let admin = "<saml2:Subject><saml2:NameID>admin@acme.test</saml2:NameID></saml2:Subject>";
    vec![
        Attack::new("duplicated_element", "subject", "Two subjects: whose login is it?")
            .said("<saml2:Subject>", format!("{admin}<saml2:Subject>")),
        Attack::new("duplicated_element", "subject_behind", "The second one behind everything else.")
            .said("</saml2:Assertion>", format!("{admin}</saml2:Assertion>")),
        Attack::new("bearer_missing", "no_subject", "About nobody, and confirmed by nobody.").said_without_subject(),
    ]
}
