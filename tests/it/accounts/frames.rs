//! What sockets are told: a day of orders of two suppliers, two customers and two drivers, with a socket for each viewer.

use crate::{
    on_both_engines,
    support::{
        Instance, Market, Socket, Store,
        accounts::{Person, required},
    },
};
use reqwest::Method;
use serde_json::{Value, json};

on_both_engines! { each_socket_gets_what_its_viewer_may_see, }

/// Who looks, as the rules below see them.
enum Rule {
    Supplier(&'static str),
    Dispatch,
    Driver(String),
    Guest(String),
    Everything,
}

/// How much of an order is told: nothing, the outside, or all of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    Nothing,
    Outside,
    Whole,
}

async fn each_socket_gets_what_its_viewer_may_see(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let jonas = market.driver(&instance, "Jonas").await;
    let mia = market.driver(&instance, "Mia").await;
    let integrator = market.key("integrator", &["--role", "integrator"]);
    let dispatch = market.key("dispatch", &["--role", "dispatch"]);
    let supplier = |name| market.key(name, &["--role", "supplier", "--supplier", name]);
    let ana = Person::guest(&instance, "ana").await;
    let bo = Person::guest(&instance, "bo").await;
    let viewers = vec![
        (supplier("Bella Napoli"), Rule::Supplier("Bella Napoli")),
        (supplier("Da Mario"), Rule::Supplier("Da Mario")),
        (dispatch.clone(), Rule::Dispatch),
        (
            market.key("jonas", &["--role", "driver", "--driver", &jonas]),
            Rule::Driver(jonas.clone()),
        ),
        (
            market.key("mia", &["--role", "driver", "--driver", &mia]),
            Rule::Driver(mia.clone()),
        ),
        (ana.clone(), Rule::Guest(ana.id.clone().unwrap())),
        (bo.clone(), Rule::Guest(bo.id.clone().unwrap())),
        (integrator.clone(), Rule::Everything),
    ];
    let start = follow(&instance, &integrator, "?since=")
        .await
        .any_frame()
        .await["id"]
        .clone();
    let start = start.as_str().unwrap().to_owned();
    let mut live = Vec::new();
    for (person, _) in &viewers {
        live.push(follow(&instance, person, &format!("?since={start}")).await);
    }
    let day = Day {
        instance: &instance,
        by: &integrator,
    };
    let orders = day.of_all([&ana, &bo], [&jonas, &mia]).await;
    let log = day.log(&orders).await;
    // Where the store has several instances, a client comes back at another one, which reads the store.
    let other = match market.store {
        Store::Redis(_) => Some(market.open().await),
        Store::Embedded(_) => None,
    };
    for ((person, rule), live) in viewers.iter().zip(live) {
        let expected = |resumed| expected(&log, rule, resumed);
        let (then, less) = (expected(false), expected(true));
        let mut told = Chain {
            socket: live,
            known: number(&start),
        };
        assert_eq!(then.len(), less.len());
        for (then, less) in then.iter().zip(&less) {
            let event = told.event().await;
            // A socket that reads an event when its order has moved on is told the less of then and now.
            assert!(event == *then || event == *less, "{}: {event}", person.name);
        }
        let end = number(log.last().unwrap().1["id"].as_str().unwrap());
        for instance in [Some(&instance), other.as_ref()].into_iter().flatten() {
            let resumed = follow(instance, person, &format!("?since={start}")).await;
            let mut told = Chain {
                socket: resumed,
                known: number(&start),
            };
            for event in expected(true) {
                assert_eq!(told.event().await, event, "{}, resumed", person.name);
            }
            told.heartbeat(end).await;
        }
    }
}

async fn follow(instance: &Instance, person: &Person, query: &str) -> Socket {
    let url = instance.socket_url(query);
    Socket::open(person.upgrade(&url)).await.unwrap()
}

/// What an event of the log is for a viewer: each event with the order before it and the order as it stands now.
fn expected(log: &[(Value, Value, Value)], rule: &Rule, resumed: bool) -> Vec<Value> {
    let told = log.iter().filter_map(|(before, event, now)| {
        let left = rule.view(before).min(Told::Outside);
        let then = rule.view(&event["order"]).max(left);
        let told = match resumed {
            true => then.min(rule.view(now).max(Told::Outside)),
            false => then,
        };
        match told {
            Told::Nothing => None,
            Told::Outside => Some(outside(event, rule)),
            Told::Whole => Some(event.clone()),
        }
    });
    told.collect()
}

impl Rule {
    fn view(&self, order: &Value) -> Told {
        if order.is_null() {
            return Told::Nothing;
        }
        let status = order["status"].as_str().unwrap();
        let is_final = ["delivered", "cancelled", "supplier_rejected"].contains(&status);
        let until_final = if is_final { Told::Outside } else { Told::Whole };
        match self {
            Rule::Supplier(name) if order["supplier_name"] == *name => until_final,
            Rule::Driver(id) if order["driver_id"] == **id => until_final,
            Rule::Dispatch if !order["customer_price"].is_null() => Told::Whole,
            Rule::Guest(id) if order["customer_id"] == **id => Told::Whole,
            Rule::Guest(_) if status == "supplier_accepted" => Told::Outside,
            Rule::Everything => Told::Whole,
            _ => Told::Nothing,
        }
    }
}

