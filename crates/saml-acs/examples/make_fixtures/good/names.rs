//! Who somebody is: names of every form, exactly as they are written.

use serde_json::{Value, json};

use super::Good;

const NAME: &str = ">ann.lee@acme.test<";
const FORMAT: &str = " Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress\"";

pub(super) fn all() -> Vec<Good> {
    [formats(), texts()].into_iter().flatten().collect()
}

fn called(name: &'static str, why: &'static str, value: &str) -> Good {
    let escaped = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    Good::okta("names", name, why).changed(NAME, format!(">{escaped}<")).says("/name_id", json!(value))
}

fn formatted(name: &'static str, why: &'static str, format: &str, value: &str) -> Good {
    called(name, why, value).changed(FORMAT, format!(" Format=\"{format}\"")).says("/name_id_format", json!(format))
}

fn formats() -> Vec<Good> {
    let format_1 = |kind| format!("urn:oasis:names:tc:SAML:1.1:nameid-format:{kind}");
    let format_2 = |kind| format!("urn:oasis:names:tc:SAML:2.0:nameid-format:{kind}");
    vec![
        formatted("persistent", "A pseudonym for good.", &format_2("persistent"), "u7Xk2+/pQ==").changed(
            "<saml2:NameID ",
            "<saml2:NameID NameQualifier=\"http://www.okta.com/exk1acme0gatehouse\" \
             SPNameQualifier=\"https://gatehouse.example.test/saml/acme/metadata\" SPProvidedID=\"ann\" ",
        ),
        formatted("transient", "A pseudonym for once.", &format_2("transient"), "_b7c0d1e2f3"),
        formatted("unspecified", "A name of which nothing is said.", &format_1("unspecified"), "00u1abcd"),
        formatted("windows", "A Windows account.", &format_1("WindowsDomainQualifiedName"), "ACME\\ann.lee"),
        formatted("kerberos", "A Kerberos principal.", &format_2("kerberos"), "ann/admin@ACME.TEST"),
        formatted(
            "x509",
            "A name as certificates have it.",
            &format_1("X509SubjectName"),
            "CN=Ann Lee,O=\"Acme, Inc.\",C=US",
        ),
        formatted("format_of_their_own", "A format that nobody else knows.", "urn:acme:employee-number", "0004711"),
        called("no_format", "Without a format.", "ann.lee@acme.test")
            .changed(FORMAT, "")
            .says("/name_id_format", Value::Null),
    ]
}

fn texts() -> Vec<Good> {
    vec![
        called("longest", "As many characters as SAML allows.", &"a".repeat(256)),
        called("longest_of_four_bytes", "The same, each of four bytes.", &"\u{1F3E6}".repeat(256)),
        called("capitals", "Capitals stay.", "Ann.LEE@Acme.Test"),
        called("composed", "Composed letters stay composed.", "andr\u{e9}@acme.test"),
        called("decomposed", "Decomposed letters stay decomposed.", "andre\u{301}@acme.test"),
        called("right_to_left", "Letters from right to left.", "\u{5d0}\u{5e0}\u{5d4}@acme.test"),
        called("similar_letters", "A Cyrillic letter is not its Latin twin.", "\u{430}nn.lee@acme.test"),
        called("zero_width", "An invisible character is a character.", "ann\u{200b}.lee@acme.test"),
        called("signs", "Signs that mean something elsewhere.", "o'neil+a&b<c>\"%00\\;--#@acme.test"),
        called("number", "Leading zeros stay.", "007"),
        called("inner_space", "A space within a name.", "Ann Lee"),
        called("looks_like_markup", "What looks like a comment or an entity is none.", "<!-- -->&#97;&amp;]]>"),
    ]
}
