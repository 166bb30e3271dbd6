//! What a policy would change, in its values and for people, before anybody saves it.

use ::web::Site;
use ::web::client::Client;
use actix_web::{HttpResponse, web};
use administration::policy::words::{self, Setting};
use administration::policy::{Difference, Example, Foresight, difference, foresee};
use askama::Template;
use domain::access::AccessInForce;
use domain::preview::{Differs, Outcome};

use super::Tab;
use super::policy::{NOTHING_CHANGES, OVERTAKEN, Typed, to_mend};
use crate::attempt::attempt;
use crate::error::{ConsoleError, sentence};
use crate::figures::grouped;
use crate::form::Posted;
use crate::page::{Place, Shell, page};
use crate::session::ConsoleSession;

#[derive(Template)]
#[template(path = "access/review.html")]
struct ReviewPage {
    shell: Shell,
    tab: Tab,
    version: i64,
    changes: Vec<Change>,
    people: People,
}

/// A value that changes.
struct Change {
    setting: &'static Setting,
    before: String,
    after: String,
}

impl Change {
    fn shown(value: &str) -> &str {
        if value.is_empty() { "nothing" } else { value }
    }
}

/// What changes for people.
struct People {
    looked_at: String,
    /// So many were looked at, and there are more.
    is_cut_off: bool,
    at_once: String,
    at_next_login: String,
    examples: Vec<Shown>,
}

/// Somebody for whom something would be different.
struct Shown {
    id: String,
    display_name: String,
    user_name: String,
    at_once: Vec<Step>,
    at_next_login: Vec<Step>,
}

/// One thing that would be different: what, before and after.
#[derive(Debug, PartialEq, Eq)]
struct Step {
    what: String,
    before: String,
    after: String,
}

/// Shows the difference; the form on the page saves it.
pub(crate) async fn show(
    session: ConsoleSession,
    site: web::Data<Site>,
    client: Client,
    Posted(fields): Posted<Vec<(String, String)>>,
) -> Result<HttpResponse, ConsoleError> {
    let typed = Typed::new(fields);
    let present = session.workspace();
    let proposed = match typed.read(&present.policy) {
        Ok(proposed) => proposed,
        Err(wrong) => return to_mend(&session, &typed, &wrong, None),
    };
    if typed.version() != Some(present.policy_version) {
        return to_mend(&session, &typed, &[], Some(OVERTAKEN));
    }
    let changes: Vec<Change> = difference(&present.policy, &proposed).into_iter().filter_map(change).collect();
    if changes.is_empty() {
        return to_mend(&session, &typed, &[], Some(NOTHING_CHANGES));
    }
    let foreseen = attempt(&site, &session, &client, move |acting| foresee(acting, &proposed)).await??;
    page(&ReviewPage {
        shell: Shell::new(&session, Place::Access, "Review the policy"),
        tab: Tab::Policy,
        version: present.policy_version,
        changes,
        people: People::of(foreseen),
    })
}

fn change(Difference { key, before, after }: Difference) -> Option<Change> {
    Some(Change { setting: words::find(key)?, before, after })
}

impl People {
    fn of(foreseen: Foresight) -> Self {
        let count = |people: usize| grouped(i64::try_from(people).unwrap_or(i64::MAX));
        Self {
            looked_at: count(foreseen.looked_at),
            is_cut_off: !foreseen.is_all,
            at_once: count(foreseen.at_once),
            at_next_login: count(foreseen.at_next_login),
            examples: foreseen.examples.into_iter().map(example).collect(),
        }
    }
}

fn example(Example { id, display_name, user_name, preview }: Example) -> Shown {
    let told = |differs: &Option<Differs>| differs.as_ref().map(steps).unwrap_or_default();
    let (at_once, at_next_login) = (told(&preview.at_once), told(&preview.at_next_login));
    Shown { id: id.to_string(), display_name, user_name, at_once, at_next_login }
}

fn steps(Differs { before, after }: &Differs) -> Vec<Step> {
    match (before, after) {
        (Outcome::Access(before), Outcome::Access(after)) => between(before, after),
        (before, after) => vec![Step { what: "Login".to_owned(), before: login(before), after: login(after) }],
    }
}

fn login(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Access(_) => "let in".to_owned(),
        Outcome::Refused(refusal) => format!("refused: {}", sentence(&refusal.to_string())),
    }
}

fn between(before: &AccessInForce, after: &AccessInForce) -> Vec<Step> {
    let role = |access: &AccessInForce, environment: &str| {
        let found = access.roles.iter().find(|(name, _)| name.as_str() == environment);
        found.and_then(|(_, role)| role.as_ref()).map_or_else(|| "no role".to_owned(), ToString::to_string)
    };
    let environments = after.roles.iter().map(|(name, _)| name.as_str());
    let mut steps: Vec<Step> = environments
        .map(|name| Step { what: name.to_owned(), before: role(before, name), after: role(after, name) })
        .filter(|step| step.before != step.after)
        .collect();
    if before.groups != after.groups {
        let names = |access: &AccessInForce| {
            let names: Vec<&str> = access.groups.iter().map(|name| name.as_str()).collect();
            if names.is_empty() { "none".to_owned() } else { names.join(", ") }
        };
        steps.push(Step { what: "Groups".to_owned(), before: names(before), after: names(after) });
    }
    steps
}
