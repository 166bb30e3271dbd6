use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use administration::audit_export::{EntryWriter, Format};
use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use tempfile::NamedTempFile;

use super::selection::{Reading, Selection};
use crate::config::Settings;

#[derive(Debug, Args)]
pub(in crate::cli) struct Export {
    #[command(flatten)]
    selection: Selection,
    /// In this form
    #[arg(long, value_enum, default_value_t = Form::Ndjson)]
    format: Form,
    /// Into this new file, readable by its owner only; else to standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// How entries are written.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Form {
    /// One JSON object a line, as `audit list --json` prints it
    Ndjson,
    /// A header and one row an entry (RFC 4180)
    Csv,
}

impl From<Form> for Format {
    fn from(form: Form) -> Self {
        match form {
            Form::Ndjson => Self::Ndjson,
            Form::Csv => Self::Csv,
        }
    }
}

/// From so many entries on it takes long enough that somebody at a terminal wants to know how far it is.
const LONG: i64 = 20_000;

impl Export {
    pub(super) fn run(self, settings: &Settings) -> Result<()> {
        if let Some(path) = &self.output {
            refuse_to_overwrite(path)?;
        }
        let reading = self.selection.open(settings)?;
        match &self.output {
            Some(path) => self.to_file(&reading, path),
            None => self.to_standard_output(&reading),
        }
    }

    fn to_standard_output(&self, reading: &Reading) -> Result<()> {
        let (stdout, stderr) = (io::stdout().lock(), io::stderr());
        let watched = stderr.is_terminal() && !stdout.is_terminal();
        match self.write(reading, stdout, Progress::new(watched.then_some(stderr), reading.last)) {
            // A reader that has gone away (`| head`) is no failure.
            Err(error) if is_closed_pipe(&error) => Ok(()),
            done => done,
        }
    }

    /// The file has its name only once it is whole: what was cut short can't pass for a log.
    fn to_file(&self, reading: &Reading, path: &Path) -> Result<()> {
        let cannot = || format!("can't write {}", path.display());
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // Its mode is 0600.
        let mut file = NamedTempFile::new_in(folder).with_context(cannot)?;
        let stderr = io::stderr();
        let progress = Progress::new(stderr.is_terminal().then_some(stderr), reading.last);
        self.write(reading, &mut file, progress)?;
        file.as_file().sync_all().with_context(cannot)?;
        match file.persist_noclobber(path) {
            Err(failed) if failed.error.kind() == io::ErrorKind::AlreadyExists => refuse_to_overwrite(path),
            done => done.map(drop).with_context(cannot),
        }
    }

    fn write(&self, reading: &Reading, to: impl Write, mut progress: Progress<io::Stderr>) -> Result<()> {
        let broken = "can't write the export";
        let mut writer = EntryWriter::begin(self.format.into(), to).context(broken)?;
        reading.each_page(|page| {
            page.iter().try_for_each(|entry| writer.write(entry)).context(broken)?;
            progress.tell(page.last().map_or(0, |entry| entry.seq));
            Ok(())
        })?;
        writer.finish().context(broken)
    }
}

fn refuse_to_overwrite(path: &Path) -> Result<()> {
    // A dangling link is there as well.
    if fs::symlink_metadata(path).is_ok() {
        bail!("{} is there already: name a new file", path.display());
    }
    Ok(())
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// One line that tells how far it is, and is gone at the end.
struct Progress<W: Write> {
    to: Option<W>,
    last: i64,
    told: bool,
}

impl<W: Write> Progress<W> {
    /// Tells nothing where nobody watches or where it will soon be over.
    fn new(watched: Option<W>, last: i64) -> Self {
        Self { to: watched.filter(|_| last >= LONG), last, told: false }
    }

    fn tell(&mut self, seq: i64) {
        if let Some(to) = &mut self.to {
            // The export goes on where nobody can be told.
            let _ = write!(to, "\rentry {seq} of {}", self.last).and_then(|()| to.flush());
            self.told = true;
        }
    }
}

impl<W: Write> Drop for Progress<W> {
    fn drop(&mut self) {
        if let (true, Some(to)) = (self.told, &mut self.to) {
            // ECMA-48 §8.3.41: erases the line.
            let _ = write!(to, "\r\x1b[2K").and_then(|()| to.flush());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(last: i64, watched: bool) -> String {
        let mut line = Vec::new();
        let mut progress = Progress::new(watched.then_some(&mut line), last);
        progress.tell(500);
        progress.tell(last);
        drop(progress);
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn only_a_long_export_at_a_terminal_tells_how_far_it_is() {
        assert_eq!(told(LONG, true), format!("\rentry 500 of {LONG}\rentry {LONG} of {LONG}\r\x1b[2K"));
        assert_eq!(told(LONG - 1, true), "");
        assert_eq!(told(LONG, false), "");
    }
}
