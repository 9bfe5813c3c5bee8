//! The tokens of the API: how they are given, replaced and refused.

use crate::{
    on_both_engines,
    support::{
        Answer, Instance, Market, SOON, Socket, Store,
        accounts::{ORIGIN, PASSWORD, Person, required},
        browser::Browser,
        clock::Clock,
        keys::{part, token},
        member::Member,
    },
};
use reqwest::Method;
use ring::hmac::{HMAC_SHA256, HMAC_SHA512};
use serde_json::{Value, json};

on_both_engines! {
    a_password_and_a_code_give_tokens,
    a_refresh_token_is_replaced_with_each_use,
    an_old_refresh_token_ends_the_session,
    a_guest_has_a_token_of_a_day,
    signing_out_ends_the_session_of_a_token,
    an_access_token_is_as_we_write_it,
    an_access_token_ends_after_its_quarter_of_an_hour,
}

async fn grant(instance: &Instance, grant: Value) -> Answer {
    let path = "/api/auth/token";
    instance
        .as_(&Person::NOBODY, Method::POST, path, Some(&grant))
        .await
}

async fn refresh(instance: &Instance, token: &str) -> Answer {
    grant(
        instance,
        json!({"grant": "refresh", "refresh_token": token}),
    )
    .await
}

fn text(answer: &Answer, name: &str) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    answer.json()[name].as_str().unwrap().to_owned()
}

fn bearer(token: &str) -> Person {
    Person {
        name: "bearer",
        id: None,
        token: Some(token.to_owned()),
    }
}

async fn me(instance: &Instance, token: &str) -> Answer {
    let path = "/api/auth/me";
    instance.as_(&bearer(token), Method::GET, path, None).await
}

fn refused(answer: &Answer, kind: &str) {
    assert_eq!(answer.problem(401)["type"], format!("/problems/{kind}"));
    let challenge = answer.header("www-authenticate");
    assert_eq!(challenge, Some("Bearer realm=\"pizza-market\""));
}

/// Another instance, where the store has several.
async fn another(market: &Market) -> Option<Instance> {
    match market.store {
        Store::Redis(_) => Some(market.open().await),
        Store::Embedded(_) => None,
    }
}

/// The tokens of a customer.
async fn customer(instance: &Instance) -> Answer {
    let email = "cleo@example.org";
    let fields = [("email", email), ("password", PASSWORD), ("name", "Cleo")];
    Browser::on(instance).post("/sign-up", &fields).await;
    let password = json!({"grant": "password", "email": email, "password": PASSWORD});
    grant(instance, password).await
}

async fn a_password_and_a_code_give_tokens(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let args = ["manager", "marco@example.org", "--supplier", "Bella Napoli"];
    let marco = Member::join(&market, &instance, &args).await;
    let password = json!({"grant": "password", "email": marco.email, "password": PASSWORD});
    let with = |name: &str, value: &str| {
        let mut grant = password.clone();
        grant[name] = json!(value);
        grant
    };
    refused(&grant(&instance, password.clone()).await, "code-needed");
    for wrong in [
        with("password", "quite another sentence"),
        with("email", "nobody@example.org"),
        with("code", "12345x"),
    ] {
        refused(&grant(&instance, wrong).await, "wrong-credentials");
    }
    let right = with("code", &marco.code());
    let given = grant(&instance, right.clone()).await;
    assert_eq!(given.json()["token_type"], "Bearer");
    assert_eq!(given.json()["expires_in"], 900);
    let access = text(&given, "access_token");
    let me = me(&instance, &access).await.json();
    assert_eq!(me["id"], marco.id);
    assert_eq!(me["kind"], "manager");
    assert_eq!(me["role"], "supplier");
    assert_eq!(me["supplier_name"], "Bella Napoli");
    assert_eq!(me["read_only"], false);
    assert!(me["expires_at"].is_string());
    // Its code counts once, here and on pages.
    refused(&grant(&instance, right).await, "wrong-credentials");
    let header = part(&access, 0);
    assert_eq!([&header["typ"], &header["alg"]], ["at+jwt", "HS256"]);
    let claims = part(&access, 1);
    assert_eq!([&claims["iss"], &claims["aud"]], [ORIGIN, "pizza-market"]);
    assert_eq!([&claims["sub"], &claims["role"]], [&*marco.id, "supplier"]);
    for name in ["sid", "iat", "nbf", "exp", "jti"] {
        assert!(!claims[name].is_null(), "{name}");
    }
    let form = instance.request(Method::POST, "/api/auth/token");
    let form = form.header("content-type", "application/x-www-form-urlencoded");
    let form = instance.send(form.body("grant=guest")).await;
    assert_eq!(form.status, 415);
}

