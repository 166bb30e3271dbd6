//! The forms in which entries of the audit log leave the gateway.

use std::io::{self, BufWriter, Write};

use domain::audit::SealedEntry;
use serde_json::Value;

/// How entries are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    Ndjson,
    /// A header and one row an entry (RFC 4180).
    Csv,
}

/// Writes entries one after the other.
pub struct EntryWriter<W: Write>(Lines<W>);

enum Lines<W: Write> {
    Ndjson(BufWriter<W>),
    Csv(Box<csv::Writer<W>>),
}

const COLUMNS: [&str; 17] = [
    "seq",
    "at",
    "kind",
    "source",
    "actor_type",
    "actor_id",
    "actor_name",
    "actor_issuer",
    "subject_type",
    "subject_id",
    "subject_name",
    "before",
    "after",
    "request_id",
    "ip",
    "user_agent",
    "hash",
];

impl<W: Write> EntryWriter<W> {
    /// Begins an export: a table has its header first.
    pub fn begin(format: Format, to: W) -> io::Result<Self> {
        Ok(Self(match format {
            Format::Ndjson => Lines::Ndjson(BufWriter::new(to)),
            Format::Csv => {
                let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to);
                table.write_record(COLUMNS).map_err(as_io)?;
                Lines::Csv(Box::new(table))
            }
        }))
    }

    /// Writes an entry.
    pub fn write(&mut self, entry: &SealedEntry) -> io::Result<()> {
        match &mut self.0 {
            Lines::Ndjson(lines) => {
                serde_json::to_writer(&mut *lines, entry)?;
                lines.write_all(b"\n")
            }
            Lines::Csv(table) => table.write_record(row(entry).map(defused)).map_err(as_io),
        }
    }

    /// Ends the export: everything is handed on.
    pub fn finish(mut self) -> io::Result<()> {
        match &mut self.0 {
            Lines::Ndjson(lines) => lines.flush(),
            Lines::Csv(table) => table.flush(),
        }
    }
}

/// A closed pipe stays one that can be told from other trouble.
fn as_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn row(entry: &SealedEntry) -> [String; COLUMNS.len()] {
    let part = |of: &Value, key: &str| of.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let json = |value: &Option<Value>| value.as_ref().map(Value::to_string).unwrap_or_default();
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    [
        entry.seq.to_string(),
        entry.at.clone(),
        entry.kind.clone(),
        entry.source.clone(),
        part(&entry.actor, "type"),
        part(&entry.actor, "id"),
        part(&entry.actor, "name"),
        part(&entry.actor, "issuer"),
        part(&entry.subject, "type"),
        part(&entry.subject, "id"),
        part(&entry.subject, "name"),
        json(&entry.before),
        json(&entry.after),
        text(&entry.request_id),
        text(&entry.ip),
        text(&entry.user_agent),
        entry.hash.clone(),
    ]
}

/// A user agent or a name is a stranger's word, and a spreadsheet runs a cell that begins like a formula. An apostrophe in
/// front makes it a text.
fn defused(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry() -> SealedEntry {
        SealedEntry {
            seq: 7,
            at: "2026-11-23T07:43:05.575376Z".to_owned(),
            kind: "login.failed".to_owned(),
            source: "saml_auto_sync".to_owned(),
            actor: json!({ "type": "assertion", "issuer": "https://okta.test/acme", "id": "_a1" }),
            subject: json!({ "type": "login", "id": null, "name": "ann@acme.test" }),
            before: None,
            after: Some(json!({ "check": "x", "detail": "a \"quoted\", long\nstory" })),
            request_id: None,
            ip: Some("192.0.2.1".to_owned()),
            user_agent: Some("curl".to_owned()),
            hash: "ab".to_owned(),
        }
    }

    fn written(format: Format, entry: &SealedEntry) -> String {
        let mut bytes = Vec::new();
        let mut writer = EntryWriter::begin(format, &mut bytes).unwrap();
        writer.write(entry).unwrap();
        writer.finish().unwrap();
        String::from_utf8(bytes).unwrap()
    }

    fn cells(entry: &SealedEntry) -> Vec<(String, String)> {
        let text = written(Format::Csv, entry);
        let mut table = csv::Reader::from_reader(text.as_bytes());
        let names = table.headers().unwrap().clone();
        let row = table.records().next().unwrap().unwrap();
        names.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)).collect()
    }

    fn cell(entry: &SealedEntry, column: &str) -> String {
        cells(entry).into_iter().find(|(name, _)| name == column).unwrap().1
    }

    #[test]
    fn ndjson_is_one_object_a_line() {
        let text = written(Format::Ndjson, &entry());
        assert_eq!(text.matches('\n').count(), 1);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), serde_json::to_value(entry()).unwrap());
    }

    /// RFC 4180 §2: lines end with CRLF; a field with quotes, commas or line breaks is quoted, its quotes doubled.
    #[test]
    fn csv_has_a_header_and_gives_back_what_went_in() {
        let text = written(Format::Csv, &entry());
        assert!(text.starts_with("seq,at,kind,source,actor_type,"), "{text}");
        assert!(text.ends_with(",ab\r\n"), "{text}");
        assert_eq!(cell(&entry(), "after"), entry().after.unwrap().to_string());
        assert_eq!(cell(&entry(), "actor_issuer"), "https://okta.test/acme");
        assert_eq!((cell(&entry(), "subject_id"), cell(&entry(), "request_id")), (String::new(), String::new()));
        let line_break = SealedEntry { user_agent: Some("a\r\nb".to_owned()), ..entry() };
        assert_eq!(cell(&line_break, "user_agent"), "a\r\nb");
    }

    /// CWE-1236: a cell that a spreadsheet would run.
    #[test]
    fn no_cell_of_a_csv_begins_like_a_formula() {
        for start in ["=", "+", "-", "@", "\t", "\r"] {
            let hostile = format!("{start}HYPERLINK(\"http://evil.test\")");
            let mut entry = entry();
            entry.subject["name"] = json!(hostile);
            entry.actor["issuer"] = json!(hostile);
            entry.user_agent = Some(hostile.clone());
            for column in ["subject_name", "actor_issuer", "user_agent"] {
                assert_eq!(cell(&entry, column), format!("'{hostile}"));
            }
        }
        assert_eq!(cell(&entry(), "user_agent"), "curl");
    }
}
