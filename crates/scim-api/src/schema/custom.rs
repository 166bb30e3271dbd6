//! Attributes that a workspace adds to its people, as schemas: one for each extension URN.

use std::sync::Arc;

use domain::custom_attribute::{CustomAttribute, CustomAttributes, CustomKind, Shape};

use super::{Attribute, Kind, Schema};

/// One schema for each URN, in the order in which they are first named.
pub(super) fn schemas(attributes: &CustomAttributes) -> Vec<Arc<Schema>> {
    let mut schemas: Vec<Schema> = Vec::new();
    for custom in attributes.iter() {
        let attribute = attribute(custom);
        match schemas.iter_mut().find(|schema| schema.id == custom.schema()) {
            Some(schema) => schema.attributes.push(attribute),
            None => schemas.push(Schema {
                id: custom.schema().to_owned().into(),
                name: custom.schema().rsplit(':').next().unwrap_or_default().to_owned().into(),
                description: "Attributes that this workspace added to its people.".into(),
                attributes: vec![attribute],
            }),
        }
    }
    schemas.into_iter().map(Arc::new).collect()
}

fn attribute(custom: &CustomAttribute) -> Attribute {
    let Shape { kind, multi_valued, case_exact } = custom.shape();
    let kind = match kind {
        CustomKind::String => Kind::String,
        CustomKind::Boolean => Kind::Boolean,
        CustomKind::Integer => Kind::Integer,
        CustomKind::Decimal => Kind::Decimal,
        CustomKind::DateTime => Kind::DateTime,
        CustomKind::Reference => Kind::Reference,
    };
    let reference_types: &[_] = if kind == Kind::Reference { &["external", "uri"] } else { &[] };
    let attribute = Attribute::new(custom.name().to_owned(), kind, "An attribute that this workspace added.");
    Attribute { multi_valued, case_exact, reference_types, ..attribute }
}

#[cfg(test)]
mod tests;
