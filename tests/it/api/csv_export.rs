//! The list of orders as a file for spreadsheets.

use crate::support::{
    Answer, Instance, Market, STATUSES, offer,
    store::{inflated, one_backup, restore, sealed},
    until,
};
use reqwest::Method;
use serde_json::json;
use std::fs;

crate::on_both_engines! {
    the_export_holds_every_order_of_the_filter,
}

/// Where the columns begin that say when an order got to its statuses.
const MOMENTS: usize = 15;

/// The rows of a file with commas, without the head.
fn rows(answer: &Answer) -> Vec<Vec<String>> {
    rows_split_at(b',', answer)
}

fn rows_split_at(separator: u8, answer: &Answer) -> Vec<Vec<String>> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let text = answer.text.strip_prefix('\u{feff}').unwrap();
    assert!(text.ends_with("\"\r\n"), "cut off");
    // All rows must have as many cells as the head.
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let head: Vec<_> = reader.headers().unwrap().iter().collect();
    assert_eq!(
        head[..6],
        ["id", "number", "made", "changed", "status", "pizza"]
    );
    let moments = STATUSES.map(|status| format!("{status}_at"));
    assert_eq!(head[MOMENTS..], moments);
    reader.deserialize().map(Result::unwrap).collect()
}

async fn pizzas(market: &Instance, query: &str) -> Vec<String> {
    let file = market.get(&format!("/orders.csv?{query}")).await;
    rows(&file).into_iter().map(|row| row[5].clone()).collect()
}

