//! Joining, signing in and signing out, as a browser without JavaScript does it.

use crate::{
    on_both_engines,
    support::{
        Market, SOON, Socket,
        accounts::{ORIGIN, PASSWORD, required},
        browser::{Browser, Cookie, HOST},
        member::{Member, STEP, code_at, now},
    },
};
use reqwest::Method;

on_both_engines! {
    an_admin_is_invited_and_joins,
    a_session_has_cookies_of_this_site_alone,
    a_refused_sign_in_tells_nothing,
    a_code_counts_once_and_so_does_each_recovery_code,
    each_door_takes_its_own_credential,
    who_has_signed_in_comes_to_a_page_of_the_market,
    signing_out_ends_the_session_and_clears_the_browser,
    no_session_is_planted,
    signing_up_answers_alike,
}

/// What is said of every sign-in that was refused.
const REFUSED: &str = "That e-mail address, password or code is not right.";

async fn an_admin_is_invited_and_joins(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let invited = market.account(&["invite", "admin", "ana@example.org"]);
    let path = invited["link"].as_str().unwrap();
    let path = path.strip_prefix(ORIGIN).unwrap();
    let mut browser = Browser::on(&instance);
    // More often than joining is tried: chats fetch previews.
    for _ in 0..25 {
        let page = browser.get(path).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert!(browser.cookies.is_empty());
    }
    let compressed = [("accept-encoding", "br, gzip")];
    let page = browser.send(Method::GET, path, None, &compressed).await;
    assert_eq!(page.header("content-encoding"), None);
    for attribute in [
        "autocomplete=\"username\"",
        "autocomplete=\"new-password\"",
        "autocomplete=\"one-time-code\"",
        "inputmode=\"numeric\"",
        "otpauth://totp/",
        "<svg",
    ] {
        assert!(page.text.contains(attribute), "{attribute}");
    }
    let (factor, secret) = (page.hidden("factor").unwrap(), page.shown_once().remove(0));
    for (password, code) in [
        ("short", code_at(&secret, now())),
        ("aaaaaaaaaaaaaaaaaaaa", code_at(&secret, now())),
        (PASSWORD, "000000x".to_owned()),
        (PASSWORD, String::new()),
    ] {
        let fields = [("password", password), ("factor", &factor), ("code", &code)];
        let refused = browser.post(path, &fields).await;
        assert_eq!(refused.location(), path);
        let page = browser.get(path).await;
        assert_eq!(
            page.shown_once(),
            std::slice::from_ref(&secret),
            "the same secret again"
        );
        assert!(!page.refusals().is_empty());
        assert!(!page.text.contains(PASSWORD));
    }
    let code = code_at(&secret, now());
    let fields = [("password", PASSWORD), ("factor", &factor), ("code", &code)];
    let joined = browser.post(path, &fields).await;
    assert_eq!(joined.location(), "/account");
    let codes = browser.get("/account").await.shown_once();
    assert_eq!(codes.len(), 10);
    // In groups of four.
    assert!(
        codes.iter().all(|code| code.replace('-', "").len() == 24),
        "{codes:?}"
    );
    let again = browser.get("/account").await;
    assert_eq!(again.shown_once(), [""; 0], "they are shown once");
    // The link is used up.
    let mut other = Browser::on(&instance);
    assert_eq!(other.get(path).await.status, 404);
    assert_eq!(other.post(path, &fields).await.status, 404);
    assert!(other.cookies.is_empty());
}

