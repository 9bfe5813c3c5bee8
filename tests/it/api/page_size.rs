//! A page costs what it shows, however many orders the market has.

use crate::support::{
    Instance, Market,
    store::{backup, restore, sealed},
};
use serde_json::Value;
use std::{collections::BTreeMap, fs, path::Path};

const KITCHENS: usize = 100;
const COPIES: usize = 1_000;
const STATUSES: [&str; 7] = [
    "pending_supplier",
    "supplier_accepted",
    "customer_accepted",
    "preparing",
    "ready",
    "dispatched",
    "in_transit",
];

/// A backup of a market with so many open orders of each status, of a hundred kitchens.
async fn crowd(files: &Path) -> std::path::PathBuf {
    let (one, many) = (files.join("one"), files.join("many"));
    let small = Market::embedded();
    let mut instance = small.open().await;
    for status in STATUSES {
        instance.order_in(status).await;
    }
    instance.kill();
    backup(&small, &one);
    let text = fs::read_to_string(one).unwrap();
    let mut out = vec![text.lines().next().unwrap().to_owned()];
    for (kind, line) in text
        .lines()
        .filter(|line| line.starts_with("{\"document\""))
        .enumerate()
    {
        let value: Value = serde_json::from_str(line).unwrap();
        let key = value["document"]["key"].as_str().unwrap();
        let Some(id) = key.strip_prefix("order:") else {
            continue;
        };
        for n in 0..COPIES {
            let other = format!("0198c0de-0000-7000-8000-{kind:04x}{n:08x}");
            let kitchen = format!("Kitchen {:03}", n % KITCHENS);
            out.push(line.replace(id, &other).replace("Bella Napoli", &kitchen));
        }
    }
    sealed(&out, &many);
    many
}

async fn sizes(instance: &Instance, paths: &[String]) -> BTreeMap<String, usize> {
    let mut sizes = BTreeMap::new();
    for path in paths {
        let page = instance.get(path).await;
        assert!(page.text.contains("</html>"), "{path}");
        sizes.insert(path.clone(), page.text.len());
    }
    sizes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_costs_what_it_shows() {
    let files = tempfile::tempdir().unwrap();
    let many = crowd(files.path()).await;
    let market = Market::embedded();
    restore(&market, &many);
    let instance = market.open().await;
    let id = "0198c0de-0000-7000-8000-000000000000";
    let of_one = [
        format!("/customer/{id}"),
        "/".to_owned(),
        "/nowhere".to_owned(),
    ];
    let lists = [
        "/supplier?kitchen=",
        "/supplier?kitchen=Kitchen%20007",
        "/customer",
        "/customer?q=diavola",
        "/dispatch",
        "/orders",
        "/orders?status=ready",
        "/orders?supplier=Kitchen%20007",
        "/orders?q=diavola",
    ];
    for (path, size) in sizes(&instance, &of_one).await {
        assert!(size < 30_000, "{path} has {size} bytes");
    }
    for (path, size) in sizes(&instance, &lists.map(str::to_owned)).await {
        // A search shows what it has found.
        let limit = match path.contains("q=") || path.contains("supplier=") {
            true => 900_000,
            false => 150_000,
        };
        assert!(size < limit, "{path} has {size} bytes");
    }
    // The true numbers stand beside the windows.
    let kitchens = instance.get("/supplier?kitchen=").await.text;
    assert!(kitchens.contains("994 more") && kitchens.contains("Kitchen 099"));
    // What is seldom done with a ticket is on the page of that ticket.
    assert!(!kitchens.contains("Reject this pizza"));
    let (_, link) = kitchens.split_once("/supplier?kitchen=&amp;more=").unwrap();
    let id = link.split('#').next().unwrap();
    let page = instance.get(&format!("/supplier?kitchen=&more={id}")).await;
    assert!(page.text.contains("Reject this pizza") && page.text.len() < 150_000);
    let dispatch = instance.get("/dispatch").await.text;
    assert!(dispatch.contains("992 more") && dispatch.matches("<article").count() == 24);
    assert!(!dispatch.contains("Give it to them"));
    let links = dispatch.split("/dispatch?more=").skip(1);
    let ids: Vec<_> = links.map(|link| link.split('#').next().unwrap()).collect();
    let last = ids.last().unwrap();
    let page = instance.get(&format!("/dispatch?more={last}")).await;
    assert!(page.text.contains("Back to") && page.text.len() < 150_000);
    let ready = instance.get("/orders?status=ready").await.text;
    assert!(ready.contains("7000") && ready.contains("Older orders"));
}
