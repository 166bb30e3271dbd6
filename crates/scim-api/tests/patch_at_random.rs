//! Random sequences of PATCH requests against a naive reference model: a handful of texts and a list of e-mails.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests only")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use scim_api::patch::{PatchRequest, apply};
use scim_api::schema::Registry;
use serde_json::{Map, Value, json};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_sequence_of_requests_does_what_a_naive_model_does(requests in prop::collection::vec(some_request(), 1..8)) {
        let registry = Registry::default();
        let mut model = Model::default();
        let mut document = model.document();
        for operations in requests {
            let body = json!({ "Operations": operations.iter().map(Operation::to_json).collect::<Vec<_>>() });
            let request = PatchRequest::parse(&body).unwrap();
            match (apply(&document, &request, registry.user()), model.after(&operations)) {
                (Ok(patched), Ok(after)) => (document, model) = (patched.document, after),
                // All or nothing: what was there is there still.
                (Err(error), Err(refusal)) => prop_assert_eq!(error.scim_type(), Some(refusal), "{} {}", error, body),
                (outcome, expected) => prop_assert!(false, "{outcome:?} rather than {expected:?}: {body}"),
            }
            prop_assert_eq!(&document, &model.document(), "{}", body);
        }
    }
}

/// A text attribute by its path.
const TEXTS: [&str; 6] = ["displayName", "title", "name.givenName", "name.familyName", DEPARTMENT, MANAGER];
const DEPARTMENT: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
const MANAGER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value";
const TYPES: [&str; 3] = ["work", "home", "other"];

