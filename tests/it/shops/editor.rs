//! The pages on which a pizzeria is edited, as plain forms: what each does, what undoes it, what is refused.

use crate::support::{
    Answer, Instance, Market,
    browser::Browser,
    shops::{create_named, create_with_menu, path_of},
};
use reqwest::Method;
use serde_json::Value;

crate::on_both_engines! {
    a_row_of_the_menu_is_saved_and_undone,
    a_group_says_at_its_fields_what_is_wrong,
    a_row_moves_with_what_is_typed_in_it,
    an_import_shows_its_difference_first,
    settings_come_back_where_they_are_refused,
    the_bar_of_the_counter_pauses_and_resumes,
}

/// Would end the field in which it stands, if it were not text there.
const MARKUP: &str = "</textarea><script>alert(1)</script>";

/// Sends a form of a page, and shows where it leads.
async fn form(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    let from = format!("http://market{path}");
    let headers = [("referer", &*from)];
    browser
        .send(Method::POST, path, Some(fields), &headers)
        .await
}

/// The value of the field of a form on a page.
fn field(page: &str, name: &str) -> String {
    let at = page.find(&format!("name=\"{name}\" value=\"")).unwrap();
    let value = page[at..].split("value=\"").nth(1).unwrap();
    let value = value.split('"').next().unwrap();
    value.replace("&quot;", "\"").replace("&amp;", "&")
}

async fn item(market: &Instance, shop: &str, code: &str) -> Value {
    market.get(&format!("{shop}/items/{code}")).await.json()
}

async fn a_row_of_the_menu_is_saved_and_undone(market: Market) {
    let market = market.open().await;
    let mut browser = Browser::on(&market);
    let shop = path_of(&create_with_menu(&market).await);
    let page = "/supplier/bella-napoli/menu";
    let shown = market.get(page).await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    assert!(shown.text.contains("Margherita") && shown.text.contains("Drinks"));
    let fields = [
        ("act", "save"),
        ("item", "marg"),
        ("version", "1"),
        ("name", "Margherita DOP"),
        ("about", "Buffalo"),
        ("category", "pizza"),
        ("price-m", "8,40"),
        ("price-l", "10.00"),
    ];
    let saved = form(&mut browser, page, &fields).await;
    assert_eq!(saved.status, 303, "{}", saved.text);
    let after = item(&market, &shop, "marg").await;
    assert_eq!(after["name"], "Margherita DOP");
    assert_eq!(after["prices"][0]["price"], 8.4);
    assert_eq!(after["allergens"], serde_json::json!(["gluten", "milk"]));
    // The page that follows has what undoes it.
    let after = browser.get(page).await;
    let undo = field(&after.text, "undo");
    let undone = form(&mut browser, page, &[("act", "undo"), ("undo", &undo)]).await;
    assert_eq!(undone.status, 303, "{}", undone.text);
    assert_eq!(item(&market, &shop, "marg").await["name"], "Margherita");
    // What was made for another version is refused, and shown with what was typed.
    let refused = form(&mut browser, page, &fields).await;
    assert_eq!(refused.status, 412);
    assert!(refused.text.contains("Margherita DOP"), "{}", refused.text);
}

async fn a_group_says_at_its_fields_what_is_wrong(market: Market) {
    let market = market.open().await;
    let mut browser = Browser::on(&market);
    let shop = path_of(&create_with_menu(&market).await);
    let page = "/supplier/bella-napoli/menu";
    let own = format!("{page}?group=top");
    let shown = browser.get(&own).await;
    assert_eq!(shown.status, 200);
    let version = field(&shown.text, "version");
    let with = |large| {
        [
            ("act", "save-group"),
            ("group", "top"),
            ("version", &*version),
            ("name", "Toppings"),
            ("max", "4"),
            ("each", "2"),
            ("halves", "true"),
            ("o0-id", "olives"),
            ("o0-name", "Olives"),
            ("o0-price-m", "1"),
            ("o0-price-l", large),
            ("o1-name", MARKUP),
            ("o1-price", "0,80"),
            ("o2-name", ""),
        ]
    };
    let refused = form(&mut browser, page, &with("")).await;
    assert_eq!(refused.status, 422);
    for said in [
        "Large is missing a price for Olives: ",
        "aria-describedby=\"group-o0-price-l-error\"",
        "id=\"group-o0-price-l-error\"",
    ] {
        assert!(refused.text.contains(said), "{said}: {}", refused.text);
    }
    assert!(!refused.text.contains(MARKUP), "{}", refused.text);
    let before = market.get(&format!("{shop}/menu")).await.json();
    let saved = form(&mut browser, page, &with("1.5")).await;
    assert_eq!(saved.status, 303, "{}", saved.text);
    let after = market.get(&format!("{shop}/menu")).await.json();
    let options = &after["groups"][0]["options"];
    assert_eq!(options[0]["id"], "olives");
    assert_eq!(options[1]["name"], MARKUP);
    assert_eq!(options[1]["price"], 0.8);
    assert_eq!(after["groups"][1], before["groups"][1]);
    // What was made for another version is refused.
    let again = form(&mut browser, page, &with("1.5")).await;
    assert_eq!(again.status, 412);
}

