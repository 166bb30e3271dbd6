use administration::environments::{self, described};
use administration::{Acting, roles};
use anyhow::Result;
use clap::{Args, Subcommand};
use domain::environment::{self, EnvironmentEdit, Place};
use domain::policy::Span;

use super::listing::Listing;
use super::session::{InWorkspace, settle};
use crate::config::Settings;

/// `gatehouse environment …`
#[derive(Debug, Subcommand)]
pub(super) enum Environment {
    /// Add an environment; everybody who has signed in gets the role there that the rules give
    Add(Add),
    /// Change how the roles of an environment come, or how long they last
    Set(Set),
    /// Remove an environment with everybody's role in it
    Remove(Remove),
    /// Print the environments in their order
    List(Listing),
}

#[derive(Debug, Args)]
pub(super) struct Add {
    #[command(flatten)]
    set: Set,
    /// Put it before this one; without it, at the end
    #[arg(long, value_name = "ENVIRONMENT")]
    before: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Set {
    #[command(flatten)]
    one: Remove,
    /// A SCIM attribute that carries its roles; may be given several times: the first is the name that is sent, further ones
    /// are taken as well
    #[arg(long = "scim-attribute", value_name = "NAME")]
    scim_attributes: Option<Vec<String>>,
    /// A SAML attribute that carries its roles; may be given several times
    #[arg(long = "saml-attribute", value_name = "NAME")]
    saml_attributes: Option<Vec<String>>,
    /// The role of whom nobody says anything about
    #[arg(long, value_name = "ROLE")]
    default_role: Option<String>,
    /// How long after a login a role that an assertion gave lasts, such as 12h, or none: past it the role is suspended until
    /// the next login
    #[arg(long, value_name = "DURATION", value_parser = parse_max_age)]
    max_age: Option<MaxAge>,
}

#[derive(Debug, Args)]
pub(super) struct Remove {
    #[command(flatten)]
    within: InWorkspace,
    /// Its name
    name: String,
}

/// `none`, or a duration.
#[derive(Debug, Clone, Copy)]
struct MaxAge(Option<Span>);

fn parse_max_age(text: &str) -> std::result::Result<MaxAge, String> {
    match text {
        "none" => Ok(MaxAge(None)),
        _ => text.parse().map(|span| MaxAge(Some(span))),
    }
}

impl Environment {
    pub(super) fn run(self, settings: &Settings) -> Result<()> {
        match self {
            Self::Add(Add { set, before }) => {
                let acting = set.one.within.open(settings)?;
                let place = before.as_deref().map_or(Place::Last, Place::Before);
                environments::add(&acting, &set.one.name, &set.edit(&acting)?, place)?;
                settle(&acting)
            }
            Self::Set(set) => {
                let acting = set.one.within.open(settings)?;
                environments::set(&acting, &set.one.name, &set.edit(&acting)?, None, None)?;
                settle(&acting)
            }
            Self::Remove(one) => {
                let acting = one.within.open(settings)?;
                environments::remove(&acting, &one.name)?;
                settle(&acting)
            }
            Self::List(list) => {
                list.run(settings, |acting| Ok(acting.store.environments(acting.workspace.id)?), (described, text))
            }
        }
    }
}

impl Set {
    fn edit(&self, acting: &Acting) -> Result<EnvironmentEdit> {
        Ok(EnvironmentEdit {
            scim_attributes: self.scim_attributes.clone(),
            saml_attributes: self.saml_attributes.clone(),
            default_role: self.default_role.as_deref().map(|name| roles::get_name(acting, name)).transpose()?,
            max_age: self.max_age.map(|MaxAge(max_age)| max_age),
        })
    }
}

fn text(environment: &environment::Environment) -> String {
    let max_age = environment.max_age.map_or("none".to_owned(), |age| age.to_string());
    let (scim, saml) = (environment.scim_attributes.join(", "), environment.saml_attributes.join(", "));
    let (name, default_role) = (&environment.name, &environment.default_role);
    format!("{name}: default role {default_role}, maximum age {max_age}\n  SCIM  {scim}\n  SAML  {saml}")
}
