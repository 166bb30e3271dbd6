//! Somebody at the console, without a browser's window: pages are fetched, and forms sent as a page would send them.

use ::web::password;
use ::web::second_factor::{SecondFactor, from_typed};
use chrono::Duration;
use domain::clock::Clock;
use secrecy::ExposeSecret;

use crate::common::answer::Answer;
use crate::common::browser::Browser;
use crate::common::provider::role;
use crate::gate::Gate;

/// The owner's password in these stories.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A visitor with cookies of their own.
#[derive(Clone)]
pub(crate) struct Visit {
    pub(crate) browser: Browser,
    pub(crate) origin: String,
    pub(crate) handle: String,
}

impl Visit {
    /// Somebody who is not signed in, at acme's console.
    pub(crate) fn stranger(gate: &Gate) -> Self {
        Self::stranger_at(gate, "acme")
    }

    pub(crate) fn stranger_at(gate: &Gate, handle: &str) -> Self {
        let browser = Browser::new(&gate.base_url);
        Self { browser, origin: gate.base_url.clone(), handle: handle.to_owned() }
    }

    /// A collaborator who is Environment admin in dev, signed in through the identity provider.
    pub(crate) fn administrator(gate: &Gate, name: &str) -> Self {
        let mut visit = Self::collaborator(gate, name, "Environment admin");
        visit.browser.get("/console/acme/enter").expect(303);
        visit.get("").expect(200);
        visit
    }

    /// Somebody with a session of the application and this role in dev, who is not signed in to the console.
    pub(crate) fn collaborator(gate: &Gate, name: &str, dev: &str) -> Self {
        if gate.find_person(name).is_none() {
            gate.acme.scim().provision(name);
        }
        let mut visit = Self::stranger(gate);
        gate.acme.sign_in_with(&mut visit.browser, name, vec![role(dev)]).expect(303);
        visit
    }

    /// Acme's owner, with a second factor.
    pub(crate) fn owner(gate: &Gate) -> Self {
        Self::owner_of(gate, "acme")
    }

    pub(crate) fn owner_of(gate: &Gate, handle: &str) -> Self {
        set_password(gate, handle);
        let mut visit = Self::stranger_at(gate, handle);
        visit.sign_in(&format!("owner@{handle}.test"), PASSWORD, "").expect(303);
        let page = visit.get("/account").expect(200);
        let key = hidden(&page, "secret");
        // A code counts once: each visit sets up the factor anew, at another step.
        gate.advance(Duration::seconds(30));
        visit.post("/account/second-factor", &[("secret", &key), ("code", &code(gate, &key))]).expect(303);
        visit
    }

    /// Fetches a page of the workspace's console.
    pub(crate) fn get(&mut self, below: &str) -> Answer {
        self.browser.get(&format!("/console/{}{below}", self.handle))
    }

    /// Sends a form as a page of the console does, with the token that it carries.
    #[track_caller]
    pub(crate) fn post(&mut self, below: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token();
        self.post_with(below, &[fields, &[("csrf", token.as_str())]].concat())
    }

    /// Sends a form from our origin, with these fields and no other.
    pub(crate) fn post_with(&mut self, below: &str, fields: &[(&str, &str)]) -> Answer {
        let path = format!("/console/{}{below}", self.handle);
        self.browser.post_form_from(&self.origin, &path, fields)
    }

    /// The token of this visitor's forms.
    #[track_caller]
    pub(crate) fn token(&mut self) -> String {
        let mut page = self.get("/sign-in");
        if page.status != 200 {
            page = self.get("/sessions");
        }
        hidden(&page, "csrf")
    }

    /// Signs in as an owner, from the page that is there for it.
    pub(crate) fn sign_in(&mut self, email: &str, password: &str, code: &str) -> Answer {
        self.post("/sign-in", &[("email", email), ("password", password), ("code", code)])
    }

    /// Follows a redirect within the console.
    #[track_caller]
    pub(crate) fn follow(&mut self, answer: &Answer) -> Answer {
        assert_eq!(answer.status, 303, "{answer:?}");
        self.browser.get(answer.location())
    }
}

/// Gives the owner a password that is known here, and takes the second factor away.
pub(crate) fn set_password(gate: &Gate, handle: &str) {
    let workspace = domain::workspace::WorkspaceHandle::new(handle).unwrap();
    let workspace = gate.store.find_workspace(&workspace).unwrap().unwrap().id;
    let entry = |kind| domain::audit::AuditEntry { workspace, ..gate.entry(kind) };
    let hash = password::hash(&PASSWORD.into()).unwrap();
    let kind = domain::audit::EventKind::OwnerPasswordReset;
    gate.store.set_owner_password(workspace, hash, entry(kind)).unwrap();
    let kind = domain::audit::EventKind::OwnerSecondFactorChanged;
    gate.store.set_owner_second_factor(workspace, None, entry(kind)).unwrap();
}

/// The value of a hidden field of a page.
#[track_caller]
pub(crate) fn hidden(page: &Answer, name: &str) -> String {
    let fields = page.form_fields();
    let found = fields.into_iter().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("no field {name}: {page:?}")).1
}

/// The code of a key at the gateway's time.
pub(crate) fn code(gate: &Gate, key: &str) -> String {
    let factor = SecondFactor::new(&from_typed(key).unwrap(), "any", "any").unwrap();
    factor.code_at(gate.clock.now().timestamp()).expose_secret().to_owned()
}
