//! What a client says about the answer that it wants: `Prefer` and `Accept`.

use crate::error::ScimError;

/// The preference `return` (RFC 7240 §4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReturnPreference {
    /// Nothing that the client knows already.
    Minimal,
    /// The whole resource.
    Representation,
    /// Not said.
    #[default]
    Unsaid,
}

impl ReturnPreference {
    /// Reads the values of all `Prefer` headers. RFC 7240 §2: of a preference that is given more than once, "only the
    /// first instance is to be considered"; what is not understood is ignored.
    pub fn of<'h>(headers: impl IntoIterator<Item = &'h str>) -> Self {
        let preferences = headers.into_iter().flat_map(|header| header.split(','));
        let first = preferences.filter_map(|preference| {
            // Parameters follow after a semicolon.
            let (name, value) = preference.split(';').next()?.split_once('=')?;
            name.trim().eq_ignore_ascii_case("return").then(|| value.trim().trim_matches('"').to_ascii_lowercase())
        });
        match first.take(1).next().as_deref() {
            Some("minimal") => Self::Minimal,
            Some("representation") => Self::Representation,
            _ => Self::Unsaid,
        }
    }

    /// The value of `Preference-Applied`, where the answer is as the client wanted it (RFC 7240 §3).
    pub fn applied(self) -> Option<&'static str> {
        match self {
            Self::Minimal => Some("return=minimal"),
            Self::Representation => Some("return=representation"),
            Self::Unsaid => None,
        }
    }
}

/// Whether the client takes what we send: `application/scim+json`, which whoever takes `application/json` takes as well
/// (RFC 7644 §3.1). No header, or an empty one, takes anything (RFC 9110 §12.5.1).
///
/// # Errors
/// 406 with the media type that there is.
pub fn check_accept(header: Option<&str>) -> Result<(), ScimError> {
    let Some(header) = header.map(str::trim).filter(|header| !header.is_empty()) else { return Ok(()) };
    if header.split(',').any(takes_ours) {
        return Ok(());
    }
    Err(ScimError::NotAcceptable(
        "Answers are application/scim+json: name it in Accept, or leave Accept out.".to_owned(),
    ))
}

fn takes_ours(range: &str) -> bool {
    let mut parts = range.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default();
    let ours = ["application/scim+json", "application/json", "application/*", "*/*"];
    // RFC 9110 §12.4.2: a weight of 0 means "not acceptable".
    let refused = parts.filter_map(|parameter| parameter.split_once('=')).any(|(name, weight)| {
        name.trim().eq_ignore_ascii_case("q") && weight.trim().parse::<f32>().is_ok_and(|weight| weight <= 0.0)
    });
    !refused && ours.iter().any(|known| known.eq_ignore_ascii_case(media_type))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_wish_counts_and_is_read_in_any_case() {
        let of = |headers: &[&str]| ReturnPreference::of(headers.iter().copied());
        assert_eq!(of(&["return=minimal"]), ReturnPreference::Minimal);
        assert_eq!(of(&["respond-async, Return = \"Minimal\"; x=1"]), ReturnPreference::Minimal);
        assert_eq!(of(&["wait=10", "return=representation", "return=minimal"]), ReturnPreference::Representation);
        for headers in [&[][..], &["return"], &["returns=minimal"], &["return=nothing, return=minimal"]] {
            assert_eq!(of(headers), ReturnPreference::Unsaid, "{headers:?}");
        }
        assert_eq!(ReturnPreference::Minimal.applied(), Some("return=minimal"));
    }

    #[test]
    fn whoever_takes_json_takes_ours() {
        let ours =
            ["", "*/*", "application/scim+json", "text/html, APPLICATION/JSON; charset=utf-8", "text/html,*/*;q=0.1"];
        assert!(ours.iter().all(|header| check_accept(Some(header)).is_ok()));
        assert!(check_accept(None).is_ok());
        for header in ["text/html", "application/xml, image/*", "application/scim+json;q=0", "json"] {
            assert_eq!(check_accept(Some(header)).unwrap_err().status(), 406, "{header}");
        }
    }
}
