//! Simulated evenings: they end well, also where a server dies in the middle, and they notice a server that lies.

use super::liar::{Lie, liar};
use crate::support::{Instance, Market, SOON, clock::Clock, program, until};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    pin::pin,
    process::{Child, Command, Output, Stdio},
    time::Duration,
};
use tokio::{net::TcpListener, task::spawn_blocking};

/// What only orders from menus can break.
pub const OF_MENUS: [&str; 4] = ["slots", "bills", "expiries", "sold_out"];

crate::on_both_engines! {
    an_evening_with_menus_ends_well,
}

/// An evening at these servers.
fn evening(urls: &[&str], args: &[&str]) -> Command {
    let mut command = program();
    command
        .args(["simulate", "--json", "--viewers", "4"])
        .args(args);
    for url in urls {
        command.args(["--url", url]);
    }
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

async fn ended(child: Child) -> Output {
    spawn_blocking(|| child.wait_with_output().unwrap())
        .await
        .unwrap()
}

async fn run(mut command: Command) -> Output {
    ended(command.spawn().unwrap()).await
}

/// What it ended with, and its report.
fn report(output: &Output) -> (Option<i32>, Value) {
    let said = String::from_utf8_lossy(&output.stderr);
    let report =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no report: {said}"));
    (output.status.code(), report)
}

/// Asserts that everything about offers held, was looked at, and was heard; returns the report.
fn held(output: &Output, orders: u64) -> Value {
    let report = held_but_for(output, &OF_MENUS);
    assert_eq!(report["orders"], orders);
    report
}

/// The same for every invariant, but that these need not have been looked at.
fn held_but_for(output: &Output, unseen: &[&str]) -> Value {
    let (code, report) = report(output);
    assert_eq!(
        (code, &report["holds"]),
        (Some(0), &Value::Bool(true)),
        "{report:#}"
    );
    for invariant in report["invariants"].as_array().unwrap() {
        let is_checked = invariant["checked"].as_u64() > Some(0);
        let name = invariant["name"].as_str().unwrap();
        assert!(is_checked || unseen.contains(&name), "{invariant}");
    }
    assert_eq!(report["frames"]["expected"], report["frames"]["received"]);
    assert_eq!(report["unanswered"], 0);
    report
}

/// The faults of one invariant.
fn broken(report: &Value, name: &str) -> u64 {
    let all = report["invariants"].as_array().unwrap();
    let one = all
        .iter()
        .find(|invariant| invariant["name"] == name)
        .unwrap();
    one["broken"].as_u64().unwrap()
}

async fn some_orders(instance: &Instance) {
    until(async || instance.orders().await.len() > 15).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_evening_over_two_instances_ends_well() {
    let market = Market::redis();
    let (one, other) = (market.open().await, market.open().await);
    let args = [
        "--orders", "120", "--hours", "1", "--speed", "1500", "--seed", "1",
    ];
    let report = held(&run(evening(&[&one.url, &other.url], &args)).await, 120);
    assert!(report["statuses"]["delivered"].as_u64() > Some(60));
    assert!(report["statuses"]["cancelled"].as_u64() > Some(0));
    // Several wanted the same pizza, and all but one were told so.
    let lost = |refused: &&Value| refused["command"] == "take" && refused["status"] == 409;
    assert!(
        report["refused"]
            .as_array()
            .unwrap()
            .iter()
            .any(|refused| lost(&refused))
    );
    assert_eq!(report["frames"]["sockets"].as_array().unwrap().len(), 4);
    let take = &report["latency_ms"]["take"];
    assert!(
        take["median"].as_f64() <= take["p99"].as_f64()
            && take["p99"].as_f64() <= take["max"].as_f64()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_evening_on_the_embedded_store_ends_well() {
    let instance = Market::embedded().open().await;
    // Somebody was here before.
    instance.order_in("ready").await;
    let args = ["--orders", "60", "--hours", "1", "--speed", "2500"];
    held(&run(evening(&[&instance.url], &args)).await, 60);
}

/// The clock of the server runs ahead, so that the kitchens' deadlines pass within the evening.
async fn an_evening_with_menus_ends_well(market: Market) {
    const AHEAD: i64 = 70;
    let clock = Clock::ahead_by(0);
    let instance = clock.open(&market).await;
    let args = [
        "--orders",
        "20",
        "--menu-orders",
        "150",
        "--restaurants",
        "4",
        "--items",
        "12",
        "--hours",
        "1",
        "--speed",
        "400",
        "--seed",
        "1",
    ];
    let child = evening(&[&instance.url], &args).spawn().unwrap();
    let mut running = pin!(ended(child));
    let mut ahead = 0;
    let output = loop {
        match tokio::time::timeout(Duration::from_secs(2), &mut running).await {
            Ok(output) => break output,
            Err(_) => {
                ahead += AHEAD;
                clock.set(ahead);
            }
        }
    };
    let report = held_but_for(&output, &[]);
    for command in ["order", "accept", "check", "deliver"] {
        let count = report["latency_ms"][command]["count"].as_u64();
        assert!(count > Some(10), "{command}: {report:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_evening_begins_on_top_of_open_orders() {
    let instance = Market::embedded().open().await;
    let args = [
        "--open",
        "70",
        "--orders",
        "10",
        "--suppliers",
        "3",
        "--hours",
        "0.2",
        "--speed",
        "3000",
    ];
    held(&run(evening(&[&instance.url], &args)).await, 10);
    let orders = instance.get("/api/orders?limit=500").await.json();
    let statuses = orders.as_array().unwrap().iter();
    let statuses = statuses.map(|order| order["status"].as_str().unwrap().to_owned());
    let is_over = |status: &String| {
        ["delivered", "cancelled", "supplier_rejected"].contains(&status.as_str())
    };
    let open: Vec<_> = statuses.filter(|status| !is_over(status)).collect();
    assert_eq!(open.len(), 70);
    assert_eq!(open.iter().collect::<BTreeSet<_>>().len(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_evening_survives_the_kill_of_one_of_two_instances() {
    let market = Market::redis();
    let (one, mut other) = (market.open().await, market.open().await);
    let args = ["--orders", "80", "--hours", "1", "--speed", "2000"];
    let child = evening(&[&one.url, &other.url], &args).spawn().unwrap();
    some_orders(&one).await;
    other.kill();
    let report = held(&ended(child).await, 80);
    let connections = |socket: &Value| socket["connections"].as_u64().unwrap();
    let sockets = report["frames"]["sockets"].as_array().unwrap();
    assert!(
        sockets.iter().map(connections).sum::<u64>() > 4,
        "{report:#}"
    );
    let notes = report["notes"].as_array().unwrap();
    assert!(
        notes
            .iter()
            .any(|note| note.as_str().unwrap().starts_with(&other.url)),
        "{report:#}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn simulate_waits_for_a_rate_limit() {
    let instance = Market::embedded().with("RATE_LIMIT", "40").open().await;
    let args = ["--orders", "60", "--hours", "0.1", "--speed", "10000"];
    let report = held(&run(evening(&[&instance.url], &args)).await, 60);
    assert!(
        report["asked_again"]["rate_limited"].as_u64() > Some(0),
        "{report:#}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_a_long_evening_with_its_report() {
    let instance = Market::embedded().open().await;
    let args = ["--keep-going", "--orders", "1000", "--speed", "1000"];
    let child = evening(&[&instance.url], &args).spawn().unwrap();
    some_orders(&instance).await;
    let interrupt = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(interrupt.unwrap().success());
    let (code, report) = report(&tokio::time::timeout(SOON, ended(child)).await.unwrap());
    assert_eq!(
        (code, &report["holds"]),
        (Some(0), &Value::Bool(true)),
        "{report:#}"
    );
    assert!((15..1000).contains(&report["orders"].as_u64().unwrap()));
}

/// What others do is a fault, unless they may.
#[tokio::test(flavor = "multi_thread")]
async fn simulate_accepts_other_clients_in_a_shared_market() {
    let instance = Market::embedded().open().await;
    for (args, code, faults) in [(&["--shared"][..], 0, 0), (&[], 1, 2)] {
        let args = [&["--orders", "30", "--hours", "1", "--speed", "3000"], args].concat();
        let before = instance.orders().await.len();
        let child = evening(&[&instance.url], &args).spawn().unwrap();
        until(async || instance.orders().await.len() > before + 5).await;
        instance.order_in("supplier_accepted").await;
        let (ended, report) = report(&ended(child).await);
        assert_eq!(
            (ended, broken(&report, "asked")),
            (Some(code), faults),
            "{report:#}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn simulate_reports_that_there_is_no_market() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let output = run(evening(&[&url], &[])).await;
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains(&url) && said.contains("--url") && output.stdout.is_empty(),
        "{said}"
    );

    let (one, other) = (
        Market::embedded().open().await,
        Market::embedded().open().await,
    );
    let output = run(evening(&[&one.url, &other.url], &[])).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("not instances of one market")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_seed_gives_the_same_plan() {
    let plan = async |seed: &str| {
        run(evening(&[], &["--dry-run", "--seed", seed]))
            .await
            .stdout
    };
    let (one, same, other) = (plan("7").await, plan("7").await, plan("8").await);
    assert!(one == same && one != other);
    let plan: Value = serde_json::from_slice(&one).unwrap();
    assert_eq!(plan["stories"].as_array().unwrap().len(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_checker_detects_a_faulty_server() {
    let instance = Market::embedded().open().await;
    for lie in [Lie::Silence, Lie::Twice, Lie::Late] {
        let url = liar(instance.url.clone(), lie).await;
        let args = ["--orders", "20", "--hours", "0.3", "--speed", "3000"];
        let (code, report) = report(&run(evening(&[&url], &args)).await);
        assert_eq!(
            (code, &report["holds"]),
            (Some(1), &Value::Bool(false)),
            "{report:#}"
        );
        assert!(broken(&report, "sockets") > 0, "{report:#}");
        // And nothing else is.
        assert_eq!(
            (broken(&report, "acknowledged"), broken(&report, "lists")),
            (0, 0),
            "{report:#}"
        );
    }
}
