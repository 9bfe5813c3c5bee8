//! Runs each example of the documents as it is written there, and follows each link.
//!
//! The line before an example states how it is run:
//!
//! ```text
//! <!-- run -->                  on a market of its page, with each engine
//! <!-- run on redis -->         only with Redis
//! <!-- run by module::test -->  by that test
//! <!-- not run: why -->
//! <!-- prints -->               before a block of text: the output of the example above, … standing for anything
//! ```
//!
//! The examples of one page run one after the other, in one folder, with this environment: MARKET, the address of the
//! market; with Redis, REDIS_URL; and `pizza-market` on the PATH, with the server's settings.

use super::links::{Tests, pages};
use crate::support::{Market, SOON, Store, address_of};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::Duration,
};

const LANGUAGES: [&str; 5] = ["sh", "bash", "js", "python", "html"];

struct Example {
    page: String,
    line: usize,
    language: String,
    how: String,
    code: String,
    prints: Option<String>,
}

impl Example {
    fn place(&self) -> String {
        format!("{}:{}", self.page, self.line)
    }
}

fn examples(page: &Path, text: &str) -> Vec<Example> {
    let page = page.file_name().unwrap().to_string_lossy().into_owned();
    let lines: Vec<_> = text.lines().collect();
    let mut found: Vec<Example> = Vec::new();
    let mut n = 0;
    while n < lines.len() {
        let Some((margin, language)) = lines[n].split_once("```") else {
            n += 1;
            continue;
        };
        let before = if n == 0 { "" } else { lines[n - 1].trim() };
        let how = before.strip_prefix("<!-- ").unwrap_or_default();
        let how = how.strip_suffix(" -->").unwrap_or_default().to_owned();
        let code: Vec<_> = lines[n + 1..]
            .iter()
            .map(|line| line.strip_prefix(margin).unwrap_or(line))
            .take_while(|line| *line != "```")
            .map(|line| format!("{line}\n"))
            .collect();
        let line = n + 1;
        n += code.len() + 2;
        let (page, language, code) = (page.clone(), language.to_owned(), code.concat());
        if how == "prints" {
            let example = found.last_mut().unwrap();
            let second = example.prints.replace(code);
            assert!(second.is_none(), "{page}:{line}");
        } else if LANGUAGES.contains(&language.as_str()) {
            let prints = None;
            found.push(Example {
                page,
                line,
                language,
                how,
                code,
                prints,
            });
        }
    }
    found
}

