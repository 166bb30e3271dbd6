//! From what a filter says to what it means: names are looked up in the registry, literals get the attribute's type.

use domain::predicate::{AttributePath, Comparison, Operand, Predicate};

use super::named::Named;
use super::{Filter, Literal, Operator};
use crate::error::{ScimError, quoted};
use crate::path::AttrPath;
use crate::schema::{Attribute, ENTERPRISE_URN, Kind, Located, ResourceType, Target};

/// A filter that is ready to be searched by.
#[derive(Debug, Clone, PartialEq)]
pub struct Compiled {
    /// The condition. It names attributes without sub-attributes only: `emails` has become `emails.value`.
    pub predicate: Predicate,
    /// What was taken although the RFC does not have it, for the log.
    pub tolerated: Vec<String>,
}

/// Compiles a filter over resources of this type. An attribute that is not in the registry, or a comparison that its type
/// does not have, is `invalidFilter`; it never becomes an empty result.
pub fn compile(filter: &Filter, resource: &ResourceType) -> Result<Compiled, ScimError> {
    let mut compiler = Compiler { scope: Scope::Resource(resource), tolerated: Vec::new() };
    let predicate = compiler.condition(filter)?;
    Ok(Compiled { predicate, tolerated: compiler.tolerated })
}

/// Compiles the filter between the brackets of a value path: its names are sub-attributes of this attribute, and so are
/// the paths of the predicate.
pub fn compile_for_values(filter: &Filter, attribute: &Attribute) -> Result<Predicate, ScimError> {
    Compiler { scope: Scope::Values(attribute), tolerated: Vec::new() }.condition(filter)
}

struct Compiler<'r> {
    scope: Scope<'r>,
    tolerated: Vec<String>,
}

