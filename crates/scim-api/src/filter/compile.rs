//! From what a filter says to what it means: names are looked up in the registry, literals get the attribute's type.

use domain::predicate::{AttributePath, Comparison, Operand, Predicate};

use super::named::Named;
use super::settled::{Settled, constant};
use super::{Filter, Literal, Operator};
use crate::error::{ScimError, quoted};
use crate::path::AttrPath;
use crate::schema::{Attribute, Kind, Located, ResourceType, Target};

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
    compile_among(filter, resource, &[])
}

/// Compiles a filter over resources of several types, one predicate for each in their order. What only some of the types
/// have is absent from the others (RFC 7644 §3.4.2.1); what none has is `invalidFilter`.
pub fn compile_across(filter: &Filter, resources: &[&ResourceType]) -> Result<Vec<Compiled>, ScimError> {
    resources.iter().map(|resource| compile_among(filter, resource, resources)).collect()
}

/// Compiles the filter between the brackets of a value path: its names are sub-attributes of this attribute, and so are
/// the paths of the predicate.
pub fn compile_for_values(filter: &Filter, attribute: &Attribute) -> Result<Predicate, ScimError> {
    Compiler { scope: Scope::Values(attribute), others: &[], tolerated: Vec::new() }.condition(filter)
}

fn compile_among(filter: &Filter, resource: &ResourceType, others: &[&ResourceType]) -> Result<Compiled, ScimError> {
    let mut compiler = Compiler { scope: Scope::Resource(resource), others, tolerated: Vec::new() };
    let predicate = compiler.condition(filter)?;
    Ok(Compiled { predicate, tolerated: compiler.tolerated })
}

struct Compiler<'r> {
    scope: Scope<'r>,
    others: &'r [&'r ResourceType],
    tolerated: Vec<String>,
}

