mod machine;
mod workspaces;

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use serde::Serialize;
use serde_json::json;

use crate::config::Settings;
use crate::output;

/// `gatehouse doctor`
#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// As it should be.
    Ok,
    /// It works, and there is something to do about it.
    Warning,
    /// It does not work.
    Trouble,
}

/// What was found.
#[derive(Debug, Serialize)]
struct Finding {
    area: &'static str,
    /// None where it is about the whole gateway.
    workspace: Option<String>,
    state: State,
    finding: String,
    /// What to do about it.
    remedy: Option<String>,
}

impl Finding {
    fn ok(area: &'static str, finding: impl Into<String>) -> Self {
        Self { area, workspace: None, state: State::Ok, finding: finding.into(), remedy: None }
    }

    fn warning(area: &'static str, finding: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { state: State::Warning, remedy: Some(remedy.into()), ..Self::ok(area, finding) }
    }

    fn trouble(area: &'static str, finding: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { state: State::Trouble, ..Self::warning(area, finding, remedy) }
    }

    fn within(self, workspace: &str) -> Self {
        Self { workspace: Some(workspace.to_owned()), ..self }
    }
}

impl Doctor {
    /// Ends with 1 where something does not work.
    pub(super) fn run(self, settings: &Settings) -> Result<ExitCode> {
        let mut findings = machine::configuration(settings);
        let (store, of_store) = machine::store(settings);
        findings.extend(of_store);
        if let Some(store) = &store {
            findings.extend(machine::clock(store));
            findings.extend(machine::mail(settings, store));
            findings.extend(workspaces::all(store)?);
        }
        let worst = findings.iter().map(|found| found.state).max().unwrap_or(State::Ok);
        if self.json {
            output::json(&json!({ "state": worst, "findings": findings }))?;
        } else {
            findings.iter().try_for_each(print)?;
        }
        Ok(if worst == State::Trouble { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

fn print(found: &Finding) -> Result<()> {
    let state = match found.state {
        State::Ok => "ok",
        State::Warning => "warning",
        State::Trouble => "trouble",
    };
    let whose = found.workspace.as_ref().map(|workspace| format!("{workspace}: ")).unwrap_or_default();
    output::line(format!("{state:<8} {:<13} {whose}{}", found.area, found.finding))?;
    found.remedy.iter().try_for_each(|remedy| output::line(format!("{:<22} {remedy}", "")))
}
