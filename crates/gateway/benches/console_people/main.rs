//! What finding people costs an administrator in a workspace of a hundred thousand, on both databases.
//!
//! ```text
//! scripts/with-postgres cargo bench -p gateway --bench console_people [-- --people 100000] [--only sqlite|postgres]
//! ```
//!
//! A thousand people are provisioned, most of them sign in, some are deactivated; the others are copies of them, made by SQL
//! under names of their own, which needs the commands `sqlite3` and `psql`. Each figure is a median.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::indexing_slicing,
    reason = "a benchmark prints, and stops where it can't go on"
)]

#[allow(dead_code, reason = "each benchmark uses its own part")]
#[path = "../scim_growth/client.rs"]
mod client;
#[path = "../../tests/common/mod.rs"]
mod common;
mod crowd;
mod pages;
#[allow(dead_code, reason = "each benchmark uses its own part")]
#[path = "../scim_growth/population.rs"]
mod population;
mod searches;

use common::database::Database;
use population::Gateway;

/// Those who are made one by one.
const FEW: usize = 1_000;

fn main() {
    let many = option("--people").map_or(100_000, |people| people.parse().unwrap());
    let only = option("--only");
    let wanted = |name: &str| only.as_deref().is_none_or(|only| only == name);
    if wanted("sqlite") {
        measure("SQLite", &Database::sqlite(), many);
    }
    if wanted("postgres") {
        match Database::postgres() {
            Some(database) => measure("PostgreSQL", &database, many),
            None => eprintln!("PostgreSQL is left out: run it by scripts/with-postgres"),
        }
    }
}

fn option(name: &str) -> Option<String> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1)
}

fn measure(name: &str, database: &Database, many: usize) {
    let mut gateway = Gateway::start(&database.url());
    crowd::gather(&gateway, FEW);
    gateway.multiply(many / FEW - 1, include_str!("memberships.sql"));
    println!("{name}: {many} people");
    pages::measure(&gateway);
    searches::measure(&database.url());
}