#[derive(Debug, Clone)]
enum Operation {
    /// `add` and `replace` are the same for a single value, with a path and without.
    SetText {
        op: &'static str,
        path: &'static str,
        value: String,
        form: Form,
    },
    RemoveText(&'static str),
    AddEmails(Vec<Email>),
    ReplaceEmails(Vec<Email>),
    RemoveEmails,
    RemoveEmailsOf(&'static str),
    /// Entra's way to give somebody an address.
    SetAddress {
        op: &'static str,
        kind: &'static str,
        value: String,
    },
    /// `emails[type eq "work"].display`
    RemoveDisplay(&'static str),
    /// The value with this address becomes the primary one.
    Prefer(String),
}

#[derive(Debug, Clone, Copy)]
enum Form {
    /// The path is in `path`.
    Path,
    /// The path is a key of the value.
    Key,
    /// The value is nested as the resource is.
    Nested,
}

#[derive(Debug, Clone, PartialEq)]
struct Email {
    value: Option<String>,
    kind: &'static str,
    display: Option<String>,
    primary: Option<bool>,
}

#[derive(Debug, Clone, Default)]
struct Model {
    texts: BTreeMap<&'static str, String>,
    emails: Vec<Email>,
}

impl Operation {
    fn to_json(&self) -> Value {
        let of_kind = |kind: &str, sub: &str| format!("emails[type eq \"{kind}\"]{sub}");
        match self {
            Self::SetText { op, path, value, form: Form::Path } => json!({ "op": op, "path": path, "value": value }),
            Self::SetText { op, path, value, form: Form::Key } => json!({ "op": op, "value": { *path: value } }),
            Self::SetText { op, path, value, form: Form::Nested } => {
                let mut nested = Map::new();
                put(&mut nested, path, value);
                json!({ "op": op, "value": nested })
            }
            Self::RemoveText(path) => json!({ "op": "remove", "path": path }),
            Self::AddEmails(emails) => json!({ "op": "add", "path": "emails", "value": listed(emails) }),
            Self::ReplaceEmails(emails) => json!({ "op": "replace", "path": "emails", "value": listed(emails) }),
            Self::RemoveEmails => json!({ "op": "Remove", "path": "emails" }),
            Self::RemoveEmailsOf(kind) => json!({ "op": "remove", "path": of_kind(kind, "") }),
            Self::SetAddress { op, kind, value } => {
                json!({ "op": op, "path": of_kind(kind, ".value"), "value": value })
            }
            Self::RemoveDisplay(kind) => json!({ "op": "remove", "path": of_kind(kind, ".display") }),
            Self::Prefer(value) => {
                json!({ "op": "replace", "path": format!("emails[value eq \"{value}\"].primary"), "value": true })
            }
        }
    }
}

impl Model {
    /// After all of the operations, or why one of them is refused.
    fn after(&self, operations: &[Operation]) -> Result<Self, &'static str> {
        let mut after = self.clone();
        for operation in operations {
            after.perform(operation)?;
        }
        after.keep_distinct();
        Ok(after)
    }

    fn perform(&mut self, operation: &Operation) -> Result<(), &'static str> {
        match operation {
            Operation::SetText { path, value, .. } => drop(self.texts.insert(path, value.clone())),
            Operation::RemoveText(path) => drop(self.texts.remove(path)),
            Operation::AddEmails(emails) => self.add(emails),
            Operation::ReplaceEmails(emails) => self.emails.clone_from(emails),
            Operation::RemoveEmails => self.emails.clear(),
            Operation::RemoveEmailsOf(kind) => {
                self.count(|email| email.kind == *kind)?;
                self.emails.retain(|email| email.kind != *kind);
            }
            Operation::SetAddress { kind, value, .. } => {
                if !self.emails.iter().any(|email| email.kind == *kind) {
                    self.emails.push(Email { value: None, kind, display: None, primary: None });
                }
                let of_kind = self.emails.iter_mut().filter(|email| email.kind == *kind);
                of_kind.for_each(|email| email.value = Some(value.clone()));
            }
            Operation::RemoveDisplay(kind) => {
                self.count(|email| email.kind == *kind)?;
                let of_kind = self.emails.iter_mut().filter(|email| email.kind == *kind);
                of_kind.for_each(|email| email.display = None);
            }
            Operation::Prefer(value) => {
                if self.count(|email| email.value.as_ref() == Some(value))? > 1 {
                    return Err("invalidValue");
                }
                let chosen = self.emails.iter().position(|email| email.value.as_ref() == Some(value));
                self.prefer(chosen.unwrap());
            }
        }
        Ok(())
    }

    /// How many there are such, if any.
    fn count(&self, is_such: impl Fn(&Email) -> bool) -> Result<usize, &'static str> {
        Some(self.emails.iter().filter(|email| is_such(email)).count()).filter(|count| *count > 0).ok_or("noTarget")
    }

    fn add(&mut self, emails: &[Email]) {
        let mut preferred = None;
        for new in emails {
            let same = |email: &Email| email.value == new.value && email.kind == new.kind;
            let says = |email: &Email| {
                new.display.is_none_or_same(&email.display) && new.primary.is_none_or_same(&email.primary)
            };
            if self.emails.iter().any(|email| same(email) && says(email)) {
                continue;
            }
            let at = self.emails.iter().position(same).unwrap_or_else(|| {
                self.emails.push(Email { display: None, primary: None, ..new.clone() });
                self.emails.len() - 1
            });
            let email = &mut self.emails[at];
            email.display = new.display.clone().or(email.display.take());
            email.primary = new.primary.or(email.primary);
            if new.primary == Some(true) {
                preferred = Some(preferred.unwrap_or(at).max(at));
            }
        }
        if let Some(at) = preferred {
            self.prefer(at);
        }
    }

    fn prefer(&mut self, chosen: usize) {
        let primary = self.emails.iter_mut().filter(|email| email.primary == Some(true));
        primary.for_each(|email| email.primary = Some(false));
        self.emails[chosen].primary = Some(true);
    }

    fn keep_distinct(&mut self) {
        let mut distinct: Vec<Email> = Vec::new();
        for email in std::mem::take(&mut self.emails) {
            if !distinct.contains(&email) {
                distinct.push(email);
            }
        }
        self.emails = distinct;
    }

