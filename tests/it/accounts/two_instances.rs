//! Rights that end on one of two instances of a market, while the other works on.

use crate::support::{
    Instance, Market, SOON, Socket,
    accounts::{PASSWORD, Person, required},
    browser::Browser,
    clock::Clock,
    member::{Member, now},
    proxy::{Line, Proxy},
};
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

const RACES: usize = 100;
const SOCKETS: usize = 200;

fn market() -> Market {
    required(Market::redis())
}

/// All entries of the log, oldest first, each with its number.
fn log(market: &mut Market) -> Vec<(u64, Value)> {
    let reply = market.server().cli(&["XRANGE", "pizza:events", "-", "+"]);
    let entries: Vec<(String, Vec<(String, String)>)> = redis::from_redis_value(reply).unwrap();
    let read = |(id, fields): (String, Vec<(String, String)>)| {
        let number = id.split_once('-').unwrap().0.parse().unwrap();
        (number, serde_json::from_str(&fields[0].1).unwrap())
    };
    entries.into_iter().map(read).collect()
}

fn number(cursor: &Value) -> u64 {
    let cursor = cursor.as_str().unwrap();
    cursor.split_once('-').unwrap().1.parse().unwrap()
}

async fn offer(instance: &Instance, by: &Person) -> u16 {
    let offer =
        json!({"supplier_name": "Bella Napoli", "pizza_name": "Diavola", "supplier_price": 9.5});
    let answer = instance.as_(by, Method::POST, "/api/orders", Some(&offer));
    answer.await.status
}

async fn act(admin: &mut Browser, act: &str, id: &str) {
    let answer = admin.post("/team", &[("act", act), ("id", id)]).await;
    assert_eq!(answer.location(), "/team");
}

