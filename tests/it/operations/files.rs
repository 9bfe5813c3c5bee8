//! What operators run: the image, the compose file, the unit and the workflow. No engine builds them here, so each
//! command in them is run by itself, and what tools know about such files is asked where they are installed.

use crate::support::{
    redis_server::RedisServer,
    world::{Instance, Market, SOON, Socket, Store, day, is_installed, offer, program, until},
};
use serde_yaml_ng::Value;
use std::{
    collections::BTreeSet,
    fs,
    os::unix::{
        fs::{PermissionsExt, symlink},
        process::ExitStatusExt,
    },
    path::Path,
    process::{Command, Output, Stdio},
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap()
}

fn yaml(file: &str) -> Value {
    let mut value: Value = serde_yaml_ng::from_str(&read(file)).unwrap();
    value.apply_merge().unwrap();
    value
}

fn words(list: &Value) -> Vec<String> {
    let list = list.as_sequence().unwrap().iter();
    list.map(|word| {
        word.as_str()
            .expect("a text, in quotes where it looks like something else")
            .to_owned()
    })
    .collect()
}

fn assert_well(said: &Output) {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&said.stdout), text(&said.stderr));
    assert!(said.status.success(), "{stdout}{stderr}");
}

// ---- The image

/// The instructions of the Dockerfile, on one line each, without comments.
fn instructions() -> Vec<(String, String)> {
    let text = read("Dockerfile");
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    let text = lines.collect::<Vec<_>>().join("\n").replace("\\\n", " ");
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| {
            let (word, rest) = line.split_once(' ').unwrap();
            (
                word.to_owned(),
                rest.split_whitespace().collect::<Vec<_>>().join(" "),
            )
        })
        .collect()
}

fn all(word: &str) -> Vec<String> {
    let all = instructions()
        .into_iter()
        .filter(|(found, _)| found == word);
    all.map(|(_, rest)| rest).collect()
}

fn last(word: &str) -> String {
    all(word).pop().unwrap_or_else(|| panic!("no {word}"))
}

/// A command in its JSON form: without a shell, which the image does not have.
fn argv(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_else(|_| panic!("{text} needs a shell"))
}

/// What hadolint and the guides for images ask for.
#[test]
fn the_image_is_built_by_the_rules() {
    for from in all("FROM") {
        let image = from.split(' ').next().unwrap();
        let tag = image.rsplit_once(':').map(|(_, tag)| tag);
        assert!(
            tag.is_some_and(|tag| tag != "latest"),
            "{from}: which version?"
        );
    }
    let user = last("USER");
    let (user, group) = user.split_once(':').unwrap();
    for id in [user, group] {
        assert!(id.parse::<u32>().unwrap() > 0, "a number, and not root's");
    }
    assert_eq!(
        instructions()
            .iter()
            .filter(|(word, _)| word == "ADD")
            .count(),
        0
    );
    assert!(
        all("RUN")
            .iter()
            .all(|run| !run.contains("sudo") && !run.contains("cd "))
    );
    assert!(last("SHELL").contains("pipefail"));
    assert_eq!(all("CMD").len() + all("ENTRYPOINT").len(), 2);
    // Folders are said to be folders, and absolute.
    assert!(all("WORKDIR").iter().all(|folder| folder.starts_with('/')));
}

#[test]
fn hadolint_itself_has_nothing_to_say() {
    if is_installed("hadolint", &["--version"]) {
        let mut hadolint = Command::new("hadolint");
        assert_well(&hadolint.arg(root().join("Dockerfile")).output().unwrap());
    }
}

/// The files that the engine is given, by the rules of `.dockerignore`.
fn context() -> BTreeSet<String> {
    let rules = read(".dockerignore");
    assert!(rules.lines().any(|line| line == "*"));
    let kept = rules.lines().filter_map(|line| line.strip_prefix('!'));
    kept.map(str::to_owned).collect()
}

