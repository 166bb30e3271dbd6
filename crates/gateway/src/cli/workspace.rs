use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use domain::audit::EventKind;
use domain::policy::Policy;
use serde_json::{Map, Value, json};
use store::StoreError;

use super::session::{InWorkspace, Session};
use crate::config::Settings;
use crate::output;

/// `gatehouse workspace …`
#[derive(Debug, Subcommand)]
pub(super) enum Workspace {
    /// Change policy values; a running server follows at once
    Set(Set),
    /// Print the policy
    Show(Show),
}

#[derive(Debug, Args)]
#[command(after_help = POLICY_HELP)]
pub(super) struct Set {
    #[command(flatten)]
    within: InWorkspace,
    /// Policy keys with their new values, such as jit=nobody session_lifetime=8h
    #[arg(required = true, value_name = "KEY=VALUE")]
    values: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct Show {
    #[command(flatten)]
    within: InWorkspace,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

const POLICY_HELP: &str = "\
The keys with the values that they take; `gatehouse workspace show` prints the present ones:
  jit                           everyone, known, nobody
  invitations                   verify_first, sso_accepts
  invitation_lifetime           20m, 12h, 7d
  role_authority                hybrid, scim, saml
  unknown_role                  keep, default, refuse_login
  absent_role                   keep, default
  absent_groups                 keep, clear
  unknown_group                 skip, create
  split_groups                  on, off
  group_prefix                  a prefix of the provider's group names
  idp_initiated                 bounce, allow, refuse
  saml_request_binding          metadata, redirect, post
  saml_sign_requests            metadata, always, never
  saml_name_id_policy           omitted, unspecified, email_address, persistent
  saml_force_authn              on, off
  saml_authn_context            none, password_protected_transport, multi_factor, a URI
  expired_certificates          accept, refuse
  single_logout                 on, off
  start_url                     a path, or an http(s) address
  session_lifetime              30s, 20m, 12h, 7d
  console_session_lifetime      12h
  console_idle_timeout          30m
  audit_retention               30d, 365d; at least 1d
  trace_retention               30d, 12h
  scim_client                   learned (from the User-Agent), okta, entra, onelogin, generic
  capability.advanced_security  on, off";

impl Workspace {
    pub(super) fn run(self, settings: &Settings) -> Result<()> {
        match self {
            Self::Set(set) => set.run(settings),
            Self::Show(show) => show.run(settings),
        }
    }
}

impl Set {
    fn run(self, settings: &Settings) -> Result<()> {
        let changes = self.values.iter().map(|text| {
            text.split_once('=').with_context(|| format!("{text} is no change of a policy: write KEY=VALUE"))
        });
        let changes = changes.collect::<Result<Vec<_>>>()?;
        // Two administrators at once: each change is made on top of the other's.
        loop {
            let session = Session::open(settings, &self.within)?;
            match apply(&session, &changes)? {
                Err(StoreError::Conflict) => {}
                done => {
                    done?;
                    return session.settle();
                }
            }
        }
    }
}

/// Changes the policy, if that is still the one that the session has read.
pub(super) fn apply(session: &Session, changes: &[(&str, &str)]) -> Result<Result<(), StoreError>> {
    let before = &session.workspace.policy;
    let mut after = before.clone();
    for (key, value) in changes {
        after.set(key, value)?;
    }
    if after == *before {
        return Ok(Ok(()));
    }
    let (old, new) = difference(before, &after);
    let entry = session.entry(EventKind::PolicyChanged, session.subject(), Some(old), Some(new));
    Ok(session.store.set_policy(after, session.workspace.policy_version, entry))
}

/// Only the values that change.
fn difference(before: &Policy, after: &Policy) -> (Value, Value) {
    let pairs = before.entries().into_iter().zip(after.entries()).filter(|(old, new)| old != new);
    let (old, new): (Map<_, _>, Map<_, _>) =
        pairs.map(|((key, old), (_, new))| ((key.to_owned(), json!(old)), (key.to_owned(), json!(new)))).unzip();
    (Value::Object(old), Value::Object(new))
}

impl Show {
    fn run(self, settings: &Settings) -> Result<()> {
        let workspace = Session::open(settings, &self.within)?.workspace;
        let entries = workspace.policy.entries();
        if !self.json {
            output::line(format!(
                "{} ({}), policy version {}",
                workspace.name, workspace.handle, workspace.policy_version
            ))?;
            return entries.iter().try_for_each(|(key, value)| output::line(format!("  {key:<28} {value}")));
        }
        let mut shown = Map::new();
        shown.insert("workspace".into(), json!(workspace.handle));
        shown.insert("name".into(), json!(workspace.name));
        shown.insert("policy_version".into(), json!(workspace.policy_version));
        shown.insert("scim_enabled".into(), json!(workspace.scim_enabled));
        shown.extend(entries.into_iter().map(|(key, value)| (key.to_owned(), json!(value))));
        output::json(&shown)
    }
}