async fn a_session_has_cookies_of_this_site_alone(market: Market) {
    let https = "https://127.0.0.1";
    let market = required(market).with("SITE_ORIGIN", https);
    let instance = market.open().await;
    let mut browser = Browser::on(&instance);
    https.clone_into(&mut browser.origin);
    let offers = browser.get("/customer").await;
    let fields = [
        ("email", "cleo@example.org"),
        ("password", PASSWORD),
        ("name", "Cleo"),
    ];
    let signed_up = browser.post("/sign-up", &fields).await;
    let signed_in = browser.sign_in("cleo@example.org", PASSWORD, "").await;
    assert_eq!(signed_in.location(), "/customer");
    let mut seen = Vec::new();
    for cookie in [&offers, &signed_up, &signed_in]
        .into_iter()
        .flat_map(Cookie::of)
    {
        let name = cookie.name.strip_prefix(HOST).expect(&cookie.name);
        let attribute = |name: &str| cookie.attributes.get(name).map(|value| &**value);
        assert_eq!(attribute("path"), Some("/"), "{name}");
        assert_eq!(attribute("secure"), Some(""), "{name}");
        assert_eq!(attribute("httponly"), Some(""), "{name}");
        assert_eq!(attribute("domain"), None, "{name}");
        let same_site = if name == "known" { "Strict" } else { "Lax" };
        assert_eq!(attribute("samesite"), Some(same_site), "{name}");
        let age: u64 = attribute("max-age").unwrap().parse().unwrap();
        let year = 365 * 24 * 3600;
        match name {
            "guest" => assert!([0, 30 * 24 * 3600].contains(&age), "{age}"),
            "known" => assert_eq!(age, 34_560_000),
            "session" => assert!((year - 60..=year).contains(&age), "{age}"),
            "refused" => {}
            other => panic!("{other} has no row"),
        }
        seen.push(name.to_owned());
    }
    for name in ["guest", "known", "session", "refused"] {
        assert!(seen.iter().any(|seen| seen == name), "{name}");
    }
    let session = browser.cookie("session").to_owned();
    let parts: Vec<_> = session.split('.').collect();
    // 256 bits.
    assert!(parts.len() == 3 && parts[2].len() == 43, "{}", parts.len());
    // A name that a sibling of the site can set is as if not there.
    browser.cookies.clear();
    browser.plant_bare("session", &session);
    assert!(!browser.is_signed_in().await);
}

async fn a_refused_sign_in_tells_nothing(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let ana = Member::admin(&market, &instance, "ana@example.org").await;
    market.account(&["invite", "dispatcher", "invited@example.org"]);
    let mut gone = Member::join(&market, &instance, &["dispatcher", "gone@example.org"]).await;
    market.account(&["disable", &gone.id]);
    let right = gone.recovery.pop().unwrap();
    let mut answers = Vec::new();
    for (email, password, code) in [
        (&*ana.email, "quite another sentence", &*ana.code()),
        (&ana.email, PASSWORD, "123456"),
        ("nobody@example.org", PASSWORD, ""),
        ("invited@example.org", PASSWORD, ""),
        (&gone.email, PASSWORD, &right),
    ] {
        let mut browser = Browser::on(&instance);
        let refused = browser.sign_in(email, password, code).await;
        assert_eq!(refused.location(), "/sign-in", "{email}");
        assert!(!browser.cookies.contains_key("session"));
        assert!(!browser.cookies.contains_key("known"));
        let page = browser.get("/sign-in").await;
        assert_eq!(page.refusals(), [REFUSED], "{email}");
        assert!(!page.text.contains(password));
        let mut names: Vec<_> = refused.headers.keys().map(ToString::to_string).collect();
        names.sort();
        answers.push((names, page.text.replace(email, "…")));
    }
    for answer in &answers {
        assert_eq!(answer, &answers[0]);
    }
    // Only who knows the password is asked for the code.
    let mut browser = Browser::on(&instance);
    browser.sign_in(&ana.email, PASSWORD, "").await;
    let page = browser.get("/sign-in").await;
    assert!(page.text.contains("name=\"code\""), "it asks for a code");
}

