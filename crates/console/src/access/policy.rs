//! The policy, with what each choice does in words. Nothing is saved that was not reviewed.

use ::web::Site;
use ::web::client::Client;
use actix_web::{HttpResponse, web};
use administration::policy::words::{SECTIONS, Setting};
use administration::{AdministrationError, policy};
use askama::Template;
use domain::policy::{Policy, PolicyError};

use super::Tab;
use crate::attempt::{attempt, settled};
use crate::error::{ConsoleError, sentence};
use crate::form::Posted;
use crate::page::{Notice, Place, Shell, page, page_to_mend, tell};
use crate::session::ConsoleSession;

const HERE: &str = "/access/policy";

#[derive(Template)]
#[template(path = "access/policy.html")]
struct EditorPage {
    shell: Shell,
    tab: Tab,
    sections: Vec<Section>,
    version: i64,
    /// What is to be known before going on.
    notice: Option<&'static str>,
    is_wrong: bool,
}

/// Keys that belong together.
struct Section {
    title: &'static str,
    fields: Vec<Field>,
}

/// A key with what is typed for it.
struct Field {
    setting: &'static Setting,
    value: String,
    present: String,
    why: Option<String>,
}

impl Field {
    fn is_changed(&self) -> bool {
        self.value != self.present
    }

    /// Its element's name: keys have dots.
    fn id(&self) -> String {
        self.setting.key.replace('.', "-")
    }
}

/// What is typed: a value for some of the keys, and the version of the policy that was looked at.
pub(super) struct Typed(Vec<(String, String)>);

impl Typed {
    pub(super) fn new(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim())
    }

    /// The version that was looked at.
    pub(super) fn version(&self) -> Option<i64> {
        self.get("version")?.parse().ok()
    }

    /// The policy with what is typed, or each key whose value it does not take, and why.
    pub(super) fn read(&self, present: &Policy) -> Result<Policy, Vec<(&'static str, String)>> {
        let (mut policy, mut wrong) = (present.clone(), Vec::new());
        for (key, _) in Policy::KEYS {
            match self.get(key).map(|value| policy.set(key, value)) {
                Some(Err(PolicyError::Value { expected, .. })) => wrong.push((*key, sentence(&expected))),
                Some(Err(error @ PolicyError::UnknownKey(..))) => wrong.push((*key, sentence(&error.to_string()))),
                Some(Ok(())) | None => {}
            }
        }
        if wrong.is_empty() { Ok(policy) } else { Err(wrong) }
    }
}

type Fields = Posted<Vec<(String, String)>>;

/// What there is to be said above the editor.
pub(super) const OVERTAKEN: &str = "Another administrator has changed the policy in between, and nothing was saved. Here is what you \
                                    typed; what differs from the policy as it is now is marked. Review it once more.";
pub(super) const NOTHING_CHANGES: &str = "Every value is as it was: there is nothing to save.";

/// The policy as it is, to be changed.
pub(crate) async fn show(session: ConsoleSession) -> Result<HttpResponse, ConsoleError> {
    page(&editor(&session, &Typed(Vec::new()), &[], None))
}

/// The editor once more, with what was typed.
pub(crate) async fn edit(session: ConsoleSession, Posted(fields): Fields) -> Result<HttpResponse, ConsoleError> {
    page(&editor(&session, &Typed(fields), &[], None))
}

/// Saves what was reviewed, unless the policy has changed since.
pub(crate) async fn save(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    Posted(fields): Fields,
) -> Result<HttpResponse, ConsoleError> {
    let typed = Typed(fields);
    let reviewed = typed.version().unwrap_or_default();
    let after = match typed.read(&session.workspace().policy) {
        Ok(after) => after,
        Err(wrong) => return to_mend(&session, &typed, &wrong, None),
    };
    let saved = attempt(&site, &session, &client, move |acting| match policy::replace(acting, after, reviewed) {
        Err(AdministrationError::PolicyOvertaken) => Ok(None),
        done => done.and_then(|()| acting.begin_to_settle()).map(Some),
    });
    match saved.await?? {
        Some(settling) => {
            let notice = Notice::done(format!("The policy is saved and in force.{}", settled(settling)));
            tell(&site, &session, HERE, notice).await
        }
        None => to_mend(&session, &typed, &[], Some(OVERTAKEN)),
    }
}

/// The editor with what was typed and what is to be done about it.
pub(super) fn to_mend(
    session: &ConsoleSession,
    typed: &Typed,
    wrong: &[(&'static str, String)],
    notice: Option<&'static str>,
) -> Result<HttpResponse, ConsoleError> {
    page_to_mend(&editor(session, typed, wrong, notice))
}

fn editor(
    session: &ConsoleSession,
    typed: &Typed,
    wrong: &[(&'static str, String)],
    notice: Option<&'static str>,
) -> EditorPage {
    let present = session.workspace().policy.entries();
    let field = |setting: &'static Setting| {
        let value = |(key, value): &(&'static str, String)| (*key == setting.key).then(|| value.clone());
        let present = present.iter().find_map(value).unwrap_or_default();
        let typed = typed.get(setting.key).map(str::to_owned);
        Field { setting, value: typed.unwrap_or_else(|| present.clone()), present, why: wrong.iter().find_map(value) }
    };
    let section = |section: &administration::policy::words::Section| Section {
        title: section.title,
        fields: section.settings.iter().map(field).collect(),
    };
    EditorPage {
        shell: Shell::new(session, Place::Access, "Policy"),
        tab: Tab::Policy,
        sections: SECTIONS.iter().map(section).collect(),
        version: session.workspace().policy_version,
        notice,
        is_wrong: !wrong.is_empty(),
    }
}
