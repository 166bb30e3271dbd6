//! The receipt of the end of somebody's access: what ended, when, through which door, and how fast.

use chrono::Duration;
use domain::audit::{EventKind, SealedEntry};
use domain::collaborator::Person;
use domain::id::{PersonId, WorkspaceId};
use domain::order::moment;

use crate::Store;
use crate::error::StoreError;
use crate::scim_requests::ScimRequest;

const ENDS: [EventKind; 2] = [EventKind::CollaboratorDeactivated, EventKind::CollaboratorRemoved];

/// What is known of the end of somebody's access.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// Its place in the log.
    pub place: i64,
    /// The entry that tells of it. Until it is sealed it has the number 0 and no hash.
    pub entry: SealedEntry,
    /// The person as they were the moment before; none where that is not known.
    pub before: Option<Person>,
    /// The SCIM request by which it came, if it came so and the request is still kept.
    pub request: Option<ScimRequest>,
}

impl Store {
    /// The receipt of the latest end of a person's access, or of the one whose entry has this place; none where there was none,
    /// or the log does not reach back so far.
    pub fn receipt(
        &self,
        workspace: WorkspaceId,
        person: PersonId,
        place: Option<i64>,
    ) -> Result<Option<Receipt>, StoreError> {
        let before = place.map(|place| place.saturating_add(1));
        let found = self.entries_of_kinds_about(workspace, person, &ENDS, before, 1)?.into_iter().next();
        let Some((at, entry)) = found.filter(|(at, _)| place.is_none_or(|place| place == *at)) else { return Ok(None) };
        let ended_at = moment(&entry.at).ok_or_else(|| StoreError::Corrupt(format!("the time {}", entry.at)))?;
        let before = self.person_at(workspace, person, ended_at - Duration::microseconds(1))?;
        let request = match &entry.request_id {
            Some(id) => self.find_scim_request_by_id(workspace, id)?,
            None => None,
        };
        Ok(Some(Receipt { place: at, entry, before, request }))
    }
}
