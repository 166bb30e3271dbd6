//! Each identity provider's own shape, signed in each of the ways that it can be told to sign.

use serde_json::{Value, json};

use super::{Good, OKTA, Shape};
use crate::sign::{ENVELOPED, Signing, inclusive, transform};

const ENTRA: Shape = shape!("entra");
const ADFS: Shape = shape!("adfs");
const KEYCLOAK: Shape = shape!("keycloak");
const GOOGLE: Shape = shape!("google");
const SHIBBOLETH: Shape = shape!("shibboleth");
const PING: Shape = shape!("ping");
const ONELOGIN: Shape = shape!("onelogin");
const SIMPLESAMLPHP: Shape = shape!("simplesamlphp");

/// The sentences for both signed, the response alone, the assertion alone.
type Whys = [&'static str; 3];

pub(super) fn all() -> Vec<Good> {
    [okta(), microsoft(), keycloak(), google(), academic(), others()].into_iter().flatten().collect()
}

fn each_way(source: &'static str, shape: Shape, signing: &Signing, whys: Whys) -> Vec<Good> {
    let new = |name, why| Good::new(source, name, shape, signing.clone(), why);
    let [both, response, assertion] = whys;
    vec![
        new("both_signed", both),
        new("response_signed", response).only_response(),
        new("assertion_signed", assertion).only_assertion(),
    ]
}

/// As it comes after a click on the provider's own page: nothing was asked for.
fn unsolicited(source: &'static str, shape: Shape, signing: Signing, why: &'static str) -> Good {
    Good::new(source, "unsolicited", shape, signing, why)
        .everywhere(" InResponseTo=\"_4d84a8f4b1d0c6ab7a41f8b02d3e5f60\"", "")
        .says("/in_response_to", Value::Null)
}

fn okta() -> Vec<Good> {
    let groups: Vec<String> = (0..300).map(|number| format!("WKT_Group {number:03}")).collect();
    let values =
        groups.iter().map(|group| format!("<saml2:AttributeValue>{group}</saml2:AttributeValue>")).collect::<String>();
    let name = "Name=\"workato_user_groups\" NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified\">";
    let mut all = each_way(
        "okta",
        OKTA,
        &Signing::okta(),
        [
            "Okta's default: response and assertion signed.",
            "Okta with only the response signed.",
            "Okta with only the assertion signed.",
        ],
    );
    all.push(unsolicited(
        "okta",
        OKTA,
        Signing::okta(),
        "A click on Okta's dashboard: no InResponseTo at either level.",
    ));
    all.push(
        Good::okta("okta", "many_groups", "Somebody in 302 groups, one value each.")
            .changed(name, format!("{name}{values}"))
            .says(
                "/attributes/1/1",
                groups.into_iter().chain(["Finance".into(), "WKT | Admin | EMEA".into()]).collect(),
            ),
    );
    all
}

fn microsoft() -> Vec<Good> {
    let entra = Signing::usual().prefix("");
    let mut all = each_way(
        "entra",
        ENTRA,
        &entra,
        [
            "Entra ID with response and assertion signed.",
            "Entra ID with only the response signed.",
            "Entra ID's default, with its default namespaces.",
        ],
    );
    let groups = "<Attribute Name=\"http://schemas.microsoft.com/ws/2008/06/identity/claims/groups\"><AttributeValue>\
                  d1f5c7be-0c9e-4f3b-9a62-8f1e5f2b7a10</AttributeValue><AttributeValue>WKT | Finance</AttributeValue>";
    let overage = "http://schemas.microsoft.com/claims/groups.link";
    let address = "https://graph.windows.net/9f0c1c7e/users/1b2c/getMemberObjects";
    all.extend([
        unsolicited("entra", ENTRA, entra.clone(), "A tile in Microsoft's list of applications."),
        Good::new("entra", "too_many_groups", ENTRA, entra.clone(), "Over 150 groups: an address instead of them.")
            .only_assertion()
            .changed(groups, format!("<Attribute Name=\"{overage}\"><AttributeValue>{address}</AttributeValue>"))
            .says("/attributes/2", json!([overage, [address]])),
        Good::new("entra", "next_certificate", ENTRA, entra.key("rsa-next"), "After Entra ID has changed its key.")
            .only_assertion(),
    ]);
    all.extend(each_way(
        "adfs",
        ADFS,
        &Signing::usual(),
        [
            "AD FS with message and assertion signed.",
            "AD FS with only the message signed.",
            "AD FS: an account name, escaped group names.",
        ],
    ));
    all.push(unsolicited("adfs", ADFS, Signing::usual(), "AD FS's own sign-on page."));
    all
}

fn keycloak() -> Vec<Good> {
    let signing = Signing::usual().prefix("dsig");
    let mut all = each_way(
        "keycloak",
        KEYCLOAK,
        &signing,
        [
            "Keycloak with document and assertion signed.",
            "Keycloak's default: one Role attribute for each role.",
            "Keycloak with only the assertion signed.",
        ],
    );
    all.push(unsolicited("keycloak", KEYCLOAK, signing, "Keycloak's address for logins that begin there."));
    all
}

fn google() -> Vec<Good> {
    let mut all = each_way(
        "google",
        GOOGLE,
        &Signing::usual(),
        [
            "Google with response and assertion signed.",
            "Google: an attribute without values.",
            "Google's default: only the assertion signed.",
        ],
    );
    all.push(unsolicited("google", GOOGLE, Signing::usual(), "A click in Google's app launcher."));
    all
}

fn academic() -> Vec<Good> {
    let prefixes = Signing::usual().transforms(transform(ENVELOPED) + &inclusive("xsd"));
    let mut all = each_way(
        "shibboleth",
        SHIBBOLETH,
        &prefixes,
        [
            "Shibboleth with response and assertion signed.",
            "Shibboleth with only the response signed.",
            "Shibboleth: pretty-printed, a NameID as attribute value.",
        ],
    );
    all.push(unsolicited("shibboleth", SHIBBOLETH, prefixes, "Shibboleth's address for unsolicited logins."));
    all.extend(each_way(
        "simplesamlphp",
        SIMPLESAMLPHP,
        &Signing::usual(),
        [
            "SimpleSAMLphp's default: both signed, namespaces at the root.",
            "SimpleSAMLphp with only the response signed.",
            "SimpleSAMLphp with only the assertion signed, in which prefixes of the root are used.",
        ],
    ));
    all
}

fn others() -> Vec<Good> {
    let mut all = each_way(
        "ping",
        PING,
        &Signing::usual(),
        [
            "PingFederate with response and assertion signed.",
            "PingFederate with only the response signed.",
            "PingFederate: an entity id that is no address.",
        ],
    );
    all.extend(each_way(
        "onelogin",
        ONELOGIN,
        &Signing::usual(),
        [
            "OneLogin with response and assertion signed.",
            "OneLogin with only the response signed.",
            "OneLogin: a prefix declared twice, group names in one value.",
        ],
    ));
    all
}
