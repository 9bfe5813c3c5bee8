//! Several instances on one Redis, and what `redis-cli` sees.

use crate::support::{Market, day, only_success, redis_server::RedisServer};
use redis::Value as Reply;
use reqwest::Method;
use serde_json::{Value, json};

impl RedisServer {
    /// Talks to it as `redis-cli` would.
    pub fn cli(&self, args: &[&str]) -> Reply {
        let mut command = redis::cmd(args[0]);
        command.arg(&args[1..]);
        command.query(&mut self.connection()).unwrap()
    }

    pub fn connection(&self) -> redis::Connection {
        redis::Client::open(self.plain_url_of(""))
            .unwrap()
            .get_connection()
            .unwrap()
    }
}

fn text(reply: Reply) -> String {
    redis::from_redis_value(reply).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_instance_shows_changes_of_the_other() {
    let mut market = Market::redis();
    let (one, two) = (market.open().await, market.open().await);
    let mut sockets = [one.follow().await, two.follow().await];
    let mut connection = market.server().connection();
    let mut channel = connection.as_pubsub();
    channel.subscribe("pizza_orders").unwrap();

    let path = one.offer("Diavola").await;
    for (n, (_, call, body)) in day().into_iter().enumerate() {
        let instance = if n % 2 == 0 { &two } else { &one };
        let order = instance.done(&format!("{path}/{call}"), &body).await;
        // By its id it can be read everywhere at once.
        assert_eq!(one.get(&path).await.json(), order);
        assert_eq!(two.get(&path).await.json(), order);
    }
    let history = one.get(&format!("{path}/events")).await;
    for expected in history.json().as_array().unwrap() {
        for socket in &mut sockets {
            assert_eq!(&socket.event().await, expected);
        }
        let published: Value = serde_json::from_str(
            &channel
                .get_message()
                .unwrap()
                .get_payload::<String>()
                .unwrap(),
        )
        .unwrap();
        assert_eq!(&published, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_are_stored_under_the_keys_of_the_contract() {
    let mut market = Market::redis();
    let instance = market.open().await;
    let path = instance.order_in("in_transit").await;
    let id = path.rsplit('/').next().unwrap();
    let stored = text(market.server().cli(&["GET", &format!("order:{id}")]));
    assert_eq!(stored, instance.get(&path).await.text);
    let keys: Vec<String> = redis::from_redis_value(market.server().cli(&["KEYS", "*"])).unwrap();
    let others: Vec<_> = keys
        .iter()
        .filter(|key| !key.starts_with("pizza:"))
        .collect();
    assert_eq!(others, [&format!("order:{id}")]);
    assert_eq!(
        text(market.server().cli(&["TYPE", &format!("order:{id}")])),
        "string"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_identical_commands_on_two_instances_one_succeeds() {
    let market = Market::redis();
    let (one, two) = (market.open().await, market.open().await);
    for round in 0..5 {
        let path = one.order_in("ready").await;
        let attempts = (0..32).map(|n| {
            let instance = if n % 2 == 0 { &one } else { &two };
            let request = instance.request(Method::POST, &format!("{path}/dispatch"));
            instance.send(request.json(&json!({"driver_name": format!("Driver {n}")})))
        });
        let answers = futures::future::join_all(attempts).await;
        let won = only_success(&answers);
        assert_eq!(two.get(&path).await.json(), won, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_resumes_on_another_instance() {
    let market = Market::redis();
    let (one, two) = (market.open().await, market.open().await);
    let start = one
        .get("/api/orders")
        .await
        .header("last-event-id")
        .unwrap()
        .to_owned();
    for n in 0..30 {
        one.offer(&format!("P{n}")).await;
    }
    let mut since = start;
    for n in 0..30 {
        let instance = if n % 2 == 0 { &two } else { &one };
        let mut socket = instance.socket(&format!("?since={since}")).await;
        let event = socket.any_frame().await;
        assert_eq!(event["order"]["pizza_name"], format!("P{n}"));
        since = event["id"].as_str().unwrap().to_owned();
    }
}