async fn a_refresh_token_is_replaced_with_each_use(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let other = another(&market).await;
    let other = other.as_ref().unwrap_or(&instance);
    let first = customer(&instance).await;
    let (access, token) = (text(&first, "access_token"), text(&first, "refresh_token"));
    // At once, and again after a lost answer: the same new one, with another access token.
    let (one, two) = tokio::join!(refresh(&instance, &token), refresh(other, &token));
    let three = refresh(other, &token).await;
    let newest = text(&one, "refresh_token");
    assert_ne!(newest, token);
    let mut accesses = vec![access];
    for answer in [&one, &two, &three] {
        assert_eq!(text(answer, "refresh_token"), newest);
        accesses.push(text(answer, "access_token"));
    }
    accesses.sort();
    accesses.dedup();
    assert_eq!(accesses.len(), 4);
    for access in &accesses {
        assert_eq!(me(other, access).await.status, 200);
    }
    for wrong in ["", "x", "a.b.0.c", &format!("{newest}x"), &newest[1..]] {
        let answer = refresh(&instance, wrong).await;
        assert!(
            [401, 422].contains(&answer.status),
            "{wrong}: {}",
            answer.text
        );
    }
    let next = text(&refresh(other, &newest).await, "refresh_token");
    // The first one is older than the one before the newest: somebody else has it.
    refused(&refresh(&instance, &token).await, "not-signed-in");
    refused(&refresh(other, &next).await, "not-signed-in");
    for access in &accesses {
        for instance in [&instance, other] {
            refused(&me(instance, access).await, "not-signed-in");
        }
    }
}

async fn an_old_refresh_token_ends_the_session(market: Market) {
    let market = required(market);
    let clock = Clock::ahead_by(0);
    let instance = clock.open(&market).await;
    let mut ana = Member::admin(&market, &instance, "ana@example.org").await;
    let first = customer(&instance).await;
    let token = text(&first, "refresh_token");
    let second = refresh(&instance, &token).await;
    clock.set(10);
    assert_eq!(refresh(&instance, &token).await.status, 200);
    let access = text(&second, "access_token");
    let url = instance.socket_url("?since=");
    let mut socket = Socket::open(bearer(&access).upgrade(&url)).await.unwrap();
    socket.signal("stream.heartbeat").await;
    clock.set(60);
    refused(&refresh(&instance, &token).await, "not-signed-in");
    let closed = socket.closed_without_event(SOON).await;
    assert_eq!(u16::from(closed.code), 4401);
    refused(&me(&instance, &access).await, "not-signed-in");
    // It is told in the account's history.
    let id = part(&access, 1)["sub"].as_str().unwrap().to_owned();
    let history = format!("/team?history={id}");
    let page = ana.browser.get(&history).await;
    assert!(page.text.contains("A used refresh token came again"));
}

async fn a_guest_has_a_token_of_a_day(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let given = grant(&instance, json!({"grant": "guest"})).await;
    let access = text(&given, "access_token");
    assert_eq!(given.json()["expires_in"], 86_400);
    assert!(given.json().get("refresh_token").is_none_or(Value::is_null));
    let told = me(&instance, &access).await.json();
    assert_eq!([&told["kind"], &told["role"]], ["guest", "customer"]);
    // Without one, a guest looks and does nothing.
    let get = async |path: &str| instance.as_(&Person::NOBODY, Method::GET, path, None).await;
    assert_eq!(get("/api/orders").await.status, 200);
    refused(&get("/api/auth/me").await, "not-signed-in");
    let offer =
        json!({"supplier_name": "Bella Napoli", "pizza_name": "Diavola", "supplier_price": 9.5});
    let sent = instance.as_(&Person::NOBODY, Method::POST, "/api/orders", Some(&offer));
    refused(&sent.await, "not-signed-in");
}

