//! What a schema says about one attribute (RFC 7643 §2.2 and §7).

use std::borrow::Cow;

use domain::predicate::Form;

/// The definition of an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// The canonical spelling.
    pub name: Cow<'static, str>,
    /// Other names under which it is taken; they are never sent.
    pub aliases: Vec<String>,
    /// The type of its values.
    pub kind: Kind,
    /// Whether it is a list.
    pub multi_valued: bool,
    /// What it is for.
    pub description: Cow<'static, str>,
    /// Whether a resource can't be without it.
    pub required: bool,
    /// Whether its strings are compared as they are.
    pub case_exact: bool,
    /// Who may write it.
    pub mutability: Mutability,
    /// When it is sent.
    pub returned: Returned,
    /// Whether two resources may have the same value.
    pub uniqueness: Uniqueness,
    /// Usual values; others are taken as well.
    pub canonical_values: &'static [&'static str],
    /// What a reference may point to: resource types, `external` or `uri`.
    pub reference_types: &'static [&'static str],
    /// The attributes of a complex one.
    pub sub_attributes: Vec<Attribute>,
    /// Whether a filter may name it; not part of the published schema.
    pub searchable: bool,
    /// Whether lists can be sorted by it; not part of the published schema.
    pub sortable: bool,
    /// Whether it always has a value once the resource exists: left out by PUT it stays, and PATCH can't remove it. It is
    /// published as required, though a request without it is taken.
    pub never_unassigned: bool,
    /// The most values that a request may give to it, where it is a list.
    pub most_values: usize,
    /// The longest of its strings, in bytes.
    pub longest: usize,
    /// Whether its strings hold no control characters, because they end up in headers of mails and the like.
    pub one_line: bool,
}

/// The most values of a list for which nothing else is said.
pub const MAX_VALUES: usize = 1000;
/// The longest string for which nothing else is said, in bytes.
pub const MAX_STRING: usize = 8 * 1024;

/// The type of an attribute's values (RFC 7643 §2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A JSON string.
    String,
    /// `true` or `false`.
    Boolean,
    /// A number.
    Decimal,
    /// A number without a fraction.
    Integer,
    /// A moment as RFC 3339 writes it.
    DateTime,
    /// A URI, or the location of a resource.
    Reference,
    /// Base64.
    Binary,
    /// An object of sub-attributes.
    Complex,
}

/// Who may write an attribute (RFC 7643 §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutability {
    /// Only the server.
    ReadOnly,
    /// The client, at any time.
    ReadWrite,
    /// The client, once.
    Immutable,
    /// The client; it is never read back.
    WriteOnly,
}

/// When an attribute is sent (RFC 7643 §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returned {
    /// In every response, whatever was asked for.
    Always,
    /// In none.
    Never,
    /// Unless something else was asked for.
    Default,
    /// Only where it was asked for by name.
    Request,
}

/// Whether two resources may have the same value (RFC 7643 §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uniqueness {
    /// They may.
    None,
    /// They may not, within the workspace.
    Server,
    /// They may not, anywhere.
    Global,
}

impl Attribute {
    /// An optional, singular attribute that clients read and write, compared without regard to case: the defaults of
    /// RFC 7643 §2.2.
    pub(crate) fn new(
        name: impl Into<Cow<'static, str>>,
        kind: Kind,
        description: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            name: name.into(),
            aliases: Vec::new(),
            kind,
            multi_valued: false,
            description: description.into(),
            required: false,
            // RFC 7643 §2.3.6 and §2.3.7: binary values and references are case exact.
            case_exact: matches!(kind, Kind::Reference | Kind::Binary),
            mutability: Mutability::ReadWrite,
            returned: Returned::Default,
            uniqueness: Uniqueness::None,
            canonical_values: &[],
            reference_types: &[],
            sub_attributes: Vec::new(),
            searchable: true,
            sortable: true,
            never_unassigned: false,
            most_values: MAX_VALUES,
            longest: MAX_STRING,
            one_line: false,
        }
    }

    pub(crate) fn string(name: impl Into<Cow<'static, str>>, description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(name, Kind::String, description)
    }

    pub(crate) fn complex(name: &'static str, description: &'static str, sub_attributes: Vec<Self>) -> Self {
        Self { sub_attributes, ..Self::new(name, Kind::Complex, description) }
    }

    pub(crate) fn reference(name: &'static str, to: &'static [&'static str], description: &'static str) -> Self {
        Self { reference_types: to, ..Self::new(name, Kind::Reference, description) }
    }

    pub(crate) fn many(self) -> Self {
        Self { multi_valued: true, ..self }
    }

    pub(crate) fn required(self) -> Self {
        Self { required: true, ..self }
    }

    pub(crate) fn case_exact(self) -> Self {
        Self { case_exact: true, ..self }
    }

    pub(crate) fn read_only(self) -> Self {
        Self { mutability: Mutability::ReadOnly, ..self }
    }

    pub(crate) fn immutable(self) -> Self {
        Self { mutability: Mutability::Immutable, ..self }
    }

    pub(crate) fn write_only(self) -> Self {
        Self { mutability: Mutability::WriteOnly, ..self }
    }

    pub(crate) fn returned(self, returned: Returned) -> Self {
        Self { returned, ..self }
    }

    pub(crate) fn unique(self) -> Self {
        Self { uniqueness: Uniqueness::Server, ..self }
    }

    pub(crate) fn usually(self, canonical_values: &'static [&'static str]) -> Self {
        Self { canonical_values, ..self }
    }

    pub(crate) fn unsearchable(self) -> Self {
        Self { searchable: false, ..self }
    }

    pub(crate) fn unsortable(self) -> Self {
        Self { sortable: false, ..self }
    }

    pub(crate) fn at_most(self, most_values: usize) -> Self {
        Self { most_values, ..self }
    }

    pub(crate) fn at_longest(self, bytes: usize) -> Self {
        Self { longest: bytes, ..self }
    }

    pub(crate) fn one_line(self) -> Self {
        Self { one_line: true, ..self }
    }

    pub(crate) fn never_unassigned(self) -> Self {
        Self { never_unassigned: true, ..self }
    }

    /// Whether this is its name or an alias, in any case.
    pub fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name) || self.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))
    }

    /// The sub-attribute of this name, in any case.
    pub fn find_sub_attribute(&self, name: &str) -> Option<&Attribute> {
        self.sub_attributes.iter().find(|attribute| attribute.is_called(name))
    }

    /// As what its values are compared and sorted.
    pub fn form(&self) -> Form {
        match self.kind {
            Kind::Integer | Kind::Decimal => Form::Number,
            Kind::DateTime => Form::Moment,
            _ if self.case_exact => Form::Exact,
            _ => Form::Folded,
        }
    }

    /// Whether a request body can change it: a client can write it and the server keeps it.
    pub fn is_kept(&self) -> bool {
        matches!(self.mutability, Mutability::ReadWrite | Mutability::Immutable)
    }
}
