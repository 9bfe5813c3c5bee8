//! A Redis that has lost events is another store: each client reads everything again.

use crate::support::{
    Instance, Socket,
    redis_server::RedisServer,
    scene::{Scene, cli, ids},
    until,
};
use std::{collections::BTreeSet, time::Duration};

/// Follows until a reset, and then reads everything again, as a client shall.
async fn is_told_to_read_again(instance: &Instance, socket: &mut Socket) -> BTreeSet<String> {
    let told = async { while socket.any_frame().await["event_type"] != "stream.reset" {} };
    tokio::time::timeout(Duration::from_secs(20), told)
        .await
        .expect("a reset");
    ids(instance).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promoted_replica_that_lagged_has_a_new_epoch() {
    let scene = Scene::open().await;
    let replica = RedisServer::start();
    cli(
        &replica,
        &["REPLICAOF", "127.0.0.1", &scene.server.port.to_string()],
    );
    let kept = scene.instance.offer("Margherita").await;
    let key = kept.replace("/api/orders/", "order:");
    until(async || holds(&replica, &key)).await;
    cli(&replica, &["REPLICAOF", "NO", "ONE"]);

    let mut socket = scene.instance.follow().await;
    for _ in 0..3 {
        assert_eq!(scene.offer().await, 201);
    }
    let lost = socket.event().await;
    scene.proxy.turn_to(replica.port);
    let left = is_told_to_read_again(&scene.instance, &mut socket).await;
    assert_eq!(left.len(), 1);

    // The same numbers stand for other events now; nobody takes one for the other.
    scene.recovers().await;
    for _ in 0..3 {
        assert_eq!(scene.offer().await, 201);
    }
    let since = format!("?since={}", lost["id"].as_str().unwrap());
    let mut late = scene.instance.socket(&since).await;
    assert_eq!(late.any_frame().await["event_type"], "stream.reset");
}

fn holds(server: &RedisServer, key: &str) -> bool {
    redis::cmd("EXISTS")
        .arg(key)
        .query(&mut server.connection())
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emptied_store_has_a_new_epoch() {
    let scene = Scene::open().await;
    scene.instance.offer("Diavola").await;
    let mut socket = scene.instance.follow().await;
    scene.cli(&["FLUSHALL"]);
    assert!(
        is_told_to_read_again(&scene.instance, &mut socket)
            .await
            .is_empty()
    );
    assert_eq!(scene.offer().await, 201);
    assert_eq!(socket.event().await["event_type"], "order.created");
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_lost_by_a_killed_redis_leave_every_screen() {
    // Nothing is on the disk: a kill takes it back to the beginning.
    let mut scene = Scene::open().await;
    let mut forgetful = RedisServer::with(&["--appendonly", "no"]);
    scene.proxy.turn_to(forgetful.port);
    scene.recovers().await;
    let mut socket = scene.instance.follow().await;
    scene.instance.offer("Diavola").await;
    forgetful.kill();
    forgetful.start_again();
    assert!(
        is_told_to_read_again(&scene.instance, &mut socket)
            .await
            .is_empty()
    );
    scene.server.kill();
    scene.recovers().await;
}
