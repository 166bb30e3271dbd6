//! The command line: one file for each group of commands.

mod audit;
mod collaborator;
mod demo;
mod doctor;
mod environment;
mod explain;
mod group;
mod init;
mod listing;
mod metadata;
mod migrate;
mod owner;
mod role;
mod saml;
mod scim;
mod serve;
mod session;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use crate::config::{Overrides, Settings};

/// Gatehouse: SCIM says who exists, SAML says what they may do, one answer comes out.
#[derive(Debug, Parser)]
#[command(name = "gatehouse", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
struct Global {
    /// A configuration file (TOML); see the default configuration for its keys
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The database: sqlite://PATH or postgres://…
    #[arg(long, global = true, value_name = "URL")]
    database: Option<String>,
    /// The address that browsers and identity providers know this gateway by
    #[arg(long, global = true, value_name = "URL")]
    base_url: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve until SIGTERM or SIGINT
    Serve(serve::Serve),
    /// A whole sample: gateway, workspace, and a simulator that plays Okta
    Demo(demo::Demo),
    /// Bring the database to this version
    Migrate(migrate::Migrate),
    /// Make a workspace with its owner
    Init(init::Init),
    /// The policy of a workspace
    #[command(subcommand)]
    Workspace(workspace::Workspace),
    /// Environments: where a role applies, and how it comes
    #[command(subcommand)]
    Environment(environment::Environment),
    /// Environment roles
    #[command(subcommand)]
    Role(role::Role),
    /// Collaborator groups
    #[command(subcommand)]
    Group(group::Group),
    /// The SAML connection
    #[command(subcommand)]
    Saml(saml::Saml),
    /// SCIM of a workspace and its token
    #[command(subcommand)]
    Scim(scim::Scim),
    /// The break-glass account of a workspace
    #[command(subcommand)]
    Owner(owner::Owner),
    /// What an administrator does by hand
    #[command(subcommand)]
    Collaborator(collaborator::Collaborator),
    /// Effective access of one person, and why
    Explain(explain::Explain),
    /// Check configuration, database, keys, certificates, clock and mail, and say what to do
    Doctor(doctor::Doctor),
    /// The activity audit log
    #[command(subcommand)]
    Audit(audit::Audit),
}

impl Cli {
    /// Runs the command.
    pub fn run(self) -> Result<ExitCode> {
        let mut overrides = self.global.overrides();
        match &self.command {
            Command::Serve(serve) => overrides.extend(serve.overrides()),
            Command::Demo(demo) => overrides.extend(demo.overrides()),
            _ => {}
        }
        let settings = Settings::load(self.global.config.as_deref(), &overrides)?;
        let done = |result: Result<()>| result.map(|()| ExitCode::SUCCESS);
        match self.command {
            Command::Serve(serve) => done(serve.run(&settings)),
            Command::Demo(demo) => done(demo.run(settings)),
            Command::Migrate(migrate) => done(migrate.run(&settings)),
            Command::Init(init) => done(init.run(&settings)),
            Command::Workspace(workspace) => done(workspace.run(&settings)),
            Command::Environment(environment) => done(environment.run(&settings)),
            Command::Role(role) => done(role.run(&settings)),
            Command::Group(group) => done(group.run(&settings)),
            Command::Saml(saml) => done(saml.run(&settings)),
            Command::Scim(scim) => done(scim.run(&settings)),
            Command::Owner(owner) => done(owner.run(&settings)),
            Command::Collaborator(collaborator) => done(collaborator.run(&settings)),
            Command::Explain(explain) => done(explain.run(&settings)),
            Command::Doctor(doctor) => doctor.run(&settings),
            Command::Audit(audit) => audit.run(&settings),
        }
    }
}

impl Global {
    fn overrides(&self) -> Overrides {
        let database = self.database.clone().map(|url| ("database.url", url));
        let base_url = self.base_url.clone().map(|url| ("server.base_url", url));
        [database, base_url].into_iter().flatten().collect()
    }
}
