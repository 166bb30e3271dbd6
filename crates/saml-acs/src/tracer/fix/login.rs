//! What is wrong with a login whose response is good: the request, the browser, the person.

use domain::decide::Refusal;
use domain::policy::Jit;

use crate::demands::Unmet;
use crate::tracer::{Circumstances, moment};

pub(super) fn of_demand(unmet: &Unmet, c: &Circumstances<'_>) -> String {
    let Circumstances { workspace, .. } = c;
    match unmet {
        Unmet::AuthenticatedBeforeRequest { at, since } => format!(
            "The person signed in at {}, before this login began at {}, and the policy saml_force_authn wants a fresh sign-in. Let {} \
             honour ForceAuthn for this application, set both clocks by NTP, or take the demand back: gatehouse workspace set \
             --workspace {workspace} saml_force_authn=off.",
            moment(*at),
            moment(*since),
            c.product().name
        ),
        Unmet::AuthnContext(class) => format!(
            "{}, and the policy saml_authn_context demands another way of signing in. Require that way of \
             signing in (such as several factors) for this application in {}, or add the class to the policy: gatehouse workspace set --workspace \
             {workspace} saml_authn_context=CLASS,….",
            match class.as_str() {
                "" => "The assertion does not say how the person signed in".to_owned(),
                _ => format!("The person signed in by {class}"),
            },
            c.product().name
        ),
    }
}

/// The checks that are made here and not in the response. A check without a fix of its own says what happened.
pub(super) fn of_login(check: &str, detail: &str, c: &Circumstances<'_>) -> String {
    let Circumstances { workspace, login_url, acs_url, .. } = c;
    match check {
        "form" => format!(
            "What was posted to {acs_url} is no form with one SAMLResponse: have the identity provider answer there by HTTP-POST. If it \
             does, see that a reverse proxy lets forms of up to four times saml.max_response_bytes through, and unchanged."
        ),
        "in_response_to" => format!(
            "The request that is answered is not outstanding: it is over 30 minutes old, was answered before (the back button), or was \
             sent from another workspace or to another identity provider. Begin anew at {login_url}. If it is everybody, see that the \
             identity provider does not keep sign-in pages open for longer."
        ),
        "browser" => format!(
            "The login was begun in another browser, or the browser has lost its cookies: begin anew at {login_url} and stay in one \
             browser, with cookies allowed. If nobody did such a thing, somebody tried to have this person work in a stranger's \
             account: tell whoever looks after security."
        ),
        "unsolicited" => format!(
            "The response answers no request ({detail}). Sign in from {login_url}. If it is everybody who begins there, the identity \
             provider ignores our requests: set its metadata with the address for sign-on by the service provider. To take responses \
             of its own accord: gatehouse workspace set --workspace {workspace} idp_initiated=allow."
        ),
        "name_id" => format!(
            "The name that was sent can't be anybody's here ({detail}). In {}, set {} to the value that is sent as userName.",
            c.product().place,
            c.product().name_id
        ),
        "already_used" => format!(
            "This response was posted before: by the back button, by reloading the page, or by somebody who got hold of it. A login is \
             used once; begin anew at {login_url}. If the person did neither, tell whoever looks after security."
        ),
        "issuer" => format!(
            "No identity provider of this workspace has the name in the response: gatehouse saml idp list --workspace {workspace}. Add the one \
             that sent it by gatehouse saml idp set --workspace {workspace} --idp NAME --metadata FILE_OR_URL, or have it answer to the \
             application that it belongs to."
        ),
        "certificate_expired" => format!(
            "Every certificate of the identity provider has ended, and the policy expired_certificates is refuse. Have it make a new one, then \
             set its metadata again ({}): gatehouse saml idp set --workspace {workspace} --metadata FILE_OR_URL. Until then: gatehouse \
             workspace set --workspace {workspace} expired_certificates=accept.",
            c.product().metadata
        ),
        "logged_out" => format!(
            "The identity provider signed the person out while this response was on its way. Sign in anew at {login_url}."
        ),
        _ => format!("{detail}."),
    }
}

pub(super) fn of_person(refusal: &Refusal, c: &Circumstances<'_>) -> String {
    let (Circumstances { workspace, .. }, product) = (c, c.product());
    match refusal {
        Refusal::NameOnlySimilar(sent, known) => format!(
            "The name {sent:?} is only similar to the userName {known:?}: other letters may look the same. If it is the same person, in \
             {}, set {} so that it is exactly the userName, or change the userName there, which SCIM then brings here.",
            product.place, product.name_id
        ),
        Refusal::LinkedToAnother(user_name) => format!(
            "{user_name} signs in under another NameID than the one that was sent. In {}, set {} back to what it was. If the change is \
             meant, give the person the new userName over SCIM: that ends the old link, and the next login makes a new one.",
            product.place, product.name_id
        ),
        Refusal::AnotherProvider(user_name) => format!(
            "{user_name} was made by, or signs in through, another identity provider of this workspace. If {} is to sign them in from now on: \
             gatehouse collaborator link --workspace {workspace} {user_name} --idp NAME. If nobody meant that, somebody who controls it \
             names other people: tell whoever looks after security.",
            product.name
        ),
        Refusal::DeactivatedByProvider => format!(
            "{} has deactivated the person over SCIM. To let them in again, activate them there and assign them to the application: {}.",
            capital(product.name),
            product.assignment
        ),
        Refusal::DeactivatedByAdministrator => format!(
            "An administrator of this workspace has deactivated the person. To let them in again: gatehouse collaborator activate \
             --workspace {workspace} USER."
        ),
        Refusal::NotProvisioned(jit) => not_provisioned(*jit, c),
        Refusal::UnknownRole { environment, value } => format!(
            "The role {value:?} for {environment} is not known here, and the policy unknown_role refuses such logins. In {}, correct it in \
             {}: names are compared exactly, capitals included. Or add it: gatehouse role add --workspace {workspace} {value:?}.",
            product.place, product.attributes
        ),
        other => format!("{}.", capital(&other.to_string())),
    }
}

fn not_provisioned(jit: Jit, c: &Circumstances<'_>) -> String {
    format!(
        "Nobody here has this name, and the policy jit={jit} does not let newcomers in. Assign the person to the application ({}) and \
         let SCIM push them, see that userName and the NameID that is sent are the same, or let newcomers in: gatehouse workspace set \
         --workspace {} jit=everyone.",
        c.product().assignment,
        c.workspace
    )
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
