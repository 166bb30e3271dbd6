//! Texts that are not XML, which a recovering parser would read in some way or other.

use super::Attack;

pub(super) fn all() -> Vec<Attack> {
    [ends(), tags(), signs(), names(), namespaces()].into_iter().flatten().collect()
}

fn malformed(name: &'static str, why: &'static str) -> Attack {
    Attack::new("malformed_xml", name, why)
}

fn ends() -> Vec<Attack> {
    vec![
        malformed("trailing_text", "A recovering parser ignores what follows the root element.")
            .then(|xml| Ok(format!("{xml}garbage"))),
        malformed("leading_text", "The same with what comes before it.").then(|xml| Ok(format!("garbage{xml}"))),
        malformed("trailing_null", "A null character behind the end.").then(|xml| Ok(format!("{xml}\0"))),
        malformed("trailing_reference", "A space as a reference is a text.").then(|xml| Ok(format!("{xml}&#32;"))),
        malformed("trailing_cdata", "A CDATA section behind the root element.")
            .then(|xml| Ok(format!("{xml}<![CDATA[]]>"))),
        malformed("second_root", "The same with a second message.").then(|xml| Ok(format!("{xml}{xml}"))),
        malformed("unclosed_root", "A recovering parser closes what is left open.").tampered("</saml2p:Response>", ""),
        malformed("unclosed_comment", "A comment that ends nowhere.").then(|xml| Ok(format!("{xml}<!--"))),
        malformed("cut_short", "A message of which the end is missing.")
            .then(|xml| Ok(xml.get(..xml.len() - 10).unwrap_or_default().to_owned())),
    ]
}

fn tags() -> Vec<Attack> {
    let role = "Name=\"workato_role\"";
    vec![
        malformed("mismatched_tags", "A recovering parser guesses which element ends.")
            .tampered("</saml2p:Status>", "</saml2p:Response>"),
        malformed("overlapping_elements", "An element that ends behind its parent.")
            .tampered("</saml2:AuthnContext></saml2:AuthnStatement>", "</saml2:AuthnStatement></saml2:AuthnContext>"),
        malformed("space_in_tag", "A space before an element's name.").tampered("<saml2p:Status>", "< saml2p:Status>"),
        malformed("attribute_in_end_tag", "An end tag with an attribute.")
            .tampered("</saml2p:Status>", "</saml2p:Status a=\"\">"),
        malformed("unquoted_attribute", "A value without quotes.").tampered(role, "Name=workato_role"),
        malformed("attribute_without_value", "An attribute that is only a name.")
            .tampered(role, "nil Name=\"workato_role\""),
        malformed("attributes_without_space", "Two attributes without a space between them.").tampered(
            " Version=\"2.0\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"><saml2:Issuer Format",
            " Version=\"2.0\"xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"><saml2:Issuer Format",
        ),
        malformed("duplicate_attribute", "Readers differ about which of two attributes counts.")
            .tampered(role, "Name=\"workato_role\" Name=\"workato_role_prod\""),
        malformed("bare_less_than", "Markup inside an attribute value.").tampered(role, "Name=\"<workato_role\""),
    ]
}

fn signs() -> Vec<Attack> {
    let name = |file, content: &'static str, why| malformed(file, why).tampered(">ann.lee@acme.test<", content);
    vec![
        name(
            "null_character",
            ">ann.lee@acme.test\0.attacker.test<",
            "A null character ends the text for readers in C.",
        ),
        name("null_reference", ">ann.lee@acme.test&#0;.attacker.test<", "The same as a reference."),
        name("control_character", ">ann.lee@acme.test\u{8}<", "A character that XML 1.0 does not have."),
        name("control_reference", ">ann.lee@acme.test&#8;<", "The same as a reference."),
        name("surrogate_reference", ">ann.lee@acme.test&#xD83C;&#xDFE6;<", "Surrogates as references."),
        name("beyond_unicode", ">ann.lee@acme.test&#x110000;<", "A reference to no character."),
        name(
            "huge_reference",
            ">ann.lee@acme.test&#4294967361;<",
            "A reference whose number some readers cut down to a letter's.",
        ),
        name("no_character", ">ann.lee@acme.test\u{ffff}<", "A number that Unicode gives to no character."),
        name("capital_reference", ">ann.lee@acme.test&#X41;<", "A reference that is written wrongly."),
        name("unclosed_reference", ">ann.lee@acme.test&#65<", "A reference that ends nowhere."),
        name("end_of_cdata", ">ann.lee@acme.test]]>.attacker.test<", "The end of a section that never began."),
        name("unclosed_cdata", "><![CDATA[ann.lee@acme.test<", "A section that ends nowhere."),
        malformed("double_hyphen", "A comment that SGML would end earlier.")
            .tampered("<saml2p:Status>", "<!-- -- --><saml2p:Status>"),
        malformed("triple_hyphen", "A comment that ends with one hyphen too many.")
            .tampered("<saml2p:Status>", "<!-- ---><saml2p:Status>"),
    ]
}

