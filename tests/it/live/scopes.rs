//! `/ws?about=`: each socket hears what it is about, and what lies between in one frame.

use crate::support::{Instance, Market, Socket, day, offer};
use serde_json::{Value, json};

crate::on_both_engines! {
    a_socket_hears_what_it_is_about,
    what_is_no_topic_is_refused_before_the_upgrade,
    a_client_resumes_within_its_scope,
}

/// Two orders through their day, one event of each in turn: their paths, and all events.
async fn two_days(market: &Instance) -> ([String; 2], Vec<Value>) {
    let mut other = offer("Marinara");
    other["supplier_name"] = json!("Ugo, “A:B” 100%");
    let second = market.done("/api/orders", &other).await;
    let second = format!("/api/orders/{}", second["id"].as_str().unwrap());
    let first = market.offer("Diavola").await;
    for (_, call, body) in day() {
        for path in [&first, &second] {
            market.done(&format!("{path}/{call}"), &body).await;
        }
    }
    let mut events = Vec::new();
    for path in [&first, &second] {
        let history = market.get(&format!("{path}/events")).await.json();
        events.extend(history.as_array().unwrap().iter().cloned());
    }
    events.sort_by_key(|event| seq(&event["id"]));
    ([first, second], events)
}

fn seq(cursor: &Value) -> u64 {
    let (_, seq) = cursor.as_str().unwrap().split_once('-').unwrap();
    seq.parse().unwrap()
}

/// The events up to a heartbeat. Nothing is missing between two frames that is not skipped.
async fn heard(socket: &mut Socket, mut cursor: u64) -> Vec<Value> {
    let mut events = Vec::new();
    loop {
        let frame = socket.any_frame().await;
        let id = seq(&frame["id"]);
        match frame["event_type"].as_str().unwrap() {
            "stream.heartbeat" => {
                assert_eq!(id, cursor);
                return events;
            }
            "stream.skip" => {
                assert_eq!(
                    (seq(&frame["after"]), &frame["order"]),
                    (cursor, &Value::Null)
                );
                assert!(id > cursor);
            }
            _ => {
                assert_eq!(id, cursor + 1);
                events.push(frame);
            }
        }
        cursor = id;
    }
}

/// Scopes as clients name them, and which events of [`two_days`] they hold.
fn scopes([first, second]: &[String; 2], events: &[Value]) -> Vec<(String, Vec<Value>)> {
    let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    let of = |path: &str| {
        let id = id(path);
        events
            .iter()
            .filter(move |event| event["order"]["id"] == id[..])
    };
    let step = |from: usize, to: usize| {
        let steps = [of(first), of(second)].map(|steps| steps.skip(from).take(to - from));
        let mut both: Vec<_> = steps.into_iter().flatten().cloned().collect();
        both.sort_by_key(|event| seq(&event["id"]));
        both
    };
    let only = |path: &str| of(path).cloned().collect::<Vec<_>>();
    vec![
        // From the status before on: what leaves is seen to leave.
        ("offers".to_owned(), step(1, 3)),
        ("dispatch".to_owned(), step(2, 8)),
        ("offers,dispatch,offers".to_owned(), step(1, 8)),
        ("supplier:Bella%20Napoli".to_owned(), only(first)),
        ("supplier%3ABella+Napoli".to_owned(), only(first)),
        (
            "supplier:Ugo%2C%20%E2%80%9CA%3AB%E2%80%9D%20100%25".to_owned(),
            only(second),
        ),
        ("supplier:bella%20napoli".to_owned(), vec![]),
        (format!("order:{}", id(second)), only(second)),
        (
            format!("order:{},supplier:Bella%20Napoli", id(second)),
            events.to_vec(),
        ),
    ]
}