#[derive(Clone, Copy)]
enum Scope<'r> {
    /// Names are attributes of the resource.
    Resource(&'r ResourceType),
    /// Names are sub-attributes, and the values are at hand.
    Values(&'r Attribute),
    /// Names are sub-attributes, and the values are searched for.
    StoredValues(&'r Attribute),
}

/// What a name in a filter means.
enum Subject<'r> {
    Named(Named<'r>),
    Settled(Settled<'r>),
}

impl<'r> Compiler<'r> {
    fn condition(&mut self, filter: &Filter) -> Result<Predicate, ScimError> {
        match filter {
            Filter::Present(path) => Ok(match self.resolve(path)? {
                Subject::Named(named) => named.presence(),
                Subject::Settled(settled) => settled.presence(),
            }),
            Filter::Compare(path, operator, literal) => match self.resolve(path)? {
                Subject::Named(named) => {
                    let named = self.comparable(named)?;
                    self.comparison(&named, *operator, literal)
                }
                Subject::Settled(settled) => settled.comparison(*operator, literal, self.others),
            },
            Filter::And(parts) => self.conditions(parts).map(Predicate::And),
            Filter::Or(parts) => self.conditions(parts).map(Predicate::Or),
            Filter::Not(inner) => self.condition(inner).map(not),
            Filter::ValuePath(path, inner) => self.element(path, inner),
        }
    }

    fn conditions(&mut self, parts: &[Filter]) -> Result<Vec<Predicate>, ScimError> {
        parts.iter().map(|part| self.condition(part)).collect()
    }

    /// RFC 7644 §3.4.2.2, `valuePath`: one value of the attribute meets all that is between the brackets.
    fn element(&mut self, path: &AttrPath, inner: &Filter) -> Result<Predicate, ScimError> {
        let named = match self.resolve(path)? {
            Subject::Named(named) => named,
            Subject::Settled(Settled::Absent) => return Ok(constant(false)),
            Subject::Settled(_) => return Err(has_no_values(path)),
        };
        if named.attribute.kind != Kind::Complex {
            return Err(has_no_values(path));
        }
        let outer = std::mem::replace(&mut self.scope, Scope::StoredValues(named.attribute));
        let condition = self.condition(inner);
        self.scope = outer;
        Ok(Predicate::Element(AttributePath::new(&named.path), Box::new(condition?)))
    }

    fn resolve(&mut self, path: &AttrPath) -> Result<Subject<'r>, ScimError> {
        let (attribute, stored) = match self.scope {
            Scope::Resource(resource) => return self.resolve_in_resource(resource, path),
            Scope::Values(attribute) => (attribute, false),
            Scope::StoredValues(attribute) => (attribute, true),
        };
        let sub = attribute.find_sub_attribute(path.as_str()).ok_or_else(|| unknown_sub_attribute(attribute, path))?;
        if stored && !sub.searchable {
            return Err(unsearchable(&format!("{}.{}", attribute.name, sub.name)));
        }
        Ok(Subject::Named(Named { path: sub.name.to_string(), attribute: sub }))
    }

    fn resolve_in_resource(&mut self, resource: &'r ResourceType, path: &AttrPath) -> Result<Subject<'r>, ScimError> {
        let located = match (resource.find(path.as_str()), resource.find_in_extensions(path.as_str())) {
            (Some(Target::Attribute(located)), _) => located,
            (Some(_), _) => return Err(names_a_schema(path)),
            (None, Some(located)) => self.unqualified(resource, located, path)?,
            (None, None) if self.is_of_another(path.as_str()) => return Ok(Subject::Settled(Settled::Absent)),
            (None, None) => return Err(unknown(path)),
        };
        if let Some(settled) = Settled::find(&located, resource) {
            return Ok(Subject::Settled(settled));
        }
        if !(located.attribute.searchable && located.leaf().searchable) {
            return Err(unsearchable(path.as_str()));
        }
        Ok(Subject::Named(Named { path: located.path(), attribute: located.leaf() }))
    }

    fn is_of_another(&self, name: &str) -> bool {
        let has = |other: &&ResourceType| {
            matches!(other.find(name), Some(Target::Attribute(_))) || other.find_in_extensions(name).is_some()
        };
        self.others.iter().any(has)
    }

    /// Entra names `manager` without its URN; any other attribute of an extension is refused with its full name.
    fn unqualified(
        &mut self,
        resource: &ResourceType,
        located: Located<'r>,
        path: &AttrPath,
    ) -> Result<Located<'r>, ScimError> {
        if resource.find_manager(path.as_str()).is_none() {
            let message = format!("{path} is an attribute of an extension: write {}.", located.path());
            return Err(ScimError::InvalidFilter(message));
        }
        self.tolerated.push(format!("filter: {} without its URN", located.leaf().name));
        Ok(located)
    }

    /// What a comparison with a complex attribute compares: its `value`.
    fn comparable(&mut self, named: Named<'r>) -> Result<Named<'r>, ScimError> {
        if named.attribute.kind == Kind::Complex {
            self.tolerated.push(format!("filter: {} compared by its value", named.path));
        }
        named.comparable()
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
            Kind::Integer | Kind::Decimal => named.number(operator, literal),
            Kind::Complex => Err(named.unfit(operator, literal, "values of this type cannot be compared")),
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

pub(super) fn comparison_of(operator: Operator) -> Comparison {
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

pub(super) fn not(predicate: Predicate) -> Predicate {
    Predicate::Not(Box::new(predicate))
}

fn has_no_values(path: &AttrPath) -> ScimError {
    ScimError::InvalidFilter(format!("{path} has no sub-attributes: compare it without brackets."))
}

fn unsearchable(name: &str) -> ScimError {
    ScimError::InvalidFilter(format!("{name} cannot be searched: leave it out of the filter."))
}

fn names_a_schema(path: &AttrPath) -> ScimError {
    ScimError::InvalidFilter(format!("{path} is a schema: append a colon and the name of one of its attributes."))
}

fn unknown(path: &AttrPath) -> ScimError {
    let name = quoted(path.as_str());
    ScimError::InvalidFilter(format!("There is no attribute {name}: /Schemas lists the attributes that exist."))
}

fn unknown_sub_attribute(attribute: &Attribute, path: &AttrPath) -> ScimError {
    if attribute.sub_attributes.is_empty() {
        return ScimError::InvalidFilter(format!("{} has no sub-attributes: leave out the brackets.", attribute.name));
    }
    let subs: Vec<&str> = attribute.sub_attributes.iter().map(|sub| sub.name.as_ref()).collect();
    let name = quoted(path.as_str());
    ScimError::InvalidFilter(format!("{} has no sub-attribute {name}: it has {}.", attribute.name, subs.join(", ")))
}
