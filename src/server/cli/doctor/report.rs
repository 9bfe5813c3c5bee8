//! The report: one line for each check, printed as soon as its result is known.

use crate::server::cli::output::{self, Format, count};
use console::{Style, Term, measure_text_width};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::{collections::BTreeSet, time::Duration};

/// The result of a check, from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Ok,
    /// Not tried, because a check before it failed, or there is nothing to try.
    Skipped,
    /// The market works, and something about it should be changed.
    Warning,
    /// The market does not work.
    Error,
}

/// What a check found, and what to do about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub state: State,
    pub says: String,
    pub remedy: Option<String>,
    /// Values for scripts.
    pub data: Map<String, Value>,
}

impl Finding {
    pub fn ok(says: impl Into<String>) -> Finding {
        Finding::new(State::Ok, says, None)
    }

    pub fn skipped(why: impl Into<String>) -> Finding {
        Finding::new(State::Skipped, why, None)
    }

    pub fn warning(says: impl Into<String>, remedy: impl Into<String>) -> Finding {
        Finding::new(State::Warning, says, Some(remedy.into()))
    }

    pub fn error(says: impl Into<String>, remedy: impl Into<String>) -> Finding {
        Finding::new(State::Error, says, Some(remedy.into()))
    }

    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Finding {
        self.data.insert(name.to_owned(), value.into());
        self
    }

    fn new(state: State, says: impl Into<String>, remedy: Option<String>) -> Finding {
        Finding {
            state,
            says: one_line(&says.into()),
            remedy,
            data: Map::new(),
        }
    }
}

/// Messages of other programs may have several lines.
fn one_line(text: &str) -> String {
    let lines = text.lines().map(str::trim);
    let lines: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
    lines.join(" ")
}

#[derive(Serialize)]
struct Check {
    group: &'static str,
    name: String,
    state: State,
    says: String,
    remedy: Option<String>,
    data: Map<String, Value>,
}

/// The checks so far. As text each is printed at once, as JSON all of them at the end.
pub struct Report {
    format: Format,
    checks: Vec<Check>,
    /// What is being done now, shown on a terminal only.
    progress: ProgressBar,
}

impl Report {
    pub fn new(format: Format) -> Report {
        let progress = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("  {spinner} {msg} …") {
            progress.set_style(style);
        }
        Report {
            format,
            checks: Vec::new(),
            progress,
        }
    }

    /// Shows what is being done until the next check.
    pub fn doing(&self, what: impl Into<String>) {
        self.progress.set_message(what.into());
        self.progress.enable_steady_tick(Duration::from_millis(120));
    }

    pub fn add(&mut self, group: &'static str, name: impl Into<String>, finding: Finding) {
        let check = Check {
            group,
            name: name.into(),
            state: finding.state,
            says: finding.says,
            remedy: finding.remedy,
            data: finding.data,
        };
        self.show(&check);
        self.checks.push(check);
    }

    fn show(&self, check: &Check) {
        let group = check.group;
        let begins_group = self.checks.last().is_none_or(|last| last.group != group);
        if self.format == Format::Text {
            self.progress.suspend(|| {
                if begins_group {
                    print_heading(group);
                }
                print(check);
            });
        }
    }

