//! What each viewer gets of each page: its status, and whether it holds what an order tells only whole.

use crate::{
    on_both_engines,
    support::{
        Instance, Market,
        accounts::{ORIGIN, PASSWORD, Person, required},
        browser::Browser,
        keys::follow_key,
        member::Member,
    },
};
use reqwest::Method;
use serde_json::json;

on_both_engines! { each_page_holds_what_its_viewer_may_see, }

/// What an order tells only whole.
pub const ADDRESS: &str = "Quellenweg 7";
pub const NAME: &str = "Ximena";

const VIEWERS: [&str; 12] = [
    "nobody",
    "guest",
    "owner",
    "another",
    "bella",
    "mario",
    "device",
    "dispatch",
    "driver",
    "other driver",
    "admin",
    "ended",
];

/// A page, and for each viewer in the order of [`VIEWERS`] its status; with a star where the page holds the address. In
/// braces stands the status of an order of the owner, from Bella Napoli.
const EXPECTED: &str = "
/                                  200  200  200  200  200  200  200  200  200  200  200  303
/supplier                          303  303  403  403  303  303  303  403  403  403  403  303
/supplier?kitchen=Bella%20Napoli   303  303  403  403  200* 403  200* 403  403  403  403  303
/supplier?kitchen=Da%20Mario       303  303  403  403  403  200  403  403  403  403  403  303
/customer                          200  200  200  200  403  403  403  403  403  403  403  303
/dispatch                          303  303  403  403  403  403  403  200* 403  403  403  303
/orders                            303  303  403  403  200* 200  200* 200* 403  403  200* 303
/orders?q=Ximena                   303  303  403  403  200* 200  200* 200* 403  403  200* 303
/orders.csv                        303  303  403  403  200* 200  200* 200* 403  403  200* 303
/driver                            303  303  403  403  403  403  403  403  200* 200  403  303
/account                           303  303  200  200  200  200  200  200  200  200  200  303
/team                              303  303  403  403  200  200  403  200  403  403  200  303
/sign-in                           200  200  303  303  303  303  303  303  303  303  303  200
/pair                              200  200  200  200  200  200  200  200  200  200  200  200
/nowhere                           404  404  404  404  404  404  404  404  404  404  404  303
/customer/{unknown}                404  404  404  404  404  404  404  404  404  404  404  303
/customer/{pending_supplier}       404  404  404  404  200  404  200  404  404  404  200  303
/customer/{supplier_accepted}      200  200  200  200  200  404  200  404  404  404  200  303
/customer/{customer_accepted}      404  404  200* 404  200* 404  200* 200* 404  404  200* 303
/customer/{dispatched}             404  404  200* 404  200* 404  200* 200* 200* 404  200* 303
/customer/{delivered}              404  404  200* 404  200  404  200  200* 200  404  200* 303
/orders/{customer_accepted}        303  303  403  403  200* 404  200* 200* 403  403  200* 303
/orders/{unknown}                  303  303  403  403  404* 404  404* 404* 403  403  404* 303
";

/// The server functions that the program of a page reads. The key to follow an order by is told to whom the order is told
/// whole: there, a star means that the answer holds the key.
const READS: &str = "
/act/counts                        200  200  200  200  200  200  200  200  200  200  200  401
/act/names                         200  200  200  200  200  200  200  200  200  200  200  401
/act/pace                          403  403  403  403  200  200  200  200  403  403  200  401
/act/duty                          403  403  403  403  403  403  403  200  403  403  200  401
/act/search?text=Ximena&below={z}  403  403  403  403  200* 200  200* 200* 403  403  200* 401
/act/history?id={customer_accepted} 404 404  200* 404  200* 404  200* 200* 404  404  200* 401
/act/history?id={delivered}        404  404  200* 404  200  404  200  200* 200  404  200* 401
/act/follow-key?id={pending_supplier} 404 404 404 404 200* 404  200* 404  404  404  200* 401
/act/follow-key?id={customer_accepted} 404 404 200* 404 200* 404 200* 200* 404 404  200* 401
/act/follow-key?id={delivered}     404  404  200* 404  200  404  200  200* 200  404  200* 401
/act/follow-key?id={unknown}       404  404  404  404  404  404  404  404  404  404  404  401
";

