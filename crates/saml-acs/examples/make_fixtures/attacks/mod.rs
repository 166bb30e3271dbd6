//! Responses that must be refused: a table for each kind of attack, with a sentence for each attack.

mod addresses;
mod algorithms;
mod claims;
mod declarations;
mod decryption;
mod demands;
mod encodings;
mod encryption;
mod envelope;
mod hiding;
mod ids;
mod instants;
mod malformed;
mod message;
mod plaintexts;
mod references;
mod signatures;
mod statements;
mod structures;
mod values;
mod wrapping;

use crate::encrypt::{Encryption, replaced};
use crate::good::OKTA;
use crate::replace_once;
use crate::sign::{Result, Signing, reseal, sign_assertion, sign_response};

/// A response that differs from Okta's in one way.
pub(crate) struct Attack {
    /// What refuses it: the folder's name.
    pub(crate) check: &'static str,
    pub(crate) name: String,
    pub(crate) why: String,
    before_signing: Vec<(String, String)>,
    response: Option<Signing>,
    assertion: Option<Signing>,
    encryption: Option<Encryption>,
    /// What is encrypted: the signed assertion, changed.
    content: Content,
    after_signing: Vec<Change>,
    encode: fn(String) -> Vec<u8>,
}

type Change = Box<dyn Fn(&str) -> Result<String>>;
type Content = Box<dyn Fn(&str) -> Result<Vec<u8>>>;

pub(crate) fn all() -> Vec<Attack> {
    let kinds = [
        encodings::all(),
        encryption::all(),
        decryption::all(),
        plaintexts::all(),
        declarations::all(),
        malformed::all(),
        ids::all(),
        message::all(),
        wrapping::all(),
        hiding::all(),
        signatures::all(),
        structures::all(),
        values::all(),
        references::all(),
        algorithms::all(),
        envelope::all(),
        addresses::all(),
        instants::all(),
        claims::all(),
        statements::all(),
        demands::all(),
    ];
    kinds.into_iter().flatten().collect()
}

impl Attack {
    /// On a response that is signed at both levels.
    fn new(check: &'static str, name: impl Into<String>, why: impl Into<String>) -> Self {
        let (response, assertion) = (Some(Signing::okta()), Some(Signing::okta()));
        let (name, why) = (name.into(), why.into());
        Self {
            check,
            name,
            why,
            before_signing: Vec::new(),
            response,
            assertion,
            encryption: None,
            content: Box::new(|assertion| Ok(assertion.as_bytes().to_vec())),
            after_signing: Vec::new(),
            encode: String::into_bytes,
        }
    }

    fn only_response(self) -> Self {
        Self { assertion: None, ..self }
    }

    fn only_assertion(self) -> Self {
        Self { response: None, ..self }
    }

    fn unsigned(self) -> Self {
        Self { response: None, assertion: None, ..self }
    }

    /// Only the assertion is signed, and this way.
    fn signing(self, signing: Signing) -> Self {
        Self { response: None, assertion: Some(signing), ..self }
    }

    /// Said by the identity provider itself: changed, then signed.
    fn said(mut self, old: impl Into<String>, new: impl Into<String>) -> Self {
        self.before_signing.push((old.into(), new.into()));
        self
    }

    /// Changed by somebody without the key, after it was signed.
    fn tampered(self, old: &'static str, new: &'static str) -> Self {
        self.then(move |xml| replace_once(xml, old, new))
    }

    fn then(mut self, change: impl Fn(&str) -> Result<String> + 'static) -> Self {
        self.after_signing.push(Box::new(change));
        self
    }

    /// Changed in the assertion's signature, whose value is then made anew: only the shape is wrong.
    fn resealed(self, old: impl Into<String>, new: impl Into<String>) -> Self {
        let (old, new) = (old.into(), new.into());
        self.only_assertion().then(move |xml| reseal(&replace_once(xml, &old, &new)?, "rsa"))
    }

    /// The signed assertion is encrypted for us, as anybody can: the key is public.
    fn encrypted(self, encryption: Encryption) -> Self {
        Self { encryption: Some(encryption), ..self }
    }

    /// What is encrypted in place of the signed assertion.
    fn content(self, content: impl Fn(&str) -> Result<Vec<u8>> + 'static) -> Self {
        Self { content: Box::new(content), ..self }
    }

    fn encoded(self, encode: fn(String) -> Vec<u8>) -> Self {
        Self { encode, ..self }
    }

    /// The whole message.
    pub(crate) fn bytes(&self) -> Result<Vec<u8>> {
        let template = OKTA.0.trim_end().to_owned();
        let said = self.before_signing.iter().try_fold(template, |xml, (old, new)| replace_once(&xml, old, new))?;
        let inside = sign_assertion(&said, self.assertion.as_ref())?;
        let sealed = match &self.encryption {
            Some(encryption) => replaced(&inside, |assertion| encryption.seal(&(self.content)(assertion)?))?,
            None => inside,
        };
        let signed = sign_response(&sealed, self.response.as_ref())?;
        let sent = self.after_signing.iter().try_fold(signed, |xml, change| change(&xml))?;
        Ok((self.encode)(sent))
    }
}

/// The part of the text from the first `start` to the last `end` behind it, both included.
fn part<'a>(xml: &'a str, start: &str, end: &str) -> Result<&'a str> {
    let from = xml.find(start).ok_or_else(|| format!("no {start}"))?;
    let to = xml.rfind(end).ok_or_else(|| format!("no {end}"))? + end.len();
    xml.get(from..to).ok_or_else(|| format!("{end} comes before {start}").into())
}

fn assertion(xml: &str) -> Result<&str> {
    part(xml, "<saml2:Assertion", "</saml2:Assertion>")
}

fn signature(xml: &str) -> Result<&str> {
    part(xml, "<ds:Signature ", "</ds:Signature>")
}
