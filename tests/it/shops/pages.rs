//! The customer's pages of pizzerias, by plain forms: from the list to the checkout.

use crate::support::{
    Instance, Market,
    browser::Browser,
    shops::{create_named, create_with_menu, path_of, pizzeria, put},
};
use reqwest::Method;
use serde_json::{Value, json};

pub const SHOP: &str = "/shops/bella-napoli";

pub fn browser(market: &Instance) -> Browser {
    let mut browser = Browser::on(market);
    browser.origin = market.url.clone();
    browser
}

/// A large half Diavola half Funghi with olives on the left, twice.
pub const HALVES: [(&str, &str); 9] = [
    ("act", "put"),
    ("item", "diav"),
    ("size", "l"),
    ("half", "fung"),
    ("p.top.olives", "left"),
    ("n.top.olives", "1"),
    ("p.sauce.plain", "whole"),
    ("quantity", "2"),
    ("note", "Well done"),
];

/// The value of the first element that begins like this.
pub fn value_of<'a>(page: &'a str, begins: &str) -> &'a str {
    let (_, rest) = page
        .split_once(begins)
        .unwrap_or_else(|| panic!("no {begins}: {page}"));
    let (_, rest) = rest.split_once("value=\"").unwrap();
    rest.split('"').next().unwrap()
}

