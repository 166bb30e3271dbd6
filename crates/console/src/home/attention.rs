//! What needs somebody's attention, and where it is mended: sentences over how the workspace stands.

use chrono::{Duration, SecondsFormat};
use domain::audit::EventKind;
use domain::clock::Timestamp;
use store::{Count, ScimToken};

use super::standing::{MAIL_DAYS, MOST_REFUSALS, Provider, Standing, a_day_before};
use crate::audit;
use crate::figures::grouped;
use crate::page::shown;

/// So many days before something ends it is told.
const SOON: i64 = 30;
/// A provider that provisions calls more often than this.
const QUIET: Duration = Duration::days(14);
/// A token that is set up at a provider is tried out sooner than this.
const UNTRIED: Duration = Duration::days(1);
/// Mail that is taken is not kept waiting longer.
const MAIL_WITHIN: Duration = Duration::minutes(15);

/// How much it matters; the first is the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// Something does not work.
    Trouble,
    /// Something will not work before long, or not as it should.
    Warning,
    /// Something to know.
    Note,
}

impl Weight {
    /// The word that it is shown by.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Trouble => "Trouble",
            Self::Warning => "Warning",
            Self::Note => "Note",
        }
    }

    /// The class that gives the word its ground.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Trouble => "bad",
            Self::Warning => "warn",
            Self::Note => "",
        }
    }
}

/// Something that needs attention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) weight: Weight,
    pub(super) sentence: String,
    /// Below which address of the workspace's console it is mended.
    pub(super) place: String,
    /// What is done there.
    pub(super) remedy: &'static str,
}

fn finding(weight: Weight, sentence: String, place: &str, remedy: &'static str) -> Finding {
    Finding { weight, sentence, place: place.to_owned(), remedy }
}

/// All of it, the worst first.
pub(super) fn attention(standing: &Standing) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    found.extend(log(standing));
    found.extend(without_provider(standing));
    found.extend(standing.providers.iter().flat_map(provider));
    found.extend(own_keys(standing));
    found.extend(scim(standing));
    found.extend(mail(standing));
    found.extend(administrators(standing));
    found.extend(refusals(standing));
    found.extend(people(standing));
    // Those of one weight stay in this order.
    found.sort_by_key(|one| one.weight);
    found
}

fn log(standing: &Standing) -> Option<Finding> {
    let trouble = audit::trouble(&standing.chain, standing.now)?;
    Some(finding(Weight::Trouble, trouble, "/audit", "Look into it"))
}

fn without_provider(standing: &Standing) -> Option<Finding> {
    let sentence = || "No identity provider is connected: nobody but the owner can sign in.".to_owned();
    let missing = standing.providers.is_empty();
    missing.then(|| finding(Weight::Trouble, sentence(), "/connections", "Connect one"))
}

fn provider(provider: &Provider) -> Vec<Finding> {
    let (name, place) = (&provider.name, format!("/connections/idp/{}", provider.name));
    let certificate = match provider.days_left {
        None => Some((Weight::Trouble, format!("The metadata of {name} can’t be used: nobody signs in through it."))),
        Some(..0) => Some((
            Weight::Warning,
            format!("Every certificate of {name} has ended. Its logins may be refused any day."),
        )),
        Some(days @ ..SOON) => {
            Some((Weight::Warning, format!("The last certificate of {name} ends in {}.", days_of(days))))
        }
        Some(_) => None,
    };
    let refresh = provider.trouble.as_ref().map(|trouble| {
        (
            Weight::Warning,
            format!("The metadata of {name} can’t be refreshed: {trouble}. The last good ones are in force."),
        )
    });
    let trial = provider.trial_ends.map(|end| {
        let end = shown(&end);
        let words =
            format!("A change of {name} is on trial: at {end} it is put back, unless an administrator signs in first.");
        (Weight::Warning, words)
    });
    let all = trial.into_iter().chain(certificate).chain(refresh);
    all.map(|(weight, sentence)| finding(weight, sentence, &place, "See the connection")).collect()
}

fn days_of(days: i64) -> String {
    match days {
        0 => "less than a day".to_owned(),
        1 => "a day".to_owned(),
        days => format!("{days} days"),
    }
}

/// Identity providers may look at the dates of our certificates, though we don't.
fn own_keys(standing: &Standing) -> Vec<Finding> {
    let short = standing.own_keys.iter().filter(|(_, days)| *days < SOON);
    let sentence = |used: &str, days: i64| match days {
        ..0 => format!("Our certificate for {used} has ended."),
        days => format!("Our certificate for {used} ends in {}.", days_of(days)),
    };
    let all =
        short.map(|(used, days)| finding(Weight::Warning, sentence(used, *days), "/connections/keys", "See our keys"));
    all.collect()
}

fn scim(standing: &Standing) -> Vec<Finding> {
    let now = standing.now;
    if !standing.workspace.scim_enabled {
        let sentence = "SCIM is off: people are made at their first login, and nobody is deactivated by the provider.";
        return vec![finding(Weight::Note, sentence.to_owned(), "/scim", "Switch it on")];
    }
    if !standing.workspace.policy.advanced_security.0 {
        let sentence =
            "SCIM is on, but the workspace has not the capability advanced_security: every request is refused.";
        return vec![finding(Weight::Trouble, sentence.to_owned(), "/access/policy", "See the policy")];
    }
    let tokens: Vec<ScimToken> = standing.tokens.iter().filter(|token| token.is_in_force(now)).cloned().collect();
    if tokens.is_empty() {
        let sentence = "SCIM is on, but no token is in force: the provider can’t reach us.";
        return vec![finding(Weight::Trouble, sentence.to_owned(), "/scim", "Make a token")];
    }
    let ends = ScimToken::last_ends(&tokens).into_iter().map(|end| (end - now).num_days()).filter(|days| *days < SOON);
    let ending = ends.map(|days| {
        let sentence = format!("The last SCIM token of a provider ends in {}.", days_of(days));
        finding(Weight::Warning, sentence, "/scim", "Replace it")
    });
    ending.chain(quiet(&tokens, now)).collect()
}

