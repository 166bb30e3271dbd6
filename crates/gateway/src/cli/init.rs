use administration::AdministrationError;
use administration::metadata::Wanted;
use administration::workspace::{Made, WorkspacePlan, create};
use anyhow::{Result, bail};
use clap::Args;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use web::base_url::BaseUrl;

use super::{metadata, session};
use crate::config::Settings;
use crate::output;

/// `gatehouse init`
#[derive(Debug, Args)]
pub(super) struct Init {
    /// Its handle in addresses: 1 to 20 of a-z, 0-9 and -
    #[arg(long, value_name = "HANDLE")]
    workspace: String,
    /// Its name for people
    #[arg(long)]
    name: String,
    /// The owner's e-mail address
    #[arg(long, value_name = "E-MAIL")]
    owner_email: String,
    /// The owner's given and family name
    #[arg(long, value_name = "GIVEN FAMILY")]
    owner_name: String,
    /// The identity provider's SAML metadata; with it SCIM is switched on as well
    #[arg(long, value_name = "FILE_OR_URL")]
    idp_metadata: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Init {
    pub(super) fn run(self, settings: &Settings) -> Result<()> {
        // What can't be made is refused before there is even a database.
        let (plan, context) = (self.plan()?, session::operator_now());
        let read = |from: &String| metadata::get(from, Wanted::default(), context.now);
        let metadata = self.idp_metadata.as_ref().map(read).transpose()?;
        let base_url = settings.server.base_url()?;
        let store = settings.open_or_create_store()?;
        store.migrate()?;
        let made = create(&store, plan, metadata, &context)?;
        if self.json { output::json(&describe(&made, &base_url)) } else { tell(&made, &base_url) }
    }

    fn plan(&self) -> Result<WorkspacePlan> {
        match WorkspacePlan::new(&self.workspace, &self.name, &self.owner_email, &self.owner_name) {
            Err(AdministrationError::OwnerEmail(given)) => bail!("--owner-email takes an e-mail address, not {given}"),
            Err(AdministrationError::OwnerName) => {
                bail!("--owner-name takes a given and a family name, such as \"Olga Owner\"")
            }
            done => Ok(done?),
        }
    }
}

/// Every key is always there.
fn describe(made: &Made, base_url: &BaseUrl) -> Value {
    let handle = &made.workspace.handle;
    json!({
        "workspace": handle,
        "base_url": base_url.to_string(),
        "scim_base_url": base_url.scim(),
        "scim_token": made.scim_token.as_ref().map(|token| token.expose_secret()),
        "saml_acs_url": base_url.saml_acs(handle),
        "saml_sp_entity_id": base_url.saml_metadata(handle),
        "saml_sp_metadata_url": base_url.saml_metadata(handle),
        "login_url": base_url.saml_login(handle),
        "console_url": format!("{base_url}/console/"),
        "owner_email": made.owner_email,
        "owner_password": made.owner_password.expose_secret(),
    })
}

fn tell(made: &Made, base_url: &BaseUrl) -> Result<()> {
    let (workspace, handle) = (&made.workspace, &made.workspace.handle);
    output::line(format!("Made the workspace {} ({handle}).\n", workspace.name))?;
    output::line("For the SAML app of the identity provider:")?;
    output::line(format!("  Single sign-on URL (ACS)   {}", base_url.saml_acs(handle)))?;
    output::line(format!("  Audience URI (entity ID)   {}", base_url.saml_metadata(handle)))?;
    match &made.scim_token {
        Some(token) => {
            output::line("\nFor its SCIM provisioning:")?;
            output::line(format!("  SCIM connector base URL    {}", base_url.scim()))?;
            output::line(format!("  Bearer token (shown once)  {}", token.expose_secret()))?;
        }
        None => output::line(format!("\nNext: gatehouse saml idp set --workspace {handle} --metadata FILE_OR_URL"))?,
    }
    output::line("\nThe owner, for emergencies:")?;
    output::line(format!("  E-mail                     {}", made.owner_email))?;
    output::line(format!("  Password (shown once)      {}", made.owner_password.expose_secret()))?;
    output::line(format!("\nPeople sign in at {}", base_url.saml_login(handle)))
}
