//! The output of commands: results on standard output, everything else on standard error. No text in it controls the
//! terminal, but for the colours of [`painted`].

use serde::Serialize;
use std::{
    io::{self, ErrorKind, Write},
    process::exit,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

/// What a shell reports for a program that SIGPIPE has ended, so that no script takes it for a verdict.
const BROKEN_PIPE: i32 = 141;

/// How results are printed.
#[derive(Clone, Copy, PartialEq)]
pub enum Format {
    Text,
    Json,
}

/// Whether results are a list, of which a reader may want only the beginning.
static LISTING: AtomicBool = AtomicBool::new(false);

/// Declares the results a list: where its reader leaves early (`| head`), the exit status is 0.
pub fn set_listing() {
    LISTING.store(true, Relaxed);
}

/// One line of a result.
pub fn line(text: impl std::fmt::Display) {
    painted(plain_lines(&text.to_string()));
}

/// One line of a result as it is: with colours. Foreign text in it must be [`plain`].
pub fn painted(text: impl std::fmt::Display) {
    // In one piece, so that no other line comes in between.
    if let Err(error) = io::stdout().write_all(format!("{text}\n").as_bytes()) {
        exit_unwritable(&error);
    }
}

/// Ends the program where results cannot be written: its exit status must not claim that they were.
fn exit_unwritable(error: &io::Error) -> ! {
    if error.kind() != ErrorKind::BrokenPipe {
        note(format_args!("The results cannot be written: {error}"));
        exit(2);
    }
    exit(if LISTING.load(Relaxed) {
        0
    } else {
        BROKEN_PIPE
    });
}

/// A result for scripts: one JSON value on a line of its own.
pub fn json(value: &impl Serialize) {
    match serde_json::to_string(value) {
        Ok(text) => painted(plain_json(&text)),
        Err(error) => exit_unwritable(&error.into()),
    }
}

/// One line for the user that is not a result, on standard error.
pub fn note(text: impl std::fmt::Display) {
    // Standard error may be closed.
    let _ = writeln!(io::stderr(), "{}", plain_lines(&text.to_string()));
}

/// `1 order`, `2 orders`.
pub fn count(n: u64, what: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{n} {what}{plural}")
}

/// Text on one line in which characters that control a terminal, or change the direction of text, are escaped.
pub fn plain(text: &str) -> String {
    escaped(text, |c| match c {
        '\n' => Some("\\n".to_owned()),
        c => is_control(c).then(|| c.escape_unicode().to_string()),
    })
}

/// The same of text that may have several lines.
fn plain_lines(text: &str) -> String {
    escaped(text, |c| {
        let control = is_control(c) && !matches!(c, '\n' | '\t');
        control.then(|| c.escape_unicode().to_string())
    })
}

/// JSON on one line in which such characters are JSON escapes, so that its meaning stays.
pub fn plain_json(text: &str) -> String {
    escaped(text, |c| match c {
        // Between two values; within a string JSON has escaped them already.
        '\n' | '\r' | '\t' => Some(" ".to_owned()),
        c => is_control(c).then(|| format!("\\u{:04x}", u32::from(c))),
    })
}

fn escaped(text: &str, escape: impl Fn(char) -> Option<String>) -> String {
    let shown = |c: char| escape(c).unwrap_or_else(|| c.to_string());
    text.chars().map(shown).collect()
}

fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_controls_the_terminal() {
        for (text, shown) in [
            ("a\u{1b}[2Jb", "a\\u{1b}[2Jb"),
            ("a\u{9b}2J\u{7f}", "a\\u{9b}2J\\u{7f}"),
            ("Hof II\n4th\r", "Hof II\\n4th\\u{d}"),
            ("\u{202e}evil", "\\u{202e}evil"),
            ("Ähre 比萨饼 👩‍🍳", "Ähre 比萨饼 👩‍🍳"),
        ] {
            assert_eq!(plain(text), shown);
            assert_eq!(plain_lines(text), shown.replace("\\n", "\n"));
        }
        let stored = "{\n\"a\": \"\u{9b}2J\u{202e}\u{7f} \\u001b\"}";
        let shown = plain_json(stored);
        assert_eq!(shown, "{ \"a\": \"\\u009b2J\\u202e\\u007f \\u001b\"}");
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(read(&shown), read(stored));
    }
}
