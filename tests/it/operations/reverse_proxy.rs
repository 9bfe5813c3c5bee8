//! Behind a proxy: clients are still told apart, and what the proxy of `compose.yaml` does is right for us.

use crate::support::{
    Instance, Market, SOON, Socket, day, is_installed, offer, program, tls, until,
};
use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
};
use tokio_tungstenite::tungstenite::{self, client::IntoClientRequest};

const PROXY: &str = "127.0.0.1";

/// The status that somebody gets whom the proxy names so.
async fn asked(market: &Instance, client: &str) -> u16 {
    let request = market.request(reqwest::Method::GET, "/api/orders");
    market
        .send(request.header("x-forwarded-for", client))
        .await
        .status
}

async fn exhausted(market: &Instance, client: &str) {
    until(async || asked(market, client).await == 429).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_behind_a_proxy_have_separate_rate_limits() {
    let market = Market::embedded().with("RATE_LIMIT", "1");
    let market = market.with("TRUSTED_PROXIES", PROXY).open().await;
    exhausted(&market, "203.0.113.1").await;
    assert_eq!(asked(&market, "203.0.113.2").await, 200);
    // Whatever it writes about itself before it comes to the proxy.
    exhausted(&market, "203.0.113.3").await;
    assert_eq!(asked(&market, "198.51.100.1, 203.0.113.3").await, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn forwarded_addresses_count_from_trusted_proxies_only() {
    let market = Market::embedded().with("RATE_LIMIT", "1");
    let market = market.with("TRUSTED_PROXIES", "192.0.2.0/24").open().await;
    exhausted(&market, "203.0.113.1").await;
    assert_eq!(asked(&market, "203.0.113.2").await, 429);
    // It is said once that this may be a proxy.
    const MAY_BE: &str = "TRUSTED_PROXIES does not name it";
    until(async || market.said().contains(MAY_BE)).await;
    assert_eq!(market.said().matches(MAY_BE).count(), 1);
}

/// A proxy passes on its public host, which a server on a loopback address takes only by name.
#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_without_the_sites_origin_is_named_at_the_start() {
    let lines = async |settings: &[(&str, &str)]| {
        let mut market = Market::embedded();
        for (name, value) in settings {
            market = market.with(name, value);
        }
        let said = market.open().await.said();
        said.lines()
            .filter(|line| line.contains("SITE_ORIGIN"))
            .count()
    };
    let proxies = ("TRUSTED_PROXIES", PROXY);
    assert_eq!(lines(&[proxies]).await, 1);
    assert_eq!(
        lines(&[proxies, ("SITE_ORIGIN", "https://127.0.0.1")]).await,
        0
    );
    assert_eq!(
        lines(&[proxies, ("LEPTOS_SITE_ADDR", "0.0.0.0:0")]).await,
        0
    );
    assert_eq!(lines(&[]).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn sockets_are_limited_by_client_address() {
    let market = Market::embedded().with("MAX_SOCKETS_PER_ADDRESS", "1");
    let market = market.with("TRUSTED_PROXIES", PROXY).open().await;
    let connect = |client: &str| {
        let mut request = market.socket_url("").into_client_request().unwrap();
        let client = client.parse().unwrap();
        request.headers_mut().insert("x-forwarded-for", client);
        request
    };
    let _one = Socket::open(connect("203.0.113.1")).await.unwrap();
    let _other = Socket::open(connect("203.0.113.2")).await.unwrap();
    assert_eq!(Socket::refused(connect("203.0.113.1")).await, 429);
}

/// Caddy with the project's own file, in front of these.
struct Caddy {
    process: Child,
    url: String,
    http: reqwest::Client,
}

impl Caddy {
    fn before(instances: &[&Instance]) -> Caddy {
        let port = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", port.local_addr().unwrap());
        drop(port);
        let instances: Vec<_> = instances
            .iter()
            .map(|instance| instance.url.trim_start_matches("http://"))
            .collect();
        let process = caddy("run")
            .env("SITE", &url)
            .env("INSTANCES", instances.join(" "))
            .envs(tls::settings())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Caddy { process, url, http }
    }

    async fn status(&self, path: &str) -> u16 {
        match self.http.get(format!("{}{path}", self.url)).send().await {
            Ok(answer) => answer.status().as_u16(),
            Err(_) => 0,
        }
    }

    async fn follow(&self, since: &str) -> Result<Socket, tungstenite::Error> {
        let url = self.url.replace("http", "ws");
        Socket::open(format!("{url}/ws?since={since}")).await
    }
}

impl Drop for Caddy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn caddy(command: &str) -> Command {
    let mut caddy = Command::new("caddy");
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/ops/caddy/Caddyfile");
    caddy.args([command, "--adapter", "caddyfile", "--config", file]);
    caddy
}

#[test]
fn the_caddyfile_is_valid() {
    if is_installed("caddy", &["version"]) {
        let said = caddy("validate").output().unwrap();
        let why = String::from_utf8_lossy(&said.stderr).into_owned();
        assert!(said.status.success(), "{why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_instances_behind_the_proxy_are_one_market() {
    if !is_installed("caddy", &["version"]) {
        return;
    }
    let mut market = Market::redis().with("TRUSTED_PROXIES", PROXY);
    let (mut one, other) = (market.open().await, market.open().await);
    let proxy = Caddy::before(&[&one, &other]);
    until(async || proxy.status("/readyz").await == 200).await;
    assert_eq!(proxy.status("/metrics").await, 404);

    // A whole day, seen live.
    let mut socket = proxy.follow("").await.unwrap();
    assert_eq!(socket.any_frame().await["event_type"], "stream.heartbeat");
    let post = async |path: &str, body: &serde_json::Value| {
        let answer = proxy.http.post(format!("{}{path}", proxy.url)).json(body);
        let answer = answer.send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json::<serde_json::Value>().await.unwrap()
    };
    let order = post("/api/orders", &offer("Diavola")).await;
    let path = format!("/api/orders/{}", order["id"].as_str().unwrap());
    let mut cursor = socket.event().await["id"].clone();
    for (status, call, body) in day() {
        post(&format!("{path}/{call}"), &body).await;
        let event = socket.event().await;
        assert_eq!(event["order"]["status"], status);
        cursor = event["id"].clone();
    }

    // An instance stops in an orderly way: no client gets an error, and a client that reconnects misses nothing.
    one.signal("-TERM");
    let (mut offered, mut afterwards) = (0, 0);
    while afterwards < 100 {
        assert_eq!(proxy.status("/api/orders").await, 200);
        post("/api/orders", &offer("Marinara")).await;
        offered += 1;
        afterwards += usize::from(one.has_ended());
    }
    assert!(one.ended(SOON).success());
    let mut socket = proxy.follow(cursor.as_str().unwrap()).await.unwrap();
    for _ in 0..offered {
        assert_eq!(socket.event().await["order"]["pizza_name"], "Marinara");
    }

    // The store goes: pages still show what was last known, and refusals are the server's own.
    market.server().kill();
    until(async || proxy.status("/readyz").await == 503).await;
    assert_eq!(proxy.status("/orders").await, 200);
    let refused = proxy.http.get(format!("{}{path}", proxy.url)).send().await;
    let refused = refused.unwrap();
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(
        refused.headers()["content-type"],
        "application/problem+json"
    );
}

/// A single address and a network will do; settings are read where the program is started.
#[tokio::test(flavor = "multi_thread")]
async fn trusted_proxies_are_addresses_or_networks() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program();
    command
        .env("DATA_DIR", folder.path())
        .env("TRUSTED_PROXIES", " 127.0.0.1, 10.0.0.0/8 ,fd00::/8, ::1,");
    Instance::start(command).until_ready().await;
}
