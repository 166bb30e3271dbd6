//! Who the members of a request are.

use std::collections::BTreeSet;

use domain::collaborator::Person;
use domain::group::Group;
use domain::id::{ScimGroupId, ScimId};
use store::Store;

use crate::document::group::nested;
use crate::error::{ScimError, quoted};
use crate::patch::MemberChange;
use crate::work::Work;

impl Work {
    /// Who comes in and who goes. Only where all are to leave is it looked up who is there: of them those stay who are another
    /// identity provider's, about whom this one says nothing.
    pub(super) fn joining_and_leaving(
        &self,
        store: &Store,
        group: &Group,
        change: &MemberChange,
    ) -> Result<(Vec<Person>, Vec<Person>), ScimError> {
        let (mut add, mut remove) = (change.added.clone(), change.removed.clone());
        if change.all_leave {
            let present: BTreeSet<String> =
                store.group_members(group.id)?.iter().map(|member| member.scim_id.to_string()).collect();
            add = change.added.difference(&present).cloned().collect();
            remove = present.difference(&change.added).cloned().collect();
        }
        // Whoever is not there need not be removed.
        let known: Vec<ScimId> = remove.iter().filter_map(|id| ScimId::parse(id)).collect();
        let mut leaving = store.find_by_scim_ids(self.workspace.id, &known)?;
        if change.all_leave {
            leaving.retain(|person| person.lifecycle.belongs_to(self.context.connection));
        }
        Ok((self.people(store, add.iter())?, leaving))
    }

    /// The people of these ids; each must be there.
    pub(super) fn people<'i>(
        &self,
        store: &Store,
        ids: impl Iterator<Item = &'i String>,
    ) -> Result<Vec<Person>, ScimError> {
        let ids: BTreeSet<&String> = ids.collect();
        let known: Vec<ScimId> = ids.iter().filter_map(|id| ScimId::parse(id)).collect();
        let found = store.find_by_scim_ids(self.workspace.id, &known)?;
        let found_ids: BTreeSet<String> = found.iter().map(|person| person.scim_id.to_string()).collect();
        match ids.iter().find(|id| !found_ids.contains(**id)) {
            None => Ok(found),
            Some(missing) => Err(self.no_such_member(store, missing)?),
        }
    }

    /// A client may name a group without saying that it is one.
    fn no_such_member(&self, store: &Store, id: &str) -> Result<ScimError, ScimError> {
        let group = ScimGroupId::parse(id).map(|id| store.find_group(self.workspace.id, id)).transpose()?.flatten();
        Ok(match group {
            Some(_) => nested(id),
            None => ScimError::InvalidValue(format!(
                "There is no User with the id {}: members must be people who were provisioned before.",
                quoted(id)
            )),
        })
    }
}
