//! Conditions on the version of a resource (RFC 7644 §3.14, RFC 9110 §13).

use actix_web::http::header::{HeaderMap, HeaderName, IF_MATCH, IF_NONE_MATCH};

use crate::error::ScimError;

/// What `If-Match` and `If-None-Match` say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Condition {
    if_match: Versions,
    if_none_match: Versions,
}

/// The versions that a header names. Weak and strong ones are compared alike, because all of ours are weak.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum Versions {
    /// No header.
    #[default]
    Unsaid,
    /// `*`
    Any,
    /// A list of entity tags.
    Tags(Vec<String>),
}

impl Condition {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        Self { if_match: Versions::read(headers, IF_MATCH), if_none_match: Versions::read(headers, IF_NONE_MATCH) }
    }

    /// The same from the `version` of a bulk operation (RFC 7644 §3.7).
    pub(crate) fn of_version(version: Option<&str>) -> Self {
        Self { if_match: version.map(Versions::of).unwrap_or_default(), if_none_match: Versions::Unsaid }
    }

    /// Whether the resource may be written.
    ///
    /// # Errors
    /// 412 where it has another version than `If-Match` wants, or one that `If-None-Match` rules out.
    pub(crate) fn check_write(&self, revision: i64) -> Result<(), ScimError> {
        self.check_match(revision)?;
        if self.if_none_match.names(revision) {
            return Err(ScimError::PreconditionFailed(
                "The resource has a version that If-None-Match rules out: leave that header out to change it.".into(),
            ));
        }
        Ok(())
    }

    /// Whether the client that wants to read has the current version already.
    ///
    /// # Errors
    /// 412 where it has another version than `If-Match` wants.
    pub(crate) fn is_known(&self, revision: i64) -> Result<bool, ScimError> {
        self.check_match(revision)?;
        Ok(self.if_none_match.names(revision))
    }

    fn check_match(&self, revision: i64) -> Result<(), ScimError> {
        if self.if_match == Versions::Unsaid || self.if_match.names(revision) {
            return Ok(());
        }
        Err(ScimError::PreconditionFailed(
            "The resource has changed since this version: read it again and repeat the change.".into(),
        ))
    }
}

impl Versions {
    /// What can't be read as text is a version that no resource has; to pass over it would be to drop the condition.
    fn read(headers: &HeaderMap, name: HeaderName) -> Self {
        let values: Vec<_> = headers.get_all(name).map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        if values.is_empty() { Self::Unsaid } else { Self::of(&values.join(",")) }
    }

    fn of(text: &str) -> Self {
        match text.trim() {
            "" => Self::Unsaid,
            "*" => Self::Any,
            list => Self::Tags(list.split(',').map(|tag| tag.trim().trim_start_matches("W/").to_owned()).collect()),
        }
    }

    fn names(&self, revision: i64) -> bool {
        match self {
            Self::Unsaid => false,
            Self::Any => true,
            Self::Tags(tags) => tags.contains(&format!("\"{revision}\"")),
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn condition(headers: &[(HeaderName, &[u8])]) -> Condition {
        let values = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_bytes(value).unwrap()));
        let mut all = HeaderMap::new();
        values.for_each(|(name, value)| all.append(name, value));
        Condition::of(&all)
    }

    fn may_write(name: HeaderName, value: &str) -> bool {
        condition(&[(name, value.as_bytes())]).check_write(7).is_ok()
    }

    #[test]
    fn if_match_is_met_by_the_current_version_weak_or_strong_alone_or_in_a_list() {
        for value in ["W/\"7\"", "\"7\"", "*", " * ", "W/\"1\", W/\"7\"", "\"1\",\"7\"", ""] {
            assert!(may_write(IF_MATCH, value), "{value}");
        }
        for value in ["W/\"6\"", "\"77\"", "7", "W/7", "nonsense", "W/\"7\"x", "w/\"7\"", "\"6\", \"8\""] {
            assert!(!may_write(IF_MATCH, value), "{value}");
        }
    }

    #[test]
    fn a_version_that_cannot_be_read_is_no_version_of_ours() {
        assert!(condition(&[(IF_MATCH, b"\"\xe9\"")]).check_write(7).is_err());
        assert!(condition(&[(IF_NONE_MATCH, b"\"\xe9\"")]).check_write(7).is_ok());
    }

    #[test]
    fn headers_that_come_twice_are_one_list() {
        assert!(condition(&[(IF_MATCH, b"\"1\""), (IF_MATCH, b"\"7\"")]).check_write(7).is_ok());
    }

    #[test]
    fn if_none_match_keeps_a_known_version_from_being_read_or_written() {
        for value in ["W/\"7\"", "*", "\"1\", W/\"7\""] {
            let condition = condition(&[(IF_NONE_MATCH, value.as_bytes())]);
            assert!(condition.is_known(7).unwrap(), "{value}");
            assert_eq!(condition.check_write(7).unwrap_err().status(), 412, "{value}");
        }
        assert!(may_write(IF_NONE_MATCH, "W/\"6\""));
    }

    #[test]
    fn if_match_counts_for_reading_too_and_comes_first() {
        let stale = condition(&[(IF_MATCH, b"\"6\""), (IF_NONE_MATCH, b"\"7\"")]);
        assert_eq!(stale.is_known(7).unwrap_err().status(), 412);
        assert!(!condition(&[(IF_MATCH, b"\"7\"")]).is_known(7).unwrap());
    }

    #[test]
    fn a_bulk_operation_says_its_version_in_its_body() {
        assert!(Condition::of_version(None).check_write(7).is_ok());
        assert!(Condition::of_version(Some("W/\"7\"")).check_write(7).is_ok());
        assert!(Condition::of_version(Some("W/\"6\"")).check_write(7).is_err());
    }
}
