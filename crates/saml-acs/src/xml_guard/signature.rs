//! The one shape of an XML signature that SAML core, section 5.4, allows.

use roxmltree::Node;

use crate::error::VerifyError;
use crate::tree::{self, EXCLUSIVE_C14N, SIGNATURE};

/// A signature that can only mean its parent element.
pub(crate) struct SignatureShape<'a, 'input> {
    /// The `ds:Signature` element.
    pub(crate) element: Node<'a, 'input>,
    /// What kind of key made it, going by its `SignatureMethod`.
    pub(crate) key_kind: KeyKind,
}

/// The kinds of keys that sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    Rsa,
    Ec,
}

const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const EXCLUSIVE_C14N_WITH_COMMENTS: &str = "http://www.w3.org/2001/10/xml-exc-c14n#WithComments";

/// RFC 9231, sections 2.3.2 to 2.3.6. No SHA-1, no MD5, no HMAC, whose key would be the public certificate.
const SIGNATURE_METHODS: [(&str, KeyKind); 6] = [
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", KeyKind::Rsa),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", KeyKind::Rsa),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", KeyKind::Rsa),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", KeyKind::Ec),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", KeyKind::Ec),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", KeyKind::Ec),
];

/// XML encryption, section 5.7, and RFC 9231, section 2.1.3.
const DIGEST_METHODS: [&str; 3] = [
    "http://www.w3.org/2001/04/xmlenc#sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512",
];

/// More prefixes than any message declares; each costs the canonicaliser a look-up per element.
const MOST_PREFIXES: usize = 32;

/// Checks that `signature`, a child of `signed`, is an enveloped signature of `signed` and of nothing else.
pub(super) fn check<'a, 'input>(
    signed: Node<'a, 'input>,
    signature: Node<'a, 'input>,
) -> Result<SignatureShape<'a, 'input>, VerifyError> {
    let parts: Vec<_> = tree::elements(signature).collect();
    let (signed_info, rest) = parts.split_first().ok_or(VerifyError::SignatureStructure("it is empty"))?;
    let rest: Vec<_> = rest.iter().map(|part| part.tag_name().name()).collect();
    let known = parts.iter().all(|part| part.tag_name().namespace() == Some(SIGNATURE));
    let in_order = matches!(rest.as_slice(), ["SignatureValue"] | ["SignatureValue", "KeyInfo"]);
    if !known || !in_order || signed_info.tag_name().name() != "SignedInfo" {
        return Err(VerifyError::SignatureStructure(
            "only SignedInfo, SignatureValue and KeyInfo belong in a Signature",
        ));
    }
    let key_kind = signed_info_means(*signed_info, signed)?;
    Ok(SignatureShape { element: signature, key_kind })
}

fn signed_info_means(signed_info: Node<'_, '_>, signed: Node<'_, '_>) -> Result<KeyKind, VerifyError> {
    let references = tree::children(signed_info, SIGNATURE, "Reference").count();
    if references != 1 {
        return Err(VerifyError::ReferenceCount { found: references });
    }
    let [canonicalization, method, reference] =
        exactly(signed_info, ["CanonicalizationMethod", "SignatureMethod", "Reference"])?;
    if !is_exclusive_c14n(canonicalization)? {
        return Err(VerifyError::Canonicalization(canonicalization.attribute("Algorithm").into()));
    }
    reference_means(reference, signed)?;
    signature_method(method)
}

fn reference_means(reference: Node<'_, '_>, signed: Node<'_, '_>) -> Result<(), VerifyError> {
    let uri = reference.attribute("URI");
    if uri.and_then(|uri| uri.strip_prefix('#')) != signed.attribute("ID") {
        return Err(VerifyError::ReferenceUri(uri.into()));
    }
    let [transforms, digest, _] = exactly(reference, ["Transforms", "DigestMethod", "DigestValue"])?;
    only_enveloped_and_exclusive(transforms)?;
    let algorithm = digest.attribute("Algorithm");
    if !algorithm.is_some_and(|algorithm| DIGEST_METHODS.contains(&algorithm)) || digest.has_children() {
        return Err(VerifyError::DigestAlgorithm(algorithm.into()));
    }
    Ok(())
}

/// SAML core 5.4.4: the enveloped signature transform and exclusive canonicalisation, nothing else.
fn only_enveloped_and_exclusive(transforms: Node<'_, '_>) -> Result<(), VerifyError> {
    let listed: Vec<_> = tree::elements(transforms).collect();
    for transform in &listed {
        let enveloped = transform.attribute("Algorithm") == Some(ENVELOPED) && !transform.has_children();
        if !transform.has_tag_name((SIGNATURE, "Transform")) || !(enveloped || is_exclusive_c14n(*transform)?) {
            return Err(VerifyError::Transform(transform.attribute("Algorithm").into()));
        }
    }
    let algorithms: Vec<_> = listed.iter().filter_map(|transform| transform.attribute("Algorithm")).collect();
    match algorithms.as_slice() {
        [ENVELOPED, second] if *second != ENVELOPED => Ok(()),
        _ => Err(VerifyError::Transform(algorithms.join(", ").as_str().into())),
    }
}

/// Exclusive canonicalisation, section 4: at most a list of prefixes that are treated inclusively.
fn is_exclusive_c14n(method: Node<'_, '_>) -> Result<bool, VerifyError> {
    if !matches!(method.attribute("Algorithm"), Some(EXCLUSIVE_C14N | EXCLUSIVE_C14N_WITH_COMMENTS)) {
        return Ok(false);
    }
    let allowed = |parameter: &Node<'_, '_>| {
        let prefixes = parameter.attribute("PrefixList").unwrap_or_default();
        parameter.has_tag_name((EXCLUSIVE_C14N, "InclusiveNamespaces"))
            && prefixes.split_ascii_whitespace().count() <= MOST_PREFIXES
    };
    let parameters: Vec<_> = tree::elements(method).collect();
    if parameters.len() > 1 || !parameters.iter().all(allowed) {
        return Err(VerifyError::SignatureStructure("a canonicalisation has parameters other than a short PrefixList"));
    }
    Ok(true)
}

/// The kind of key, where the method takes no parameters such as `HMACOutputLength`.
fn signature_method(method: Node<'_, '_>) -> Result<KeyKind, VerifyError> {
    let algorithm = method.attribute("Algorithm");
    let known = SIGNATURE_METHODS.iter().find(|(name, _)| Some(*name) == algorithm);
    match known {
        Some((_, key_kind)) if tree::elements(method).next().is_none() => Ok(*key_kind),
        Some(_) => Err(VerifyError::SignatureStructure("SignatureMethod has parameters")),
        None => Err(VerifyError::SignatureAlgorithm(algorithm.into())),
    }
}

/// The child elements, which must be these and no others, in this order.
fn exactly<'a, 'input, const N: usize>(
    parent: Node<'a, 'input>,
    names: [&'static str; N],
) -> Result<[Node<'a, 'input>; N], VerifyError> {
    let wrong = VerifyError::SignatureStructure("SignedInfo or Reference has other parts than the schema's");
    let parts: Vec<_> = tree::elements(parent).collect();
    let right = parts.iter().zip(names).all(|(part, name)| part.has_tag_name((SIGNATURE, name)));
    parts.try_into().ok().filter(|_| right).ok_or(wrong)
}