#[test]
fn the_image_gets_what_it_is_built_from_and_nothing_else() {
    let context = context();
    let is_there = |path: &str| {
        context
            .iter()
            .any(|kept| path == kept || path.starts_with(&format!("{kept}/")))
    };
    for path in &context {
        assert!(root().join(path).exists(), "{path} is not there");
    }
    for copy in all("COPY").iter().filter(|copy| !copy.contains("--from")) {
        let paths: Vec<_> = copy.split(' ').collect();
        for path in &paths[..paths.len() - 1] {
            assert!(*path == "." || is_there(path), "COPY {path}");
        }
    }
    // What the programs hold of other files.
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap_or_default();
            let own = text.split("#[cfg(test)]").next().unwrap();
            for held in ["include_str!(\"", "include_bytes!(\""]
                .iter()
                .flat_map(|call| own.split(call).skip(1))
            {
                let held = folder
                    .join(held.split('"').next().unwrap())
                    .canonicalize()
                    .unwrap();
                let held = held.strip_prefix(root().canonicalize().unwrap()).unwrap();
                assert!(
                    is_there(held.to_str().unwrap()),
                    "{} holds {}",
                    path.display(),
                    held.display()
                );
            }
        }
    }
    // The commands that it is built with read nothing else, and cargo can do without the tests.
    for step in [
        "end2end/package.json",
        "end2end/sizes.mjs",
        "setup",
        "Makefile",
        ".cargo",
    ] {
        assert!(is_there(step), "{step}");
    }
    let folder = tempfile::tempdir().unwrap();
    for path in &context {
        let place = folder.path().join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        symlink(root().join(path), place).unwrap();
    }
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([
        "metadata",
        "--offline",
        "--no-deps",
        "--format-version",
        "1",
    ]);
    assert_well(&cargo.current_dir(folder.path()).output().unwrap());
}

#[test]
fn the_image_is_built_with_the_projects_own_commands() {
    let runs = all("RUN").join(" && ");
    let (setup, makefile) = (read("setup"), read("Makefile"));
    let parts = runs
        .split("./setup ")
        .nth(1)
        .unwrap()
        .split(" &&")
        .next()
        .unwrap();
    for part in parts.split(' ') {
        assert!(
            setup.contains(&format!("\n{part}() {{")),
            "setup has no {part}"
        );
    }
    assert!(runs.contains("make build") && makefile.contains("\nbuild:"));
    let build = makefile.split("\nbuild:\n").nth(1).unwrap();
    assert!(
        build.trim_start().starts_with(&format!("@./setup {parts}")),
        "it needs what `make build` needs"
    );
}

/// The image's own health check, environment and command, with a folder of the test's own in place of /data.
#[tokio::test(flavor = "multi_thread")]
async fn the_images_commands_run_a_server_and_find_it_well() {
    let data = tempfile::tempdir().unwrap();
    let env: Vec<_> = last("ENV")
        .split(' ')
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(k, v)| (k.to_owned(), v.to_owned()))
        .collect();
    let of = |name: &str| {
        env.iter()
            .find(|(found, _)| found == name)
            .unwrap()
            .1
            .as_str()
    };
    assert_eq!(
        (of("DATA_DIR"), last("VOLUME").as_str()),
        ("/data", "/data")
    );
    let (everywhere, port) = of("LEPTOS_SITE_ADDR").rsplit_once(':').unwrap();
    assert_eq!((everywhere, last("EXPOSE").as_str()), ("0.0.0.0", port));
    let entry = argv(&last("ENTRYPOINT"));
    assert!(entry[0].starts_with(&all("WORKDIR").pop().unwrap()));

    let mut serve = program();
    serve
        .args(&entry[1..])
        .args(argv(&last("CMD")))
        .env("DATA_DIR", data.path());
    let instance = Instance::start(serve);
    instance.until_ready().await;
    let check = last("HEALTHCHECK");
    let check = argv(check.split_once("CMD ").unwrap().1);
    assert_eq!(check[0], entry[0]);
    let mut health = program();
    health.args(&check[1..]).env(
        "LEPTOS_SITE_ADDR",
        instance.url.trim_start_matches("http://"),
    );
    assert_well(&health.output().unwrap());
    assert_eq!(last("STOPSIGNAL"), "SIGTERM");
}

