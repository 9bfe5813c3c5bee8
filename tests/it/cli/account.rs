//! `account`: on the store itself, and through the server that has the embedded file open.

use crate::support::{
    Market,
    accounts::{PASSWORD, Person, required},
    browser::Browser,
    member::Member,
    store::{backup, expect, folder, restore, sound},
};
use reqwest::Method;
use serde_json::{Value, json};

crate::on_both_engines! {
    accounts_are_made_and_disabled_with_and_without_a_server,
    a_backup_has_accounts_and_a_restore_drops_invitations,
    a_restored_market_knows_its_people_and_none_is_signed_in,
}

fn account(market: &Market, args: &[&str]) -> (i32, Value) {
    let args = [&["account"], args, &["--json"]].concat();
    let ran = market.run(&args);
    let said = serde_json::from_str(&ran.stdout).unwrap_or_default();
    (ran.code, said)
}

fn done(market: &Market, args: &[&str]) -> Value {
    let (code, said) = account(market, args);
    assert_eq!(code, 0, "{args:?}: {said}");
    said
}

async fn accounts_are_made_and_disabled_with_and_without_a_server(market: Market) {
    // On an embedded file, before the first start.
    let first = done(&market, &["invite", "admin", "Ana@example.org"]);
    let id = first["id"].as_str().unwrap();
    assert_eq!(first["email"], "ana@example.org");
    assert_eq!([&first["kind"], &first["state"]], ["admin", "invited"]);
    let link = first["link"].as_str().unwrap();
    assert!(link.contains(&format!("/join/{id}.")), "{link}");

    let mut instance = market.open().await;
    let again = account(&market, &["invite", "admin", "ana@example.org"]);
    assert_eq!(again, (1, Value::Null));
    let kitchen = ["invite", "manager", "b@example.org", "--supplier", "Roma"];
    done(&market, &kitchen);
    let key = ["key", "till", "--role", "supplier", "--supplier", "Roma"];
    let [one, other] = [(); 2].map(|()| done(&market, &key));
    assert_eq!(one["id"], other["id"]);
    assert_ne!(one["key"], other["key"]);
    assert_eq!(account(&market, &key), (1, Value::Null));
    let disabled = done(&market, &["disable", one["id"].as_str().unwrap()]);
    assert_eq!(disabled["state"], "disabled");

    // The log has entries about accounts; orders go on beside them.
    instance.order_in("preparing").await;
    instance.kill();
    let listed = done(&market, &["list"]);
    let listed = listed.as_array().unwrap();
    assert_eq!(listed.len(), 3);
    assert!(listed.iter().all(|account| account.get("link").is_none()));
    let report = sound(&market);
    assert_eq!(report["orders"], 1);
}

async fn a_backup_has_accounts_and_a_restore_drops_invitations(market: Market) {
    let invited = done(&market, &["invite", "driver", "--name", "Dino"]);
    let files = tempfile::tempdir().unwrap();
    let file = files.path().join("backup");
    backup(&market, &file);
    let text = std::fs::read_to_string(&file).unwrap();
    let secret = invited["link"].as_str().unwrap();
    let (_, secret) = secret.rsplit_once('.').unwrap();
    assert!(!text.contains(secret));

    let restored = Market::embedded();
    restore(&restored, &file);
    sound(&restored);
    let listed = done(&restored, &["list"]);
    assert_eq!(listed[0]["id"], invited["id"]);
    expect(&restored.run(&["backup", file.to_str().unwrap()]), 0);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains(r#"\"invitation\":null"#), "{text}");
    assert!(folder(&restored).exists());
    assert_eq!(json!(listed[0]["state"]), "invited");
}

async fn a_restored_market_knows_its_people_and_none_is_signed_in(market: Market) {
    let market = required(market);
    let mut instance = market.open().await;
    let mut ana = Member::admin(&market, &instance, "ana@example.org").await;
    let cleo = Person::customer(&instance, "cleo").await;
    let mut browser = Browser::signed_in(&instance, "cleo@example.org").await;
    let key = market.key("till", &["--role", "integrator"]);
    assert!(browser.is_signed_in().await && ana.browser.is_signed_in().await);
    instance.kill();
    let files = tempfile::tempdir().unwrap();
    let file = files.path().join("backup");
    backup(&market, &file);
    let text = std::fs::read_to_string(&file).unwrap();
    let session = browser.cookie("session").rsplit('.').next().unwrap();
    let key_itself = key.token.as_deref().unwrap();
    for secret in [PASSWORD, session, key_itself, &ana.code_secret] {
        assert!(!text.contains(secret), "{secret}");
    }

    let restored = required(Market::embedded());
    restore(&restored, &file);
    sound(&restored);
    let instance = restored.open().await;
    for browser in [&browser, &ana.browser] {
        assert!(!browser.at(&instance).is_signed_in().await);
    }
    let me = "/api/auth/me";
    let answer = instance.as_(&cleo, Method::GET, me, None).await;
    assert_eq!(answer.problem(401)["type"], "/problems/not-signed-in");
    // With the same passwords, authenticators and recovery codes they sign in, and programs go on.
    let mut cleo = Browser::signed_in(&instance, "cleo@example.org").await;
    assert!(cleo.is_signed_in().await);
    assert!(ana.another_browser(&instance).await.is_signed_in().await);
    let mut by_code = Browser::on(&instance);
    let code = ana.code();
    by_code.sign_in(&ana.email, PASSWORD, &code).await;
    assert!(by_code.is_signed_in().await);
    let answer = instance.as_(&key, Method::GET, me, None).await;
    assert_eq!(answer.json()["role"], "integrator");
}
