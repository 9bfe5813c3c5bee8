//! TLS without a proxy: to the server, to Redis, and by the commands. (`make test-tls` runs all tests over it.)

use crate::support::{
    Instance, Market, Ran, Socket, day, doctor::with, free_port, program,
    redis_server::RedisServer, refuses_to_start, tls::Certificate, until,
};
use reqwest::Method;
use rustls::{ClientConfig, ProtocolVersion, pki_types::ServerName, version};
use std::{fs, sync::Arc};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::{Connector, connect_async_tls_with_config};

/// A market whose instances have this certificate.
fn secured(market: Market, certificate: &Certificate) -> Market {
    market
        .with("TLS_CERT", &certificate.certificate())
        .with("TLS_KEY", &certificate.key())
}

/// Its client, which trusts it alone.
fn trusting(mut instance: Instance, certificate: &Certificate) -> Instance {
    let http = reqwest::Client::builder()
        .tls_backend_preconfigured((*certificate.trusting()).clone())
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy();
    instance.http = http.build().unwrap();
    instance
}

/// The version in which a handshake ends; an error where the certificate is not trusted, or the version not spoken.
async fn handshake(instance: &Instance, tls: ClientConfig) -> std::io::Result<ProtocolVersion> {
    let stream = TcpStream::connect(instance.address()).await.unwrap();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let stream = TlsConnector::from(Arc::new(tls))
        .connect(name, stream)
        .await?;
    Ok(stream.get_ref().1.protocol_version().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_lifecycle_works_over_https_and_wss() {
    let certificate = Certificate::new();
    let market = secured(Market::embedded(), &certificate);
    let instance = trusting(market.start(), &certificate);
    assert!(instance.url.starts_with("https://"), "{}", instance.url);
    instance.until_ready().await;
    let tls = Some(Connector::Rustls(certificate.trusting()));
    let url = instance.socket_url("");
    let (stream, _) = connect_async_tls_with_config(url, None, false, tls)
        .await
        .unwrap();
    let mut socket = Socket::of(stream);
    let path = instance.offer("Diavola").await;
    assert_eq!(socket.event().await["event_type"], "order.created");
    for (status, call, body) in day() {
        instance.done(&format!("{path}/{call}"), &body).await;
        assert_eq!(socket.event().await["order"]["status"], status);
    }
    // The form of the settings, and its cookie.
    let form = instance
        .request(Method::POST, "/settings")
        .body("theme=dark");
    let form = form.header("content-type", "application/x-www-form-urlencoded");
    let set = instance.http.execute(form.build().unwrap()).await.unwrap();
    let cookies = set.headers().get_all("set-cookie").iter();
    let cookies: Vec<_> = cookies.map(|cookie| cookie.to_str().unwrap()).collect();
    assert!(
        !cookies.is_empty() && cookies.iter().all(|cookie| cookie.ends_with("; Secure")),
        "{cookies:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_1_2_and_1_3_are_accepted_and_plain_http_is_not() {
    let certificate = Certificate::new();
    let metrics = format!("127.0.0.1:{}", free_port());
    let market = secured(Market::embedded(), &certificate).with("METRICS_ADDR", &metrics);
    let instance = trusting(market.start(), &certificate);
    for (version, number) in [
        (&version::TLS12, ProtocolVersion::TLSv1_2),
        (&version::TLS13, ProtocolVersion::TLSv1_3),
    ] {
        let config = certificate.trusting_in(&[version]);
        assert_eq!(handshake(&instance, config).await.unwrap(), number);
    }
    let plain = reqwest::get(format!("http://{}/healthz", instance.address())).await;
    assert!(plain.is_err());
    // The address of the metrics is no way around it.
    let at = format!("https://{metrics}/metrics");
    let answer = instance.http.get(at).send().await.unwrap();
    assert!(answer.text().await.unwrap().contains("pizza_build_info"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_certificate_is_used_and_an_invalid_one_is_not() {
    let certificate = Certificate::new();
    let market = secured(Market::embedded(), &certificate);
    let instance = market.start();
    let accepted =
        async |tls: &Arc<ClientConfig>| handshake(&instance, (**tls).clone()).await.is_ok();
    let first = certificate.trusting();
    assert!(accepted(&first).await);
    // The key of another certificate.
    let key = fs::read(certificate.key()).unwrap();
    fs::write(
        certificate.key(),
        fs::read(Certificate::new().key()).unwrap(),
    )
    .unwrap();
    let refused = "the new certificate cannot be used";
    until(async || instance.said().contains(refused)).await;
    assert!(instance.said().contains("TLS_KEY"), "{}", instance.said());
    assert!(accepted(&first).await);
    fs::write(certificate.key(), key).unwrap();
    certificate.renew(&["127.0.0.1"]);
    let second = certificate.trusting();
    until(async || accepted(&second).await).await;
    assert!(!accepted(&first).await);
    assert_eq!(instance.said().matches(refused).count(), 1);
}

#[test]
fn a_mismatched_pair_stops_the_start() {
    let (one, other) = (Certificate::new(), Certificate::new());
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.pem");
    fs::write(&empty, "").unwrap();
    let (empty, missing) = (empty.to_str().unwrap(), "/nowhere/cert.pem");
    let (certificate, key) = (one.certificate(), one.key());
    for (cert, key, named, why) in [
        (certificate.as_str(), "", "TLS_KEY: ", "TLS_CERT is set"),
        ("", key.as_str(), "TLS_CERT: ", "TLS_KEY is set"),
        (&certificate, &other.key(), "TLS_KEY: ", "not the key of"),
        (&certificate, empty, "TLS_KEY: ", "no private key"),
        (empty, &key, "TLS_CERT: ", "no certificate"),
        (missing, &key, "TLS_CERT: ", missing),
        (&certificate, missing, "TLS_KEY: ", missing),
    ] {
        let mut command = program();
        command.env("TLS_CERT", cert).env("TLS_KEY", key);
        let said = refuses_to_start(command);
        assert!(said.contains(named) && said.contains(why), "{why}: {said}");
    }
    let mut command = program();
    command
        .env("REDIS_URL", "rediss://127.0.0.1")
        .env("REDIS_CA", empty);
    let said = refuses_to_start(command);
    assert!(said.contains("REDIS_CA: "), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_is_verified_with_redis_ca() {
    let certificate = Certificate::new();
    let redis = RedisServer::secured(
        &certificate,
        &["--appendonly", "yes", "--appendfsync", "always"],
    );
    let [host, port, with_tls] = redis.parts();
    let at = |authority: String| {
        let mut command = program();
        command.envs([host.clone(), port.clone(), with_tls.clone()]);
        Instance::start({
            command.env("REDIS_CA", authority);
            command
        })
    };
    let instance = at(certificate.authority());
    instance.until_ready().await;
    instance.offer("Diavola").await;
    // Another authority is not trusted.
    let distrusting = at(Certificate::new().authority());
    until(async || distrusting.said().contains("cannot connect to Redis")).await;
    assert_eq!(distrusting.get("/readyz").await.status, 503);
    let report = with(&[
        ("REDIS_URL", &redis.url()),
        ("REDIS_CA", &certificate.authority()),
    ])
    .await;
    report.says("TLS", "ok", &["certificate is good"]);
}

/// Runs a command of the program where the server of this market listens.
fn run(market: &Market, instance: &Instance, args: &[&str]) -> Ran {
    let mut command = market.command();
    command.env("LEPTOS_SITE_ADDR", instance.address());
    let output = command.args(args).output().unwrap();
    Ran {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The commands find the server of their settings, whatever name its certificate is for; elsewhere they check it.
#[tokio::test(flavor = "multi_thread")]
async fn commands_reach_a_server_with_tls() {
    let certificate = Certificate::of(&["market.example"]);
    let market = secured(Market::embedded(), &certificate);
    let instance = market.start();
    let ready = run(&market, &instance, &["health", "--wait", "20"]);
    assert_eq!(ready.code, 0, "{ready:?}");
    let doctor = run(&market, &instance, &["doctor"]);
    assert!(
        doctor
            .stdout
            .contains("is served by a Pizza Market that is ready"),
        "{doctor:?}"
    );
    let orders = run(&market, &instance, &["inspect", "orders"]);
    assert_eq!(orders.code, 0, "{orders:?}");

    let certificate = Certificate::new();
    let market = secured(Market::embedded(), &certificate);
    let instance = market.start();
    let (url, authority) = (instance.url.as_str(), certificate.authority());
    let trusted = ["--url", url, "--ca", &authority];
    for args in [
        &["inspect", "stats"][..],
        &[
            "simulate", "--orders", "5", "--hours", "0.1", "--speed", "3000",
        ],
    ] {
        let untrusted = run(&market, &instance, &[args, &["--url", url]].concat());
        assert_eq!(untrusted.code, 2, "{untrusted:?}");
        let ran = run(&market, &instance, &[args, &trusted].concat());
        assert_eq!(ran.code, 0, "{ran:?}");
    }
}
