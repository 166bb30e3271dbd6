use crate::error::VerifyError;
use crate::tree::{self, ASSERTION};
use crate::xml_guard::{self, Limits, MessageText};

/// What a message says of itself before any of it is proven: enough to choose whose keys have to prove it.
pub(crate) struct Claim {
    /// Who issued it.
    pub(crate) issuer: Option<String>,
    /// The request that it answers.
    pub(crate) in_response_to: Option<String>,
}

impl Claim {
    /// Reads it, behind the same limits as everything else. The envelope may have no issuer where the assertion is signed.
    pub(crate) fn of(xml: &[u8], limits: &Limits) -> Result<Self, VerifyError> {
        let text = MessageText::decode(xml, limits)?;
        let document = xml_guard::parse(&text, limits)?;
        let response = document.root_element();
        let first = |parent, name| tree::children(parent, ASSERTION, name).next();
        let inside = || first(response, "Assertion").and_then(|assertion| first(assertion, "Issuer"));
        let issuer = first(response, "Issuer").or_else(inside);
        Ok(Self {
            issuer: issuer.and_then(tree::text),
            in_response_to: tree::attribute(response, "InResponseTo").map(str::to_owned),
        })
    }
}
