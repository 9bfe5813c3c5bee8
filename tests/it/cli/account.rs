//! `account`: on the store itself, and through the server that has the embedded file open.

use crate::support::{
    Market,
    store::{backup, expect, folder, restore, sound},
};
use serde_json::{Value, json};

crate::on_both_engines! {
    accounts_are_made_and_disabled_with_and_without_a_server,
    a_backup_has_accounts_and_a_restore_drops_invitations,
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
