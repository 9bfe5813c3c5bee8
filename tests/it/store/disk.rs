//! The embedded file loses its name, or its disk takes no more.

use crate::support::{
    Instance, Market,
    doctor::with,
    is_installed, offer, program,
    store::{file, folder, sound},
    until,
};
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// That changes are refused because of this kind of trouble, and the causes stay here.
async fn refuses(instance: &Instance, kind: &str) {
    let refused = instance.post("/api/orders", &offer("Hawaii")).await;
    refused.problem(503);
    assert!(refused.header("retry-after").is_some());
    let ready = instance.get("/readyz").await;
    assert_eq!(ready.status, 503);
    assert_eq!(ready.json()["store"]["kind"], kind, "{}", ready.text);
    assert!(!ready.text.contains('/'), "a path: {}", ready.text);
}

/// The pizzas in a backup of the market, taken through its running server.
fn backed_up(market: &Market) -> String {
    let backup = market.run(&["backup", "-"]);
    assert_eq!(backup.code, 0, "{}", backup.stderr);
    backup.stdout
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_folder_is_noticed_without_a_change_and_can_be_backed_up() {
    let market = Market::embedded();
    let instance = market.open().await;
    instance.offer("Margherita").await;
    fs::remove_dir_all(folder(&market)).unwrap();
    until(async || instance.get("/readyz").await.status == 503).await;
    refuses(&instance, "store-replaced").await;
    refuses(&instance, "store-replaced").await;
    assert_eq!(instance.orders().await.len(), 1);
    let said = instance.said();
    let lines: Vec<_> = said
        .lines()
        .filter(|line| line.contains("no change can be stored"))
        .collect();
    assert_eq!(lines.len(), 1, "{said}");
    assert!(lines[0].contains(folder(&market).to_str().unwrap()));
    assert!(backed_up(&market).contains("Margherita"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_file_at_the_path_is_neither_written_nor_backed_up() {
    let market = Market::embedded();
    let mut instance = market.open().await;
    instance.offer("Margherita").await;
    instance.kill();
    let older = folder(&market).join("older.redb");
    fs::copy(file(&market), &older).unwrap();
    let instance = market.open().await;
    instance.offer("Diavola").await;
    fs::rename(&older, file(&market)).unwrap();
    refuses(&instance, "store-replaced").await;
    let backup = backed_up(&market);
    assert!(backup.contains("Diavola"), "the older file was backed up");

    let address = instance.url.trim_start_matches("http://");
    let folder = folder(&market).to_str().unwrap();
    for settings in [
        &[("DATA_DIR", folder), ("LEPTOS_SITE_ADDR", address)][..],
        &[("DATA_DIR", folder)],
    ] {
        let report = with(settings).await;
        report.says("file", "error", &["another file has been put at", "backup"]);
        assert_eq!(report.exit, 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_goes_on_by_itself_when_the_same_file_is_back() {
    let market = Market::embedded();
    let mut instance = market.open().await;
    instance.offer("Margherita").await;
    let aside = folder(&market).join("aside.redb");
    fs::rename(file(&market), &aside).unwrap();
    refuses(&instance, "store-replaced").await;
    fs::copy(&aside, file(&market)).unwrap();
    refuses(&instance, "store-replaced").await;
    fs::rename(&aside, file(&market)).unwrap();
    instance.until_ready().await;
    instance.offer("Diavola").await;
    instance.kill();
    sound(&market);
    assert_eq!(market.open().await.orders().await.len(), 2);
}

/// As a snapshot that is made with a hard link.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_name_of_the_file_is_no_fault() {
    let market = Market::embedded();
    let instance = market.open().await;
    fs::hard_link(file(&market), folder(&market).join("snapshot.redb")).unwrap();
    instance.offer("Margherita").await;
    assert_eq!(instance.get("/readyz").await.status, 200);
    assert!(backed_up(&market).contains("Margherita"));
}

fn settings(mut command: Command, folder: &Path) -> Command {
    command
        .env("LEPTOS_SITE_ADDR", "127.0.0.1:0")
        .env("RATE_LIMIT", "off")
        .env("DATA_DIR", folder)
        .env("RUST_LOG", "info");
    command
}

/// Offers orders until one is refused, and returns how many were stored.
async fn fill(instance: &Instance) -> usize {
    let mut stored = 0;
    loop {
        let answer = instance.post("/api/orders", &offer("Diavola")).await;
        if answer.status != 201 {
            answer.problem(503);
            return stored;
        }
        stored += 1;
        let path = answer.header("location").unwrap().to_owned();
        let accept = json!({"accept": true, "notes": "x".repeat(500)});
        let answer = instance
            .post(&format!("{path}/supplier-respond"), &accept)
            .await;
        if answer.status != 200 {
            answer.problem(503);
            return stored;
        }
    }
}

/// Files may not grow beyond a few megabytes: no look at the disk can tell.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_may_not_grow_refuses_changes_until_it_may() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("bash");
    let run = "trap '' XFSZ; ulimit -S -f 3000; exec \"$0\"";
    command.args(["-c", run, env!("CARGO_BIN_EXE_pizza-market")]);
    let mut instance = Instance::start(settings(command, folder.path()));
    instance.until_ready().await;
    let stored = fill(&instance).await;
    assert!(stored > 10, "only {stored}");
    refuses(&instance, "store-full").await;
    let count = async || {
        let page = instance.get("/api/orders?limit=500").await;
        page.json().as_array().unwrap().len()
    };
    // What is stored can be read, and it stays refused until there is room.
    assert_eq!(count().await, stored.min(500));
    until(async || instance.said().matches("no change can be stored").count() > 0).await;
    refuses(&instance, "store-full").await;

    let id = instance.id().to_string();
    let raised = Command::new("prlimit")
        .args(["--pid", &id, "--fsize=unlimited:"])
        .status();
    assert!(raised.unwrap().success());
    instance.until_ready().await;
    instance.offer("Margherita").await;
    instance.kill();
    let instance = Instance::start(settings(program(), folder.path()));
    instance.until_ready().await;
    assert!(!instance.said().contains("not as it was left"));
    let page = instance.get("/api/orders?limit=500").await;
    assert_eq!(page.json().as_array().unwrap().len(), (stored + 1).min(500));
}

/// A server whose store is on a small disk of its own, and the store's folder as others see it.
async fn on_a_small_disk(folder: &Path) -> (Instance, PathBuf) {
    let mut command = Command::new("unshare");
    let run = "mount -t tmpfs -o size=8m tmpfs \"$DATA_DIR\"; exec \"$0\"";
    command.args([
        "-rm",
        "bash",
        "-ec",
        run,
        env!("CARGO_BIN_EXE_pizza-market"),
    ]);
    let instance = Instance::start(settings(command, folder));
    instance.until_ready().await;
    let root = PathBuf::from(format!("/proc/{}/root", instance.id()));
    let seen = root.join(folder.strip_prefix("/").unwrap());
    (instance, seen)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_changes_until_there_is_room() {
    if !is_installed("unshare", &["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]) {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let (instance, folder) = on_a_small_disk(home.path()).await;
    instance.offer("Margherita").await;
    let filler = folder.join("filler");
    // As much as fits.
    let _ = fs::write(&filler, vec![1; 16 * 1024 * 1024]);
    until(async || instance.get("/readyz").await.status == 503).await;
    refuses(&instance, "store-full").await;
    assert_eq!(instance.orders().await.len(), 1);
    fs::remove_file(&filler).unwrap();
    instance.until_ready().await;
    instance.offer("Diavola").await;
    assert_eq!(instance.orders().await.len(), 2);
}
