//! What the store is asked for.

use std::time::{Duration, Instant};

use domain::collaborator::Status;
use domain::environment::{EnvironmentName, GroupName, RoleName};
use domain::facet::{Facet, NEVER};
use domain::people_search::{PeopleSearch, Standing};
use domain::workspace::WorkspaceHandle;
use store::{MasterKey, PeopleOrder, Store, Turn};

const ROUNDS: usize = 31;
const SIZE: usize = 50;

pub(crate) fn measure(url: &str) {
    let store = Store::open(url, &MasterKey::from_hex(&"a1".repeat(32)).unwrap()).unwrap();
    let workspace = store.find_workspace(&WorkspaceHandle::new("acme").unwrap()).unwrap().unwrap().id;
    for (name, search) in searches() {
        for order in [PeopleOrder::Newest, PeopleOrder::UserName] {
            let find = |turn: &Turn| store.find_people(workspace, &search, order, turn, SIZE).unwrap();
            let first = find(&Turn::Begin);
            let next = first.after.clone().map_or(Turn::Begin, Turn::After);
            let (median, later) = (median(|| drop(find(&Turn::Begin))), median(|| drop(find(&next))));
            let (found, plus) = (first.count.number, if first.count.is_all { "" } else { "+" });
            println!("{name:<48} {order:<9?} first {} next {} ({found}{plus})", shown(median), shown(later));
        }
    }
    let counted = median(|| drop(store.count_by_role(workspace).unwrap()));
    println!("{:<48} {}", "count_by_role", shown(counted));
    let counted = median(|| drop(store.count_by_facet(workspace, &Facet::Health).unwrap()));
    println!("{:<48} {}", "count_by_facet, health", shown(counted));
}

fn searches() -> Vec<(&'static str, PeopleSearch)> {
    let prod = || EnvironmentName::new("prod").unwrap();
    let none = PeopleSearch::default;
    let text = |text: &str| PeopleSearch { text: text.to_owned(), ..none() };
    let is = |status| PeopleSearch { status: Some(Standing::Is(status)), ..none() };
    let role = |role: &str| vec![(prod(), RoleName::new(role).unwrap())];
    let group = |name: &str| Some(GroupName::new(name).unwrap());
    let never = || vec![(Facet::Login, NEVER.to_owned())];
    vec![
        ("everybody", none()),
        ("text: one person", text("copy4711@")),
        ("text: 1,000 people", text("copy47")),
        ("text: 10,000 people", text("copy4")),
        ("text: everybody but 1,000", text("copy")),
        ("text: the oldest 1,000", text("person")),
        ("text: a family name", text("Family123")),
        ("status active", is(Status::Active)),
        ("status deactivated", is(Status::Deactivated)),
        ("role in prod", PeopleSearch { roles: role("Environment admin"), ..none() }),
        ("status active and role in prod", PeopleSearch { roles: role("Member"), ..is(Status::Active) }),
        ("status invited and role in prod: nobody", PeopleSearch { roles: role("Member"), ..is(Status::Invited) }),
        ("group of 10,000", PeopleSearch { group: group("Finance"), ..none() }),
        ("group of 300", PeopleSearch { group: group("Board"), ..none() }),
        ("never logged in", PeopleSearch { facets: never(), ..none() }),
        ("never logged in and deactivated", PeopleSearch { facets: never(), ..is(Status::Deactivated) }),
        ("mismatched", PeopleSearch { facets: vec![(Facet::Health, "mismatched".to_owned())], ..none() }),
        ("text of 10,000 and role in prod", PeopleSearch { roles: role("Member"), ..text("copy4") }),
        ("text of everybody and never logged in", PeopleSearch { facets: never(), ..text("copy") }),
        ("group of 10,000 and status active", PeopleSearch { group: group("Finance"), ..is(Status::Active) }),
    ]
}

fn median(work: impl Fn()) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[ROUNDS / 2]
}

fn shown(time: Duration) -> String {
    format!("{:>7.2} ms", time.as_secs_f64() * 1_000.0)
}