#[test]
fn every_example_is_run_or_has_a_reason() {
    let tests = Tests::read();
    let is_there = |module: &str, test: &str, place: &str| {
        assert!(tests.has(module, test), "{place} names {module}::{test}");
    };
    for example in pages().iter().flat_map(|(page, text)| examples(page, text)) {
        let place = example.place();
        let how = example.how.as_str();
        if let Some(test) = how.strip_prefix("run by ") {
            let (module, test) = test.split_once("::").expect(&place);
            is_there(module, test, &place);
        } else if let Some(why) = how.strip_prefix("not run: ") {
            assert!(why.len() > 8, "{place}: {how}");
            let named = why
                .split_whitespace()
                .filter_map(|word| word.split_once("::"));
            named.for_each(|(module, test)| is_there(module, test, &place));
        } else {
            let how = ["run", "run on redis"].contains(&how);
            assert!(how, "{place} does not state how it is run");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn examples_print_the_documented_output() {
    run_all(Market::embedded, &["run"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn examples_print_the_documented_output_with_redis() {
    run_all(Market::redis, &["run", "run on redis"]).await;
}

async fn run_all(market: fn() -> Market, hows: &[&str]) {
    for (page, text) in pages() {
        let examples: Vec<_> = examples(&page, &text)
            .into_iter()
            .filter(|example| hows.contains(&example.how.as_str()))
            .collect();
        if examples.is_empty() {
            continue;
        }
        let market = market();
        let instance = market.open().await;
        let folder = tempfile::tempdir().unwrap();
        for example in examples {
            let mut command = command(&example, &market, &instance.url, folder.path());
            let run = move || command.output().unwrap();
            let output = tokio::task::spawn_blocking(run).await.unwrap();
            let (place, stdout) = (example.place(), String::from_utf8_lossy(&output.stdout));
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{place}\n{stdout}{stderr}");
            if let Some(prints) = &example.prints {
                assert!(is_like(&stdout, prints), "{place} prints\n{stdout}");
            }
        }
    }
}

/// An example as a process that runs for at most a minute.
fn command(example: &Example, market: &Market, url: &str, folder: &Path) -> Command {
    let interpreter: &[&str] = match example.language.as_str() {
        "js" => &["node", "--input-type=module", "-e"],
        "python" => &["python3", "-c"],
        _ => &["bash", "-euo", "pipefail", "-c"],
    };
    let program = Path::new(env!("CARGO_BIN_EXE_pizza-market"));
    let path = std::env::var("PATH").unwrap();
    let mut command = Command::new("timeout");
    command
        .arg("60")
        .args(interpreter)
        .arg(&example.code)
        .current_dir(folder)
        .env(
            "PATH",
            format!("{}:{path}", program.parent().unwrap().display()),
        )
        .env("MARKET", url)
        .env("LEPTOS_SITE_ADDR", address_of(url))
        // Node 20 has the browser's WebSocket behind a flag.
        .env("NODE_OPTIONS", "--experimental-websocket --no-warnings");
    match &market.store {
        Store::Embedded(folder) => command.env("DATA_DIR", folder.path()),
        Store::Redis(server) => command.env("REDIS_URL", server.url()),
    };
    command
}

/// Whether a text matches a pattern in which … stands for anything.
fn is_like(text: &str, pattern: &str) -> bool {
    let parts: Vec<_> = pattern.trim().split('…').collect();
    let (mut rest, last) = (text.trim(), parts.len() - 1);
    for (n, part) in parts.iter().enumerate() {
        rest = match (n, rest.find(part)) {
            (0, Some(0)) => &rest[part.len()..],
            (0, _) => return false,
            (n, _) if n == last => return rest.ends_with(part),
            (_, Some(at)) => &rest[at + part.len()..],
            (_, None) => return false,
        };
    }
    rest.is_empty()
}

#[test]
fn dots_match_any_output() {
    for (text, pattern, so) in [
        ("a b c\n", "a b c", true),
        ("a b c", "a … c", true),
        ("a b c", "a b", false),
        ("a b c", "b c", false),
        ("a b c", "…b…", true),
        ("a b c", "a…d", false),
        ("a b c", "c…a", false),
    ] {
        assert_eq!(is_like(text, pattern), so, "{text} {pattern}");
    }
}

/// The example that names this test.
fn example(test: &str) -> Example {
    let how = format!("run by docs::{test}");
    let all = pages();
    let mut all = all.iter().flat_map(|(page, text)| examples(page, text));
    all.find(|example| example.how == how).unwrap()
}

crate::on_both_engines! { the_walk_with_curl, }

async fn the_walk_with_curl(market: Market) {
    let instance = market.open().await;
    let folder = tempfile::tempdir().unwrap();
    let mut walk = command(
        &example("the_walk_with_curl"),
        &market,
        &instance.url,
        folder.path(),
    );
    let output = tokio::task::spawn_blocking(move || walk.output().unwrap());
    let output = output.await.unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    // A sequence of JSON values: seven answers, the history, and the refusal.
    let values: Vec<Value> = serde_json::Deserializer::from_slice(&output.stdout)
        .into_iter()
        .map(|value| value.unwrap())
        .collect();
    assert_eq!(values.len(), 9);
    assert_eq!(values[1]["customer_price"], 12.35);
    assert_eq!(values[6]["status"], "delivered");
    assert_eq!(values[7].as_array().unwrap().len(), 8);
    assert_eq!(values[8]["status"], 409);
}

/// A client that keeps running, and the lines that it prints.
struct Client {
    process: Child,
    lines: mpsc::Receiver<String>,
}

impl Client {
    fn start(mut command: Command) -> Client {
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(process.stdout.take().unwrap());
        let (printed, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                // The receiver is gone when the test is over.
                let _ = printed.send(line);
            }
        });
        Client { process, lines }
    }

    fn line(&self) -> String {
        self.lines.recv_timeout(Duration::from_secs(40)).unwrap()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // `timeout` passes the signal on to its child.
        let pid = self.process.id().to_string();
        let _ = Command::new("kill").arg(pid).status();
        let _ = self.process.wait();
    }
}

/// Its server stops and restarts, is killed and restarts, and at last the store is emptied.
#[tokio::test(flavor = "multi_thread")]
async fn the_documented_client_resumes_without_loss() {
    let market = Market::redis();
    let other = market.open().await;
    let mut server = market.open().await;
    let url = server.url.clone();
    other.offer("Margherita").await;
    let folder = tempfile::tempdir().unwrap();
    let example = example("the_documented_client_resumes_without_loss");
    let client = Client::start(command(&example, &market, &url, folder.path()));
    assert_eq!(client.line(), "1 orders");

    let mut market = market.with("LEPTOS_SITE_ADDR", address_of(&url));
    for (n, end) in ["-TERM", "-KILL", "-TERM"].into_iter().enumerate() {
        let path = other.offer("Diavola").await;
        let id = path.rsplit('/').next().unwrap();
        assert_eq!(client.line(), format!("order.created {id} 1"));
        server.signal(end);
        server.ended(SOON);
        let cancel = serde_json::json!({"status": "cancelled"});
        other.done(&format!("{path}/status"), &cancel).await;
        server = market.start();
        assert_eq!(client.line(), format!("order.cancelled {id} 2"), "{n}");
    }
    let mut connection = market.server().connection();
    ::redis::cmd("FLUSHALL").exec(&mut connection).unwrap();
    assert_eq!(client.line(), "0 orders");
}
