//! What SCIM costs in a large workspace beside a small one: the program itself, over HTTP, on both databases.
//!
//! ```text
//! scripts/with-postgres cargo bench -p gateway --bench scim_growth [-- --people 1000000] [--only sqlite|postgres] [--kind TEXT]
//! ```
//!
//! The people of the small workspace are made by `POST /Users`; those that make it large are copies of them, made by SQL under
//! names of their own, which needs the commands `sqlite3` and `psql`. Each figure is the median of many requests over one
//! connection; the requests of all kinds take turns, so that what else the machine does touches all of them alike.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::indexing_slicing,
    reason = "a benchmark prints, and stops where it can't go on"
)]

mod client;
#[path = "../../tests/common/mod.rs"]
mod common;
#[allow(dead_code, reason = "each benchmark uses its own part")]
mod population;
mod report;
mod work;

use common::database::Database;
use population::{Gateway, fill};
use report::Report;
use work::{groups, measure};

/// The small workspace.
const FEW: usize = 1_000;

fn main() {
    let many = option("--people").map_or(1_000_000, |people| people.parse().unwrap());
    let only = option("--only");
    let wanted = |name: &str| only.as_deref().is_none_or(|only| only == name);
    if wanted("sqlite") {
        compare("SQLite", &Database::sqlite(), many);
    }
    if wanted("postgres") {
        match Database::postgres() {
            Some(database) => compare("PostgreSQL", &database, many),
            None => eprintln!("PostgreSQL is left out: run it by scripts/with-postgres"),
        }
    }
}

/// The kinds of requests to measure: those whose name has this in it.
fn chosen() -> String {
    option("--kind").unwrap_or_default()
}

fn option(name: &str) -> Option<String> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1)
}

fn compare(name: &str, database: &Database, many: usize) {
    let mut gateway = Gateway::start(&database.url());
    let people = fill(&gateway, FEW);
    let small = measured(&gateway, &people, 10);
    gateway.multiply(many / FEW - 1, "");
    let large = measured(&gateway, &people, 10_000.min(many));
    println!("{}", Report { database: name, few: FEW, many, small, large });
}

/// The people are some of those who are there; the group is of that size.
fn measured(gateway: &Gateway, people: &[String], group: usize) -> Vec<work::Figure> {
    gateway.settle();
    let mut figures = measure(gateway, people, &chosen());
    if "a member into the group".contains(&chosen()) {
        figures.extend(groups(gateway, people, group));
    }
    figures
}
