//! Attributes of people that a workspace adds to what SCIM takes.

use domain::audit::{EventKind, Subject};
use domain::custom_attribute::CustomAttribute;
use serde_json::json;

use crate::acting::Acting;
use crate::error::AdministrationError;

/// Takes a further attribute of people; one that was removed comes back with its values.
pub fn add(acting: &Acting, attribute: &CustomAttribute) -> Result<(), AdministrationError> {
    let entry = acting.entry(EventKind::ScimAttributeAdded, subject(attribute), None, Some(json!(attribute)));
    Ok(acting.store.add_custom_attribute(attribute.clone(), entry)?)
}

/// Takes an added attribute no longer; values that people have are hidden and kept.
pub fn remove(acting: &Acting, attribute: &CustomAttribute) -> Result<(), AdministrationError> {
    let entry = acting.entry(EventKind::ScimAttributeRemoved, subject(attribute), Some(json!(attribute)), None);
    Ok(acting.store.remove_custom_attribute(attribute.clone(), entry)?)
}

fn subject(attribute: &CustomAttribute) -> Subject {
    Subject::named("scim_attribute", &attribute.to_string())
}
