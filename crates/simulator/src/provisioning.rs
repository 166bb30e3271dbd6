//! What Okta does over SCIM when its administrator assigns, edits, deactivates or reactivates somebody.

use chrono::{DateTime, Utc};

use crate::{
    directory::{Directory, Person, PersonStatus},
    scim_client::ScimClient,
    scim_error::ScimError,
    simulator::Clock,
};

/// How a person came to have an id over SCIM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assignment {
    /// Nobody had the user name: the person was created.
    Created {
        /// The SCIM id.
        id: String,
    },
    /// Somebody had the user name: linked, and the profile pushed.
    Linked {
        /// The SCIM id.
        id: String,
    },
}

/// How the last push of a person ended.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// When it ended.
    pub at: DateTime<Utc>,
    /// What was done, or why it was not.
    pub result: Result<&'static str, String>,
}

/// Okta's provisioning of one application: the directory on the one side, SCIM on the other.
pub(crate) struct Provisioning {
    directory: Directory,
    client: ScimClient,
    clock: Clock,
}

impl Assignment {
    /// The SCIM id.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Created { id } | Self::Linked { id } => id,
        }
    }
}

impl Provisioning {
    pub(crate) fn new(directory: Directory, client: ScimClient, clock: Clock) -> Self {
        Self { directory, client, clock }
    }

    pub(crate) fn directory(&self) -> &Directory {
        &self.directory
    }

    pub(crate) fn client(&self) -> &ScimClient {
        &self.client
    }

    /// Assigns one person and remembers the id.
    pub(crate) fn assign(&self, key: &str) -> Result<Assignment, ScimError> {
        let person = self.get_person(key)?;
        let result = self.client.assign(&person);
        if let Ok(assignment) = &result {
            self.directory.update(key, |person| person.scim_id = Some(assignment.id().to_owned()));
        }
        self.remember(key, &result, |assignment| match assignment {
            Assignment::Created { .. } => "Created",
            Assignment::Linked { .. } => "Linked",
        });
        result
    }

    /// Pushes the profile as the directory has it.
    pub(crate) fn push(&self, key: &str) -> Result<(), ScimError> {
        self.write(key, "Profile pushed", |client, id, person| client.update(id, person))
    }

    /// Deactivates in the directory, whatever the gateway answers, and over SCIM.
    pub(crate) fn deactivate(&self, key: &str) -> Result<(), ScimError> {
        self.directory.update(key, |person| person.status = PersonStatus::Deactivated);
        self.write(key, "Deactivated", |client, id, _| client.deactivate(id))
    }

    /// Reactivates in the directory, whatever the gateway answers, and over SCIM.
    pub(crate) fn reactivate(&self, key: &str) -> Result<(), ScimError> {
        self.directory.update(key, |person| person.status = PersonStatus::Active);
        self.write(key, "Reactivated", |client, id, _| client.reactivate(id))
    }

    /// Writes to the person's SCIM id; somebody without one is assigned first.
    fn write(
        &self,
        key: &str,
        done: &'static str,
        write: impl FnOnce(&ScimClient, &str, &Person) -> Result<(), ScimError>,
    ) -> Result<(), ScimError> {
        let person = self.get_person(key)?;
        let Some(id) = &person.scim_id else {
            return self.assign(key).map(|_| ());
        };
        let result = write(&self.client, id, &person);
        self.remember(key, &result, |()| done);
        result
    }

    fn remember<T>(&self, key: &str, result: &Result<T, ScimError>, done: impl FnOnce(&T) -> &'static str) {
        let result = result.as_ref().map(done).map_err(ToString::to_string);
        let outcome = Outcome { at: (self.clock)(), result };
        self.directory.update(key, |person| person.last_outcome = Some(outcome));
    }

    fn get_person(&self, key: &str) -> Result<Person, ScimError> {
        self.directory.find_person(key).ok_or_else(|| ScimError::NoSuchPerson(key.to_owned()))
    }
}
