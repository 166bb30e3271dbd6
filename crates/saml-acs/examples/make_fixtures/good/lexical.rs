//! The same XML, written with other characters.

use serde_json::json;

use super::Good;
use crate::replace_once;

const RESPONSE: &str = "<saml2p:Response xmlns";
const NAME: &str = "ann.lee@acme.test<";

pub(super) fn all() -> Vec<Good> {
    [comments(), texts(), tags(), layouts(), encodings()].into_iter().flatten().collect()
}

fn written(name: &'static str, why: &'static str) -> Good {
    Good::okta("lexical", name, why)
}

fn comments() -> Vec<Good> {
    vec![
        written("comment_behind_name_id", "Comments are outside the canonical form.")
            .changed(NAME, "ann.lee@acme.test<!-- --><!--.attacker.test--><"),
        written("comment_inside_name_id", "A comment must not cut a longer name short to somebody else's.")
            .changed(NAME, "ann.lee@acme.test<!-- -->.example<")
            .says("/name_id", json!("ann.lee@acme.test.example")),
        written("comment_inside_role", "A comment inside an attribute value.").changed(">Member<", ">Mem<!-- -->ber<"),
        written("comments_inside_claims", "Comments inside issuer and audience.")
            .changed(">https://gatehouse.example", "><!-- -->https://gatehouse<!-- -->.example")
            .changed(
                "exk1acme0gatehouse</saml2:Issuer>{{assertion",
                "exk1acme0<!-- -->gatehouse</saml2:Issuer>{{assertion",
            ),
        written("comments_between_elements", "Comments wherever an element may stand.")
            .everywhere("><saml2:", "><!-- <a> & --><saml2:"),
        written("comments_around_root", "Comments and line breaks before and behind the root element.")
            .rewritten(|xml| Ok(format!("<!-- before -->\n<!---->{xml}\n<!-- behind -->\n"))),
        written("markup_in_comment", "A comment that holds what looks like another assertion.")
            .changed("<saml2p:Status>", "<!-- <saml2:Assertion ID=\"evil\"/> ]]> <!DOCTYPE a> --><saml2p:Status>"),
    ]
}

fn texts() -> Vec<Good> {
    vec![
        written("cdata", "A CDATA section is text like any other.")
            .changed(">Member<", "><![CDATA[R&D <Member>]]><")
            .says("/attributes/0/1", json!(["R&D <Member>"])),
        written("cdata_name_id", "A NameID in two CDATA sections.")
            .changed(NAME, "<![CDATA[ann.lee]]><![CDATA[@acme.test]]><"),
        written("unicode", "Characters beyond ASCII, as they are and as references.")
            .changed(">Member<", ">Gesch&#xE4;ftsf\u{fc}hrung \u{1F3E6} &quot;A&quot;&#13;<")
            .says("/attributes/0/1", json!(["Geschäftsführung \u{1F3E6} \"A\"\r"])),
        written("references", "Ordinary characters as references, in texts and attributes.")
            .changed(NAME, "&#97;nn.lee&#x40;acme&#46;test<")
            .changed("Name=\"workato_role\"", "Name=\"workato&#95;role\""),
        written("spaces", "Spaces around a NameID and a value are part of them.")
            .changed(">ann.lee@acme.test<", "> ann.lee@acme.test\n<")
            .changed(">Member<", "> Member <")
            .says("/name_id", json!(" ann.lee@acme.test\n"))
            .says("/attributes/0/1", json!([" Member "])),
        written("line_ends", "Windows line ends in a value are read as single ones, references stay.")
            .changed(">Member<", ">a\r\nb\rc&#13;&#10;d<")
            .says("/attributes/0/1", json!(["a\nb\nc\r\nd"])),
        written("line_ends_at_references", "The line ends of old Macintoshes, beside references.")
            .changed(">Member<", ">a\r&amp;b&amp;\r<")
            .says("/attributes/0/1", json!(["a\n&b&\n"])),
        written("line_ends_in_attribute", "White space in an attribute becomes spaces, references stay.")
            .changed("SessionIndex=\"_4d", "SessionIndex=\"a\r\nb\tc&#10;d&#9;_4d")
            .says("/session_index", json!("a b c\nd\t_4d84a8f4b1d0c6ab7a41f8b02d3e5f60")),
        written("angle_brackets", "Angle brackets and ampersands that need no reference, or have one.")
            .changed(">Member<", ">a > b ]] > c &gt; &lt;saml2:Attribute&gt; &amp;lt;<")
            .says("/attributes/0/1", json!(["a > b ]] > c > <saml2:Attribute> &lt;"])),
    ]
}

