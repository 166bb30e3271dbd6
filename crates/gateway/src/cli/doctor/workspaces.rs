//! What is a workspace's own: identity providers, their certificates and metadata, SCIM, and our keys.

use anyhow::Result;
use domain::clock::{Clock, Timestamp};
use domain::workspace::Workspace;
use saml_acs::{IdentityProvider, KeyUse, certificate_facts};
use store::{Connection, ScimToken, Store};

use super::Finding;
use crate::clock::SystemClock;

/// So many days before a certificate ends it is told.
const WARN_DAYS: i64 = 30;

/// Every workspace.
pub(super) fn all(store: &Store) -> Result<Vec<Finding>> {
    let now = SystemClock.now();
    let mut findings = Vec::new();
    for workspace in store.workspaces()? {
        let mut of_it = Vec::new();
        let connections = store.connections(workspace.id)?;
        if connections.is_empty() {
            of_it.push(without_provider(&workspace));
        }
        for connection in &connections {
            of_it.extend(provider(store, &workspace, connection, now)?);
        }
        of_it.extend(scim(store, &workspace, now)?);
        of_it.extend(own_keys(store, &workspace, now)?);
        findings.extend(of_it.into_iter().map(|found| found.within(workspace.handle.as_str())));
    }
    Ok(findings)
}

fn without_provider(workspace: &Workspace) -> Finding {
    let remedy = format!("gatehouse saml idp set --workspace {} --metadata FILE_OR_URL", workspace.handle);
    Finding::warning("SAML", "no identity provider: nobody can sign in", remedy)
}

fn provider(store: &Store, workspace: &Workspace, connection: &Connection, now: Timestamp) -> Result<Vec<Finding>> {
    let (name, set) = (
        &connection.name,
        format!("gatehouse saml idp set --workspace {} --idp {}", workspace.handle, connection.name),
    );
    let Ok(provider) = IdentityProvider::from_metadata(&connection.metadata) else {
        let finding = format!("the metadata of {name} can't be used");
        return Ok(vec![Finding::trouble("SAML", finding, format!("{set} --metadata FILE_OR_URL"))]);
    };
    let certificates = provider.signing_certificates().iter().filter_map(|certificate| certificate.facts().ok());
    let left = certificates.map(|facts| facts.days_left(now)).max();
    let remedy = format!("Have {name} make a new certificate, then {set} --metadata FILE_OR_URL");
    let mut findings = vec![lasting(&format!("{name} ({})", connection.entity_id), left, remedy)];
    if connection.weak_algorithms.permit_sha1() {
        let finding = format!("{name} may sign with SHA-1, which is broken");
        findings.push(Finding::warning("SAML", finding, format!("Have it sign with SHA-256, then {set}")));
    }
    if let Some(trial) = store.find_trial(connection.id)? {
        let end = trial.ends_at.format("%Y-%m-%d %H:%M:%S UTC");
        let finding = format!("{name} is on trial until {end}, and is then put back to {}", trial.before.entity_id);
        let remedy = format!("Sign in through {name} as an Environment admin in dev: that keeps it as it is");
        findings.push(Finding::warning("SAML", finding, remedy));
    }
    if let Some(trouble) = store.metadata_status(connection.id)?.and_then(|status| status.trouble) {
        let finding = format!("the metadata of {name} can't be refreshed: {trouble}");
        findings.push(Finding::warning(
            "SAML",
            finding,
            "The last good metadata is in force. See that its address answers.",
        ));
    }
    Ok(findings)
}

/// Of several certificates the one that lasts longest counts.
fn lasting(name: &str, days_left: Option<i64>, remedy: String) -> Finding {
    match days_left {
        Some(..0) => Finding::warning("SAML", format!("every certificate of {name} has ended"), remedy),
        Some(days @ ..WARN_DAYS) => {
            Finding::warning("SAML", format!("the last certificate of {name} ends in {days} days"), remedy)
        }
        Some(days) => Finding::ok("SAML", format!("{name}, certified for {days} days")),
        None => Finding::warning("SAML", format!("the certificates of {name} can't be read"), remedy),
    }
}

fn scim(store: &Store, workspace: &Workspace, now: Timestamp) -> Result<Vec<Finding>> {
    if !workspace.scim_enabled {
        return Ok(Vec::new());
    }
    let handle = &workspace.handle;
    if !workspace.policy.advanced_security.0 {
        let remedy = format!("gatehouse workspace set --workspace {handle} capability.advanced_security=on");
        return Ok(vec![Finding::warning("SCIM", "is on, but the capability advanced_security is off", remedy)]);
    }
    let remedy = format!("gatehouse scim token refresh --workspace {handle}");
    let mut tokens = store.scim_tokens(workspace.id)?;
    tokens.retain(|token| token.is_in_force(now));
    let mut findings = vec![match tokens.len() {
        0 => Finding::warning("SCIM", "is on, but no token is in force", &remedy),
        in_force => Finding::ok("SCIM", format!("is on, with {in_force} token(s) in force")),
    }];
    findings.extend(ScimToken::last_ends(&tokens).into_iter().filter_map(|end| {
        let days = (end - now).num_days();
        let finding = || format!("the last token of an identity provider ends in {days} days");
        (days < WARN_DAYS).then(|| Finding::warning("SCIM", finding(), format!("{remedy} --overlap 1d")))
    }));
    Ok(findings)
}

/// Identity providers may look at the dates of our certificates, though we don't.
fn own_keys(store: &Store, workspace: &Workspace, now: Timestamp) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for used in KeyUse::ALL {
        let keys = store.keys(used.purpose(), Some(workspace.id))?;
        let facts = keys.iter().filter_map(|key| certificate_facts(&key.public).ok());
        let is_short = facts.map(|facts| facts.days_left(now)).max().is_some_and(|days| days < WARN_DAYS);
        if is_short {
            let finding = format!("our certificate for {} ends within {WARN_DAYS} days", used.as_str());
            let remedy = format!("gatehouse saml key add --workspace {} --use {}", workspace.handle, used.as_str());
            findings.push(Finding::warning("SAML", finding, remedy));
        }
    }
    Ok(findings)
}