/// A provider that does not call any more is told by nothing else.
fn quiet(tokens: &[ScimToken], now: Timestamp) -> Option<Finding> {
    let sentence = match tokens.iter().filter_map(|token| token.last_used_at).max() {
        Some(used) if now - used > QUIET => {
            format!(
                "SCIM has been quiet for {}: is provisioning still on at the provider?",
                days_of((now - used).num_days())
            )
        }
        None if tokens.iter().all(|token| now - token.created_at > UNTRIED) => {
            "SCIM is on, and the provider has never called: is the token set up there?".to_owned()
        }
        _ => return None,
    };
    Some(finding(Weight::Warning, sentence, "/scim/requests", "See its requests"))
}

fn mail(standing: &Standing) -> Vec<Finding> {
    let (mail, waiting) = (&standing.mail, invitations(standing.mail.waiting));
    let is_late = mail.oldest.is_some_and(|since| standing.now - since > MAIL_WITHIN);
    let waits = match (standing.sends_mail, &mail.trouble) {
        _ if mail.waiting == 0 => None,
        (false, _) => Some(format!("{waiting} to be sent: the operator has to set mail.url.")),
        (true, Some(trouble)) => Some(format!("{waiting} to be sent: {}.", trouble.trim_end_matches('.'))),
        (true, None) => is_late.then(|| format!("{waiting} to be sent for longer than usual.")),
    };
    let failed: i64 = standing.counts(EventKind::InvitationFailed).iter().rev().take(recent_days()).sum();
    let lost = (failed > 0).then(|| match failed {
        1 => format!("An invitation could not be delivered in the last {MAIL_DAYS} days."),
        failed => format!("{} invitations could not be delivered in the last {MAIL_DAYS} days.", grouped(failed)),
    });
    let waits = waits.map(|words| finding(Weight::Warning, words, "/people?status=invited", "See who is invited"));
    let lost = lost.map(|words| finding(Weight::Warning, words, "/audit?kind=invitation.failed", "See which"));
    waits.into_iter().chain(lost).collect()
}

fn recent_days() -> usize {
    usize::try_from(MAIL_DAYS).unwrap_or_default()
}

fn invitations(number: i64) -> String {
    match number {
        1 => "An invitation waits".to_owned(),
        number => format!("{} invitations wait", grouped(number)),
    }
}

fn administrators(standing: &Standing) -> Option<Finding> {
    let sentence = match standing.administrators {
        0 => "Nobody but the owner administers this workspace.",
        1 => "Only one person administers this workspace: have a second one, for when that one is away.",
        _ => return None,
    };
    Some(finding(Weight::Note, sentence.to_owned(), "/access", "See who may do what"))
}

fn refusals(standing: &Standing) -> Option<Finding> {
    let number = match standing.refusals {
        0 => return None,
        1 => "A login was".to_owned(),
        many @ ..=MOST_REFUSALS => format!("{} logins were", counted(many)),
        _ => format!("More than {} logins were", counted(MOST_REFUSALS)),
    };
    let since = a_day_before(standing.now).to_rfc3339_opts(SecondsFormat::Secs, true);
    let place = format!("/audit?kind=login.failed&from={since}");
    Some(finding(Weight::Note, format!("{number} refused in the last 24 hours."), &place, "See why"))
}

fn counted(number: usize) -> String {
    grouped(i64::try_from(number).unwrap_or(i64::MAX))
}

/// How SCIM and SAML fit together, and who is held.
fn people(standing: &Standing) -> Vec<Finding> {
    let words = |number: &Count, one: &str, many: &str| match (number.number, number.is_all) {
        (0, _) => None,
        (1, _) => Some(one.to_owned()),
        (number, true) => Some(format!("{} {many}", grouped(number))),
        (number, false) => Some(format!("More than {} {many}", grouped(number))),
    };
    let of = |health: &str| standing.health.get(health);
    let all = [
        (
            Weight::Warning,
            of("mismatched"),
            "One person is known differently to SCIM and to SAML.",
            "people are known differently to SCIM and to SAML.",
            "/people?health=mismatched",
        ),
        (
            Weight::Note,
            standing.held.as_ref(),
            "One person is held by an administrator.",
            "people are held by an administrator.",
            "/people?hold=held",
        ),
        (
            Weight::Note,
            of("scim_only"),
            "One person whom SCIM made has never signed in.",
            "people whom SCIM made have never signed in.",
            "/people?health=scim_only",
        ),
        (
            Weight::Note,
            of("saml_only").filter(|_| standing.workspace.scim_enabled),
            "One person signs in whom SCIM does not know.",
            "people sign in whom SCIM does not know.",
            "/people?health=saml_only",
        ),
    ];
    let told = all.into_iter().filter_map(|(weight, number, one, many, place)| {
        Some(finding(weight, words(number?, one, many)?, place, "See who"))
    });
    told.collect()
}
