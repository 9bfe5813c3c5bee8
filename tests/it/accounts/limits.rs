//! How often something may be tried. The clock of these markets stands at the beginning of an hour, so that no window
//! ends within a test.

use super::pages::{ADDRESS, order};
use crate::{
    on_both_engines,
    support::{
        Answer, Instance, Market,
        accounts::{ORIGIN, PASSWORD, Person, required},
        browser::Browser,
        clock::Clock,
        member::{Member, now},
    },
};
use reqwest::Method;
use serde_json::json;

on_both_engines! {
    an_account_and_a_network_have_ten_sign_ins,
    a_known_device_is_not_shut_out,
    an_account_has_fifty_sign_ins_from_unknown_devices,
    a_network_joins_pairs_and_signs_up_so_often,
    a_pin_is_tried_five_times_at_a_device,
    guests_take_some_orders,
    the_form_of_a_guest_at_its_limit_answers_with_a_page,
    wrong_tokens_are_refused_and_right_ones_pass,
}

const WRONG: &str = "quite another sentence";
const HOUR: u64 = 3600;

/// A clock at the beginning of the next hour, and how far it is ahead.
fn clock() -> (Clock, u64) {
    let ahead = HOUR - now() % HOUR;
    (Clock::ahead_by(ahead as i64), ahead)
}

/// With addresses of clients that tests choose.
fn many_networks(market: Market) -> Market {
    required(market).with("TRUSTED_PROXIES", "127.0.0.1")
}

async fn sign_up(instance: &Instance, email: &str) {
    let fields = [("email", email), ("password", PASSWORD), ("name", "Cleo")];
    let answer = Browser::on(instance).post("/sign-up", &fields).await;
    assert_eq!(answer.location(), "/sign-in");
}

/// A form from somewhere.
async fn from(browser: &mut Browser, network: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
    let headers = [("origin", ORIGIN), ("x-forwarded-for", network)];
    browser
        .send(Method::POST, path, Some(fields), &headers)
        .await
}

fn sign_in<'a>(email: &'a str, password: &'a str) -> [(&'a str, &'a str); 2] {
    [("email", email), ("password", password)]
}

/// The page of the form, with the seconds to wait.
fn at_limit(answer: &Answer, most: u64) {
    assert_eq!(answer.status, 429, "{}", answer.text);
    let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=most).contains(&seconds), "{seconds}");
    let html = answer.header("content-type").unwrap();
    assert!(html.starts_with("text/html"), "{html}");
    assert!(answer.text.contains("Too many attempts."));
}

async fn an_account_and_a_network_have_ten_sign_ins(market: Market) {
    let market = many_networks(market);
    let (clock, ahead) = clock();
    let instance = clock.open(&market).await;
    let email = "cleo@example.org";
    sign_up(&instance, email).await;
    sign_up(&instance, "dan@example.org").await;
    let attempt = async |network: &str, email: &str, password: &str| {
        let mut browser = Browser::on(&instance);
        from(&mut browser, network, "/sign-in", &sign_in(email, password)).await
    };
    // Addresses of one /64 are one network. However the e-mail is written.
    for n in 0..10 {
        let network = format!("2001:db8:0:1::{n}");
        let written = if n % 2 == 0 {
            email
        } else {
            "CLEO@example.org"
        };
        let answer = attempt(&network, written, WRONG).await;
        assert_eq!(answer.location(), "/sign-in");
    }
    let refused = attempt("2001:db8:0:1::99", email, PASSWORD).await;
    at_limit(&refused, 15 * 60);
    assert!(!refused.text.contains(PASSWORD));
    // A program gets a problem.
    let program = instance.request(Method::POST, "/sign-in");
    let program = program
        .header("origin", ORIGIN)
        .header("accept", "application/json")
        .header("x-forwarded-for", "2001:db8:0:1::1")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("email={email}&password=x"));
    let problem = instance.send(program).await;
    assert_eq!(problem.problem(429)["type"], "/problems/too-many");
    // Another network, another account, and the API have places of their own.
    let elsewhere = attempt("2001:db8:0:2::1", email, PASSWORD).await;
    assert_eq!(elsewhere.location(), "/customer");
    let other = attempt("2001:db8:0:1::1", "dan@example.org", PASSWORD).await;
    assert_eq!(other.location(), "/customer");
    let grant = json!({"grant": "password", "email": email, "password": PASSWORD});
    let token = "/api/auth/token";
    let by_api = instance.as_(&Person::NOBODY, Method::POST, token, Some(&grant));
    assert_eq!(by_api.await.status, 200);
    // A restart forgets none; time does.
    drop(instance);
    let instance = clock.open(&market).await;
    let mut browser = Browser::on(&instance);
    let fields = sign_in(email, PASSWORD);
    let again = from(&mut browser, "2001:db8:0:1::1", "/sign-in", &fields).await;
    at_limit(&again, 15 * 60);
    clock.set((ahead + 15 * 60) as i64);
    let later = from(&mut browser, "2001:db8:0:1::1", "/sign-in", &fields).await;
    assert_eq!(later.location(), "/customer");
}

