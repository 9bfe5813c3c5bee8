//! `inspect events`: the log, also while it grows.

use crate::support::{
    Instance, Market, SOON,
    inspect::{id, inspect, run, stop},
    until,
};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
};

crate::on_both_engines! {
    a_follower_gets_every_event_once,
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

async fn a_follower_gets_every_event_once(market: Market) {
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
    is_read_without_following(&market, Some(&instance), &begin, &heard);
    stop(instance);
    is_read_without_following(&market, None, &begin, &heard);
}

/// What a follower got is read without following as well, from a cursor and from the end.
fn is_read_without_following(
    market: &Market,
    running: Option<&Instance>,
    begin: &Value,
    last: &Value,
) {
    let since = begin["id"].as_str().unwrap();
    let read = |args: &[&str]| {
        run(inspect(
            market,
            running,
            &[&["events", "--json"], args].concat(),
        ))
        .json()
    };
    let events = read(&["--since", since]);
    let numbers: Vec<_> = events.iter().map(seq).collect();
    assert_eq!(numbers, (seq(begin) + 1..=seq(last)).collect::<Vec<_>>());
    assert_eq!(read(&["--last", "3"]), events[events.len() - 3..]);
    assert_eq!(read(&["--last", "100000"]).len(), events.len() + 1);
    assert_eq!(read(&["--text", "R"]).len(), 1);
    let lost = run(inspect(
        market,
        running,
        &["events", "--json", "--since", "0-7"],
    ));
    assert_eq!(lost.code, 1);
    assert!(
        lost.out.contains("\"stream.reset\"") && lost.err.contains("not held"),
        "{}",
        lost.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn inspect_events_reports_missing_events() {
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
async fn a_closed_pipe_ends_inspect() {
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
