//! The one shape of an XML signature that SAML core, section 5.4, allows.

use domain::connection::WeakAlgorithms;
use openssl::hash::MessageDigest;
use roxmltree::Node;

use crate::error::VerifyError;
use crate::tree::{self, EXCLUSIVE_C14N, SIGNATURE};

/// A signature that can only mean its parent element, and all that it takes to verify it.
pub(crate) struct SignatureShape<'a, 'input> {
    /// What it signs: its parent.
    pub(crate) signed: Node<'a, 'input>,
    /// The `ds:Signature` element.
    pub(crate) element: Node<'a, 'input>,
    /// The `ds:SignedInfo` element, over which the signature value is.
    pub(crate) signed_info: Node<'a, 'input>,
    /// How `SignedInfo` is canonicalised.
    pub(crate) canonicalization: ExclusiveC14n<'a>,
    /// What kind of key made it.
    pub(crate) key_kind: KeyKind,
    /// The hash of `SignedInfo` that was signed.
    pub(crate) hash: Hash,
    /// The `ds:SignatureValue` element.
    pub(crate) value: Node<'a, 'input>,
    /// What the reference says of the signed element.
    pub(crate) reference: Reference<'a, 'input>,
}

/// A `ds:Reference` to the signature's own parent.
pub(crate) struct Reference<'a, 'input> {
    /// How the signed element is canonicalised.
    pub(crate) canonicalization: ExclusiveC14n<'a>,
    /// The hash that is taken of that.
    pub(crate) hash: Hash,
    /// The `ds:DigestValue` element.
    pub(crate) value: Node<'a, 'input>,
}

/// Exclusive canonicalisation with its parameters.
pub(crate) struct ExclusiveC14n<'a> {
    /// Prefixes that are treated inclusively; `#default` for none (exclusive canonicalisation, section 4).
    pub(crate) prefixes: Vec<&'a str>,
    /// Whether comments stay.
    pub(crate) comments: bool,
}

/// The kinds of keys that sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    Rsa,
    Ec,
}

/// How a signature value was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SignatureMethod {
    pub(crate) key_kind: KeyKind,
    pub(crate) hash: Hash,
}

/// The hashes that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hash {
    /// Only by permission.
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const EXCLUSIVE_C14N_WITH_COMMENTS: &str = "http://www.w3.org/2001/10/xml-exc-c14n#WithComments";

/// XML signature, section 6.4.2, and RFC 9231, sections 2.3.2 to 2.3.6. No MD5, no DSA, no HMAC, whose key would be the public
/// certificate. SHA-1 only where [`Hash::is_let_through`] says so.
const SIGNATURE_METHODS: [(&str, KeyKind, Hash); 8] = [
    ("http://www.w3.org/2000/09/xmldsig#rsa-sha1", KeyKind::Rsa, Hash::Sha1),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1", KeyKind::Ec, Hash::Sha1),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", KeyKind::Rsa, Hash::Sha256),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", KeyKind::Rsa, Hash::Sha384),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", KeyKind::Rsa, Hash::Sha512),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", KeyKind::Ec, Hash::Sha256),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", KeyKind::Ec, Hash::Sha384),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", KeyKind::Ec, Hash::Sha512),
];

/// XML signature, section 6.2.1, XML encryption, section 5.7, and RFC 9231, section 2.1.3.
const DIGEST_METHODS: [(&str, Hash); 4] = [
    ("http://www.w3.org/2000/09/xmldsig#sha1", Hash::Sha1),
    ("http://www.w3.org/2001/04/xmlenc#sha256", Hash::Sha256),
    ("http://www.w3.org/2001/04/xmldsig-more#sha384", Hash::Sha384),
    ("http://www.w3.org/2001/04/xmlenc#sha512", Hash::Sha512),
];

/// More prefixes than any message declares; each costs the canonicaliser a look-up per element.
const MOST_PREFIXES: usize = 32;

