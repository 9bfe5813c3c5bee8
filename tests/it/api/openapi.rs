//! The description of the API, and its page.

use crate::support::{
    Answer, Instance, Market,
    description::{Description, description, problem_types},
    tls,
};
use reqwest::{Method, header::HeaderValue};
use serde_json::{Value, json};
use std::panic::{AssertUnwindSafe, catch_unwind};

async fn market() -> (Instance, &'static Description) {
    let market = Market::embedded().open().await;
    let description = description(&market).await;
    (market, description)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_covers_both_prefixes() {
    let (market, description) = market().await;
    assert_eq!(description.served["openapi"], "3.1.0");
    for path in ["/api/openapi.json", "/api/v1/openapi.json"] {
        assert_eq!(market.get(path).await.json(), description.served);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_described_path_exists_and_refuses_other_methods() {
    let (market, description) = market().await;
    let order = market.offer("Diavola").await;
    let id = order.rsplit_once('/').unwrap().1;
    let calls: Vec<_> = description.calls().collect();
    assert!(calls.len() >= 12, "{}", calls.len());
    for (path, method, _) in &calls {
        let path = path.replace("{id}", id);
        for path in [path.clone(), path.replace("/api/v1/", "/api/")] {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let answer = market.send(market.request(method.clone(), &path)).await;
            assert!(
                ![404, 405].contains(&answer.status),
                "{method} {path}: {}",
                answer.status
            );
        }
        for other in ["get", "post", "put", "patch", "delete"] {
            if !calls
                .iter()
                .any(|(one, method, _)| path == one.replace("{id}", id) && *method == other)
            {
                let method = Method::from_bytes(other.to_uppercase().as_bytes()).unwrap();
                assert_eq!(
                    market.send(market.request(method, &path)).await.status,
                    405,
                    "{other} {path}"
                );
            }
        }
    }
}

/// What people's generators of clients and validators stumble over. (`tests/clients` runs some of them.)
#[tokio::test(flavor = "multi_thread")]
async fn the_description_has_no_traps_for_generators() {
    let (_market, description) = market().await;
    let mut schemas = Vec::new();
    collect(&description.served, &mut schemas);
    assert!(schemas.len() > 100, "{}", schemas.len());
    for schema in schemas {
        // Computed in binary floating point it refuses 8.2.
        assert!(schema.get("multipleOf").is_none(), "{schema}");
        // A parameter with a default value becomes a required one.
        // (A property may be named so.)
        assert!(
            schema.get("default").is_none_or(Value::is_object),
            "{schema}"
        );
        assert!(
            schema["type"] != "boolean" || schema.get("enum").is_none(),
            "{schema}"
        );
        let of_null = |one: &Value| one["type"] == "null";
        let has_null_alone = |at: &str| {
            schema[at]
                .as_object()
                .is_some_and(|all| all.values().any(of_null))
        };
        assert!(
            !has_null_alone("properties") && !has_null_alone("schemas"),
            "{schema}"
        );
        if let Some(union) = schema["oneOf"].as_array() {
            let others = union.iter().filter(|one| !of_null(one)).count();
            assert!(
                others == 1 || schema["discriminator"].is_object(),
                "{schema}"
            );
        }
        if let Some(pattern) = schema["pattern"].as_str() {
            assert!(
                pattern.starts_with('^') && pattern.ends_with('$'),
                "{pattern}"
            );
            assert!(
                !["(?=", "(?!", "(?<"]
                    .iter()
                    .any(|look| pattern.contains(look)),
                "{pattern}"
            );
        }
    }
    let frame = &description.served["components"]["schemas"]["Frame"];
    let mapping = frame["discriminator"]["mapping"].as_object().unwrap();
    for (event_type, schema) in mapping {
        let place = schema.as_str().unwrap().strip_prefix('#').unwrap();
        let kinds = &description.served.pointer(place).unwrap()["properties"]["event_type"];
        let kinds = match kinds["$ref"].as_str() {
            Some(at) => description.served.pointer(&at[1..]).unwrap(),
            None => kinds,
        };
        assert!(
            kinds["enum"]
                .as_array()
                .unwrap()
                .contains(&json!(event_type))
        );
    }
    assert_eq!(mapping.len(), 16);
}

/// Every object of the description but its examples.
fn collect<'a>(value: &'a Value, objects: &mut Vec<&'a Value>) {
    match value {
        Value::Object(members) => {
            objects.push(value);
            let members = members
                .iter()
                .filter(|(name, _)| !name.starts_with("example"));
            members.for_each(|(_, member)| collect(member, objects));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, objects)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_of_the_contract_is_described() {
    let (_market, description) = market().await;
    let described: Vec<_> = description
        .calls()
        .map(|(path, method, _)| format!("{} {path}", method.to_uppercase()))
        .collect();
    for call in [
        "POST /api/v1/orders",
        "GET /api/v1/orders",
        "GET /api/v1/orders/{id}",
        "GET /api/v1/orders/{id}/events",
        "POST /api/v1/orders/{id}/supplier-respond",
        "POST /api/v1/orders/{id}/customer-accept",
        "POST /api/v1/orders/{id}/dispatch",
        "POST /api/v1/orders/{id}/status",
        "POST /api/v1/orders/{id}/cancel",
        "POST /api/v1/orders/{id}/delay",
        "POST /api/v1/orders/{id}/check",
        "GET /api/v1/restaurants",
        "POST /api/v1/restaurants",
        "GET /api/v1/restaurants/{r}",
        "PUT /api/v1/restaurants/{r}",
        "GET /api/v1/restaurants/{r}/events",
        "POST /api/v1/restaurants/{r}/pause",
        "POST /api/v1/restaurants/{r}/resume",
        "POST /api/v1/restaurants/{r}/busy",
        "POST /api/v1/restaurants/{r}/sold-out",
        "GET /api/v1/openapi.json",
        "GET /ws",
        "GET /healthz",
        "GET /readyz",
    ] {
        assert!(described.contains(&call.to_owned()), "{call}");
    }
}

/// A status that cannot be set directly is refused with the name of the call that leads to it, which exists.
#[tokio::test(flavor = "multi_thread")]
async fn calls_named_in_refusals_are_described() {
    let (market, description) = market().await;
    let order = market.offer("Diavola").await;
    let described: Vec<_> = description
        .calls()
        .map(|(path, method, _)| format!("{} {}", method.to_uppercase(), path.replace("/v1/", "/")))
        .collect();
    let statuses = &description.served["components"]["schemas"]["Status"]["enum"];
    let settable =
        &description.served["components"]["schemas"]["StatusBody"]["properties"]["status"]["enum"];
    let mut named = 0;
    for status in statuses.as_array().unwrap() {
        if settable.as_array().unwrap().contains(status) {
            continue;
        }
        let body = json!({ "status": status });
        let refused = market.post(&format!("{order}/status"), &body).await;
        let message = refused.json()["errors"][0]["message"].to_string();
        let call = message.trim_end_matches(".\"").split_once(": ").unwrap().1;
        assert!(described.iter().any(|one| one == call), "{status}: {call}");
        named += 1;
    }
    assert_eq!(named, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn examples_match_their_schemas() {
    let (market, description) = market().await;
    let mut checked = 0;
    for (path, method, call) in description.calls() {
        let place = format!("#/paths/{}/{method}", path.replace('/', "~1"));
        for (status, response) in call["responses"].as_object().unwrap() {
            for (kind, content) in response["content"].as_object().into_iter().flatten() {
                let kind = kind.replace('/', "~1");
                let place = format!("{place}/responses/{status}/content/{kind}/schema");
                let many = content["examples"].as_object().into_iter().flatten();
                for example in many
                    .map(|(_, one)| &one["value"])
                    .chain(content.get("example"))
                {
                    description.check(&place, example, "an example");
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > 60, "{checked}");

    // Those of a body do what they say.
    let bodies = &description.served["components"]["schemas"];
    let example = |name: &str, n: usize| -> Value { bodies[name]["examples"][n].clone() };
    let order = market
        .done("/api/v1/orders", &example("OfferBody", 0))
        .await;
    let path = format!("/api/v1/orders/{}", order["id"].as_str().unwrap());
    for (call, body) in [
        ("supplier-respond", "AnswerBody"),
        ("customer-accept", "TakeBody"),
        ("status", "StatusBody"),
    ] {
        market
            .done(&format!("{path}/{call}"), &example(body, 0))
            .await;
    }
    market
        .done(&format!("{path}/status"), &json!({"status": "ready"}))
        .await;
    market
        .done(&format!("{path}/dispatch"), &example("DispatchBody", 0))
        .await;
    let other = market.offer("Marinara").await;
    market
        .done(
            &format!("{other}/supplier-respond"),
            &example("AnswerBody", 1),
        )
        .await;
    let other = market.offer("Hawaii").await;
    market
        .done(&format!("{other}/cancel"), &example("CancelBody", 0))
        .await;
    let restaurant = market
        .done("/api/v1/restaurants", &example("RestaurantBody", 0))
        .await;
    let path = format!("/api/v1/restaurants/{}", restaurant["id"].as_str().unwrap());
    for (call, body) in [("pause", "PauseBody"), ("busy", "BusyBody")] {
        market
            .done(&format!("{path}/{call}"), &example(body, 0))
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_problem_type_links_to_its_explanation() {
    let (market, description) = market().await;
    let page = market.get("/docs").await.text;
    let mut types: Vec<&str> = Vec::new();
    for (_, _, call) in description.calls() {
        let responses = call["responses"].as_object().unwrap().values();
        types.extend(responses.flat_map(problem_types));
    }
    types.extend(["/problems/unknown-path", "/problems/wrong-method"]);
    types.sort_unstable();
    types.dedup();
    assert!(types.len() >= 14, "{types:?}");
    for address in types {
        let client = tls::http()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let answer = client
            .get(format!("{}{address}", market.url))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 303, "{address}");
        let place = answer.headers()["location"].to_str().unwrap().to_owned();
        let name = place.strip_prefix("/docs#").unwrap();
        assert!(page.contains(&format!("<tr id=\"{name}\">")), "{address}");
    }
    market.get("/problems/nothing").await.problem(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_docs_page_obeys_the_content_security_policy() {
    let (market, _) = market().await;
    let without_nonce = |answer: &Answer| {
        let policy = answer.header("content-security-policy").unwrap();
        let parts = policy
            .split(' ')
            .filter(|part| !part.starts_with("'nonce-"));
        parts.collect::<Vec<_>>().join(" ")
    };
    let (docs, home) = (market.get("/docs").await, market.get("/").await);
    assert_eq!(docs.status, 200);
    assert_eq!(without_nonce(&docs), without_nonce(&home));
    assert!(!docs.text.contains("<style") && !docs.text.contains(" style="));
    assert!(!docs.text.contains("<script>") && !docs.text.contains("src=\"http"));
    assert!(!docs.text.contains("<link rel=\"stylesheet\" href=\"http"));
    for file in ["try.js", "docs.css"] {
        assert_eq!(
            market.get(&format!("/docs/{file}")).await.status,
            200,
            "{file}"
        );
    }
    market.get("/docs/index.html").await.problem(404);
    // Without a script it says what there is, and where more is.
    for said in ["POST /api/v1/orders", "/api/v1/openapi.json", "4008"] {
        assert!(docs.text.contains(said), "{said}");
    }
    assert!(home.text.contains("href=\"/docs\""));
}

/// The guard of all tests, itself: a status, a header and a field that nobody has described.
#[tokio::test(flavor = "multi_thread")]
async fn an_undescribed_response_is_detected() {
    let (market, description) = market().await;
    market.offer("Diavola").await;
    let noticed = |change: fn(&mut Answer), answer: Answer| {
        let mut answer = answer;
        description.check_answer(&Method::GET, "/api/orders", &answer);
        change(&mut answer);
        let checked =
            AssertUnwindSafe(|| description.check_answer(&Method::GET, "/api/orders", &answer));
        catch_unwind(checked).is_err()
    };
    let changes: [fn(&mut Answer); 4] = [
        |answer| answer.status = 418,
        |answer| {
            drop(
                answer
                    .headers
                    .insert("retry-after", HeaderValue::from_static("1")),
            )
        },
        |answer| answer.text = answer.text.replace("pizza_name", "pizza"),
        |answer| {
            answer.text = answer
                .text
                .replace("\"version\":1", "\"version\":1,\"colour\":\"red\"")
        },
    ];
    for (n, change) in changes.into_iter().enumerate() {
        assert!(noticed(change, market.get("/api/orders").await), "{n}");
    }
}