async fn signing_out_ends_the_session_of_a_token(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let other = another(&market).await;
    let other = other.as_ref().unwrap_or(&instance);
    let given = customer(&instance).await;
    let access = text(&given, "access_token");
    let url = other.socket_url("?since=");
    let mut socket = Socket::open(bearer(&access).upgrade(&url)).await.unwrap();
    socket.signal("stream.heartbeat").await;
    let path = "/api/auth/sign-out";
    let signed_out = instance
        .as_(&bearer(&access), Method::POST, path, Some(&json!({})))
        .await;
    assert_eq!((signed_out.status, &*signed_out.text), (204, ""));
    let closed = socket.closed_without_event(SOON).await;
    assert_eq!(u16::from(closed.code), 4401);
    refused(&me(&instance, &access).await, "not-signed-in");
    refused(
        &refresh(other, &text(&given, "refresh_token")).await,
        "not-signed-in",
    );
}

async fn an_access_token_is_as_we_write_it(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let admin = Member::admin(&market, &instance, "ana@example.org").await;
    let access = text(&customer(&instance).await, "access_token");
    let (header, claims) = (part(&access, 0), part(&access, 1));
    // By the right key and unchanged it is a token: so what follows is refused for what is changed.
    let right = token(&header, &claims, HMAC_SHA256);
    assert_eq!(me(&instance, &right).await.status, 200);
    let with = |value: &Value, name: &str, to: Value| {
        let mut changed = value.clone();
        match to {
            Value::Null => drop(changed.as_object_mut().unwrap().remove(name)),
            to => changed[name] = to,
        }
        changed
    };
    let mut forged = Vec::new();
    for (name, to) in [
        ("alg", json!("none")),
        ("alg", json!("HS384")),
        ("alg", json!("RS256")),
        ("kid", json!("0000000000000000")),
        ("kid", Value::Null),
        ("typ", json!("JWT")),
        ("typ", Value::Null),
    ] {
        forged.push(token(&with(&header, name, to), &claims, HMAC_SHA256));
    }
    let unsigned = token(&with(&header, "alg", json!("none")), &claims, HMAC_SHA256);
    let unsigned = unsigned.rsplit_once('.').unwrap().0;
    forged.extend([unsigned.to_owned(), format!("{unsigned}.")]);
    forged.push(token(
        &with(&header, "alg", json!("HS512")),
        &claims,
        HMAC_SHA512,
    ));
    let now = claims["iat"].as_i64().unwrap();
    for (name, to) in [
        ("iss", json!("http://127.0.0.1:8001")),
        ("aud", json!("pizza")),
        ("sub", json!(admin.id)),
        ("sid", json!("0000000000000000")),
        ("sid", json!("guest")),
        ("role", json!("admin")),
        ("exp", json!(now - 60)),
        ("nbf", json!(now + 600)),
        ("iat", json!(now + 600)),
    ] {
        // A guest's token has another subject than an account.
        if (name, &to) == ("sid", &json!("guest")) {
            let own = me(
                &instance,
                &token(&header, &with(&claims, name, to), HMAC_SHA256),
            )
            .await;
            assert!(own.status == 401 || own.json()["kind"] == "guest");
            continue;
        }
        forged.push(token(&header, &with(&claims, name, to), HMAC_SHA256));
    }
    for name in [
        "iss", "aud", "sub", "sid", "role", "iat", "nbf", "exp", "jti",
    ] {
        forged.push(token(
            &header,
            &with(&claims, name, Value::Null),
            HMAC_SHA256,
        ));
    }
    for forged in &forged {
        refused(&me(&instance, forged).await, "not-signed-in");
    }
    let url = instance.socket_url("");
    assert_eq!(Socket::refused(bearer(&forged[0]).upgrade(&url)).await, 401);
}

async fn an_access_token_ends_after_its_quarter_of_an_hour(market: Market) {
    let market = required(market);
    let clock = Clock::ahead_by(0);
    let instance = clock.open(&market).await;
    let given = customer(&instance).await;
    let access = text(&given, "access_token");
    let url = instance.socket_url("?since=");
    let mut socket = Socket::open(bearer(&access).upgrade(&url)).await.unwrap();
    socket.signal("stream.heartbeat").await;
    clock.set(890);
    assert_eq!(me(&instance, &access).await.status, 200);
    clock.set(960);
    refused(&me(&instance, &access).await, "not-signed-in");
    // A socket lives as long as the session, which goes on.
    let again = text(
        &refresh(&instance, &text(&given, "refresh_token")).await,
        "access_token",
    );
    assert_eq!(me(&instance, &again).await.status, 200);
    socket.signal("stream.heartbeat").await;
}