/// The method of that URI, where it is let through.
pub(crate) fn signature_method_of(algorithm: Option<&str>, weak: WeakAlgorithms) -> Option<SignatureMethod> {
    let known = SIGNATURE_METHODS.iter().find(|(name, _, hash)| Some(*name) == algorithm && hash.is_let_through(weak));
    known.map(|(_, key_kind, hash)| SignatureMethod { key_kind: *key_kind, hash: *hash })
}

impl SignatureShape<'_, '_> {
    /// Whether signature or digest is no better than SHA-1.
    pub(crate) fn rests_on_sha1(&self) -> bool {
        [self.hash, self.reference.hash].contains(&Hash::Sha1)
    }
}

impl Hash {
    /// What OpenSSL calls it.
    pub(crate) fn algorithm(self) -> MessageDigest {
        match self {
            Self::Sha1 => MessageDigest::sha1(),
            Self::Sha256 => MessageDigest::sha256(),
            Self::Sha384 => MessageDigest::sha384(),
            Self::Sha512 => MessageDigest::sha512(),
        }
    }

    fn is_let_through(self, weak: WeakAlgorithms) -> bool {
        self != Self::Sha1 || weak.permit_sha1()
    }
}

/// Checks that `signature`, a child of `signed`, is an enveloped signature of `signed` and of nothing else.
pub(super) fn check<'a, 'input>(
    signed: Node<'a, 'input>,
    signature: Node<'a, 'input>,
    weak: WeakAlgorithms,
) -> Result<SignatureShape<'a, 'input>, VerifyError> {
    let wrong = VerifyError::SignatureStructure("only SignedInfo, SignatureValue and KeyInfo belong in a Signature");
    let parts: Vec<_> = tree::elements(signature).collect();
    let named = |part: &Node<'_, '_>, name: &str| part.has_tag_name((SIGNATURE, name));
    let (signed_info, value) = match parts.as_slice() {
        [] => return Err(VerifyError::SignatureStructure("it is empty")),
        [info, value] if named(info, "SignedInfo") && named(value, "SignatureValue") => (*info, *value),
        [info, value, key] if named(info, "SignedInfo") && named(value, "SignatureValue") && named(key, "KeyInfo") => {
            (*info, *value)
        }
        _ => return Err(wrong),
    };
    signed_info_means(signed, signature, signed_info, value, weak)
}

fn signed_info_means<'a, 'input>(
    signed: Node<'a, 'input>,
    element: Node<'a, 'input>,
    signed_info: Node<'a, 'input>,
    value: Node<'a, 'input>,
    weak: WeakAlgorithms,
) -> Result<SignatureShape<'a, 'input>, VerifyError> {
    let references = tree::children(signed_info, SIGNATURE, "Reference").count();
    if references != 1 {
        return Err(VerifyError::ReferenceCount { found: references });
    }
    let [canonicalization, method, reference] =
        exactly(signed_info, ["CanonicalizationMethod", "SignatureMethod", "Reference"])?;
    let canonicalization = exclusive_c14n(canonicalization)?
        .ok_or_else(|| VerifyError::Canonicalization(tree::attribute(canonicalization, "Algorithm").into()))?;
    let reference = reference_means(reference, signed, weak)?;
    let (key_kind, hash) = signature_method(method, weak)?;
    Ok(SignatureShape { signed, element, signed_info, canonicalization, key_kind, hash, value, reference })
}

fn reference_means<'a, 'input>(
    reference: Node<'a, 'input>,
    signed: Node<'_, '_>,
    weak: WeakAlgorithms,
) -> Result<Reference<'a, 'input>, VerifyError> {
    let uri = tree::attribute(reference, "URI");
    if uri.and_then(|uri| uri.strip_prefix('#')) != tree::attribute(signed, "ID") {
        return Err(VerifyError::ReferenceUri(uri.into()));
    }
    let [transforms, digest, value] = exactly(reference, ["Transforms", "DigestMethod", "DigestValue"])?;
    let canonicalization = only_enveloped_and_exclusive(transforms)?;
    let known = digest_method(digest).filter(|hash| hash.is_let_through(weak));
    let hash = known.ok_or_else(|| VerifyError::DigestAlgorithm(tree::attribute(digest, "Algorithm").into()))?;
    Ok(Reference { canonicalization, hash, value })
}

