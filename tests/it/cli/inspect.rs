//! Looking into what is stored: on both engines, beside a running server and without one, and nothing changes.

use crate::support::world::{Instance, Market, SOON, Store, offer, program, until};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
};

crate::on_both_engines! {
    the_list_is_what_the_filters_ask_for,
    an_order_tells_its_story,
    a_follower_hears_everything_once,
    looking_changes_nothing,
    nothing_that_is_stored_steers_the_terminal,
    figures_are_those_of_the_market,
}

/// `inspect` as the operator of a market calls it; where a server runs, its address is set.
fn inspect(market: &Market, running: Option<&Instance>, args: &[&str]) -> Command {
    let mut command = market.command();
    command.arg("inspect").args(args);
    if let Some(instance) = running {
        command.env(
            "LEPTOS_SITE_ADDR",
            instance.url.trim_start_matches("http://"),
        );
    }
    command
}

/// What a command says, and how it ends.
struct Said {
    code: i32,
    out: String,
    err: String,
}

fn run(mut command: Command) -> Said {
    let output = command.output().unwrap();
    Said {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Said {
    fn fine(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self.out
    }

    fn json(self) -> Vec<Value> {
        self.fine()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

fn stop(mut instance: Instance) {
    instance.signal("-TERM");
    assert!(instance.ended(SOON).success());
}

fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

async fn the_list_is_what_the_filters_ask_for(market: Market) {
    let instance = market.open().await;
    let body = json!({"supplier_name": "Forno: Söhne", "pizza_name": "Ähre", "supplier_price": 1});
    instance.done("/api/orders", &body).await;
    instance.order_in("dispatched").await;
    instance.offer("P0").await;
    instance.order_in("cancelled").await;
    let all = instance.orders().await;
    let check = |running: Option<&Instance>| {
        let found = |args: &[&str]| {
            let args = [&["orders", "--json"], args].concat();
            run(inspect(&market, running, &args)).json()
        };
        assert_eq!(found(&[]), all);
        for (args, expected) in [
            (&["--status", "dispatched"][..], &all[2..3]),
            (&["--status", "delivered"], &[]),
            (&["--supplier", "Forno: Söhne"], &all[3..]),
            (&["--supplier", "forno"], &[]),
            (&["--driver", "Jonas"], &all[2..3]),
            (&["--text", "ÄHRE"], &all[3..]),
            (&["--text", "kurze gasse"], &all[2..3]),
            (
                &["--text", "p0", "--status", "pending_supplier"],
                &all[1..2],
            ),
            (&["--since", "1h"], &all),
            (&["--since", "2100-01-01"], &[]),
            (&["--until", "1h"], &[]),
            (
                &["--until", "2100-01-01T00:00:00Z", "--limit", "2"],
                &all[..2],
            ),
            (&["--limit", "0"], &all),
        ] {
            assert_eq!(found(args), expected, "{args:?}");
        }
        let table = run(inspect(&market, running, &["orders", "--limit", "2"]));
        assert!(table.err.contains("There are more"), "{}", table.err);
        let table = table.fine();
        let lines: Vec<_> = table.lines().collect();
        assert!(
            lines[0].starts_with("ID ") && lines[0].contains("CUSTOMER"),
            "{table}"
        );
        assert!(
            lines[2].starts_with(all[1]["id"].as_str().unwrap()),
            "{table}"
        );
        assert!(
            lines[2].contains("pending_supplier") && lines[2].contains(" P0 "),
            "{table}"
        );
        assert_eq!(lines.len(), 3);
        let none = run(inspect(
            &market,
            running,
            &["orders", "--text", "nothing like it"],
        ));
        assert_eq!((none.code, none.out.as_str()), (0, ""));
        assert!(none.err.contains("No such orders"), "{}", none.err);
    };
    check(Some(&instance));
    // Anybody who reaches the server sees the same through it alone.
    let mut elsewhere = program();
    elsewhere.args(["inspect", "orders", "--json", "--url", &instance.url]);
    elsewhere.env("DATA_DIR", "/dev/null/nowhere");
    assert_eq!(run(elsewhere).json(), all);
    stop(instance);
    check(None);
}

async fn an_order_tells_its_story(market: Market) {
    let instance = market.open().await;
    let path = instance.order_in("delivered").await;
    let cancelled = instance.order_in("cancelled").await;
    let order = instance.get(&path).await.json();
    let events = instance.get(&format!("{path}/events")).await.json();
    let check = |running: Option<&Instance>| {
        let look = |args: &[&str]| run(inspect(&market, running, args));
        let found = look(&["order", id(&path), "--json"]).json();
        assert_eq!(found, [json!({"order": order, "events": events})]);
        let story = look(&["order", id(&path)]).fine();
        let mut rest = story.as_str();
        // From top to bottom: what it is, then what happened, by whom, and what that changed.
        for part in [
            "status                   delivered",
            "customer_name            Ana",
            "CHANGED",
            "created            supplier  supplier_name: Bella Napoli",
            "pizza_name: Diavola",
            "supplier_accepted  supplier  estimated_delivery_time: 25",
            "customer_accepted  customer  customer_price: 12.35",
            "delivery_address: Kurze Gasse 1",
            "dispatched         dispatch  driver_name: Jonas",
            "delivered          dispatch",
        ] {
            let (_, after) = rest
                .split_once(part)
                .unwrap_or_else(|| panic!("no {part}:\n{story}"));
            rest = after;
        }
        assert!(
            story.lines().all(|line| line.chars().count() <= 120),
            "{story}"
        );
        let who = look(&["order", id(&cancelled)]).fine();
        assert!(who.contains("cancelled  supplier or customer"), "{who}");
        let unknown = look(&["order", "01980000-0000-7000-8000-000000000000"]);
        assert_eq!((unknown.code, unknown.out.as_str()), (1, ""));
        assert!(
            unknown.err.contains("There is no order 01980000"),
            "{}",
            unknown.err
        );
        assert_eq!(look(&["order", "7F3A"]).code, 2);
    };
    check(Some(&instance));
    stop(instance);
    check(None);
}

/// `inspect events --follow --json`, as it runs.
struct Follower {
    process: Child,
    lines: Receiver<Value>,
}

impl Follower {
    fn start(market: &Market, running: &Instance, args: &[&str]) -> Follower {
        let args = [&["events", "--follow", "--json"], args].concat();
        let mut command = inspect(market, Some(running), &args);
        let mut process = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (heard, lines) = channel();
        let output = BufReader::new(process.stdout.take().unwrap()).lines();
        thread::spawn(move || {
            for line in output.map_while(Result::ok) {
                let _ = heard.send(serde_json::from_str(&line).unwrap());
            }
        });
        Follower { process, lines }
    }

    fn next(&self) -> Value {
        self.lines.recv_timeout(SOON).expect("a line comes")
    }

    /// The next line of this kind; whatever comes before it is skipped.
    fn until(&self, event_type: &str) -> Value {
        loop {
            let line = self.next();
            if line["event_type"] == event_type {
                return line;
            }
        }
    }

    /// Ends it as Ctrl-C does; what it has said beside.
    fn interrupt(self) -> String {
        let interrupted = Command::new("kill")
            .args(["-INT", &self.process.id().to_string()])
            .status();
        assert!(interrupted.unwrap().success());
        let ended = self.process.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(0));
        assert_eq!(self.lines.try_iter().count(), 0);
        String::from_utf8(ended.stderr).unwrap()
    }
}

fn seq(event: &Value) -> u64 {
    let cursor = event["id"].as_str().unwrap();
    cursor.rsplit('-').next().unwrap().parse().unwrap()
}

async fn a_follower_hears_everything_once(market: Market) {
    let instance = market.open().await;
    let first = instance.offer("P0").await;
    let begin = instance.get(&format!("{first}/events")).await.json()[0].clone();
    let mut offered = vec![];
    for n in 1..4 {
        offered.push(instance.offer(&format!("P{n}")).await);
    }
    let follower = Follower::start(
        &market,
        &instance,
        &["--since", begin["id"].as_str().unwrap()],
    );
    for n in 4..40 {
        offered.push(instance.offer(&format!("P{n}")).await);
    }
    let mut last = begin.clone();
    for path in &offered {
        let event = follower.next();
        assert_eq!(event["order"]["id"], id(path));
        assert_eq!(seq(&event), seq(&last) + 1);
        last = event;
    }
    let told = instance
        .get(&format!("{}/events", offered[38]))
        .await
        .json();
    assert_eq!(last, told[0]);
    let narrow = Follower::start(
        &market,
        &instance,
        &["--since", begin["id"].as_str().unwrap(), "--text", "p7"],
    );
    assert_eq!(narrow.next()["order"]["pizza_name"], "P7");
    let said = follower.interrupt();
    assert!(
        said.contains(&format!("--since {}", last["id"].as_str().unwrap())),
        "{said}"
    );
    // From now on: something happens until it is heard, and from then on nothing is missing.
    let follower = Follower::start(&market, &instance, &[]);
    let mut heard = None;
    until(async || {
        instance.offer("Q").await;
        heard = follower.lines.try_recv().ok();
        heard.is_some()
    })
    .await;
    let mut heard = heard.unwrap();
    let newest = instance.offer("R").await;
    while heard["order"]["id"] != id(&newest) {
        let next = follower.next();
        assert_eq!(seq(&next), seq(&heard) + 1);
        heard = next;
    }
    follower.interrupt();
    assert_eq!(narrow.interrupt().lines().count(), 1);
    // The same without following, from a cursor and from the end.
    let all = |running: Option<&Instance>| {
        let since = begin["id"].as_str().unwrap();
        let look = |args: &[&str]| {
            run(inspect(
                &market,
                running,
                &[&["events", "--json"], args].concat(),
            ))
            .json()
        };
        let events = look(&["--since", since]);
        let numbers: Vec<_> = events.iter().map(seq).collect();
        assert_eq!(numbers, (seq(&begin) + 1..=seq(&heard)).collect::<Vec<_>>());
        assert_eq!(look(&["--last", "3"]), events[events.len() - 3..]);
        assert_eq!(look(&["--last", "100000"]).len(), events.len() + 1);
        assert_eq!(look(&["--text", "R"]).len(), 1);
        let lost = run(inspect(
            &market,
            running,
            &["events", "--json", "--since", "0-7"],
        ));
        assert_eq!(lost.code, 1);
        assert!(
            lost.out.contains("\"stream.reset\"") && lost.err.contains("not held"),
            "{}",
            lost.err
        );
    };
    all(Some(&instance));
    stop(instance);
    all(None);
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

async fn looking_changes_nothing(market: Market) {
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

async fn nothing_that_is_stored_steers_the_terminal(market: Market) {
    let instance = market.open().await;
    // What the API takes: nothing that steers, but text may be turned around.
    let order = instance
        .done("/api/orders", &offer("\u{202e}avaloid"))
        .await;
    let path = format!("/api/orders/{}", order["id"].as_str().unwrap());
    let accept = json!({"accept": true, "notes": "Two\nlines"});
    instance
        .done(&format!("{path}/supplier-respond"), &accept)
        .await;
    // And what others may write.
    if let Store::Redis(server) = &market.store {
        let mut connection = server.connection();
        let key = format!("order:{}", id(&path));
        let text: String = ::redis::cmd("GET")
            .arg(&key)
            .query(&mut connection)
            .unwrap();
        let text = text.replace("Bella Napoli", "\\u001b[2J\u{9b}2J\u{7f}");
        ::redis::cmd("SET")
            .arg(&key)
            .arg(text)
            .exec(&mut connection)
            .unwrap();
    }
    for (args, shown) in [
        (&["orders"][..], "u{202e}"),
        (&["orders", "--json"], "u202e"),
        (&["order", id(&path)], "Two\\nlines"),
        (&["order", id(&path), "--json"], "u202e"),
        (&["events"], "\\u{202e}avaloid"),
        (&["events", "--json"], "\\u202eavaloid"),
        (&["keys"], "order history"),
    ] {
        let said = run(inspect(&market, Some(&instance), args));
        let all = format!("{}{}", said.out, said.err);
        assert_eq!(said.code, 0, "{all}");
        let stays = |c: char| c == '\n' || !(c.is_control() || c == '\u{202e}');
        assert!(all.chars().all(stays), "{args:?}: {all:?}");
        let readable = matches!(market.store, Store::Embedded(_)) || args[0] != "orders";
        assert!(!readable || all.contains(shown), "{args:?}: {all:?}");
        assert!(readable || all.contains("cannot be read"), "{all:?}");
    }
}

async fn figures_are_those_of_the_market(market: Market) {
    let instance = market.open().await;
    for status in [
        "delivered",
        "ready",
        "cancelled",
        "pending_supplier",
        "ready",
    ] {
        instance.order_in(status).await;
    }
    let check = |mut command: Command| {
        command.arg("--json");
        let found = run(command).json().remove(0);
        assert_eq!(found["total"], 5);
        assert_eq!(found["orders"]["ready"], 2);
        assert_eq!(found["orders"]["in_transit"], 0);
        let stages = found["stages"].as_array().unwrap();
        let passed: Vec<_> = stages
            .iter()
            .map(|stage| stage["count"].as_u64().unwrap())
            .collect();
        // Who was cancelled says nothing, and nobody else has left `ready` but the one that was delivered.
        assert_eq!(passed, [3, 3, 3, 3, 1, 1]);
        assert_eq!(stages[0]["status"], "pending_supplier");
        assert!(stages[0]["median"].as_u64() <= stages[0]["ninth"].as_u64());
    };
    check(inspect(&market, Some(&instance), &["stats"]));
    check(inspect(&market, None, &["stats", "--url", &instance.url]));
    let kinds = |running: Option<&Instance>| {
        let kinds = run(inspect(&market, running, &["keys", "--json"])).json();
        let of = |kind: &str, what: &str| {
            let kind = kinds.iter().find(|one| one["kind"] == kind).unwrap();
            kind[what].as_u64().unwrap()
        };
        assert_eq!(of("order", "records"), 5);
        // 8 events of the day that went well, 5 of each that is ready, 2 and 1.
        assert_eq!(of("order history", "records"), 21);
        assert_eq!(of("log", "records"), 21);
        assert_eq!(of("index", "records"), 20);
        assert!(of("order", "bytes") > 5 * 300);
        assert!(of("log", "bytes") > 0);
        let largest = kinds
            .iter()
            .find(|one| one["kind"] == "order history")
            .unwrap();
        assert!(
            largest["largest"]["name"]
                .as_str()
                .unwrap()
                .starts_with("order:")
        );
        assert!(largest["largest"]["bytes"].as_u64().unwrap() < of("order history", "bytes"));
    };
    kinds(Some(&instance));
    stop(instance);
    check(inspect(&market, None, &["stats"]));
    kinds(None);
    let table = run(inspect(&market, None, &["stats"])).fine();
    assert!(table.contains("ready                   2\n"), "{table}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_events_are_missing_it_says_so() {
    let mut market = Market::redis();
    let instance = market.open().await;
    let follower = Follower::start(&market, &instance, &["--since", "0-7"]);
    follower.until("stream.reset");
    market.server().kill();
    follower.until("stream.away");
    market.server().start_again();
    // Another run of Redis is another history.
    follower.until("stream.reset");
    instance.until_ready().await;
    let path = instance.offer("P").await;
    assert_eq!(follower.until("order.created")["order"]["id"], id(&path));
    follower.interrupt();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_may_only_read_is_enough() {
    let mut market = Market::redis();
    let instance = market.open().await;
    let path = instance.order_in("ready").await;
    let address = market.server().url();
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
    let mut connection = ::redis::Client::open(address.as_str())
        .unwrap()
        .get_connection()
        .unwrap();
    account.exec(&mut connection).unwrap();
    let address = address.replace("redis://", "redis://looker:secret@");
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
async fn a_reader_who_has_seen_enough_ends_it() {
    let market = Market::embedded();
    let instance = market.open().await;
    instance.offer("P").await;
    let piped = "set -o pipefail; \"$0\" inspect events --follow --last 1 | head -n 1";
    let mut command = Command::new("bash");
    command.args(["-c", piped, env!("CARGO_BIN_EXE_pizza-market")]);
    let settings = inspect(&market, Some(&instance), &[]);
    let settings = settings
        .get_envs()
        .filter_map(|(name, value)| Some((name, value?)));
    command.envs(settings);
    // Nothing more happens, and yet it ends.
    let said = run(command);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(said.out.lines().count(), 1);
    assert!(
        said.err
            .lines()
            .all(|line| line.starts_with("Go on from here")),
        "{}",
        said.err
    );
}

/// Whoever does not get all of a verdict is not told that all is well.
#[tokio::test(flavor = "multi_thread")]
async fn results_that_nobody_gets_are_no_success() {
    let market = Market::embedded();
    let instance = market.open().await;
    instance.offer("P").await;
    let code = |args: &[&str], out: Stdio| {
        let mut command = market.command();
        let output = command.args(args).stdout(out).stderr(Stdio::piped());
        let output = output.spawn().unwrap().wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        (output.status.code().unwrap(), said)
    };
    let closed = || {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        writer.into()
    };
    assert_eq!(code(&["verify"], closed()), (141, String::new()));
    let full = std::fs::File::create("/dev/full").unwrap();
    let (code, said) = code(&["verify"], full.into());
    assert_eq!(code, 2);
    assert!(said.contains("cannot be written"), "{said}");
}

/// What stands in a Redis may be anybody's.
#[tokio::test(flavor = "multi_thread")]
async fn no_command_lets_what_is_stored_steer_the_terminal() {
    let mut market = Market::redis();
    stop(market.open().await);
    let mut connection = market.server().connection();
    let mut set = ::redis::cmd("SET");
    let set = set.arg("order:7b1e3c9e-3c1f-4d57-9a63-5b0c8f3f2f11");
    let set = set.arg(r#"{"\u001b[2J\u202e": 1}"#);
    set.exec(&mut connection).unwrap();
    for args in [
        &["verify"][..],
        &["verify", "--json"],
        &["migrate"],
        &["migrate", "--json"],
    ] {
        let said = market.run(args);
        let all = format!("{}{}", said.stdout, said.stderr);
        let steers = |c: char| c != '\n' && c.is_control() || c == '\u{202e}';
        assert!(!all.contains(steers), "{args:?}: {all:?}");
        let told = args[0] == "verify" || all.contains("202e");
        assert!(told, "{args:?}: {all:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_of_a_later_shape_is_not_misread() {
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
async fn where_it_cannot_look_it_says_why() {
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
    refused(signed, "Leave the user and the password out");
    stop(instance);
    refused(inspect(&market, None, &["events", "--follow"]), "Start one");
    let mut redis = Market::redis();
    refused(inspect(&redis, None, &["orders"]), "holds no market");
    redis.server().kill();
    refused(inspect(&redis, None, &["orders"]), "not reachable");
}

#[test]
fn shells_complete_it() {
    let completions = |shell: &str| {
        let mut command = program();
        command.args(["completions", shell]);
        run(command).fine()
    };
    for shell in ["bash", "zsh", "fish"] {
        let script = completions(shell);
        for word in [
            "inspect",
            "completions",
            "events",
            "follow",
            "customer_accepted",
        ] {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
    }
    let source = "source <(\"$0\" completions bash); complete -p pizza-market
        complete=$(complete -p pizza-market | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
        COMP_WORDS=(pizza-market inspect orders --status pre) COMP_CWORD=4
        $complete pizza-market pre --status; echo \"${COMPREPLY[*]}\"";
    let mut bash = Command::new("bash");
    bash.args(["-c", source, env!("CARGO_BIN_EXE_pizza-market")]);
    let said = run(bash).fine();
    assert!(said.starts_with("complete "), "{said}");
    assert!(said.ends_with("\npreparing\n"), "{said}");
}
