//! Settings: each that makes no sense stops the start, and is named.

use crate::support::{
    Instance, Market, doctor, program, redis_server::RedisServer, refuses_to_start,
};
use std::fs;

#[test]
fn an_invalid_setting_is_named() {
    for (name, value) in [
        ("LEPTOS_SITE_ADDR", "localhost"),
        ("LEPTOS_SITE_ADDR", "127.0.0.1:99999"),
        ("LEPTOS_HASH_FILES", "maybe"),
        ("REDIS_URL", "http://127.0.0.1"),
        ("PLACES", "/nowhere/places.csv"),
        ("REDIS_URL", "redis://"),
        ("REDIS_PORT", "many"),
        ("REDIS_DB", "-1"),
        ("REDIS_DB", "first"),
        ("REDIS_TLS", "perhaps"),
        ("CORS_ALLOWED_ORIGINS", "*"),
        ("CORS_ALLOWED_ORIGINS", "https://*.shop.example"),
        ("CORS_ALLOWED_ORIGINS", "https://shop.example/cart"),
        ("CORS_ALLOWED_ORIGINS", "https://shop.example,shop.example"),
        ("SITE_ORIGIN", "*"),
        ("SITE_ORIGIN", "market.example"),
        ("SITE_ORIGIN", "https://market.example/pizza"),
        ("SITE_ORIGIN", "https://market.example,https://shop.example"),
        ("AUTH", "maybe"),
        ("AUTH_SECRET", "short"),
        ("AUTH_SECRET_FILE", "/nowhere/at/all"),
        ("GUESTS", "perhaps"),
        ("SIGN_UP", "1"),
        ("RATE_LIMIT", "0"),
        ("RATE_LIMIT", "fast"),
        ("EVENT_RETENTION", "-5"),
        ("MENU_MEMORY", "0"),
        ("MENU_MEMORY", "256 MiB"),
        ("TRUSTED_PROXIES", "market-proxy"),
        ("TRUSTED_PROXIES", "10.0.0.1, 10.0.0.0/33"),
        ("DATA_DIR", "/dev/null/nowhere"),
        ("LOG_FORMAT", "xml"),
        ("RUST_LOG", "loud"),
        ("METRICS_ADDR", "9090"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "grpc://collector"),
        ("OTEL_TRACES_EXPORTER", "jaeger"),
        ("OTEL_SDK_DISABLED", "perhaps"),
        ("REDIS_HOST", "redis.example@10.0.0.7"),
        ("LEPTOS_RELOAD_PORT", "many"),
        ("LEPTOS_ENV", "moon"),
        ("LEPTOS_SITE_ROOT", "nowhere/at/all"),
    ] {
        let mut command = program();
        command
            .env("DATA_DIR", tempfile::tempdir().unwrap().path())
            .env(name, value);
        let said = refuses_to_start(command);
        assert!(said.contains(name), "{name}={value}: {said}");
        assert!(!said.contains("panicked"), "{said}");
        assert!(!said.contains("Leptos.toml"), "{said}");
    }
}

