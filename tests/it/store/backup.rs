//! `backup`: of one moment beside running servers, from engine to engine, to files and pipes.

use crate::support::{
    Instance, Market, Store,
    store::{backup, folder, inflated, keyed, lively, one_backup, restore, shown, sound},
};

use serde_json::json;

use std::process::Command;
use std::{
    fs,
    os::unix::{fs::PermissionsExt, process::ExitStatusExt},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

crate::on_both_engines! {
    a_backup_under_load_is_consistent,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_moves_to_redis_and_back() {
    let files = tempfile::tempdir().unwrap();
    let [there, back] = ["there", "back"].map(|name| files.path().join(name));
    let market = Market::embedded();
    let mut instance = market.open().await;
    lively(&instance).await;
    let answer = keyed(&instance).await;
    let before = shown(&instance).await;
    let report = sound(&market);
    assert_eq!(report["orders"], 8);
    assert_eq!(report["remembered"], 1);
    // Through the server, which holds the file.
    backup(&market, &there);
    instance.kill();
    assert_eq!(sound(&market)["cursor"], report["cursor"]);

    let grown = Market::redis();
    restore(&grown, &there);
    sound(&grown);
    let mut instance = grown.open().await;
    assert_eq!(shown(&instance).await, before);
    assert_eq!(keyed(&instance).await, answer);
    let open = instance.offer("Later").await;
    instance
        .done(
            &format!("{open}/supplier-respond"),
            &json!({"accept": true}),
        )
        .await;
    let before = shown(&instance).await;
    let later = sound(&grown);
    assert_ne!(later["cursor"], report["cursor"]);
    assert_eq!(
        later["events"].as_u64(),
        report["events"].as_u64().map(|n| n + 2)
    );
    backup(&grown, &back);
    instance.kill();

    let home = Market::embedded();
    restore(&home, &back);
    sound(&home);
    let instance = home.open().await;
    assert!(
        !instance.said().contains("not as it was left"),
        "{}",
        instance.said()
    );
    assert_eq!(shown(&instance).await, before);
    assert_eq!(keyed(&instance).await, answer);
    sound(&home);
    let only_me = fs::metadata(&back).unwrap();
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&only_me.permissions()) & 0o777,
        0o600
    );
    let socket = fs::metadata(folder(&home).join("market.sock")).unwrap();
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&socket.permissions()) & 0o777,
        0o600
    );
}