async fn a_known_device_is_not_shut_out(market: Market) {
    let market = many_networks(market);
    let (clock, _) = clock();
    let instance = clock.open(&market).await;
    let email = "cleo@example.org";
    sign_up(&instance, email).await;
    let mut known = Browser::signed_in(&instance, email).await;
    known.post("/sign-out", &[]).await;
    sign_up(&instance, "mallory@example.org").await;
    let mut mallory = Browser::signed_in(&instance, "mallory@example.org").await;
    let network = "198.51.100.7";
    let (wrong, right) = (sign_in(email, WRONG), sign_in(email, PASSWORD));
    loop {
        // A device that is known to another account is not known to this one.
        let answer = from(&mut mallory, network, "/sign-in", &wrong).await;
        if answer.status == 429 {
            break;
        }
    }
    let answer = from(&mut known, network, "/sign-in", &right).await;
    assert_eq!(answer.location(), "/customer");
    // Its own places are ten as well.
    for _ in 0..9 {
        from(&mut known, network, "/sign-in", &wrong).await;
    }
    at_limit(
        &from(&mut known, network, "/sign-in", &right).await,
        15 * 60,
    );
}

async fn an_account_has_fifty_sign_ins_from_unknown_devices(market: Market) {
    let market = many_networks(market);
    let (clock, _) = clock();
    let instance = clock.open(&market).await;
    let email = "nobody@example.org";
    let attempt = async |n: u32| {
        let mut browser = Browser::on(&instance);
        let network = format!("198.51.100.{n}");
        from(&mut browser, &network, "/sign-in", &sign_in(email, WRONG)).await
    };
    for n in 0..50 {
        assert_eq!(attempt(n).await.location(), "/sign-in");
    }
    at_limit(&attempt(50).await, 24 * 3600);
}

