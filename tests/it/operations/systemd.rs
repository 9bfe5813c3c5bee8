//! The systemd unit: its commands run a server, and systemd is asked where it is installed.

use crate::repository::source::read;
use crate::support::{Instance, SOON, assert_success, is_installed, program, until};
use std::{fs, process::Command};

const UNIT: &str = "ops/systemd/pizza-market.service";

fn unit(key: &str) -> Vec<String> {
    let unit = read(UNIT);
    let lines = unit.lines().filter_map(|line| line.split_once('='));
    lines
        .filter(|(found, _)| *found == key)
        .map(|(_, value)| value.to_owned())
        .collect()
}

/// Its commands, in a folder with the settings of the operator's page.
#[tokio::test(flavor = "multi_thread")]
async fn the_systemd_unit_starts_a_server() {
    let (etc, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    fs::write(
        etc.path().join(".env"),
        format!("LEPTOS_SITE_ADDR={free}\n"),
    )
    .unwrap();
    let run = |line: &str| {
        let mut words = line.split(' ');
        assert_eq!(words.next(), Some("/opt/pizza-market/pizza-market"));
        let mut command = program();
        command
            .env_remove("LEPTOS_SITE_ADDR")
            .current_dir(etc.path())
            .args(words);
        for setting in unit("Environment") {
            let (name, value) = setting.split_once('=').unwrap();
            command.env(name, value.replace("%S", state.path().to_str().unwrap()));
        }
        command
    };
    let mut instance = Instance::start(run(&unit("ExecStart")[0]));
    assert_success(&run(&unit("ExecStartPost")[0]).output().unwrap());
    let name = &unit("StateDirectory")[0];
    until(async || state.path().join(name).join("market.redb").exists()).await;
    instance.signal("-TERM");
    assert!(instance.ended(SOON).success());
}

#[test]
fn systemd_analyze_accepts_the_unit_where_it_is_installed() {
    if !is_installed("systemd-analyze", &["--version"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().join("pizza-market.service");
    let program = env!("CARGO_BIN_EXE_pizza-market");
    let text = read(UNIT).replace("/opt/pizza-market/pizza-market", program);
    // The machine of the tests has no such user.
    fs::write(&here, text.replace("User=pizza-market\n", "")).unwrap();
    let analyze = |args: &[&str]| {
        let mut analyze = Command::new("systemd-analyze");
        analyze.args(args).arg(&here).output().unwrap()
    };
    let said = analyze(&["verify"]);
    assert_success(&said);
    assert!(
        said.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    // From 0 (shut in) to 100 (exposed).
    assert_success(&analyze(&[
        "security",
        "--offline=true",
        "--threshold=25",
        "--no-pager",
    ]));
}