async fn the_export_holds_every_order_of_the_filter(market: Market) {
    let market = market.open().await;
    assert_eq!(pizzas(&market, "").await, [""; 0]);
    for n in 0..205 {
        market.offer(&format!("P{n}")).await;
    }
    let body = json!({"supplier_name": "Forno: Söhne", "pizza_name": "Ähre", "supplier_price": 1});
    market.done("/api/orders", &body).await;
    let ready = market.order_in("dispatched").await;
    let all = pizzas(&market, "").await;
    assert_eq!(all.len(), 207);
    assert_eq!(all[..3], ["Diavola", "Ähre", "P204"]);
    assert_eq!(all.last().unwrap(), "P0");
    // How a page is sorted, and how far it is read, is its own affair.
    let below = ready.rsplit('/').next().unwrap();
    assert_eq!(
        pizzas(&market, &format!("sort=price&below={below}")).await,
        all
    );
    let order = market.get(&ready).await.json();
    let row = rows(&market.get("/orders.csv").await).remove(0);
    for (column, status) in row[MOMENTS..].iter().zip(STATUSES) {
        let at = order["times"][status].as_str().unwrap_or_default();
        assert_eq!(column, at, "{status}");
    }
    assert_eq!(order["times"].as_object().unwrap().len(), 6);
    let driver = order["driver_name"].as_str().unwrap().to_owned();
    for (query, expected) in [
        ("q=%C3%A4HRE", vec!["Ähre"]),
        ("supplier=Forno%3A+S%C3%B6hne", vec!["Ähre"]),
        ("supplier=forno", vec![]),
        (&format!("driver={driver}"), vec!["Diavola"]),
        ("driver=nobody", vec![]),
        ("status=dispatched", vec!["Diavola"]),
        ("status=delivered", vec![]),
        ("q=P204&status=pending_supplier", vec!["P204"]),
        ("until=2020-01-01T00:00", vec![]),
        ("from=2020-01-01T00:00&q=P0", vec!["P0"]),
        ("from=2100-01-01T00:00", vec![]),
    ] {
        assert_eq!(pizzas(&market, query).await, expected, "{query}");
    }
    assert_eq!(
        pizzas(&market, "from=2020-01-01T00:00&until=2100-01-01T00:00").await,
        all
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn user_text_is_never_a_formula_in_a_spreadsheet() {
    let market = Market::embedded().open().await;
    let body = json!({"supplier_name": "@SUM(A1)", "pizza_name": "=HYPERLINK(\"x\",1)", "supplier_price": 1});
    let id = market.done("/api/orders", &body).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let respond = json!({"accept": true, "notes": "Hot, \"really\"\n-5"});
    market
        .done(&format!("/api/orders/{id}/supplier-respond"), &respond)
        .await;
    let take = json!({"customer_name": "+49", "delivery_address": "-1\nHof II"});
    market
        .done(&format!("/api/orders/{id}/customer-accept"), &take)
        .await;
    let file = market.get("/orders.csv").await;
    let row = rows(&file).remove(0);
    let words: Vec<_> = [5, 6, 9, 10, 11, 14].map(|n| row[n].as_str()).into();
    assert_eq!(
        words,
        [
            "'=HYPERLINK(\"x\",1)",
            "'@SUM(A1)",
            "1.30",
            "'+49",
            "'-1\nHof II",
            "Hot, \"really\"\n'-5"
        ]
    );
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    let kept = file.header("cache-control").unwrap();
    assert!(kept.contains("no-store"), "{kept}");
    assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
    let name = file.header("content-disposition").unwrap();
    assert!(
        name.starts_with("attachment; filename=\"orders-20") && name.ends_with(".csv\""),
        "{name}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_of_a_german_page_is_separated_as_german_spreadsheets_read_it() {
    let market = Market::embedded().open().await;
    let body = json!({"supplier_name": "Forno; =1", "pizza_name": "Ähre, +1", "supplier_price": 1234.5, "markup_percentage": 12.5});
    market.done("/api/orders", &body).await;
    let file = async |name: &'static str, value: &'static str| {
        let request = market.request(Method::GET, "/orders.csv");
        market.send(request.header(name, value)).await
    };
    for (name, value) in [
        ("cookie", "language=de"),
        ("accept-language", "de-AT,en;q=0.5"),
    ] {
        let row = rows_split_at(b';', &file(name, value).await).remove(0);
        let words = ["Ähre,' +1", "Forno;' =1", "1234,50", "12,5", "1388,81"];
        assert_eq!(row[5..10], words, "{name}");
    }
    let row = rows(&file("cookie", "language=en").await).remove(0);
    assert_eq!(row[7..10], ["1234.50", "12.5", "1388.81"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ninth_export_at_once_has_to_wait() {
    let files = tempfile::tempdir().unwrap();
    let many = files.path().join("many");
    inflated(&one_backup(&files).await, &many, 12_000);
    let market = Market::embedded();
    restore(&market, &many);
    let market = market.open().await;
    // Each has begun, and more of it follows than fits on its way.
    let mut readers = Vec::new();
    for _ in 0..8 {
        let request = market.request(Method::GET, "/orders.csv");
        let mut response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert!(response.chunk().await.unwrap().is_some());
        readers.push(response);
    }
    let refused = market.get("/orders.csv").await;
    assert_eq!(refused.problem(503)["type"], "/problems/too-many-exports");
    assert!(refused.header("retry-after").is_some());
    let request = market.request(Method::GET, "/orders.csv");
    let request = request
        .header("accept", "text/html,*/*;q=0.8")
        .header("accept-language", "de");
    let page = market.send(request).await;
    assert_eq!(
        (page.status, page.header("content-type")),
        (503, Some("text/plain; charset=utf-8"))
    );
    assert!(page.header("retry-after").is_some());
    assert!(page.text.contains("in ein paar Sekunden"), "{}", page.text);
    // One that is gone makes room, and one that is read to its end.
    readers.pop();
    until(async || market.get("/orders.csv?q=nothing").await.status == 200).await;
    let whole = readers.pop().unwrap().text().await.unwrap();
    assert!(whole.ends_with("\"\r\n"));
    until(async || market.get("/orders.csv?q=nothing").await.status == 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn times_are_in_the_readers_time_zone() {
    let market = Market::embedded().open().await;
    let order = market.done("/api/orders", &offer("Diavola")).await;
    let made = order["created_at"].as_str().unwrap()[..16].to_owned();
    // Where the reader is, it is 14 hours later: always, or since 1970, or until then.
    for (cookie, found) in [
        ("", 1),
        ("zone=840", 0),
        ("zone=0_840@1", 0),
        ("zone=840_0@1", 1),
        ("zone=9999", 1),
    ] {
        let path = format!("/orders.csv?from={made}&until={made}");
        let request = market
            .request(reqwest::Method::GET, &path)
            .header("cookie", cookie);
        assert_eq!(rows(&market.send(request).await).len(), found, "{cookie}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_keeps_its_time_of_day_when_clocks_change() {
    let files = tempfile::tempdir().unwrap();
    let october = files.path().join("october");
    let text = fs::read_to_string(one_backup(&files).await).unwrap();
    let lines: Vec<_> = text.lines().take(2).collect();
    let after = |name: &str, is_part: fn(char) -> bool| {
        let value = &lines[1][lines[1].find(name).unwrap() + name.len()..];
        let mut parts = value.split(|c| !is_part(c));
        parts.find(|part| part.len() > 20).unwrap().to_owned()
    };
    let id = after("order:", |c| c.is_ascii_hexdigit() || c == '-');
    let made = after("created_at", |c| c.is_ascii_digit() || "-:.TZ".contains(c));
    let line = lines[1]
        .replace(&id, "019a1617-0a00-7000-8000-000000000001")
        .replace(&made, "2025-10-24T12:00:00.000Z");
    sealed(&[lines[0].to_owned(), line], &october);
    let market = Market::embedded();
    restore(&market, &october);
    let market = market.open().await;
    let get = async |path: &str| {
        let request = market.request(Method::GET, path);
        // In Berlin, until clocks go back two days later, and from then on.
        let request = request.header("cookie", "zone=120_60@29357340");
        market.send(request).await
    };
    for (minute, found) in [("14:00", 1), ("13:00", 0)] {
        let path = format!("/orders.csv?from=2025-10-24T{minute}&until=2025-10-24T{minute}");
        assert_eq!(rows(&get(&path).await).len(), found, "{minute}");
    }
    assert!(get("/orders").await.text.contains("24 Oct, 14:00"));
}
