//! What administrators find: random searches over random people find whom a plain reading finds, in either order and
//! direction.

use chrono::Duration;
use domain::collaborator::{Person, Status};
use domain::command::Command;
use domain::environment::{EnvironmentName, GroupName, RoleName};
use domain::facet::{BY_SAML, BY_SCIM, Facet, HELD, NEVER, SEEN};
use domain::link_health::{LinkHealth, link_health};
use domain::people_search::{PeopleSearch, Standing};
use domain::text::fold;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use store::{COUNTED, Count, PeopleOrder, PeoplePage, Turn};

use crate::acme::{Acme, draw};
use crate::database::Database;
use crate::search_at_random::some_text;
use crate::users::{NewUser, same, user};

fn page(acme: &Acme, search: &PeopleSearch, order: PeopleOrder, turn: &Turn, size: usize) -> PeoplePage {
    acme.store.find_people(acme.workspace.id, search, order, turn, size).unwrap()
}

/// The whole list, read forwards and then backwards, which gives the same.
fn paged(acme: &Acme, search: &PeopleSearch, order: PeopleOrder, size: usize) -> (Vec<Person>, Count) {
    let mut pages = vec![page(acme, search, order, &Turn::Begin, size)];
    assert_eq!(pages[0].before, None);
    while let Some(after) = pages.last().unwrap().after.clone() {
        pages.push(page(acme, search, order, &Turn::After(after), size));
    }
    let mut at = pages.len() - 1;
    while let Some(before) = pages[at].before.clone() {
        let former = page(acme, search, order, &Turn::Before(before), size);
        at -= 1;
        assert_eq!(former.people, pages[at].people);
        assert_eq!((&former.before, &former.after), (&pages[at].before, &pages[at].after));
    }
    assert_eq!(at, 0);
    let count = pages[0].count;
    assert!(pages.iter().all(|page| page.count == count));
    (pages.into_iter().flat_map(|page| page.people).collect(), count)
}

/// What becomes of somebody.
#[derive(Debug, Clone)]
enum Act {
    Login { role: &'static str, group: bool },
    Do(Box<Command>),
    Rename(String),
    Back,
}

#[derive(Debug, Clone)]
struct SomeBody {
    name: String,
    user: Option<NewUser>,
    acts: Vec<Act>,
}

fn some_body() -> impl Strategy<Value = SomeBody> {
    let texts = (some_text(), prop::option::of(some_text()), prop::option::of(some_text()), some_text());
    let act = prop_oneof![
        4 => (role(), any::<bool>()).prop_map(|(role, group)| Act::Login { role, group }),
        2 => prop::sample::select(vec![Command::Hold, Command::Remove, Command::Activate]).prop_map(Box::new).prop_map(Act::Do),
        1 => Just(Act::Do(Box::new(Command::Delete))),
        1 => some_text().prop_map(Act::Rename),
        1 => Just(Act::Back),
    ];
    (texts, any::<Option<bool>>(), 0..5_u8, prop::collection::vec(act, 0..4)).prop_map(|(texts, active, way, acts)| {
        let (name, display_name, family_name, email) = texts;
        let mut made = user("x").emails([email.as_str()]).external_id(&format!("00u{name}"));
        made = display_name.iter().fold(made, |made, name| made.display_name(name));
        let name_of = |name| serde_json::json!({ "familyName": name });
        made = family_name.iter().fold(made, |made, name| made.attribute("name", name_of(name)));
        made = active.iter().fold(made, |made, active| made.active(*active)).role("workato_role", "Admin");
        SomeBody { name, user: (way > 0).then_some(made), acts }
    })
}

fn role() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["Admin", "Analyst", "Member"])
}

