//! IDs that more than one element has, or that only some readers take for an ID.

use super::Attack;

const ID: &str = "ID=\"id23073497561563902035180823\"";
const STATUS: &str = "<saml2p:Status>";

pub(super) fn all() -> Vec<Attack> {
    [duplicates(), malformed()].into_iter().flatten().collect()
}

fn duplicates() -> Vec<Attack> {
    let duplicate = |name, why| Attack::new("duplicate_id", name, why).only_assertion();
    let on_status = |name, attribute: &str, why| {
        duplicate(name, why).said(STATUS, format!("<saml2p:Status {attribute}=\"id23073497561563902035180823\">"))
    };
    vec![
        duplicate("response_and_assertion", "A reference to an ID that two elements have means either.")
            .said("ID=\"id23073497561478311268137204\"", ID),
        on_status("xml_id", "xml:id", "libxml2 takes xml:id for an ID as well."),
        on_status("lower_case", "id", "Some verifiers look for Id and id too."),
        on_status("mixed_case", "Id", "The same with one capital."),
        on_status("odd_case", "iD", "The same with the other one."),
        on_status("prefixed", "xmlns:x=\"urn:x\" x:ID", "Some verifiers look at local names only."),
        duplicate("white_space", "Readers that know the type of an ID take the spaces away.")
            .said(STATUS, "<saml2p:Status ID=\" id23073497561563902035180823&#10;\">"),
        duplicate("references", "One of them is written in references.")
            .said(STATUS, "<saml2p:Status ID=\"&#105;d23073497561563902035180&#x38;23\">"),
        duplicate("twice_on_one_element", "The assertion has it under two names.")
            .said(ID, format!("{ID} Id=\"id23073497561563902035180823\"")),
        duplicate("in_signature", "The signature has the ID of what it signs.")
            .then(|xml| Ok(xml.replace("<ds:Signature ", "<ds:Signature Id=\"id23073497561563902035180823\" "))),
    ]
}

fn malformed() -> Vec<Attack> {
    let assertion =
        |name, new: &str, why| Attack::new("malformed_id", name, why).said(format!(" {ID}"), new).only_response();
    let response = |name, new: &str, why| {
        Attack::new("malformed_id", name, why).said(" ID=\"id23073497561478311268137204\"", new).only_assertion()
    };
    vec![
        assertion("missing", "", "An assertion that can't be referred to, nor remembered against replay."),
        assertion("empty", " ID=\"\"", "The same with an empty ID."),
        assertion("number", " ID=\"23073497561563902035180823\"", "An ID must be an XML name."),
        assertion("colon", " ID=\"a:b\"", "A name with a colon is no ID."),
        assertion(
            "padded",
            " ID=\" id23073497561563902035180823\"",
            "Some readers take the space away and some don't: a replay under another name.",
        ),
        assertion("other_case", " Id=\"id23073497561563902035180823\"", "An ID in another case is none."),
        assertion("prefixed", " saml2:ID=\"id23073497561563902035180823\"", "An ID in SAML's namespace is none."),
        assertion("xml_id", " xml:id=\"id23073497561563902035180823\"", "XML's ID is not SAML's."),
        assertion("saml_1_1", " AssertionID=\"id23073497561563902035180823\"", "SAML 1.1's ID is not SAML 2.0's."),
        response("response_without", "", "A response that can't be referred to."),
        response("response_with_space", " ID=\"a b\"", "An ID must be one name."),
    ]
}
