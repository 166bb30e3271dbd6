//! Finding what a name means: `userName`, `name.givenName`, `urn:…:User:manager.value`, or the URN of a whole schema.

use std::sync::Arc;

use super::{Attribute, ENTERPRISE_URN, ResourceType, Schema, common};

/// What a name in a body, a path or a filter means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target<'r> {
    /// All attributes of the core schema, by its URN.
    Core,
    /// All attributes of an extension, by its URN.
    Extension(&'r Schema),
    /// One attribute or sub-attribute.
    Attribute(Located<'r>),
}

/// An attribute and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Located<'r> {
    /// The extension below whose URN it stands; none for core and common attributes.
    pub extension: Option<&'r Schema>,
    /// The attribute.
    pub attribute: &'r Attribute,
    /// Its sub-attribute, where one is named.
    pub sub_attribute: Option<&'r Attribute>,
}

impl<'r> Located<'r> {
    /// The sub-attribute where one is named, else the attribute.
    pub fn leaf(&self) -> &'r Attribute {
        self.sub_attribute.unwrap_or(self.attribute)
    }

    /// The canonical spelling: `emails.value`, or with the URN of an extension before it (RFC 7644 §3.10).
    pub fn path(&self) -> String {
        let name = match self.sub_attribute {
            Some(sub) => format!("{}.{}", self.attribute.name, sub.name),
            None => self.attribute.name.to_string(),
        };
        self.extension.map_or_else(|| name.clone(), |extension| format!("{}:{name}", extension.id))
    }

    /// The same place, one sub-attribute deeper.
    pub fn with_sub_attribute(self, sub_attribute: &'r Attribute) -> Self {
        Self { sub_attribute: Some(sub_attribute), ..self }
    }
}

impl ResourceType {
    /// The core schema, then the extensions.
    pub fn schemas(&self) -> impl Iterator<Item = &Schema> {
        std::iter::once(&self.core).chain(&self.extensions).map(Arc::as_ref)
    }

    /// What a name means for this kind of resource, in any case. RFC 7644 §3.10: an attribute of the core schema may be
    /// qualified with its URN, one of an extension must be.
    pub fn find(&self, name: &str) -> Option<Target<'_>> {
        match self.strip_schema(name) {
            Some((None, "")) => Some(Target::Core),
            Some((Some(extension), "")) => Some(Target::Extension(extension)),
            Some((Some(extension), rest)) => locate(rest, Some(extension), &extension.attributes),
            Some((None, rest)) => self.find_unqualified(rest),
            None => self.find_unqualified(name),
        }
    }

    /// The attribute of an extension that was named without its URN.
    pub fn find_in_extensions(&self, name: &str) -> Option<Located<'_>> {
        let found =
            self.extensions.iter().find_map(|schema| locate(name, Some(schema.as_ref()), &schema.attributes))?;
        match found {
            Target::Attribute(located) => Some(located),
            _ => None,
        }
    }

    /// Entra names `manager` without its URN: of all attributes of extensions this one alone is taken so.
    pub fn find_manager(&self, name: &str) -> Option<Located<'_>> {
        let is_manager = |located: &Located<'_>| {
            located.attribute.name == "manager" && located.extension.is_some_and(|schema| schema.id == ENTERPRISE_URN)
        };
        self.find_in_extensions(name).filter(is_manager)
    }

    /// The `schemas` of a resource: the core schema and each extension of which it has attributes (RFC 7643 §3).
    pub fn schemas_of(&self, resource: &serde_json::Map<String, serde_json::Value>) -> Vec<&str> {
        let used = self.extensions.iter().map(|schema| schema.id.as_ref()).filter(|urn| resource.contains_key(*urn));
        std::iter::once(self.core.id.as_ref()).chain(used).collect()
    }

    fn find_unqualified(&self, name: &str) -> Option<Target<'_>> {
        locate(name, None, &self.core.attributes).or_else(|| locate(name, None, &common::schema().attributes))
    }

    /// Splits a qualified name into the extension (none: the core schema) and what follows its URN. URNs contain colons
    /// and dots themselves, so the known ones are compared, the longest first.
    fn strip_schema<'t>(&self, name: &'t str) -> Option<(Option<&Schema>, &'t str)> {
        let candidates = self.schemas().filter_map(|schema| Some((schema, strip_urn(name, &schema.id)?)));
        let (schema, rest) = candidates.max_by_key(|(schema, _)| schema.id.len())?;
        Some((Some(schema).filter(|schema| schema.id != self.core.id), rest))
    }
}

