//! `health`: asks the server of these settings whether it is ready. Container health checks, units and upgrade scripts
//! wait for it, because it needs nothing but the program itself.

use super::{
    http_client::{self, HealthAnswer, NoAnswer},
    output,
};
use crate::server::{config, serve::StartError};
use clap::Args;
use serde_json::Value;
use std::{
    process::ExitCode,
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// A server answers its health page in milliseconds, or not at all.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(2);
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Ask the server of these settings whether it is ready.
///
/// It asks /readyz at LEPTOS_SITE_ADDR. Exit status: 0 ready, 1 not ready or no answer, 2 invalid settings.
#[derive(Args)]
pub struct Health {
    /// Ask only whether it is alive (/healthz), which does not depend on its store
    #[arg(long)]
    live: bool,
    /// Ask again until it is, for at most this many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    wait: u32,
    /// Print the server's answer as JSON, also if it is not ready
    #[arg(long)]
    json: bool,
}

pub fn run(args: Health) -> ExitCode {
    let answer = match ask(&args) {
        Ok(answer) => answer,
        Err(error) => {
            output::note(error);
            return ExitCode::from(2);
        }
    };
    match &answer {
        Ok(HealthAnswer { body, .. }) if args.json => output::json(body),
        Ok(HealthAnswer { body, is_ok: true }) => output::line(in_words(body)),
        Ok(HealthAnswer { body, is_ok: false }) => output::note(in_words(body)),
        Err(why) => output::note(why),
    }
    match answer {
        Ok(HealthAnswer { is_ok: true, .. }) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// The last answer of the server, or why there is none; the outer error is about the settings.
fn ask(args: &Health) -> Result<Result<HealthAnswer, String>, StartError> {
    config::Sources::read()?;
    let server = http_client::own_url(config::site_addr()?)?;
    let path = if args.live { "healthz" } else { "readyz" };
    let url = format!("{server}/{path}");
    let deadline = Instant::now() + Duration::from_secs(args.wait.into());
    Ok(tokio::runtime::Runtime::new()?.block_on(async {
        loop {
            let answer = http_client::health(&url, RESPONSE_TIMEOUT).await;
            let is_ok = answer.as_ref().is_ok_and(|answer| answer.is_ok);
            if is_ok || Instant::now() >= deadline {
                return answer.map_err(|reason| explain(reason, &url));
            }
            sleep(POLL_INTERVAL).await;
        }
    }))
}

fn explain(reason: NoAnswer, url: &str) -> String {
    match reason {
        NoAnswer::NotListening => {
            format!("No server answers at {url}. Does it run with the same LEPTOS_SITE_ADDR?")
        }
        NoAnswer::TimedOut => {
            let seconds = RESPONSE_TIMEOUT.as_secs();
            format!("No answer from {url} within {seconds} s.")
        }
        NoAnswer::OtherProgram => {
            format!("The program that answers at {url} is not a Pizza Market.")
        }
    }
}

/// “ready (redis, always)”, “not ready (redis): unreachable: The store cannot be reached.”.
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
    for part in [&store["kind"], &store["trouble"]]
        .into_iter()
        .filter_map(text)
    {
        words += &format!(": {part}");
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_answer_is_one_sentence() {
        assert_eq!(in_words(&json!({"status": "alive"})), "alive");
        let away = json!({"engine": "redis", "durability": null, "trouble": "It is away.", "kind": "unreachable"});
        let away = json!({"status": "not ready", "store": away});
        assert_eq!(
            in_words(&away),
            "not ready (redis): unreachable: It is away."
        );
    }
}
