//! What an entry tells, in words.

use domain::audit::{EventKind, Source};
use serde_json::Value;

/// For each kind what stands before the subject, and what behind it.
const WORDS: &[(EventKind, &str, &str)] = &[
    (EventKind::WorkspaceCreated, "The workspace", "was made"),
    (EventKind::PolicyChanged, "The policy of", "was changed"),
    (EventKind::RoleAdded, "The role", "was added"),
    (EventKind::RoleUpdated, "The privileges of the role", "were changed"),
    (EventKind::EnvironmentAdded, "The environment", "was added"),
    (EventKind::EnvironmentUpdated, "The environment", "was changed"),
    (EventKind::EnvironmentRemoved, "The environment", "was removed"),
    (EventKind::GroupAdded, "The group", "was added"),
    (EventKind::GroupUpdated, "The group", "was changed"),
    (EventKind::GroupRemoved, "The group", "was removed"),
    (EventKind::GroupMapped, "A name of the provider’s was mapped to the group", ""),
    (EventKind::GroupUnmapped, "A name of the provider’s is mapped no longer to the group", ""),
    (EventKind::ConnectionUpdated, "The connection", "was set up or changed"),
    (EventKind::ConnectionRefreshFailed, "The metadata of", "can’t be refreshed"),
    (EventKind::CertificateExpiring, "A certificate of", "is about to end"),
    (EventKind::ConnectionRemoved, "The connection", "was removed"),
    (EventKind::ConnectionConfirmed, "The trial of the connection", "is over: the change is kept"),
    (EventKind::ConnectionRolledBack, "The connection", "was put back as it was before"),
    (EventKind::SamlKeyAdded, "The SAML key", "was made"),
    (EventKind::SamlKeyActivated, "The SAML key", "became the active one"),
    (EventKind::SamlKeyRemoved, "The SAML key", "was removed"),
    (EventKind::ScimEnabled, "SCIM was switched on in", ""),
    (EventKind::ScimDisabled, "SCIM was switched off in", ""),
    (EventKind::ScimTokenRefreshed, "A SCIM token was made or replaced:", ""),
    (EventKind::ScimTokenRevoked, "SCIM access was revoked:", ""),
    (EventKind::ScimAttributeAdded, "The SCIM attribute", "was added"),
    (EventKind::ScimAttributeRemoved, "The SCIM attribute", "was removed"),
    (EventKind::OwnerPasswordReset, "The password of", "was set anew"),
    (EventKind::OwnerSecondFactorChanged, "The second factor of", "was changed"),
    (EventKind::ConsoleSignedIn, "", "signed in to the console"),
    (EventKind::ConsoleSignInRefused, "A sign-in to the console was refused:", ""),
    (EventKind::ConsoleSessionEnded, "The console session of", "was ended"),
    (EventKind::AuditPruned, "Old entries were removed from the log of", ""),
    (EventKind::CollaboratorProvisioned, "", "was provisioned"),
    (EventKind::CollaboratorUpdated, "", "was updated"),
    (EventKind::CollaboratorDeactivated, "", "was deactivated"),
    (EventKind::CollaboratorReactivated, "", "was reactivated"),
    (EventKind::CollaboratorRemoved, "", "was removed"),
    (EventKind::CollaboratorLinked, "", "was linked to a connection"),
    (EventKind::CollaboratorUnlinked, "", "took over the name of somebody, whose links were dropped"),
    (EventKind::InvitationSent, "An invitation was sent to", ""),
    (EventKind::InvitationFailed, "An invitation could not be sent to", ""),
    (EventKind::InvitationAccepted, "", "accepted the invitation"),
    (EventKind::AccessChanged, "The access of", "changed"),
    (EventKind::AdministratorKept, "", "stays administrator, as the last one"),
    (EventKind::RoleUnresolved, "A role value for", "names no role"),
    (EventKind::GroupUnresolved, "A group value for", "names no group"),
    (EventKind::LoginSucceeded, "", "signed in"),
    (EventKind::LoginFailed, "A login was refused:", ""),
    (EventKind::LoginTested, "A test login came back:", ""),
    (EventKind::SessionEnded, "Sessions ended:", ""),
    (EventKind::LogoutCompleted, "", "was signed out everywhere"),
    (EventKind::LogoutPartial, "", "was not signed out everywhere"),
    (EventKind::LogoutFailed, "A logout message was refused:", ""),
];

