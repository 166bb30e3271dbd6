//! Attributes of people that a workspace adds to what SCIM takes.

use administration::{Acting, custom_attributes};
use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use domain::custom_attribute::{CustomAttribute, CustomKind, Shape};
use serde_json::json;

use crate::cli::listing::Listing;
use crate::cli::session::InWorkspace;
use crate::config::Settings;
use crate::output;

/// `gatehouse scim attribute …`
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Attribute {
    /// Take a further attribute of people; one that was removed comes back with its values
    Add(Add),
    /// Print the added attributes
    List(Listing),
    /// Take an added attribute no longer; values that people have are hidden and kept
    Remove(Remove),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Add {
    #[command(flatten)]
    within: InWorkspace,
    /// The URN of its extension, such as urn:example:params:scim:schemas:1.0:User
    urn: String,
    /// Its name below the URN
    name: String,
    /// What its values are: string, boolean, integer, decimal, dateTime or reference
    #[arg(long = "type", value_name = "TYPE", default_value = "string")]
    kind: CustomKind,
    /// It is a list
    #[arg(long)]
    multi_valued: bool,
    /// Filters compare its strings with regard to case
    #[arg(long)]
    case_exact: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Remove {
    #[command(flatten)]
    within: InWorkspace,
    /// The URN of its extension
    urn: String,
    /// Its name below the URN
    name: String,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Attribute {
    pub(super) fn run(self, settings: &Settings) -> Result<()> {
        match self {
            Self::Add(add) => add.run(settings),
            Self::List(list) => list.run(settings, in_force, (|attribute| json!(attribute), text)),
            Self::Remove(remove) => remove.run(settings),
        }
    }
}

impl Add {
    fn run(self, settings: &Settings) -> Result<()> {
        let acting = self.within.open(settings)?;
        let shape = Shape { kind: self.kind, multi_valued: self.multi_valued, case_exact: self.case_exact };
        let attribute = CustomAttribute::new(&self.urn, &self.name, shape)?;
        custom_attributes::add(&acting, &attribute)?;
        if self.json { output::json(&attribute) } else { Ok(()) }
    }
}

impl Remove {
    fn run(self, settings: &Settings) -> Result<()> {
        let acting = self.within.open(settings)?;
        let (urn, name) = (&self.urn, &self.name);
        let attributes = acting.store.custom_attributes(acting.workspace.id)?;
        let attribute = attributes
            .find(urn, name)
            .with_context(|| format!("there is no added attribute {urn}:{name}; `scim attribute list` shows them"))?;
        custom_attributes::remove(&acting, attribute)?;
        if self.json { output::json(attribute) } else { Ok(()) }
    }
}

fn in_force(acting: &Acting) -> Result<Vec<CustomAttribute>> {
    Ok(acting.store.custom_attributes(acting.workspace.id)?.iter().cloned().collect())
}

fn text(attribute: &CustomAttribute) -> String {
    format!("{attribute}  {}", attribute.shape())
}
