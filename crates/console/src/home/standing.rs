//! What the first page knows of a workspace, read in one go.

use std::collections::BTreeMap;

use ::web::Site;
use chrono::{Days, Duration, NaiveDate};
use domain::audit::EventKind;
use domain::clock::Timestamp;
use domain::connection::ConnectionName;
use domain::facet::{Facet, HELD};
use domain::workspace::Workspace;
use saml_acs::{IdentityProvider, KeyUse, certificate_facts};
use store::{AuditFilter, ChainStanding, Connection, Count, DailyCount, MailStanding, ScimToken, Store, StoreError};

use crate::chart::DAYS;

/// Refused logins are counted no further.
pub(super) const MOST_REFUSALS: usize = 1_000;
/// Mail that failed for good is told of for so many days.
pub(super) const MAIL_DAYS: u64 = 7;

/// What charts and sentences tell of.
pub(super) const COUNTED: [EventKind; 6] = [
    EventKind::CollaboratorProvisioned,
    EventKind::CollaboratorDeactivated,
    EventKind::CollaboratorReactivated,
    EventKind::LoginSucceeded,
    EventKind::LoginFailed,
    EventKind::InvitationFailed,
];

/// How a workspace stands.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    pub(super) now: Timestamp,
    pub(super) workspace: Workspace,
    pub(super) providers: Vec<Provider>,
    /// For each use of our keys, how many days the certificate has left that lasts longest.
    pub(super) own_keys: Vec<(&'static str, i64)>,
    pub(super) tokens: Vec<ScimToken>,
    pub(super) statuses: BTreeMap<String, Count>,
    pub(super) health: BTreeMap<String, Count>,
    pub(super) held: Option<Count>,
    pub(super) administrators: usize,
    pub(super) mail: MailStanding,
    /// Whether there is a mail server to hand mail to.
    pub(super) sends_mail: bool,
    /// Logins refused since a day, up to one more than [`MOST_REFUSALS`].
    pub(super) refusals: usize,
    pub(super) chain: ChainStanding,
    pub(super) days: Vec<DailyCount>,
}

/// An identity provider.
#[derive(Debug, Clone)]
pub(super) struct Provider {
    pub(super) name: ConnectionName,
    /// How many days its certificate has left that lasts longest; none where its metadata or certificates can't be read.
    pub(super) days_left: Option<i64>,
    /// Why its metadata can't be refreshed.
    pub(super) trouble: Option<String>,
    /// When a change that is on trial is put back.
    pub(super) trial_ends: Option<Timestamp>,
}

impl Standing {
    pub(super) fn read(site: &Site, workspace: Workspace, sends_mail: bool) -> Result<Self, StoreError> {
        let (store, now, id) = (&site.store, site.now(), workspace.id);
        let connections = store.connections(id)?;
        let providers: Result<_, _> = connections.iter().map(|one| Provider::read(store, one, now)).collect();
        let refused = AuditFilter {
            kinds: Some(vec![EventKind::LoginFailed]),
            since: Some(a_day_before(now)),
            ..AuditFilter::default()
        };
        Ok(Self {
            now,
            providers: providers?,
            own_keys: own_keys(store, &workspace, now)?,
            tokens: store.scim_tokens(id)?,
            statuses: store.count_by_facet(id, &Facet::Status)?,
            health: store.count_by_facet(id, &Facet::Health)?,
            held: store.count_by_facet(id, &Facet::Hold)?.remove(HELD),
            administrators: store.count_administrators(id, 2)?,
            mail: store.mail_standing(id)?,
            sends_mail,
            refusals: store.count_audit(id, &refused, MOST_REFUSALS + 1)?,
            chain: store.chain_standing(id)?,
            days: store.daily_counts(id, &COUNTED, first_day(now))?,
            workspace,
        })
    }

    /// How many entries of a kind each of the days has, the earliest first.
    pub(super) fn counts(&self, kind: EventKind) -> Vec<i64> {
        let first = first_day(self.now);
        let of_kind = || self.days.iter().filter(|count| count.kind == kind);
        let on = |day: NaiveDate| of_kind().find(|count| count.day == day).map_or(0, |count| count.count);
        first.iter_days().take(DAYS).map(on).collect()
    }
}

impl Provider {
    fn read(store: &Store, connection: &Connection, now: Timestamp) -> Result<Self, StoreError> {
        let provider = IdentityProvider::from_metadata(&connection.metadata);
        let certificates = provider.iter().flat_map(IdentityProvider::signing_certificates);
        let days_left = certificates.filter_map(|one| one.facts().ok()).map(|facts| facts.days_left(now)).max();
        let trouble = store.metadata_status(connection.id)?.and_then(|status| status.trouble);
        let trial_ends = store.find_trial(connection.id)?.map(|trial| trial.ends_at);
        Ok(Self { name: connection.name.clone(), days_left, trouble, trial_ends })
    }
}

fn own_keys(store: &Store, workspace: &Workspace, now: Timestamp) -> Result<Vec<(&'static str, i64)>, StoreError> {
    let mut found = Vec::new();
    for used in KeyUse::ALL {
        let keys = store.keys(used.purpose(), Some(workspace.id))?;
        let days = keys.iter().filter_map(|key| certificate_facts(&key.public).ok()).map(|facts| facts.days_left(now));
        found.extend(days.max().map(|days| (used.as_str(), days)));
    }
    Ok(found)
}

/// The first of the days that charts show; the last one is today, in UTC.
pub(super) fn first_day(now: Timestamp) -> NaiveDate {
    let before = Days::new(u64::try_from(DAYS).unwrap_or_default().saturating_sub(1));
    now.date_naive().checked_sub_days(before).unwrap_or_default()
}

/// Since when refused logins are told of.
pub(super) fn a_day_before(now: Timestamp) -> Timestamp {
    now - Duration::days(1)
}