fn tags() -> Vec<Good> {
    let version = " Version=\"2.0\" xmlns:xs";
    vec![
        written("single_quotes", "Single quotes around all attributes.").everywhere("\"", "'"),
        written("quotes_in_quotes", "The other kind of quote inside a value.")
            .changed("SessionIndex=\"_4d", "SessionIndex='\"_4d")
            .changed("3e5f60\"><saml2:AuthnContext>", "3e5f60'><saml2:AuthnContext>")
            .says("/session_index", json!("\"_4d84a8f4b1d0c6ab7a41f8b02d3e5f60")),
        written("attribute_order", "Attributes in another order, namespaces last.")
            .changed(
                "Response xmlns:saml2p=\"urn:oasis:names:tc:SAML:2.0:protocol\" Destination",
                "Response Version=\"2.0\" Destination",
            )
            .changed(
                " IssueInstant=\"2026-11-22T09:59:58.123Z\" Version=\"2.0\" xmlns:xs",
                " IssueInstant=\"2026-11-22T09:59:58.123Z\" \
                    xmlns:saml2p=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:xs",
            ),
        written("spaces_in_tags", "Spaces wherever a tag may have them.")
            .rewritten(move |xml| Ok(xml.replace(version, &version.replace('=', " =\n"))))
            .everywhere("<saml2:Subject>", "<saml2:Subject\t\n >")
            .everywhere("</saml2:Subject>", "</saml2:Subject  >"),
        written("empty_elements", "Empty elements with an end tag.")
            .changed("status:Success\"/>", "status:Success\"></saml2p:StatusCode>")
            .changed("acme/acs\"/>", "acme/acs\">\n</saml2:SubjectConfirmationData>"),
        written("xml_attributes", "The attributes that XML itself defines.")
            .changed("<saml2:Subject>", "<saml2:Subject xml:lang=\"en\" xml:base=\"https://idp.test/\">")
            .changed(">Member<", " xml:space=\"preserve\"> Member <")
            .says("/attributes/0/1", json!([" Member "])),
        written("foreign_attributes", "Attributes of another vocabulary, with the names of SAML's own.").changed(
            "<saml2:NameID ",
            "<saml2:NameID xmlns:x=\"urn:example:x\" x:Format=\"urn:x\" x:ID=\"x\" x:Name=\"admin\" ",
        ),
    ]
}

fn layouts() -> Vec<Good> {
    let pretty = |name, between: &'static str, why| written(name, why).everywhere("><", between);
    vec![
        pretty("pretty_printed", ">\n  <", "Every element on a line of its own."),
        pretty("tabs", ">\n\t\t<", "The same with tabs."),
        pretty("crlf", ">\r\n<", "The same with Windows line ends."),
        written("one_attribute_a_line", "Line breaks between attributes.").everywhere("\" ", "\"\r\n    "),
        written("blank_lines_behind", "White space behind the root element.")
            .rewritten(|xml| Ok(format!("{xml}\r\n \t\n"))),
        written("blank_line_before", "White space before the root element.").rewritten(|xml| Ok(format!("\n{xml}"))),
    ]
}

fn encodings() -> Vec<Good> {
    let declared = |name, declaration: &'static str, why| {
        written(name, why).rewritten(move |xml| replace_once(xml, RESPONSE, &format!("{declaration}{RESPONSE}")))
    };
    let sent_as = |name, why, encode| written(name, why).only_assertion().encoded(encode);
    vec![
        declared("declaration", "<?xml version='1.0' encoding='utf-8'?>\n", "An XML declaration in single quotes."),
        declared(
            "standalone",
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>",
            "A document that says it stands alone.",
        ),
        declared("version_only", "<?xml version=\"1.0\" ?>", "A declaration without an encoding."),
        sent_as("byte_order_mark", "UTF-8 with a byte order mark.", |xml| format!("\u{feff}{xml}").into_bytes()),
        sent_as("byte_order_mark_declared", "The same with a declaration behind it.", |xml| {
            format!("\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>{xml}").into_bytes()
        }),
        sent_as("utf_16_big_endian", "UTF-16, the larger byte first.", |xml| {
            utf_16_text(&xml).flat_map(u16::to_be_bytes).collect()
        }),
        sent_as("utf_16_little_endian", "UTF-16, the smaller byte first.", |xml| {
            utf_16_text(&xml).flat_map(u16::to_le_bytes).collect()
        }),
        sent_as("utf_16_undeclared", "UTF-16 that only its byte order mark tells.", |xml| {
            format!("\u{feff}{xml}").encode_utf16().flat_map(u16::to_le_bytes).collect()
        })
        .changed(">Member<", ">\u{1F3E6} \u{fc}<")
        .says("/attributes/0/1", json!(["\u{1F3E6} \u{fc}"])),
    ]
}

fn utf_16_text(xml: &str) -> impl Iterator<Item = u16> {
    format!("\u{feff}<?xml version=\"1.0\" encoding=\"UTF-16\"?>{xml}").encode_utf16().collect::<Vec<_>>().into_iter()
}