struct World {
    instance: Instance,
    integrator: Person,
    driver: String,
    viewers: Vec<Browser>,
    /// By their status.
    orders: Vec<(&'static str, String)>,
}

async fn each_page_holds_what_its_viewer_may_see(market: Market) {
    let market = required(market);
    let mut world = World::open(&market).await;
    world.check(EXPECTED, "text/html").await;
    world.check(READS, "application/json").await;
    world.check_exports().await;
}

async fn join(market: &Market, instance: &Instance, args: &[&str]) -> Browser {
    Member::join(market, instance, args).await.browser
}

async fn customer(instance: &Instance, email: &str) -> Browser {
    let fields = [("email", email), ("password", PASSWORD), ("name", "C")];
    Browser::on(instance).post("/sign-up", &fields).await;
    Browser::signed_in(instance, email).await
}

/// A driver with a phone, and the id of the account.
async fn driver(market: &Market, instance: &Instance, name: &str) -> (Browser, String) {
    let invited = market.account(&["invite", "driver", "--name", name]);
    let link = invited["link"].as_str().unwrap();
    let mut phone = Browser::on(instance);
    let path = link.strip_prefix(ORIGIN).unwrap();
    assert_eq!(phone.post(path, &[("x", "")]).await.location(), "/driver");
    (phone, invited["id"].as_str().unwrap().to_owned())
}

impl World {
    async fn open(market: &Market) -> World {
        let instance = market.open().await;
        let mut guest = Browser::on(&instance);
        guest.get("/customer").await;
        let bella = ["manager", "bella@example.org", "--supplier", "Bella Napoli"];
        let mut bella = Member::join(market, &instance, &bella).await;
        let code = bella.add(&[("kind", "device"), ("name", "Oven")]).await;
        let mut device = Browser::on(&instance);
        device.post("/pair", &[("code", &code[0])]).await;
        let mario = ["manager", "mario@example.org", "--supplier", "Da Mario"];
        let (jonas, driver_id) = driver(market, &instance, "Jonas").await;
        let owner = customer(&instance, "owner@example.org").await;
        let mut ended = owner.clone();
        ended
            .post(
                "/sign-in",
                &[("email", "owner@example.org"), ("password", PASSWORD)],
            )
            .await;
        let before = ended.clone();
        ended.post("/sign-out", &[]).await;
        let owner = Browser::signed_in(&instance, "owner@example.org").await;
        let viewers = vec![
            Browser::on(&instance),
            guest,
            owner,
            customer(&instance, "another@example.org").await,
            bella.browser,
            join(market, &instance, &mario).await,
            device,
            join(market, &instance, &["dispatcher", "dispatch@example.org"]).await,
            jonas,
            driver(market, &instance, "Mia").await.0,
            join(market, &instance, &["admin", "admin@example.org"]).await,
            before,
        ];
        let mut world = World {
            integrator: market.key("integrator", &["--role", "integrator"]),
            instance,
            driver: driver_id,
            viewers,
            orders: Vec::new(),
        };
        for status in [
            "pending_supplier",
            "supplier_accepted",
            "customer_accepted",
            "dispatched",
            "delivered",
        ] {
            let mut owner = world.viewers[2].clone();
            let id = order(
                &world.instance,
                &world.integrator,
                &mut owner,
                status,
                &world.driver,
            );
            world.orders.push((status, id.await));
        }
        let unknown = "0198c0de-0000-7000-8000-000000000001".to_owned();
        world.orders.push(("unknown", unknown));
        let last = "ffffffff-ffff-ffff-ffff-ffffffffffff".to_owned();
        world.orders.push(("z", last));
        world
    }

