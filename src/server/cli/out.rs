//! What commands say: results on the standard output, everything else on the other one.

use serde::Serialize;
use std::io::{self, Write};

/// The standard output. A reader that has seen enough (`| head`) ends the program quietly.
pub fn stdout() -> impl Write {
    struct Out(io::Stdout);
    impl Write for Out {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.write(bytes).inspect_err(leave)
        }
        fn flush(&mut self) -> io::Result<()> {
            self.0.flush().inspect_err(leave)
        }
    }
    fn leave(error: &io::Error) {
        if error.kind() == io::ErrorKind::BrokenPipe {
            std::process::exit(0);
        }
    }
    Out(io::stdout())
}

/// One line of a result.
pub fn line(text: impl std::fmt::Display) {
    // Where nobody can read it, nobody misses it.
    let _ = writeln!(stdout(), "{text}");
}

/// A result for scripts: one JSON value on a line of its own.
pub fn json(value: &impl Serialize) {
    if let Ok(text) = serde_json::to_string(value) {
        line(text);
    }
}

/// A word to the person at the terminal that is no result: it does not end up in a pipe.
pub fn note(text: impl std::fmt::Display) {
    let _ = writeln!(io::stderr(), "{text}");
}
