//! The parameters of a query as they were sent (RFC 7644 §3.4.2 and §3.4.3).

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::error::{ScimError, quoted};
use crate::projection::Projection;
use crate::schema::ResourceType;

/// URN of the search request message.
pub const SEARCH_REQUEST_URN: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// What was sent, from a query string or from the body of a `POST …/.search`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SearchRequest {
    pub(super) attributes: Option<Vec<String>>,
    pub(super) excluded: Option<Vec<String>>,
    pub(super) filter: Option<String>,
    pub(super) sort_by: Option<String>,
    pub(super) sort_order: Option<String>,
    pub(super) start_index: Option<String>,
    pub(super) count: Option<String>,
    pub(super) cursor: Option<String>,
    pub(super) tolerated: Vec<String>,
}

impl SearchRequest {
    /// Reads a query string. Parameters that SCIM does not know are ignored: Entra appends flags of its own to the base
    /// URL.
    ///
    /// # Errors
    /// `invalidValue` where a parameter is given twice, and where one is no UTF-8 (`invalidFilter` for the filter).
    pub fn from_query(query: &str) -> Result<Self, ScimError> {
        query.split('&').try_for_each(check_utf8)?;
        let mut request = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match name.to_ascii_lowercase().as_str() {
                "attributes" => once(&mut request.attributes, &name, names(&value))?,
                "excludedattributes" => once(&mut request.excluded, &name, names(&value))?,
                _ => {
                    if let Some(slot) = request.text_slot(&name) {
                        once(slot, &name, value.into_owned())?;
                    }
                }
            }
        }
        Ok(request.tidy())
    }

    /// Reads the body of a `POST …/.search`.
    ///
    /// # Errors
    /// `invalidSyntax` where it is no search request; `invalidValue` where a value has the wrong type.
    pub fn parse(body: &Value) -> Result<Self, ScimError> {
        let Value::Object(members) = body else { return Err(malformed("the body must be a JSON object")) };
        let mut request = Self::default();
        for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
            match name.to_ascii_lowercase().as_str() {
                "schemas" => check_schemas(value)?,
                "attributes" => once(&mut request.attributes, name, listed(name, value)?)?,
                "excludedattributes" => once(&mut request.excluded, name, listed(name, value)?)?,
                _ => match request.text_slot(name) {
                    Some(slot) => once(slot, name, text(name, value)?)?,
                    None => request.tolerated.push(format!("unknown parameter {} was dropped", quoted(name))),
                },
            }
        }
        Ok(request.tidy())
    }

    /// Which part of a resource is wanted (RFC 7644 §3.9).
    pub fn projection(&self, resource: &ResourceType) -> Projection {
        let attributes = self.attributes.as_ref().map(|names| names.iter().map(String::as_str));
        Projection::new(attributes, self.excluded.iter().flatten().map(String::as_str), resource)
    }

    /// Whether a filter was sent.
    pub fn has_filter(&self) -> bool {
        self.filter.is_some()
    }

    fn text_slot(&mut self, name: &str) -> Option<&mut Option<String>> {
        match name.to_ascii_lowercase().as_str() {
            "filter" => Some(&mut self.filter),
            "sortby" => Some(&mut self.sort_by),
            "sortorder" => Some(&mut self.sort_order),
            "startindex" => Some(&mut self.start_index),
            "count" => Some(&mut self.count),
            "cursor" => Some(&mut self.cursor),
            _ => None,
        }
    }

    /// An empty list of attributes, or an empty order, says nothing.
    fn tidy(mut self) -> Self {
        self.attributes = self.attributes.filter(|names| !names.is_empty());
        self.sort_by = self.sort_by.filter(|name| !name.trim().is_empty());
        self.sort_order = self.sort_order.filter(|order| !order.trim().is_empty());
        self
    }
}

/// What is no UTF-8 would be read as something else, and would find nobody.
fn check_utf8(parameter: &str) -> Result<(), ScimError> {
    if percent_decode_str(parameter).decode_utf8().is_ok() {
        return Ok(());
    }
    let name = parameter.split('=').next().unwrap_or_default();
    let message = format!("The parameter {} is no UTF-8: encode it as UTF-8, and then by percent signs.", quoted(name));
    Err(if name.eq_ignore_ascii_case("filter") {
        ScimError::InvalidFilter(message)
    } else {
        ScimError::InvalidValue(message)
    })
}

fn once<T>(slot: &mut Option<T>, name: &str, value: T) -> Result<(), ScimError> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(ScimError::InvalidValue(format!("{} is given twice: send it once.", quoted(name)))),
    }
}

/// RFC 7644 §3.9: in a query the names are separated by commas.
fn names(list: &str) -> Vec<String> {
    list.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// RFC 7644 §3.4.3: "a multi-valued list of strings"; one string is read as in a query.
fn listed(name: &str, value: &Value) -> Result<Vec<String>, ScimError> {
    let wrong = || ScimError::InvalidValue(format!("{name} must be a list of strings."));
    match value {
        Value::Array(values) => values.iter().map(|one| one.as_str().map(str::to_owned).ok_or_else(wrong)).collect(),
        Value::String(text) => Ok(names(text)),
        _ => Err(wrong()),
    }
}

fn text(name: &str, value: &Value) -> Result<String, ScimError> {
    let is_number = ["startindex", "count"].iter().any(|known| name.eq_ignore_ascii_case(known));
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) if is_number => Ok(number.to_string()),
        _ => Err(ScimError::InvalidValue(format!(
            "{name} must be {}.",
            if is_number { "an integer" } else { "a string" }
        ))),
    }
}

/// RFC 7644 §3.4.3 wants `schemas` with the URN of the search request; a body that says that it is something else is
/// refused.
fn check_schemas(value: &Value) -> Result<(), ScimError> {
    let names_it = |urn: &Value| urn.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(SEARCH_REQUEST_URN));
    match value {
        Value::Array(urns) if urns.iter().any(names_it) => Ok(()),
        _ => Err(malformed(&format!("schemas must be [\"{SEARCH_REQUEST_URN}\"]"))),
    }
}

fn malformed(why: &str) -> ScimError {
    ScimError::InvalidSyntax(format!("This is not a search request: {why}."))
}
