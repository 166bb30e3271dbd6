//! What an identity provider calls a person (SAML core §2.2.3).

/// A NameID, exactly as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameId {
    /// Its text.
    pub value: String,
    /// What stands beside it.
    pub qualifiers: Qualifiers,
}

/// What makes one name out of several that are written alike.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Qualifiers {
    /// `Format`: what kind of name it is.
    pub format: Option<String>,
    /// `NameQualifier`: in whose names it is one.
    pub name_qualifier: Option<String>,
    /// `SPNameQualifier`: for whom.
    pub sp_name_qualifier: Option<String>,
}

/// SAML core §8.3.1: what a name without a format has.
const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";

impl NameId {
    /// Whether two names that an identity provider gives to a service provider mean the same person. What is left out means
    /// what is usual (§2.2.2, §8.3.7): some products leave it out in one message and write it in the next.
    pub fn is_same(&self, other: &Self, identity_provider: &str, service_provider: &str) -> bool {
        let same = |usual: &str, of: fn(&Qualifiers) -> &Option<String>| {
            let meant = |name: &Self| of(&name.qualifiers).as_deref().unwrap_or(usual).to_owned();
            meant(self) == meant(other)
        };
        self.value == other.value
            && same(UNSPECIFIED, |q| &q.format)
            && same(identity_provider, |q| &q.name_qualifier)
            && same(service_provider, |q| &q.sp_name_qualifier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(value: &str, format: Option<&str>, of: Option<&str>, at: Option<&str>) -> NameId {
        let [format, name_qualifier, sp_name_qualifier] = [format, of, at].map(|text| text.map(str::to_owned));
        NameId { value: value.to_owned(), qualifiers: Qualifiers { format, name_qualifier, sp_name_qualifier } }
    }

    #[test]
    fn what_is_left_out_means_what_is_usual() {
        let full = name("ann", Some(UNSPECIFIED), Some("urn:idp"), Some("urn:sp"));
        assert!(name("ann", None, None, None).is_same(&full, "urn:idp", "urn:sp"));
        assert!(full.is_same(&name("ann", None, Some("urn:idp"), None), "urn:idp", "urn:sp"));
    }

    #[test]
    fn one_difference_makes_it_another_name() {
        let ann = name("ann", Some("urn:format"), None, None);
        let others = [
            name("Ann", Some("urn:format"), None, None),
            name("ann ", Some("urn:format"), None, None),
            name("ann", None, None, None),
            name("ann", Some("urn:other"), None, None),
            name("ann", Some("urn:format"), Some("urn:other"), None),
            name("ann", Some("urn:format"), None, Some("urn:other")),
        ];
        for other in others {
            assert!(!ann.is_same(&other, "urn:idp", "urn:sp"), "{other:?}");
        }
    }
}
