//! What `inspect` needs and touches: it changes nothing, an account that only reads is enough, and it states what it lacks.

use crate::support::{
    Instance, Market, Store,
    inspect::{id, inspect, run, stop},
    offer,
};
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

crate::on_both_engines! {
    inspect_changes_nothing,
}

/// Everything that is stored, byte by byte.
fn dump(market: &Market) -> BTreeMap<String, Vec<u8>> {
    match &market.store {
        Store::Embedded(folder) => {
            let files = std::fs::read_dir(folder.path())
                .unwrap()
                .map(|file| file.unwrap().path());
            files
                .map(|file| {
                    (
                        file.display().to_string(),
                        std::fs::read(&file).unwrap_or_default(),
                    )
                })
                .collect()
        }
        Store::Redis(server) => {
            let mut connection = server.connection();
            let keys: Vec<String> = ::redis::cmd("KEYS")
                .arg("*")
                .query(&mut connection)
                .unwrap();
            let mut read = |key: String| {
                let value = ::redis::cmd("DUMP")
                    .arg(&key)
                    .query(&mut connection)
                    .unwrap();
                (key, value)
            };
            keys.into_iter().map(&mut read).collect()
        }
    }
}

fn look_everywhere(market: &Market, running: Option<&Instance>, order: &str) {
    for args in [
        &["orders"][..],
        &["order", order],
        &["events"],
        &["stats"],
        &["keys"],
    ] {
        run(inspect(market, running, args)).fine();
    }
}

async fn inspect_changes_nothing(market: Market) {
    let mut instance = market.open().await;
    let path = instance.order_in("delivered").await;
    let once = instance
        .request(reqwest::Method::POST, "/api/orders")
        .header("idempotency-key", "k");
    assert_eq!(instance.send(once.json(&offer("P"))).await.status, 201);
    let before = dump(&market);
    look_everywhere(&market, Some(&instance), id(&path));
    assert_eq!(dump(&market), before);
    // Also of a file that nobody could put in order.
    instance.kill();
    let before = dump(&market);
    assert!(before.len() > 1);
    look_everywhere(&market, None, id(&path));
    assert!(dump(&market) == before, "something has changed");
    // And where it was closed in order.
    stop(market.open().await);
    let before = dump(&market);
    look_everywhere(&market, None, id(&path));
    assert!(dump(&market) == before, "something has changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn inspect_needs_only_read_permissions() {
    let mut market = Market::redis();
    let instance = market.open().await;
    let path = instance.order_in("ready").await;
    // As the operators' page says.
    let page = include_str!("../../../docs/operate/monitor.md");
    let (_, needs) = page.split_once("The account needs ").unwrap();
    let needs = needs.split_once(", no more").unwrap().0;
    let needs = needs.replace(" and ", ", ");
    let needs = needs
        .split(", ")
        .map(|name| format!("+{}", name.trim_matches('`').to_lowercase()));
    let mut account = ::redis::cmd("ACL");
    account.arg(&["SETUSER", "looker", "on", ">secret", "~*", "-@all"]);
    account.arg(needs.collect::<Vec<_>>());
    account.exec(&mut market.server().connection()).unwrap();
    let address = market.server().url_of("looker:secret@");
    for (args, shown) in [
        (&["orders"][..], "Diavola"),
        (&["order", id(&path)], "Kurze Gasse 1"),
        (&["events", "--last", "1"], "ready"),
        (&["events", "--follow", "--last", "1"], "ready"),
        (&["stats"], "customer_accepted"),
    ] {
        let mut command = inspect(&market, None, args);
        command.env("REDIS_URL", &address);
        if args.contains(&"--follow") {
            let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
            let mut line = String::new();
            BufReader::new(process.stdout.take().unwrap())
                .read_line(&mut line)
                .unwrap();
            process.kill().unwrap();
            process.wait().unwrap();
            assert!(line.contains(shown), "{line}");
        } else {
            let said = run(command).fine();
            assert!(said.contains(shown), "{args:?}: {said}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_of_a_later_version_is_refused() {
    let mut market = Market::redis();
    stop(market.open().await);
    let mut connection = market.server().connection();
    let mut later = ::redis::cmd("HSET");
    let later = later.arg("pizza:meta").arg("schema").arg(99);
    later.exec(&mut connection).unwrap();
    for what in ["orders", "keys"] {
        let said = run(inspect(&market, None, &[what]));
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{}", said.err);
        assert!(said.err.contains("version is 99"), "{}", said.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn inspect_explains_why_it_cannot_read() {
    let market = Market::embedded();
    let refused = |command: Command, word: &str| {
        let said = run(command);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{}", said.err);
        assert!(said.err.contains(word), "{word}: {}", said.err);
        assert_eq!(said.err.lines().count(), 1, "{}", said.err);
    };
    refused(inspect(&market, None, &["orders"]), "DATA_DIR");
    // Whether there is something is not to be known there, and why.
    let mut beyond = inspect(&market, None, &["orders"]);
    beyond.env("DATA_DIR", "/dev/null/data");
    refused(
        beyond,
        "/dev/null/data/market.redb: I/O error: Not a directory",
    );
    let instance = market.open().await;
    refused(inspect(&market, None, &["orders"]), "--url");
    let neighbour = Market::embedded();
    let other = neighbour.open().await;
    refused(
        inspect(&market, Some(&other), &["orders"]),
        "another market",
    );
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let mut nobody = inspect(&market, None, &["stats"]);
    nobody.env("LEPTOS_SITE_ADDR", free.to_string());
    refused(nobody, "LEPTOS_SITE_ADDR");
    refused(
        inspect(
            &market,
            None,
            &["stats", "--url", &format!("http://{free}")],
        ),
        "No server answers",
    );
    refused(
        inspect(&market, None, &["keys", "--url", &instance.url]),
        "--url",
    );
    let signed = instance.url.replace("//", "//user:s3cret@");
    let signed = inspect(&market, None, &["orders", "--url", &signed]);
    let said = run(signed);
    assert_eq!((said.code, said.out.as_str()), (2, ""), "{}", said.err);
    assert!(said.err.contains("Leave the user and the password out"));
    assert!(!said.err.contains("s3cret"), "{}", said.err);
    stop(instance);
    refused(inspect(&market, None, &["events", "--follow"]), "Start one");
    let mut redis = Market::redis();
    refused(inspect(&redis, None, &["orders"]), "holds no market");
    redis.server().kill();
    refused(inspect(&redis, None, &["orders"]), "unreachable");
}