/// What the form of the checkout sends to order what it shows, as soon as possible.
pub fn order_fields(page: &str) -> Vec<(&str, &str)> {
    vec![
        ("act", "order"),
        ("key", value_of(page, "name=\"key\"")),
        ("agreed", value_of(page, "name=\"agreed\"")),
        ("when", value_of(page, "id=\"when\"")),
        ("customer_name", "Ana"),
        ("phone", "030 1234567"),
        ("street", "Lange Straße 2"),
        ("postcode", "10117"),
        ("town", "Berlin"),
        ("notes", "2nd floor"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pizza_of_two_halves_is_ordered_by_plain_forms() {
    let market = Market::embedded().open().await;
    create_with_menu(&market).await;
    let mut ana = browser(&market);
    let near = ana.post("/shops", &[("near", "10117")]).await;
    assert_eq!(
        (near.status, near.header("location")),
        (303, Some("/shops"))
    );
    let list = ana.get("/shops").await;
    assert!(
        list.text.contains("Bella Napoli") && list.text.contains("€2.50"),
        "{}",
        list.text
    );
    let menu = ana.get(SHOP).await;
    assert_eq!(menu.status, 200);
    for shown in [
        "from €9.50",
        "€7.58 per litre",
        "plus €0.25 deposit",
        "Contains gluten, milk",
        "application/ld+json",
    ] {
        assert!(menu.text.contains(shown), "{shown}: {}", menu.text);
    }
    assert!(!menu.text.contains(" style=\""));
    let item = ana.get(&format!("{SHOP}/items/diav")).await;
    assert!(
        item.text.contains("average of both pizzas"),
        "{}",
        item.text
    );

    let priced = ana.post(&format!("{SHOP}/items/diav"), &HALVES).await;
    // (12.35 + 11.50) / 2, and half of 1.50, twice.
    assert_eq!(priced.status, 200);
    assert!(priced.text.contains("€25.36"), "{}", priced.text);
    let added = ana.post(&format!("{SHOP}/cart"), &HALVES).await;
    assert_eq!(added.header("location"), Some("/shops/bella-napoli#i-diav"));
    let cart = ana.get(&format!("{SHOP}/cart")).await;
    for shown in ["olives", "(left half)", "Well done", "€25.36"] {
        assert!(
            cart.text.to_lowercase().contains(&shown.to_lowercase()),
            "{shown}: {}",
            cart.text
        );
    }

    let checkout = ana.get(&format!("{SHOP}/checkout")).await.text;
    assert!(checkout.contains("Order for €27.86"), "{checkout}");
    let mut again = ana.clone();
    let fields = order_fields(&checkout);
    let ordered = ana.post(&format!("{SHOP}/checkout"), &fields).await;
    assert_eq!(ordered.status, 303, "{}", ordered.text);
    let page = ordered.header("location").unwrap().to_owned();
    // A double click sends the same form with the same cart.
    let twice = again.post(&format!("{SHOP}/checkout"), &fields).await;
    assert_eq!(twice.header("location"), Some(&*page));
    assert!(!ana.cookies.contains_key("cart"));
    let id = page.strip_prefix("/customer/").unwrap();
    let order = market.get(&format!("/api/orders/{id}")).await.json();
    assert_eq!(order["status"], "customer_accepted");
    assert_eq!(order["basket"]["bill"]["to_pay"], 27.86);
    assert_eq!(order["basket"]["lines"][0]["half"]["name"], "Funghi");
    assert_eq!(order["basket"]["place"]["street"], "Lange Straße 2");
    assert_eq!(market.orders().await.len(), 1);
    // What was put together from a menu is no offer to make again.
    let kitchen = ana.get("/supplier?kitchen=Bella%20Napoli").await.text;
    assert!(kitchen.contains("Diavola"), "{kitchen}");
    assert!(!kitchen.contains("Offer again"), "{kitchen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_price_asks_again_with_both_side_by_side() {
    let market = Market::embedded().open().await;
    let restaurant = create_with_menu(&market).await;
    let mut ana = browser(&market);
    ana.post("/shops", &[("near", "10117")]).await;
    ana.post(&format!("{SHOP}/cart"), &HALVES).await;
    let checkout = ana.get(&format!("{SHOP}/checkout")).await.text;
    let mut dearer = pizzeria("Bella Napoli");
    dearer["slug"] = json!("bella-napoli");
    dearer["areas"][0]["fee"] = json!(4.5);
    let saved = put(&market, &path_of(&restaurant), &dearer, Some("\"1\"")).await;
    assert_eq!(saved.status, 200, "{}", saved.text);
    let refused = ana
        .post(&format!("{SHOP}/checkout"), &order_fields(&checkout))
        .await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    for shown in [
        "Before",
        "€27.86",
        "€29.86",
        "Order for €29.86",
        "Lange Straße 2",
    ] {
        assert!(refused.text.contains(shown), "{shown}: {}", refused.text);
    }
    assert_eq!(market.orders().await.len(), 0);
    let ordered = ana
        .post(&format!("{SHOP}/checkout"), &order_fields(&refused.text))
        .await;
    assert_eq!(ordered.status, 303, "{}", ordered.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_not_right_comes_back_with_what_was_typed() {
    let market = Market::embedded().open().await;
    create_with_menu(&market).await;
    let mut ana = browser(&market);
    ana.post("/shops", &[("near", "10117")]).await;
    // The sauce must be chosen.
    let fields = [
        ("act", "put"),
        ("item", "diav"),
        ("size", "l"),
        ("quantity", "1"),
        ("note", "Ring twice"),
    ];
    let refused = ana.post(&format!("{SHOP}/cart"), &fields).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.text.contains("Choose 1 more.") && refused.text.contains("Ring twice"),
        "{}",
        refused.text
    );
    let some = [("act", "put"), ("item", "cola"), ("quantity", "some")];
    let refused = ana.post(&format!("{SHOP}/cart"), &some).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("Choose 1 to 99"), "{}", refused.text);
    ana.post(&format!("{SHOP}/cart"), &HALVES).await;
    let checkout = ana.get(&format!("{SHOP}/checkout")).await.text;
    let mut fields = order_fields(&checkout);
    fields.retain(|(name, _)| *name != "phone");
    fields.push(("phone", "call me"));
    let refused = ana.post(&format!("{SHOP}/checkout"), &fields).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.text.contains("A phone number has") && refused.text.contains("Lange Straße 2"),
        "{}",
        refused.text
    );
    // Nowhere delivered.
    fields.retain(|(name, _)| *name != "postcode");
    fields.push(("postcode", "99999"));
    let nowhere = ana.post(&format!("{SHOP}/checkout"), &fields).await;
    assert!(
        nowhere.text.contains("does not deliver"),
        "{}",
        nowhere.text
    );
    assert_eq!(market.orders().await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sold_out_or_gone_is_not_in_the_way() {
    let market = Market::embedded().open().await;
    let restaurant = create_with_menu(&market).await;
    let mut ana = browser(&market);
    ana.post("/shops", &[("near", "10117")]).await;
    ana.post(&format!("{SHOP}/cart"), &HALVES).await;
    let cart = ana.cookie("cart").to_owned();
    ana.cookies
        .insert("cart".to_owned(), format!("{cart},cola,gone/xl,<b>,%ff"));
    let sold_out = json!({"item": "cola", "sold_out": true, "until": "resumed"});
    market
        .done(&format!("{}/sold-out", path_of(&restaurant)), &sold_out)
        .await;
    let menu = ana.get(SHOP).await.text;
    assert!(menu.contains("data-parts=\"cola\" data-sold-out"), "{menu}");
    let page = ana.get(&format!("{SHOP}/cart")).await;
    assert_eq!(page.status, 200);
    for shown in ["Sold out", "has changed", "cannot be read", "Take it out"] {
        assert!(page.text.contains(shown), "{shown}: {}", page.text);
    }
    let checkout = ana.get(&format!("{SHOP}/checkout")).await.text;
    assert!(checkout.contains("Order for €27.86"), "{checkout}");
    let ordered = ana
        .post(&format!("{SHOP}/checkout"), &order_fields(&checkout))
        .await;
    assert_eq!(ordered.status, 303, "{}", ordered.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_is_never_an_error_of_the_server() {
    let market = Market::embedded().open().await;
    let restaurant = create_with_menu(&market).await;
    let paths = [
        "",
        "/cart",
        "/checkout",
        "/items/diav",
        "/items/diav?edit=7",
        "/cart?add=%ff",
        "/cart?add=x,,~:!%",
    ];
    for cart in [
        "",
        ",,,",
        "<script>alert(1)</script>",
        "diav/l+diav",
        "%%%",
        "💥",
        &"x,".repeat(1500),
    ] {
        for path in paths {
            let mut eve = browser(&market);
            eve.cookies.insert("cart".to_owned(), cart.to_owned());
            let page = eve.get(&format!("{SHOP}{path}")).await;
            assert!(page.status < 500, "{path} with {cart}: {}", page.status);
            let outside: String = page.text.split('"').step_by(2).collect();
            assert!(!outside.contains("<script>alert(1)"), "{path}");
        }
    }
    let mut eve = browser(&market);
    assert_eq!(eve.get("/shops/nowhere").await.status, 404);
    assert_eq!(eve.get("/shops/%00").await.status, 404);
    assert_eq!(eve.get(&format!("{SHOP}/items/nothing")).await.status, 404);
    // By its id it leads to its name.
    let id = restaurant["id"].as_str().unwrap();
    let moved = eve.get(&format!("/shops/{id}/items/diav?x=1")).await;
    assert_eq!(
        (moved.status, moved.header("location")),
        (308, Some("/shops/bella-napoli/items/diav?x=1"))
    );
    // What another page asks to come back to stays on this host.
    let back = eve
        .send(
            reqwest::Method::POST,
            "/shops",
            Some(&[("near", "1")]),
            &[
                ("origin", &market.url),
                ("referer", "https://evil.example//evil.example/shops"),
            ],
        )
        .await;
    assert_eq!(back.header("location"), Some("/shops"));
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_never_html() {
    let market = Market::embedded().open().await;
    let evil = "</script></title><script>alert(1)</script><!--";
    let made: Value = create_named(&market, evil).await;
    let mut ana = browser(&market);
    for path in [
        "/shops".to_owned(),
        format!("/shops/{}", made["slug"].as_str().unwrap()),
    ] {
        let page = ana.get(&path).await.text;
        assert!(page.contains("alert(1)"), "{path}");
        let outside: String = page.split('"').step_by(2).collect();
        assert!(
            !page.contains("<script>alert(1)") && !outside.contains("</title><script>"),
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_says_why_it_is_empty() {
    let market = Market::embedded().open().await;
    let mut ana = browser(&market);
    assert!(
        ana.get("/shops")
            .await
            .text
            .contains("There is no pizzeria here yet")
    );
    create_with_menu(&market).await;
    let none = ana.get("/shops?q=sushi").await.text;
    assert!(none.contains("No pizzeria matches"), "{none}");
    ana.post("/shops", &[("near", "99999")]).await;
    let far = ana.get("/shops").await.text;
    assert!(far.contains("No pizzeria delivers to 99999"), "{far}");
    // What is searched for is there, but not for that postcode.
    let far = ana.get("/shops?q=napoli").await.text;
    assert!(far.contains("None that delivers to you."), "{far}");
    ana.post("/shops", &[("near", "")]).await;
    assert!(
        ana.get("/shops?q=napoli&open=1")
            .await
            .text
            .contains("Bella Napoli")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_link_brings_can_be_bought_and_what_is_gone_leads_to_the_menu() {
    let market = Market::embedded().open().await;
    create_with_menu(&market).await;
    let mut ana = browser(&market);
    let some = ana.get(&format!("{SHOP}/cart?add=nope,cola*2")).await.text;
    assert!(some.contains("name=\"lines\" value=\"cola*2\""), "{some}");
    let none = ana.get(&format!("{SHOP}/cart?add=nope")).await.text;
    assert!(none.contains("1 line cannot be ordered"), "{none}");
    assert!(!none.contains("take-over"), "{none}");
    let gone = ana.get(&format!("{SHOP}/items/nope")).await;
    assert_eq!(gone.status, 404);
    let to_menu = format!("href=\"{SHOP}\"");
    assert!(gone.text.contains(&to_menu), "{}", gone.text);
    for order in ["xx", "0198f2d2-0000-7000-8000-000000000000"] {
        let again = ana.get(&format!("/customer/{order}/again")).await;
        assert_eq!(again.status, 404, "{}", again.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_pizzeria_says_until_when_and_why() {
    let market = Market::embedded().open().await;
    let restaurant = create_with_menu(&market).await;
    let mut ana = browser(&market);
    ana.post("/shops", &[("near", "10117")]).await;
    ana.post(&format!("{SHOP}/cart"), &HALVES).await;
    let path = format!("{}/pause", path_of(&restaurant));
    market
        .done(&path, &json!({"reason": "The oven is cold"}))
        .await;
    let checkout = ana.get(&format!("{SHOP}/checkout")).await.text;
    for shown in ["takes no orders right now", "The oven is cold"] {
        assert!(checkout.contains(shown), "{shown}: {checkout}");
    }
    assert!(!checkout.contains("Order for"), "{checkout}");
}

/// A script that has heard of another menu asks with the tag of the one that it shows.
#[tokio::test(flavor = "multi_thread")]
async fn a_menu_that_has_not_changed_is_not_sent_again() {
    let market = Market::embedded().open().await;
    create_with_menu(&market).await;
    let page = browser(&market).get(SHOP).await.text;
    let (_, tag) = page.split_once("data-revision=\"").unwrap();
    let tag = tag.split('"').next().unwrap().replace("&quot;", "\"");
    let ask = async |tag: &str| {
        let request = market.request(Method::GET, SHOP);
        let request = request.header("if-none-match", tag);
        market.send(request).await.status
    };
    assert_eq!(ask(&tag).await, 304);
    assert_eq!(ask("\"0\"").await, 200);
}
