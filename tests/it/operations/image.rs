//! The container image. No engine builds it here (`ops/image/try` tries it where one is), so each of its commands is run
//! by itself, and hadolint is asked where it is installed.

use crate::repository::source::{read, root};
use crate::support::{Instance, assert_success, is_installed, program};
use std::{collections::BTreeSet, fs, os::unix::fs::symlink, process::Command};

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

pub fn all(word: &str) -> Vec<String> {
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
fn the_dockerfile_follows_the_rules() {
    // Of what an engine has, so that nothing but the named images is fetched.
    assert!(!read("Dockerfile").contains("syntax="));
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
fn hadolint_accepts_the_dockerfile_where_it_is_installed() {
    let own = root().join("target/hadolint/python/bin/hadolint");
    let hadolint = if own.exists() { own } else { "hadolint".into() };
    let hadolint = hadolint.to_str().unwrap();
    if is_installed(hadolint, &["--version"]) {
        let mut hadolint = Command::new(hadolint);
        assert_success(&hadolint.arg(root().join("Dockerfile")).output().unwrap());
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
fn the_build_context_holds_only_what_is_needed() {
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
    assert_success(&cargo.current_dir(folder.path()).output().unwrap());
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
async fn the_commands_of_the_image_start_a_healthy_server() {
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
    health
        .args(&check[1..])
        .env("LEPTOS_SITE_ADDR", instance.address());
    assert_success(&health.output().unwrap());
    assert_eq!(last("STOPSIGNAL"), "SIGTERM");
}

/// Whatever a shell or a service manager begins with.
#[tokio::test(flavor = "multi_thread")]
async fn the_limit_of_open_files_is_raised() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("bash");
    let run = "ulimit -Sn 300; ulimit -Hn 3000; exec \"$0\"";
    command.args(["-c", run, env!("CARGO_BIN_EXE_pizza-market")]);
    command.env("LEPTOS_SITE_ADDR", "127.0.0.1:0");
    command.env("DATA_DIR", folder.path());
    let instance = Instance::start(command);
    let metrics = instance.get("/metrics").await.text;
    assert!(metrics.contains("\nprocess_max_fds 3000\n"), "{metrics}");
}
