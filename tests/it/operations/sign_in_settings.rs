//! The settings of sign-in: what `AUTH=required` needs, when it is the default, and an open market that others reach.

use crate::support::{
    Instance, Market,
    doctor::{examine, patient, with},
    program, refuses_to_start,
};
use std::fs;

const SECRET: &str = "s3cretAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const SITE: &str = "https://market.example";

/// What the program says that must not start with these settings, where `AUTH` is not set unless they set it.
fn refused(settings: &[(&str, &str)]) -> String {
    let data = tempfile::tempdir().unwrap();
    let mut command = program();
    command
        .env_remove("AUTH")
        .env("DATA_DIR", data.path())
        .envs(settings.iter().copied());
    refuses_to_start(command)
}

#[test]
fn sign_in_needs_a_site_and_a_secret() {
    let required = ("AUTH", "required");
    let (site, secret) = (("SITE_ORIGIN", SITE), ("AUTH_SECRET", SECRET));
    for (settings, words) in [
        (
            &[required, secret][..],
            &["SITE_ORIGIN: AUTH is required", SITE][..],
        ),
        (
            &[required, site],
            &["AUTH_SECRET: AUTH is required", "openssl rand -base64 32"],
        ),
        (
            &[site],
            &["AUTH_SECRET: ", "because SITE_ORIGIN is set", "AUTH=open"],
        ),
        (
            &[("TRUSTED_PROXIES", "10.0.0.1")],
            &[
                "SITE_ORIGIN: ",
                "because TRUSTED_PROXIES is set",
                "AUTH=open",
            ],
        ),
        (
            &[("LEPTOS_SITE_ADDR", "0.0.0.0:0")],
            &["SITE_ORIGIN: ", "no loopback address", "AUTH=open"],
        ),
        (
            &[required, secret, ("SITE_ORIGIN", "http://market.example")],
            &["SITE_ORIGIN: ", "http://market.example", "https"],
        ),
        (
            &[required, site, secret, ("AUTH_SECRET_FILE", "/dev/null")],
            &["AUTH_SECRET_FILE: ", "remove one"],
        ),
        (
            &[required, site, ("AUTH_SECRET_FILE", "/dev/null")],
            &["AUTH_SECRET_FILE: ", "no secret"],
        ),
        (
            &[required, site, ("AUTH_SECRET", "AAAA")],
            &["AUTH_SECRET: 3 bytes are too few"],
        ),
    ] {
        let said = refused(settings);
        for word in words {
            assert!(said.contains(word), "{settings:?} without {word}: {said}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_market_with_sign_in_starts() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    fs::write(&file, format!("{SECRET},\n{SECRET}\n")).unwrap();
    for secret in [
        ("AUTH_SECRET", SECRET),
        ("AUTH_SECRET_FILE", file.to_str().unwrap()),
    ] {
        let data = tempfile::tempdir().unwrap();
        let mut command = program();
        command
            .env("AUTH", "Required")
            .env("SITE_ORIGIN", "http://localhost:8000")
            .env("GUESTS", "Off")
            .env("DATA_DIR", data.path())
            .env(secret.0, secret.1);
        Instance::start(command).until_ready().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_not_printed() {
    for bad in ["s3cret", "s3cret!", "s3cret,s3cret"] {
        let said = refused(&[("AUTH_SECRET", bad)]);
        assert!(
            said.contains("AUTH_SECRET") && !said.contains("s3cret"),
            "{said}"
        );
        let report = with(&[("AUTH_SECRET", bad)]).await;
        report.says("AUTH_SECRET", "error", &["Correct AUTH_SECRET"]);
        assert!(!report.whole.contains("s3cret"), "{}", report.whole);
    }
    let market = Market::embedded().with("AUTH_SECRET", SECRET);
    let instance = market.with("RUST_LOG", "trace").open().await;
    instance.offer("Diavola").await;
    assert!(!instance.said().contains("s3cret"), "{}", instance.said());
    let report = with(&[("AUTH_SECRET", SECRET)]).await;
    assert_eq!(report.check("AUTH_SECRET")["data"]["value"], "(hidden)");
    assert!(!report.whole.contains("s3cret"), "{}", report.whole);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_market_that_others_reach_is_a_warning() {
    const WARNING: &str = "AUTH is open, and others";
    let here = Market::embedded().open().await;
    assert!(!here.said().contains(WARNING), "{}", here.said());
    for setting in [("TRUSTED_PROXIES", "10.0.0.1"), ("SITE_ORIGIN", SITE)] {
        let market = Market::embedded().with(setting.0, setting.1);
        let instance = market.open().await;
        assert!(instance.said().contains(WARNING), "{}", instance.said());
        with(&[setting])
            .await
            .says("AUTH", "warning", &["everybody", "AUTH=required"]);
    }
    with(&[]).await.says("AUTH", "ok", &["open"]);
    let mut unset = patient(&[]);
    unset.env_remove("AUTH");
    examine(unset).await.says("AUTH", "ok", &["means open"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_misses_an_admin_where_people_sign_in() {
    let data = tempfile::tempdir().unwrap();
    let folder = ("DATA_DIR", data.path().to_str().unwrap());
    let report = with(&[folder]).await;
    assert!(report.checks.iter().all(|check| check["name"] != "admin"));
    let sign_in = [
        folder,
        ("AUTH", "required"),
        ("SITE_ORIGIN", SITE),
        ("AUTH_SECRET", SECRET),
    ];
    let report = with(&sign_in).await;
    report.says("AUTH", "ok", &["required"]);
    let words = ["no store yet", "pizza-market account invite admin"];
    report.says("admin", "warning", &words);
}
