//! Names of namespaces that every canonicaliser takes.

/// Whether a namespace name, as it is written, is an absolute URI (RFC 3986, section 3).
///
/// XML Names deprecates relative ones, and canonicalisers treat them differently; libxml2's refuses them, and whatever else
/// is no URI. References to characters and IP addresses in brackets would be legal; nobody's namespaces have them.
pub(super) fn is_absolute_uri(name: &str) -> bool {
    let Some((scheme, rest)) = name.split_once(':') else { return false };
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let texts_are_fine = [path, query, fragment].into_iter().all(|part| is_text(part, b":@/?"));
    is_scheme(scheme) && texts_are_fine && path.strip_prefix("//").is_none_or(begins_with_authority)
}

/// Section 3.1.
fn is_scheme(scheme: &str) -> bool {
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// Section 3.2: perhaps a user and `@`, a host, perhaps `:` and a port.
fn begins_with_authority(rest: &str) -> bool {
    let authority = rest.split('/').next().unwrap_or_default();
    let (user, address) = authority.split_once('@').unwrap_or(("", authority));
    let (host, port) = address.split_once(':').unwrap_or((address, "0"));
    let is_port = (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit());
    is_text(user, b":") && is_text(host, b"") && is_port
}

/// Section 2: characters that stand for themselves, those given, and escaped ones.
fn is_text(text: &str, also: &[u8]) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$'()*+,;=".contains(&byte) || also.contains(&byte);
    let mut parts = text.split('%');
    let escaped =
        |part: &str| part.get(..2).is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
    parts.next().is_none_or(|first| first.bytes().all(plain))
        && parts.all(|part| escaped(part) && part.bytes().all(plain))
}