/// Makes them; gives everybody as they have become, the deleted included, those last who came last.
fn settle(acme: &Acme, bodies: Vec<SomeBody>) -> Vec<Person> {
    let mut ids = Vec::new();
    for (number, SomeBody { name, user, acts }) in bodies.into_iter().enumerate() {
        let name = format!("{name}.{number}");
        acme.pass(Duration::seconds(1));
        let id = match &user {
            Some(user) => acme.post(user.clone().named(&name)).unwrap().id,
            None => {
                let session = acme.sign_in(&acme.begin_login(&name)).unwrap();
                acme.store.find_live_session(&session, acme.now()).unwrap().unwrap().person.id
            }
        };
        ids.retain(|known| *known != id);
        ids.push(id);
        for act in acts {
            let now = acme.person(id);
            let came_back = matches!(act, Act::Back) && now.lifecycle.is_deleted();
            // Some of it is refused, as in life.
            let done = perform(acme, &now, user.as_ref(), act);
            if done && came_back {
                ids.retain(|known| *known != id);
                ids.push(id);
            }
        }
    }
    ids.into_iter().map(|id| acme.person(id)).collect()
}

fn perform(acme: &Acme, now: &Person, user: Option<&NewUser>, act: Act) -> bool {
    match act {
        Act::Login { role, group } => {
            let login = acme.begin_login(now.user_name.as_str()).role(role);
            acme.sign_in(&if group { login.groups(["Sales"]) } else { login.groups([]) }).is_ok()
        }
        Act::Do(command) => acme.command(now.id, &command).is_ok(),
        Act::Rename(name) => acme.put(now.id, same(now).named(&format!("{name}+{}", now.user_name))).is_ok(),
        Act::Back => {
            let again = user.map(|user| acme.post(user.clone().named(now.user_name.as_str())));
            again.is_some_and(|made| made.is_ok_and(|person| person.id == now.id))
        }
    }
}

fn some_search() -> impl Strategy<Value = PeopleSearch> {
    let prod = || EnvironmentName::new("prod").unwrap();
    let dev = || EnvironmentName::new("dev").unwrap();
    let roles = (any::<bool>(), role())
        .prop_map(move |(is_dev, role)| (if is_dev { dev() } else { prod() }, RoleName::new(role).unwrap()));
    let facets = prop::sample::select(vec![
        (Facet::Source, BY_SCIM),
        (Facet::Source, BY_SAML),
        (Facet::Login, NEVER),
        (Facet::Login, SEEN),
        (Facet::Hold, HELD),
        (Facet::Health, "linked"),
        (Facet::Health, "scim_only"),
        (Facet::Health, "mismatched"),
    ]);
    let facets = prop::collection::vec(facets.prop_map(|(facet, value)| (facet, value.to_owned())), 0..2);
    let text =
        prop_oneof![2 => Just(String::new()), 3 => some_text(), 1 => some_text().prop_map(|t| format!("00u{t}"))];
    let standing = prop::option::weighted(0.4, prop::sample::select(Standing::ALL.to_vec()));
    let group = prop::option::weighted(0.2, Just(GroupName::new("Sales").unwrap()));
    (text, standing, prop::collection::vec(roles, 0..2), group, facets)
        .prop_map(|(text, status, roles, group, facets)| PeopleSearch { text, status, roles, group, facets })
}

/// A plain reading of a search.
fn meets(search: &PeopleSearch, person: &Person) -> bool {
    let is_deleted = person.lifecycle.is_deleted();
    let standing = match search.status {
        None => !is_deleted,
        Some(Standing::Deleted) => is_deleted,
        Some(Standing::Is(status)) => !is_deleted && person.status() == status,
    };
    let is_in = search.group.as_ref().is_none_or(|group| person.access.groups.iter().any(|known| known.name == *group));
    standing
        && says(search.text.trim(), person)
        && search.roles.iter().all(|(environment, role)| has_role(search, person, environment, role))
        && is_in
        && search.facets.iter().all(|(facet, value)| !is_deleted && has(person, facet, value))
}

fn says(text: &str, person: &Person) -> bool {
    let profile = &person.profile.0;
    let part = |name: &str| profile.get("name").and_then(|found| found.get(name)?.as_str());
    let emails = person.profile.emails().map(Some);
    let known = [Some(person.user_name.as_str()), profile.get("displayName").and_then(|name| name.as_str())]
        .into_iter()
        .chain([part("familyName"), part("givenName")])
        .chain(emails);
    let begins = known.flatten().any(|value| fold(value).starts_with(&fold(text)));
    text.is_empty() || begins || person.external_id.as_deref() == Some(text)
}