async fn a_backup_under_load_is_consistent(market: Market) {
    let files = tempfile::tempdir().unwrap();
    let instance = Arc::new(market.open().await);
    for _ in 0..4 {
        futures::future::join_all((0..50).map(|_| instance.offer("Early"))).await;
    }
    let over = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..8)
        .map(|_| {
            let (instance, over) = (instance.clone(), over.clone());
            tokio::spawn(async move {
                while !over.load(Ordering::Relaxed) {
                    instance.order_in("delivered").await;
                }
            })
        })
        .collect();
    let mut before = Vec::new();
    for n in 0..4 {
        let to = files.path().join(n.to_string());
        let look = || {
            let report = sound(&market);
            backup(&market, &to);
            report["events"].as_u64().unwrap()
        };
        before.push(tokio::task::block_in_place(look));
    }
    over.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }
    let moving = before.is_sorted_by(|a, b| a < b);
    assert!(moving, "nothing was written meanwhile: {before:?}");
    for (n, before) in before.iter().enumerate() {
        let copy = Market::embedded();
        restore(&copy, &files.path().join(n.to_string()));
        let report = sound(&copy);
        assert!(report["events"].as_u64().unwrap() >= *before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_keeps_links_and_pipes() {
    let files = tempfile::tempdir().unwrap();
    let [real, link, pipe] = ["real", "link", "pipe"].map(|name| files.path().join(name));
    let market = Market::embedded();
    let mut instance = market.open().await;
    instance.offer("Diavola").await;
    instance.kill();
    fs::write(&real, "old").unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    backup(&market, &link);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    let whole = fs::read(&real).unwrap();
    assert!(whole.starts_with(b"{\"market\""));

    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read(pipe).unwrap()
    });
    backup(&market, &pipe);
    let kind = fs::symlink_metadata(&pipe).unwrap().file_type();
    assert!(std::os::unix::fs::FileTypeExt::is_fifo(&kind));
    let read = reader.join().unwrap();
    assert!(read.starts_with(b"{\"market\"") && read.ends_with(b"}}\n"));
    assert_eq!(fs::read_dir(files.path()).unwrap().count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_is_restored_through_a_pipe() {
    let market = Market::embedded();
    let mut instance = market.open().await;
    lively(&instance).await;
    let before = shown(&instance).await;
    instance.kill();

    let elsewhere = Market::redis();
    let piped = std::process::Stdio::piped;
    let backup = |bytes: Option<usize>| {
        let mut backup = market.command();
        let mut backup = backup
            .args(["backup", "-"])
            .stdout(piped())
            .spawn()
            .unwrap();
        let mut whole = backup.stdout.take().unwrap();
        let mut restore = elsewhere.command();
        restore
            .args(["restore", "-"])
            .stdin(piped())
            .stderr(piped());
        let mut restore = restore.spawn().unwrap();
        let mut to = restore.stdin.take().unwrap();
        let most = bytes.map_or(u64::MAX, |bytes| bytes as u64);
        std::io::copy(&mut std::io::Read::take(&mut whole, most), &mut to).unwrap();
        drop((whole, to));
        backup.wait().unwrap();
        restore.wait_with_output().unwrap()
    };
    // A line that breaks on the way changes nothing.
    let broken = backup(Some(2_000));
    let said = String::from_utf8_lossy(&broken.stderr);
    assert_eq!(broken.status.code(), Some(1), "{said}");
    assert!(said.contains("nothing was changed: -: "), "{said}");
    let whole = backup(None);
    let said = String::from_utf8_lossy(&whole.stderr);
    assert_eq!(whole.status.code(), Some(0), "{said}");
    sound(&elsewhere);
    assert_eq!(shown(&elsewhere.open().await).await, before);
    // A pipe that has a name is one, too.
    let files = tempfile::tempdir().unwrap();
    let pipe = files.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let (from, to) = (one_backup(&files).await, pipe.clone());
    let writer = std::thread::spawn(move || fs::copy(from, to).unwrap());
    restore(&Market::embedded(), &pipe);
    writer.join().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_waits_for_a_reader() {
    let files = tempfile::tempdir().unwrap();
    let [small, large] = [one_backup(&files).await, files.path().join("large")];
    inflated(&small, &large, 10_000);
    let market = Market::embedded();
    restore(&market, &large);
    // It stops in the middle, because nobody takes what it writes.
    let mut reading = market
        .command()
        .args(["backup", "-"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0];
    std::io::Read::read_exact(reading.stdout.as_mut().unwrap(), &mut first).unwrap();
    let mut waited = false;
    let instance = Instance::start_hearing(market.command(), |line| {
        if line.contains("reads in it") {
            waited = true;
            reading.kill().unwrap();
        }
    });
    reading.wait().unwrap();
    assert!(waited, "{}", instance.said());
    instance.until_ready().await;
}

/// It holds names and addresses.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_backup_leaves_no_file() {
    let market = Market::embedded();
    let mut instance = market.open().await;
    for _ in 0..20 {
        instance.offer("Diavola").await;
    }
    instance.kill();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("market.jsonl");
    let backup = |limit: &str| {
        let Store::Embedded(data) = &market.store else {
            unreachable!()
        };
        // Whatever grows beyond the limit is killed.
        let run = format!("ulimit -c 0; ulimit -f {limit}; exec \"$0\" backup \"$1\"");
        let mut command = Command::new("bash");
        command.args(["-c", &run, env!("CARGO_BIN_EXE_pizza-market")]);
        command.arg(&file).env("DATA_DIR", data.path());
        command.output().unwrap().status
    };
    let left = || fs::read_dir(folder.path()).unwrap().count();
    let killed = backup("4");
    assert!(killed.signal().is_some(), "{killed}");
    assert_eq!(left(), 0);
    assert!(backup("unlimited").success());
    let whole = fs::read(&file).unwrap();
    // What is there stays there.
    assert!(backup("4").signal().is_some());
    assert_eq!((left(), fs::read(&file).unwrap()), (1, whole));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_dir_with_a_long_path_has_its_socket_in_a_private_folder() {
    let home = tempfile::tempdir().unwrap();
    let long = tempfile::Builder::new().prefix(&"x".repeat(100)).tempdir();
    let mut market = Market::embedded();
    market.store = Store::Embedded(Arc::new(long.unwrap()));
    let instance = market.open().await;
    instance.offer("Diavola").await;
    let log = instance.said();
    let socket = log.split("socket=").nth(1).unwrap();
    let socket = Path::new(socket.split_whitespace().next().unwrap());
    let private = socket.parent().unwrap().to_owned();
    assert!(private.starts_with("/tmp") && !folder(&market).join("market.sock").exists());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&private), mode(socket)), (0o700, 0o600));

    assert_eq!(sound(&market)["orders"], 1);
    backup(&market, &home.path().join("backup"));
    let said = market.run(&["inspect", "keys"]);
    assert_eq!(said.code, 0, "{said:?}");
    let said = market.run(&["doctor"]);
    assert!(said.stdout.contains(socket.to_str().unwrap()), "{said:?}");

    // Anybody may make folders in /tmp: one that others can use is not trusted.
    fs::set_permissions(&private, fs::Permissions::from_mode(0o755)).unwrap();
    let said = market.run(&["verify"]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.stderr.contains("other accounts can use"), "{said:?}");
    fs::remove_dir_all(&private).unwrap();
}
