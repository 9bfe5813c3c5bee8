//! What somebody tries who has an account, or none, and wants what is not theirs.

use crate::{
    on_both_engines,
    support::{
        Answer, Instance, Market, Socket,
        accounts::{ORIGIN, PASSWORD, Person, required},
        attacker::{customer_cookie, raw, sent, sign_in},
    },
};
use reqwest::Method;
use serde_json::{Value, json};

on_both_engines! {
    a_replay_tells_what_its_sender_sees_now,
    a_topic_of_somebody_else_tells_nothing,
    a_token_that_was_changed_is_none,
    wrong_refresh_tokens_are_counted,
    no_address_leads_to_another_host,
    each_sign_in_has_a_session_of_its_own,
    an_invitation_is_seen_often_and_used_once,
    a_pin_tells_only_devices_whether_it_is_right,
    what_has_ended_stays_so_when_its_account_is_enabled,
    what_everybody_may_read_holds_no_secret,
}

const SALLY: &str = "Sally Secret";

async fn a_replay_tells_what_its_sender_sees_now(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let [integrator, kitchen, _] = programs(&market);
    let driver = market.driver(&instance, "Dan").await;
    let other = market.driver(&instance, "Dora").await;
    let phone = market.key("phone", &["--role", "driver", "--driver", &driver]);
    let (path, _) = taken(&instance, &integrator).await;
    let step = |status: &str| json!({"status": status});
    let call = format!("{path}/status");
    instance.done_as(&kitchen, &call, &step("preparing")).await;
    let ready = keyed(&instance, &kitchen, &call, &step("ready")).await;
    assert_eq!(ready.json()["customer_name"], SALLY);
    let send = async |driver: &str| {
        let dispatch = json!({"driver_id": driver});
        let to = format!("{path}/dispatch");
        instance.done_as(&integrator, &to, &dispatch).await;
    };
    send(&driver).await;
    let left = keyed(&instance, &phone, &call, &step("in_transit")).await;
    assert_eq!(left.json()["customer_name"], SALLY);

    // It is another driver's now: it does not exist for the first one.
    for _ in 0..2 {
        let recall = format!("{path}/recall");
        instance.done_as(&integrator, &recall, &json!({})).await;
    }
    send(&other).await;
    let again = keyed(&instance, &phone, &call, &step("in_transit")).await;
    again.problem(404);
    assert!(!again.text.contains(SALLY));

    // It is over: its kitchen sees the outside.
    for status in ["in_transit", "delivered"] {
        instance.done_as(&integrator, &call, &step(status)).await;
    }
    let again = keyed(&instance, &kitchen, &call, &step("ready")).await;
    assert_eq!(again.status, 200, "{}", again.text);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    for masked in [
        "customer_name",
        "delivery_address",
        "customer_id",
        "driver_id",
    ] {
        assert_eq!(again.json()[masked], Value::Null, "{masked}");
    }
}

async fn a_topic_of_somebody_else_tells_nothing(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let [integrator, kitchen, rival] = programs(&market);
    let driver = market.driver(&instance, "Dan").await;
    let begin = instance.get("/api/orders").await;
    let begin = begin.header("last-event-id").unwrap().to_owned();
    let (path, customer) = taken(&instance, &integrator).await;
    let id = path.rsplit('/').next().unwrap();
    let call = format!("{path}/status");
    for status in ["preparing", "ready"] {
        let step = json!({"status": status});
        instance.done_as(&integrator, &call, &step).await;
    }
    let topics = [format!("customer:{customer}"), format!("driver:{driver}")];
    for (who, topic) in [
        (&Person::NOBODY, &topics[0]),
        (&Person::NOBODY, &topics[1]),
        (&kitchen, &topics[0]),
        (&rival, &format!("order:{id}")),
        (
            &rival,
            &format!("{},supplier:Bella%20Napoli,dispatch", topics[0]),
        ),
    ] {
        let url = instance.socket_url(&format!("?since={begin}&about={topic}"));
        let mut socket = Socket::open(who.upgrade(&url)).await.unwrap();
        // Up to the heartbeat nothing else comes.
        let skipped = socket.any_frame().await;
        assert_eq!(skipped["event_type"], "stream.skip", "{topic}: {skipped}");
        let current = socket.any_frame().await;
        assert_eq!(
            current["event_type"], "stream.heartbeat",
            "{topic}: {current}"
        );
    }
}

