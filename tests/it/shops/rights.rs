//! Who may open and edit pizzerias where people sign in.

use crate::support::{
    Instance, Market,
    accounts::{Person, required},
    shops::{path_of, pizzeria},
};
use reqwest::Method;
use serde_json::{Value, json};

crate::on_both_engines! { a_supplier_edits_its_own_pizzeria, }

/// The kind of a refusal, or `yes`.
async fn told(
    instance: &Instance,
    by: &Person,
    method: Method,
    path: &str,
    body: &Value,
) -> String {
    let request = instance
        .request(method, path)
        .json(body)
        .header("if-match", "*");
    let request = match &by.token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    let answer = instance.send(request).await;
    if answer.status < 300 {
        return "yes".to_owned();
    }
    let problem = answer.json();
    let kind = problem["type"].as_str().unwrap();
    kind.strip_prefix("/problems/").unwrap().to_owned()
}

async fn a_supplier_edits_its_own_pizzeria(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let supplier = |name, args: &[&str]| {
        let role = ["--role", "supplier", "--supplier"];
        market.key(name, &[&role[..], args].concat())
    };
    let own = supplier("own", &["Bella Napoli"]);
    let other = supplier("other", &["Da Mario"]);
    let read_only = supplier("read-only", &["Bella Napoli", "--read-only"]);
    let integrator = market.key("integrator", &["--role", "integrator"]);
    let dispatch = market.key("dispatch", &["--role", "dispatch"]);
    let guest = Person::guest(&instance, "guest").await;
    let customer = Person::customer(&instance, "customer").await;
    let body = pizzeria("Bella Napoli");
    for (by, expected) in [
        (&Person::NOBODY, "not-signed-in"),
        (&guest, "not-allowed"),
        (&customer, "not-allowed"),
        (&dispatch, "not-allowed"),
        (&read_only, "not-allowed"),
        (&other, "not-yours"),
        (&own, "yes"),
    ] {
        let answer = instance
            .as_(by, Method::POST, "/api/restaurants", Some(&body))
            .await;
        let kind = match answer.status {
            201 => "/problems/yes".to_owned(),
            _ => answer.json()["type"].as_str().unwrap().to_owned(),
        };
        assert_eq!(kind, format!("/problems/{expected}"), "{}", by.name);
    }
    let found = instance.get("/api/restaurants/bella-napoli").await.json();
    let path = path_of(&found);
    for (by, expected) in [
        (&Person::NOBODY, "not-signed-in"),
        (&guest, "not-allowed"),
        (&customer, "not-allowed"),
        (&dispatch, "not-allowed"),
        (&read_only, "not-allowed"),
        (&other, "not-yours"),
        (&own, "yes"),
        (&integrator, "yes"),
    ] {
        let saved = told(&instance, by, Method::PUT, &path, &body).await;
        assert_eq!(saved, expected, "{}", by.name);
    }
    // Nobody takes the name of another supplier.
    let renamed = told(&instance, &own, Method::PUT, &path, &pizzeria("Da Mario")).await;
    assert_eq!(renamed, "not-yours");
    for (by, expected) in [
        (&guest, 403),
        (&dispatch, 403),
        (&other, 403),
        (&own, 200),
        (&integrator, 200),
    ] {
        for call in ["pause", "resume"] {
            let call = format!("{path}/{call}");
            let answer = instance
                .as_(by, Method::POST, &call, Some(&json!({})))
                .await;
            assert_eq!(answer.status, expected, "{} {call}", by.name);
        }
    }
    // Who has done it is told to those who work there.
    let events = format!("{path}/events?limit=1");
    let by = async |person: &Person| {
        let answer = instance.as_(person, Method::GET, &events, None).await;
        answer.json()[0]["by"].clone()
    };
    assert!(by(&own).await.is_string());
    for person in [&Person::NOBODY, &guest, &other, &customer] {
        assert_eq!(by(person).await, Value::Null, "{}", person.name);
    }
}
