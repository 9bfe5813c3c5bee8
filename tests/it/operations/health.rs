//! `pizza-market health`: what containers, units and scripts ask.

use crate::support::{Market, SOON, program, tls, until};
use std::{
    io::{Read, Write},
    process::{Command, Output},
};

/// What is said, and with which exit status, by a program whose server is this one.
fn health(server: &str, args: &[&str]) -> (i32, String, String) {
    let mut command = program();
    command
        .env("LEPTOS_SITE_ADDR", server)
        .arg("health")
        .args(args);
    said(&mut command)
}

fn said(command: &mut Command) -> (i32, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn health_of_a_ready_server() {
    let market = Market::embedded().open().await;
    let words = "ready (embedded, fsync)\n".to_owned();
    assert_eq!(health(market.address(), &[]), (0, words, String::new()));
    let alive = (0, "alive\n".to_owned(), String::new());
    assert_eq!(health(market.address(), &["--live"]), alive);
    let (status, json, _) = health(market.address(), &["--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((status, &json["status"]), (0, &"ready".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_its_store_is_alive_and_not_ready() {
    let mut market = Market::redis();
    let instance = market.open().await;
    market.server().kill();
    until(async || instance.get("/readyz").await.status == 503).await;
    let (status, stdout, stderr) = health(instance.address(), &[]);
    assert_eq!((status, stdout.as_str()), (1, ""));
    assert!(stderr.starts_with("not ready (redis): "), "{stderr}");
    let (status, json, stderr) = health(instance.address(), &["--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((status, &json["status"]), (1, &"not ready".into()));
    assert_eq!(stderr, "");
    assert_eq!(health(instance.address(), &["--live"]).0, 0);
}

/// A proxy turns to other instances before this one refuses a connection.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_behind_a_proxy_is_first_not_ready() {
    let market = Market::embedded().with("TRUSTED_PROXIES", "127.0.0.1");
    let mut instance = market.open().await;
    instance.signal("-TERM");
    until(async || instance.get("/readyz").await.status == 503).await;
    let (status, _, stderr) = health(instance.address(), &[]);
    assert_eq!(status, 1);
    assert!(stderr.contains("The server is stopping"), "{stderr}");
    assert!(instance.ended(SOON).success());
}

#[tokio::test(flavor = "multi_thread")]
async fn health_waits_for_a_starting_server() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = free.local_addr().unwrap().to_string();
    drop(free);
    let (status, _, stderr) = health(&addr, &[]);
    assert_eq!(status, 1);
    assert!(stderr.contains("No server answers"), "{stderr}");

    let mut waiting = program();
    waiting
        .env("LEPTOS_SITE_ADDR", &addr)
        .args(["health", "--wait", "30"]);
    let waiting = std::thread::spawn(move || said(&mut waiting));
    let market = Market::embedded().with("LEPTOS_SITE_ADDR", &addr);
    let _instance = market.start();
    assert_eq!(waiting.join().unwrap().0, 0);
}

/// Other programs answer in JSON, too.
#[test]
fn health_detects_another_program() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        let said = r#"{"status": "UP \u001b[2J"}"#;
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", said.len());
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(format!("{head}{said}").as_bytes());
        }
    });
    let (status, stdout, stderr) = health(&addr, &["--json"]);
    assert_eq!((status, stdout.as_str()), (1, ""));
    // A program that does not speak TLS says nothing that can be read.
    let says = match tls::is_everywhere() {
        true => "No server answers",
        false => "is not a Pizza Market",
    };
    assert!(stderr.contains(says), "{stderr}");
}

#[test]
fn health_names_invalid_settings() {
    let (status, _, stderr) = health("nowhere", &[]);
    assert_eq!(status, 2);
    assert!(stderr.contains("LEPTOS_SITE_ADDR"), "{stderr}");
    assert_eq!(health("127.0.0.1:1", &["--wait", "soon"]).0, 2);
}

/// A server that listens everywhere is asked at home, with the very settings that it was started with.
#[tokio::test(flavor = "multi_thread")]
async fn health_uses_the_settings_of_the_server() {
    let free = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
    let addr = free.local_addr().unwrap().to_string();
    drop(free);
    let market = Market::embedded().with("LEPTOS_SITE_ADDR", &addr);
    let _instance = market.start();
    assert_eq!(health(&addr, &["--wait", "20"]).0, 0);
}
