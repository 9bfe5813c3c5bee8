//! `doctor` on what an account may do. It tries every command that a server uses, and leaves nothing in the store.

use crate::support::{
    Market,
    doctor::{account, at, keys},
    redis_server::RedisServer,
    until,
};
use std::collections::BTreeSet;

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_permission_is_named_with_the_acl_line_that_grants_it() {
    let server = RedisServer::start();
    for (change, words) in [
        (
            &["-xread", "-script"][..],
            &["XREAD", "SCRIPT LOAD", "+script|load", "+xread"][..],
        ),
        (
            &["resetchannels"],
            &["channel pizza_orders", "ACL SETUSER market &pizza_orders"],
        ),
        (
            &["resetkeys", "~pizza:*"],
            &["keys order:*", "ACL SETUSER market ~order:*"],
        ),
        (&["resetkeys", "~order:*"], &["keys pizza:*", "~pizza:*"]),
        (&["-multi"], &["MULTI", "+multi"]),
        (&["-eval", "-evalsha"], &["EVAL, EVALSHA"]),
        (&["-publish"], &["PUBLISH"]),
    ] {
        let report = at(&account(&server, change)).await;
        report.names("rights", words);
        report.says("commits", "skipped", &["lacks rights"]);
        assert_eq!(keys(&server), Vec::<String>::new());
    }
    // What the market does without is no error; what cannot be tried is said.
    let report = at(&account(&server, &["-config", "-subscribe"])).await;
    assert_eq!(report.exit, 0, "{}", report.whole);
    report.says("durability", "ok", &["everysec"]);
    let report = at(&account(&server, &["resetchannels", "&pizza_orders"])).await;
    assert_eq!(report.exit, 0, "{}", report.whole);
    report.says("events", "skipped", &["&pizza:*"]);
    // As docs/operate/runbook.md has it.
    let mut page = include_str!("../../../docs/operate/runbook.md").lines();
    let line = page.rfind(|line| line.starts_with("ACL SETUSER market"));
    let line = line.unwrap().replace(">password", ">s3cret");
    server.cli(&["ACL", "DELUSER", "market"]);
    server.cli(&line.split(' ').collect::<Vec<_>>());
    let report = at(&format!("redis://market:s3cret@127.0.0.1:{}", server.port)).await;
    assert_eq!(report.exit, 0, "{}", report.whole);
    assert_eq!(report.of("skipped").count(), 0, "{}", report.whole);
    // Without INFO there is no version, and the server does not start.
    at(&account(&server, &["-info"]))
        .await
        .names("rights", &["INFO"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_leaves_no_keys_and_publishes_nothing() {
    let mut market = Market::redis();
    let url = market.server().url();
    // It must not skip the epoch check: the commit script has to be loaded by a connection that has passed it.
    assert_eq!(at(&url).await.exit, 0);
    let script = include_str!("../../../src/server/store/redis/commit.lua");
    let name = market
        .server()
        .cli(&["EVAL", "return redis.sha1hex(ARGV[1])", "0", script]);
    let name: String = redis::from_redis_value(name).unwrap();
    let loaded: Vec<bool> =
        redis::from_redis_value(market.server().cli(&["SCRIPT", "EXISTS", &name])).unwrap();
    assert_eq!((loaded, keys(market.server())), (vec![false], vec![]));

    let instance = market.open().await;
    instance.order_in("preparing").await;
    let before = keys(market.server());
    let mut socket = instance.follow().await;
    let client = redis::Client::open(market.server().plain_url_of("")).unwrap();
    let mut channel = client.get_async_pubsub().await.unwrap();
    channel.subscribe("pizza_orders").await.unwrap();
    assert_eq!(at(&url).await.exit, 0);
    assert_eq!(keys(market.server()), before);
    // The next that both hear is the next order.
    instance.offer("Hawaii").await;
    assert_eq!(socket.event().await["order"]["pizza_name"], "Hawaii");
    use futures::StreamExt;
    let heard: String = channel
        .on_message()
        .next()
        .await
        .unwrap()
        .get_payload()
        .unwrap();
    assert!(heard.contains("Hawaii"), "{heard}");
}

/// Whatever a market asks of Redis has been tried by the doctor.
#[tokio::test(flavor = "multi_thread")]
async fn doctor_tries_every_command_of_the_server() {
    let mut market = Market::redis();
    let report = at(&market.server().url()).await;
    let tried: BTreeSet<String> =
        serde_json::from_value(report.check("rights")["data"]["commands"].clone()).unwrap();

    market.server().cli(&["CONFIG", "RESETSTAT"]);
    let instance = market.open().await;
    let mut socket = instance.follow().await;
    let path = instance.order_in("delivered").await;
    instance.order_in("cancelled").await;
    socket.event().await;
    for path in [
        "/api/orders?status=delivered&limit=1",
        &path,
        &format!("{path}/events"),
        "/orders",
        "/readyz",
    ] {
        assert_eq!(instance.get(path).await.status, 200, "{path}");
    }
    for _ in 0..2 {
        let offer = instance
            .request(reqwest::Method::POST, "/api/orders")
            .header("idempotency-key", "one");
        assert_eq!(
            instance
                .send(offer.json(&crate::support::offer("Hawaii")))
                .await
                .status,
            201
        );
    }
    // Another one, which finds orders when it starts.
    let _second = market.open().await;
    // One command comes when all is quiet, others when a server looks around.
    until(async || used(market.server()).is_superset(&tried)).await;
    let used = used(market.server());
    assert!(
        used.contains("evalsha") && used.contains("xread"),
        "{used:?}"
    );
    assert_eq!(used, tried);
}

/// The commands that this Redis was asked for, but those that the library adds (it tells its name, and does not mind
/// a refusal) and those of this test.
fn used(server: &RedisServer) -> BTreeSet<String> {
    let stats: String = redis::from_redis_value(server.cli(&["INFO", "commandstats"])).unwrap();
    let names = stats
        .lines()
        .filter_map(|line| line.strip_prefix("cmdstat_")?.split(':').next());
    let ours = names.filter(|name| !["client|setinfo", "config|resetstat"].contains(name));
    ours.map(str::to_owned).collect()
}
