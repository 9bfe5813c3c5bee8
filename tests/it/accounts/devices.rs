//! The devices of a kitchen: pairing, and who works at them.

use crate::{
    on_both_engines,
    support::{
        Instance, Market, SOON,
        accounts::{Person, required},
        browser::Browser,
        clock::Clock,
        member::Member,
    },
};
use reqwest::Method;
use serde_json::{Value, json};

on_both_engines! {
    a_code_pairs_one_device_within_ten_minutes,
    a_device_has_one_session_and_one_kitchen,
    who_works_at_a_device_is_the_actor,
    who_was_disabled_acts_no_more,
}

const BOARD: &str = "/supplier?kitchen=Bella%20Napoli";

async fn manager(market: &Market, instance: &Instance) -> Member {
    let args = ["manager", "marco@example.org", "--supplier", "Bella Napoli"];
    Member::join(market, instance, &args).await
}

/// The code of a new device.
async fn new_device(manager: &mut Member) -> String {
    let shown = manager.add(&[("kind", "device"), ("name", "Oven")]).await;
    assert_eq!(shown.len(), 1);
    shown[0].clone()
}

async fn pair(instance: &Instance, code: &str) -> Browser {
    let mut device = Browser::on(instance);
    assert_eq!(
        device.post("/pair", &[("code", code)]).await.location(),
        BOARD
    );
    device
}

async fn is_refused(instance: &Instance, code: &str) {
    let mut device = Browser::on(instance);
    assert_eq!(
        device.post("/pair", &[("code", code)]).await.location(),
        "/pair"
    );
    assert!(!device.cookies.contains_key("session"));
    let page = device.get("/pair").await;
    assert!(!page.refusals().is_empty());
    assert!(!page.text.contains(code));
}

/// The account of somebody whom the market lists by this name.
fn account(market: &Market, name: &str) -> String {
    let listed = market.account(&["list"]);
    let mut listed = listed.as_array().unwrap().iter();
    let found = listed.find(|one| one["name"] == name).unwrap();
    found["id"].as_str().unwrap().to_owned()
}

async fn a_code_pairs_one_device_within_ten_minutes(market: Market) {
    let market = required(market);
    let clock = Clock::ahead_by(0);
    let instance = clock.open(&market).await;
    let mut marco = manager(&market, &instance).await;
    let code = new_device(&mut marco).await;
    assert_eq!(code.len(), 8);
    let wrong = code.chars().rev().collect::<String>();
    if wrong != code {
        is_refused(&instance, &wrong).await;
    }
    // As people type it.
    let typed = format!(" {}-{} ", code[..4].to_lowercase(), &code[4..]);
    let mut device = pair(&instance, &typed).await;
    assert_eq!(device.get(BOARD).await.status, 200);
    is_refused(&instance, &code).await;
    let late = new_device(&mut marco).await;
    clock.set(601);
    is_refused(&instance, &late).await;
    assert_eq!(device.get(BOARD).await.status, 200);
}

async fn a_device_has_one_session_and_one_kitchen(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let mut marco = manager(&market, &instance).await;
    let mut device = pair(&instance, &new_device(&mut marco).await).await;
    for other in [
        "/supplier?kitchen=Da%20Mario",
        "/dispatch",
        "/customer",
        "/team",
    ] {
        assert_eq!(device.get(other).await.status, 403, "{other}");
    }
    assert_eq!(device.get("/supplier").await.location(), BOARD);
    let fields = [
        ("supplier_name", "Da Mario"),
        ("pizza_name", "Diavola"),
        ("supplier_price", "9.50"),
        ("key", "a"),
    ];
    let refused = device.post("/act/offer", &fields).await;
    assert_ne!(refused.status, 200, "{}", refused.text);
    let key = market.key("integrator", &["--role", "integrator"]);
    let orders = instance.as_(&key, Method::GET, "/api/orders", None).await;
    let of_mario = |order: &&Value| order["supplier_name"] == "Da Mario";
    assert_eq!(
        orders.json().as_array().unwrap().iter().find(of_mario),
        None
    );
    // Another code leads to another session when it is typed.
    let id = account(&market, "Oven");
    let fields = [("act", "pair"), ("id", &*id)];
    let code = marco.add(&fields).await.remove(0);
    assert_eq!(device.get(BOARD).await.status, 200);
    let mut socket = device.follow().await;
    let mut renewed = pair(&instance, &code).await;
    let closed = socket.closed_without_event(SOON).await;
    assert_eq!(u16::from(closed.code), 4401);
    let expected = "/sign-in?next=%2Fsupplier%3Fkitchen%3DBella%2520Napoli";
    assert_eq!(device.get(BOARD).await.location(), expected);
    assert_eq!(renewed.get(BOARD).await.status, 200);
}

