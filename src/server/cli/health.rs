//! `health`: asks the server of these settings how it is. It is what a container's health check, a unit's start and
//! an upgrade's script wait for, and needs nothing but the program itself.

use super::{
    net::{self, Silence, State},
    out,
};
use crate::server::{StartError, config, read_env};
use clap::Args;
use serde_json::Value;
use std::{
    process::ExitCode,
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// How long one answer may take. A server answers this in milliseconds, or not at all.
const ANSWER: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(100);

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
    /// Print the server's own answer, as JSON, also where it is not ready
    #[arg(long)]
    json: bool,
}

pub fn health(ask: Health) -> ExitCode {
    let state = match asked(&ask) {
        Ok(state) => state,
        Err(error) => {
            out::note(error);
            return ExitCode::from(2);
        }
    };
    match &state {
        Ok(State { said, .. }) if ask.json => out::json(said),
        Ok(State { said, well: true }) => out::line(in_words(said)),
        Ok(State { said, well: false }) => out::note(in_words(said)),
        Err(why) => out::note(why),
    }
    match state {
        Ok(State { well: true, .. }) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// What the server has answered last; inside, why that is nothing.
fn asked(ask: &Health) -> Result<Result<State, String>, StartError> {
    read_env()?;
    let server = net::at_home(config::site_addr()?);
    let path = if ask.live { "healthz" } else { "readyz" };
    let url = format!("http://{server}/{path}");
    let until = Instant::now() + Duration::from_secs(ask.wait.into());
    Ok(tokio::runtime::Runtime::new()?.block_on(async {
        loop {
            let state = net::state(&url, ANSWER).await;
            if state.as_ref().is_ok_and(|state| state.well) || Instant::now() >= until {
                return state.map_err(|silence| explained(silence, &url));
            }
            sleep(PAUSE).await;
        }
    }))
}

fn explained(silence: Silence, url: &str) -> String {
    match silence {
        Silence::Nobody => format!(
            "Nobody answers at {url}. Does the server run, with the LEPTOS_SITE_ADDR of here?"
        ),
        Silence::Late => format!("No answer from {url} within {} s.", ANSWER.as_secs()),
        Silence::Stranger => format!("What answers at {url} is no Pizza Market."),
    }
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
    fn an_answer_is_one_sentence() {
        assert_eq!(in_words(&json!({"status": "alive"})), "alive");
        let away = json!({"engine": "redis", "durability": null, "trouble": "it is away"});
        let away = json!({"status": "not ready", "store": away});
        assert_eq!(in_words(&away), "not ready (redis): it is away");
    }
}