fn has_role(search: &PeopleSearch, person: &Person, environment: &EnvironmentName, role: &RoleName) -> bool {
    let asked_for_kept = matches!(search.status, Some(Standing::Is(Status::Deactivated | Status::Removed)));
    let role_of = person.access.find(environment).and_then(|access| access.role.as_ref());
    let is_kept_out = matches!(person.status(), Status::Deactivated | Status::Removed);
    role_of == Some(role) && asked_for_kept == is_kept_out && !person.lifecycle.is_deleted()
}

fn has(person: &Person, facet: &Facet, value: &str) -> bool {
    let let_in = matches!(person.status(), Status::Invited | Status::Active);
    match (facet, value) {
        (Facet::Source, BY_SCIM) => person.lifecycle.is_managed(),
        (Facet::Source, _) => !person.lifecycle.is_managed(),
        (Facet::Login, NEVER) => person.facts.asserted.is_none(),
        (Facet::Login, _) => person.facts.asserted.is_some(),
        (Facet::Hold, _) => person.lifecycle.hold.is_some(),
        (Facet::Health, "linked") => let_in && link_health(person) == LinkHealth::Linked,
        (Facet::Health, "scim_only") => let_in && link_health(person) == LinkHealth::ScimOnly,
        (Facet::Health, _) => let_in && matches!(link_health(person), LinkHealth::Mismatched(_)),
        _ => unreachable!(),
    }
}

fn expected(people: &[Person], search: &PeopleSearch, order: PeopleOrder) -> Vec<Person> {
    let mut matching: Vec<Person> = people.iter().filter(|person| meets(search, person)).cloned().collect();
    match order {
        PeopleOrder::Newest => matching.reverse(),
        // Stable: of equal beginnings those who came first come first.
        PeopleOrder::UserName => {
            matching.sort_by_key(|person| person.user_name.fold().chars().take(128).collect::<String>());
        }
    }
    matching
}

/// So many copies of somebody, by SQL: the newest has the highest number.
fn copy(db: &Database, acme: &Acme, original: &Person, after: i64, copies: i64) {
    let mut raw = db.raw();
    let (first, last) = (after + 1, after + copies);
    let numbers = format!("WITH RECURSIVE n (i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})");
    let (id, name) = ("'00000000-0000-4000-8000-' || (100000000000 + i)", "'person-' || (10000000 + i)");
    let ordinal =
        format!("(SELECT last_ordinal FROM workspace_counters WHERE workspace_id = '{}') + i", acme.workspace.id);
    raw.run(&format!(
        "{numbers} INSERT INTO collaborators (id, workspace_id, scim_id, ordinal, user_name, user_name_fold, user_name_key, \
         profile, lifecycle, facts, access, active, deleted, version, epoch, revision, created_at, modified_at, updated_at, \
         administers) SELECT {id}, workspace_id, {id}, {ordinal}, {name}, {name}, {name}, profile, lifecycle, facts, access, active, \
         deleted, version, epoch, revision, created_at, modified_at, updated_at, administers FROM n CROSS JOIN collaborators \
         WHERE collaborators.id = '{}'",
        original.id
    ));
    raw.run(&format!(
        "{numbers} INSERT INTO search_attributes (workspace_id, person_id, path, element, rank, prefix, folded, exact, ordinal) \
         SELECT workspace_id, {id}, path, element, rank, CASE path WHEN 'username' THEN {name} ELSE prefix END, folded, exact, \
         {ordinal} FROM n CROSS JOIN search_attributes WHERE person_id = '{}'",
        original.id
    ));
    raw.run(&format!(
        "UPDATE workspace_counters SET last_ordinal = last_ordinal + {last}, people = people + {copies} \
         WHERE workspace_id = '{}'",
        acme.workspace.id
    ));
}

fn text(text: &str) -> PeopleSearch {
    PeopleSearch { text: text.to_owned(), ..PeopleSearch::default() }
}

fn status(status: Status) -> PeopleSearch {
    PeopleSearch { status: Some(Standing::Is(status)), ..PeopleSearch::default() }
}