/// The families of kinds, as they are called.
const FAMILIES: &[(&str, &str)] = &[
    ("workspace", "Workspace"),
    ("policy", "Policy"),
    ("role", "Roles"),
    ("environment", "Environments"),
    ("group", "Groups"),
    ("connection", "Connections"),
    ("saml_key", "SAML keys"),
    ("scim", "SCIM"),
    ("scim_token", "SCIM tokens"),
    ("scim_attribute", "SCIM attributes"),
    ("owner", "Owner"),
    ("console", "Console"),
    ("audit", "Activity log"),
    ("collaborator", "People"),
    ("invitation", "Invitations"),
    ("access", "Access"),
    ("administrator", "Last administrator"),
    ("login", "Logins"),
    ("session", "Sessions"),
    ("logout", "Logouts"),
];

/// What stands before and behind the subject of an entry of this kind. Another version of the program may have written
/// kinds that this one does not know: those tell their name.
pub(super) fn around(kind: &str) -> (String, String) {
    let known = WORDS.iter().find(|(known, ..)| known.as_str() == kind);
    known
        .map_or_else(|| (format!("{kind}:"), String::new()), |(_, before, behind)| ((*before).into(), (*behind).into()))
}

/// What a family of kinds is called.
pub(super) fn family(name: &str) -> &str {
    FAMILIES.iter().find(|(known, _)| *known == name).map_or(name, |(_, words)| words)
}

/// What a source is called.
pub(super) fn source(source: Source) -> &'static str {
    match source {
        Source::ScimAutoSync => "SCIM",
        Source::SamlAutoSync => "SAML",
        Source::Manual => "By hand",
        Source::System => "Gatehouse",
    }
}

/// On whose behalf something happened.
pub(super) fn actor(actor: &Value) -> String {
    let part = |key: &str| actor.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let with = |words: &str, detail: Option<&str>| match detail {
        Some(detail) => format!("{words} {detail}"),
        None => words.to_owned(),
    };
    match part("type").unwrap_or_default() {
        "scim_token" => {
            part("name").map_or_else(|| "a SCIM token".to_owned(), |name| format!("“{name}”, a SCIM token"))
        }
        "assertion" => with("an assertion of", part("issuer").or(Some("an identity provider"))),
        "logout_message" => with("a logout message of", part("issuer").or(Some("an identity provider"))),
        "collaborator" => "the person themselves".to_owned(),
        "administrator" => with("administrator", part("name")),
        "owner" => with("owner", part("name")),
        "command_line" => match part("name") {
            Some(name) => format!("{name}, at the command line"),
            None => "somebody at the command line".to_owned(),
        },
        "system" => "Gatehouse".to_owned(),
        other => with(other, part("name")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_kind_has_words_and_every_family_a_name() {
        for kind in EventKind::ALL {
            assert!(WORDS.iter().any(|(known, ..)| known == kind), "WORDS has no line for {}", kind.as_str());
            let family = kind.family();
            assert!(FAMILIES.iter().any(|(known, _)| *known == family), "FAMILIES has no line for {family}");
        }
        assert_eq!(WORDS.len(), EventKind::ALL.len());
    }

    #[test]
    fn a_kind_of_another_version_tells_its_name() {
        assert_eq!(around("webhook.sent"), ("webhook.sent:".to_owned(), String::new()));
        assert_eq!(family("webhook"), "webhook");
    }

    #[test]
    fn actors_are_told_apart() {
        assert_eq!(actor(&json!({ "type": "scim_token", "id": "1", "name": "Okta" })), "“Okta”, a SCIM token");
        assert_eq!(actor(&json!({ "type": "assertion", "issuer": null })), "an assertion of an identity provider");
        assert_eq!(actor(&json!({ "type": "command_line", "name": "root" })), "root, at the command line");
        assert_eq!(actor(&json!({ "type": "api_key", "name": "CI" })), "api_key CI");
        assert_eq!(actor(&Value::Null), "");
    }
}
