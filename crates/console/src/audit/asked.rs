//! Which entries somebody asks for: the fields of the filter, and what they mean.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use domain::audit::{EventKind, Source};
use domain::clock::Timestamp;
use domain::collaborator::UserName;
use domain::id::{PersonId, ScimId, WorkspaceId};
use store::{AuditFilter, AuditPlace, Store, StoreError};
use url::form_urlencoded::{Serializer, parse};

use super::words;

/// The fields as they were sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) source: String,
    pub(super) person: String,
    pub(super) kind: String,
    older: String,
    newer: String,
}

/// What is wrong with the fields, by field.
#[derive(Debug, Default)]
pub(super) struct Wrong {
    pub(super) from: Option<&'static str>,
    pub(super) to: Option<&'static str>,
    pub(super) source: Option<&'static str>,
    pub(super) person: Option<&'static str>,
    pub(super) kind: Option<&'static str>,
}

impl Wrong {
    /// The first thing that is wrong.
    pub(super) fn first(&self) -> Option<&'static str> {
        self.from.or(self.to).or(self.source).or(self.person).or(self.kind)
    }
}

const NO_TIME: &str = "Write it as 2026-11-23 or 2026-11-23T07:43, in UTC.";

impl Asked {
    pub(super) fn of(query: &str) -> Self {
        let mut asked = Self::default();
        for (name, value) in parse(query.as_bytes()) {
            let field = match &*name {
                "from" => &mut asked.from,
                "to" => &mut asked.to,
                "source" => &mut asked.source,
                "person" => &mut asked.person,
                "kind" => &mut asked.kind,
                "older" => &mut asked.older,
                "newer" => &mut asked.newer,
                _ => continue,
            };
            value.trim().clone_into(field);
        }
        asked
    }

    /// Whether anything is filtered.
    pub(super) fn filters(&self) -> bool {
        self.fields().next().is_some()
    }

    /// The filter alone as a query, with one more field.
    pub(super) fn query(&self, name: &str, value: &str) -> String {
        Serializer::new(String::new()).extend_pairs(self.fields()).append_pair(name, value).finish()
    }

    fn fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = [
            ("from", &self.from),
            ("to", &self.to),
            ("source", &self.source),
            ("person", &self.person),
            ("kind", &self.kind),
        ];
        all.into_iter().map(|(name, value)| (name, value.as_str())).filter(|(_, value)| !value.is_empty())
    }

    /// The beginning as its field shows it.
    pub(super) fn shown_from(&self) -> String {
        local(&self.from)
    }

    /// The end as its field shows it.
    pub(super) fn shown_to(&self) -> String {
        local(&self.to)
    }

    /// Where the page lies.
    pub(super) fn place(&self) -> AuditPlace {
        match (self.older.parse(), self.newer.parse()) {
            (Ok(seq), _) => AuditPlace::OlderThan(seq),
            (_, Ok(seq)) => AuditPlace::NewerThan(seq),
            _ => AuditPlace::Newest,
        }
    }

    /// What the fields mean, or what is wrong with them.
    pub(super) fn filter(
        &self,
        store: &Store,
        workspace: WorkspaceId,
    ) -> Result<Result<AuditFilter, Wrong>, StoreError> {
        let mut wrong = Wrong::default();
        let filter = AuditFilter {
            since: read(&self.from, moment, &mut wrong.from, NO_TIME),
            until: read(&self.to, moment, &mut wrong.to, NO_TIME),
            source: read(&self.source, source, &mut wrong.source, "There is no such source."),
            kinds: read(&self.kind, kinds, &mut wrong.kind, "There is no such kind of entry."),
            subjects: (!self.person.is_empty()).then(|| people(store, workspace, &self.person)).transpose()?,
            through: None,
        };
        if filter.subjects.as_ref().is_some_and(Vec::is_empty) {
            wrong.person = Some("Nobody here has, or had, this userName or id.");
        }
        Ok(if wrong.first().is_none() { Ok(filter) } else { Err(wrong) })
    }
}

/// Nothing where nothing was written, and where it means nothing, which is noted.
fn read<T>(
    text: &str,
    meaning: impl FnOnce(&str) -> Option<T>,
    wrong: &mut Option<&'static str>,
    why: &'static str,
) -> Option<T> {
    if text.is_empty() {
        return None;
    }
    let meant = meaning(text);
    if meant.is_none() {
        *wrong = Some(why);
    }
    meant
}

/// A day, a moment in UTC to the minute or the second, or one by RFC 3339.
fn moment(text: &str) -> Option<Timestamp> {
    let day = || Some(text.parse::<NaiveDate>().ok()?.and_time(NaiveTime::MIN).and_utc());
    let local = |form| Some(NaiveDateTime::parse_from_str(text, form).ok()?.and_utc());
    let exact = || Some(DateTime::parse_from_rfc3339(text).ok()?.to_utc());
    day().or_else(|| local("%Y-%m-%dT%H:%M")).or_else(|| local("%Y-%m-%dT%H:%M:%S%.f")).or_else(exact)
}

