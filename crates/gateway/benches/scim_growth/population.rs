//! A gateway of its own, and the people in it.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use domain::clock::Clock;
use gateway::clock::SystemClock;
use serde_json::{Value, json};
use simulator::IdentityProvider;

use crate::client::Client;
use crate::common::program::{INIT, Machine, Running};
use crate::common::provider::Workspace;
use crate::common::scim::{ENTERPRISE, USER};

const CLIENTS: usize = 16;
const TITLES: usize = 40;

/// A served gateway with the workspace `acme`.
pub(crate) struct Gateway {
    machine: Machine,
    database: String,
    server: Option<Running>,
    token: String,
    provider: IdentityProvider,
}

impl Gateway {
    pub(crate) fn start(database: &str) -> Self {
        let machine = Machine::new()
            .with("GATEHOUSE_DATABASE__URL", database)
            .with("GATEHOUSE_LOG__LEVEL", "warn,gateway=info")
            .with("GATEHOUSE_SERVER__LIMITS__SCIM_BURST", "1000000")
            .with("GATEHOUSE_SERVER__LIMITS__SCIM_PER_SECOND", "1000000");
        let provider = IdentityProvider::generate("http://okta.test", SystemClock.now()).unwrap();
        fs::write(machine.path("okta.xml"), provider.metadata()).unwrap();
        let made = machine.json(&[&INIT[..], &["--idp-metadata", "okta.xml"]].concat());
        let token = made["scim_token"].as_str().unwrap().to_owned();
        Self { server: Some(machine.serve()), machine, database: database.to_owned(), token, provider }
    }

    /// As its identity provider sees it.
    pub(crate) fn workspace(&self) -> Workspace {
        Workspace {
            handle: "acme".to_owned(),
            base_url: self.machine.base_url(),
            scim_token: self.token.clone(),
            provider: self.provider.clone(),
            clock: Arc::new(SystemClock),
        }
    }

    /// Runs a command beside it.
    pub(crate) fn run(&self, arguments: &[&str]) {
        self.machine.ok(arguments);
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(&format!("{}/scim/v2", self.machine.base_url()), &self.token)
    }

    /// Waits until nothing is left to do in the background.
    pub(crate) fn settle(&self) {
        self.machine.ok(&["audit", "list", "--workspace", "acme", "--limit", "1"]);
    }

    /// Adds so many copies of everybody, while it does not serve, with what more there is to copy.
    pub(crate) fn multiply(&mut self, copies: usize, more: &str) {
        drop(self.server.take());
        let script = |head: &str, key: &str, tail: &str| {
            let copies = head.replace("COPIES", &copies.to_string());
            [&copies, &include_str!("copies.sql").replace("KEY", key), more, "COMMIT;", tail].join("\n")
        };
        match self.database.strip_prefix("sqlite://") {
            Some(path) => {
                let head = include_str!("sqlite.sql");
                let sql = script(head, "lower(hex(randomblob(32)))", "PRAGMA journal_mode = WAL;");
                run(Command::new("sqlite3").arg(path), &sql);
            }
            None => {
                let head = include_str!("postgres.sql");
                let sql = script(head, "encode(sha256(copies.name::bytea), 'hex')", "VACUUM ANALYZE;");
                let quiet = ["--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1"];
                run(Command::new("psql").args(quiet).arg(&self.database), &sql);
            }
        }
        self.server = Some(self.machine.serve());
    }
}

fn run(command: &mut Command, script: &str) {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success(), "{command:?}");
}

/// Makes so many people and gives their ids.
pub(crate) fn fill(gateway: &Gateway, size: usize) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let made = Mutex::new(vec![String::new(); size]);
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let client = gateway.client();
                while let Some(number) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|number| *number < size) {
                    let shown = client.post("/Users", &person(&user_name(number), number));
                    made.lock().unwrap()[number] = shown["id"].as_str().unwrap().to_owned();
                }
            });
        }
    });
    made.into_inner().unwrap()
}

pub(crate) fn user_name(number: usize) -> String {
    format!("person{number}@acme.test")
}

/// As an identity provider sends people.
pub(crate) fn person(user_name: &str, number: usize) -> Value {
    json!({
        "schemas": [USER, ENTERPRISE],
        "userName": user_name,
        "externalId": format!("00u{user_name}"),
        "name": { "givenName": format!("Given{}", number % 977), "familyName": format!("Family{}", number % 9_973) },
        "displayName": format!("Given{} Family{}", number % 977, number % 9_973),
        "title": format!("Title {}", number % TITLES),
        "emails": [{ "value": user_name, "type": "work", "primary": true }],
        "active": true,
        ENTERPRISE: { "department": format!("Department {}", number % 200), "employeeNumber": number.to_string() },
    })
}
