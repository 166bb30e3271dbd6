//! What is put into messages: whole elements and values of the fixtures, and pieces that have made readers disagree.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::spans::{attributes, elements};
use crate::{files, fixtures};

/// The fixtures that are text.
pub static DONORS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let folders = ["good", "bad", "logout"].map(|folder| files(&fixtures().join(folder), "xml"));
    let texts = folders.into_iter().flatten().filter_map(|bytes| String::from_utf8(bytes).ok());
    texts.filter(|text| text.len() < 20_000).collect()
});

/// Values that attributes of the fixtures have, and some that they should not.
pub static VALUES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let said = DONORS.iter().flat_map(|text| {
        let all = elements(text).into_iter().flat_map(move |element| attributes(text, &element.start_tag));
        all.map(|attribute| text[attribute.value].to_owned())
    });
    said.chain(ODD_VALUES.map(str::to_owned)).collect::<BTreeSet<_>>().into_iter().collect()
});

const ODD_VALUES: [&str; 25] = [
    "",
    " ",
    "#",
    "#xpointer(/)",
    "#xpointer(id('a'))",
    "http://127.0.0.1:9/",
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    "http://www.w3.org/2006/12/xml-c14n11",
    "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1",
    "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
    "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
    "http://www.w3.org/2000/09/xmldsig#sha1",
    "http://www.w3.org/2001/04/xmlenc#rsa-1_5",
    "http://www.w3.org/2001/04/xmlenc#tripledes-cbc",
    "urn:oasis:names:tc:SAML:1.0:assertion",
    "http://www.w3.org/XML/1998/namespace",
    "http://www.w3.org/2000/xmlns/",
    "xs #default",
    "-99999999-01-01T00:00:00Z",
    "262142-12-31T23:59:59.999999999Z",
    "a&#10;b",
    "a\r\n\tb",
    "&#x1F3E6;",
    "true",
];

/// What is put into texts and tags.
pub const PIECES: [&str; 30] = [
    "<!---->",
    "<!-- a -->",
    "<![CDATA[",
    "]]>",
    "<![CDATA[]]>",
    "<?x?>",
    "&#0;",
    "&#13;",
    "&#x9;",
    "&amp;",
    "&lt;",
    "&nope;",
    "\r\n",
    "\r",
    "\t",
    "\u{feff}",
    "\u{200b}",
    "\u{85}",
    "\u{2028}",
    "\u{fffe}",
    "\u{1F3E6}",
    " xmlns=\"\"",
    " xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\"",
    " xmlns:a=\"urn:a\" xmlns:b=\"urn:a\" a:x=\"\" b:x=\"\"",
    " xml:space=\"preserve\"",
    " xml:id=\"id23073497561563902035180823\"",
    " xsi:nil=\"true\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"",
    "admin@acme.test",
    "Environment admin",
    "<x/>",
];

/// What an element is put into.
pub const WRAPPERS: [&str; 9] = [
    "saml2p:Extensions",
    "saml2p:StatusDetail",
    "saml2p:Response",
    "saml2:Assertion",
    "saml2:Advice",
    "saml2:AttributeValue",
    "ds:Object",
    "ds:KeyInfo",
    "x",
];

/// What stands before the root element.
pub const BEGINNINGS: [&str; 8] = [
    "\u{feff}",
    "<?xml version=\"1.0\"?>",
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>",
    "<?xml version=\"1.0\" encoding=\"UTF-16\"?>",
    "<?xml version=\"1.1\"?>",
    "<!DOCTYPE r [<!ENTITY e \"x\">]>",
    "<!-- -->",
    "\n",
];
