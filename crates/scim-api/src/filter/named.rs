//! An attribute as a filter names it, and the operands that its type takes.

use domain::order::moment;
use domain::predicate::{AttributePath, Operand, Predicate};

use super::{Literal, Operator};
use crate::error::{ScimError, quoted};
use crate::schema::{Attribute, Kind};

/// An attribute as the filter names it.
pub(super) struct Named<'r> {
    pub(super) path: String,
    pub(super) attribute: &'r Attribute,
}

impl<'r> Named<'r> {
    /// What a comparison with this name compares: of a complex attribute its `value` (RFC 7644 §3.4.2.2).
    pub(super) fn comparable(self) -> Result<Self, ScimError> {
        if self.attribute.kind != Kind::Complex {
            return Ok(self);
        }
        match self.attribute.find_sub_attribute("value") {
            Some(value) => Ok(Self { path: format!("{}.{}", self.path, value.name), attribute: value }),
            None => {
                let subs: Vec<&str> = self.attribute.sub_attributes.iter().map(|sub| sub.name.as_ref()).collect();
                let message = format!("{} is compared by a sub-attribute: {}.", self.path, subs.join(", "));
                Err(ScimError::InvalidFilter(message))
            }
        }
    }

    /// RFC 7644 §3.4.2.2: a complex attribute is present if any of its sub-attributes is.
    pub(super) fn presence(&self) -> Predicate {
        if self.attribute.kind != Kind::Complex {
            return Predicate::Present(AttributePath::new(&self.path));
        }
        let subs = self.attribute.sub_attributes.iter().filter(|sub| sub.searchable);
        Predicate::Or(subs.map(|sub| present(&format!("{}.{}", self.path, sub.name))).collect())
    }

    pub(super) fn boolean(&self, operator: Operator, literal: &Literal) -> Result<Operand, ScimError> {
        let value = match literal {
            Literal::Boolean(value) => Some(*value),
            Literal::String(text) => boolean_text(text),
            _ => None,
        };
        match (operator, value) {
            (Operator::Eq, Some(value)) => Ok(Operand::Boolean(value)),
            (Operator::Eq, None) => Err(self.unfit(operator, literal, "compare with true or false")),
            _ => Err(self.unfit(operator, literal, "a boolean is compared by eq and ne only")),
        }
    }

    pub(super) fn number(&self, operator: Operator, literal: &Literal) -> Result<Operand, ScimError> {
        if matches!(operator, Operator::Co | Operator::Sw | Operator::Ew) {
            return Err(self.unfit(operator, literal, "a number is compared by eq, ne, gt, ge, lt and le"));
        }
        match literal {
            Literal::Number(number) => Ok(Operand::Number(number.clone())),
            _ => Err(self.unfit(operator, literal, "send a number without quotes")),
        }
    }

    pub(super) fn moment(&self, operator: Operator, literal: &Literal) -> Result<Operand, ScimError> {
        if matches!(operator, Operator::Co | Operator::Sw | Operator::Ew) {
            return Err(self.unfit(operator, literal, "a moment is compared by eq, ne, gt, ge, lt and le"));
        }
        let value = match literal {
            Literal::String(text) => moment(text),
            _ => None,
        };
        let wanted = "send a moment such as \"2011-05-13T04:42:34Z\"";
        value.map(Operand::Moment).ok_or_else(|| self.unfit(operator, literal, wanted))
    }

    pub(super) fn unfit(&self, operator: Operator, literal: &Literal, advice: &str) -> ScimError {
        let condition = quoted(&format!("{} {operator} {literal}", self.path));
        ScimError::InvalidFilter(format!("The condition {condition} is not possible: {advice}."))
    }
}

/// `true` and `false` as strings, which Okta and Entra send in any case.
pub(crate) fn boolean_text(text: &str) -> Option<bool> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn present(path: &str) -> Predicate {
    Predicate::Present(AttributePath::new(path))
}
