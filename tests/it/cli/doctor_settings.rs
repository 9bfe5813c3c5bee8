//! `doctor` on settings, the site and the limit of open files, and how its report reads.

use crate::support::{
    Instance,
    doctor::{SITE, examine, of_folder, patient, with},
    free_port, program,
    redis_server::RedisServer,
    tls,
};
use serde_json::json;
use std::{collections::BTreeSet, fs, process::Command};
use tokio::task::spawn_blocking;

#[tokio::test(flavor = "multi_thread")]
async fn trusting_every_proxy_is_a_warning() {
    for all in ["0.0.0.0/0", "10.0.0.1, ::/0"] {
        let report = with(&[("TRUSTED_PROXIES", all)]).await;
        report.says("TRUSTED_PROXIES", "warning", &["your proxies alone"]);
    }
    let report = with(&[("TRUSTED_PROXIES", "10.0.0.0/8")]).await;
    report.says("TRUSTED_PROXIES", "ok", &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incomplete_site_folder_is_named() {
    let data = tempfile::tempdir().unwrap();
    let site = tempfile::tempdir().unwrap();
    let root = site.path().to_str().unwrap();
    let of = async |more: &[(&str, &str)]| {
        let own = [
            ("DATA_DIR", data.path().to_str().unwrap()),
            ("LEPTOS_SITE_ROOT", root),
        ];
        with(&[&own, more].concat()).await
    };
    of(&[]).await.names(
        "site",
        &["pkg/pizza-market.wasm", "brand.svg", "LEPTOS_SITE_ROOT"],
    );
    of(&[("LEPTOS_HASH_FILES", "true")])
        .await
        .names("site", &["hash.txt", "LEPTOS_HASH_FILES"]);
    for entry in ["pkg", "."] {
        let to = site.path().join(entry);
        fs::create_dir_all(&to).unwrap();
        for file in fs::read_dir(SITE.path().join(entry))
            .unwrap()
            .flatten()
            .filter(|file| file.path().is_file())
        {
            fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
    }
    assert_eq!(of(&[]).await.exit, 0);
    fs::write(
        site.path().join("pkg/pizza-market.css"),
        "@import \"./tokens.css\";",
    )
    .unwrap();
    of(&[]).await.names("site", &["lacks pkg/tokens.css"]);
}

/// Whatever the head of a page links is looked for.
#[tokio::test(flavor = "multi_thread")]
async fn doctor_checks_every_file_that_a_page_links() {
    let mut command = program();
    let folder = tempfile::tempdir().unwrap();
    command
        .env("DATA_DIR", folder.path())
        .env("LEPTOS_SITE_ROOT", SITE.path());
    let instance = Instance::start(command);
    let page = instance.get("/").await.text;
    let head = page.split_once("</head>").unwrap().0;
    let linked = head
        .split("href=\"/")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap());
    let linked: BTreeSet<_> = linked.map(str::to_owned).collect();
    assert!(linked.len() >= 6, "{linked:?}");
    let report = of_folder(tempfile::tempdir().unwrap().path()).await;
    let looked: BTreeSet<String> =
        serde_json::from_value(report.check("site")["data"]["files"].clone()).unwrap();
    assert!(linked.is_subset(&looked), "{linked:?} {looked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_setting_is_shown_with_its_source_and_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let server = RedisServer::start();
    let env = format!(
        "REDIS_PASSWORD=\"s3cret one\"\nREDIS_PORT={}\nRATE_LIMIT=7\nEVENT_RETENTION=none\nRATE_LIMITS=s3cret\nMAX_SOCKET=s3cret\n",
        server.port
    );
    fs::write(folder.path().join(".env"), env).unwrap();
    let toml = include_str!("../../../Leptos.toml").replace("127.0.0.1:8000", "127.0.0.1:0");
    fs::write(folder.path().join("Leptos.toml"), toml).unwrap();
    let mut command = patient(&[
        ("RATE_LIMIT", "8"),
        ("REDIS_PASWORD", "s3cret"),
        ("redis_url", "redis://:s3cret@x"),
        ("REDIS_MODE", "s3cret"),
    ]);
    command
        .current_dir(folder.path())
        .env_remove("LEPTOS_SITE_ADDR");
    let report = examine(command).await;
    assert_eq!(report.exit, 2);
    assert!(!report.whole.contains("s3cret"), "{}", report.whole);
    for (name, value, from) in [
        ("RATE_LIMIT", "8", "environment"),
        ("REDIS_PORT", &server.port.to_string(), ".env"),
        ("REDIS_PASSWORD", "(hidden)", ".env"),
        ("REDIS_DB", "0", "default"),
        ("LEPTOS_SITE_ADDR", "127.0.0.1:0", "Leptos.toml"),
        ("CURRENCY", "EUR", "default"),
    ] {
        let data = &report.check(name)["data"];
        assert_eq!(
            (&data["value"], &data["from"]),
            (&json!(value), &json!(from)),
            "{name}"
        );
    }
    report.says(
        "EVENT_RETENTION",
        "error",
        &["none", "Correct EVENT_RETENTION"],
    );
    for (name, meant) in [
        ("RATE_LIMITS", "RATE_LIMIT"),
        ("MAX_SOCKET", "MAX_SOCKETS"),
        ("REDIS_PASWORD", "REDIS_PASSWORD"),
        ("redis_url", "REDIS_URL"),
    ] {
        report.says(name, "warning", &[&format!("Write {meant},")]);
    }
    report.says("REDIS_MODE", "warning", &["not a setting of this program"]);
    // What is wrong with one setting does not hide the store: it wants no password.
    report.says("sign-in", "error", &["Redis has none"]);

    let url = format!("redis://market:s3cret@127.0.0.1:{}/2", server.port);
    let report = with(&[("REDIS_URL", &url), ("REDIS_PORT", "1")]).await;
    assert!(!report.whole.contains("s3cret"), "{}", report.whole);
    report.says(
        "REDIS_URL",
        "ok",
        &["redis://market:(hidden)@127.0.0.1", "/2"],
    );
    report.says("REDIS_PORT", "warning", &["no effect"]);
    let report = with(&[
        ("REDIS_PORT", "tcp://10.0.0.7:6379"),
        ("REDIS_SERVICE_HOST", "10.0.0.7"),
    ])
    .await;
    report.names("REDIS_PORT", &["Kubernetes", "enableServiceLinks"]);
    report.says("store", "skipped", &["REDIS_PORT is wrong"]);
}

/// A line of `.env` that cannot be read may hold a secret.
#[tokio::test(flavor = "multi_thread")]
async fn a_broken_line_of_dot_env_is_named_by_number_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join(".env"),
        "RATE_LIMIT=7\nREDIS_PASSWORD=\"s3cret\" words\n",
    )
    .unwrap();
    let mut command = patient(&[]);
    command.current_dir(folder.path());
    let report = examine(command).await;
    report.names(".env", &["line 2", "quotes"]);
    let mut command = program();
    command.current_dir(folder.path());
    let said = crate::support::refuses_to_start(command);
    for said in [&report.whole, &said] {
        assert!(
            said.contains("line 2") && !said.contains("s3cret"),
            "{said}"
        );
    }
}

/// The settings that it shows are those that are explained, with the defaults that are explained.
#[tokio::test(flavor = "multi_thread")]
async fn every_setting_is_shown_with_its_default() {
    let mut command = patient(&[]);
    command
        .env_remove("RUST_LOG")
        .env_remove("AUTH")
        .env_remove("LEPTOS_SITE_ADDR");
    for (name, _) in tls::settings() {
        command.env_remove(name);
    }
    // A Redis in parts, so that the defaults of the other parts count.
    command.env("REDIS_PORT", free_port().to_string());
    let report = examine(command).await;
    let explained = include_str!("../../../.env.example").lines();
    let explained = explained.filter_map(|line| line.trim_start_matches("# ").split_once('='));
    let explained: Vec<_> = explained
        .filter(|(name, _)| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
        .collect();
    assert!(explained.len() > 15);
    let shown = report
        .checks
        .iter()
        .filter(|check| check["group"] == "settings");
    let shown: Vec<_> = shown.map(|check| check["name"].as_str().unwrap()).collect();
    assert_eq!(
        shown,
        explained.iter().map(|(name, _)| *name).collect::<Vec<_>>()
    );
    for (name, default) in explained {
        let found = report.check(name)["data"]["value"]
            .as_str()
            .unwrap_or_default();
        let depends = [
            "LEPTOS_SITE_ROOT",
            "LEPTOS_HASH_FILES",
            "REDIS_PORT",
            "LOG_FORMAT",
        ]
        .contains(&name);
        assert!(
            depends || found == default,
            "{name}: {found} and not {default}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_has_one_line_for_each_check() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = patient(&[
        ("DATA_DIR", folder.path().to_str().unwrap()),
        ("RATE_LIMTI", "7"),
    ]);
    let output = spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.stderr.is_empty() && !said.contains('\x1b'), "{said}");
    let line = said
        .lines()
        .find(|line| line.contains("RATE_LIMTI"))
        .unwrap();
    assert!(
        line.starts_with("  warning") && line.contains("→ Write RATE_LIMIT"),
        "{line}"
    );
    assert!(
        said.lines().any(|line| line == "Embedded")
            && said.ends_with("(3 checks skipped).\n")
            && said.contains("skipped  3 more checks"),
        "{said}"
    );
    let mut help = program();
    let help = help.args(["doctor", "--help"]).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    assert!(
        help.contains("Exit status:") && help.contains("--json"),
        "{help}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn more_connections_than_open_files_are_a_warning() {
    let data = tempfile::tempdir().unwrap();
    let of = async |files: &str, connections: &str| {
        let settings = [
            ("DATA_DIR", data.path().to_str().unwrap()),
            ("MAX_CONNECTIONS", connections),
        ];
        let plain = patient(&settings);
        let mut command = Command::new("bash");
        let run = format!("ulimit -n {files}; exec \"$0\" doctor \"$@\"");
        command.args(["-c", &run]).arg(plain.get_program());
        command.current_dir(SITE.path());
        for (name, value) in plain.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        examine(command).await
    };
    let report = of("1000", "1001").await;
    let words = ["1000", "MAX_CONNECTIONS is 1001", "Allow 1513", "to 488"];
    report.says("files", "warning", &words);
    assert_eq!(report.exit, 1, "{}", report.whole);
    of("1000", "1000").await.says("files", "ok", &["1000"]);
}
