mod attribute;
mod token;

use administration::{Acting, AdministrationError, ScimPrerequisite, scim};
use anyhow::{Result, bail};
use attribute::Attribute;
use clap::{Args, Subcommand};
use domain::policy::Span;
use domain::workspace::WorkspaceHandle;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::listing::Listing;
use super::session::{InWorkspace, OfProvider};
use crate::config::Settings;
use crate::output;

/// `gatehouse scim …`
#[derive(Debug, Subcommand)]
pub(super) enum Scim {
    /// Switch SCIM on; what was there before is there again
    Enable(InWorkspaceArgs),
    /// Switch SCIM off; people and tokens stay
    Disable(InWorkspaceArgs),
    /// Tokens
    #[command(subcommand)]
    Token(Token),
    /// Attributes of people beyond those that every workspace has
    #[command(subcommand)]
    Attribute(Attribute),
    /// The latest requests, with the sentence that each refused one got and what it had sent
    Log(Log),
}

#[derive(Debug, Args)]
pub(super) struct Log {
    #[command(flatten)]
    within: InWorkspace,
    /// Only the latest so many
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct InWorkspaceArgs {
    #[command(flatten)]
    within: InWorkspace,
}

#[derive(Debug, Subcommand)]
pub(super) enum Token {
    /// Print a new token once; the old one of the identity provider fails at once, or after the overlap
    Refresh(Refresh),
    /// Print all: when each was made, was used last and ends
    List(Listing),
    /// End every token of the workspace, or one of them
    Revoke(Revoke),
}

#[derive(Debug, Args)]
pub(super) struct Revoke {
    #[command(flatten)]
    within: InWorkspace,
    /// The id of the one to end, as `gatehouse scim token list` prints it
    id: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Refresh {
    #[command(flatten)]
    within: InWorkspace,
    #[command(flatten)]
    idp: OfProvider,
    /// How long the old token still works, such as 30m
    #[arg(long, value_name = "DURATION")]
    overlap: Option<Span>,
    /// When the new token ends by itself, such as 90d; a doctor tells of it before
    #[arg(long, value_name = "DURATION")]
    expires_in: Option<Span>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Scim {
    pub(super) fn run(self, settings: &Settings) -> Result<()> {
        match self {
            Self::Enable(args) => enable(&args.within.open(settings)?),
            Self::Disable(args) => Ok(scim::disable(&args.within.open(settings)?)?),
            Self::Log(log) => log.run(settings),
            Self::Attribute(attribute) => attribute.run(settings),
            Self::Token(Token::Refresh(refresh)) => refresh.run(settings),
            Self::Token(Token::List(listing)) => token::list(listing, settings),
            Self::Token(Token::Revoke(revoke)) => revoke.run(settings),
        }
    }
}

fn enable(acting: &Acting) -> Result<()> {
    let handle = &acting.workspace.handle;
    match scim::enable(acting) {
        Err(AdministrationError::Scim(missing)) => bail!("{missing}: {}", remedy(missing, handle)),
        done => done?,
    }
    if acting.store.count_scim_tokens(acting.workspace.id, acting.now())? == 0 {
        output::remark(format!("there is no token yet: gatehouse scim token refresh --workspace {handle}"));
    }
    Ok(())
}

fn remedy(missing: ScimPrerequisite, handle: &WorkspaceHandle) -> String {
    match missing {
        ScimPrerequisite::Capability => {
            format!("gatehouse workspace set --workspace {handle} capability.advanced_security=on")
        }
        ScimPrerequisite::Connection => {
            format!("gatehouse saml idp set --workspace {handle} --metadata FILE_OR_URL")
        }
    }
}

impl Revoke {
    fn run(self, settings: &Settings) -> Result<()> {
        let acting = self.within.open(settings)?;
        let ended = match &self.id {
            Some(id) => revoke(&acting, id)?,
            None => scim::revoke_tokens(&acting)?,
        };
        output::line(format!("Ended {ended} token(s)."))
    }
}

fn revoke(acting: &Acting, id: &str) -> Result<usize> {
    match scim::revoke_token(acting, id) {
        Err(error @ AdministrationError::NoSuchToken(..)) => bail!("{error}: see `gatehouse scim token list`"),
        done => Ok(done.map(|()| 1)?),
    }
}

impl Log {
    fn run(self, settings: &Settings) -> Result<()> {
        let acting = self.within.open(settings)?;
        for request in acting.store.scim_requests(acting.workspace.id, i64::from(self.limit))? {
            if self.json {
                output::json(&request)?;
                continue;
            }
            let at = request.at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
            let millis = request.micros / 1_000;
            output::line(format!(
                "{at}  {} {:<6} {:>5} ms  {:<8} {}",
                request.status, request.method, millis, request.client, request.path
            ))?;
            if let Some(refusal) = &request.refusal {
                output::line(format!("    {}", on_one_line(refusal)))?;
                request.body.iter().try_for_each(|body| output::line(format!("    sent: {}", on_one_line(body))))?;
            }
        }
        Ok(())
    }
}

/// A client chose these characters: none of them may steer the terminal. `--json` has all of them.
fn on_one_line(text: &str) -> String {
    const LONGEST: usize = 400;
    let shown = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c });
    let more = if text.chars().nth(LONGEST).is_some() { "…" } else { "" };
    shown.take(LONGEST).chain(more.chars()).collect()
}

impl Refresh {
    fn run(self, settings: &Settings) -> Result<()> {
        let acting = self.within.open(settings)?;
        let secret = refresh(&acting, &self.idp, self.overlap, self.expires_in)?;
        if self.json {
            return output::json(&json!({ "scim_token": secret.expose_secret() }));
        }
        output::line(secret.expose_secret())
    }
}

/// Puts a new token in force.
pub(super) fn refresh(
    acting: &Acting,
    idp: &OfProvider,
    overlap: Option<Span>,
    expires_in: Option<Span>,
) -> Result<SecretString> {
    // A name that is mistyped must not make a token of no provider, which may write about everybody.
    let connection = match idp.name {
        Some(_) => Some(idp.get(acting)?),
        None => idp.find(acting)?,
    };
    Ok(scim::refresh_token(acting, connection.as_ref(), overlap, expires_in)?)
}
