//! What commands say: results on the standard output, everything else on the other one. Whatever text is in it,
//! nothing steers the terminal, but for the colours of [`painted`].

use serde::Serialize;
use std::{
    io::{self, ErrorKind, Write},
    process::exit,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

/// As a shell reports a program that SIGPIPE has ended: nobody is to take it for a verdict.
const CUT_OFF: i32 = 141;

/// Whether results are a list, of which a reader may want the beginning alone.
static LISTING: AtomicBool = AtomicBool::new(false);

/// A reader that has seen enough (`| head`) of what this command lists ends it with 0.
pub fn list() {
    LISTING.store(true, Relaxed);
}

/// One line of a result.
pub fn line(text: impl std::fmt::Display) {
    painted(lines(&text.to_string()));
}

/// One line of a result as it is: with colours, and nothing of anybody else's in it that is not [`plain`].
pub fn painted(text: impl std::fmt::Display) {
    // In one piece, so that others' lines do not come in between.
    if let Err(error) = io::stdout().write_all(format!("{text}\n").as_bytes()) {
        leave(&error);
    }
}

/// Nobody gets the rest of the results: no exit status may say that they have.
fn leave(error: &io::Error) -> ! {
    if error.kind() != ErrorKind::BrokenPipe {
        note(format_args!("The results cannot be written: {error}"));
        exit(2);
    }
    exit(if LISTING.load(Relaxed) { 0 } else { CUT_OFF });
}

/// A result for scripts: one JSON value on a line of its own.
pub fn json(value: &impl Serialize) {
    match serde_json::to_string(value) {
        Ok(text) => painted(plain_json(&text)),
        Err(error) => leave(&error.into()),
    }
}

/// A word to the person at the terminal that is no result: it does not end up in a pipe.
pub fn note(text: impl std::fmt::Display) {
    // Where nobody can read it, nobody misses it.
    let _ = writeln!(io::stderr(), "{}", lines(&text.to_string()));
}

/// Text with nothing in it that steers a terminal, or that turns around what is written beside it.
pub fn plain(text: &str) -> String {
    escaped(text, |c| match c {
        '\n' => Some("\\n".to_owned()),
        c => steers(c).then(|| c.escape_unicode().to_string()),
    })
}

/// The same of text that may have several lines.
fn lines(text: &str) -> String {
    escaped(text, |c| {
        let steers = steers(c) && !matches!(c, '\n' | '\t');
        steers.then(|| c.escape_unicode().to_string())
    })
}

/// JSON on one line, with nothing in it that steers a terminal: as escapes of JSON, so that it means the same.
pub fn plain_json(text: &str) -> String {
    escaped(text, |c| match c {
        // Between two values; within a string they are escaped already.
        '\n' | '\r' | '\t' => Some(" ".to_owned()),
        c => steers(c).then(|| format!("\\u{:04x}", u32::from(c))),
    })
}

fn escaped(text: &str, escape: impl Fn(char) -> Option<String>) -> String {
    let shown = |c: char| escape(c).unwrap_or_else(|| c.to_string());
    text.chars().map(shown).collect()
}

fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_the_terminal() {
        for (text, shown) in [
            ("a\u{1b}[2Jb", "a\\u{1b}[2Jb"),
            ("a\u{9b}2J\u{7f}", "a\\u{9b}2J\\u{7f}"),
            ("Hof II\n4th\r", "Hof II\\n4th\\u{d}"),
            ("\u{202e}evil", "\\u{202e}evil"),
            ("Ähre 比萨饼 👩‍🍳", "Ähre 比萨饼 👩‍🍳"),
        ] {
            assert_eq!(plain(text), shown);
            assert_eq!(lines(text), shown.replace("\\n", "\n"));
        }
        let stored = "{\n\"a\": \"\u{9b}2J\u{202e}\u{7f} \\u001b\"}";
        let shown = plain_json(stored);
        assert_eq!(shown, "{ \"a\": \"\\u009b2J\\u202e\\u007f \\u001b\"}");
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(read(&shown), read(stored));
    }
}
