//! All attributes that a workspace has added, and what they make of a profile.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{CustomAttribute, CustomAttributeError, Shape};
use crate::collaborator::Profile;
use crate::schema_urn;

/// The most that a workspace has in force.
pub const MOST_CUSTOM_ATTRIBUTES: usize = 100;

/// The attributes that a workspace has added, in the order in which they were. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CustomAttributes(Arc<[CustomAttribute]>);

impl FromIterator<CustomAttribute> for CustomAttributes {
    fn from_iter<I: IntoIterator<Item = CustomAttribute>>(attributes: I) -> Self {
        Self(attributes.into_iter().collect())
    }
}

impl CustomAttributes {
    /// One by one.
    pub fn iter(&self) -> std::slice::Iter<'_, CustomAttribute> {
        self.0.iter()
    }

    /// The attribute of this URN and name, in any case.
    pub fn find(&self, schema: &str, name: &str) -> Option<&CustomAttribute> {
        self.iter().find(|known| known.schema.eq_ignore_ascii_case(schema) && known.name.eq_ignore_ascii_case(name))
    }

    /// Whether one more can be added. `removed` were in force once, and values of theirs are kept; `has_values` says
    /// whether any person has one of the new attribute.
    pub fn check_addition(
        &self,
        removed: &[CustomAttribute],
        new: &CustomAttribute,
        has_values: bool,
    ) -> Result<(), CustomAttributeError> {
        self.iter().chain(removed).try_for_each(|known| new.check_beside(known))?;
        if let Some(known) = self.find(&new.schema, &new.name) {
            return Err(CustomAttributeError::Exists(known.clone()));
        }
        if self.0.len() >= MOST_CUSTOM_ATTRIBUTES {
            return Err(CustomAttributeError::TooMany);
        }
        let same_values = |one: Shape, other: Shape| (one.kind, one.multi_valued) == (other.kind, other.multi_valued);
        match removed.iter().find(|earlier| earlier.path() == new.path()) {
            Some(earlier) if has_values && !same_values(earlier.shape, new.shape) => {
                Err(CustomAttributeError::ValuesOf(earlier.shape))
            }
            _ => Ok(()),
        }
    }

    /// A profile as SCIM shows it: without the values of attributes that were removed since.
    pub fn visible(&self, profile: &Profile) -> Profile {
        self.part(profile, |schema, name| self.find(schema, name).is_some(), true)
    }

    /// The profile that comes of another by the word of a client who knew these attributes: values that it could not see
    /// stay.
    pub fn replacing(&self, earlier: &Profile, mut new: Profile) -> Profile {
        let hidden = self.part(earlier, |schema, name| self.find(schema, name).is_none(), false);
        for (schema, values) in hidden.0 {
            match (new.0.get_mut(&schema), values) {
                (Some(Value::Object(shown)), Value::Object(values)) => shown.extend(values),
                (_, values) => {
                    new.0.insert(schema, values);
                }
            }
        }
        new
    }

    /// The values below added URNs that are wanted, and the rest of the profile with them or not.
    fn part(&self, profile: &Profile, is_wanted: impl Fn(&str, &str) -> bool, with_rest: bool) -> Profile {
        let mut part = Map::new();
        for (key, value) in &profile.0 {
            match value {
                Value::Object(values) if is_added_schema(key) => {
                    let wanted = values.iter().filter(|(name, _)| is_wanted(key, name));
                    let wanted: Map<String, Value> =
                        wanted.map(|(name, value)| (name.clone(), value.clone())).collect();
                    if !wanted.is_empty() {
                        part.insert(key.clone(), Value::Object(wanted));
                    }
                }
                _ if with_rest => {
                    part.insert(key.clone(), value.clone());
                }
                _ => {}
            }
        }
        Profile(part)
    }
}

/// In a profile a URN is the name of an extension; all but the enterprise one are a workspace's own.
fn is_added_schema(key: &str) -> bool {
    key.contains(':') && key != schema_urn::ENTERPRISE
}
