//! What a policy would do to everybody, before it is in force.

use std::collections::BTreeSet;

use domain::access::group_candidates;
use domain::collaborator::Person;
use domain::id::PersonId;
use domain::policy::Policy;
use domain::preview::{Comparison, Preview};
use domain::workspace::Workspace;
use store::Position;

use crate::acting::Acting;
use crate::error::AdministrationError;

/// So many people are looked at, those first who came first.
pub const MOST_PEOPLE: usize = 5_000;
/// So many are shown.
const EXAMPLES: usize = 10;
/// So many are read at once.
const AT_ONCE: i64 = 500;

/// What was foreseen.
#[derive(Debug, Default)]
pub struct Foresight {
    /// How many people were looked at.
    pub looked_at: usize,
    /// Whether these are all.
    pub is_all: bool,
    /// Whose access would change as soon as the policy is in force.
    pub at_once: usize,
    /// Whose access would be another one after their next login, or who would be let in or refused there.
    pub at_next_login: usize,
    /// Some of them.
    pub examples: Vec<Example>,
}

/// Somebody for whom something would be different.
#[derive(Debug)]
pub struct Example {
    /// Their id.
    pub id: PersonId,
    /// Their name.
    pub display_name: String,
    /// Their `userName`.
    pub user_name: String,
    /// What would be different.
    pub preview: Preview,
}

/// Decides about everybody's last facts as another policy would, and writes nothing.
pub fn foresee(acting: &Acting, policy: &Policy) -> Result<Foresight, AdministrationError> {
    let present = acting.current_workspace()?;
    let proposed = Workspace { policy: policy.clone(), policy_version: present.policy_version + 1, ..present.clone() };
    let mut seen = Foresight::default();
    let mut position = Position::Offset(0);
    loop {
        let mut page = acting.store.list_people(present.id, None, None, &position, AT_ONCE)?;
        look(acting, (&present, &proposed), &page.people, &mut seen)?;
        let Some(last) = page.places.pop() else {
            seen.is_all = true;
            return Ok(seen);
        };
        if seen.looked_at >= MOST_PEOPLE {
            seen.is_all = page.total <= i64::try_from(seen.looked_at).unwrap_or(i64::MAX);
            return Ok(seen);
        }
        position = Position::After(last);
    }
}

fn look(
    acting: &Acting,
    (present, proposed): (&Workspace, &Workspace),
    people: &[Person],
    seen: &mut Foresight,
) -> Result<(), AdministrationError> {
    let claims = people.iter().filter_map(|person| Some(&person.facts.asserted.as_ref()?.groups));
    let meant =
        claims.flat_map(|claim| [present, proposed].map(|workspace| group_candidates(claim, &workspace.policy)));
    let meant: BTreeSet<String> = meant.flatten().collect();
    let catalogue = &acting.store.catalogue(present.id, &meant)?;
    let comparison = Comparison { present, proposed, catalogue, now: acting.now() };
    for person in people {
        let preview = comparison.of(person);
        seen.looked_at += 1;
        seen.at_once += usize::from(preview.at_once.is_some());
        seen.at_next_login += usize::from(preview.at_next_login.is_some());
        if preview != Preview::default() && seen.examples.len() < EXAMPLES {
            seen.examples.push(Example {
                id: person.id,
                display_name: person.display_name(),
                user_name: person.user_name.to_string(),
                preview,
            });
        }
    }
    Ok(())
}