fn strip_urn<'t>(name: &'t str, urn: &str) -> Option<&'t str> {
    let head = name.get(..urn.len()).filter(|head| head.eq_ignore_ascii_case(urn))?;
    match name.get(head.len()..)? {
        "" => Some(""),
        rest => rest.strip_prefix(':').filter(|rest| !rest.is_empty()),
    }
}

fn locate<'r>(name: &str, extension: Option<&'r Schema>, among: &'r [Attribute]) -> Option<Target<'r>> {
    let (name, sub_name) = name.split_once('.').map_or((name, None), |(name, sub)| (name, Some(sub)));
    let attribute = among.iter().find(|attribute| attribute.is_called(name))?;
    let located = Located { extension, attribute, sub_attribute: None };
    let located = match sub_name {
        Some(sub_name) => located.with_sub_attribute(attribute.find_sub_attribute(sub_name)?),
        None => located,
    };
    Some(Target::Attribute(located))
}

#[cfg(test)]
mod tests {
    use super::super::{Registry, USER_URN, WORKATO_ROLE_URN};
    use super::*;

    fn path_of(name: &str) -> Option<String> {
        match Registry::default().user().find(name)? {
            Target::Core => Some("core".to_owned()),
            Target::Extension(schema) => Some(schema.id.to_string()),
            Target::Attribute(located) => Some(located.path()),
        }
    }

    #[test]
    fn names_are_found_in_any_case() {
        assert_eq!(path_of("USERNAME").as_deref(), Some("userName"));
        assert_eq!(path_of("Name.GIVENname").as_deref(), Some("name.givenName"));
        assert_eq!(path_of("meta.lastmodified").as_deref(), Some("meta.lastModified"));
        assert_eq!(path_of("groups.$REF").as_deref(), Some("groups.$ref"));
    }

    #[test]
    fn core_attributes_may_be_qualified_and_extension_attributes_must_be() {
        assert_eq!(path_of(&format!("{USER_URN}:name.givenName")).as_deref(), Some("name.givenName"));
        let manager = format!("{ENTERPRISE_URN}:manager.value");
        assert_eq!(path_of(&manager.to_uppercase()).as_deref(), Some(manager.as_str()));
        assert_eq!(path_of("manager"), None);
        assert_eq!(
            Registry::default().user().find_in_extensions("manager").unwrap().path(),
            format!("{ENTERPRISE_URN}:manager")
        );
    }

    #[test]
    fn a_urn_alone_means_the_whole_schema() {
        assert_eq!(path_of(&ENTERPRISE_URN.to_lowercase()).as_deref(), Some(ENTERPRISE_URN));
        assert_eq!(path_of(USER_URN).as_deref(), Some("core"));
    }

    #[test]
    fn an_alias_leads_to_the_canonical_name() {
        let alias = format!("{WORKATO_ROLE_URN}:workato_role_dev");
        assert_eq!(path_of(&alias), Some(format!("{WORKATO_ROLE_URN}:workato_role")));
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        let unknown = [
            "",
            ".",
            "emails.",
            "emails.value.x",
            "userName.x",
            "urn:x:y",
            "nope",
            "urn:ietf:params:scim:schemas:core:2.0:User:",
        ];
        for name in unknown {
            assert_eq!(path_of(name), None, "{name}");
        }
    }
}
