//! `restore`: the whole backup, or nothing.

use crate::support::{
    Market, SOON, Store, refuses_to_start,
    store::{
        ask, backup, expect, file, folder, inflated, one_backup, sealed, shown, sound, verify,
    },
};

use serde_json::Value;

use std::process::Stdio;
use std::{fs, time::Instant};

crate::on_both_engines! {
    restore_refuses_a_store_that_is_not_empty,
    restore_refuses_an_incomplete_backup,
    a_killed_restore_leaves_no_usable_store,
    restore_refuses_foreign_keys,
}

async fn restore_refuses_a_store_that_is_not_empty(market: Market) {
    let files = tempfile::tempdir().unwrap();
    let from = files.path().join("backup");
    let other = Market::embedded();
    let mut instance = other.open().await;
    instance.offer("New").await;
    instance.kill();
    backup(&other, &from);

    let mut instance = market.open().await;
    instance.order_in("ready").await;
    instance.offer("Old").await;
    let before = shown(&instance).await;
    let embedded = matches!(market.store, Store::Embedded(_));
    if embedded {
        let ran = market.run(&["restore", "--replace", from.to_str().unwrap()]);
        expect(&ran, 1);
        assert!(ran.stderr.contains("a server holds it"), "{}", ran.stderr);
        instance.kill();
    }
    let ran = market.run(&["restore", from.to_str().unwrap()]);
    expect(&ran, 1);
    assert!(
        ran.stderr.contains("2 orders, 6 events") && ran.stderr.contains("--replace"),
        "{}",
        ran.stderr
    );
    if embedded {
        instance = market.open().await;
    }
    assert_eq!(shown(&instance).await, before);
    let newest = instance.get("/api/orders").await;
    let cursor = newest.header("last-event-id").unwrap().to_owned();
    // In Redis, servers run meanwhile: they notice, and so do their clients.
    let mut socket = instance.socket(&format!("?since={cursor}")).await;
    if embedded {
        instance.kill();
    }
    expect(
        &market.run(&["restore", "--replace", from.to_str().unwrap()]),
        0,
    );
    if embedded {
        instance = market.open().await;
        socket = instance.socket(&format!("?since={cursor}")).await;
    }
    socket.signal("stream.reset").await;
    instance.until_ready().await;
    let orders = instance.orders().await;
    assert_eq!(orders.len(), 1);
    assert_eq!(orders[0]["pizza_name"], "New");
    instance.offer("Newer").await;
    assert_eq!(socket.event().await["order"]["pizza_name"], "Newer");
    sound(&market);
}

async fn restore_refuses_an_incomplete_backup(market: Market) {
    let files = tempfile::tempdir().unwrap();
    let whole = fs::read_to_string(one_backup(&files).await).unwrap();
    let cut = whole.trim_end().rfind('\n').unwrap() + 1;
    let middle = whole.len() / 2;
    let damaged = [
        String::new(),
        "no backup\n".to_owned(),
        whole[..cut].to_owned(),
        whole[..middle].to_owned(),
        whole[..whole.len() - 20].to_owned(),
        whole.replacen("Diavola", "Diavolo", 1),
        whole.replacen("\"seq\":3", "\"seq\":4", 1),
        whole.replacen("\"format\":1", "\"format\":2", 1),
        format!("{whole}more\n"),
        whole.replacen("\"records\":", "\"records\":1", 1),
    ];
    let mut instance = market.open().await;
    instance.offer("Old").await;
    let before = shown(&instance).await;
    instance.kill();
    let bad = files.path().join("bad");
    for text in damaged {
        fs::write(&bad, &text).unwrap();
        let ran = market.run(&["restore", "--replace", bad.to_str().unwrap()]);
        expect(&ran, 1);
        assert!(ran.stderr.contains("nothing was changed"), "{}", ran.stderr);
    }
    let instance = market.open().await;
    assert_eq!(shown(&instance).await, before);
}

async fn a_killed_restore_leaves_no_usable_store(market: Market) {
    let files = tempfile::tempdir().unwrap();
    let [small, large] = [one_backup(&files).await, files.path().join("large")];
    inflated(&small, &large, 10_000);
    let mut restoring = market
        .command()
        .args(["restore", large.to_str().unwrap()])
        .spawn()
        .unwrap();
    let deadline = Instant::now() + SOON;
    let begun = || match &market.store {
        Store::Embedded(folder) => folder.path().join("market.redb.new").exists(),
        Store::Redis(_) => ask(&market, &["HEXISTS", "pizza:meta", "restoring"]),
    };
    while !begun() {
        assert!(Instant::now() < deadline, "it does not begin");
        std::thread::yield_now();
    }
    restoring.kill().unwrap();
    assert!(!restoring.wait().unwrap().success());

    let said = refuses_to_start(market.command());
    assert!(said.contains("restore --replace"), "{said}");
    let report = verify(&market);
    assert_eq!(report["faults"][0]["kind"], "restore");
    expect(&market.run(&["backup", "-"]), 1);
    expect(&market.run(&["migrate", "--yes"]), 2);
    let again = market.run(&["restore", small.to_str().unwrap()]);
    expect(&again, 1);
    assert!(again.stderr.contains("did not end"), "{}", again.stderr);
    expect(
        &market.run(&["restore", "--replace", small.to_str().unwrap()]),
        0,
    );
    sound(&market);
    assert_eq!(market.open().await.orders().await.len(), 1);
}

