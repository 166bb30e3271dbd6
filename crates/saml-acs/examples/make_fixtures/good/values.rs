//! What may be said of somebody: attributes and values of every form.

use serde_json::{Value, json};

use super::Good;

const ROLE: &str = ">Member<";
const ROLE_NAME: &str = "Name=\"workato_role\"";
const FINANCE: &str = ">Finance<";
const STATEMENT: &str = "<saml2:AttributeStatement>";

pub(super) fn all() -> Vec<Good> {
    [texts(), contents(), numbers(), attributes()].into_iter().flatten().collect()
}

fn said(name: &'static str, why: &'static str) -> Good {
    Good::okta("values", name, why)
}

fn texts() -> Vec<Good> {
    let group = |name, why, value: &str| {
        let escaped = value.replace('&', "&amp;").replace('<', "&lt;");
        said(name, why)
            .changed(FINANCE, format!(">{escaped}<"))
            .says("/attributes/1/1", json!([value, "WKT | Admin | EMEA"]))
    };
    vec![
        group("commas", "A comma is part of a name.", "Finance, Accounting"),
        group("distinguished_name", "A name from a directory.", "CN=R&D,OU=Groups,DC=acme,DC=test"),
        group(
            "unicode",
            "Names in several scripts.",
            "\u{8ca1}\u{52d9}\u{90e8} \u{645}\u{627}\u{644}\u{64a}\u{629} \u{1F4B0}\u{200d}",
        ),
        group("decomposed", "Decomposed letters stay so.", "Bu\u{308}ro"),
        group("markup", "Markup as text.", "<b>Finance</b><!-- -->"),
        group("inner_white_space", "White space inside and around a value.", "\t Finance \n  Team  "),
        group("long", "A name of thousands of characters.", &"Finance ".repeat(500)),
    ]
}

fn contents() -> Vec<Good> {
    let role = |name, why, content: &'static str| said(name, why).changed(ROLE, content);
    vec![
        said("empty_values", "An empty value and one that is nil.")
            .changed(FINANCE, "><")
            .changed(" xsi:type=\"xs:string\">WKT | Admin | EMEA<", " xsi:nil=\"true\"><")
            .says("/attributes/1/1", json!(["", ""])),
        said("nil_with_text", "A value that is nil says nothing, whatever it holds.")
            .changed(" xsi:type=\"xs:string\">Member<", " xsi:nil=\" 1 \">Member<")
            .says("/attributes/0/1", json!([""])),
        said("not_nil", "A value that is said not to be nil.")
            .changed(" xsi:type=\"xs:string\">Member<", " xsi:nil=\"false\">Member<"),
        role(
            "nested_name",
            "A NameID as value, as eduPersonTargetedID has it.",
            "><saml2:NameID>Environment \
            admin</saml2:NameID><",
        )
        .says("/attributes/0/1", json!([""])),
        role(
            "nested_text",
            "Text and an element: which part is the value? None.",
            ">Environment <b \
            xmlns=\"urn:b\">admin</b><",
        )
        .says("/attributes/0/1", json!([""])),
        role("comments", "Comments around and inside of a value.", "><!-- Environment admin -->Mem<!---->ber<!-- --><"),
        said("foreign_value", "A value of another vocabulary is none.")
            .changed(ROLE_NAME, "Name=\"other\"")
            .changed(
                ROLE,
                ">Member</saml2:AttributeValue><x:AttributeValue xmlns:x=\"urn:x\">Environment \
                admin</x:AttributeValue><saml2:AttributeValue><",
            )
            .says("/attributes/0", json!(["other", ["Member", ""]])),
    ]
}

fn numbers() -> Vec<Good> {
    let groups: Vec<String> = (0..500).map(|number| format!("Group, {number} | \u{e9}")).collect();
    let values = groups.iter().map(|group| format!(">{group}</saml2:AttributeValue><saml2:AttributeValue"));
    let values: String = values.chain([">Finance<".to_owned()]).collect();
    let read: Vec<String> = groups.into_iter().chain(["Finance".into(), "WKT | Admin | EMEA".into()]).collect();
    let others: Vec<(String, String)> = (0..60).map(|number| (format!("a{number}"), format!("v{number}"))).collect();
    let attribute = |(name, value): &(String, String)| {
        format!(
            "<saml2:Attribute Name=\"{name}\"><saml2:AttributeValue>{value}</saml2:AttributeValue></saml2:Attribute>"
        )
    };
    let all = others.iter().map(|(name, value)| json!([name, [value]]));
    let own = [json!(["workato_role", ["Member"]]), json!(["workato_user_groups", ["Finance", "WKT | Admin | EMEA"]])];
    vec![
        said("many_groups", "Somebody in 502 groups.").changed(FINANCE, values).says("/attributes/1/1", json!(read)),
        said("many_attributes", "62 attributes.")
            .changed(STATEMENT, STATEMENT.to_owned() + &others.iter().map(attribute).collect::<String>())
            .says("/attributes", all.chain(own).collect::<Vec<Value>>().into()),
        said("no_values", "An attribute without values.")
            .changed(STATEMENT, format!("{STATEMENT}<saml2:Attribute Name=\"department\"/>"))
            .says(
                "/attributes",
                json!([
                    ["department", []],
                    ["workato_role", ["Member"]],
                    ["workato_user_groups", ["Finance", "WKT | Admin | EMEA"]]
                ]),
            ),
    ]
}

fn attributes() -> Vec<Good> {
    let named = |name, why, new: &'static str, read: &str| {
        said(name, why).changed(ROLE_NAME, new).says("/attributes/0/0", json!(read))
    };
    let twice = "<saml2:Attribute Name=\"workato_role\" NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:uri\">\
                 <saml2:AttributeValue>No access</saml2:AttributeValue></saml2:Attribute>";
    vec![
        said("one_name_twice", "Two attributes of one name stay two.")
            .changed(STATEMENT, format!("{STATEMENT}{twice}"))
            .says(
                "/attributes",
                json!([
                    [
                        "workato_role",
                        ["No \
                    access"]
                    ],
                    ["workato_role", ["Member"]],
                    [
                        "workato_user_groups",
                        [
                            "Finance",
                            "WKT | Admin | \
                    EMEA"
                        ]
                    ]
                ]),
            ),
        named(
            "friendly_name",
            "A friendly name is for people only.",
            "FriendlyName=\"workato_role\" \
            Name=\"urn:oid:1.3.6.1.4.1\"",
            "urn:oid:1.3.6.1.4.1",
        ),
        named("name_with_space", "A space behind a name is part of it.", "Name=\"workato_role \"", "workato_role "),
        named("name_in_capitals", "Another case is another name.", "Name=\"Workato_Role\"", "Workato_Role"),
        named(
            "name_with_zero_width",
            "So is a name with an invisible \
            character.",
            "Name=\"workato\u{200b}_role\"",
            "workato\u{200b}_role",
        ),
        named(
            "name_of_twins",
            "So is one with a Cyrillic \
            letter.",
            "Name=\"workat\u{43e}_role\"",
            "workat\u{43e}_role",
        ),
        said("further_attributes", "Attributes of another vocabulary on an attribute.").changed(
            ROLE_NAME,
            "Name=\"workato_role\" xmlns:x500=\"urn:oasis:names:tc:SAML:2.0:profiles:attribute:X500\" \
                x500:Encoding=\"LDAP\"",
        ),
    ]
}
