//! A login in plain text.

use anyhow::Result;
use chrono::SecondsFormat;
use saml_acs::tracer::{Attempt, CheckResult, Diagnosis, TracedAccess};

use crate::output;

/// Columns of a paragraph.
const WIDTH: usize = 96;

/// On one line, and on a second one what to do.
pub(super) fn print_in_short(attempt: &Attempt) -> Result<()> {
    let at = attempt.at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let reference = attempt.reference.as_deref().unwrap_or("-");
    output::line(format!("{at}  {:<12} {reference}  {}", attempt.end.outcome.words(), who(attempt)))?;
    match (&attempt.end.failed, attempt.diagnosis()) {
        (Some(failed), Some(diagnosis)) => output::line(format!("    {}: {}", failed.check, shown(&diagnosis.fix))),
        (Some(failed), None) => output::line(format!("    {}", failed.check)),
        (None, _) => Ok(()),
    }
}

/// Every check with what became of it.
pub(super) fn print(attempt: &Attempt) -> Result<()> {
    let at = attempt.at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let outcome = attempt.end.outcome.words();
    match &attempt.reference {
        Some(reference) => output::line(format!("Login {reference} at {at}: {outcome}"))?,
        None => output::line(format!("Dry run at {at}: {outcome}"))?,
    }
    output::line(format!("  person    {}", who(attempt)))?;
    let issuer = attempt.story.as_ref().and_then(|story| story.issuer.as_deref());
    let proven = if attempt.is_proven() || issuer.is_none() { "" } else { " (so says the message; nothing proves it)" };
    output::line(format!("  issuer    {}{proven}", shown(issuer.unwrap_or("-"))))?;
    if attempt.story.is_none() {
        output::line("  What was found is forgotten, as the policy trace_retention wants it.")?;
    }
    checks(attempt)?;
    attempt.story.iter().filter_map(|story| story.access.as_ref()).try_for_each(access)
}

fn checks(attempt: &Attempt) -> Result<()> {
    let mut stage = None;
    for (check, result) in attempt.timeline() {
        if stage.replace(check.stage) != Some(check.stage) {
            output::line(format!("\n{}", check.stage.title()))?;
        }
        let mark = match result {
            CheckResult::Passed => '✓',
            CheckResult::Failed => '✗',
            CheckResult::NotReached => '–',
        };
        output::line(format!("  {mark} {:<30} {}", check.name, check.title))?;
        if let (CheckResult::Failed, Some(diagnosis)) = (result, attempt.diagnosis()) {
            explain(diagnosis)?;
        }
    }
    Ok(())
}

fn explain(diagnosis: &Diagnosis) -> Result<()> {
    let Diagnosis { detail, found, expected, fix } = diagnosis;
    let parts = [("", Some(detail)), ("found", found.as_ref()), ("expected", expected.as_ref()), ("fix", Some(fix))];
    for (name, text) in parts.into_iter().filter_map(|(name, text)| Some((name, text?))) {
        for (nth, line) in wrapped(&shown(text)).iter().enumerate() {
            output::line(format!("      {:<9} {line}", if nth == 0 { name } else { "" }))?;
        }
    }
    Ok(())
}

fn access(access: &TracedAccess) -> Result<()> {
    output::line("\nWhat it gives")?;
    for role in &access.roles {
        let name = role.role.as_deref().unwrap_or("-");
        output::line(format!("  {:<10} {:<22} {}", shown(&role.environment), shown(name), role.rule))?;
        role.notes.iter().try_for_each(|note| output::line(format!("             {}", shown(note))))?;
    }
    let groups: Vec<_> = access.groups.iter().map(|group| shown(&group.name)).collect();
    output::line(format!("  groups     {}", if groups.is_empty() { "-".to_owned() } else { groups.join(", ") }))?;
    let remarks = access.ignored.iter().chain(&access.notes);
    remarks.into_iter().try_for_each(|remark| output::line(format!("             {}", shown(remark))))
}

fn who(attempt: &Attempt) -> String {
    shown(attempt.name.as_deref().unwrap_or("-"))
}

/// A stranger may have chosen these characters: none of them may steer the terminal.
fn shown(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// In lines of whole words.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + word.chars().count() < WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