/// Whatever a shell or a service manager begins with.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_opens_as_many_files_as_it_may() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("bash");
    let run = "ulimit -Sn 300; ulimit -Hn 3000; exec \"$0\"";
    command.args(["-c", run, env!("CARGO_BIN_EXE_pizza-market")]);
    command.env("LEPTOS_SITE_ADDR", "127.0.0.1:0");
    command.env("DATA_DIR", folder.path());
    let instance = Instance::start(command);
    let figures = instance.get("/metrics").await.text;
    assert!(figures.contains("\nprocess_max_fds 3000\n"), "{figures}");
}

// ---- compose.yaml

/// A text of compose.yaml, with what it takes from the environment.
fn filled(text: &str) -> String {
    let mut parts = text.split("${");
    let mut filled = parts.next().unwrap().to_owned();
    for part in parts {
        let (variable, rest) = part.split_once('}').unwrap();
        filled += match variable.split_once(":-") {
            Some((_, default)) => default,
            None if variable.contains("_PASSWORD:?") || variable == "MARKET_PASSWORD" => {
                "a password, with 'all' that $ one > may use"
            }
            None => panic!("{variable} has no value"),
        };
        filled += rest;
    }
    filled
}

fn service(name: &str) -> Value {
    yaml("compose.yaml")["services"][name].clone()
}

/// Redis as compose.yaml starts it, and beside its accounts one that sees everything.
fn redis() -> RedisServer {
    let command: Vec<_> = words(&service("redis")["command"])
        .iter()
        .map(|word| filled(word))
        .collect();
    assert_eq!(command[0], "redis-server");
    let mut args: Vec<_> = command[1..].iter().map(String::as_str).collect();
    args.extend(["--user", "watcher", "on", "nopass", "~*", "&*", "+@all"]);
    RedisServer::with(&args)
}

/// An instance as compose.yaml starts it, but on this Redis.
fn market(redis: &RedisServer) -> Instance {
    let mut command = program();
    for (name, value) in service("market-1")["environment"].as_mapping().unwrap() {
        command.env(name.as_str().unwrap(), filled(value.as_str().unwrap()));
    }
    command
        .env("REDIS_HOST", "127.0.0.1")
        .env("REDIS_PORT", redis.port.to_string());
    Instance::start(command)
}

