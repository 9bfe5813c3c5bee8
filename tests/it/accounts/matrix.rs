//! The matrix of rights: what each viewer sees of an order in each status, and what happens to each command. The
//! expectation is `matrix.txt`, written out a second time, so that a change of a right is a line in a diff. After such a
//! change, `UPDATE=1` writes it again.

use crate::{
    on_both_engines,
    support::{
        Instance, Market, STATUSES,
        accounts::{Person, required},
    },
};
use reqwest::Method;
use serde_json::{Value, json};
use std::fmt::Write;

on_both_engines! { everybody_sees_and_does_what_the_matrix_says, }

const EXPECTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/accounts/matrix.txt");

/// What is told of an order only whole.
const INSIDE: [&str; 4] = [
    "customer_name",
    "delivery_address",
    "customer_id",
    "driver_id",
];

struct World {
    instance: Instance,
    /// Does what brings an order to a status.
    integrator: Person,
    dispatch: Person,
    customer: Person,
    driver_id: String,
}

async fn everybody_sees_and_does_what_the_matrix_says(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let driver_id = market.driver(&instance, "Jonas").await;
    let other_driver = market.driver(&instance, "Mia").await;
    let supplier =
        |name, supplier| market.key(name, &["--role", "supplier", "--supplier", supplier]);
    let driver = |name, id: &str| market.key(name, &["--role", "driver", "--driver", id]);
    let world = World {
        integrator: market.key("integrator", &["--role", "integrator"]),
        dispatch: market.key("dispatch", &["--role", "dispatch"]),
        customer: Person::customer(&instance, "customer").await,
        driver_id: driver_id.clone(),
        instance,
    };
    let viewers = [
        Person::NOBODY,
        Person::guest(&world.instance, "guest").await,
        world.customer.clone(),
        Person::customer(&world.instance, "another").await,
        supplier("supplier, own", "Bella Napoli"),
        supplier("supplier, another", "Da Mario"),
        market.key(
            "supplier, own, read-only",
            &[
                "--role",
                "supplier",
                "--supplier",
                "Bella Napoli",
                "--read-only",
            ],
        ),
        world.dispatch.clone(),
        market.key(
            "dispatch, read-only",
            &["--role", "dispatch", "--read-only"],
        ),
        driver("driver, own", &driver_id),
        driver("driver, another", &other_driver),
        world.integrator.clone(),
    ];
    let mut found = String::new();
    for viewer in &viewers {
        for status in STATUSES {
            let row = world.row(viewer, status).await;
            writeln!(found, "{:<26}{status:<19}{row}", viewer.name).unwrap();
        }
    }
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(EXPECTED, &found).unwrap();
    }
    let expected = std::fs::read_to_string(EXPECTED).unwrap();
    for (found, expected) in found.lines().zip(expected.lines()) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.lines().count(), expected.lines().count());
}

impl World {
    /// What a viewer sees of an order in a status, and the answer to each command.
    async fn row(&self, viewer: &Person, status: &str) -> String {
        let mut path = self.order_in(status).await;
        let seen = self.seen(viewer, &path).await;
        let mut row = format!("{seen:<9}");
        for (command, call, body) in self.commands() {
            let path_of_call = match call {
                "" => "/api/orders".to_owned(),
                call => format!("{path}/{call}"),
            };
            let answer = self
                .instance
                .as_(viewer, Method::POST, &path_of_call, Some(&body))
                .await;
            let told = match answer.status {
                200 | 201 => "yes".to_owned(),
                status => {
                    let kind = answer.json()["type"].as_str().unwrap().to_owned();
                    format!("{status}:{}", kind.rsplit('/').next().unwrap())
                }
            };
            if answer.status == 200 {
                path = self.order_in(status).await;
            }
            write!(row, " {command}={told}").unwrap();
        }
        row
    }