async fn a_row_moves_with_what_is_typed_in_it(market: Market) {
    let market = market.open().await;
    let mut browser = Browser::on(&market);
    let shop = path_of(&create_with_menu(&market).await);
    let page = "/supplier/bella-napoli/menu";
    let of = |menu: &Value| menu["categories"][0]["items"].clone();
    let before = of(&market.get(&format!("{shop}/menu")).await.json());
    let first = before[0].as_str().unwrap();
    let item = item(&market, &shop, first).await;
    let version = item["version"].to_string();
    let fields = [
        ("act", "move-down"),
        ("item", first),
        ("version", &*version),
        ("name", "Moved"),
        ("price-m", "8"),
        ("price-l", "10"),
    ];
    let moved = form(&mut browser, page, &fields).await;
    assert_eq!(moved.status, 303, "{}", moved.text);
    let after = market.get(&format!("{shop}/menu")).await.json();
    assert_eq!(of(&after)[0], before[1]);
    assert_eq!(of(&after)[1], before[0]);
    assert!(after.to_string().contains("Moved"));
    // Both are undone at once.
    let undo = field(&browser.get(page).await.text, "undo");
    let undone = form(&mut browser, page, &[("act", "undo"), ("undo", &undo)]).await;
    assert_eq!(undone.status, 303, "{}", undone.text);
    let undone = market.get(&format!("{shop}/menu")).await.json();
    assert_eq!(of(&undone), before);
    assert!(!undone.to_string().contains("Moved"));
}

async fn an_import_shows_its_difference_first(market: Market) {
    let market = market.open().await;
    let mut browser = Browser::on(&market);
    let shop = path_of(&create_named(&market, "Luna").await);
    let page = "/supplier/luna/menu";
    let empty = market.get(page).await;
    assert!(empty.text.contains("Start from the example"));
    let started = form(&mut browser, page, &[("act", "example")]).await;
    assert_eq!(started.status, 303, "{}", started.text);
    let file = market.get("/supplier/luna/menu.json").await;
    let text = file.text.replace("Tiramisù", "Tiramisù della nonna");
    let looked = form(&mut browser, page, &[("act", "import"), ("text", &text)]).await;
    assert_eq!(looked.status, 200);
    assert!(
        looked.text.contains("Tiramisù della nonna"),
        "{}",
        looked.text
    );
    assert_eq!(item(&market, &shop, "tirami").await["name"], "Tiramisù");
    let revision = field(&looked.text, "revision");
    let sure = [
        ("act", "import-now"),
        ("text", &text),
        ("revision", &revision),
    ];
    assert_eq!(form(&mut browser, page, &sure).await.status, 303);
    let after = item(&market, &shop, "tirami").await;
    assert_eq!(after["name"], "Tiramisù della nonna");
    let wrong = form(&mut browser, page, &[("act", "import"), ("text", MARKUP)]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("alert(1)"));
    assert!(!wrong.text.contains(MARKUP), "{}", wrong.text);
}

async fn settings_come_back_where_they_are_refused(market: Market) {
    let market = market.open().await;
    let mut browser = Browser::on(&market);
    create_named(&market, "Roma").await;
    let page = "/supplier/roma/settings";
    let shown = market.get(page).await;
    assert_eq!(shown.status, 200);
    assert!(shown.text.contains("00:00-24:00"), "{}", shown.text);
    let with = |monday: &'static str| {
        [
            ("act", "save"),
            ("version", "1"),
            ("name", "Roma"),
            ("about", MARKUP),
            ("street", "Kurze Gasse 1"),
            ("postcode", "10115"),
            ("town", "Berlin"),
            ("time_zone", "Europe/Berlin"),
            ("listed", "true"),
            ("hours-mon", monday),
            ("asap", "true"),
            ("days_ahead", "2"),
            ("answer_minutes", "5"),
            ("prepare_minutes", "20"),
            ("slot_minutes", "15"),
            ("slot_orders", "8"),
            ("order_pieces", "6"),
            ("tax_mode", "included"),
            ("markup_percentage", "0"),
        ]
    };
    let refused = form(&mut browser, page, &with("17:00-17:00")).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.text.contains("value=\"17:00-17:00\""),
        "{}",
        refused.text
    );
    assert!(!refused.text.contains(MARKUP), "{}", refused.text);
    for said in ["Nothing is changed yet", "Hours, Monday, 1"] {
        assert!(refused.text.contains(said), "{said}: {}", refused.text);
    }
    let saved = form(&mut browser, page, &with("17-2")).await;
    assert_eq!(saved.status, 303, "{}", saved.text);
    let shown = market.get(page).await.text;
    assert!(
        shown.contains("alert(1)") && !shown.contains(MARKUP),
        "{shown}"
    );
    let profile = market.get("/api/restaurants/roma").await.json();
    assert_eq!(
        profile["hours"]["mon"],
        serde_json::json!([["17:00", "02:00"]])
    );
    assert_eq!(profile["areas"], serde_json::json!([]));
}

async fn the_bar_of_the_counter_pauses_and_resumes(market: Market) {
    let market = market.open().await;
    let mut browser = Browser::on(&market);
    create_with_menu(&market).await;
    let bar = "/supplier/bella-napoli/counter";
    let now = async || {
        let shop = market.get("/api/restaurants/bella-napoli").await;
        shop.json()["now"].clone()
    };
    assert_eq!(
        form(&mut browser, bar, &[("act", "pause")]).await.status,
        303
    );
    assert_eq!(now().await["paused"]["until"], Value::Null);
    assert_eq!(
        form(&mut browser, bar, &[("act", "resume")]).await.status,
        303
    );
    assert_eq!(now().await["paused"], Value::Null);
    let gone = [("act", "sold-out"), ("item", "marg")];
    assert_eq!(form(&mut browser, bar, &gone).await.status, 303);
    assert_eq!(now().await["sold_out"][0]["item"], "marg");
    let unknown = form(&mut browser, bar, &[("act", "dance")]).await;
    assert_eq!(unknown.status, 422);
    assert_eq!(
        form(&mut browser, "/supplier/nobody/counter", &gone)
            .await
            .status,
        404
    );
}
