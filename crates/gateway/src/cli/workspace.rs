use administration::policy;
use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use serde_json::{Map, json};

use super::session::{InWorkspace, settle};
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
        let values = self.values.iter().map(|text| {
            text.split_once('=').with_context(|| format!("{text} is no change of a policy: write KEY=VALUE"))
        });
        let values = values.collect::<Result<Vec<_>>>()?;
        let acting = self.within.open(settings)?;
        policy::set(&acting, &values)?;
        settle(&acting)
    }
}

impl Show {
    fn run(self, settings: &Settings) -> Result<()> {
        let workspace = self.within.open(settings)?.workspace;
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
