//! The built program on a machine of its own: an empty folder and nothing in the environment.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread::{self, JoinHandle};

use serde_json::Value;
use tempfile::TempDir;

use super::answer::send;

/// Makes the workspace `acme`.
pub(crate) const INIT: [&str; 10] = [
    "init",
    "--json",
    "--workspace",
    "acme",
    "--name",
    "Acme",
    "--owner-email",
    "olga@acme.test",
    "--owner-name",
    "Olga Owner",
];

/// A folder in which commands are run, with the address at which `serve` would listen.
pub(crate) struct Machine {
    folder: TempDir,
    environment: Vec<(&'static str, String)>,
    pub(crate) listen: String,
}

/// A command's end.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A program that goes on until it is stopped.
pub(crate) struct Running {
    child: Child,
}

/// A free port below those that the system gives to outgoing connections, so that none of them can take it meanwhile.
pub(crate) fn free_port() -> u16 {
    static TRIED: AtomicU16 = AtomicU16::new(0);
    let process = u16::try_from(std::process::id() % 200).unwrap() * 50;
    loop {
        let port = 10_000 + (process + TRIED.fetch_add(1, Ordering::Relaxed)) % 10_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

impl Machine {
    pub(crate) fn new() -> Self {
        let listen = format!("127.0.0.1:{}", free_port());
        let environment = vec![("GATEHOUSE_SERVER__LISTEN", listen.clone()), ("USER", "operator".to_owned())];
        Self { folder: TempDir::new().unwrap(), environment, listen }
    }

    /// The same with one more variable in the environment.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.environment.push((name, value.to_owned()));
        self
    }

    /// The outside knows it by a name that is another site than that of what else listens here.
    pub(crate) fn known_as_localhost(self) -> Self {
        let base_url = format!("http://{}", self.listen.replace("127.0.0.1", "localhost"));
        self.with("GATEHOUSE_SERVER__BASE_URL", &base_url)
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.environment.retain(|(known, _)| *known != name);
        self
    }

    pub(crate) fn base_url(&self) -> String {
        let known_as = self.environment.iter().find(|(name, _)| *name == "GATEHOUSE_SERVER__BASE_URL");
        known_as.map_or(format!("http://{}", self.listen), |(_, base_url)| base_url.clone())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
    }

    /// Reads one line of what it prints and closes the pipe, as `| head -n 1` does.
    pub(crate) fn run_for_one_line(&self, arguments: &[&str]) -> Ran {
        let mut child = self.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdout = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut stdout).unwrap();
        let Output { status, stderr, .. } = child.wait_with_output().unwrap();
        Ran { code: status.code(), stdout, stderr: String::from_utf8(stderr).unwrap() }
    }

    /// What a command prints that succeeds.
    #[track_caller]
    pub(crate) fn ok(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, Some(0), "{arguments:?}: {ran:?}");
        ran.stdout
    }

    /// The one JSON object that it prints.
    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let stdout = self.ok(arguments);
        serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {stdout}"))
    }

    /// One JSON object a line.
    #[track_caller]
    pub(crate) fn json_lines(&self, arguments: &[&str]) -> Vec<Value> {
        self.ok(arguments).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The one clear line of a command that fails.
    #[track_caller]
    pub(crate) fn fails(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, Some(1), "{arguments:?}: {ran:?}");
        assert_eq!((ran.stdout.as_str(), ran.stderr.lines().count()), ("", 1), "{arguments:?}: {ran:?}");
        ran.stderr.strip_prefix("gatehouse: ").unwrap_or_else(|| panic!("{ran:?}")).trim_end().to_owned()
    }

    /// `gatehouse serve`, ready to answer.
    pub(crate) fn serve(&self) -> Running {
        let mut child = self.command(&["serve"]).stderr(Stdio::piped()).spawn().unwrap();
        // The line is written once the address is bound: from then on a connection waits for its answer, and the answer
        // comes from a server that listens to signals as well.
        let log = child.stderr.take().unwrap();
        wait_for_line(log, "serving");
        let running = Running { child };
        send("GET", &format!("{}/readyz", self.base_url()), &[], None).expect(200);
        running
    }

    /// The same where there is no workspace yet, with the address that it prints to make the first one.
    pub(crate) fn serve_to_be_set_up(&self) -> (Running, String) {
        let mut child = self.command(&["serve"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let line = wait_for_line(child.stdout.take().unwrap(), "/console/_set-up?token=");
        let running = Running { child };
        (running, line.trim().to_owned())
    }

    /// The same, with all that it says on standard error until it ends.
    pub(crate) fn serve_logged(&self) -> (Running, JoinHandle<String>) {
        let mut child = self.command(&["serve"]).stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut first = String::new();
        while !first.contains("serving") {
            assert!(log.read_line(&mut first).unwrap() > 0, "it ended: {first}");
        }
        let rest = thread::spawn(move || {
            log.read_to_string(&mut first).unwrap();
            first
        });
        (Running { child }, rest)
    }

    /// `gatehouse demo`, ready to answer; the second address is the simulator's.
    pub(crate) fn demo(&self) -> (Running, String) {
        let simulator = format!("127.0.0.1:{}", free_port());
        let demo = ["demo", "--simulator-listen", &simulator];
        let mut child = self.command(&demo).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let told = child.stdout.take().unwrap();
        wait_for_line(told, "Ctrl-C ends it.");
        (Running { child }, format!("http://{simulator}"))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gatehouse"));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        command.env_clear().envs(self.environment.iter().map(|(name, value)| (name, value)));
        // What the program puts aside is gone with the machine.
        command.env("TMPDIR", self.folder.path());
        command
    }
}

impl Running {
    /// Asks it to end, as a service manager does, and gives its exit code.
    pub(crate) fn terminate(self) -> Option<i32> {
        self.end_by("TERM")
    }

    pub(crate) fn end_by(self, signal: &str) -> Option<i32> {
        self.signal(signal);
        self.ended()
    }

    pub(crate) fn signal(&self, signal: &str) {
        let kill = format!("kill -{signal} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Waits for its end and gives its exit code.
    pub(crate) fn ended(mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // After `terminate` there is nothing left to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads up to the line, then lets the rest flow so that the program never waits for its reader.
pub(crate) fn wait_for_line(output: impl Read + Send + 'static, text: &str) -> String {
    let mut lines = BufReader::new(output).lines();
    let mut before = Vec::new();
    let found = loop {
        match lines.next() {
            Some(Ok(line)) if line.contains(text) => break line,
            Some(Ok(line)) => before.push(line),
            _ => panic!("it ended before it said {text:?}: {}", before.join("\n")),
        }
    };
    thread::spawn(move || lines.for_each(drop));
    found
}
