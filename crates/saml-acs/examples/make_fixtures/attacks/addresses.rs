//! Assertions of the identity provider itself that are for somebody else, or by somebody else: every address and
//! name that is
//! nearly right.

use super::Attack;

const ACS: &str = "https://gatehouse.example.test/saml/acme/acs";
const ENTITY_ID: &str = "https://gatehouse.example.test/saml/acme/metadata";
const ISSUER: &str = "http://www.okta.com/exk1acme0gatehouse";
const RESTRICTION: &str = "<saml2:AudienceRestriction>";
const RESTRICTION_END: &str = "</saml2:AudienceRestriction>";
const CONDITIONS_END: &str = "</saml2:Conditions>";

pub(super) fn all() -> Vec<Attack> {
    let kinds = [destinations(), recipients(), audiences(), restrictions(), issuers(), missing_issuers()];
    kinds.into_iter().flatten().collect()
}

/// Name, sentence and value of everything that is nearly this address.
fn nearly(address: &str) -> Vec<(&'static str, &'static str, String)> {
    let replaced = |old: &str, new: &str| address.replacen(old, new, 1);
    vec![
        ("other_service", "For another service.", "https://other.test/acs".to_owned()),
        ("other_workspace", "For another workspace of this service.", replaced("acme", "other")),
        ("longer", "Ours is only its beginning.", format!("{address}2")),
        (
            "other_domain",
            "Ours is only its beginning, and the domain is another.",
            replaced(".test", ".test.attacker.test"),
        ),
        ("shorter", "Only the beginning of ours.", "https://gatehouse.example.test/".to_owned()),
        ("inside", "Ours is only its end.", format!("https://attacker.test/?to={address}")),
        ("trailing_slash", "A slash more.", format!("{address}/")),
        ("other_case", "Compared by character, hosts as well.", replaced("gatehouse", "Gatehouse")),
        ("path_in_capitals", "Paths are told apart by case.", replaced("/saml/", "/SAML/")),
        ("plain_http", "The same without TLS.", replaced("https:", "http:")),
        ("default_port", "The port that would be taken anyway.", replaced(".test/", ".test:443/")),
        ("other_port", "Another port.", replaced(".test/", ".test:8443/")),
        ("user_info", "A name before the host.", replaced("//", "//gatehouse.example.test@")),
        ("percent_encoded", "A letter in its escaped form.", replaced("acme", "%61cme")),
        ("dot_segments", "A path that leads back to ours.", replaced("/saml/", "/x/../saml/")),
        ("query", "A question more.", format!("{address}?")),
        ("fragment", "A fragment more.", format!("{address}#")),
        ("look_alike", "A letter that looks the same.", replaced("example", "ex\u{430}mple")),
        ("inner_space", "A space inside.", replaced("acme", "ac me")),
        ("two", "Ours and another one.", format!("{address} https://other.test/acs")),
        ("wildcard", "Everything of ours.", "https://gatehouse.example.test/*".to_owned()),
        ("relative", "Without scheme and host.", replaced("https://gatehouse.example.test", "")),
        ("empty", "None.", String::new()),
        ("blank", "Nothing but a space.", " ".to_owned()),
    ]
}

fn destinations() -> Vec<Attack> {
    let old = format!(" Destination=\"{ACS}\"");
    let destination = |(name, why, value): (&str, &str, String)| {
        Attack::new("destination", name, why).said(&old, format!(" Destination=\"{value}\""))
    };
    let all = nearly(ACS).into_iter().map(destination);
    let others = [
        Attack::new("destination", "other_unsigned_envelope", "For another service, in an unsigned envelope.")
            .said(&old, " Destination=\"https://other.test/acs\"")
            .only_assertion(),
        Attack::new("destination", "empty_unsigned_envelope", "An empty destination is none of ours.")
            .said(&old, " Destination=\"\"")
            .only_assertion(),
        Attack::new("destination", "missing_though_signed", "A signed message must say where it was sent.")
            .said(&old, ""),
    ];
    all.chain(others).collect()
}

fn recipients() -> Vec<Attack> {
    let old = format!(" Recipient=\"{ACS}\"");
    let recipient = |(name, why, value): (&str, &str, String)| {
        Attack::new("recipient", name, why).said(&old, format!(" Recipient=\"{value}\""))
    };
    let missing = Attack::new("recipient", "missing", "For nobody.").said(&old, "");
    let entity = Attack::new("recipient", "entity_id", "Our name is not our address.")
        .said(&old, format!(" Recipient=\"{ENTITY_ID}\""));
    nearly(ACS).into_iter().map(recipient).chain([missing, entity]).collect()
}

fn audiences() -> Vec<Attack> {
    let old = format!("<saml2:Audience>{ENTITY_ID}</saml2:Audience>");
    let audience = |(name, why, value): (&str, &str, String)| {
        Attack::new("audience", name, why).said(&old, format!("<saml2:Audience>{value}</saml2:Audience>"))
    };
    let address = Attack::new("audience", "acs_address", "Our address is not our name.")
        .said(&old, format!("<saml2:Audience>{ACS}</saml2:Audience>"));
    nearly(ENTITY_ID).into_iter().map(audience).chain([address]).collect()
}

