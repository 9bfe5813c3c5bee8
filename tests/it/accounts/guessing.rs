//! How often something may be tried or taken, where somebody does it all at once, or around the end of a window.

use crate::{
    on_both_engines,
    support::{
        Answer, Instance, Market,
        accounts::{ORIGIN, PASSWORD, Person, required},
        browser::{Browser, Cookie},
        clock::Clock,
        member::{Member, now},
    },
};
use futures::future::join_all;
use reqwest::Method;
use serde_json::json;

on_both_engines! {
    the_turn_of_a_window_gives_no_places_twice,
    the_code_of_a_link_is_guessed_by_account,
    a_guest_that_takes_everything_at_once_gets_three,
}

const HOUR: u64 = 3600;

/// A clock at the beginning of the next hour, and how far it is ahead.
fn clock() -> (Clock, u64) {
    let ahead = HOUR - now() % HOUR;
    (Clock::ahead_by(ahead as i64), ahead)
}

/// A form from somewhere.
async fn from(instance: &Instance, network: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
    let headers = [("origin", ORIGIN), ("x-forwarded-for", network)];
    let mut browser = Browser::on(instance);
    browser
        .send(Method::POST, path, Some(fields), &headers)
        .await
}

async fn the_turn_of_a_window_gives_no_places_twice(market: Market) {
    let market = required(market).with("TRUSTED_PROXIES", "127.0.0.1");
    let (clock, ahead) = clock();
    let at = |minute: u64| clock.set((ahead + minute * 60) as i64);
    let fields = [
        ("email", "nobody@example.org"),
        ("password", "quite another sentence"),
    ];
    let attempt =
        async |instance: &Instance| from(instance, "198.51.100.1", "/sign-in", &fields).await;
    // Places are numbered in quarters of an hour: this is the end of the first one.
    at(13);
    let instance = clock.open(&market).await;
    for n in 0..10 {
        assert_eq!(attempt(&instance).await.status, 303, "{n}");
    }
    at(16);
    assert_eq!(attempt(&instance).await.status, 429);
    // An instance that begins then reads what was taken before.
    drop(instance);
    let instance = clock.open(&market).await;
    let refused = attempt(&instance).await;
    assert_eq!(refused.status, 429);
    let seconds: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    // Not until the end of a window, but until the first attempt is old enough.
    assert!((10 * 60..=12 * 60).contains(&seconds), "{seconds}");
    at(28);
    assert_eq!(attempt(&instance).await.status, 303);
}

async fn the_code_of_a_link_is_guessed_by_account(market: Market) {
    let market = required(market).with("TRUSTED_PROXIES", "127.0.0.1");
    let (clock, ahead) = clock();
    let instance = clock.open(&market).await;
    let args = ["dispatcher", "dora@example.org"];
    let dora = Member::join_at(&market, &instance, &args, ahead).await;
    let reset = market.account(&["reset", &dora.email]);
    let link = reset["link"].as_str().unwrap();
    let path = link.strip_prefix(ORIGIN).unwrap();
    let attempt = async |network: u32, code: &str| {
        let fields = [("password", PASSWORD), ("code", code)];
        let network = format!("198.51.100.{network}");
        from(&instance, &network, path, &fields).await
    };
    // She has joined with one of the places, or with some where a step of the codes has ended on the way.
    let mut tried = 0;
    loop {
        let wrong = attempt(tried, "000000").await;
        if wrong.status == 429 {
            break;
        }
        let mut cookies = Cookie::of(&wrong).into_iter();
        assert!(cookies.all(|cookie| cookie.name != "session"));
        tried += 1;
    }
    assert!((40..50).contains(&tried), "{tried}");
    let refused = attempt(60, &dora.recovery[0]).await;
    assert_eq!(refused.status, 429);
    assert!(refused.header("retry-after").is_some());
    // Her session is as it was: only joining ends it.
    assert!(dora.browser.clone().is_signed_in().await);
}

async fn a_guest_that_takes_everything_at_once_gets_three(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let integrator = market.key("it", &["--role", "integrator"]);
    let mut offers = Vec::new();
    for _ in 0..8 {
        let offer = crate::support::offer("Diavola");
        let order = instance.done_as(&integrator, "/api/orders", &offer).await;
        let path = format!("/api/orders/{}", order["id"].as_str().unwrap());
        let accept = format!("{path}/supplier-respond");
        instance
            .done_as(&integrator, &accept, &json!({"accept": true}))
            .await;
        offers.push(format!("{path}/customer-accept"));
    }
    let guest = Person::guest(&instance, "guest").await;
    let address = json!({"customer_name": "Gus", "delivery_address": "Kurze Gasse 1"});
    let take = async |path: &String| {
        let answer = instance.as_(&guest, Method::POST, path, Some(&address));
        answer.await.status
    };
    let mut taken = join_all(offers.iter().map(take)).await;
    taken.sort_unstable();
    assert_eq!(taken, [200, 200, 200, 429, 429, 429, 429, 429]);
}