    async fn check(&mut self, table: &str, accept: &str) {
        let mut wrong = Vec::new();
        for line in table.lines().filter(|line| !line.is_empty()) {
            let mut parts = line.split_whitespace();
            let mut path = parts.next().unwrap().to_owned();
            for (status, id) in &self.orders {
                path = path.replace(&format!("{{{status}}}"), id);
            }
            let inside = match path.strip_prefix("/act/follow-key?id=") {
                Some(order) => follow_key(order),
                None => ADDRESS.to_owned(),
            };
            let expected: Vec<_> = parts.collect();
            assert_eq!(expected.len(), VIEWERS.len(), "{line}");
            for ((viewer, name), expected) in self.viewers.iter().zip(VIEWERS).zip(expected) {
                let mut viewer = viewer.clone();
                let accept = [("accept", accept)];
                let answer = viewer.send(Method::GET, &path, None, &accept).await;
                let star = if answer.text.contains(&inside) {
                    "*"
                } else {
                    ""
                };
                let found = format!("{}{star}", answer.status);
                if found != expected {
                    wrong.push(format!("{path} for {name}: {found}, not {expected}"));
                }
                assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
                let vary = answer.headers.get_all("vary").iter();
                let vary: String = vary.map(|line| line.to_str().unwrap()).collect();
                assert!(
                    vary.contains("cookie") && vary.contains("authorization"),
                    "{path}"
                );
            }
        }
        assert_eq!(wrong, [""; 0]);
    }

    /// The lines of the CSV, and what the search for a customer finds: what the viewer sees, and of orders that are over
    /// what it sees of them now.
    async fn check_exports(&mut self) {
        for (viewer, orders, whole) in [(4, 5, 2), (5, 0, 0), (6, 5, 2), (7, 3, 3), (10, 5, 3)] {
            let name = VIEWERS[viewer];
            let mut viewer = self.viewers[viewer].clone();
            let csv = viewer.get("/orders.csv").await.text;
            let mut rows = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
            let head = rows.headers().unwrap().clone();
            let at = |name| head.iter().position(|one| one == name).unwrap();
            let (customer, address) = (at("customer"), at("address"));
            let rows: Vec<_> = rows.records().map(Result::unwrap).collect();
            assert_eq!(rows.len(), orders, "{name}");
            for (column, value) in [(customer, NAME), (address, ADDRESS)] {
                let told = rows.iter().filter(|row| &row[column] == value).count();
                assert_eq!(told, whole, "{name}");
                let empty = rows.iter().filter(|row| row[column].is_empty()).count();
                assert_eq!(empty, orders - whole, "{name}");
            }
            // What is not told is not found either.
            for text in [NAME, "quellenweg"] {
                let path = format!("/orders.csv?q={text}");
                let found = viewer.get(&path).await.text.lines().count();
                assert_eq!(found, 1 + whole, "{name}: {text}");
            }
        }
    }
}

/// An order of somebody, brought to a status; its id.
pub async fn order(
    instance: &Instance,
    by: &Person,
    customer: &mut Browser,
    status: &str,
    driver: &str,
) -> String {
    let offer =
        json!({"supplier_name": "Bella Napoli", "pizza_name": "Diavola", "supplier_price": 9.5});
    let order = instance.done_as(by, "/api/orders", &offer).await;
    let id = order["id"].as_str().unwrap().to_owned();
    let steps = [
        (
            "supplier_accepted",
            "supplier-respond",
            json!({"accept": true}),
        ),
        ("customer_accepted", "", json!({})),
        ("preparing", "status", json!({"status": "preparing"})),
        ("ready", "status", json!({"status": "ready"})),
        ("dispatched", "dispatch", json!({"driver_id": driver})),
        ("in_transit", "status", json!({"status": "in_transit"})),
        ("delivered", "status", json!({"status": "delivered"})),
    ];
    let count = steps.iter().position(|(reached, ..)| *reached == status);
    for (_, call, body) in &steps[..count.map_or(0, |at| at + 1)] {
        if call.is_empty() {
            let fields = [
                ("id", &*id),
                ("version", "2"),
                ("customer_name", NAME),
                ("delivery_address", ADDRESS),
                ("key", &id),
            ];
            let taken = customer.post("/act/take", &fields).await;
            assert_eq!(taken.location(), format!("/customer/{id}"));
        } else {
            instance
                .done_as(by, &format!("/api/orders/{id}/{call}"), body)
                .await;
        }
    }
    id
}