fn restrictions() -> Vec<Attack> {
    let ours = format!("<saml2:Audience>{ENTITY_ID}</saml2:Audience>");
    let other = "<saml2:Audience>https://other.test</saml2:Audience>";
    let audience = |name, why, new: &str| Attack::new("audience", name, why).said(&ours, new);
    let second = [RESTRICTION, other, RESTRICTION_END, CONDITIONS_END].concat();
    vec![
        Attack::new("audience_missing", "no_restriction", "For every service.")
            .said([RESTRICTION, &ours, RESTRICTION_END].concat(), ""),
        Attack::new("audience_missing", "bare_audience", "An audience outside of a restriction is none.")
            .said([RESTRICTION, &ours, RESTRICTION_END].concat(), "<saml2:OneTimeUse/>"),
        audience("empty_restriction", "Restricted to nobody.", ""),
        audience("element_inside", "A name that is cut by an element.", &ours.replace("acme", "acme<x xmlns=\"\"/>")),
        audience(
            "foreign_audience",
            "An audience of another vocabulary.",
            &ours.replace("<saml2:Audience>", "<Audience xmlns=\"urn:x\">").replace("</saml2:", "</"),
        ),
        audience(
            "as_attribute",
            "A name where nobody looks for it.",
            &format!("<saml2:Audience Name=\"{ENTITY_ID}\"/>"),
        ),
        audience("in_comment", "A name in a comment.", &format!("<!--{ours}-->{other}")),
        Attack::new("audience", "both_required", "Both restrictions must be met; one names another service.")
            .said(CONDITIONS_END, &second),
        Attack::new(
            "audience",
            "only_for_proxies",
            "Our name is only among those who may issue assertions of their own.",
        )
        .said(&ours, other)
        .said(CONDITIONS_END, format!("<saml2:ProxyRestriction>{ours}</saml2:ProxyRestriction>{CONDITIONS_END}")),
    ]
}

fn issuers() -> Vec<Attack> {
    let issuer = |name, why, level: &str, value: &str| {
        let behind = format!("</saml2:Issuer>{{{{{level}-signature}}}}");
        Attack::new("issuer", name, why).said(format!(">{ISSUER}{behind}"), format!(">{value}{behind}"))
    };
    let of_assertion = |name, why, value: &str| issuer(name, why, "assertion", value);
    let other = "http://www.okta.com/exk2other";
    vec![
        issuer("response", "Sent by another identity provider.", "response", other),
        issuer("response_unsigned", "The same in an unsigned envelope.", "response", other).only_assertion(),
        issuer("response_empty", "Sent by nobody.", "response", "").only_assertion(),
        of_assertion("assertion", "Issued by another identity provider, although ours signed it.", other),
        of_assertion("longer", "Its name is only the beginning.", &format!("{ISSUER}2")),
        of_assertion("shorter", "Only the beginning of its name.", "http://www.okta.com/"),
        of_assertion("trailing_slash", "A slash more.", &format!("{ISSUER}/")),
        of_assertion("other_case", "Compared by character.", &ISSUER.replace("exk", "EXK")),
        of_assertion("https", "The same with TLS.", &ISSUER.replace("http:", "https:")),
        of_assertion("percent_encoded", "A letter in its escaped form.", &ISSUER.replace("exk", "%65xk")),
        of_assertion("look_alike", "A letter that looks the same.", &ISSUER.replace("exk", "ex\u{43a}")),
        of_assertion("padded", "Spaces are characters.", &format!(" {ISSUER}")),
        of_assertion("line_behind", "So are line breaks.", &format!("{ISSUER}\n")),
        of_assertion(
            "element_inside",
            "A name that is cut by an element.",
            &ISSUER.replace("acme", "acme<x xmlns=\"\"/>"),
        ),
        of_assertion("empty", "Issued by nobody.", ""),
    ]
}

fn missing_issuers() -> Vec<Attack> {
    let whole = |level: &str| {
        let declared = if level == "response" { "xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\" " } else { "" };
        format!(
            "<saml2:Issuer {declared}Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:entity\">{ISSUER}</saml2:Issuer>{{{{{level}-signature}}}}"
        )
    };
    let second = "{{assertion-signature}}<saml2:Issuer>http://other.test</saml2:Issuer>";
    let second_outside = "{{response-signature}}<saml2:Issuer \
        xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\">http://other.test</saml2:Issuer>";
    let elsewhere = "{{assertion-signature}}<saml2:Advice><saml2:Issuer>http://www.okta.com/exk1acme0gatehouse</saml2:Issuer></saml2:Advice>";
    vec![
        Attack::new("issuer", "missing", "Nobody issued it.").said(whole("assertion"), "{{assertion-signature}}"),
        Attack::new("issuer", "missing_though_signed", "A signed response must say who sent it.")
            .said(whole("response"), "{{response-signature}}"),
        Attack::new("issuer", "elsewhere", "An issuer where nobody looks for it.").said(whole("assertion"), elsewhere),
        Attack::new("duplicated_element", "issuer", "Two issuers.").said("{{assertion-signature}}", second),
        Attack::new("duplicated_element", "response_issuer", "Two issuers of the response.")
            .said("{{response-signature}}", second_outside),
    ]
}
