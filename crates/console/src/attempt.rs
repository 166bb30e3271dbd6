//! What an administrator wants, attempted: done, or refused with a sentence that stands in the form.

use ::web::Site;
use ::web::blocking::blocking;
use ::web::client::Client;
use administration::{Acting, AdministrationError, Settling, with_causes};
use domain::environment::EnvironmentError;
use store::{CommandError, StoreError};

use crate::error::{ConsoleError, sentence};
use crate::session::ConsoleSession;

/// What is wrong with what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// The name of the field that it is; empty where it is none of them, or several.
    pub(crate) field: &'static str,
    /// In a sentence.
    pub(crate) why: String,
}

impl Wrong {
    pub(crate) fn new(field: &'static str, why: &str) -> Self {
        Self { field, why: sentence(why) }
    }
}

/// What a page says beside its fields: nothing where it is shown for the first time.
#[derive(Debug, Default)]
pub(crate) struct Mending(pub(crate) Option<Wrong>);

impl Mending {
    /// What is wrong with that field; with none in particular where the name is empty.
    pub(crate) fn at(&self, field: &str) -> Option<&str> {
        self.0.as_ref().filter(|wrong| wrong.field == field).map(|wrong| wrong.why.as_str())
    }

    /// Whether something is wrong with it.
    pub(crate) fn is_at(&self, field: &str) -> bool {
        self.at(field).is_some()
    }
}

impl From<Wrong> for ConsoleError {
    /// Where there is no form to mend.
    fn from(wrong: Wrong) -> Self {
        Self::Refused(wrong.why)
    }
}

/// Does what an administrator wants. What the rules refuse is theirs to mend; the rest is nobody's at the console.
pub(crate) async fn attempt<T: Send + 'static>(
    site: &Site,
    session: &ConsoleSession,
    client: &Client,
    work: impl FnOnce(&Acting) -> Result<T, AdministrationError> + Send + 'static,
) -> Result<Result<T, Wrong>, ConsoleError> {
    let acting = session.acting(site, client);
    match blocking(move || work(&acting)).await {
        Ok(done) => Ok(Ok(done)),
        Err(error) if is_to_mend(&error) => Ok(Err(Wrong::new(field(&error), &with_causes(&error)))),
        Err(error) => Err(error.into()),
    }
}

/// What is to be told where not everybody's access is settled yet.
pub(crate) fn settled(settling: Settling) -> String {
    match settling.left {
        0 => String::new(),
        left => format!(" It counts at once for {} people; {left} more are being decided anew.", settling.all - left),
    }
}

/// Whether other words in the form could help.
fn is_to_mend(error: &AdministrationError) -> bool {
    use AdministrationError as Error;
    match error {
        Error::Store(error) | Error::Command(CommandError::Store(error)) => matches!(
            error,
            StoreError::Taken(_)
                | StoreError::NoSuchGroup(_)
                | StoreError::CustomAttribute(_)
                | StoreError::NoSuchAttribute(_)
                | StoreError::NoSuchKey
        ),
        Error::AccessToken(_) | Error::Key(_) | Error::Password(_) | Error::NoRandomness(_) => false,
        _ => true,
    }
}

/// The field whose words are refused, by the name that it has in every form.
fn field(error: &AdministrationError) -> &'static str {
    use AdministrationError as Error;
    match error {
        Error::Metadata(_) | Error::MetadataMissing | Error::EntityIdTaken(_) => "metadata",
        Error::SamlAttribute(_) => "attributes",
        Error::TrialLength => "trial",
        Error::Name(_) | Error::RoleTaken(_) | Error::GroupTaken(_) | Error::SystemGroup => "name",
        Error::Environment(EnvironmentError::Name | EnvironmentError::Taken(_)) => "name",
        Error::Environment(EnvironmentError::ScimAttribute(_)) => "scim_attributes",
        Error::Environment(EnvironmentError::SamlAttribute(_)) => "saml_attributes",
        Error::Privileges(_) => "privileges",
        Error::NoSuchPerson(..) | Error::UserName(_) => "user",
        Error::NoSuchGroup(_) | Error::Store(StoreError::NoSuchGroup(_)) => "group",
        _ => "",
    }
}
