//! The log of a server, and a day whose names must not be in it.

use crate::support::{Instance, Market, day};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// What people have told this market, and nobody reads in its log.
pub const PERSONAL: [&str; 6] = [
    "Ximena",
    "Quellenweg",
    "Zitronengras",
    "Yorick",
    "ximena",
    "yorick",
];

/// What the program has logged as JSON, line by line.
pub fn lines(instance: &Instance) -> Vec<Value> {
    let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
    instance.said().lines().map(read).collect()
}

/// What became of commands.
pub fn commands(instance: &Instance) -> Vec<Value> {
    let mut lines = lines(instance);
    lines.retain(|line| line["message"] == "command");
    lines
}

/// A form as a browser sends it.
pub fn filled(request: RequestBuilder, fields: &[(&str, &str)]) -> RequestBuilder {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    request
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body)
}

pub fn json_market() -> Market {
    Market::embedded().with("LOG_FORMAT", "json")
}

/// A day with names, through every way in and out: what goes well, what is refused, what cannot be read.
pub async fn a_day_with_names(market: &Instance) {
    let mut socket = market.follow().await;
    let path = market.offer("Zitronengras").await;
    let calls = day().map(|(_, call, body)| {
        let text = body.to_string();
        let text = text.replace("Ana", "Ximena").replace("Jonas", "Yorick");
        let text = text
            .replace("Kurze Gasse", "Quellenweg")
            .replace("Hot", "Zitronengras");
        (call, serde_json::from_str::<Value>(&text).unwrap())
    });
    for (call, body) in calls {
        // Too early or too late, with something unknown, of another type, broken off; and as it should be.
        market
            .post(
                &format!("{path}/customer-accept"),
                &json!({"customer_name": "Ximena"}),
            )
            .await;
        market
            .post(
                &format!("{path}/{call}"),
                &json!({"Ximena": "Quellenweg", "driver_name": 7}),
            )
            .await;
        market
            .post(
                &format!("{path}/dispatch?driver_name=Yorick&driver_name=Yorick"),
                &json!({}),
            )
            .await;
        let broken = market
            .request(Method::POST, &format!("{path}/{call}"))
            .header("content-type", "application/json");
        market
            .send(broken.body("{\"customer_name\": \"Ximena\", \"delivery_address\": Quellenweg"))
            .await;
        market.done(&format!("{path}/{call}"), &body).await;
        socket.event().await;
    }
    for path in [
        "/orders?q=Ximena&driver=Yorick",
        "/orders.csv?q=Ximena",
        "/customer?q=Zitronengras",
        "/Ximena",
        "/api/Ximena",
        "/api/orders/Ximena",
        "/api/orders?supplier_name=Ximena",
        "/ws?since=Ximena",
        &path.replace("/api", ""),
        "/supplier?kitchen=Ximena",
    ] {
        market.get(path).await;
    }
    // The panels' forms, with JavaScript and without.
    let path = market.order_in("supplier_accepted").await;
    let id = path.rsplit('/').next().unwrap();
    for version in ["9", "2", "2"] {
        let form = market
            .request(Method::POST, "/act/take")
            .header("accept", "text/html")
            .header("referer", format!("{}/customer?q=Ximena", market.url))
            .header("cookie", "kitchen=Ximena; refused=Ximena");
        let fields = [
            ("id", id),
            ("version", version),
            ("customer_name", "Ximena"),
            ("delivery_address", "Quellenweg 7"),
            ("key", &format!("Ximena-{version}")),
        ];
        market.send(filled(form, &fields)).await;
    }
    let order = market.get(&path).await.json();
    assert_eq!(order["customer_name"], "Ximena");
}
