//! What signals do to a server.

use crate::support::{Market, SOON, program, tls, until};
use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

#[tokio::test]
async fn sighup_is_logged_and_otherwise_ignored() {
    let market = Market::embedded();
    let mut instance = market.open().await;
    instance.signal("-HUP");
    until(async || instance.said().contains("ignored SIGHUP")).await;
    instance.offer("Diavola").await;
    instance.signal("-TERM");
    assert!(instance.ended(SOON).success());
}

/// As when a terminal is closed: nobody reads what the server logs.
#[tokio::test]
async fn a_server_keeps_running_when_standard_error_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program();
    command
        .env("DATA_DIR", folder.path())
        .stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    let mut log = BufReader::new(process.stderr.take().unwrap()).lines();
    let url = log.find_map(|line| {
        line.unwrap()
            .split_once("listening on ")
            .map(|(_, url)| url.to_owned())
    });
    let url = url.unwrap();
    drop(log);
    let http = tls::http().build().unwrap();
    // Each logs a line.
    for _ in 0..3 {
        let offer = crate::support::offer("Diavola");
        let answer = http.post(format!("{url}/api/orders")).json(&offer).send();
        assert_eq!(answer.await.unwrap().status().as_u16(), 201);
    }
    process.kill().unwrap();
    process.wait().unwrap();
}
