//! The pizzeria of a kitchen's page: its counter, who works there, and its orders under whatever name.

use super::ordering::{change, placed, shop_with, wanted};
use crate::support::{
    Answer, Instance, Market,
    accounts::required,
    browser::Browser,
    member::Member,
    shops::{create_named, path_of},
};
use reqwest::Method;
use serde_json::{Value, json};

crate::on_both_engines! {
    a_kitchen_works_at_the_counter_of_its_pizzeria,
    a_renamed_pizzeria_keeps_its_orders,
    who_works_elsewhere_is_refused,
}

const READ: &str = "/act/kitchen-shop?kitchen=Bella%20Napoli";

async fn press(instance: &Instance, form: &str) -> Answer {
    let request = instance
        .request(Method::POST, "/act/counter")
        .header("accept", "application/json")
        .header("content-type", "application/x-www-form-urlencoded");
    instance.send(request.body(form.to_owned())).await
}

fn id_of(shop: &str) -> &str {
    shop.rsplit('/').next().unwrap()
}

async fn a_kitchen_works_at_the_counter_of_its_pizzeria(market: Market) {
    let market = market.open().await;
    assert_eq!(market.get(READ).await.json(), Value::Null);
    let shop = shop_with(&market, &json!({})).await;
    let id = id_of(&shop);
    let counter = async || market.get(READ).await.json();
    assert_eq!(counter().await["counter"]["busy"], Value::Null);
    // A name is compared exactly, as those of orders are.
    let other = market.get("/act/kitchen-shop?kitchen=bella%20napoli").await;
    assert_eq!(other.json(), Value::Null);
    let pressed = async |button: &str, more: &str| {
        let answer = press(&market, &format!("shop={id}&button={button}{more}")).await;
        assert_eq!((answer.status, answer.json()), (200, json!([])), "{button}");
        counter().await
    };
    let busy = pressed("busy+15", "&reason=Left+over").await;
    assert_eq!(busy["counter"]["busy"]["extra_minutes"], 15);
    let normal = pressed("busy+0", "").await;
    assert_eq!(normal["counter"]["busy"], Value::Null);
    let paused = pressed("pause+30", "&reason=Oven+broken").await;
    assert_eq!(paused["counter"]["paused"]["reason"], "Oven broken");
    let resumed = pressed("resume", "").await;
    assert_eq!(resumed["counter"]["paused"], Value::Null);
    let sold_out = pressed("sold-out+resumed+top.olives", "").await;
    assert_eq!(sold_out["names"], json!([["top.olives", "Olives"]]));
    // The same press, sent again, is done once.
    pressed("put-back+top.olives", "&key=k1").await;
    pressed("sold-out+closing+marg", "").await;
    let again = pressed("put-back+top.olives", "&key=k1").await;
    assert_eq!(again["names"], json!([["marg", "Margherita"]]));
    for (form, field) in [
        (format!("shop={id}&button=close"), "button"),
        (format!("shop={id}&button=busy+3"), "extra_minutes"),
        (format!("shop={id}&button=sold-out+closing+ham"), "item"),
        ("shop=nowhere&button=resume".to_owned(), "shop"),
        ("button=resume".to_owned(), "shop"),
    ] {
        let answer = press(&market, &form).await;
        assert_eq!(answer.status, 422, "{form}: {}", answer.text);
        assert!(answer.text.contains(field), "{form}: {}", answer.text);
    }
}

/// What a page has of an order that stands on its board.
fn ticket(order: &Value) -> String {
    format!("id=\"o{}\"", order["id"].as_str().unwrap())
}

async fn a_renamed_pizzeria_keeps_its_orders(market: Market) {
    let market = market.open().await;
    let shop = shop_with(&market, &json!({})).await;
    let (first, _) = placed(&market, &shop, &wanted()).await;
    let kitchen = format!("kitchen:{}", id_of(&shop));
    let about = format!("supplier:Luna,{kitchen}");
    let start = market.get("/act/counts").await.json()[0].clone();
    let start = start.as_str().unwrap();
    let query = format!("?since={start}&about={about}");
    let mut socket = market.socket(&query).await;
    change(&market, &shop, &json!({"name": "Luna"})).await;
    // Its page has what was ordered under the name before, and the address of before leads to its counter.
    let page = market.get("/supplier?kitchen=Luna").await.text;
    assert!(page.contains(&ticket(&first)));
    let before = market.get(READ).await.json();
    assert_eq!(
        (&before["kitchen"], &before["name"]),
        (&json!("Bella Napoli"), &json!("Luna"))
    );
    // What is done to it is told there, and what is ordered now is on the page of the name before, too.
    let accept = format!(
        "/api/orders/{}/supplier-respond",
        first["id"].as_str().unwrap()
    );
    market.done(&accept, &json!({"accept": true})).await;
    let told = socket.event().await;
    assert_eq!(told["order"]["id"], first["id"]);
    assert_eq!(told["order"]["supplier_name"], "Bella Napoli");
    let (second, _) = placed(&market, &shop, &wanted()).await;
    assert_eq!(second["supplier_name"], "Luna");
    assert_eq!(socket.event().await["order"]["id"], second["id"]);
    let page = market.get("/supplier?kitchen=Bella%20Napoli").await.text;
    assert!(page.contains(&ticket(&second)));
    // Another pizzeria that takes the name has its own.
    let other = create_named(&market, "Bella Napoli").await;
    let page = market.get("/supplier?kitchen=Bella%20Napoli").await.text;
    assert!(!page.contains(&ticket(&second)));
    let read = market.get(READ).await.json();
    assert_eq!(read["counter"]["id"], other["id"]);
}

async fn who_works_elsewhere_is_refused(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let join = async |email: &str, supplier: &str| {
        let args = ["manager", email, "--supplier", supplier];
        Member::join(&market, &instance, &args).await.browser
    };
    let mut bella = join("bella@example.org", "Bella Napoli").await;
    let mut mario = join("mario@example.org", "Da Mario").await;
    let integrator = market.key("integrator", &["--role", "integrator"]);
    let body = crate::support::shops::pizzeria("Bella Napoli");
    let made = instance
        .done_as(&integrator, "/api/restaurants", &body)
        .await;
    let id = id_of(&path_of(&made)).to_owned();
    let form = [("shop", &*id), ("button", "busy 30")];
    let mut nobody = Browser::on(&instance);
    let refused = nobody.post("/act/counter", &form).await;
    assert!(
        refused.location().starts_with("/sign-in"),
        "{}",
        refused.text
    );
    let busy = async || {
        let path = format!("/api/restaurants/{id}?postcode=10115");
        instance.get(&path).await.json()["now"]["busy"].clone()
    };
    // Back on its page it reads why; nothing is done.
    assert_eq!(mario.post("/act/counter", &form).await.status, 303);
    assert_eq!(busy().await, Value::Null);
    assert_eq!(mario.get(READ).await.json(), Value::Null);
    assert_eq!(nobody.get(READ).await.json(), Value::Null);
    let done = bella.post("/act/counter", &form).await;
    assert_eq!((done.status, done.location()), (303, "/#counter"));
    assert_eq!(busy().await["extra_minutes"], 30);
    assert_eq!(bella.get(READ).await.json()["counter"]["id"], *id);
    let page = bella.get("/supplier?kitchen=Bella%20Napoli").await.text;
    assert!(page.contains("30 min more until"), "{page}");
}
