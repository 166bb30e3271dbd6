//! What is wrong with a message as a whole, or with what the identity provider makes of it.

use super::{altered, at_provider};
use crate::error::Excerpt;
use crate::tracer::Circumstances;
use crate::tracer::glance::Glance;

pub(super) fn not_base64(c: &Circumstances<'_>) -> String {
    format!(
        "Nothing is wrong with an account. What was posted to {} is no SAML response as the HTTP-POST binding has it: look for a \
         proxy or an extension that rewrites forms, or a script that posts there. If it is every login, see that the identity \
         provider answers by HTTP-POST and not by Artifact or Redirect.",
        c.acs_url
    )
}

pub(super) fn too_large(limit: usize, c: &Circumstances<'_>) -> String {
    let fewer = at_provider(c, c.product().fewer_groups);
    format!(
        "The response is over {limit} bytes, most likely because of many groups. {fewer} Where they are all needed, raise \
         saml.max_response_bytes in the gateway's configuration."
    )
}

pub(super) fn wrong_encoding(c: &Circumstances<'_>) -> String {
    format!(
        "The response is not the UTF-8 or UTF-16 that it declares. A packed response is one for the Redirect binding: have the \
         identity provider answer to {} by HTTP-POST. Otherwise something on the way rewrites it: a proxy, an extension, or an \
         attacker.",
        c.acs_url
    )
}

pub(super) fn too_deep(limit: usize) -> String {
    format!(
        "{} A response has about ten levels. If your identity provider really nests attribute values deeper than {limit}, raise \
         saml.max_depth.",
        altered("elements nested so deep")
    )
}

pub(super) fn too_many_nodes(limit: usize, c: &Circumstances<'_>) -> String {
    let fewer = at_provider(c, c.product().fewer_groups);
    format!(
        "The response has more than {limit} elements, attributes and texts, most likely because of many groups. {fewer} Where they \
         are all needed, raise saml.max_nodes in the gateway's configuration."
    )
}

pub(super) fn malformed(c: &Circumstances<'_>) -> String {
    format!(
        "What was posted to {} is not whole XML: it was cut off or rewritten between the identity provider and here. Look for a \
         proxy that limits or filters forms and for browser extensions; a message made by hand, as in an attack, looks the same. \
         There is nothing to set at the identity provider.",
        c.acs_url
    )
}

pub(super) fn not_a_response(root: &str, c: &Circumstances<'_>) -> String {
    let Circumstances { acs_url, .. } = c;
    match root {
        "ArtifactResponse" => {
            format!("An artifact was answered: have the identity provider answer to {acs_url} by HTTP-POST.")
        }
        "AuthnRequest" => format!(
            "Our own request came back: the sign-on address in the metadata that is set here leads to {acs_url}. Set the identity \
             provider's own metadata: gatehouse saml idp set --workspace {} --metadata FILE_OR_URL, with {}.",
            c.workspace,
            c.product().metadata
        ),
        "LogoutRequest" | "LogoutResponse" => format!(
            "A {root} was sent to {acs_url}, which takes sign-in responses only. In {}, set the single logout address to another one \
             or to none.",
            c.product().place
        ),
        _ => format!(
            "What was posted to {acs_url} is no SAML 2.0 response but {}. Set the application up for SAML 2.0 at the identity provider, \
             not for WS-Federation or SAML 1.1, with {acs_url} as {}.",
            if root.is_empty() { "something else".to_owned() } else { format!("the element {root:?}") },
            c.product().acs
        ),
    }
}

pub(super) fn encryption_structure(c: &Circumstances<'_>) -> String {
    format!(
        "The assertion is encrypted with parts or parameters that SAML does not need, or for too many keys. {} Where it is encrypted \
         for several services, have it encrypted for this one alone; where it names an address to fetch something from, the message was \
         made up, as in an attack.",
        or_plain(c)
    )
}

pub(super) fn encryption_algorithm(found: &str, c: &Circumstances<'_>) -> String {
    format!(
        "The assertion is encrypted by {found}, which is not safe or not known. Have the identity provider encrypt with AES-256 or \
         AES-128 (GCM rather than CBC) and RSA-OAEP, not with RSA 1.5 or triple DES. {}",
        or_plain(c)
    )
}

pub(super) fn decryption(c: &Circumstances<'_>) -> String {
    format!(
        "No key of this workspace decrypts the assertion. Give the identity provider the current encryption certificate: it is in {}. \
         It may have one that was removed here (gatehouse saml key list --workspace {}), or another service's. {}",
        c.sp_entity_id,
        c.workspace,
        or_plain(c)
    )
}

/// Encryption is a choice of the identity provider's administrator.
fn or_plain(c: &Circumstances<'_>) -> String {
    format!("Or do without encryption: in {}, {}.", c.product().place, c.product().plain)
}

pub(super) fn without_assertion(c: &Circumstances<'_>) -> String {
    format!(
        "The identity provider says Success and sends no assertion. See in its log what it made of this sign-in; if it is every \
         login, check in {} that the application is one for SAML 2.0 sign-on.",
        c.product().place
    )
}

pub(super) fn twice(name: &str) -> String {
    format!(
        "{name} is there twice, and SAML allows it once. If only the assertion is signed, somebody may have changed the response \
         around it: have the response signed as well, and tell whoever looks after security. If the response is signed, the \
         identity provider wrote it so: its template or plug-in for this application has to be corrected."
    )
}