async fn a_socket_hears_what_it_is_about(market: Market) {
    let market = market.open().await;
    let start = market.get("/api/orders?limit=1").await;
    let start = start.header("last-event-id").unwrap().to_owned();
    let mut all = market.socket("").await;
    let mut offers = market.socket("?about=offers").await;
    let mut nothing = market.socket("?since=&about=supplier:Nobody").await;
    let begun = nothing.any_frame().await;
    assert_eq!(
        (&begun["event_type"], &begun["id"]),
        (&json!("stream.heartbeat"), &json!(start))
    );
    let (paths, events) = two_days(&market).await;
    let scopes = scopes(&paths, &events);
    for expected in &events {
        assert_eq!(&all.any_frame().await, expected);
    }
    // Without `since` there are order events and nothing else.
    for expected in &scopes[0].1 {
        assert_eq!(&offers.any_frame().await, expected);
    }
    // A stretch is told of once, before the next heartbeat.
    let mut skip = nothing.any_frame().await;
    let heartbeat = nothing.any_frame().await;
    let at = std::mem::take(&mut skip["timestamp"]);
    assert!(at.as_str().unwrap().ends_with('Z'));
    let last = &events.last().unwrap()["id"];
    assert_eq!(
        skip,
        json!({"event_type": "stream.skip", "order": null, "timestamp": null, "after": start, "id": last})
    );
    assert_eq!(
        (&heartbeat["event_type"], &heartbeat["id"]),
        (&json!("stream.heartbeat"), last)
    );
}

async fn a_client_resumes_within_its_scope(market: Market) {
    let market = market.open().await;
    let start = market.get("/api/orders?limit=1").await;
    let start = start.header("last-event-id").unwrap().to_owned();
    let (paths, events) = two_days(&market).await;
    for (about, expected) in scopes(&paths, &events) {
        let mut socket = market
            .socket(&format!("?since={start}&about={about}"))
            .await;
        assert_eq!(
            heard(&mut socket, seq(&json!(start))).await,
            expected,
            "{about}"
        );
        // From anywhere in between, too.
        let middle = &events[events.len() / 2]["id"];
        let rest = expected
            .into_iter()
            .filter(|event| seq(&event["id"]) > seq(middle));
        let query = format!("?about={about}&since={}", middle.as_str().unwrap());
        let mut socket = market.socket(&query).await;
        assert_eq!(
            heard(&mut socket, seq(middle)).await,
            rest.collect::<Vec<_>>(),
            "{about}"
        );
    }
}

async fn what_is_no_topic_is_refused_before_the_upgrade(market: Market) {
    let market = market.open().await;
    let nine = ["offers"; 9].join(",");
    for about in [
        "",
        "offers,",
        "Offers",
        "kitchen:A",
        "supplier:",
        "supplier:A,B",
        "order:1",
        "supplier:%ff",
        "supplier:100%",
        "offers&about=dispatch",
        &nine,
    ] {
        let answer = market.get(&format!("/ws?about={about}")).await;
        assert_eq!(answer.faults(), ["about"], "{about}");
    }
    market.get("/ws?about=offers").await.problem(426);
    let both = market.get("/ws?since=x&about=x").await;
    assert_eq!(both.faults(), ["about", "since"]);
}

/// More than the server holds in memory.
const MANY: u64 = 17_000;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_longer_in_memory_is_filtered_as_well() {
    let mut market = Market::redis();
    let mut instance = market.open().await;
    let (paths, events) = two_days(&instance).await;
    instance.kill();
    // The first event once more, many times.
    let script = r#"
        local epoch, entry = redis.call('HGET', KEYS[1], 'epoch'), ARGV[1]
        for _ = 1, ARGV[2] do
          local seq = redis.call('HINCRBY', KEYS[1], 'seq', 1)
          local text = entry:gsub('"@"', '"' .. epoch .. '-' .. seq .. '"')
          redis.call('XADD', KEYS[2], seq .. '-0', 'entry', text)
        end"#;
    let mut again = events[0].clone();
    again["id"] = json!("@");
    let () = ::redis::cmd("EVAL")
        .arg(script)
        .arg(2)
        .arg("pizza:meta")
        .arg("pizza:events")
        .arg(again.to_string())
        .arg(MANY)
        .query(&mut market.server().connection())
        .unwrap();
    let instance = market.open().await;
    let first = &events[0]["id"];
    for (about, expected) in scopes(&paths, &events) {
        let query = format!("?about={about}&since={}", first.as_str().unwrap());
        let mut socket = instance.socket(&query).await;
        let heard = heard(&mut socket, seq(first)).await;
        let of_the_day = |event: &&Value| seq(&event["id"]) <= seq(&events[15]["id"]);
        let again = if expected.contains(&events[0]) {
            MANY
        } else {
            0
        };
        let expected: Vec<_> = expected
            .iter()
            .filter(|event| event["id"] != *first)
            .collect();
        assert_eq!(
            heard.iter().filter(of_the_day).collect::<Vec<_>>(),
            expected,
            "{about}"
        );
        assert_eq!((heard.len() - expected.len()) as u64, again, "{about}");
    }
}