    /// By every way to look at an order: they must agree.
    async fn seen(&self, viewer: &Person, path: &str) -> String {
        let get = async |path: &str| self.instance.as_(viewer, Method::GET, path, None).await;
        let answer = get(path).await;
        let history = get(&format!("{path}/events")).await;
        assert_eq!(answer.status, history.status, "{}: {path}", viewer.name);
        let listed = get("/api/orders?limit=500").await;
        let id = path.rsplit('/').next().unwrap();
        let listed: Option<Value> = match listed.status {
            200 => listed
                .json()
                .as_array()
                .unwrap()
                .iter()
                .find(|order| order["id"] == id)
                .cloned(),
            _ => None,
        };
        if answer.status != 200 {
            assert_eq!(listed, None, "{}: {path}", viewer.name);
            return answer.status.to_string();
        }
        let order = answer.json();
        if let Some(listed) = listed {
            assert_eq!(listed, order, "{}: {path}", viewer.name);
        }
        for event in history.json().as_array().unwrap() {
            for field in INSIDE {
                let told = &event["order"][field];
                assert!(
                    told.is_null() || !order[field].is_null(),
                    "{}: {path}: {field}",
                    viewer.name
                );
            }
        }
        let told = INSIDE.iter().filter(|field| !order[**field].is_null());
        match told.count() {
            0 => "outside".to_owned(),
            told => format!("inside:{told}"),
        }
    }

    fn commands(&self) -> Vec<(&'static str, &'static str, Value)> {
        vec![
            (
                "offer",
                "",
                json!({"supplier_name": "Bella Napoli", "pizza_name": "Diavola", "supplier_price": 9.5}),
            ),
            ("accept", "supplier-respond", json!({"accept": true})),
            (
                "take",
                "customer-accept",
                json!({"customer_name": "Bo", "delivery_address": "Lange Gasse 2"}),
            ),
            ("prepare", "status", json!({"status": "preparing"})),
            ("ready", "status", json!({"status": "ready"})),
            ("dispatch", "dispatch", json!({"driver_id": self.driver_id})),
            ("set_off", "status", json!({"status": "in_transit"})),
            ("deliver", "status", json!({"status": "delivered"})),
            ("recall", "recall", json!({})),
            ("cancel", "status", json!({"status": "cancelled"})),
        ]
    }

    /// A new order, brought to a status; its path.
    async fn order_in(&self, status: &str) -> String {
        let offer = json!({"supplier_name": "Bella Napoli", "pizza_name": "Diavola", "supplier_price": 9.5});
        let order = self
            .instance
            .done_as(&self.integrator, "/api/orders", &offer)
            .await;
        let path = format!("/api/orders/{}", order["id"].as_str().unwrap());
        let address = json!({"customer_name": "Ana", "delivery_address": "Kurze Gasse 1"});
        let step = |status| json!({"status": status});
        let (own, accept) = (&self.integrator, json!({"accept": true}));
        let driver = json!({"driver_id": self.driver_id});
        let way = [
            ("supplier_accepted", own, "supplier-respond", accept),
            (
                "customer_accepted",
                &self.customer,
                "customer-accept",
                address,
            ),
            ("preparing", own, "status", step("preparing")),
            ("ready", own, "status", step("ready")),
            ("dispatched", &self.dispatch, "dispatch", driver),
            ("in_transit", own, "status", step("in_transit")),
            ("delivered", own, "status", step("delivered")),
        ];
        if status == "supplier_rejected" {
            let reject = json!({"accept": false});
            self.instance
                .done_as(
                    &self.integrator,
                    &format!("{path}/supplier-respond"),
                    &reject,
                )
                .await;
        }
        let steps = match status {
            "pending_supplier" | "supplier_rejected" => 0,
            // Taken, so that its customer and dispatch see it.
            "cancelled" => 2,
            status => {
                1 + way
                    .iter()
                    .position(|(reached, ..)| *reached == status)
                    .unwrap()
            }
        };
        for (_, person, call, body) in &way[..steps] {
            self.instance
                .done_as(person, &format!("{path}/{call}"), body)
                .await;
        }
        if status == "cancelled" {
            let cancel = json!({"status": "cancelled"});
            self.instance
                .done_as(&self.integrator, &format!("{path}/status"), &cancel)
                .await;
        }
        path
    }
}
