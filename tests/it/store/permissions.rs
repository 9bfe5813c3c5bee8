//! Who may do what: the Redis account of the commands, and the modes and owners of the files.

use crate::repository::source::read;
use crate::support::{
    Instance, Market, Store,
    accounts::{Person, required},
    browser::Browser,
    day,
    member::Member,
    store::{ask, one_backup, sound},
};
use reqwest::Method;
use serde_json::Value;

use std::{fs, path::Path};

/// The rights of a server's account on the operators' page.
pub fn server_rights() -> Vec<String> {
    let page = read("docs/operate/configure.md");
    let line = page.split("acl setuser market on ").nth(1).unwrap();
    let line = line.split("\n```").next().unwrap().replace("\\\n", " ");
    let (_, server) = line.split_once("$password\" ").unwrap();
    let words = server.split_whitespace();
    words
        .map(|word| word.trim_matches('\'').to_owned())
        .collect()
}

/// The rights of the two lists on that page.
fn documented_rights() -> Vec<String> {
    let page = read("docs/operate/configure.md");
    let tools = page.split("Beside what a server needs").nth(1).unwrap();
    let tools = tools
        .split("\n\n")
        .next()
        .unwrap()
        .split('`')
        .skip(1)
        .step_by(2);
    let tools = tools.filter(|word| word.chars().all(|c| c.is_ascii_uppercase()));
    let tools = tools.map(|word| format!("+{}", word.to_lowercase()));
    server_rights().into_iter().chain(tools).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn documented_redis_permissions_are_sufficient() {
    let files = tempfile::tempdir().unwrap();
    let from = one_backup(&files).await;
    let market = Market::redis();
    market.open().await.offer("Old").await;
    let account = |rights: &[String]| {
        let mut words = vec!["ACL", "SETUSER", "tools", "reset", "on", ">word"];
        words.extend(rights.iter().map(String::as_str));
        let _: String = ask(&market, &words);
    };
    let Store::Redis(server) = &market.store else {
        panic!("no Redis")
    };
    let url = server.url_of("tools:word@");
    let run = |args: &[&str]| {
        let mut command = market.command();
        command.env("REDIS_URL", &url);
        let output = command.args(args).output().unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let replace = ["restore", "--replace", from.to_str().unwrap()];
    let rights = documented_rights();
    for missing in ["+unlink", "+lindex", "+eval", "+rpush", "+info"] {
        let some: Vec<_> = rights
            .iter()
            .filter(|right| *right != missing)
            .cloned()
            .collect();
        account(&some);
        let (code, said) = run(&replace);
        assert_eq!(code, Some(1), "{missing}: {said}");
        assert!(said.contains("nothing was changed"), "{missing}: {said}");
    }
    assert_eq!(sound(&market)["orders"], 1);
    account(&rights);
    for args in [&replace[..], &["verify"], &["backup", "-"]] {
        let (code, said) = run(args);
        assert_eq!(code, Some(0), "{args:?}: {said}");
    }
    let orders = market.open().await.orders().await;
    assert_eq!(orders[0]["status"], "delivered");
    // What is none of ours under our name goes only when that is asked for.
    let _: i64 = ask(&market, &["DEL", "pizza:meta"]);
    let _: String = ask(&market, &["SET", "pizza:meta", "no hash"]);
    let (code, said) = run(&["restore", from.to_str().unwrap()]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("--replace"), "{said}");
    let (code, said) = run(&replace);
    assert_eq!(code, Some(0), "{said}");
    sound(&market);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_data_folder_is_private() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    let files = tempfile::tempdir().unwrap();
    let from = one_backup(&files).await;
    let home = files.path().join("new/folder");
    let market = Market::embedded();
    let command = || {
        let mut command = market.command();
        command.env("DATA_DIR", &home);
        command
    };
    Instance::start(command()).kill();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let names = ["market.redb", "market.end"].map(|name| home.join(name));
    assert_eq!(mode(&home), 0o700);
    for file in &names {
        assert_eq!(mode(file), 0o600, "{}", file.display());
    }
    let owner = fs::metadata(&home).unwrap().uid();
    // Only root may give a file away.
    let other = if owner == 0 { 12_345 } else { owner };
    for file in &names {
        chown(file, Some(other), None).unwrap();
    }
    let ran = command().arg("restore").arg(&from).status();
    assert!(ran.unwrap().success());
    for file in &names {
        let about = fs::metadata(file).unwrap();
        assert_eq!(
            (about.uid(), mode(file)),
            (other, 0o600),
            "{}",
            file.display()
        );
    }
}

/// People sign in, work and are ended with the rights of the page, and Redis refuses nothing.
#[tokio::test(flavor = "multi_thread")]
async fn documented_redis_permissions_are_enough_for_accounts() {
    let market = required(Market::redis());
    let rights = server_rights();
    let mut words = vec!["ACL", "SETUSER", "market", "reset", "on", ">word"];
    words.extend(rights.iter().map(String::as_str));
    let _: String = ask(&market, &words);
    let Store::Redis(server) = &market.store else {
        panic!("no Redis")
    };
    let command = || {
        let mut command = market.command();
        command.env("REDIS_URL", server.url_of("market:word@"));
        command
    };
    let instance = Instance::start(command());
    instance.until_ready().await;
    let ran = command().args(["account", "list", "--json"]).output();
    assert!(ran.unwrap().status.success());

    let mut ana = Member::admin(&market, &instance, "ana@example.org").await;
    let kitchen = ("supplier_name", "Bella Napoli");
    let code = ana
        .add(&[("kind", "device"), ("name", "Oven"), kitchen])
        .await;
    let mut device = Browser::on(&instance);
    device.post("/pair", &[("code", &code[0])]).await;
    ana.add(&[
        ("kind", "staff"),
        ("name", "Luca"),
        kitchen,
        ("pin", "4711"),
    ])
    .await;
    let listed = market.account(&["list"]);
    let mut listed = listed.as_array().unwrap().iter();
    let luca = listed.find(|one| one["name"] == "Luca").unwrap()["id"].clone();
    let fields = [("person", luca.as_str().unwrap()), ("pin", "4711")];
    let over = device.post("/hand-over", &fields).await;
    assert_eq!(over.location(), "/supplier?kitchen=Bella%20Napoli");
    device.follow().await;
    market.driver(&instance, "Jonas").await;

    let integrator = market.key("it", &["--role", "integrator"]);
    let (guest, cleo) = (
        Person::guest(&instance, "guest").await,
        Person::customer(&instance, "cleo").await,
    );
    for taker in [&guest, &cleo] {
        let offer = crate::support::offer("Diavola");
        let order = instance.done_as(&integrator, "/api/orders", &offer).await;
        let path = format!("/api/orders/{}", order["id"].as_str().unwrap());
        for (_, call, body) in day() {
            let by = if call == "customer-accept" {
                taker
            } else {
                &integrator
            };
            let done = instance.done_as(by, &format!("{path}/{call}"), &body).await;
            assert!(done["id"].is_string());
        }
        let own = instance.as_(taker, Method::GET, &path, None).await.json();
        assert_eq!(own["status"], "delivered");
        assert_ne!(own["driver_id"], Value::Null);
    }
    let history = format!("/team?history={}", ana.id);
    assert_eq!(ana.browser.get(&history).await.status, 200);
    let fields = [("act", "end-all"), ("id", &*ana.id)];
    ana.browser.post("/team", &fields).await;
    assert!(!ana.browser.is_signed_in().await);

    let refused: Vec<::redis::Value> = ask(&market, &["ACL", "LOG"]);
    assert!(refused.is_empty(), "{refused:?}");
}
