//! `.env` and the environment: what is written there is what counts.

use crate::support::{
    Instance, Ran,
    doctor::{examine, patient},
    program,
    redis_server::RedisServer,
    refuses_to_start,
};
use std::{fs, path::Path, process::Command};
use tempfile::TempDir;

/// A folder with this `.env`.
fn folder_with(env: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".env"), env).unwrap();
    folder
}

/// The program, started in a folder.
fn started_in(folder: &Path) -> Command {
    let mut command = program();
    command.current_dir(folder);
    command
}

fn run(mut command: Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dollar_sign_in_a_password_is_a_plain_character() {
    let server = RedisServer::start();
    let mut change = redis::cmd("CONFIG");
    change
        .arg("SET")
        .arg("requirepass")
        .arg(r#" pa$word1 ${HOME} \n "#);
    change.exec(&mut server.connection()).unwrap();
    for line in [
        r#"REDIS_PASSWORD=' pa$word1 ${HOME} \n '"#,
        r#"REDIS_PASSWORD=" pa$word1 ${HOME} \n " # as it is"#,
        r#"export REDIS_PASSWORD = " pa\$word1 \${HOME} \\n ""#,
    ] {
        let folder = folder_with(&format!("REDIS_PORT={}\r\n{line}\r\n", server.port));
        let mut command = patient(&[]);
        command.current_dir(folder.path());
        let report = examine(command).await;
        report.says("sign-in", "ok", &["default"]);
    }
}

#[tokio::test]
async fn only_the_env_file_of_the_working_directory_is_read_and_the_log_names_it() {
    let parent = folder_with("DATA_DIR=of-the-parent\n");
    let child = parent.path().join("child");
    fs::create_dir(&child).unwrap();
    let instance = Instance::start(started_in(&child));
    instance.until_ready().await;
    assert!(child.join("data/market.redb").exists());
    assert!(!instance.said().contains(".env"), "{}", instance.said());

    let instance = Instance::start(started_in(parent.path()));
    instance.until_ready().await;
    assert!(parent.path().join("of-the-parent/market.redb").exists());
    let file = parent.path().canonicalize().unwrap().join(".env");
    assert!(
        instance.said().contains(file.to_str().unwrap()),
        "{}",
        instance.said()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_names_the_env_file_that_was_read() {
    let parent = folder_with("CURRENCY=CHF\n");
    let child = parent.path().join("child");
    fs::create_dir(&child).unwrap();
    let of = async |folder: &Path| {
        let mut command = patient(&[]);
        command.current_dir(folder);
        examine(command).await
    };
    let report = of(parent.path()).await;
    report.says(".env", "ok", &[parent.path().to_str().unwrap()]);
    report.says("CURRENCY", "ok", &["CHF (.env)"]);
    let report = of(&child).await;
    assert!(!report.whole.contains(".env"), "{}", report.whole);
    report.says("CURRENCY", "ok", &["EUR (default)"]);
}

/// A tool that starts a container keeps what nobody sees.
#[tokio::test]
async fn blanks_around_a_value_are_trimmed() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = started_in(folder.path());
    command
        .env("DATA_DIR", "kept \r")
        .env("LEPTOS_SITE_ADDR", "127.0.0.1:0\r")
        .env("LEPTOS_SITE_ROOT", format!("{} ", folder.path().display()))
        .env("LEPTOS_HASH_FILES", " \r")
        .env("LOG_FORMAT", " Pretty\t");
    let instance = Instance::start(command);
    instance.until_ready().await;
    assert!(folder.path().join("kept/market.redb").exists());

    let folder = folder_with("DATA_DIR =  kept \t\r\n");
    let instance = Instance::start(started_in(folder.path()));
    instance.until_ready().await;
    assert!(folder.path().join("kept/market.redb").exists());
}

#[tokio::test]
async fn blanks_within_quotes_are_kept() {
    for quote in ['"', '\''] {
        let folder = folder_with(&format!("DATA_DIR={quote} kept {quote} \n"));
        let instance = Instance::start(started_in(folder.path()));
        instance.until_ready().await;
        assert!(folder.path().join(" kept /market.redb").exists());
    }
}

#[tokio::test]
async fn the_environment_wins_over_the_file_and_later_lines_over_earlier_ones() {
    let folder = folder_with("DATA_DIR=first\nDATA_DIR=last\nRATE_LIMIT=none\nCURRENCY=none\n");
    let mut command = started_in(folder.path());
    // Set to nothing counts as not set, and hides the line.
    command.env("RATE_LIMIT", "7").env("CURRENCY", "");
    let instance = Instance::start(command);
    instance.until_ready().await;
    assert!(folder.path().join("last/market.redb").exists());
}

#[test]
fn an_unreadable_line_stops_every_command() {
    let folder = folder_with("CURRENCY=EUR\nREDIS_PASSWORD=\"s3cret\n");
    let said = refuses_to_start(started_in(folder.path()));
    assert!(said.contains(".env: line 2: REDIS_PASSWORD"), "{said}");
    assert!(!said.contains("s3cret"), "{said}");
    for args in [&["verify"][..], &["health"], &["inspect", "stats"]] {
        let mut command = started_in(folder.path());
        command.args(args);
        let Ran { code, stderr, .. } = run(command);
        assert_eq!(code, 2, "{args:?}: {stderr}");
        assert!(
            stderr.contains("line 2") && !stderr.contains("s3cret"),
            "{stderr}"
        );
    }
}
