//! What leaves the market as a table: a kitchen's export and search hold its own orders alone, and of those that are over
//! no customer.

use super::pages::{ADDRESS, NAME};
use crate::{
    on_both_engines,
    support::{
        Instance, Market,
        accounts::{Person, required},
        browser::Browser,
        member::Member,
    },
};
use serde_json::json;

on_both_engines! { a_kitchen_exports_and_finds_its_own_orders, }

const KITCHENS: [&str; 2] = ["Bella Napoli", "Da Mario"];
const LAST: &str = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/// An order that somebody has taken; its id.
async fn taken(instance: &Instance, by: &Person, kitchen: &str, is_over: bool) -> String {
    let offer = json!({"supplier_name": kitchen, "pizza_name": "Diavola", "supplier_price": 9.5});
    let order = instance.done_as(by, "/api/orders", &offer).await;
    let id = order["id"].as_str().unwrap().to_owned();
    let customer = json!({"customer_name": NAME, "delivery_address": ADDRESS});
    let mut steps = vec![
        ("supplier-respond", json!({"accept": true})),
        ("customer-accept", customer),
    ];
    if is_over {
        steps.push(("status", json!({"status": "cancelled"})));
    }
    for (call, body) in steps {
        let path = format!("/api/orders/{id}/{call}");
        instance.done_as(by, &path, &body).await;
    }
    id
}

/// The rows of the export, each as its id, kitchen, customer and address.
async fn rows(browser: &mut Browser, path: &str) -> Vec<[String; 4]> {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let text = answer.text.trim_start_matches('\u{feff}');
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let head = rows.headers().unwrap().clone();
    let columns = ["id", "supplier", "customer", "address"];
    let columns = columns.map(|name| head.iter().position(|one| one == name).unwrap());
    let rows = rows.records().map(Result::unwrap);
    let mut rows: Vec<_> = rows
        .map(|row| columns.map(|at| row[at].to_owned()))
        .collect();
    rows.sort();
    rows
}

async fn a_kitchen_exports_and_finds_its_own_orders(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let by = market.key("integrator", &["--role", "integrator"]);
    let mut orders = Vec::new();
    for kitchen in KITCHENS {
        let open = taken(&instance, &by, kitchen, false).await;
        orders.push([open, taken(&instance, &by, kitchen, true).await]);
    }
    for (at, kitchen) in KITCHENS.into_iter().enumerate() {
        let email = format!("manager{at}@example.org");
        let args = ["manager", &*email, "--supplier", kitchen];
        let mut manager = Member::join(&market, &instance, &args).await.browser;
        let ([open, over], others) = (&orders[at], &orders[1 - at]);
        let row = |id: &str, customer: &str, address: &str| {
            [id, kitchen, customer, address].map(str::to_owned)
        };
        let (whole, masked) = (row(open, NAME, ADDRESS), row(over, "", ""));
        let mut all = vec![whole.clone(), masked];
        all.sort();
        assert_eq!(rows(&mut manager, "/orders.csv").await, all);
        assert_eq!(rows(&mut manager, "/orders.csv?q=diavola").await, all);
        for text in [NAME, "quellenweg"] {
            let path = format!("/orders.csv?q={text}");
            assert_eq!(
                rows(&mut manager, &path).await,
                std::slice::from_ref(&whole),
                "{text}"
            );
        }
        let other = KITCHENS[1 - at].replace(' ', "%20");
        let path = format!("/orders.csv?q={other}");
        assert_eq!(rows(&mut manager, &path).await, [[""; 4]; 0]);

        // The search says the same, and so do the rows of the page. (Its data is that of the page without a search.)
        for (text, finds_both) in [("Diavola", true), (NAME, false)] {
            let page = manager.get(&format!("/orders?q={text}")).await;
            assert_eq!(page.status, 200, "{}", page.text);
            let search = format!("/act/search?text={text}&below={LAST}");
            let search = manager.get(&search).await;
            assert_eq!(search.status, 200, "{}", search.text);
            let found = |id: &str| {
                let row = format!("href=\"/orders/{id}");
                [page.text.contains(&row), search.text.contains(id)]
            };
            assert_eq!(found(open), [true; 2], "{text}");
            assert_eq!(found(over), [finds_both; 2], "{text}");
            for id in others {
                assert!(!page.text.contains(&**id), "{text}");
                assert_eq!(found(id), [false; 2], "{text}");
            }
        }
    }
}