fn supplier(market: &Market) -> Person {
    let args = ["--role", "supplier", "--supplier", "Bella Napoli"];
    market.key("supplier", &args)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_commits_after_the_end_was_acknowledged() {
    let mut market = market();
    let (one, two) = (Arc::new(market.open().await), market.open().await);
    let mut ana = Member::admin(&market, &two, "ana@example.org").await;
    let supplier = supplier(&market);
    let id = supplier.id.clone().unwrap();
    let mut offered = 0;
    for race in 0..RACES {
        // The key from before has ended with its account.
        let supplier = match race {
            0 => supplier.clone(),
            _ => self::supplier(&market),
        };
        // It works on until it is refused.
        let (instance, by) = (one.clone(), supplier.clone());
        let begun = Arc::new(AtomicBool::new(false));
        let has_begun = begun.clone();
        let work = tokio::spawn(async move {
            let mut done = 0;
            loop {
                match offer(&instance, &by).await {
                    201 => done += 1,
                    401 | 403 | 409 | 429 => return done,
                    other => panic!("{other}"),
                }
                has_begun.store(true, Ordering::Relaxed);
            }
        });
        while !begun.load(Ordering::Relaxed) && !work.is_finished() {
            tokio::task::yield_now().await;
        }
        tokio::time::sleep(Duration::from_micros(race as u64 * 50)).await;
        act(&mut ana.browser, "disable", &id).await;
        offered += work.await.unwrap();
        act(&mut ana.browser, "enable", &id).await;
    }
    assert!(offered >= RACES / 2, "only {offered} were offered");
    let (mut is_disabled, mut ends, mut commits) = (false, 0, 0);
    for (number, entry) in log(&mut market) {
        match entry["event_type"].as_str().unwrap() {
            "account.disabled" if entry["account"] == *id => (is_disabled, ends) = (true, ends + 1),
            "account.enabled" if entry["account"] == *id => is_disabled = false,
            _ if entry["actor"]["id"] == *id => {
                assert!(!is_disabled, "{number} was committed by who had been ended");
                commits += 1;
            }
            _ => {}
        }
    }
    assert_eq!((ends, commits), (RACES, offered));
}

#[tokio::test(flavor = "multi_thread")]
async fn sockets_elsewhere_get_no_frame_beyond_the_end() {
    let mut market = market();
    let (one, two) = (market.open().await, Arc::new(market.open().await));
    let mut ana = Member::admin(&market, &two, "ana@example.org").await;
    let (supplier, integrator) = (
        supplier(&market),
        market.key("it", &["--role", "integrator"]),
    );
    let mut sockets = Vec::new();
    for _ in 0..SOCKETS {
        let url = one.socket_url("?since=");
        let mut socket = Socket::open(supplier.upgrade(&url)).await.unwrap();
        socket.signal("stream.heartbeat").await;
        sockets.push(socket);
    }
    let goes_on = Arc::new(AtomicBool::new(true));
    let (instance, by, works) = (two.clone(), integrator.clone(), goes_on.clone());
    let work = tokio::spawn(async move {
        while works.load(Ordering::Relaxed) {
            assert_eq!(offer(&instance, &by).await, 201);
        }
    });
    // They are told of what happens, and then are not.
    for socket in &mut sockets {
        socket.event().await;
    }
    act(&mut ana.browser, "disable", supplier.id.as_deref().unwrap()).await;
    let mut last = Vec::new();
    for mut socket in sockets {
        last.push(last_frame(&mut socket).await);
    }
    goes_on.store(false, Ordering::Relaxed);
    work.await.unwrap();
    let entries = log(&mut market);
    let end = entries
        .iter()
        .find(|(_, entry)| entry["event_type"] == "account.disabled");
    let (end, _) = end.unwrap();
    assert!(entries.last().unwrap().0 > *end, "work went on");
    // Each got everything up to the end, and nothing after it.
    for last in last {
        assert_eq!(last, end - 1);
    }
}

/// The number of the last frame before the socket is closed for its rights.
async fn last_frame(socket: &mut Socket) -> u64 {
    let mut last = 0;
    let until_closed = async {
        loop {
            match socket.next_or_closed().await {
                Ok(frame) => last = number(&frame["id"]),
                Err(closed) => {
                    assert_eq!(u16::from(closed.code), 4401);
                    return last;
                }
            }
        }
    };
    tokio::time::timeout(SOON, until_closed).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_way_to_end_a_session_ends_it_on_the_other_instance() {
    let market = market();
    let (one, two) = (market.open().await, market.open().await);
    let mut ana = Member::admin(&market, &two, "ana@example.org").await;
    let mut dora = Member::join(&market, &one, &["dispatcher", "dora@example.org"]).await;
    for end in ["sign-out", "end", "end-all", "disable"] {
        let mut browser = match dora.browser.is_signed_in().await {
            true => dora.browser.clone(),
            false => dora.another_browser(&one).await,
        };
        let (mut socket, session) = (browser.follow().await, browser.session());
        let mut elsewhere = browser.at(&two);
        match end {
            "sign-out" => drop(elsewhere.post("/sign-out", &[]).await),
            "end" => {
                let fields = [("act", "end"), ("id", &*dora.id), ("session", &*session)];
                ana.browser.post("/team", &fields).await;
            }
            other => act(&mut ana.browser, other, &dora.id).await,
        }
        let closed = socket.closed_without_event(SOON).await;
        assert_eq!(u16::from(closed.code), 4401, "{end}");
        assert!(!browser.is_signed_in().await, "{end}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_is_known_within_five_seconds_without_the_feed() {
    let mut market = market();
    let proxy = Proxy::to(market.server().port).await;
    let two = market.open().await;
    let mut command = market.command();
    command.env("REDIS_URL", proxy.url());
    let one = Instance::start(command);
    one.until_ready().await;
    let supplier = supplier(&market);
    let orders = "/api/orders";
    let known = one.as_(&supplier, Method::GET, orders, None).await;
    assert_eq!(known.status, 200);
    // It no longer hears what happens.
    proxy.log(Line::Dead);
    market.account(&["disable", supplier.id.as_deref().unwrap()]);
    let asked = Instant::now();
    while one.as_(&supplier, Method::GET, orders, None).await.status != 401 {
        assert!(asked.elapsed() < Duration::from_secs(5));
    }
    assert_eq!(offer(&two, &supplier).await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_places_of_attempts_are_shared() {
    let market = market();
    let ahead = 3600 - now() % 3600;
    let clock = Clock::ahead_by(ahead as i64);
    let instances = [clock.open(&market).await, clock.open(&market).await];
    for n in 0..10 {
        let mut browser = Browser::on(&instances[n % 2]);
        let refused = browser.sign_in("nobody@example.org", "quite another sentence", "");
        assert_eq!(refused.await.status, 303);
    }
    for instance in &instances {
        let mut browser = Browser::on(instance);
        let refused = browser.sign_in("nobody@example.org", "quite another sentence", "");
        assert_eq!(refused.await.status, 429);
    }
    // A code counts once on both.
    let args = ["dispatcher", "dora@example.org"];
    let dora = Member::join_at(&market, &instances[0], &args, ahead).await;
    let code = &dora.recovery[0];
    let mut browsers = [Browser::on(&instances[0]), Browser::on(&instances[1])];
    let [one, other] = &mut browsers;
    let (one, other) = tokio::join!(
        one.sign_in(&dora.email, PASSWORD, code),
        other.sign_in(&dora.email, PASSWORD, code)
    );
    let mut to = [one.location().to_owned(), other.location().to_owned()];
    to.sort();
    assert_eq!(to, ["/dispatch", "/sign-in"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_kitchen_ends_what_was_seen_of_the_first() {
    let market = market();
    let (one, two) = (market.open().await, market.open().await);
    let mut ana = Member::admin(&market, &two, "ana@example.org").await;
    let args = ["manager", "marco@example.org", "--supplier", "Bella Napoli"];
    let mut marco = Member::join(&market, &one, &args).await;
    let mut socket = marco.browser.follow().await;
    let fields = [
        ("act", "supplier"),
        ("id", &*marco.id),
        ("supplier_name", "Da Mario"),
    ];
    let changed = ana.browser.post("/team", &fields).await;
    assert_eq!(changed.location(), "/team");
    let integrator = market.key("it", &["--role", "integrator"]);
    assert_eq!(offer(&two, &integrator).await, 201);
    let closed = socket.closed_without_event(SOON).await;
    assert_eq!(u16::from(closed.code), 4401);
    assert!(!marco.browser.is_signed_in().await);
    let mut again = marco.another_browser(&one).await;
    assert_eq!(
        again.get("/supplier?kitchen=Bella%20Napoli").await.status,
        403
    );
    assert_eq!(again.get("/supplier?kitchen=Da%20Mario").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_ended_stays_so_when_redis_is_killed() {
    let mut market = market();
    let (one, two) = (market.open().await, market.open().await);
    let supplier = supplier(&market);
    let integrator = market.key("it", &["--role", "integrator"]);
    let mut socket = Socket::open(supplier.upgrade(&one.socket_url("?since="))).await;
    let socket = socket.as_mut().unwrap();
    socket.signal("stream.heartbeat").await;
    market.account(&["disable", supplier.id.as_deref().unwrap()]);
    // It is acknowledged, and Redis is gone before everybody has heard of it.
    market.server().kill();
    for instance in [&one, &two] {
        let refused = offer(instance, &supplier).await;
        assert!([401, 503].contains(&refused), "{refused}");
    }
    market.server().start_again();
    for instance in [&one, &two] {
        instance.until_ready().await;
        assert_eq!(offer(instance, &supplier).await, 401);
        let orders = instance.as_(&supplier, Method::GET, "/api/orders", None);
        assert_eq!(orders.await.status, 401);
    }
    assert_eq!(offer(&two, &integrator).await, 201);
    let closed = socket.closed_without_event(SOON).await;
    assert_eq!(u16::from(closed.code), 4401);
}
