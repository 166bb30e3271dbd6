//! A real mail server, aiosmtpd, which `scripts/peers` installs.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::identity::Identity;
use super::notice::say_once;
use super::program::{free_port, wait_for_line};

/// How long a machine under load may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running mail server with what it was sent.
pub(crate) struct MailServer {
    child: Child,
    folder: TempDir,
    pub(crate) port: u16,
}

impl MailServer {
    /// `None` where it is not installed and not demanded.
    pub(crate) fn start() -> Option<Self> {
        Self::start_with(&[])
    }

    /// With STARTTLS, for whoever signs in as gatehouse with the password "secret".
    pub(crate) fn start_as(identity: &Identity) -> Option<Self> {
        Self::start_with(&[("MAIL_CERTIFICATE", &identity.certificate), ("MAIL_KEY", &identity.key)])
    }

    fn start_with(environment: &[(&str, &Path)]) -> Option<Self> {
        let python = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("peers/pysaml2/bin/python");
        if !python.exists() {
            let required = std::env::var("GATEHOUSE_TEST_PEERS").is_ok_and(|set| set == "required");
            assert!(!required, "{} is missing: scripts/peers installs it", python.display());
            say_once("skipped: aiosmtpd is not installed (scripts/peers installs it)");
            return None;
        }
        let (folder, port) = (TempDir::new().unwrap(), free_port());
        let mut command = Command::new(python);
        command
            .args(["-B", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/common/aiosmtpd/server.py"), &port.to_string()])
            .env("MAIL_FOLDER", folder.path())
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let told = child.stdout.take().unwrap();
        let server = Self { child, folder, port };
        wait_for_line(told, "listening");
        Some(server)
    }

    /// What it answers to the next messages, one line each.
    pub(crate) fn answers(&self, lines: &str) {
        fs::write(self.folder.path().join("answers"), lines).unwrap();
    }

    /// The message of that number, from 1, as soon as it is there.
    pub(crate) fn message(&self, number: usize) -> String {
        read_when_there(|| fs::read_to_string(self.folder.path().join(format!("{number}.eml"))).ok())
    }

    pub(crate) fn has_message(&self, number: usize) -> bool {
        self.folder.path().join(format!("{number}.eml")).exists()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks again until there is an answer.
#[track_caller]
pub(crate) fn read_when_there<T>(look: impl Fn() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "it did not come");
        thread::sleep(Duration::from_millis(20));
    }
}

/// The links below `/invitations/` in a message, its lines put together again (RFC 2045 §6.7).
pub(crate) fn links(message: &str) -> Vec<String> {
    let whole = message.replace("=\r\n", "").replace("=\n", "");
    let ends = |c: char| !(c.is_ascii_alphanumeric() || "/:.-_".contains(c));
    let parts = whole.match_indices("http").map(|(at, _)| whole[at..].split(ends).next().unwrap().to_owned());
    parts.filter(|link| link.contains("/invitations/")).collect()
}