async fn a_token_that_was_changed_is_none(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let guest = Person::guest(&instance, "guest").await;
    let token = guest.token.clone().unwrap();
    let [head, claims, mac] = token.split('.').collect::<Vec<_>>()[..] else {
        panic!("{token}");
    };
    // {"typ":"at+jwt","alg":"none"}, and the same without a type.
    let none = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJub25lIn0";
    let bare = "eyJhbGciOiJub25lIn0";
    let other = Person::guest(&instance, "other").await.token.unwrap();
    let others_mac = other.rsplit('.').next().unwrap();
    for changed in [
        format!("{none}.{claims}.{mac}"),
        format!("{none}.{claims}."),
        format!("{bare}.{claims}."),
        format!("{head}.{claims}."),
        format!("{head}.{claims}.{others_mac}"),
        format!("{head}.{}.{mac}", &claims[1..]),
        format!("{head}.{claims}"),
        format!("{token}.{mac}"),
    ] {
        let changed = Person {
            token: Some(changed),
            ..guest.clone()
        };
        let me = instance.as_(&changed, Method::GET, "/api/auth/me", None);
        assert_eq!(me.await.status, 401, "{:?}", changed.token);
    }
    let me = instance.as_(&guest, Method::GET, "/api/auth/me", None);
    assert_eq!(me.await.status, 200);
}

async fn wrong_refresh_tokens_are_counted(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let ask = async |token: &str| {
        let grant = json!({"grant": "refresh", "refresh_token": token});
        let path = "/api/auth/token";
        let request = instance.as_(&Person::NOBODY, Method::POST, path, Some(&grant));
        request.await.status
    };
    let mut last = 0;
    // More than a minute allows, and as many again where one ends in between.
    for n in 0..201 {
        last = ask(&format!("x.{n}.1.z")).await;
        if last == 429 {
            break;
        }
        assert_eq!(last, 401);
    }
    assert_eq!(last, 429);
    // What is right passes all the same.
    Person::guest(&instance, "guest").await;
}

async fn no_address_leads_to_another_host(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let session = customer_cookie(&instance, "eva").await;
    let id = "01a2b3c4-d5e6-7123-8000-0000ffffffff";
    let leads = async |path: &str| {
        let headers = [
            ("referer", "https://evil.example/x"),
            ("accept", "text/html"),
            ("cookie", &*session),
        ];
        let answer = raw(&instance, Method::GET, path, &headers).await;
        answer.header("location").map(str::to_owned)
    };
    let to = leads(&format!("//customer/{id}?key=x&a=b")).await;
    assert_eq!(to.unwrap(), format!("/customer/{id}?a=b"));
    for path in ["/act/counts", "/act/board?query=", "/act/search?text=x"] {
        assert_eq!(leads(path).await, None, "{path}");
    }
    for next in [
        "//evil.example",
        "/%5Cevil.example",
        "https://evil.example/",
        "/x%0d%0ay:z",
    ] {
        let to = leads(&format!("/sign-in?next={next}")).await;
        assert_eq!(to.as_deref(), Some("/customer"), "{next}");
    }
}

async fn each_sign_in_has_a_session_of_its_own(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let first = customer_cookie(&instance, "eva").await;
    let email = "eva@example.org";
    let second = sign_in(&instance, email, &[("cookie", &first)]).await;
    assert_ne!(first, second);
    let look = async |cookie: &str| {
        let answer = raw(&instance, Method::GET, "/account", &[("cookie", cookie)]).await;
        answer.status
    };
    // What somebody else may have planted, or kept, is worth nothing.
    assert_eq!(look(&first).await, 303);
    assert_eq!(look(&second).await, 200);
    let planted = "session=01a2b3c4-d5e6-7123-8000-0000ffffffff.0123456789abcdef.planted";
    let third = sign_in(&instance, email, &[("cookie", planted)]).await;
    assert!(!third.contains("planted"));
}