#[test]
fn a_wrong_line_of_the_places_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("places.csv");
    for (text, why) in [
        (
            "postcode,town,lat,lon\n10115,Berlin,52.5,13.4\n10117,Berlin,99,0\n",
            "PLACES: line 3: ",
        ),
        ("10115;Berlin;52.5;13.4\n", "PLACES: line 1: "),
    ] {
        fs::write(&file, text).unwrap();
        let mut command = program();
        command.env("PLACES", &file);
        let said = refuses_to_start(command);
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn a_refused_origin_is_explained() {
    for (name, value, why) in [
        ("CORS_ALLOWED_ORIGINS", "*", "name each origin by itself"),
        (
            "SITE_ORIGIN",
            "https://*.example",
            "name each origin by itself",
        ),
        (
            "SITE_ORIGIN",
            "https://a.example,https://b.example",
            "one origin",
        ),
        ("SITE_ORIGIN", "market.example", "https://shop.example"),
    ] {
        let mut command = program();
        command.env(name, value);
        let said = refuses_to_start(command);
        assert!(said.contains(why), "{name}={value}: {said}");
    }
}

#[test]
fn an_invalid_value_in_leptos_toml_names_that_file() {
    let folder = tempfile::tempdir().unwrap();
    let toml = include_str!("../../../Leptos.toml").replace("8001", "\"many\"");
    fs::write(folder.path().join("Leptos.toml"), toml).unwrap();
    let mut command = program();
    command.current_dir(folder.path());
    let said = refuses_to_start(command);
    assert!(said.contains("Leptos.toml: "), "{said}");
    assert!(!said.contains("LEPTOS_RELOAD_PORT"), "{said}");
}

#[tokio::test]
async fn the_words_of_a_setting_are_read_in_any_case() {
    let collector = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1");
    // Not spoken, which counts where traces are on.
    let unspoken = ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
    for off in [
        ("OTEL_SDK_DISABLED", "True"),
        ("OTEL_TRACES_EXPORTER", "NONE"),
    ] {
        let data = tempfile::tempdir().unwrap();
        let mut command = program();
        command
            .env("DATA_DIR", data.path())
            .envs([collector, unspoken, off])
            .env("LEPTOS_HASH_FILES", "False")
            .env("LOG_FORMAT", "PRETTY")
            .env("RATE_LIMIT", "Off")
            .env("CURRENCY", "eur")
            .env("RUST_LOG", "INFO");
        Instance::start(command).until_ready().await;
    }
    let server = RedisServer::start();
    let mut command = program();
    command
        .env("REDIS_PORT", server.port.to_string())
        .env("REDIS_TLS", "FALSE");
    Instance::start(command).until_ready().await;
}

#[test]
fn an_unsupported_compression_is_named() {
    let mut command = program();
    command
        .env("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318");
    let said = refuses_to_start(command);
    assert!(said.contains("OTEL_EXPORTER_OTLP_COMPRESSION: "), "{said}");
    assert!(!said.contains("OTLP_ENDPOINT"), "{said}");
}

/// What stands before the @ may be a password whose colon was forgotten.
#[tokio::test(flavor = "multi_thread")]
async fn a_password_in_place_of_a_user_is_not_printed() {
    for (name, value) in [
        ("REDIS_URL", "http://s3cret@127.0.0.1"),
        ("REDIS_URL", "redis://s3cret@127.0.0.1:port"),
        ("REDIS_HOST", "s3cret@127.0.0.1"),
        ("REDIS_PORT", "redis://s3cret@127.0.0.1:6379"),
        ("REDIS_TLS", "redis://s3cret@127.0.0.1"),
        ("CORS_ALLOWED_ORIGINS", "https://s3cret@shop.example"),
        ("SITE_ORIGIN", "https://s3cret@market.example"),
        ("TRUSTED_PROXIES", "http://s3cret@10.0.0.1"),
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "http://s3cret@127.0.0.1:4318",
        ),
        ("METRICS_ADDR", "http://s3cret@127.0.0.1:9090"),
        ("LOG_FORMAT", "s3cret@json"),
    ] {
        let mut command = program();
        command.env(name, value);
        let said = refuses_to_start(command);
        assert!(said.contains(name) && !said.contains("s3cret"), "{said}");
        let report = doctor::with(&[(name, value)]).await;
        assert!(!report.whole.contains("s3cret"), "{}", report.whole);
    }
    let server = RedisServer::start();
    let url = format!("redis://s3cret@127.0.0.1:{}", server.port);
    let market = Market::embedded()
        .with("REDIS_URL", &url)
        .with("RUST_LOG", "trace");
    let instance = market.open().await;
    instance.offer("Diavola").await;
    assert!(!instance.said().contains("s3cret"), "{}", instance.said());
    for args in [&["verify"][..], &["inspect", "stats"], &["migrate"]] {
        let said = market.run(args);
        assert_eq!(said.code, 0, "{said:?}");
        assert!(!format!("{said:?}").contains("s3cret"), "{said:?}");
    }
    let report = doctor::at(&url).await;
    report.says("REDIS_URL", "ok", &["redis://(hidden)@127.0.0.1"]);
    report.says("sign-in", "warning", &["without a password", ":password@"]);
    assert!(!report.whole.contains("s3cret"), "{}", report.whole);
}

#[test]
fn an_unsupported_trace_protocol_is_named() {
    let mut command = program();
    command
        .env("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317");
    assert!(refuses_to_start(command).contains("OTEL_EXPORTER_OTLP_PROTOCOL"));
}

#[test]
fn an_address_in_use_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    for setting in ["LEPTOS_SITE_ADDR", "METRICS_ADDR"] {
        let mut command = program();
        command.env(setting, &taken);
        assert!(refuses_to_start(command).contains(setting));
    }
}

#[tokio::test]
async fn settings_are_read_from_dot_env_and_leptos_toml() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".env"), "DATA_DIR=elsewhere\n").unwrap();
    let toml = include_str!("../../../Leptos.toml").replace("127.0.0.1:8000", "127.0.0.1:0");
    fs::write(folder.path().join("Leptos.toml"), toml).unwrap();
    let mut command = program();
    command
        .current_dir(folder.path())
        .env_remove("LEPTOS_SITE_ADDR");
    let instance = Instance::start(command);
    instance.until_ready().await;
    assert!(folder.path().join("elsewhere/market.redb").exists());

    let broken = tempfile::tempdir().unwrap();
    fs::write(broken.path().join(".env"), "this is no setting\n").unwrap();
    let mut command = program();
    command.current_dir(broken.path());
    assert!(refuses_to_start(command).contains(".env"));
}
