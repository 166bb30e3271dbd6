//! The policy: what a change of it would be and do, and the change.

mod foresight;
pub mod words;

use domain::audit::EventKind;
use domain::policy::{Policy, PolicyError};
use serde_json::{Map, Value, json};
use store::StoreError;

pub use foresight::{Example, Foresight, MOST_PEOPLE, foresee};

use crate::acting::Acting;
use crate::error::AdministrationError;

/// One value that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The policy key.
    pub key: &'static str,
    /// Its value before, as it is written.
    pub before: String,
    /// Its value after.
    pub after: String,
}

/// Only the values that change, in the order of the documentation.
#[must_use]
pub fn difference(before: &Policy, after: &Policy) -> Vec<Difference> {
    let pairs = before.entries().into_iter().zip(after.entries());
    let changed = pairs.filter(|((_, old), (_, new))| old != new);
    changed.map(|((key, before), (_, after))| Difference { key, before, after }).collect()
}

/// The policy with further values; the first that it does not take is told.
pub fn with<'a>(policy: &Policy, values: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Policy, PolicyError> {
    let mut policy = policy.clone();
    values.into_iter().try_for_each(|(key, value)| policy.set(key, value))?;
    Ok(policy)
}

/// Sets values on top of what another administrator sets at the same time. What that does to people's access is in force once
/// it is settled.
pub fn set(acting: &Acting, values: &[(&str, &str)]) -> Result<(), AdministrationError> {
    loop {
        let workspace = acting.current_workspace()?;
        let after = with(&workspace.policy, values.iter().copied())?;
        match write(acting, &workspace.policy, after, workspace.policy_version) {
            Err(StoreError::Conflict) => {}
            done => return Ok(done?),
        }
    }
}

/// Replaces the policy as somebody has reviewed it: only if it still is at the version that they were shown.
pub fn replace(acting: &Acting, after: Policy, reviewed: i64) -> Result<(), AdministrationError> {
    let before = acting.current_workspace()?;
    if before.policy_version != reviewed {
        return Err(AdministrationError::PolicyOvertaken);
    }
    match write(acting, &before.policy, after, reviewed) {
        Err(StoreError::Conflict) => Err(AdministrationError::PolicyOvertaken),
        done => Ok(done?),
    }
}

fn write(acting: &Acting, before: &Policy, after: Policy, version: i64) -> Result<(), StoreError> {
    let changed = difference(before, &after);
    if changed.is_empty() {
        return Ok(());
    }
    let shown = |value: fn(&Difference) -> &String| -> Map<String, Value> {
        changed.iter().map(|one| (one.key.to_owned(), json!(value(one)))).collect()
    };
    let (old, new) = (Value::Object(shown(|one| &one.before)), Value::Object(shown(|one| &one.after)));
    let entry = acting.entry(EventKind::PolicyChanged, acting.subject(), Some(old), Some(new));
    acting.store.set_policy(after, version, entry)
}