    fn document(&self) -> Map<String, Value> {
        let mut document = Map::from_iter([("userName".to_owned(), json!("ann"))]);
        for (path, value) in &self.texts {
            put(&mut document, path, value);
        }
        if !self.emails.is_empty() {
            document.insert("emails".to_owned(), listed(&self.emails));
        }
        document
    }
}

trait Says {
    fn is_none_or_same(&self, other: &Self) -> bool;
}

impl<T: PartialEq> Says for Option<T> {
    fn is_none_or_same(&self, other: &Self) -> bool {
        self.is_none() || self == other
    }
}

/// Puts a text where its path says.
fn put(document: &mut Map<String, Value>, path: &str, value: &str) {
    if let Some(rest) = path.strip_prefix(ENTERPRISE).and_then(|rest| rest.strip_prefix(':')) {
        let extension = document.entry(ENTERPRISE).or_insert_with(|| json!({}));
        return put(extension.as_object_mut().unwrap(), rest, value);
    }
    match path.split_once('.') {
        Some((name, sub)) => {
            let whole = document.entry(name).or_insert_with(|| json!({}));
            whole.as_object_mut().unwrap().insert(sub.to_owned(), json!(value));
        }
        None => drop(document.insert(path.to_owned(), json!(value))),
    }
}

fn listed(emails: &[Email]) -> Value {
    let shown = |email: &Email| {
        let mut shown = json!({ "type": email.kind });
        let texts = [("value", &email.value), ("display", &email.display)];
        texts
            .iter()
            .filter_map(|(name, text)| Some((*name, text.as_ref()?)))
            .for_each(|(name, text)| shown[name] = json!(text));
        email.primary.iter().for_each(|primary| shown["primary"] = json!(primary));
        shown
    };
    emails.iter().map(shown).collect()
}

fn some_request() -> impl Strategy<Value = Vec<Operation>> {
    prop::collection::vec(some_operation(), 1..5)
}

fn some_operation() -> impl Strategy<Value = Operation> {
    let op = || prop::sample::select(vec!["add", "replace", "Add", "Replace"]);
    let kind = || prop::sample::select(TYPES.to_vec());
    let path = || prop::sample::select(TEXTS.to_vec());
    let form = prop::sample::select(vec![Form::Path, Form::Key, Form::Nested]);
    prop_oneof![
        4 => (op(), path(), "[a-c]{1,2}", form)
            .prop_map(|(op, path, value, form)| Operation::SetText { op, path, value, form }),
        2 => path().prop_map(Operation::RemoveText),
        3 => some_list().prop_map(Operation::AddEmails),
        1 => some_list().prop_map(Operation::ReplaceEmails),
        1 => Just(Operation::RemoveEmails),
        1 => kind().prop_map(Operation::RemoveEmailsOf),
        2 => (op(), kind(), some_address()).prop_map(|(op, kind, value)| Operation::SetAddress { op, kind, value }),
        1 => kind().prop_map(Operation::RemoveDisplay),
        1 => some_address().prop_map(Operation::Prefer),
    ]
}

/// Few, so that they meet.
fn some_address() -> impl Strategy<Value = String> {
    "[ab]@acme\\.test"
}

fn some_email() -> impl Strategy<Value = Email> {
    let kind = prop::sample::select(TYPES.to_vec());
    let display = prop::option::of("[AB]");
    (some_address(), kind, display, any::<Option<bool>>()).prop_map(|(value, kind, display, primary)| Email {
        value: Some(value),
        kind,
        display,
        primary,
    })
}

/// Different ones, of which at most one is primary.
fn some_list() -> impl Strategy<Value = Vec<Email>> {
    prop::collection::vec(some_email(), 1..4).prop_map(|emails| {
        let mut list: Vec<Email> = Vec::new();
        for email in emails {
            let is_second = |other: &Email| other.primary == Some(true) && email.primary == Some(true);
            let is_same = |other: &Email| (&other.value, other.kind) == (&email.value, email.kind);
            if !list.iter().any(|other| is_second(other) || is_same(other)) {
                list.push(email);
            }
        }
        list
    })
}