on_both_databases! {
    fn whom_a_search_finds_a_plain_reading_finds(db: &Database) {
        db.store().migrate().unwrap();
        let mut runner = TestRunner::new(Config { cases: 48, failure_persistence: None, ..Config::default() });
        let searches = prop::collection::vec((some_search(), any::<bool>(), 1..4_usize), 1..16);
        let cases = (prop::collection::vec(some_body(), 0..7), searches);
        let outcome = runner.run(&cases, |(bodies, searches)| {
            let acme = Acme::called(&format!("acme-{}", draw().as_u128()), db.store());
            acme.post_group("Sales", &[]).unwrap();
            let people = settle(&acme, bodies);
            for (search, by_name, size) in searches {
                let order = if by_name { PeopleOrder::UserName } else { PeopleOrder::Newest };
                let expected = expected(&people, &search, order);
                let (found, count) = paged(&acme, &search, order, size);
                prop_assert_eq!(&found, &expected, "{:?}", search);
                prop_assert_eq!(count, Count { number: expected.len() as i64, is_all: true }, "{:?}", search);
            }
            Ok(())
        });
        outcome.unwrap();
    }

    fn nobody_counts_further_than_ten_thousand(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user("ann@acme.test").display_name("Copy of somebody")).unwrap();
        acme.sign_in(&acme.begin_login("ann@acme.test").role("Admin")).unwrap();
        copy(db, &acme, &acme.person(ann.id), 0, COUNTED + 20);
        let late = acme.post(user("late@acme.test").display_name("Copy, but late")).unwrap();
        let dev = EnvironmentName::new("dev").unwrap();
        let admins = || vec![(dev.clone(), RoleName::new("Admin").unwrap())];
        let orders = [PeopleOrder::Newest, PeopleOrder::UserName];
        for order in orders {
            let first = |search: &PeopleSearch| page(&acme, search, order, &Turn::Begin, 5);
            assert_eq!(first(&PeopleSearch::default()).count, Count { number: COUNTED + 22, is_all: true });
            for many in [status(Status::Active), text("copy")] {
                let found = first(&many);
                assert_eq!(found.people.len(), 5);
                assert!(found.count.number <= COUNTED && !found.count.is_all, "{:?}", found.count);
            }
            assert_eq!(first(&status(Status::Active)).count.number, COUNTED);
            // One of many, by the conditions that narrow nothing down.
            let one = PeopleSearch { roles: Vec::new(), ..text("copy, BUT") };
            assert_eq!(first(&one).people, std::slice::from_ref(&late));
            let nobody = PeopleSearch { roles: admins(), ..status(Status::Invited) };
            assert_eq!((first(&nobody).people, first(&nobody).count.number), (Vec::new(), 0));
            let dense = PeopleSearch { status: Some(Standing::Is(Status::Active)), roles: admins(), ..text("copy") };
            assert_eq!(first(&dense).people.len(), 5);
            let one_dense = PeopleSearch { status: Some(Standing::Is(Status::Invited)), ..text("copy") };
            assert_eq!((first(&one_dense).people, first(&one_dense).count), (vec![late.clone()], Count { number: 1, is_all: true }));
        }
    }

    fn pages_of_many_follow_each_other_in_either_direction(db: &Database) {
        let acme = Acme::on(db);
        let ann = acme.post(user("ann@acme.test").display_name("Copy of somebody")).unwrap();
        copy(db, &acme, &ann, 0, COUNTED + 20);
        for search in [PeopleSearch::default(), status(Status::Invited), text("copy")] {
            for order in [PeopleOrder::Newest, PeopleOrder::UserName] {
                let (people, _) = paged(&acme, &search, order, 4_000);
                assert_eq!(people.len() as i64, COUNTED + 21, "{search:?}, {order:?}");
                let names = people.iter().map(|person| person.user_name.fold());
                match order {
                    PeopleOrder::Newest => assert!(names.rev().skip(1).is_sorted()),
                    PeopleOrder::UserName => assert!(names.is_sorted()),
                }
            }
        }
    }

    /// Ten thousand are looked at for a page, and the next page goes on there: nobody waits for a walk through everybody.
    fn who_is_rare_among_many_is_found_a_stretch_at_a_time(db: &Database) {
        let acme = Acme::on(db);
        let rare = acme.post(user("ann@acme.test").display_name("Copy")).unwrap();
        acme.sign_in(&acme.begin_login("ann@acme.test")).unwrap();
        let other = acme.post(user("bob@acme.test").display_name("Other")).unwrap();
        acme.sign_in(&acme.begin_login("bob@acme.test")).unwrap();
        copy(db, &acme, &acme.person(other.id), 0, COUNTED + 20);
        let many = acme.post(user("carol@acme.test").display_name("Copy")).unwrap();
        copy(db, &acme, &many, COUNTED + 20, COUNTED + 20);
        let search = PeopleSearch { text: "copy".to_owned(), ..status(Status::Active) };
        for order in [PeopleOrder::Newest, PeopleOrder::UserName] {
            let mut pages = vec![page(&acme, &search, order, &Turn::Begin, 5)];
            while let Some(after) = pages.last().unwrap().after.clone() {
                pages.push(page(&acme, &search, order, &Turn::After(after), 5));
            }
            let found: Vec<_> = pages.iter().flat_map(|page| &page.people).map(|person| person.id).collect();
            assert_eq!((found.len(), found[0]), (1, rare.id));
            assert!(pages.len() > 1, "{order:?}");
            assert!(pages.iter().all(|page| !page.count.is_all));
            let mut back = pages.pop().unwrap();
            while let Some(before) = back.before.clone() {
                back = page(&acme, &search, order, &Turn::Before(before), 5);
            }
            let first = page(&acme, &search, order, &Turn::Begin, 5);
            assert_eq!((back.people, back.after), (first.people, first.after));
        }
    }

    fn somebody_who_comes_in_meanwhile_is_on_the_first_page_when_one_turns_back_to_it(db: &Database) {
        let acme = Acme::on(db);
        let all: Vec<Person> = (0..4).map(|n| acme.post(user(&format!("p{n}"))).unwrap()).collect();
        let everybody = PeopleSearch::default();
        let first = page(&acme, &everybody, PeopleOrder::Newest, &Turn::Begin, 2);
        let second = page(&acme, &everybody, PeopleOrder::Newest, &Turn::After(first.after.unwrap()), 2);
        assert_eq!(second.people, [all[1].clone(), all[0].clone()]);
        acme.command(all[3].id, &Command::Delete).unwrap();
        let late = acme.post(user("late")).unwrap();
        let back = page(&acme, &everybody, PeopleOrder::Newest, &Turn::Before(second.before.unwrap()), 2);
        assert_eq!(back.people, [late, all[2].clone()]);
        assert_eq!(back.before, None);
    }

    fn a_zero_byte_finds_nobody(db: &Database) {
        let acme = Acme::on(db);
        acme.post(user("ann")).unwrap();
        let (found, count) = paged(&acme, &text("ann\0"), PeopleOrder::Newest, 5);
        assert_eq!((found, count.number), (Vec::new(), 0));
        let group = Some(GroupName::new("No such group").unwrap());
        let nowhere = PeopleSearch { group, ..PeopleSearch::default() };
        assert_eq!(paged(&acme, &nowhere, PeopleOrder::UserName, 5).0, []);
    }

    fn nobody_of_another_workspace_is_found(db: &Database) {
        let acme = Acme::on(db);
        let globex = Acme::called("globex", &acme.store);
        globex.post_group("Sales", &[]).unwrap();
        globex.sign_in(&globex.begin_login("ann@acme.test").groups(["Sales"])).unwrap();
        acme.post_group("Sales", &[]).unwrap();
        let sales = PeopleSearch { group: Some(GroupName::new("Sales").unwrap()), ..PeopleSearch::default() };
        for search in [PeopleSearch::default(), text("ann"), status(Status::Active), sales] {
            assert_eq!(paged(&acme, &search, PeopleOrder::Newest, 5).0, [], "{search:?}");
            assert_eq!(paged(&globex, &search, PeopleOrder::UserName, 5).0.len(), 1);
        }
    }
}
