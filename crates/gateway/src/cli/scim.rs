mod attribute;
mod token;

use anyhow::{Result, bail};
use attribute::Attribute;
use clap::{Args, Subcommand};
use domain::audit::EventKind;
use domain::policy::Span;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use store::NewToken;

use super::init;
use super::listing::Listing;
use super::session::{InWorkspace, OfProvider, Session};
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
            Self::Enable(args) => enable(&Session::open(settings, &args.within)?),
            Self::Disable(args) => disable(&Session::open(settings, &args.within)?),
            Self::Log(log) => log.run(settings),
            Self::Attribute(attribute) => attribute.run(settings),
            Self::Token(Token::Refresh(refresh)) => refresh.run(settings),
            Self::Token(Token::List(listing)) => token::list(listing, settings),
            Self::Token(Token::Revoke(revoke)) => revoke.run(settings),
        }
    }
}

/// Product rules §2.12: the capability and a SAML connection come first.
fn enable(session: &Session) -> Result<()> {
    let handle = &session.workspace.handle;
    if !session.workspace.policy.advanced_security.0 {
        bail!(
            "SCIM needs the capability advanced_security: gatehouse workspace set --workspace {handle} capability.advanced_security=on"
        );
    }
    if session.store.connections(session.workspace.id)?.is_empty() {
        bail!("SCIM needs a SAML connection: gatehouse saml idp set --workspace {handle} --metadata FILE_OR_URL");
    }
    let entry = session.entry(EventKind::ScimEnabled, session.subject(), None, Some(json!({ "scim": "enabled" })));
    session.store.set_scim_enabled(true, entry)?;
    if session.store.count_scim_tokens(session.workspace.id, session.now)? == 0 {
        output::remark(format!("there is no token yet: gatehouse scim token refresh --workspace {handle}"));
    }
    Ok(())
}

fn disable(session: &Session) -> Result<()> {
    let entry = session.entry(EventKind::ScimDisabled, session.subject(), None, Some(json!({ "scim": "disabled" })));
    Ok(session.store.set_scim_enabled(false, entry)?)
}

impl Revoke {
    fn run(self, settings: &Settings) -> Result<()> {
        let session = Session::open(settings, &self.within)?;
        let ended = match &self.id {
            Some(id) => token::revoke(&session, id)?,
            None => {
                let entry = session.entry(EventKind::ScimTokenRevoked, session.subject(), None, None);
                session.store.revoke_scim_tokens(session.workspace.id, entry)?
            }
        };
        output::line(format!("Ended {ended} token(s)."))
    }
}

impl Log {
    fn run(self, settings: &Settings) -> Result<()> {
        let session = Session::open(settings, &self.within)?;
        for request in session.store.scim_requests(session.workspace.id, i64::from(self.limit))? {
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
        let session = Session::open(settings, &self.within)?;
        let secret = refresh(&session, &self.idp, self.overlap, self.expires_in)?;
        if self.json {
            return output::json(&json!({ "scim_token": secret.expose_secret() }));
        }
        output::line(secret.expose_secret())
    }
}

/// Puts a new token in force.
pub(super) fn refresh(
    session: &Session,
    idp: &OfProvider,
    overlap: Option<Span>,
    expires_in: Option<Span>,
) -> Result<SecretString> {
    let secret = init::new_scim_token()?;
    // A name that is mistyped must not make a token of no provider, which may write about everybody.
    let connection = match idp.name {
        Some(_) => Some(idp.get(session)?),
        None => idp.find(session)?,
    };
    let token = init::token(&session.workspace, connection.as_ref(), &secret, session.now)?;
    let token = NewToken { expires_at: expires_in.map(|span| session.now + span.duration()), ..token };
    let after = json!({
        "token": token.name,
        "idp": connection.map(|known| known.name),
        "overlap": overlap.map(|span| span.to_string()),
        "expires_at": token.expires_at,
    });
    let entry = session.entry(EventKind::ScimTokenRefreshed, session.subject(), None, Some(after));
    let others_end_at = overlap.map(|span| session.now + span.duration());
    session.store.replace_scim_token(token, others_end_at, entry)?;
    Ok(secret)
}
