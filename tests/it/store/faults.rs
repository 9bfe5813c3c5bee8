//! What can happen to a Redis and to the connection to it: what requests get, how soon, and how the service recovers.

use crate::support::{
    offer, program,
    proxy::Line,
    scene::{Scene, ids},
    until,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_command_with_a_lost_answer_acts_once() {
    let scene = Scene::open().await;
    for round in 0..5 {
        scene.proxy.now(Line::NoAnswers);
        assert_eq!(scene.offer().await, 201);
        assert_eq!(ids(&scene.instance).await.len(), round + 1);
    }
    let path = format!(
        "/api/orders/{}",
        ids(&scene.instance).await.first().unwrap()
    );
    scene.proxy.now(Line::NoAnswers);
    scene
        .instance
        .done(
            &format!("{path}/supplier-respond"),
            &json!({"accept": true}),
        )
        .await;
    let events = scene.instance.get(&format!("{path}/events")).await.json();
    assert_eq!(events.as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_feed_is_detected_and_restarted() {
    let scene = Scene::open().await;
    let other = Scene::instance(&scene.server.url());
    other.until_ready().await;
    let mut socket = scene.instance.follow().await;
    let restarts = async || {
        scene.instance.get("/readyz").await.json()["feed"]["restarts"]
            .as_u64()
            .unwrap()
    };
    let before = restarts().await;

    scene.proxy.next(Line::Dead);
    scene.proxy.log(Line::Dead);
    let cut = Instant::now();
    other.offer("Diavola").await;
    until(async || scene.instance.get("/readyz").await.status == 503).await;
    // Two seconds after its last proof, which was less than one before the cut.
    assert!(
        cut.elapsed() < Duration::from_secs(3),
        "{:?}",
        cut.elapsed()
    );
    assert_eq!(socket.signal("stream.away").await["order"], Value::Null);

    scene.proxy.next(Line::Whole);
    assert_eq!(socket.event().await["order"]["pizza_name"], "Diavola");
    assert!(restarts().await > before);
    scene.recovers().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_open_connection_delays_at_most_five_seconds() {
    let scene = Scene::open().await;
    scene.proxy.next(Line::Dead);
    scene.proxy.now(Line::Dead);
    assert_eq!(scene.offer().await, 503);
    until(async || scene.instance.get("/readyz").await.status == 503).await;
    assert_eq!(scene.offer().await, 503);
    scene.proxy.next(Line::Whole);
    scene.recovers().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_cut_repeatedly_loses_nothing() {
    let scene = Scene::open().await;
    let mut stored = BTreeSet::new();
    for _ in 0..10 {
        scene.proxy.now(Line::Cut);
        let answer = scene.instance.post("/api/orders", &offer("Diavola")).await;
        if answer.status == 201 {
            stored.insert(answer.json()["id"].as_str().unwrap().to_owned());
        }
    }
    scene.recovers().await;
    assert!(ids(&scene.instance).await.is_superset(&stored));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_redis_causes_no_error() {
    let scene = Scene::open().await;
    let mut socket = scene.instance.follow().await;
    let slow = Line::Slow(Duration::from_millis(300));
    scene.proxy.next(slow);
    scene.proxy.now(slow);
    for _ in 0..5 {
        assert_eq!(scene.offer().await, 201);
        assert_eq!(socket.event().await["event_type"], "order.created");
    }
    assert_eq!(scene.instance.get("/readyz").await.status, 200);
    // New connections are slow, too.
    scene.proxy.now(Line::Cut);
    scene.recovers().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_paused_for_ten_seconds_loses_nothing() {
    let scene = Scene::open().await;
    let path = scene.instance.offer("Diavola").await;
    let before = ids(&scene.instance).await;
    let mut socket = scene.instance.follow().await;
    let pid = scene.pid();
    let signal = |name: &str| {
        let sent = std::process::Command::new("kill")
            .args([name, &*pid])
            .status();
        assert!(sent.unwrap().success());
    };
    signal("-STOP");
    let stopped = Instant::now();
    // The first one is sent: it lies in the connection until Redis goes on.
    assert_eq!(scene.offer().await, 503);
    let cancel = || {
        let request = scene
            .instance
            .request(Method::POST, &format!("{path}/status"));
        let request = request.json(&json!({"status": "cancelled"}));
        scene
            .instance
            .send(request.header("idempotency-key", "once"))
    };
    while stopped.elapsed() < Duration::from_secs(10) {
        cancel().await.problem(503);
        assert_eq!(scene.offer().await, 503);
    }
    signal("-CONT");
    until(async || cancel().await.status == 200).await;
    assert_eq!(scene.instance.get(&path).await.json()["version"], 2);
    // What was answered with 503 has not happened, and will not.
    assert_eq!(ids(&scene.instance).await, before);
    // It was never another store: the socket goes on without a reset, whatever was stored meanwhile.
    let mut frame = socket.any_frame().await;
    while frame["event_type"] != "order.cancelled" {
        assert_ne!(frame["event_type"], "stream.reset");
        frame = socket.any_frame().await;
    }
    scene.recovers().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_redis_refuses_whole_commits_and_still_reads() {
    let scene = Scene::open().await;
    let path = scene.instance.offer("Diavola").await;
    let mut socket = scene.instance.follow().await;
    scene.cli(&["CONFIG", "SET", "maxmemory", "1"]);
    let before = scene.reads_of_the_log();
    for _ in 0..3 {
        assert_eq!(scene.offer().await, 503);
    }
    let cancel = json!({"status": "cancelled"});
    scene
        .instance
        .post(&format!("{path}/status"), &cancel)
        .await
        .problem(503);
    assert_eq!(scene.instance.get(&path).await.json()["version"], 1);
    assert_eq!(ids(&scene.instance).await.len(), 1);
    // What is shown is current, for longer than anything stale would be.
    until(async || scene.reads_of_the_log() > before + 4).await;
    let state = scene.instance.get("/readyz").await;
    assert_eq!(state.status, 503, "{}", state.text);
    let state = state.json();
    assert_eq!(state["store"]["kind"], "store-full");
    assert_eq!(state["feed"], json!({"current": true, "restarts": 0}));
    // A new client finds everything, too.
    let other = Scene::instance(&scene.server.url());
    let has_read = async || other.get("/readyz").await.json()["feed"]["current"] == true;
    until(has_read).await;
    assert_eq!(ids(&other).await.len(), 1);
    assert!(other.get("/supplier").await.text.contains("Diavola"));
    let mut backup = program();
    backup.env("REDIS_URL", scene.server.url());
    let backup = backup.args(["backup", "-"]).output().unwrap();
    assert!(backup.status.success(), "{backup:?}");
    assert!(
        String::from_utf8(backup.stdout)
            .unwrap()
            .contains("Diavola")
    );
    scene.cli(&["CONFIG", "SET", "maxmemory", "0"]);
    scene.offer().await;
    assert_eq!(socket.any_frame().await["event_type"], "order.created");
    scene.recovers().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_became_a_replica_takes_no_change() {
    let scene = Scene::open().await;
    scene.instance.offer("Diavola").await;
    // Of nobody, so that it keeps what it has. That may be old: it is not read, either.
    scene.cli(&["REPLICAOF", "127.0.0.1", "1"]);
    assert_eq!(scene.offer().await, 503);
    scene.instance.get("/api/orders").await.problem(503);
    scene.cli(&["REPLICAOF", "NO", "ONE"]);
    scene.recovers().await;
    assert_eq!(ids(&scene.instance).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_password_is_reported_and_retried() {
    let scene = Scene::open().await;
    scene.cli(&["CONFIG", "SET", "requirepass", "rotated"]);
    scene.proxy.now(Line::Cut);
    assert_eq!(scene.offer().await, 503);
    let kind = async || scene.instance.get("/readyz").await.json()["store"]["kind"].clone();
    until(async || kind().await == "not-allowed").await;
    assert!(scene.instance.said().contains("REDIS_URL"));
    let mut connection =
        redis::Client::open(format!("redis://:rotated@127.0.0.1:{}", scene.server.port))
            .unwrap()
            .get_connection()
            .unwrap();
    let mut back = redis::cmd("CONFIG");
    back.arg(&["SET", "requirepass", ""])
        .query::<redis::Value>(&mut connection)
        .unwrap();
    scene.recovers().await;
}