fn as_watcher(redis: &RedisServer) -> ::redis::Connection {
    let url = redis.url().replace("redis://", "redis://watcher:any@");
    ::redis::Client::open(url)
        .unwrap()
        .get_connection()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_of_the_market_may_do_what_a_day_needs() {
    let mut server = redis();
    let (one, other) = (market(&server), market(&server));
    one.until_ready().await;
    other.until_ready().await;
    assert_eq!(
        one.get("/readyz").await.json()["store"]["durability"],
        "always"
    );
    let mut socket = other.follow().await;
    let order = one.done("/api/orders", &offer("Diavola")).await;
    let path = format!("/api/orders/{}", order["id"].as_str().unwrap());
    for (_, call, body) in day() {
        one.done(&format!("{path}/{call}"), &body).await;
    }
    for version in 1..=8 {
        assert_eq!(socket.event().await["order"]["version"], version);
    }
    // What is not in the ring any more, or on one instance only: pages, history, an answer that is asked for again.
    assert_eq!(
        other
            .get(&format!("{path}/events"))
            .await
            .json()
            .as_array()
            .unwrap()
            .len(),
        8
    );
    assert_eq!(
        other
            .get("/api/orders?status=delivered")
            .await
            .json()
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let again = async |instance: &Instance| {
        let call = instance
            .request(reqwest::Method::POST, "/api/orders")
            .json(&offer("Marinara"));
        instance
            .send(call.header("idempotency-key", "once"))
            .await
            .text
    };
    assert_eq!(again(&one).await, again(&other).await);
    Socket::open(format!("{}/ws", one.url.replace("http", "ws")))
        .await
        .unwrap();

    // Nothing was refused, not even what the program would do without.
    let refused: Vec<::redis::Value> = ::redis::cmd("ACL")
        .arg("LOG")
        .query(&mut as_watcher(&server))
        .unwrap();
    assert!(refused.is_empty(), "{refused:?}");
    // After a crash, it is there.
    server.kill();
    server.start_again();
    one.until_ready().await;
    assert_eq!(one.get(&path).await.json()["status"], "delivered");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_of_the_market_may_do_nothing_else() {
    let server = redis();
    let plain = ::redis::Client::open(server.url())
        .unwrap()
        .get_connection();
    let plain = plain.and_then(|mut line| ::redis::cmd("PING").exec(&mut line));
    assert!(plain.is_err(), "without a name");

    let mut watcher = as_watcher(&server);
    let mut tried = |command: &[&str]| {
        let mut try_it = ::redis::cmd("ACL");
        try_it
            .arg("DRYRUN")
            .arg("market")
            .arg(command)
            .query::<String>(&mut watcher)
            .unwrap()
    };
    assert_eq!(tried(&["SET", "order:1", "{}"]), "OK");
    for command in [
        &["FLUSHALL"][..],
        &["SET", "elsewhere", "1"],
        &["DEL", "order:1"],
        &["KEYS", "*"],
        &["CONFIG", "SET", "appendonly", "no"],
        &["SHUTDOWN"],
        &["SCRIPT", "FLUSH"],
        &["CLIENT", "KILL", "ID", "1"],
        &["PUBLISH", "elsewhere", "1"],
        &["ACL", "LIST"],
        &["REPLICAOF", "NO", "ONE"],
    ] {
        assert_ne!(tried(command), "OK", "{command:?}");
    }
}

/// Who has a Redis already is given the same rights for it.
#[test]
fn the_operators_page_gives_the_same_rights() {
    let page = read("docs/operate/configure.md");
    let line = page.split("acl setuser market on ").nth(1).unwrap();
    let line = line.split("\n```").next().unwrap().replace("\\\n", " ");
    let (_, rights) = line.split_once("$password\" ").unwrap();
    let shown: Vec<_> = rights
        .split_whitespace()
        .map(|word| word.trim_matches('\''))
        .collect();
    let command = words(&service("redis")["command"]);
    let of_market = command.iter().skip_while(|word| *word != "market").skip(3);
    let mut given = of_market.take_while(|word| *word != "--user");
    assert!(
        shown
            .iter()
            .all(|word| given.next().is_some_and(|right| right == word)),
        "{shown:?}"
    );
    assert_eq!(given.next(), None);
}

#[test]
fn the_health_check_of_redis_finds_it_well() {
    let server = redis();
    let redis = service("redis");
    let test = words(&redis["healthcheck"]["test"]);
    assert_eq!(test[0], "CMD-SHELL");
    let check = test[1].replace("redis-cli", &format!("redis-cli -p {}", server.port));
    let run = |password: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-c", &check]).env("REDISCLI_AUTH", password);
        shell.status().unwrap().success()
    };
    let password = redis["environment"]["REDISCLI_AUTH"].as_str().unwrap();
    assert!(run(&filled(password)));
    assert!(!run("another"));
}

#[test]
fn compose_is_sound() {
    let compose = yaml("compose.yaml");
    let services = compose["services"].as_mapping().unwrap();
    let names = |part: &str| -> BTreeSet<String> {
        let part = compose[part].as_mapping().unwrap();
        part.keys()
            .map(|name| name.as_str().unwrap().to_owned())
            .collect()
    };
    for (name, service) in services {
        let name = name.as_str().unwrap();
        let image = service["image"].as_str().unwrap();
        let own = image == "pizza-market";
        assert!(
            own || image
                .split_once(':')
                .is_some_and(|(_, tag)| tag != "latest"),
            "{image}: which version?"
        );
        for volume in service["volumes"].as_sequence().into_iter().flatten() {
            let from = volume.as_str().unwrap().split(':').next().unwrap();
            match from.strip_prefix("./") {
                Some(path) => assert!(root().join(path).exists(), "{name} mounts {path}"),
                None => assert!(names("volumes").contains(from), "{name} mounts {from}"),
            }
        }
        for port in service["ports"].as_sequence().into_iter().flatten() {
            let port = filled(port.as_str().unwrap());
            assert!(
                port.starts_with("127.0.0.1:"),
                "{name} opens {port} to the world, unasked"
            );
        }
        let waits = &service["depends_on"];
        let waits: Vec<_> = match waits.as_mapping() {
            Some(by_name) => by_name
                .keys()
                .map(|name| name.as_str().unwrap().to_owned())
                .collect(),
            None => waits
                .as_sequence()
                .map(|_| words(waits))
                .unwrap_or_default(),
        };
        for other in waits {
            assert!(
                services.contains_key(other.as_str()),
                "{name} waits for {other}"
            );
        }
    }
    // Whoever stands in the proxies' network is believed: it is the one that the containers share.
    let network = compose["networks"]["market"]["ipam"]["config"][0]["subnet"].as_str();
    assert_eq!(
        service("market-1")["environment"]["TRUSTED_PROXIES"].as_str(),
        network
    );
    let mut one = service("market-1");
    // It builds the image for both.
    assert!(one.as_mapping_mut().unwrap().remove("build").is_some());
    assert_eq!(one, service("market-2"));
    // Where `restore -` keeps what it is given: the rest can only be read.
    assert_eq!(one["read_only"], true);
    assert_eq!(words(&one["tmpfs"]), ["/tmp"]);
    // The proxy asks the instances that are there.
    let caddyfile = read("ops/caddy/Caddyfile");
    let asked = "{$INSTANCES:market-1:8000 market-2:8000}";
    assert_eq!(
        caddyfile.matches("$INSTANCES").count(),
        caddyfile.matches(asked).count()
    );
}

/// It holds names and addresses.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_killed_leaves_nothing() {
    let market = Market::embedded();
    let mut instance = market.open().await;
    for _ in 0..20 {
        instance.offer("Diavola").await;
    }
    instance.kill();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("market.jsonl");
    let backup = |limit: &str| {
        let Store::Embedded(data) = &market.store else {
            unreachable!()
        };
        // Whatever grows beyond the limit is killed.
        let run = format!("ulimit -c 0; ulimit -f {limit}; exec \"$0\" backup \"$1\"");
        let mut command = Command::new("bash");
        command.args(["-c", &run, env!("CARGO_BIN_EXE_pizza-market")]);
        command.arg(&file).env("DATA_DIR", data.path());
        command.output().unwrap().status
    };
    let left = || fs::read_dir(folder.path()).unwrap().count();
    let killed = backup("4");
    assert!(killed.signal().is_some(), "{killed}");
    assert_eq!(left(), 0);
    assert!(backup("unlimited").success());
    let whole = fs::read(&file).unwrap();
    // What is there stays there.
    assert!(backup("4").signal().is_some());
    assert_eq!((left(), fs::read(&file).unwrap()), (1, whole));
}

#[test]
fn a_restore_names_the_folder_that_it_cannot_use() {
    let market = Market::embedded();
    let mut restore = market.command();
    restore.args(["restore", "-"]).env("TMPDIR", "/nowhere");
    let ended = restore.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{said}");
    for word in ["nothing was changed: /nowhere: ", "TMPDIR"] {
        assert!(said.contains(word), "{said}");
    }
}

#[test]
fn compose_itself_understands_the_file() {
    if !is_installed("docker", &["compose", "version"]) {
        return;
    }
    let mut config = Command::new("docker");
    config
        .args(["compose", "--profile", "observe", "--file"])
        .arg(root().join("compose.yaml"));
    assert_well(
        &config
            .args(["config", "--quiet"])
            .env("MARKET_PASSWORD", "x")
            .env("KEEPER_PASSWORD", "y")
            .output()
            .unwrap(),
    );
}

// ---- The unit

const UNIT: &str = "ops/systemd/pizza-market.service";

fn unit(key: &str) -> Vec<String> {
    let unit = read(UNIT);
    let lines = unit.lines().filter_map(|line| line.split_once('='));
    lines
        .filter(|(found, _)| *found == key)
        .map(|(_, value)| value.to_owned())
        .collect()
}

/// Its commands, in a folder with the settings of the operator's page.
#[tokio::test(flavor = "multi_thread")]
async fn the_unit_starts_a_server_and_notices_that_it_has_started() {
    let (etc, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    fs::write(
        etc.path().join(".env"),
        format!("LEPTOS_SITE_ADDR={free}\n"),
    )
    .unwrap();
    let run = |line: &str| {
        let mut words = line.split(' ');
        assert_eq!(words.next(), Some("/opt/pizza-market/pizza-market"));
        let mut command = program();
        command
            .env_remove("LEPTOS_SITE_ADDR")
            .current_dir(etc.path())
            .args(words);
        for setting in unit("Environment") {
            let (name, value) = setting.split_once('=').unwrap();
            command.env(name, value.replace("%S", state.path().to_str().unwrap()));
        }
        command
    };
    let mut instance = Instance::start(run(&unit("ExecStart")[0]));
    assert_well(&run(&unit("ExecStartPost")[0]).output().unwrap());
    let name = &unit("StateDirectory")[0];
    until(async || state.path().join(name).join("market.redb").exists()).await;
    instance.signal("-TERM");
    assert!(instance.ended(SOON).success());
}

#[test]
fn systemd_itself_finds_the_unit_sound_and_well_shut_in() {
    if !is_installed("systemd-analyze", &["--version"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().join("pizza-market.service");
    let program = env!("CARGO_BIN_EXE_pizza-market");
    let text = read(UNIT).replace("/opt/pizza-market/pizza-market", program);
    // Whoever runs this has no such user.
    fs::write(&here, text.replace("User=pizza-market\n", "")).unwrap();
    let analyze = |args: &[&str]| {
        let mut analyze = Command::new("systemd-analyze");
        analyze.args(args).arg(&here).output().unwrap()
    };
    let said = analyze(&["verify"]);
    assert_well(&said);
    assert!(
        said.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    // From 0 (shut in) to 100 (exposed).
    assert_well(&analyze(&[
        "security",
        "--offline=true",
        "--threshold=25",
        "--no-pager",
    ]));
}

// ---- The workflow

#[test]
fn the_workflow_does_what_a_change_has_to_pass() {
    let workflow = yaml(".github/workflows/ci.yml");
    assert_eq!(workflow["permissions"]["contents"], "read");
    assert_eq!(workflow["permissions"].as_mapping().unwrap().len(), 1);
    let mut runs = Vec::new();
    for (name, job) in workflow["jobs"].as_mapping().unwrap() {
        assert!(job["timeout-minutes"].is_u64(), "{name:?} may run for ever");
        for step in job["steps"].as_sequence().unwrap() {
            if let Some(action) = step["uses"].as_str() {
                let (_, commit) = action.split_once('@').unwrap();
                let whole = commit.len() == 40 && commit.chars().all(|c| c.is_ascii_hexdigit());
                assert!(whole, "{action} is not held to one commit");
            }
            if let Some(run) = step["run"].as_str() {
                runs.extend(run.trim().lines().map(str::to_owned));
            }
        }
    }
    assert!(runs.iter().any(|run| run == ".ci/run"));
    for run in &runs {
        let program = run.split(' ').next().unwrap();
        let ours = program.contains('/');
        let known = ["rustup", "docker", "curl", "sudo"].contains(&program);
        let target = run.strip_prefix("make ").is_some_and(is_target);
        assert!(
            known || target || ours && is_executable(program),
            "{run}: nothing like that is here"
        );
    }
    // Its Rust is the one that the image is built with, and that Cargo.toml asks for at least.
    let image = all("FROM").iter().find_map(|from| {
        from.strip_prefix("rust:")?
            .split('-')
            .next()
            .map(str::to_owned)
    });
    let rust = image.unwrap();
    assert_eq!(workflow["env"]["RUSTUP_TOOLCHAIN"], rust.as_str());
    assert!(read("Dockerfile").contains(&format!("ENV RUSTUP_TOOLCHAIN={rust}\n")));
    assert!(read("Cargo.toml").contains(&format!(
        "rust-version = \"{}\"",
        rust.trim_end_matches(".0")
    )));

    let pass = read(".ci/run");
    let commands = pass
        .lines()
        .find_map(|line| line.strip_prefix("for command in "))
        .unwrap();
    for command in commands.trim_end_matches("; do").split(' ') {
        assert!(is_target(command), "make has no {command}");
    }
}

fn is_target(name: &str) -> bool {
    read("Makefile").contains(&format!("\n{name}:"))
}

fn is_executable(file: &str) -> bool {
    let file = root().join(file);
    file.metadata()
        .is_ok_and(|file| file.permissions().mode() & 0o111 != 0)
}