async fn restore_refuses_foreign_keys(market: Market) {
    let files = tempfile::tempdir().unwrap();
    let good = fs::read_to_string(one_backup(&files).await).unwrap();
    let lines: Vec<_> = good.lines().take(2).map(str::to_owned).collect();
    let document: Value = serde_json::from_str(&lines[1]).unwrap();
    let key = document["document"]["key"].as_str().unwrap();
    let cursor: Value = serde_json::from_str(&lines[0]).unwrap();
    let cursor = cursor["market"]["cursor"].as_str().unwrap();
    let renamed = |to: &str| lines[1].replace(&format!("\"key\":\"{key}\""), to);
    let bad = files.path().join("bad");
    for (lines, why) in [
        (
            [lines[0].clone(), renamed("\"key\":\"session:admin\"")].to_vec(),
            "session:admin",
        ),
        (
            [lines[0].clone(), renamed("\"key\":\"pizza:meta\"")].to_vec(),
            "pizza:meta",
        ),
        ([&lines[..], &lines[1..]].concat(), "there twice"),
        (
            [lines[0].replace(cursor, "abc-1"), lines[1].clone()].to_vec(),
            "it ends at 1",
        ),
        (
            [
                lines[0].replace(cursor, &format!("abc-{}", u64::MAX)),
                lines[1].clone(),
            ]
            .to_vec(),
            "too far",
        ),
    ] {
        sealed(&lines, &bad);
        let ran = market.run(&["restore", bad.to_str().unwrap()]);
        expect(&ran, 1);
        let said = ran.stderr.contains(why) && ran.stderr.contains("nothing was changed");
        assert!(said, "{why}: {}", ran.stderr);
    }
    assert_eq!(market.open().await.orders().await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_concurrent_restores_the_later_is_complete() {
    let files = tempfile::tempdir().unwrap();
    let [small, large] = [one_backup(&files).await, files.path().join("large")];
    inflated(&small, &large, 6_000);
    let market = Market::redis();
    let mut earlier = market
        .command()
        .args(["restore", large.to_str().unwrap()])
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // It first checks the whole backup, which has no limit of time.
    while ask::<i64>(&market, &["EXISTS", "pizza:index:all"]) == 0 {
        assert!(earlier.try_wait().unwrap().is_none(), "it ended too soon");
    }
    expect(
        &market.run(&["restore", "--replace", small.to_str().unwrap()]),
        0,
    );
    let earlier = earlier.wait_with_output().unwrap();
    let said = String::from_utf8(earlier.stderr).unwrap();
    assert!(
        !earlier.status.success() && said.contains("something else"),
        "{said}"
    );
    assert_eq!(sound(&market)["orders"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_restore_keeps_the_old_store() {
    let files = tempfile::tempdir().unwrap();
    let [small, large] = [one_backup(&files).await, files.path().join("large")];
    inflated(&small, &large, 10_000);
    let market = Market::embedded();
    let mut instance = market.open().await;
    instance.offer("Old").await;
    instance.kill();
    let limit = fs::metadata(file(&market)).unwrap().len().div_ceil(1024) + 1024;
    // A disk that is full: no file may become larger than that.
    let program = market.command();
    let mut limited = std::process::Command::new("bash");
    limited.args([
        "-c",
        &format!("trap '' XFSZ; ulimit -f {limit}; exec \"$@\""),
        "bash",
    ]);
    limited
        .arg(program.get_program())
        .args(["restore", "--replace"])
        .arg(&large);
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    limited.current_dir(program.get_current_dir().unwrap());
    let output = limited.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        !output.status.success() && said.contains("nothing was changed"),
        "{said}"
    );
    assert!(!folder(&market).join("market.redb.new").exists());
    sound(&market);
    assert_eq!(market.open().await.orders().await[0]["pizza_name"], "Old");
}

#[test]
fn restore_names_an_unusable_folder() {
    let market = Market::embedded();
    let mut restore = market.command();
    restore.args(["restore", "-"]).env("TMPDIR", "/nowhere");
    let ended = restore.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{said}");
    for word in ["nothing was changed: /nowhere: ", "TMPDIR"] {
        assert!(said.contains(word), "{said}");
    }
}