async fn a_code_counts_once_and_so_does_each_recovery_code(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let ana = Member::admin(&market, &instance, "ana@example.org").await;
    let code = ana.code();
    let mut browser = Browser::on(&instance);
    let signed_in = browser.sign_in(" ANA@Example.org ", PASSWORD, &code).await;
    assert_eq!(signed_in.location(), "/orders");
    // The same one, and the one before it.
    for code in [code, code_at(&ana.code_secret, now() - STEP)] {
        let mut browser = Browser::on(&instance);
        let refused = browser.sign_in(&ana.email, PASSWORD, &code).await;
        assert_eq!(refused.location(), "/sign-in");
        assert_eq!(browser.get("/sign-in").await.refusals(), [REFUSED]);
    }
    let written = [
        ana.recovery[0].clone(),
        ana.recovery[1].to_lowercase(),
        ana.recovery[2].clone(),
    ];
    for code in &written {
        for to in ["/orders", "/sign-in"] {
            let mut browser = Browser::on(&instance);
            let answer = browser.sign_in(&ana.email, PASSWORD, code).await;
            assert_eq!(answer.location(), to);
        }
    }
}

async fn each_door_takes_its_own_credential(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let mut ana = Member::admin(&market, &instance, "ana@example.org").await;
    let key = market.key("integrator", &["--role", "integrator"]);
    let me = "/api/auth/me";
    let by_cookie = ana.browser.get(me).await;
    assert_eq!(by_cookie.problem(401)["type"], "/problems/not-signed-in");
    let bearer = format!("Bearer {}", key.token.as_deref().unwrap());
    let bearer = [("authorization", &*bearer)];
    let mut browser = Browser::on(&instance);
    let by_key = browser.send(Method::GET, me, None, &bearer).await;
    assert_eq!(by_key.json()["role"], "integrator");
    for page in ["/orders", "/orders.csv", "/dispatch"] {
        let answer = browser.send(Method::GET, page, None, &bearer).await;
        let expected = format!(
            "/sign-in?next={}",
            page.replace('/', "%2F").replace('.', "%2E")
        );
        assert_eq!(answer.location(), expected);
    }
    // A wrong bearer is none on a page, and a wrong cookie is none on the API.
    let wrong = [("authorization", "Bearer x")];
    let page = ana.browser.send(Method::GET, "/orders", None, &wrong).await;
    assert_eq!(page.status, 200);
    let session = format!("{}x", ana.browser.cookie("session"));
    browser.plant("session", &session, &ana.browser);
    let both = browser.send(Method::GET, me, None, &bearer).await;
    assert_eq!(both.status, 200);
    // On a page it is cleared, and the way leads to signing in.
    let page = browser.get("/orders?status=ready").await;
    assert_eq!(page.location(), "/sign-in?next=%2Forders%3Fstatus%3Dready");
    assert!(browser.cookies.is_empty());
    // Two that a door takes are too many.
    let mut upgrade = ana.browser.upgrade("");
    let value = format!("Bearer {}", key.token.as_deref().unwrap());
    upgrade
        .headers_mut()
        .insert("authorization", value.parse().unwrap());
    assert_eq!(Socket::refused(upgrade).await, 422);
    for page in ["/dispatch", "/supplier", "/customer", "/driver"] {
        assert_eq!(ana.browser.get(page).await.status, 403, "{page}");
    }
}

async fn who_has_signed_in_comes_to_a_page_of_the_market(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let mut browser = Browser::on(&instance);
    let fields = [
        ("email", "cleo@example.org"),
        ("password", PASSWORD),
        ("name", "Cleo"),
    ];
    browser.post("/sign-up", &fields).await;
    for (next, to) in [
        ("%2Fcustomer%3Fq%3Ddiavola", "/customer?q=diavola"),
        ("https%3A%2F%2Fevil.example%2F", "/customer"),
        ("%2F%2Fevil.example%2Fcustomer", "/customer"),
        ("%2F%5Cevil.example", "/customer"),
        ("%2F%09%2Fevil.example", "/customer"),
        ("javascript%3Aalert(1)", "/customer"),
        ("%2Fsign-out", "/customer"),
        ("%2Fcustomer%0D%0ASet-Cookie%3A%20a%3Db", "/customer"),
    ] {
        let fields = [("email", "cleo@example.org"), ("password", PASSWORD)];
        let path = format!("/sign-in?next={next}");
        let signed_in = browser.post(&path, &fields).await;
        assert_eq!(signed_in.location(), to, "{next}");
        // Also who is signed in already.
        assert_eq!(browser.get(&path).await.location(), to, "{next}");
    }
}

