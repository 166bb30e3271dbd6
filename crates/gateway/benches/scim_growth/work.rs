//! What is measured.

use std::cell::LazyCell;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::Client;
use crate::common::scim::{GROUP, PATCH};
use crate::population::{Gateway, person, user_name};

const ROUNDS: usize = 200;
/// Places in a list at which pages begin.
const PLACES: u64 = 500;

/// The median of a kind of request.
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) median: Duration,
}

/// A kind of request: its name, and one of it by number.
type Kind<'a> = (&'static str, Box<dyn Fn(usize) + 'a>);

/// Requests about single people and pages of them.
pub(crate) fn measure(gateway: &Gateway, people: &[String], chosen: &str) -> Vec<Figure> {
    let client = &gateway.client();
    let somebody = |round: usize| round.wrapping_mul(7_919).wrapping_add(people.len() / 3) % people.len();
    let one = |filter: String| {
        let query: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        assert_eq!(client.get(&format!("/Users?filter={query}"))["totalResults"], 1, "{filter}");
    };
    let lists = ["", "&sortBy=userName", "&sortBy=title&sortOrder=descending", "&sortBy=meta.lastModified"];
    // A list is walked when a page of it is asked for first, which no median shows.
    let [made, named, titled, modified] = lists.map(|order| LazyCell::new(move || Pages::of(client, order)));
    let everybody = client.get("/Users?count=0")["totalResults"].as_u64().unwrap();
    let kinds: Vec<Kind<'_>> = vec![
        ("GET by id", Box::new(|round| drop(client.get(&format!("/Users/{}", people[somebody(round)]))))),
        ("filter userName eq", Box::new(|round| one(format!("userName eq \"{}\"", user_name(somebody(round)))))),
        ("filter externalId eq", Box::new(|round| one(format!("externalId eq \"00u{}\"", user_name(somebody(round)))))),
        (
            "filter emails.value eq",
            Box::new(|round| one(format!("emails.value eq \"{}\"", user_name(somebody(round))))),
        ),
        (
            "filter emails[type eq and value eq]",
            Box::new(|round| {
                one(format!("emails[type eq \"work\" and value eq \"{}\"]", user_name(somebody(round))));
            }),
        ),
        (
            "POST",
            Box::new(|round| {
                let name = format!("late{round}-{}@acme.test", everybody);
                drop(client.post("/Users", &person(&name, round)));
            }),
        ),
        (
            "PATCH",
            Box::new(|round| {
                let body = patch(
                    json!([{ "op": "replace", "path": "nickName", "value": format!("Nick {round} of {}", everybody) }]),
                );
                drop(client.patch(&format!("/Users/{}", people[somebody(round)]), &body, 200));
            }),
        ),
        ("page of 100 by cursor", Box::new(|round| made.page(client, round))),
        ("page of 100 by cursor, by userName", Box::new(|round| named.page(client, round))),
        ("page of 100 by cursor, by title descending", Box::new(|round| titled.page(client, round))),
        ("page of 100 by cursor, by meta.lastModified", Box::new(|round| modified.page(client, round))),
        ("first page of 100 by index", Box::new(|_| drop(client.get("/Users?count=100")))),
    ];
    medians(&kinds.into_iter().filter(|(name, _)| name.contains(chosen)).collect::<Vec<_>>())
}

/// One member more and one less in a group of that size.
pub(crate) fn groups(gateway: &Gateway, people: &[String], size: usize) -> Vec<Figure> {
    let client = gateway.client();
    let members: Vec<Value> = first(&client, size).into_iter().map(|id| json!({ "value": id })).collect();
    let body = json!({ "schemas": [GROUP], "displayName": format!("Group of {size}"), "members": members });
    let path = format!("/Groups/{}", client.post("/Groups", &body)["id"].as_str().unwrap());
    gateway.settle();
    let one = |operation: &str, round: usize| {
        let member = json!([{ "value": people[people.len() - 1 - round % 100] }]);
        drop(client.patch(&path, &patch(json!([{ "op": operation, "path": "members", "value": member }])), 204));
    };
    let kind: Kind<'_> = (
        "a member into the group and out again (10, 10,000)",
        Box::new(|round| {
            one("add", round);
            one("remove", round);
        }),
    );
    medians(&[kind])
}

/// The ids of so many people, or of all where there are fewer.
fn first(client: &Client, size: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for page in 0..size.div_ceil(1_000) {
        let (start, count) = (page * 1_000 + 1, (size - page * 1_000).min(1_000));
        let list = client.get(&format!("/Users?attributes=userName&startIndex={start}&count={count}"));
        let people = list["Resources"].as_array().unwrap();
        ids.extend(people.iter().map(|person| person["id"].as_str().unwrap().to_owned()));
    }
    ids
}

fn patch(operations: Value) -> Value {
    json!({ "schemas": [PATCH], "Operations": operations })
}

fn medians(kinds: &[Kind<'_>]) -> Vec<Figure> {
    let mut times: Vec<Vec<Duration>> = kinds.iter().map(|_| Vec::with_capacity(ROUNDS)).collect();
    for round in 0..ROUNDS {
        for ((_, request), times) in kinds.iter().zip(&mut times) {
            let start = Instant::now();
            request(round);
            times.push(start.elapsed());
        }
    }
    let figure = |((name, _), mut times): (&Kind<'_>, Vec<Duration>)| {
        times.sort_unstable();
        Figure { name: (*name).to_owned(), median: times[times.len() / 2] }
    };
    kinds.iter().zip(times).map(figure).collect()
}

/// Places all over a list, from its begin to its end.
struct Pages {
    order: &'static str,
    cursors: Vec<String>,
}

impl Pages {
    /// Walks the whole list once.
    fn of(client: &Client, order: &'static str) -> Self {
        let people = client.get("/Users?count=0")["totalResults"].as_u64().unwrap();
        let size = (people / PLACES).clamp(2, 1_000);
        let (mut cursors, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = client.get(&format!("/Users?attributes=userName&count={size}{order}&cursor={cursor}"));
            cursors.push(cursor);
            match page["nextCursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => return Self { order, cursors },
            }
        }
    }

    fn page(&self, client: &Client, round: usize) {
        let cursor = &self.cursors[round * self.cursors.len() / ROUNDS];
        drop(client.get(&format!("/Users?count=100{}&cursor={cursor}", self.order)));
    }
}