fn outside(event: &Value, rule: &Rule) -> Value {
    let mut event = event.clone();
    let driver_id = event["order"]["driver_id"].take();
    for field in [
        "customer_name",
        "delivery_address",
        "customer_id",
        "driver_id",
    ] {
        event["order"][field] = Value::Null;
    }
    // A driver is told that it is its own.
    if matches!(rule, Rule::Driver(own) if driver_id == **own) {
        event["order"]["driver_id"] = driver_id;
    }
    event["actor"]["id"] = Value::Null;
    event["actor"]["reason"] = Value::Null;
    event
}

fn number(cursor: &str) -> u64 {
    cursor.split_once('-').unwrap().1.parse().unwrap()
}

/// A socket of which every frame says where it follows.
struct Chain {
    socket: Socket,
    known: u64,
}

impl Chain {
    /// The next event. The stretch before it is told of.
    async fn event(&mut self) -> Value {
        loop {
            let frame = self.socket.any_frame().await;
            let id = number(frame["id"].as_str().unwrap());
            match frame["event_type"].as_str().unwrap() {
                "stream.skip" => {
                    assert_eq!(number(frame["after"].as_str().unwrap()), self.known);
                    assert!(id > self.known);
                }
                "stream.heartbeat" => assert_eq!(id, self.known),
                _ => {
                    assert_eq!(id, self.known + 1);
                    self.known = id;
                    return frame;
                }
            }
            self.known = id;
        }
    }

    /// Everything up to here has been told.
    async fn heartbeat(&mut self, end: u64) {
        loop {
            let frame = self.socket.any_frame().await;
            let id = number(frame["id"].as_str().unwrap());
            match frame["event_type"].as_str().unwrap() {
                "stream.skip" => assert_eq!(number(frame["after"].as_str().unwrap()), self.known),
                "stream.heartbeat" => {
                    assert!(id == self.known && id >= end);
                    return;
                }
                other => panic!("{other} was not to be told: {frame}"),
            }
            self.known = id;
        }
    }
}

/// What the market does in a day.
struct Day<'a> {
    instance: &'a Instance,
    by: &'a Person,
}

impl Day<'_> {
    async fn offer(&self, supplier: &str) -> String {
        let offer =
            json!({"supplier_name": supplier, "pizza_name": "Diavola", "supplier_price": 9.5});
        let order = self.instance.done_as(self.by, "/api/orders", &offer).await;
        format!("/api/orders/{}", order["id"].as_str().unwrap())
    }

    async fn act(&self, path: &str, call: &str, body: Value) {
        self.instance
            .done_as(self.by, &format!("{path}/{call}"), &body)
            .await;
    }

    /// An order that waits for a driver.
    async fn ready(&self, supplier: &str, customer: &Person) -> String {
        let path = self.offer(supplier).await;
        self.act(&path, "supplier-respond", json!({"accept": true}))
            .await;
        let address = json!({"customer_name": "Ana", "delivery_address": "Kurze Gasse 1"});
        self.instance
            .done_as(customer, &format!("{path}/customer-accept"), &address)
            .await;
        self.act(&path, "status", json!({"status": "preparing"}))
            .await;
        self.act(&path, "status", json!({"status": "ready"})).await;
        path
    }

    /// The orders of the day: delivered, given to another driver and cancelled, and never taken.
    async fn of_all(&self, [ana, bo]: [&Person; 2], [jonas, mia]: [&str; 2]) -> Vec<String> {
        let mut orders = Vec::new();
        for (supplier, customer, driver) in [
            ("Bella Napoli", ana, jonas),
            ("Da Mario", bo, mia),
            ("Bella Napoli", bo, mia),
        ] {
            let path = self.ready(supplier, customer).await;
            self.act(&path, "dispatch", json!({"driver_id": driver}))
                .await;
            self.act(&path, "status", json!({"status": "in_transit"}))
                .await;
            self.act(&path, "status", json!({"status": "delivered"}))
                .await;
            orders.push(path);
        }
        // Given to another driver, and cancelled at the end.
        let path = self.ready("Da Mario", ana).await;
        self.act(&path, "dispatch", json!({"driver_id": jonas}))
            .await;
        self.act(&path, "recall", json!({})).await;
        self.act(&path, "dispatch", json!({"driver_id": mia})).await;
        self.act(&path, "recall", json!({})).await;
        self.act(&path, "status", json!({"status": "cancelled"}))
            .await;
        orders.push(path);
        // Never taken.
        let path = self.offer("Bella Napoli").await;
        self.act(&path, "supplier-respond", json!({"accept": true}))
            .await;
        self.act(&path, "status", json!({"status": "cancelled"}))
            .await;
        orders.push(path);
        let path = self.offer("Da Mario").await;
        self.act(&path, "supplier-respond", json!({"accept": false}))
            .await;
        orders.push(path);
        orders
    }

    /// All events of some orders in the sequence of the log: each with the order before it, and as it stands now.
    async fn log(&self, orders: &[String]) -> Vec<(Value, Value, Value)> {
        let mut log = Vec::new();
        for path in orders {
            let history = self
                .instance
                .as_(self.by, Method::GET, &format!("{path}/events"), None)
                .await
                .json();
            let events = history.as_array().unwrap();
            let now = &events.last().unwrap()["order"];
            let mut before = Value::Null;
            for event in events {
                log.push((before, event.clone(), now.clone()));
                before = event["order"].clone();
            }
        }
        log.sort_by_key(|(_, event, _)| number(event["id"].as_str().unwrap()));
        log
    }
}