/// A kitchen with a device and one person of its staff.
struct Kitchen {
    instance: Instance,
    device: Browser,
    device_id: String,
    person: String,
    /// Sees the events whole.
    integrator: Person,
}

impl Kitchen {
    async fn open(market: &Market) -> Kitchen {
        let instance = market.open().await;
        let mut marco = manager(market, &instance).await;
        let device = pair(&instance, &new_device(&mut marco).await).await;
        let luca = [("kind", "staff"), ("name", "Luca"), ("pin", "4711")];
        marco.add(&luca).await;
        Kitchen {
            device,
            device_id: account(market, "Oven"),
            person: account(market, "Luca"),
            integrator: market.key("integrator", &["--role", "integrator"]),
            instance,
        }
    }

    /// Hands over; whether that was accepted.
    async fn hand_over(&mut self, person: &str, pin: &str) -> bool {
        let fields = [("person", person), ("pin", pin)];
        let answer = self.device.post("/hand-over", &fields).await;
        match answer.location() {
            BOARD => true,
            "/hand-over" => false,
            other => panic!("{other}"),
        }
    }

    /// Offers a pizza at the device; who did it.
    async fn actor(&mut self, key: &str) -> Value {
        let fields = [
            ("supplier_name", "Bella Napoli"),
            ("pizza_name", "Diavola"),
            ("supplier_price", "9.50"),
            ("key", key),
        ];
        let offered = self.device.post("/act/offer", &fields).await;
        assert_eq!(offered.status, 303, "{}", offered.text);
        let get = async |path: &str| {
            let answer = self
                .instance
                .as_(&self.integrator, Method::GET, path, None)
                .await;
            answer.json()
        };
        let orders = get("/api/orders?limit=1").await;
        let id = orders[0]["id"].as_str().unwrap();
        get(&format!("/api/orders/{id}/events")).await[0]["actor"].clone()
    }
}

async fn who_works_at_a_device_is_the_actor(market: Market) {
    let market = required(market);
    let mut kitchen = Kitchen::open(&market).await;
    let args = ["manager", "ben@example.org", "--supplier", "Da Mario"];
    let mut ben = Member::join(&market, &kitchen.instance, &args).await;
    ben.add(&[("kind", "staff"), ("name", "Gia"), ("pin", "1234")])
        .await;
    let actor = |id: &str| json!({"role": "supplier", "id": id, "reason": null});
    let (device, luca, gia) = (
        kitchen.device_id.clone(),
        kitchen.person.clone(),
        account(&market, "Gia"),
    );
    assert_eq!(kitchen.actor("1").await, actor(&device));
    let page = kitchen.device.get("/hand-over").await;
    assert!(page.text.contains("Luca") && !page.text.contains("Gia"));
    assert!(!kitchen.hand_over(&luca, "4712").await);
    assert!(!kitchen.hand_over(&gia, "1234").await, "another kitchen's");
    assert!(!kitchen.hand_over(&ben.id, "1234").await);
    assert_eq!(kitchen.actor("2").await, actor(&device));
    assert!(kitchen.hand_over(&luca, "4711").await);
    assert_eq!(kitchen.actor("3").await, actor(&luca));
    // It grants nothing that the device has not.
    assert_eq!(kitchen.device.get("/team").await.status, 403);
    assert!(kitchen.hand_over("", "").await);
    assert_eq!(kitchen.actor("4").await, actor(&device));
}

async fn who_was_disabled_acts_no_more(market: Market) {
    let market = required(market);
    let mut kitchen = Kitchen::open(&market).await;
    let (device, luca) = (kitchen.device_id.clone(), kitchen.person.clone());
    assert!(kitchen.hand_over(&luca, "4711").await);
    assert_eq!(kitchen.actor("1").await["id"], *luca);
    market.account(&["disable", &luca]);
    assert_eq!(kitchen.actor("2").await["id"], *device);
    let page = kitchen.device.get("/hand-over").await;
    assert!(!page.text.contains("Luca"));
    assert!(!kitchen.hand_over(&luca, "4711").await);
    market.account(&["enable", &luca]);
    // The tap from before does not come back with them.
    assert_eq!(kitchen.actor("3").await["id"], *device);
    assert!(kitchen.hand_over(&luca, "4711").await);
    assert_eq!(kitchen.actor("4").await["id"], *luca);
}