pub(super) fn version(element: &str, found: &Excerpt, c: &Circumstances<'_>) -> String {
    format!(
        "The version of {element} is {}, expected \"2.0\". Set the application up for SAML 2.0 in {}, not for another protocol.",
        if found.as_str().is_empty() { "missing".to_owned() } else { found.to_string() },
        c.product().place
    )
}

/// SAML core 3.2.2.2: the second code, where there is one, says more than the first.
pub(super) fn declined(code: &str, c: &Circumstances<'_>, glance: &Glance) -> String {
    let last = |code: &str| code.rsplit(':').next().unwrap_or_default().to_owned();
    let (first, second) = (last(code), glance.second_status.as_deref().map(last).unwrap_or_default());
    let said = match (first.as_str(), second.as_str()) {
        ("" | "Success", _) => return no_status(code),
        (first, "") => format!("{first:?}"),
        (first, second) => format!("{first:?} with {second:?}"),
    };
    let message = glance.status_message.as_ref().map(|text| format!(", saying {text:?}")).unwrap_or_default();
    format!(
        "The identity provider itself refused the sign-in with the status {said}{message}. {}",
        remedy(&first, &second, c)
    )
}

/// Neither accepted nor refused.
fn no_status(code: &str) -> String {
    let found = if code.is_empty() { "has no status code".to_owned() } else { format!("has the status code {code:?}") };
    let success = crate::claims::SUCCESS;
    format!(
        "The response {found}, expected {success:?}. The identity provider's template or plug-in for this application has to be \
         corrected; if only the assertion is signed, somebody may have changed the response around it on the way."
    )
}

fn remedy(first: &str, second: &str, c: &Circumstances<'_>) -> String {
    let workspace = c.workspace;
    // Some write the second code in the place of the first.
    match (first, if second.is_empty() { first } else { second }) {
        (_, "AuthnFailed") => "The person could not sign in there: its log says why.".to_owned(),
        (_, "NoAuthnContext") => format!(
            "It can't sign people in as the policy saml_authn_context asks: correct it by gatehouse workspace set --workspace \
             {workspace} saml_authn_context=none, or to a class that it knows."
        ),
        (_, "InvalidNameIDPolicy") => format!(
            "It can't send the kind of name that the policy saml_name_id_policy asks for: gatehouse workspace set --workspace \
             {workspace} saml_name_id_policy=omitted, or set {} to fit.",
            c.product().name_id
        ),
        (_, "RequestDenied" | "UnknownPrincipal") => {
            format!("Assign the person there: {}.", c.product().assignment)
        }
        ("Requester" | "VersionMismatch", _) => format!(
            "It did not like our request. Check in {} that the entity ID is {} and the ACS address {}, and if it wants signed \
             requests, set saml_sign_requests=always.",
            c.product().place,
            c.sp_entity_id,
            c.acs_url
        ),
        _ => format!(
            "Its own log says why. A frequent reason is that the person is not assigned to the application: {}.",
            c.product().assignment
        ),
    }
}

/// Something that the browser profile demands and every identity provider sends by default.
pub(super) fn incomplete(what: &str, c: &Circumstances<'_>) -> String {
    format!(
        "The assertion lacks {what}, which web browser single sign-on demands (SAML profiles 4.1.4.2). The signature holds, so the \
         identity provider left it out: see in {} that the application is one for SAML 2.0 web sign-on, and take back what a \
         custom template or plug-in leaves out.",
        c.product().place
    )
}

pub(super) fn unknown_condition(name: &Excerpt, c: &Circumstances<'_>) -> String {
    format!(
        "The assertion has the condition {name}, which is not one of SAML's own, so that nobody can tell whether it holds. Take it \
         out of the template for this application in {}.",
        c.product().place
    )
}

pub(super) fn bearer_not_before(c: &Circumstances<'_>) -> String {
    format!(
        "The bearer confirmation has a NotBefore, which web browser single sign-on forbids (SAML profiles 4.1.4.2). Take it out of \
         the SubjectConfirmationData for this application in {}; the Conditions may keep theirs.",
        c.product().place
    )
}

pub(super) fn two_requests() -> String {
    "The response says that it answers one request, and the assertion inside of it another or none. If only the assertion is \
     signed, that is what a response looks like that was put together from two: tell whoever looks after security, and have the \
     response signed as well. If it is every login, the identity provider leaves InResponseTo out of the SubjectConfirmationData: \
     correct its template or plug-in."
        .to_owned()
}

pub(super) fn name_id(c: &Circumstances<'_>) -> String {
    format!(
        "The assertion does not name exactly one person by a readable NameID: it has none, an empty, an encrypted or a second one. In \
         {}, set {} to an attribute that everybody has, such as the user name, and leave it unencrypted.",
        c.product().place,
        c.product().name_id
    )
}

pub(super) fn attribute(c: &Circumstances<'_>) -> String {
    format!(
        "An attribute has no name, or is encrypted, or is no SAML 2.0 attribute. In {}, look through {}: give each attribute a name, \
         and send it unencrypted.",
        c.product().place,
        c.product().attributes
    )
}
