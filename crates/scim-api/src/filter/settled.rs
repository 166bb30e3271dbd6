//! Conditions that the type of a resource settles, whatever the resource holds: its `schemas` and what `meta` says of it.

use domain::predicate::{Operand, Predicate};

use super::compile::{comparison_of, not};
use super::evaluate::compares;
use super::named::Named;
use super::{Literal, Operator};
use crate::error::{ScimError, quoted};
use crate::schema::{Located, ResourceType, Schema};

/// An attribute whose presence, and often whose value, is known without looking at a resource.
#[derive(Debug, Clone, Copy)]
pub(super) enum Settled<'r> {
    /// `schemas`
    Schemas(&'r ResourceType),
    /// `meta.resourceType`
    ResourceType(&'static str),
    /// `meta.location` and `meta.version`: every resource has one, and it is not searched by.
    Always(&'static str),
    /// An attribute of another type of resource in a search over several types. RFC 7644 §3.4.2.1: "the service provider
    /// SHALL treat the attribute as if there is no attribute value".
    Absent,
}

impl<'r> Settled<'r> {
    pub(super) fn find(located: &Located<'_>, resource: &'r ResourceType) -> Option<Self> {
        match located.path().as_str() {
            "schemas" => Some(Self::Schemas(resource)),
            "meta.resourceType" => Some(Self::ResourceType(resource.name)),
            "meta.location" => Some(Self::Always("meta.location cannot be compared: compare id")),
            "meta.version" => Some(Self::Always("meta.version cannot be compared: send If-Match or If-None-Match")),
            _ => None,
        }
    }

    pub(super) fn presence(self) -> Predicate {
        constant(!matches!(self, Self::Absent))
    }

    /// `others` are the types of resource that are searched as well.
    pub(super) fn comparison(
        self,
        operator: Operator,
        literal: &Literal,
        others: &[&ResourceType],
    ) -> Result<Predicate, ScimError> {
        match (operator, literal) {
            (Operator::Eq, Literal::Null) => return Ok(not(self.presence())),
            (Operator::Ne, Literal::Null) => return Ok(self.presence()),
            (Operator::Ne, _) => return self.comparison(Operator::Eq, literal, others).map(not),
            _ => {}
        }
        match (self, literal) {
            (Self::Absent, _) => Ok(constant(false)),
            (Self::Schemas(resource), Literal::String(urn)) if operator == Operator::Eq => has(resource, urn, others),
            (Self::Schemas(_), _) => Err(refused("schemas is compared by eq and ne with a URN in double quotes")),
            (Self::ResourceType(name), Literal::String(text)) => {
                Ok(constant(compares(&name.into(), comparison_of(operator), &Operand::Exact(text.clone()))))
            }
            (Self::ResourceType(_), _) => Err(refused("meta.resourceType is compared with a name in double quotes")),
            (Self::Always(why), _) => Err(refused(why)),
        }
    }
}

/// A condition that always holds, or never.
pub(super) fn constant(holds: bool) -> Predicate {
    if holds { Predicate::And(Vec::new()) } else { Predicate::Or(Vec::new()) }
}

/// A resource has the core schema of its type, and an extension where it has any attribute of it (RFC 7643 §3).
fn has(resource: &ResourceType, urn: &str, others: &[&ResourceType]) -> Result<Predicate, ScimError> {
    if resource.core.id.eq_ignore_ascii_case(urn) {
        return Ok(constant(true));
    }
    let named = |schema: &&Schema| schema.id.eq_ignore_ascii_case(urn);
    if let Some(schema) = resource.schemas().find(named) {
        let presence = |attribute| {
            let located = Located { extension: Some(schema), attribute, sub_attribute: None };
            Named { path: located.path(), attribute }.presence()
        };
        return Ok(Predicate::Or(schema.attributes.iter().map(presence).collect()));
    }
    if others.iter().any(|other| other.schemas().any(|schema| named(&schema))) {
        return Ok(constant(false));
    }
    Err(refused(&format!("There is no schema {}: /Schemas lists those that exist", quoted(urn))))
}

fn refused(why: &str) -> ScimError {
    ScimError::InvalidFilter(format!("{why}."))
}
