//! Responses that must be let in: as identity providers really write them, and odd ones that are legal all the same.

macro_rules! shape {
    ($name:literal) => {
        (include_str!(concat!("shapes/", $name, ".xml")), include_str!(concat!("shapes/", $name, ".json")))
    };
}

mod demands;
mod encrypted;
mod keys;
mod lexical;
mod names;
mod namespaces;
mod providers;
mod sha1;
mod signatures;
mod structure;
mod times;
mod values;

use serde_json::Value;

use crate::encrypt::{Encryption, replaced};
use crate::replace_once;
use crate::sign::{Result, Signing, sign_assertion, sign_response};

/// A response, and what must be read from it.
pub(crate) struct Good {
    pub(crate) source: &'static str,
    pub(crate) name: &'static str,
    pub(crate) why: &'static str,
    shape: Shape,
    changes: Vec<Change>,
    response: Option<Signing>,
    assertion: Option<Signing>,
    encryption: Option<Encryption>,
    /// What is encrypted: the signed assertion, changed.
    content: fn(&str) -> Vec<u8>,
    sayings: Vec<(&'static str, Value)>,
    encode: fn(String) -> Vec<u8>,
}

/// A change of the template, before it is signed.
type Change = Box<dyn Fn(&str) -> Result<String>>;

/// A template, and what it says.
type Shape = (&'static str, &'static str);

pub(crate) const OKTA: Shape = shape!("okta");

impl Good {
    /// Response and assertion signed in the same way.
    fn new(source: &'static str, name: &'static str, shape: Shape, signing: Signing, why: &'static str) -> Self {
        let (response, assertion) = (Some(signing.clone()), Some(signing));
        let (encryption, content, encode) = (None, |xml: &str| xml.as_bytes().to_vec(), String::into_bytes);
        let (changes, sayings) = (Vec::new(), Vec::new());
        Self { source, name, why, shape, changes, response, assertion, encryption, content, sayings, encode }
    }

    /// Okta's, but for what is changed.
    fn okta(source: &'static str, name: &'static str, why: &'static str) -> Self {
        Self::new(source, name, OKTA, Signing::okta(), why)
    }

    fn only_response(self) -> Self {
        Self { assertion: None, ..self }
    }

    fn only_assertion(self) -> Self {
        Self { response: None, ..self }
    }

    /// Whatever is signed is signed in this way.
    fn signed_by(self, signing: Signing) -> Self {
        let (response, assertion) = (self.response.map(|_| signing.clone()), self.assertion.map(|_| signing));
        Self { response, assertion, ..self }
    }

    /// The signed assertion is encrypted, then the response is signed.
    fn encrypted(self, encryption: Encryption) -> Self {
        Self { encryption: Some(encryption), ..self }
    }

    fn with_content(self, content: fn(&str) -> Vec<u8>) -> Self {
        Self { content, ..self }
    }

    fn changed(self, old: &'static str, new: impl Into<String>) -> Self {
        let new = new.into();
        self.rewritten(move |xml| replace_once(xml, old, &new))
    }

    /// Changed wherever it occurs.
    fn everywhere(self, old: &'static str, new: &'static str) -> Self {
        self.rewritten(move |xml| Ok(xml.replace(old, new)))
    }

    fn rewritten(mut self, rewrite: impl Fn(&str) -> Result<String> + 'static) -> Self {
        self.changes.push(Box::new(rewrite));
        self
    }

    /// What is read differs from the shape's in the value at this JSON pointer.
    fn says(mut self, pointer: &'static str, value: Value) -> Self {
        self.sayings.push((pointer, value));
        self
    }

    /// Sent in another encoding than UTF-8.
    fn encoded(self, encode: fn(String) -> Vec<u8>) -> Self {
        Self { encode, ..self }
    }

    /// The signed response.
    pub(crate) fn bytes(&self) -> Result<Vec<u8>> {
        let template = self.shape.0.trim_end().to_owned();
        let changed = self.changes.iter().try_fold(template, |xml, change| change(&xml))?;
        let signed = sign_assertion(&changed, self.assertion.as_ref())?;
        let sealed = match &self.encryption {
            Some(encryption) => replaced(&signed, |assertion| encryption.seal(&(self.content)(assertion)))?,
            None => signed,
        };
        Ok((self.encode)(sign_response(&sealed, self.response.as_ref())?))
    }

    /// What must be read from it, as JSON.
    pub(crate) fn expected(&self) -> Result<Vec<u8>> {
        let mut expected: Value = serde_json::from_str(self.shape.1)?;
        for (pointer, value) in &self.sayings {
            *expected.pointer_mut(pointer).ok_or("no such pointer")? = value.clone();
        }
        Ok((serde_json::to_string_pretty(&expected)? + "\n").into_bytes())
    }
}

pub(crate) fn all() -> Vec<Good> {
    let kinds = [
        providers::all(),
        keys::all(),
        sha1::all(),
        signatures::all(),
        lexical::all(),
        namespaces::all(),
        times::all(),
        structure::all(),
        names::all(),
        values::all(),
        demands::all(),
        encrypted::all(),
    ];
    kinds.into_iter().flatten().collect()
}