async fn a_network_joins_pairs_and_signs_up_so_often(market: Market) {
    let market = many_networks(market);
    let (clock, _) = clock();
    let instance = clock.open(&market).await;
    let invited = market.account(&["invite", "driver", "--name", "Jonas"]);
    let link = invited["link"].as_str().unwrap();
    let link = link.strip_prefix(ORIGIN).unwrap();
    let wrong = format!("{}AAA", &link[..link.len() - 3]);
    let sign_up = [
        ("name", "X"),
        ("password", PASSWORD),
        ("email", "x@example.org"),
    ];
    type Fields<'a> = &'a [(&'a str, &'a str)];
    let forms: [(&str, Fields<'_>, usize, u16); 3] = [
        (&wrong, &[("x", "")], 20, 404),
        ("/pair", &[("code", "A1B2C3D4")], 10, 303),
        ("/sign-up", &sign_up, 10, 303),
    ];
    for (path, fields, places, status) in forms {
        let mut browser = Browser::on(&instance);
        for n in 0..places {
            let answer = from(&mut browser, "198.51.100.1", path, fields).await;
            assert_eq!(answer.status, status, "{path} {n}");
        }
        let answer = from(&mut browser, "198.51.100.1", path, fields).await;
        assert_eq!(answer.status, 429, "{path}");
        assert!(answer.header("retry-after").is_some());
        let answer = from(&mut browser, "198.51.100.2", path, fields).await;
        assert_eq!(answer.status, status, "{path}");
    }
    // The right link waits as well; looking at it does not.
    let mut browser = Browser::on(&instance);
    let answer = from(&mut browser, "198.51.100.1", link, &[("x", "")]).await;
    assert_eq!(answer.status, 429);
    assert_eq!(browser.get(link).await.status, 200);
    let answer = from(&mut browser, "198.51.100.3", link, &[("x", "")]).await;
    assert_eq!(answer.location(), "/driver");
}

async fn a_pin_is_tried_five_times_at_a_device(market: Market) {
    let market = required(market);
    let (clock, ahead) = clock();
    let instance = clock.open(&market).await;
    let args = ["manager", "marco@example.org", "--supplier", "Bella Napoli"];
    let mut marco = Member::join_at(&market, &instance, &args, ahead).await;
    let mut devices = Vec::new();
    for name in ["Oven", "Bench"] {
        let code = marco.add(&[("kind", "device"), ("name", name)]).await;
        let mut device = Browser::on(&instance);
        device.post("/pair", &[("code", &code[0])]).await;
        devices.push(device);
    }
    marco
        .add(&[("kind", "staff"), ("name", "Luca"), ("pin", "4711")])
        .await;
    let listed = market.account(&["list"]);
    let mut listed = listed.as_array().unwrap().iter();
    let luca = listed.find(|one| one["name"] == "Luca").unwrap();
    let luca = luca["id"].as_str().unwrap();
    let (wrong, right) = (
        [("person", luca), ("pin", "0000")],
        [("person", luca), ("pin", "4711")],
    );
    for _ in 0..5 {
        let answer = devices[0].post("/hand-over", &wrong).await;
        assert_eq!(answer.location(), "/hand-over");
    }
    at_limit(&devices[0].post("/hand-over", &right).await, 5 * 60);
    let board = "/supplier?kitchen=Bella%20Napoli";
    assert_eq!(
        devices[1].post("/hand-over", &right).await.location(),
        board
    );
    // The device itself needs no PIN.
    let itself = devices[0].post("/hand-over", &[("person", "")]).await;
    assert_eq!(itself.location(), board);
    clock.set((ahead + 5 * 60) as i64);
    assert_eq!(
        devices[0].post("/hand-over", &right).await.location(),
        board
    );
}

async fn guests_take_some_orders(market: Market) {
    let market = required(market);
    let (clock, _) = clock();
    let instance = clock.open(&market).await;
    let integrator = market.key("integrator", &["--role", "integrator"]);
    let take = async |guest: &Person| {
        let offer = json!({"supplier_name": "Bella Napoli", "pizza_name": "Diavola", "supplier_price": 9.5});
        let order = instance.done_as(&integrator, "/api/orders", &offer).await;
        let path = format!("/api/orders/{}", order["id"].as_str().unwrap());
        let accept = format!("{path}/supplier-respond");
        instance
            .done_as(&integrator, &accept, &json!({"accept": true}))
            .await;
        let address = json!({"customer_name": "Gus", "delivery_address": "Kurze Gasse 1"});
        let take = format!("{path}/customer-accept");
        let answer = instance
            .as_(guest, Method::POST, &take, Some(&address))
            .await;
        (path, answer)
    };
    let first = Person::guest(&instance, "guest").await;
    let mut taken = Vec::new();
    for _ in 0..3 {
        let (path, answer) = take(&first).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        taken.push(path);
    }
    let (_, answer) = take(&first).await;
    assert_eq!(answer.problem(429)["type"], "/problems/too-many");
    // One that is over makes room for another one.
    let cancel = json!({"status": "cancelled"});
    instance
        .done_as(&first, &format!("{}/status", taken[0]), &cancel)
        .await;
    assert_eq!(take(&first).await.1.status, 200);
    // A network takes twenty in an hour; who has an account is no guest.
    let mut taken = 4;
    for _ in 0..6 {
        let guest = Person::guest(&instance, "guest").await;
        for _ in 0..3 {
            if taken < 20 {
                let (_, answer) = take(&guest).await;
                assert_eq!(answer.status, 200, "{taken}: {}", answer.text);
                taken += 1;
            }
        }
    }
    let guest = Person::guest(&instance, "guest").await;
    let (_, answer) = take(&guest).await;
    assert_eq!(answer.problem(429)["type"], "/problems/too-many");
    let customer = Person::customer(&instance, "cleo").await;
    for _ in 0..4 {
        assert_eq!(take(&customer).await.1.status, 200);
    }
}

async fn wrong_tokens_are_refused_and_right_ones_pass(market: Market) {
    let market = many_networks(market);
    let instance = market.open().await;
    let key = market.key("integrator", &["--role", "integrator"]);
    let get = async |token: &str, network: &str| {
        let request = instance
            .request(Method::GET, "/api/orders")
            .bearer_auth(token);
        instance
            .send(request.header("x-forwarded-for", network))
            .await
    };
    for n in 0..100 {
        let answer = get(&format!("pmk_{n}"), "198.51.100.1").await;
        assert_eq!(answer.status, 401, "{n}");
    }
    let refused = get("pmk_x", "198.51.100.1").await;
    assert_eq!(refused.problem(429)["type"], "/problems/too-many");
    assert!(refused.header("retry-after").is_some());
    let right = key.token.as_deref().unwrap();
    assert_eq!(get(right, "198.51.100.1").await.status, 200);
    assert_eq!(get("pmk_x", "198.51.100.2").await.status, 401);
    // Somebody who has no credential at all shows no wrong one.
    let request = instance.request(Method::GET, "/api/orders");
    let request = request.header("x-forwarded-for", "198.51.100.1");
    assert_eq!(instance.send(request).await.status, 200);
}

async fn the_form_of_a_guest_at_its_limit_answers_with_a_page(market: Market) {
    let market = required(market);
    let (clock, _) = clock();
    let instance = clock.open(&market).await;
    let by = market.key("integrator", &["--role", "integrator"]);
    let mut guest = Browser::on(&instance);
    guest.get("/customer").await;
    for _ in 0..3 {
        order(&instance, &by, &mut guest, "customer_accepted", "").await;
    }
    let id = order(&instance, &by, &mut guest, "supplier_accepted", "").await;
    let fields = [
        ("id", &*id),
        ("version", "2"),
        ("customer_name", "Gus"),
        ("delivery_address", ADDRESS),
        ("key", &id),
    ];
    at_limit(&guest.post("/act/take", &fields).await, HOUR);
    // It is on offer as before, and somebody else takes it.
    let path = format!("/api/orders/{id}");
    let offered = instance.as_(&by, Method::GET, &path, None).await.json();
    assert_eq!(offered["status"], "supplier_accepted");
    let mut other = Browser::on(&instance);
    other.get("/customer").await;
    let taken = other.post("/act/take", &fields).await;
    assert_eq!(taken.location(), format!("/customer/{id}"));
}