/// As a field for a date and a time wants it (HTML §4.10.5.1.11); what is no moment stays as it is.
fn local(text: &str) -> String {
    let shown = |at: Timestamp| at.format(if at.second() == 0 { "%Y-%m-%dT%H:%M" } else { "%Y-%m-%dT%H:%M:%S" });
    moment(text).map_or_else(|| text.to_owned(), |at| shown(at).to_string())
}

fn source(text: &str) -> Option<String> {
    Source::ALL.into_iter().find(|source| source.as_str() == text).map(|source| source.as_str().to_owned())
}

/// One kind, or with a star behind its dot its whole family.
fn kinds(text: &str) -> Option<Vec<EventKind>> {
    let kinds: Vec<EventKind> = match text.strip_suffix(".*") {
        Some(family) => EventKind::ALL.iter().copied().filter(|kind| kind.family() == family).collect(),
        None => EventKind::parse(text).into_iter().collect(),
    };
    (!kinds.is_empty()).then_some(kinds)
}

/// The inner ids of everybody who has or had this `userName`, or one of the ids.
fn people(store: &Store, workspace: WorkspaceId, text: &str) -> Result<Vec<String>, StoreError> {
    let by_id = PersonId::parse(text).map(|id| store.find_person(workspace, id)).transpose()?.flatten();
    let by_scim_id = ScimId::parse(text).map(|id| store.find_by_scim_id(workspace, id)).transpose()?.flatten();
    let mut found: Vec<String> = by_id.into_iter().chain(by_scim_id).map(|person| person.id.to_string()).collect();
    if let Ok(name) = UserName::new(text) {
        let (living, gone) = (store.find_by_name(workspace, &name)?, store.namesakes(workspace, &name)?);
        found.extend(living.into_iter().chain(gone).map(|person| person.id.to_string()));
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The kinds to choose from, by family: what the family is called, how all of it is asked for, and its kinds.
pub(super) struct Family {
    pub(super) words: String,
    pub(super) all: String,
    pub(super) kinds: Vec<&'static str>,
}

/// All of them, in the order in which they are documented.
pub(super) fn families() -> Vec<Family> {
    let mut families: Vec<Family> = Vec::new();
    for kind in EventKind::ALL {
        let all = format!("{}.*", kind.family());
        match families.iter_mut().find(|family| family.all == all) {
            Some(family) => family.kinds.push(kind.as_str()),
            None => families.push(Family {
                words: words::family(kind.family()).to_owned(),
                all,
                kinds: vec![kind.as_str()],
            }),
        }
    }
    families
}

/// The sources to choose from, with what they are called.
pub(super) fn sources() -> Vec<(&'static str, &'static str)> {
    Source::ALL.into_iter().map(|source| (source.as_str(), words::source(source))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_one_in_utc_unless_it_says_otherwise() {
        let day = moment("2026-11-23").unwrap();
        for same in ["2026-11-23T00:00", "2026-11-23T00:00:00", "2026-11-23T00:00:00Z", "2026-11-23T02:00:00+02:00"] {
            assert_eq!(moment(same), Some(day), "{same}");
        }
        for none in ["yesterday", "2026-13-01", "2026-11-23 00:00", "23.11.2026", "2026-11-23T25:00"] {
            assert_eq!(moment(none), None, "{none}");
        }
    }

    #[test]
    fn a_star_asks_for_a_whole_family() {
        assert_eq!(kinds("login.failed"), Some(vec![EventKind::LoginFailed]));
        assert!(kinds("collaborator.*").unwrap().contains(&EventKind::CollaboratorRemoved));
        assert!(
            kinds("role.*").unwrap().contains(&EventKind::RoleUnresolved),
            "though it stands apart from the others"
        );
        for none in ["login", "*", ".*", "login.*.*", "nothing.*", "login.nothing"] {
            assert_eq!(kinds(none), None, "{none}");
        }
    }

    #[test]
    fn every_kind_can_be_chosen_once() {
        let families = families();
        let all: Vec<&str> = families.iter().flat_map(|family| family.kinds.clone()).collect();
        assert_eq!(all.len(), EventKind::ALL.len());
        assert!(families.iter().all(|family| kinds(&family.all).unwrap().len() == family.kinds.len()));
    }

    #[test]
    fn a_link_carries_the_filter_and_no_place() {
        let asked = Asked::of("kind=login.*&person=a%26b&older=7&other=1&from=");
        assert_eq!(asked.query("older", "3"), "person=a%26b&kind=login.*&older=3");
        assert_eq!(asked.place(), AuditPlace::OlderThan(7));
        assert_eq!(Asked::of("newer=9&older=x").place(), AuditPlace::NewerThan(9));
        assert!(asked.filters() && !Asked::of("older=7").filters());
    }
}
