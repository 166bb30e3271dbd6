use std::net::TcpListener;
use std::sync::Arc;

use ::web::base_url::BaseUrl;
use administration::metadata::{Wanted, check};
use administration::workspace::{WorkspacePlan, create};
use administration::{groups, policy};
use anyhow::{Context, Result, anyhow};
use clap::Args;
use console::SetUp;
use domain::clock::Clock;
use domain::environment::ALL_COLLABORATORS;
use domain::workspace::WorkspaceHandle;
use secrecy::SecretString;
use simulator::{GROUP_NAMES, IdentityProvider, Simulator};
use store::Store;

use super::serve::bind;
use super::session::{InWorkspace, OfProvider, operator_now};
use super::{saml, scim};
use crate::app;
use crate::clock::SystemClock;
use crate::config::{Overrides, Settings};
use crate::{output, telemetry};

const WORKSPACE: &str = "acme";

/// `gatehouse demo`
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Where the gateway listens
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Where the simulator, which plays Okta, listens
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8081")]
    simulator_listen: String,
}

impl Demo {
    pub(super) fn overrides(&self) -> Overrides {
        self.listen.clone().map(|listen| ("server.listen", listen)).into_iter().collect()
    }

    pub(super) fn run(self, mut settings: Settings) -> Result<()> {
        "warn".clone_into(&mut settings.log.level);
        telemetry::start(&settings.log)?;
        // A database of its own, gone with the demo, unless one was given.
        let folder = tempfile::tempdir().context("can't make a folder for the demo's database")?;
        if !settings.database_given {
            settings.database.url = format!("sqlite://{}", folder.path().join("demo.db").display());
        }
        let gateway = bind(&settings.server.listen)?;
        let simulator_listener = bind(&self.simulator_listen)?;
        let base_url = settings.server.base_url()?;
        let simulator_url = format!("http://{}", simulator_listener.local_addr()?);
        let provider = IdentityProvider::generate(&simulator_url, SystemClock.now())?;
        let provider = provider.with_single_logout(&["HTTP-Redirect", "HTTP-POST"]);
        let (store, token) = prepare(&settings, &provider)?;
        let simulator = Simulator::new(provider, simulator_settings(&base_url, token)?);
        run(&settings, store, gateway, simulator, simulator_listener, &simulator_url)
    }
}

/// The sample workspace, made or found, with the simulator as its identity provider.
fn prepare(settings: &Settings, provider: &IdentityProvider) -> Result<(Store, SecretString)> {
    let store = settings.open_or_create_store()?;
    store.migrate()?;
    let handle = WorkspaceHandle::new(WORKSPACE)?;
    let metadata = check(&provider.metadata(), "the simulator", Wanted::default(), SystemClock.now())?;
    if store.find_workspace(&handle)?.is_some() {
        let acting = InWorkspace::named(WORKSPACE).open(settings)?;
        saml::set_metadata(&acting, metadata)?;
        let token = scim::refresh(&acting, &OfProvider::default(), None, None)?;
        return Ok((store, token));
    }
    let plan = WorkspacePlan::new(WORKSPACE, "Acme", "owner@acme.test", "Olga Owner")?;
    let made = create(&store, plan, Some(metadata), &operator_now())?;
    let acting = InWorkspace::named(WORKSPACE).open(settings)?;
    for name in GROUP_NAMES.iter().filter(|&&name| name != ALL_COLLABORATORS) {
        groups::add(&acting, name)?;
    }
    // Nobody reads the sample people's mail.
    policy::set(&acting, &[("invitations", "sso_accepts")])?;
    Ok((store, made.scim_token.context("the workspace has no SCIM token")?))
}

fn simulator_settings(base_url: &BaseUrl, scim_token: SecretString) -> Result<simulator::Settings> {
    let handle = WorkspaceHandle::new(WORKSPACE)?;
    Ok(simulator::Settings {
        login_url: base_url.saml_login(&handle),
        acs_url: base_url.saml_acs(&handle),
        slo_url: base_url.saml_slo(&handle),
        audience: base_url.saml_metadata(&handle),
        session_url: format!("{base_url}/session"),
        scim_base_url: base_url.scim(),
        scim_token,
        clock: Arc::new(|| SystemClock.now()),
    })
}

/// Both servers, until a signal ends the gateway.
fn run(
    settings: &Settings,
    store: Store,
    gateway: TcpListener,
    simulator: Simulator,
    simulator_listener: TcpListener,
    simulator_url: &str,
) -> Result<()> {
    let site = app::site(store, SystemClock::shared(), settings.server.base_url()?, &settings.server)?;
    actix_web::rt::System::new().block_on(async {
        let base_url = site.base_url.clone();
        let serving = actix_web::rt::spawn(app::serve(site, gateway, settings, SetUp::closed())?.run());
        let (sent, provisioned) = actix_web::rt::task::spawn_blocking(move || {
            let outcome = simulator.provision_everyone().map(|people| people.len());
            (simulator, outcome)
        })
        .await
        .map_err(|_| anyhow!("the simulator's SCIM client failed"))?;
        // On a database that was kept, an administrator may hold one of them: the demo goes on all the same.
        let people = match provisioned {
            Ok(people) => format!("The simulator has provisioned {people} people over SCIM."),
            Err(error) => format!("The simulator could not provision everybody: {error}"),
        };
        let simulator = sent.serve(simulator_listener)?;
        let handle = simulator.handle();
        actix_web::rt::spawn(simulator);
        announce(simulator_url, &base_url, &people, settings)?;
        let ended = serving.await;
        handle.stop(false).await;
        ended.context("the gateway was stopped")?.context("the gateway failed")
    })
}

fn announce(simulator_url: &str, base_url: &BaseUrl, people: &str, settings: &Settings) -> Result<()> {
    output::line(format!("Gatehouse is running. {people}\n"))?;
    output::line(format!("  Open       {simulator_url}/      the simulator, which plays Okta"))?;
    output::line("  Sign in    press \"Sign in\" beside Ann: you land on her session")?;
    output::line(format!("  Session    {base_url}/session"))?;
    output::line(format!(
        "  Console    {base_url}/console/{WORKSPACE}      Ann administers it: sign in through your organisation"
    ))?;
    output::line(format!("  SCIM       {}", base_url.scim()))?;
    // An address with a password is not printed.
    if settings.database.url.starts_with("sqlite://") {
        let database = &settings.database.url;
        output::line(format!(
            "\n  Why?       gatehouse explain --database {database} --workspace {WORKSPACE} ann@acme.test"
        ))?;
    }
    output::line("\nCtrl-C ends it.")
}