fn names() -> Vec<Attack> {
    let status = |file, start: &'static str, why| malformed(file, why).tampered("<saml2p:Status>", start);
    vec![
        status("name_begins_with_digit", "<1/><saml2p:Status>", "A name that is none."),
        status("two_colons", "<saml2p:a:b/><saml2p:Status>", "A name with two prefixes."),
        status("empty_prefix", "<:a/><saml2p:Status>", "A name with an empty prefix."),
        status("empty_prefix_at_end", "<x></:x><saml2p:Status>", "The same at an element's end only."),
        status("empty_local_name", "<saml2p:/><saml2p:Status>", "A name with nothing behind its prefix."),
        status("unbound_prefix", "<saml2p:Status evil:a=\"\">", "A prefix without a namespace."),
        status("unbound_element_prefix", "<evil:a/><saml2p:Status>", "The same for an element."),
    ]
}

fn namespaces() -> Vec<Attack> {
    let status = |file, start: &'static str, why| malformed(file, why).tampered("<saml2p:Status>", start);
    vec![
        status(
            "one_attribute_by_two_prefixes",
            "<saml2p:Status xmlns:a=\"urn:a\" xmlns:b=\"urn:a\" a:x=\"1\" b:x=\"2\">",
            "One attribute twice, by two prefixes for one namespace.",
        ),
        status("xml_prefix_bound", "<saml2p:Status xmlns:xml=\"urn:a\">", "The prefix xml, bound to something else."),
        status(
            "xmlns_prefix_bound",
            "<saml2p:Status xmlns:xmlns=\"urn:a\">",
            "The prefix xmlns, which can't be bound.",
        ),
        status(
            "xml_namespace_bound",
            "<saml2p:Status xmlns:a=\"http://www.w3.org/XML/1998/namespace\">",
            "Another prefix for XML's own namespace: an ID by another name.",
        ),
        status(
            "xml_namespace_as_default",
            "<saml2p:Status xmlns=\"http://www.w3.org/XML/1998/namespace\">",
            "The same as default namespace.",
        ),
        status(
            "xmlns_namespace_bound",
            "<saml2p:Status xmlns:a=\"http://www.w3.org/2000/xmlns/\">",
            "A prefix for the namespace of declarations: a declaration by another name.",
        ),
        status(
            "prefix_declared_twice",
            "<saml2p:Status xmlns:a=\"urn:a\" xmlns:a=\"urn:b\">",
            "One prefix, declared twice.",
        ),
        status(
            "two_default_namespaces",
            "<saml2p:Status xmlns=\"urn:a\" xmlns=\"urn:b\">",
            "Two default namespaces: of which one are the elements inside?",
        ),
        Attack::new("relative_namespace", "prefix_undeclared", "Only XML 1.1 can take a prefix away.")
            .tampered("<saml2p:Status>", "<saml2p:Status xmlns:xs=\"\">"),
        Attack::new(
            "relative_namespace",
            "on_value",
            "Canonicalisers differ about relative namespace names; libxml2's refuses to sign one.",
        )
        .tampered(">Member<", " xmlns:x=\"relative\" x:y=\"\">Member<"),
        Attack::new("relative_namespace", "path", "A namespace name without a scheme.")
            .tampered("<saml2p:Status>", "<saml2p:Status xmlns:a=\"//a.test/\">"),
        Attack::new("relative_namespace", "padded", "A space before the name of a namespace.")
            .tampered("<saml2p:Status>", "<saml2p:Status xmlns:a=\" urn:a\">"),
    ]
}
