//! How sessions end: one by one, all at once, by a new password, by who answers for the account.

use crate::{
    on_both_engines,
    support::{
        Instance, Market, SOON, Socket,
        accounts::{ORIGIN, PASSWORD, required},
        browser::Browser,
        member::Member,
    },
};

on_both_engines! {
    one_session_ends_or_all_of_them,
    a_new_password_renews_the_session,
    the_oldest_session_gives_way,
    a_new_link_for_a_driver_ends_the_old_phone_when_it_is_used,
    who_is_disabled_is_out_until_enabled,
    a_closed_account_frees_its_address,
    the_last_admin_stays,
}

const NEW_PASSWORD: &str = "seven copper dough hooks";

async fn customer(instance: &Instance, email: &str) -> Browser {
    let fields = [("email", email), ("password", PASSWORD), ("name", "Cleo")];
    Browser::on(instance).post("/sign-up", &fields).await;
    Browser::signed_in(instance, email).await
}

/// A socket ends with its session, before anything else comes.
async fn ends(mut socket: Socket) {
    let closed = socket.closed_without_event(SOON).await;
    assert_eq!(u16::from(closed.code), 4401);
    assert_eq!(closed.reason, "Sign in, and come back with since.");
}

async fn one_session_ends_or_all_of_them(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let email = "cleo@example.org";
    let mut one = customer(&instance, email).await;
    let mut two = Browser::signed_in(&instance, email).await;
    let mut three = Browser::signed_in(&instance, email).await;
    let page = one.get("/account").await;
    for browser in [&one, &two, &three] {
        assert!(page.text.contains(&browser.session()));
    }
    assert_eq!(page.text.matches("This device").count(), 1);
    let (of_one, of_two) = (one.follow().await, two.follow().await);
    let session = two.session();
    let fields = [("act", "end"), ("session", &*session)];
    assert_eq!(one.post("/account", &fields).await.location(), "/account");
    ends(of_two).await;
    assert!(!two.is_signed_in().await);
    assert!(one.is_signed_in().await && three.is_signed_in().await);
    // Somebody else's session is none of one's own.
    let mut other = customer(&instance, "dan@example.org").await;
    let session = one.session();
    let fields = [("act", "end"), ("session", &*session)];
    other.post("/account", &fields).await;
    assert!(one.is_signed_in().await);
    let mut four = Browser::signed_in(&instance, email).await;
    let answer = three.post("/account", &[("act", "end-others")]).await;
    assert_eq!(answer.location(), "/account");
    ends(of_one).await;
    assert!(!one.is_signed_in().await && !four.is_signed_in().await);
    let mut five = Browser::signed_in(&instance, email).await;
    let of_five = five.follow().await;
    let answer = three.post("/account", &[("act", "end-all")]).await;
    assert_eq!(answer.location(), "/sign-in");
    ends(of_five).await;
    assert!(!three.is_signed_in().await && !five.is_signed_in().await);
    assert!(other.is_signed_in().await);
}

async fn a_new_password_renews_the_session(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let email = "cleo@example.org";
    let mut browser = customer(&instance, email).await;
    let mut other = Browser::signed_in(&instance, email).await;
    let mut change = async |password: &str, new: &str, end_others: bool| {
        let mut fields = vec![("act", "password"), ("password", password)];
        fields.push(("new_password", new));
        fields.extend(end_others.then_some(("end_others", "true")));
        let before = browser.clone();
        let answer = browser.post("/account", &fields).await;
        let has_new = browser.cookie("session") != before.cookie("session");
        (answer.location().to_owned(), has_new, before)
    };
    // The old one is wanted, and a good new one.
    for (password, new) in [(NEW_PASSWORD, NEW_PASSWORD), (PASSWORD, "short")] {
        let (to, has_new, mut before) = change(password, new, true).await;
        assert_eq!(to, "/account");
        assert!(!has_new && before.is_signed_in().await);
    }
    let (to, has_new, mut before) = change(PASSWORD, NEW_PASSWORD, false).await;
    assert_eq!(to, "/account");
    assert!(has_new && !before.is_signed_in().await);
    assert!(other.is_signed_in().await);
    let (_, has_new, mut before) = change(NEW_PASSWORD, PASSWORD, true).await;
    assert!(has_new && !before.is_signed_in().await);
    assert!(!other.is_signed_in().await);
    assert!(browser.is_signed_in().await);
    let refused = Browser::on(&instance)
        .sign_in(email, NEW_PASSWORD, "")
        .await;
    assert_eq!(refused.location(), "/sign-in");
}

async fn the_oldest_session_gives_way(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let mut ana = Member::admin(&market, &instance, "ana@example.org").await;
    let of_first = ana.browser.follow().await;
    let mut more = Vec::new();
    for _ in 0..4 {
        more.push(ana.another_browser(&instance).await);
    }
    assert!(ana.browser.clone().is_signed_in().await);
    more.push(ana.another_browser(&instance).await);
    ends(of_first).await;
    assert!(!ana.browser.is_signed_in().await);
    for browser in &mut more {
        assert!(browser.is_signed_in().await);
    }
}

