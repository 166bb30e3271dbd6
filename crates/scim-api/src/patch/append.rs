//! Values that are added to those of a multi-valued attribute.

use std::collections::{BTreeSet, HashMap};

use domain::text::fold;
use serde_json::Value;

use super::elements::{Selection, given, is_part_of, keep_one_primary, merge};
use crate::document::notes::Notes;
use crate::document::value::is_primary;
use crate::error::ScimError;
use crate::schema::Attribute;

/// RFC 7644 §3.5.2.1: values are appended. One that is there already is not added again: it takes what else is said of it.
pub(super) fn append(
    values: &mut Vec<Value>,
    selection: &Selection<'_>,
    value: &Value,
    notes: &mut Notes,
) -> Result<(), ScimError> {
    let mut list = List::of(values, selection.located.attribute);
    let mut preferred = BTreeSet::new();
    for new in given(selection, value, notes)? {
        let takes_the_mark = is_primary(&new);
        preferred.extend(list.add(new)?.filter(|_| takes_the_mark));
    }
    keep_one_primary(values, |index| preferred.contains(&index));
    Ok(())
}

/// The values with their places, so that adding many to many does not compare all with all.
struct List<'v> {
    attribute: &'v Attribute,
    values: &'v mut Vec<Value>,
    places: HashMap<String, Vec<usize>>,
}

impl<'v> List<'v> {
    fn of(values: &'v mut Vec<Value>, attribute: &'v Attribute) -> Self {
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, value) in values.iter().enumerate() {
            key(value, attribute).into_iter().for_each(|key| places.entry(key).or_default().push(index));
        }
        Self { attribute, values, places }
    }

    /// Gives the place of the value that is new, or that says something new.
    fn add(&mut self, new: Value) -> Result<Option<usize>, ScimError> {
        let key = key(&new, self.attribute);
        let near = match &key {
            Some(key) => self.places.get(key).cloned().unwrap_or_default(),
            None => (0..self.values.len()).collect(),
        };
        let meets = |index: &usize, is_met: fn(&Value, &Value) -> bool| {
            self.values.get(*index).is_some_and(|value| is_met(&new, value))
        };
        if near.iter().any(|index| meets(index, is_part_of)) {
            return Ok(None);
        }
        if let Some(index) = near.into_iter().find(|index| meets(index, is_for_the_same)) {
            self.values.get_mut(index).into_iter().for_each(|value| merge(value, &new));
            return Ok(Some(index));
        }
        self.check_room()?;
        key.into_iter().for_each(|key| self.places.entry(key).or_default().push(self.values.len()));
        self.values.push(new);
        Ok(Some(self.values.len() - 1))
    }

    fn check_room(&self) -> Result<(), ScimError> {
        let (name, most) = (&self.attribute.name, self.attribute.most_values);
        if self.values.len() < most {
            return Ok(());
        }
        Err(ScimError::InvalidValue(format!("{name} may have {most} values, and would have more.")))
    }
}

/// What a value is known by; an address has no such thing.
fn key(value: &Value, attribute: &Attribute) -> Option<String> {
    let is_exact = attribute.find_sub_attribute("value").is_none_or(|value| value.case_exact);
    let text = value.as_str().or_else(|| value.get("value")?.as_str())?;
    Some(if is_exact { text.to_owned() } else { fold(text) })
}

/// Whether two values that are known by the same are one: they have the same purpose (RFC 7643 §2.4), or none is named.
fn is_for_the_same(new: &Value, value: &Value) -> bool {
    let purpose = |of: &Value| of.get("type").and_then(Value::as_str).map(fold);
    new.get("value").is_some() && purpose(new).is_none_or(|named| Some(named) == purpose(value))
}
