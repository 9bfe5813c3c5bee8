//! `health`: asks the server of these settings how it is. It is what a container's health check, a unit's start and
//! an upgrade's script wait for, and needs nothing but the program itself.

use super::out;
use crate::server::{StartError, config, read_env};
use axum::{
    body::{Body, to_bytes},
    http::Uri,
};
use clap::Args;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::Value;
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    process::ExitCode,
    time::{Duration, Instant},
};
use tokio::time::{sleep, timeout};

/// How long one answer may take. A server answers this in milliseconds, or not at all.
const ANSWER: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(100);
const LARGEST: usize = 64 * 1024;

/// Ask the server of these settings whether it can work.
///
/// It asks /readyz at LEPTOS_SITE_ADDR. Exit status: 0 it can, 1 it cannot or does not answer, 2 the settings make no
/// sense.
#[derive(Args)]
pub struct Health {
    /// Ask only whether it is alive (/healthz): it also is while its store is away
    #[arg(long)]
    live: bool,
    /// Ask again until it can, for so many seconds at most
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    wait: u32,
    /// Print the server's own answer, as JSON
    #[arg(long)]
    json: bool,
}

pub fn health(ask: Health) -> ExitCode {
    match asked(&ask) {
        Err(error) => {
            out::note(error);
            ExitCode::from(2)
        }
        Ok(Err(why)) => {
            out::note(why);
            ExitCode::FAILURE
        }
        Ok(Ok(answer)) => {
            match ask.json {
                true => out::json(&answer),
                false => out::line(in_words(&answer)),
            }
            ExitCode::SUCCESS
        }
    }
}

/// What the server has answered; inside, why that will not do.
fn asked(ask: &Health) -> Result<Result<Value, String>, StartError> {
    read_env()?;
    let server = reachable(config::site_addr()?);
    let path = if ask.live { "healthz" } else { "readyz" };
    let url = format!("http://{server}/{path}");
    let until = Instant::now() + Duration::from_secs(ask.wait.into());
    Ok(tokio::runtime::Runtime::new()?.block_on(async {
        loop {
            match once(&url).await {
                Err(_) if Instant::now() < until => sleep(PAUSE).await,
                answer => return answer,
            }
        }
    }))
}

/// A server that listens everywhere is asked at home.
fn reachable(mut listens: SocketAddr) -> SocketAddr {
    if listens.ip().is_unspecified() {
        listens.set_ip(match listens {
            SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        });
    }
    listens
}

async fn once(url: &str) -> Result<Value, String> {
    let answer = async {
        let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
        let uri: Uri = url.parse().map_err(|error| format!("{url}: {error}"))?;
        let response = client.get(uri).await.map_err(|_| {
            format!(
                "Nobody answers at {url}. Does the server run, with the LEPTOS_SITE_ADDR of here?"
            )
        })?;
        let well = response.status().is_success();
        let body = to_bytes(Body::new(response.into_body()), LARGEST).await;
        let body = body.map_err(|error| format!("{url}: {error}"))?;
        let answer: Value = serde_json::from_slice(&body)
            .map_err(|_| format!("What answers at {url} is no Pizza Market."))?;
        match well {
            true => Ok(answer),
            false => Err(in_words(&answer)),
        }
    };
    let late = |_| format!("No answer from {url} within {} s.", ANSWER.as_secs());
    timeout(ANSWER, answer).await.map_err(late)?
}

/// “ready (redis, always)”, “not ready (redis): why”.
fn in_words(answer: &Value) -> String {
    let store = &answer["store"];
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let traits: Vec<_> = [&store["engine"], &store["durability"]]
        .into_iter()
        .filter_map(text)
        .collect();
    let mut words = text(&answer["status"]).unwrap_or_default();
    if !traits.is_empty() {
        words += &format!(" ({})", traits.join(", "));
    }
    if let Some(trouble) = text(&store["trouble"]) {
        words += &format!(": {trouble}");
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_server_that_listens_everywhere_is_asked_at_home() {
        for (listens, asked) in [
            ("0.0.0.0:8000", "127.0.0.1:8000"),
            ("[::]:80", "[::1]:80"),
            ("192.0.2.1:80", "192.0.2.1:80"),
        ] {
            assert_eq!(reachable(listens.parse().unwrap()).to_string(), asked);
        }
    }

    #[test]
    fn an_answer_is_one_sentence() {
        assert_eq!(in_words(&json!({"status": "alive"})), "alive");
        let away = json!({"engine": "redis", "durability": null, "trouble": "it is away"});
        let away = json!({"status": "not ready", "store": away});
        assert_eq!(in_words(&away), "not ready (redis): it is away");
    }
}
