//! Menus as tables of spreadsheets, over HTTP.

use crate::support::{Market, menus::Menu, shops::create_named, shops::path_of};
use reqwest::Method;
use serde_json::{Value, json};

crate::on_both_engines! {
    a_table_is_read_back,
    a_table_edits_the_menu,
    a_wrong_table_changes_nothing,
    formulas_are_neither_written_nor_lost,
}

async fn a_table_is_read_back(market: Market) {
    let market = market.open().await;
    let menu = Menu::sample(&market).await;
    let table = menu.table().await;
    assert!(table.starts_with("\u{feff}kind,id,parent,name,about,size,price,"));
    let request = market
        .request(Method::GET, &menu.at("menu"))
        .header("accept", "text/csv");
    let answer = market.send(request).await;
    assert_eq!(answer.header("etag"), Some("\"2\""));
    assert_eq!(
        answer.header("content-disposition"),
        Some("attachment; filename=\"menu-bella-napoli.csv\"")
    );
    let varies = answer.headers.get_all("vary").iter();
    assert!(varies.into_iter().any(|header| header == "accept"));
    let nothing = json!({"revision": 2, "added": [], "changed": [], "removed": [], "undo": []});
    let semicolons = table.replace(',', ";").replace("12.35", "12,35");
    for table in [&table, &semicolons] {
        let same = menu.put_table(table, &json!(2)).await;
        assert_eq!(same.status, 200, "{}", same.text);
        assert_eq!(same.json(), nothing);
    }
    // A spreadsheet's reader understands it.
    let mut reader = csv::Reader::from_reader(table.trim_start_matches('\u{feff}').as_bytes());
    let kinds: Vec<String> = reader
        .records()
        .map(|row| row.unwrap()[0].to_owned())
        .collect();
    assert_eq!(kinds.iter().filter(|kind| *kind == "item").count(), 4);
    assert_eq!(kinds.iter().filter(|kind| *kind == "price").count(), 9);
}

async fn a_table_edits_the_menu(market: Market) {
    let market = market.open().await;
    let menu = Menu::sample(&market).await;
    let mut outline = menu.get("menu/outline").await.json();
    outline["categories"][0]["hours"] = json!({"mon": [["11:30", "14:00"]], "tue": [], "wed": [], "thu": [], "fri": [], "sat": [], "sun": []});
    outline["halves"]["rule"] = json!("dearer");
    menu.saved("menu/outline", &outline, 2).await;
    let table = menu
        .table()
        .await
        .replace("Funghi", "Ai Funghi")
        .replace("11.50", "11,75");
    // The comma is the decimal point, and so that cell is quoted.
    let table = table.replace("11,75", "\"11,75\"");
    let lines: Vec<&str> = table
        .split("\r\n")
        .filter(|line| !line.contains("cola"))
        .collect();
    let table = lines.join("\n");
    let path = menu.at("menu?dry_run=true");
    let request = market
        .request(Method::PUT, &path)
        .header("content-type", "text/csv; charset=utf-8");
    let tried = market
        .send(request.header("if-match", "\"3\"").body(table.clone()))
        .await;
    assert_eq!(tried.status, 200, "{}", tried.text);
    let done = menu.put_table(&table, &json!(3)).await.json();
    for part in ["added", "changed", "removed"] {
        assert_eq!(done[part], tried.json()[part], "{part}");
    }
    assert_eq!(
        done["changed"],
        json!([
            {"kind": "category", "id": "drinks", "name": "Drinks"}, {"kind": "item", "id": "fung", "name": "Ai Funghi"}
        ])
    );
    assert_eq!(
        done["removed"],
        json!([{"kind": "item", "id": "cola", "name": "Cola"}])
    );
    assert_eq!(menu.item("fung").await["prices"][1]["price"], 11.75);
    // What has no column stays as it is.
    let after = menu.get("menu/outline").await.json();
    assert_eq!(
        after["categories"][0]["hours"],
        outline["categories"][0]["hours"]
    );
    assert_eq!(after["halves"], outline["halves"]);
    assert_eq!(menu.undo(&done).await.status, 200);
    assert_eq!(menu.item("fung").await["name"], "Funghi");
    assert_eq!(menu.item("cola").await["name"], "Cola");
}

async fn a_wrong_table_changes_nothing(market: Market) {
    let market = market.open().await;
    let menu = Menu::sample(&market).await;
    let before = menu.read().await;
    let table = menu.table().await;
    let colour = table.replacen("default", "colour", 1);
    let mut long = table.clone();
    while long.matches("\r\n").count() < 811 {
        long.push_str("size,,,Another,,,,,,,,,,,,,,,,,,\r\n");
    }
    long.push_str("item,,soups,Minestrone,,,,,,,,,,,,,,,,,,\r\n");
    for (table, fault) in [
        (table.replace("item,cola", "drink,cola"), "row[23].kind"),
        (table.replace("12.35", "12.355"), "row[19].price"),
        (table.replace("12.35", "1e400"), "row[19].price"),
        (table.replace("330 ml", "a lot"), "row[24].amount"),
        (colour, "row[1]"),
        (long, "row[812].parent"),
    ] {
        let refused = menu.put_table(&table, &json!(2)).await;
        let found = refused.faults();
        assert!(
            found.iter().any(|one| one == fault),
            "{fault}: {found:?}\n{table}"
        );
        assert_eq!(menu.read().await, before);
    }
    let request = market
        .request(Method::PUT, &menu.at("menu"))
        .header("content-type", "text/csv");
    let latin = b"kind,name\nsize,Gro\xdf\n".to_vec();
    let refused = market
        .send(request.header("if-match", "\"2\"").body(latin))
        .await;
    assert_eq!(refused.faults(), ["row[2]"]);
    // What can be refused without the menu comes before what is not there.
    let request = market
        .request(Method::PUT, &menu.at("menu"))
        .header("content-type", "text/csv");
    market.send(request.body(table.clone())).await.problem(428);
    menu.put_table(&table, &json!(1)).await.problem(412);
    assert_eq!(menu.read().await, before);
}

async fn formulas_are_neither_written_nor_lost(market: Market) {
    let market = market.open().await;
    let path = path_of(&create_named(&market, "Formula").await);
    let menu = Menu {
        instance: &market,
        path,
    };
    let names = [
        "=1+1",
        "+39",
        "-Hot",
        "@SUM(A1)",
        "'=quoted",
        "a|b",
        r"back\slash",
        "<b>",
        "a;=1",
        "\"q\", r",
    ];
    for name in names {
        let body = json!({
            "name": name, "about": "One\n=two", "prices": [{"price": 1}], "without": [name, "=x|y"], "additives": ["@E 300"]
        });
        market.done(&menu.at("items"), &body).await;
    }
    let before = menu.read().await;
    let table = menu.table().await;
    let mut reader = csv::Reader::from_reader(table.trim_start_matches('\u{feff}').as_bytes());
    for row in reader.records() {
        for cell in row.unwrap().iter() {
            assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}");
        }
    }
    let revision: &Value = &before["revision"];
    let same = menu.put_table(&table, revision).await.json();
    assert_eq!((&same["undo"], &same["revision"]), (&json!([]), revision));
}