async fn signing_out_ends_the_session_and_clears_the_browser(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let ana = Member::admin(&market, &instance, "ana@example.org").await;
    let (mut browser, mut copy) = (ana.browser.clone(), ana.browser);
    let mut socket = browser.follow().await;
    let signed_out = browser.post("/sign-out", &[]).await;
    assert_eq!(signed_out.location(), "/");
    let cleared = signed_out.header("clear-site-data");
    assert_eq!(cleared, Some("\"cache\", \"storage\""));
    assert!(!browser.cookies.contains_key("session"));
    assert!(browser.cookies.contains_key("known"));
    let closed = socket.closed_without_event(SOON).await;
    assert_eq!(u16::from(closed.code), 4401);
    assert_eq!(Socket::refused(copy.upgrade("")).await, 401);
    assert!(!copy.is_signed_in().await);
}

async fn no_session_is_planted(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    for email in ["mallory@example.org", "cleo@example.org"] {
        let fields = [("email", email), ("password", PASSWORD), ("name", "X")];
        Browser::on(&instance).post("/sign-up", &fields).await;
    }
    // A session of somebody else, and one that never was.
    let mallory = Browser::signed_in(&instance, "mallory@example.org").await;
    for planted in [mallory.cookie("session"), "planted", "a.b.c"] {
        let mut browser = Browser::on(&instance);
        browser.plant("session", planted, &mallory);
        let signed_in = browser.sign_in("cleo@example.org", PASSWORD, "").await;
        assert_eq!(signed_in.location(), "/customer");
        assert_ne!(browser.cookie("session"), planted);
        let page = browser.get("/account").await;
        assert!(page.text.contains("cleo@example.org"));
    }
    assert!(!mallory.clone().is_signed_in().await, "the one before ends");
    // Its own one before ends, too.
    let mut browser = Browser::signed_in(&instance, "cleo@example.org").await;
    let mut before = browser.clone();
    browser.sign_in("cleo@example.org", PASSWORD, "").await;
    assert!(browser.is_signed_in().await);
    assert!(!before.is_signed_in().await);
}

async fn signing_up_answers_alike(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let mut ana = Member::admin(&market, &instance, "ana@example.org").await;
    let mut pages = Vec::new();
    for (email, password) in [
        ("cleo@example.org", PASSWORD),
        ("CLEO@example.org", "quite another sentence"),
        ("ana@example.org", PASSWORD),
    ] {
        let mut browser = Browser::on(&instance);
        let fields = [("email", email), ("password", password), ("name", "Cleo")];
        let answer = browser.post("/sign-up", &fields).await;
        assert_eq!(answer.location(), "/sign-in");
        assert_eq!(browser.cookies.keys().collect::<Vec<_>>(), ["refused"]);
        pages.push(browser.get("/sign-in").await.text);
    }
    assert!(pages[0].contains("If this address had no account yet"));
    assert!(pages.iter().all(|page| *page == pages[0]));
    // The password of the first counts.
    let mut browser = Browser::on(&instance);
    let refused = browser.sign_in("cleo@example.org", "quite another sentence", "");
    assert_eq!(refused.await.location(), "/sign-in");
    Browser::signed_in(&instance, "cleo@example.org").await;
    // The history tells what was tried.
    let history = format!("/team?history={}", ana.id);
    let page = ana.browser.get(&history).await;
    assert!(
        page.text
            .contains("Somebody tried to sign up with this address")
    );
}