async fn a_new_link_for_a_driver_ends_the_old_phone_when_it_is_used(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let mut dora = Member::join(&market, &instance, &["dispatcher", "dora@example.org"]).await;
    let name = [("kind", "driver"), ("name", "Jonas")];
    dora.browser.post("/team", &name).await;
    let mut links = vec![link(&dora.browser.get("/team").await.text)];
    let mut old = Browser::on(&instance);
    let page = old.get(&links[0]).await;
    assert!(page.text.contains("Start on this phone"));
    assert!(!page.text.contains("type=\"password\""));
    assert_eq!(
        old.post(&links[0], &[("x", "")]).await.location(),
        "/driver"
    );
    assert_eq!(old.get("/driver").await.status, 200);
    let id = old.cookie("session").split('.').next().unwrap().to_owned();
    dora.browser
        .post("/team", &[("act", "reset"), ("id", &id)])
        .await;
    links.push(link(&dora.browser.get("/team").await.text));
    assert!(old.is_signed_in().await, "it has not been used yet");
    let socket = old.follow().await;
    let mut new = Browser::on(&instance);
    assert_eq!(
        new.post(&links[1], &[("x", "")]).await.location(),
        "/driver"
    );
    ends(socket).await;
    assert!(!old.is_signed_in().await && new.is_signed_in().await);
    for link in &links {
        assert_eq!(Browser::on(&instance).get(link).await.status, 404);
    }
}

/// The path of the invitation that a page shows.
fn link(page: &str) -> String {
    let rest = page
        .split_once(&format!("href=\"{ORIGIN}/join/"))
        .unwrap()
        .1;
    format!("/join/{}", rest.split_once('"').unwrap().0)
}

async fn who_is_disabled_is_out_until_enabled(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let mut ana = Member::admin(&market, &instance, "ana@example.org").await;
    let mut dora = Member::join(&market, &instance, &["dispatcher", "dora@example.org"]).await;
    let socket = dora.browser.follow().await;
    let id = dora.id.clone();
    let mut act = async |act: &str| {
        let fields = [("act", act), ("id", &*id)];
        let answer = ana.browser.post("/team", &fields).await;
        assert_eq!(answer.location(), "/team");
        assert_eq!(ana.browser.get("/team").await.refusals(), [""; 0]);
    };
    act("disable").await;
    ends(socket).await;
    let page = dora.browser.get("/dispatch").await;
    assert_eq!(page.location(), "/sign-in?next=%2Fdispatch");
    assert!(!dora.browser.cookies.contains_key("session"));
    let mut browser = Browser::on(&instance);
    let refused = browser
        .sign_in(&dora.email, PASSWORD, &dora.recovery[0])
        .await;
    assert_eq!(refused.location(), "/sign-in");
    act("enable").await;
    // What had ended stays ended, and the code was not used up.
    assert!(!dora.browser.is_signed_in().await);
    let signed_in = browser
        .sign_in(&dora.email, PASSWORD, &dora.recovery[0])
        .await;
    assert_eq!(signed_in.location(), "/dispatch");
    act("end-all").await;
    assert!(!browser.is_signed_in().await);
}

async fn a_closed_account_frees_its_address(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let email = "cleo@example.org";
    let mut browser = customer(&instance, email).await;
    let socket = browser.follow().await;
    let before = browser.clone();
    let closed = browser.post("/account", &[("act", "close")]).await;
    assert_eq!(closed.location(), "/sign-in");
    ends(socket).await;
    assert!(!browser.is_signed_in().await);
    let refused = Browser::on(&instance).sign_in(email, PASSWORD, "").await;
    assert_eq!(refused.location(), "/sign-in");
    // It is another account's now, and the id of the old one is nobody's again.
    let old = browser_id(&before);
    let again = customer(&instance, email).await;
    assert_ne!(browser_id(&again), old);
    let listed = market.account(&["list"]);
    let listed = listed.as_array().unwrap().iter();
    let known = listed.filter(|one| one["state"] != "closed");
    let known: Vec<_> = known.map(|one| [&one["id"], &one["email"]]).collect();
    assert_eq!(known, [[&*browser_id(&again), email]]);
}

/// The account that a browser is signed in to.
fn browser_id(browser: &Browser) -> String {
    let session = browser.cookie("session");
    session.split('.').next().unwrap().to_owned()
}

async fn the_last_admin_stays(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let mut ana = Member::admin(&market, &instance, "ana@example.org").await;
    // One who has not joined is none yet.
    let invited = market.account(&["invite", "admin", "ben@example.org"]);
    let disable = async |browser: &mut Browser, id: &str| {
        browser
            .post("/team", &[("act", "disable"), ("id", id)])
            .await;
        browser.get("/team").await.refusals()
    };
    let last = "This is the last admin. Invite another one first.";
    assert_eq!(disable(&mut ana.browser, &ana.id).await, [last]);
    let ran = market.run(&["account", "disable", &ana.id]);
    assert_eq!(ran.code, 1, "{ran:?}");
    ana.browser.post("/account", &[("act", "close")]).await;
    assert!(ana.browser.is_signed_in().await);
    assert_eq!(
        disable(&mut ana.browser, invited["id"].as_str().unwrap()).await,
        [""; 0]
    );
    // Two may be disabled until one is left.
    let mut cora = Member::admin(&market, &instance, "cora@example.org").await;
    assert_eq!(disable(&mut cora.browser, &ana.id).await, [""; 0]);
    assert!(!ana.browser.is_signed_in().await);
    assert_eq!(market.run(&["account", "disable", &cora.id]).code, 1);
}