    /// Adds the checks of a group that were not tried, and why. As text only their number is printed.
    pub fn skip_rest(&mut self, group: &'static str, all: &[&'static str], why: &str) {
        let own = self.checks.iter().filter(|check| check.group == group);
        let done: BTreeSet<_> = own.map(|check| check.name.clone()).collect();
        let check = |name: String| Check {
            group,
            name,
            state: State::Skipped,
            says: one_line(why),
            remedy: None,
            data: Map::new(),
        };
        let left: Vec<_> = all.iter().filter(|name| !done.contains(**name)).collect();
        match left[..] {
            [] => return,
            [name] => self.show(&check((*name).to_owned())),
            _ => self.show(&check(format!("{} more checks", left.len()))),
        }
        let left = left.into_iter().map(|name| check((*name).to_owned()));
        self.checks.extend(left);
    }

    /// Prints the result. Returns the exit status: 0 without findings, 1 with warnings, 2 with errors.
    pub fn finish(self) -> u8 {
        self.progress.finish_and_clear();
        let worst = self.checks.iter().map(|check| check.state).max();
        let (exit, result) = match worst {
            Some(State::Error) => (2, "error"),
            Some(State::Warning) => (1, "warning"),
            _ => (0, "ok"),
        };
        if self.format == Format::Json {
            output::json(&json!({ "result": result, "exit": exit, "checks": self.checks }));
            return exit;
        }
        self.print_summary(exit);
        exit
    }

    fn print_summary(&self, exit: u8) {
        let how_many = |state| {
            let checks = self.checks.iter().filter(|check| check.state == state);
            checks.count() as u64
        };
        let errors = count(how_many(State::Error), "error");
        let warnings = count(how_many(State::Warning), "warning");
        let skipped = match how_many(State::Skipped) {
            0 => String::new(),
            n => format!(" ({} skipped)", count(n, "check")),
        };
        let word = match exit {
            0 => "All is well".to_owned(),
            1 => format!("It works, with {warnings}"),
            _ => format!("It will not work: {errors}, {warnings}"),
        };
        output::line("");
        output::line(format!("{word}{skipped}."));
    }
}

/// The columns at which names and findings begin; settings have longer names.
const NAME_COLUMN: usize = 9;
const FINDING_COLUMN: usize = 36;
const SETTING_FINDING_COLUMN: usize = 48;

fn print_heading(group: &str) {
    output::line("");
    output::painted(Style::new().bold().apply_to(capital(group)));
}

fn print(check: &Check) {
    let begins = match check.group {
        "settings" => SETTING_FINDING_COLUMN,
        _ => FINDING_COLUMN,
    };
    let (word, style) = match check.state {
        State::Ok => ("ok", Style::new().green()),
        State::Skipped => ("skipped", Style::new().dim()),
        State::Warning => ("warning", Style::new().yellow().bold()),
        State::Error => ("ERROR", Style::new().red().bold()),
    };
    let remedy = check.remedy.as_ref();
    let remedy = remedy.map_or(String::new(), |remedy| format!(" → {remedy}"));
    let says = wrapped(&output::plain(&format!("{}{remedy}", check.says)), begins);
    let width = begins - NAME_COLUMN - 3;
    let name = format!("{:<width$}", output::plain(&check.name));
    let word = style.apply_to(format!("{word:<NAME_COLUMN$}"));
    output::painted(format!("  {word}{name} {says}"));
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// On a terminal in lines that begin below each other; in a pipe one line, so that it can be searched.
fn wrapped(text: &str, begins: usize) -> String {
    let terminal = Term::stdout();
    match terminal.is_term() {
        true => in_lines(
            text,
            begins,
            (terminal.size().1 as usize).saturating_sub(begins).max(30),
        ),
        false => text.to_owned(),
    }
}

fn in_lines(text: &str, begins: usize, width: usize) -> String {
    let mut lines = String::new();
    let mut used = 0;
    for word in text.split(' ') {
        let long = measure_text_width(word);
        if used > 0 && used + 1 + long > width {
            lines.push('\n');
            lines.push_str(&" ".repeat(begins));
            used = 0;
        } else if used > 0 {
            lines.push(' ');
            used += 1;
        }
        lines.push_str(word);
        used += long;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words_only() {
        let lines = in_lines("one two three", FINDING_COLUMN, 8);
        assert_eq!(
            lines,
            format!("one two\n{}three", " ".repeat(FINDING_COLUMN))
        );
        assert_eq!(in_lines("unbreakable", FINDING_COLUMN, 4), "unbreakable");
    }
}