/// The hash that a `ds:DigestMethod` without parameters names.
pub(super) fn digest_method(method: Node<'_, '_>) -> Option<Hash> {
    let algorithm = tree::attribute(method, "Algorithm").filter(|_| has_no_parameters(method));
    DIGEST_METHODS.iter().find(|(name, _)| Some(*name) == algorithm).map(|(_, hash)| *hash)
}

/// SAML core 5.4.4: the enveloped signature transform, then exclusive canonicalisation, nothing else. A reference by `#ID`
/// selects no comments (XML signature, section 4.4.3.3), so that none are left to keep, whichever form is named.
fn only_enveloped_and_exclusive<'a>(transforms: Node<'a, '_>) -> Result<ExclusiveC14n<'a>, VerifyError> {
    let listed: Vec<_> = tree::elements(transforms).collect();
    let refused = || {
        let algorithms: Vec<_> =
            listed.iter().filter_map(|transform| tree::attribute(*transform, "Algorithm")).collect();
        VerifyError::Transform(algorithms.join(", ").as_str().into())
    };
    let [enveloped, canonical] = listed.as_slice() else { return Err(refused()) };
    let is_transform = |node: &Node<'_, '_>| node.has_tag_name((SIGNATURE, "Transform"));
    let is_enveloped = tree::attribute(*enveloped, "Algorithm") == Some(ENVELOPED) && has_no_parameters(*enveloped);
    if !is_transform(enveloped) || !is_enveloped || !is_transform(canonical) {
        return Err(refused());
    }
    let found = exclusive_c14n(*canonical)?.ok_or_else(refused)?;
    Ok(ExclusiveC14n { comments: false, ..found })
}

/// Exclusive canonicalisation, section 4: at most a list of prefixes that are treated inclusively. `None` for another
/// algorithm.
fn exclusive_c14n<'a>(method: Node<'a, '_>) -> Result<Option<ExclusiveC14n<'a>>, VerifyError> {
    let comments = match tree::attribute(method, "Algorithm") {
        Some(EXCLUSIVE_C14N) => false,
        Some(EXCLUSIVE_C14N_WITH_COMMENTS) => true,
        _ => return Ok(None),
    };
    let parameters: Vec<_> = tree::elements(method).collect();
    let list = match parameters.as_slice() {
        [] => "",
        [list] if list.has_tag_name((EXCLUSIVE_C14N, "InclusiveNamespaces")) => {
            tree::attribute(*list, "PrefixList").unwrap_or_default()
        }
        _ => return Err(other_parameters()),
    };
    let prefixes: Vec<_> = list.split_ascii_whitespace().collect();
    if prefixes.len() > MOST_PREFIXES {
        Err(other_parameters())
    } else {
        Ok(Some(ExclusiveC14n { prefixes, comments }))
    }
}

fn other_parameters() -> VerifyError {
    VerifyError::SignatureStructure("a canonicalisation has parameters other than a short PrefixList")
}

/// The kind of key and the hash, where the method takes no parameters such as `HMACOutputLength`.
fn signature_method(method: Node<'_, '_>, weak: WeakAlgorithms) -> Result<(KeyKind, Hash), VerifyError> {
    let algorithm = tree::attribute(method, "Algorithm");
    match signature_method_of(algorithm, weak) {
        Some(known) if has_no_parameters(method) => Ok((known.key_kind, known.hash)),
        Some(_) => Err(VerifyError::SignatureStructure("SignatureMethod has parameters")),
        None => Err(VerifyError::SignatureAlgorithm(algorithm.into())),
    }
}

/// Parameters are elements; there may be white space between the tags.
fn has_no_parameters(method: Node<'_, '_>) -> bool {
    tree::elements(method).next().is_none()
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
