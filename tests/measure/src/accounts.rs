//! What signing in costs: a signed-in read beside one in the open mode, whether an unknown address takes as long as a wrong
//! password, and what orders notice of a flood of wrong sign-ins.

use crate::{
    Release,
    healthz::median,
    http::Client,
    orders::paced,
    process::{Server, Store},
    seed::offer,
};
use anyhow::{Result, ensure};
use futures::future::try_join_all;
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};
use tempfile::TempDir;

const CONNECTIONS: usize = 32;
const READS: usize = 20_000;
const ROUNDS: usize = 3;
/// People who have signed up, and how often each is tried: less often than an account may be.
const PEOPLE: usize = 10;
const TRIES: usize = 20;
const PASSWORD: &str = "nine purple tractors sing softly";
/// A request of an order each, and for how long.
const INTERVAL: Duration = Duration::from_millis(10);
const LENGTH: Duration = Duration::from_secs(4);
/// Connections that sign in wrongly.
const FLOOD: usize = 16;

type Headers = Vec<(&'static str, String)>;

pub async fn measure(release: &Release) -> Result<()> {
    let (folder, open_folder) = (TempDir::new()?, TempDir::new()?);
    let ours = Server::start_required(release, Store::Embedded(folder.path())).await?;
    let key = ours.key(release, folder.path())?;
    let signed_in = vec![("authorization", format!("Bearer {key}"))];
    let open = Server::start(release, Store::Embedded(open_folder.path())).await?;
    reads(&ours, &signed_in, &open).await?;
    drop(open);
    sign_ins(&ours).await?;
    flood(&ours, &signed_in).await
}

async fn client(server: &Server, headers: &Headers) -> Result<Client> {
    let mut client = Client::connect(server.address).await?;
    client.headers = headers.clone();
    Ok(client)
}

async fn reads(ours: &Server, signed_in: &Headers, open: &Server) -> Result<()> {
    let nobody = Headers::new();
    let id = offer(&mut client(ours, signed_in).await?, 0).await?;
    let open_id = offer(&mut client(open, &nobody).await?, 0).await?;
    let (mut costs, mut open_costs) = (Vec::new(), Vec::new());
    for _ in 0..=ROUNDS {
        costs.push(cost(ours, signed_in, &id).await?);
        open_costs.push(cost(open, &nobody, &open_id).await?);
    }
    // The first ones warm up.
    let (cost, open_cost) = (median(&mut costs[1..]), median(&mut open_costs[1..]));
    println!(
        "a signed-in GET /api/orders/{{id}}: {cost:.1} µs of processor time, in the open mode {open_cost:.1} µs: {:.1} µs more",
        cost - open_cost
    );
    Ok(())
}

/// The server's processor time of one read, in microseconds.
async fn cost(server: &Server, headers: &Headers, id: &str) -> Result<f64> {
    let path = format!("/api/orders/{id}");
    let before = server.process.processor_time()?;
    let connection = async || {
        let mut client = client(server, headers).await?;
        for _ in 0..READS / CONNECTIONS {
            let answer = client.get(&path, false).await?;
            ensure!(answer.status == 200, "{path}: {}", answer.status);
        }
        anyhow::Ok(())
    };
    try_join_all((0..CONNECTIONS).map(|_| connection())).await?;
    let used = server.process.processor_time()? - before;
    Ok(used.as_secs_f64() * 1e6 / READS as f64)
}

/// Each attempt comes from a network of its own.
fn network(number: usize) -> (&'static str, String) {
    let [.., a, b, c] = number.to_be_bytes();
    ("x-forwarded-for", format!("10.{a}.{b}.{c}"))
}

async fn sign_up(server: &Server, number: usize) -> Result<()> {
    let origin = ("origin", format!("http://{}", server.address));
    let mut client = client(server, &vec![origin, network(number)]).await?;
    let password = PASSWORD.replace(' ', "+");
    let form = format!("email=p{number}%40example.org&name=Ana&password={password}");
    let kind = "application/x-www-form-urlencoded";
    let answer = client.try_post("/sign-up", kind, form).await?;
    ensure!(answer.status == 303, "/sign-up: {}", answer.status);
    Ok(())
}

/// A wrong sign-in through the API: its status.
async fn try_sign_in(client: &mut Client, number: usize, email: &str) -> Result<u16> {
    client.headers = vec![network(number)];
    let grant =
        format!(r#"{{"grant":"password","email":"{email}","password":"quite another sentence"}}"#);
    let answer = client.try_post("/api/auth/token", "application/json", grant);
    Ok(answer.await?.status)
}

async fn sign_ins(server: &Server) -> Result<()> {
    for person in 0..PEOPLE {
        sign_up(server, person).await?;
    }
    let mut client = client(server, &Headers::new()).await?;
    let mut number = PEOPLE;
    let mut took = [Vec::new(), Vec::new()];
    for attempt in 0..PEOPLE * TRIES {
        let person = attempt % PEOPLE;
        // Each comes first as often as the other.
        for which in [attempt / PEOPLE % 2, 1 - attempt / PEOPLE % 2] {
            let email = match which {
                0 => format!("p{person}@example.org"),
                _ => format!("n{person}@example.org"),
            };
            number += 1;
            let began = Instant::now();
            let status = try_sign_in(&mut client, number, &email).await?;
            took[which].push(began.elapsed().as_secs_f64() * 1e3);
            ensure!(status == 401, "a wrong sign-in: {status}");
        }
    }
    let [wrong, unknown] = &mut took;
    let ranks = rank_sum(unknown, wrong);
    let (wrong, unknown) = (median(wrong), median(unknown));
    println!(
        "a sign-in with a wrong password: {wrong:.2} ms, with an unknown address {unknown:.2} ms: {:.3} times ({ranks:.2} standard deviations of ranks: a test at 1 % sees 2.58)",
        unknown / wrong
    );
    Ok(())
}

/// How far the ranks of two samples are from those of two that are alike (Wilcoxon), in standard deviations.
fn rank_sum(one: &[f64], other: &[f64]) -> f64 {
    let marked = one.iter().map(|value| (*value, true));
    let mut all: Vec<(f64, bool)> = marked
        .chain(other.iter().map(|value| (*value, false)))
        .collect();
    all.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
    let ranks = all.iter().zip(1_u32..).filter(|((_, is_one), _)| *is_one);
    let sum: f64 = ranks.map(|(_, rank)| f64::from(rank)).sum();
    let (n, m) = (one.len() as f64, other.len() as f64);
    let (mean, variance) = (n * (n + m + 1.0) / 2.0, n * m * (n + m + 1.0) / 12.0);
    (sum - mean) / variance.sqrt()
}

async fn flood(server: &Server, signed_in: &Headers) -> Result<()> {
    let (mut quiet, mut loud, mut sent) = (Vec::new(), Vec::new(), 0);
    for round in 0..ROUNDS {
        quiet.push(p99(server, signed_in).await?);
        let is_over = AtomicBool::new(false);
        let floods = (0..FLOOD).map(|n| wrong_sign_ins(server, round * FLOOD + n, &is_over));
        let orders = async {
            let p99 = p99(server, signed_in).await;
            is_over.store(true, Ordering::Relaxed);
            p99
        };
        let (p99, floods) = tokio::join!(orders, try_join_all(floods));
        loud.push(p99?);
        sent += floods?.into_iter().sum::<usize>();
    }
    let (quiet, loud) = (median(&mut quiet), median(&mut loud));
    let each_second = sent as f64 / (ROUNDS as f64 * LENGTH.as_secs_f64());
    println!(
        "orders' p99 under {each_second:.0} wrong sign-ins a second: {loud:.1} ms, without {quiet:.1} ms: {:.2} times",
        loud / quiet
    );
    Ok(())
}

/// In milliseconds.
async fn p99(server: &Server, signed_in: &Headers) -> Result<f64> {
    let took = paced(server, signed_in, CONNECTIONS, INTERVAL, LENGTH).await?;
    Ok(took.value_at_quantile(0.99) as f64 / 1e3)
}

/// Signs in wrongly until it is over, each time as somebody else from elsewhere; how often.
async fn wrong_sign_ins(server: &Server, number: usize, is_over: &AtomicBool) -> Result<usize> {
    let mut client = client(server, &Headers::new()).await?;
    let mut sent = 0;
    while !is_over.load(Ordering::Relaxed) {
        let email = format!("f{number}.{sent}@example.org");
        // Far from those of other parts.
        let network = 100_000 * (number + 1) + sent;
        let status = try_sign_in(&mut client, network, &email).await?;
        ensure!(
            [401, 429, 503].contains(&status),
            "a wrong sign-in: {status}"
        );
        sent += 1;
    }
    Ok(sent)
}