async fn an_invitation_is_seen_often_and_used_once(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let invited = market.account(&["invite", "driver", "--name", "Dan"]);
    let path = invited["link"]
        .as_str()
        .unwrap()
        .strip_prefix(ORIGIN)
        .unwrap();
    for _ in 0..30 {
        let seen = raw(&instance, Method::GET, path, &[]).await;
        assert_eq!(seen.status, 200);
        assert_eq!(seen.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(seen.header("set-cookie"), None);
    }
    let altered = format!("{}x", &path[..path.len() - 1]);
    assert_eq!(instance.form(&altered, &[]).await.status, 404);
    assert_eq!(instance.form(path, &[]).await.status, 303);
    let again = instance.form(path, &[]).await;
    assert_eq!(again.status, 404);
    assert_eq!(again.header("set-cookie"), None);
}

async fn a_pin_tells_only_devices_whether_it_is_right(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let session = customer_cookie(&instance, "eva").await;
    let somebody = "01a2b3c4-d5e6-7123-8000-0000ffffffff";
    let headers = [("cookie", &*session), ("origin", ORIGIN)];
    // It never gets to a limit, which is for those who may try.
    for pin in 1000..1010 {
        let body = format!("person={somebody}&pin={pin}");
        let refused = sent(&instance, "/hand-over", &headers, &body).await;
        refused.problem(403);
    }
    // Whom somebody does not manage, and who does not exist, is the same.
    let key = market.key("till", &["--role", "dispatch"]);
    for id in [key.id.as_deref().unwrap(), somebody] {
        for act in [
            "reset", "disable", "end-all", "end-key", "pair", "pin", "key",
        ] {
            let body = format!("act={act}&id={id}&pin=1234");
            let refused = sent(&instance, "/team", &headers, &body).await;
            let problem = refused.problem(403);
            assert_eq!(problem["type"], "/problems/not-allowed", "{act} {id}");
        }
    }
}

async fn what_has_ended_stays_so_when_its_account_is_enabled(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let rights = ["--role", "integrator"];
    let till = market.key("till", &rights);
    let me = async |who: &Person| {
        let answer = instance.as_(who, Method::GET, "/api/auth/me", None).await;
        answer.status
    };
    assert_eq!(me(&till).await, 200);
    market.account(&["disable", till.id.as_deref().unwrap()]);
    assert_eq!(me(&till).await, 401);
    market.account(&["enable", till.id.as_deref().unwrap()]);
    assert_eq!(me(&till).await, 401);
    let again = market.key("till", &rights);
    assert_eq!(again.id, till.id);
    assert_eq!(me(&again).await, 200);
}

async fn what_everybody_may_read_holds_no_secret(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let [integrator, kitchen, _] = programs(&market);
    let session = customer_cookie(&instance, "eva").await;
    let invited = market.account(&["invite", "driver", "--name", "Dan"]);
    let link = invited["link"].as_str().unwrap();
    let path = link.strip_prefix(ORIGIN).unwrap();
    instance.form(path, &[]).await;
    taken(&instance, &integrator).await;
    let secrets = [
        PASSWORD,
        SALLY,
        "eva@example.org",
        link.rsplit('.').next().unwrap(),
        session.rsplit('.').next().unwrap(),
        &kitchen.token.as_deref().unwrap()[30..],
    ];
    let mut read = instance.said();
    for path in [
        "/",
        "/sign-in",
        "/nothing",
        "/orders",
        "/readyz",
        "/docs",
        "/customer",
    ] {
        read += &raw(&instance, Method::GET, path, &[]).await.text;
    }
    for secret in secrets {
        assert!(!read.contains(secret), "{secret}");
    }
    assert_eq!(
        raw(&instance, Method::GET, "/metrics", &[]).await.status,
        404
    );
}

/// An integrator, and the programs of two kitchens.
fn programs(market: &Market) -> [Person; 3] {
    let of = |name, supplier| market.key(name, &["--role", "supplier", "--supplier", supplier]);
    [
        market.key("integrator", &["--role", "integrator"]),
        of("kitchen", "Bella Napoli"),
        of("rival", "Luna"),
    ]
}

/// The path of an order of the first kitchen that a guest has taken, and who that is.
async fn taken(instance: &Instance, integrator: &Person) -> (String, String) {
    let offer =
        json!({"supplier_name": "Bella Napoli", "pizza_name": "Diavola", "supplier_price": 9.5});
    let order = instance.done_as(integrator, "/api/orders", &offer).await;
    let path = format!("/api/orders/{}", order["id"].as_str().unwrap());
    let accept = json!({"accept": true, "estimated_time": 20});
    let respond = format!("{path}/supplier-respond");
    instance.done_as(integrator, &respond, &accept).await;
    let guest = Person::guest(instance, "guest").await;
    let take = json!({"customer_name": SALLY, "delivery_address": "Hidden Lane 1"});
    let accept = format!("{path}/customer-accept");
    instance.done_as(&guest, &accept, &take).await;
    (path, guest.id.unwrap())
}

/// A call with a key that is the same each time.
async fn keyed(instance: &Instance, by: &Person, path: &str, body: &Value) -> Answer {
    let request = instance.request(Method::POST, path).json(body);
    let request = request.bearer_auth(by.token.as_deref().unwrap());
    instance
        .send(request.header("idempotency-key", "one"))
        .await
}
