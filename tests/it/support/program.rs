//! The real program as a process: its environment, how it ends, and the tools that tests find on the machine.

use crate::support::{SOON, tls};

use std::{
    io::{Read, Write},
    process::{Command, Stdio},
    thread,
    time::Instant,
};

/// What a command said, and how it ended.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// The program in a folder of its own, with none of the settings of the person who runs the tests.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pizza-market"));
    for (name, _) in std::env::vars() {
        if [
            "REDIS_", "LEPTOS_", "CORS_", "RATE_", "EVENT_", "DATA_", "MAX_", "TRUSTED_", "SITE_",
            "RUST_LOG", "LOG_", "METRICS_", "OTEL_", "TLS_", "AUTH", "GUESTS", "SIGN_UP",
        ]
        .iter()
        .any(|part| name.starts_with(part))
        {
            command.env_remove(name);
        }
    }
    command
        .current_dir(std::env::temp_dir())
        .env("LEPTOS_SITE_ADDR", "127.0.0.1:0")
        // Also where a test has a proxy or a site of its own: sign-in is a matter of the tests that set it.
        .env("AUTH", "open")
        .env("LOG_FORMAT", "pretty")
        .env("RUST_LOG", "info")
        .envs(tls::settings());
    command
}

/// Runs the program where it must not start; what it says.
pub fn refuses_to_start(mut command: Command) -> String {
    let mut process = command.stderr(Stdio::piped()).spawn().unwrap();
    let deadline = Instant::now() + SOON;
    while process.try_wait().unwrap().is_none() {
        if Instant::now() > deadline {
            process.kill().unwrap();
            panic!("it started");
        }
        thread::yield_now();
    }
    assert!(!process.wait().unwrap().success());
    let mut said = String::new();
    process.stderr.unwrap().read_to_string(&mut said).unwrap();
    said
}

/// Whether a tool is here that no test installs. Where it is not, the test says so past the capture of its output, to be
/// counted as skipped, and ends.
pub fn is_installed(tool: &str, args: &[&str]) -> bool {
    let found = Command::new(tool).args(args).output();
    let found = found.is_ok_and(|said| said.status.success());
    if !found {
        let said = format!("skipped: {tool} {} does not work here\n", args.join(" "));
        std::io::stderr().write_all(said.as_bytes()).unwrap();
    }
    found
}

/// A port that is free now.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

pub fn assert_success(said: &std::process::Output) {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&said.stdout), text(&said.stderr));
    assert!(said.status.success(), "{stdout}{stderr}");
}