enum Scope<'r> {
    Resource(&'r ResourceType),
    Values(&'r Attribute),
}

impl<'r> Compiler<'r> {
    fn condition(&mut self, filter: &Filter) -> Result<Predicate, ScimError> {
        match filter {
            Filter::Present(path) => self.resolve(path).map(|named| named.presence()),
            Filter::Compare(path, operator, literal) => {
                let named = self.resolve(path)?.comparable()?;
                self.comparison(&named, *operator, literal)
            }
            Filter::And(parts) => self.conditions(parts).map(Predicate::And),
            Filter::Or(parts) => self.conditions(parts).map(Predicate::Or),
            Filter::Not(inner) => self.condition(inner).map(not),
            Filter::ValuePath(path, inner) => Err(value_path_unsupported(path, inner)),
        }
    }

    fn conditions(&mut self, parts: &[Filter]) -> Result<Vec<Predicate>, ScimError> {
        parts.iter().map(|part| self.condition(part)).collect()
    }

    fn resolve(&mut self, path: &AttrPath) -> Result<Named<'r>, ScimError> {
        let named = match self.scope {
            Scope::Resource(resource) => self.resolve_in_resource(resource, path)?,
            Scope::Values(attribute) => attribute
                .find_sub_attribute(path.as_str())
                .map(|sub| Named { path: sub.name.to_string(), attribute: sub })
                .ok_or_else(|| unknown_sub_attribute(attribute, path))?,
        };
        Ok(named)
    }

    fn resolve_in_resource(&mut self, resource: &'r ResourceType, path: &AttrPath) -> Result<Named<'r>, ScimError> {
        let located = match resource.find(path.as_str()) {
            Some(Target::Attribute(located)) => located,
            Some(_) => return Err(names_a_schema(path)),
            None => self.resolve_unqualified(resource, path)?,
        };
        if !(located.attribute.searchable && located.leaf().searchable) {
            return Err(ScimError::InvalidFilter(format!("{path} cannot be searched: leave it out of the filter.")));
        }
        Ok(Named { path: located.path(), attribute: located.leaf() })
    }

    /// Entra names `manager` without its URN; any other attribute of an extension is refused with its full name.
    fn resolve_unqualified(&mut self, resource: &'r ResourceType, path: &AttrPath) -> Result<Located<'r>, ScimError> {
        let located = resource.find_in_extensions(path.as_str()).ok_or_else(|| unknown(path))?;
        let is_manager =
            located.attribute.name == "manager" && located.extension.is_some_and(|s| s.id == ENTERPRISE_URN);
        if !is_manager {
            let message = format!("{path} is an attribute of an extension: write {}.", located.path());
            return Err(ScimError::InvalidFilter(message));
        }
        self.tolerated.push(format!("filter: {} without its URN", located.leaf().name));
        Ok(located)
    }

    fn comparison(&mut self, named: &Named<'_>, operator: Operator, literal: &Literal) -> Result<Predicate, ScimError> {
        match (operator, literal) {
            (Operator::Eq, Literal::Null) => Ok(not(named.presence())),
            (Operator::Ne, Literal::Null) => Ok(named.presence()),
            // What has no value is not equal to any, so ne holds for it as well.
            (Operator::Ne, _) => self.comparison(named, Operator::Eq, literal).map(not),
            (_, Literal::Null) => Err(named.unfit(operator, literal, "null is compared by eq and ne only")),
            _ => {
                let operand = self.operand(named, operator, literal)?;
                Ok(Predicate::Compare(AttributePath::new(&named.path), comparison_of(operator), operand))
            }
        }
    }

    fn operand(&mut self, named: &Named<'_>, operator: Operator, literal: &Literal) -> Result<Operand, ScimError> {
        match named.attribute.kind {
            Kind::Boolean => named.boolean(operator, literal),
            Kind::DateTime => named.moment(operator, literal),
            Kind::String | Kind::Reference | Kind::Binary => {
                let text = self.text(named, operator, literal)?;
                Ok(if named.attribute.case_exact { Operand::Exact(text) } else { Operand::Folded(text) })
            }
            Kind::Integer | Kind::Decimal | Kind::Complex => {
                Err(named.unfit(operator, literal, "values of this type cannot be compared"))
            }
        }
    }

    fn text(&mut self, named: &Named<'_>, operator: Operator, literal: &Literal) -> Result<String, ScimError> {
        let takes_bare_words = named.path == "externalId" && operator == Operator::Eq;
        match literal {
            // RFC 7644 §3.4.2.2: "Boolean and Binary attributes SHALL cause a failed response (invalidFilter)" when ordered.
            _ if named.attribute.kind == Kind::Binary && operator.is_ordering() => {
                Err(named.unfit(operator, literal, "binary values have no order"))
            }
            Literal::String(text) => Ok(text.clone()),
            Literal::Bare(word) if takes_bare_words => Ok(self.unquoted(word)),
            Literal::Number(number) if takes_bare_words => Ok(self.unquoted(&number.to_string())),
            _ => Err(named.unfit(operator, literal, "put the value in double quotes")),
        }
    }

    /// Entra asks for `externalId eq jyoung`, without quotes.
    fn unquoted(&mut self, word: &str) -> String {
        self.tolerated.push("filter: externalId compared with a word without quotes".to_owned());
        word.to_owned()
    }
}

impl Operator {
    fn is_ordering(self) -> bool {
        matches!(self, Self::Gt | Self::Ge | Self::Lt | Self::Le)
    }
}

fn comparison_of(operator: Operator) -> Comparison {
    match operator {
        Operator::Eq | Operator::Ne => Comparison::Equal,
        Operator::Co => Comparison::Contains,
        Operator::Sw => Comparison::StartsWith,
        Operator::Ew => Comparison::EndsWith,
        Operator::Gt => Comparison::Greater,
        Operator::Ge => Comparison::GreaterOrEqual,
        Operator::Lt => Comparison::Less,
        Operator::Le => Comparison::LessOrEqual,
    }
}

fn not(predicate: Predicate) -> Predicate {
    Predicate::Not(Box::new(predicate))
}

fn value_path_unsupported(path: &AttrPath, inner: &Filter) -> ScimError {
    let condition = quoted(&format!("{path}[{inner}]"));
    ScimError::InvalidFilter(format!(
        "A search by {condition} is not supported: compare the sub-attributes one by one, such as {path}.value eq \"…\"."
    ))
}

fn names_a_schema(path: &AttrPath) -> ScimError {
    ScimError::InvalidFilter(format!("{path} is a schema: append a colon and the name of one of its attributes."))
}

fn unknown(path: &AttrPath) -> ScimError {
    let name = quoted(path.as_str());
    ScimError::InvalidFilter(format!("There is no attribute {name}: /Schemas lists the attributes that exist."))
}

fn unknown_sub_attribute(attribute: &Attribute, path: &AttrPath) -> ScimError {
    let subs: Vec<&str> = attribute.sub_attributes.iter().map(|sub| sub.name.as_ref()).collect();
    let name = quoted(path.as_str());
    ScimError::InvalidFilter(format!("{} has no sub-attribute {name}: it has {}.", attribute.name, subs.join(", ")))
}
