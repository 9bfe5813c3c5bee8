//! Settings: each that makes no sense stops the start, and is named.

use crate::support::{Instance, program, refuses_to_start};
use std::fs;

#[test]
fn an_invalid_setting_is_named() {
    for (name, value) in [
        ("LEPTOS_SITE_ADDR", "localhost"),
        ("LEPTOS_SITE_ADDR", "127.0.0.1:99999"),
        ("LEPTOS_HASH_FILES", "maybe"),
        ("REDIS_URL", "http://127.0.0.1"),
        ("REDIS_URL", "redis://"),
        ("REDIS_PORT", "many"),
        ("REDIS_DB", "-1"),
        ("REDIS_DB", "first"),
        ("REDIS_TLS", "perhaps"),
        ("CORS_ALLOWED_ORIGINS", "*"),
        ("CORS_ALLOWED_ORIGINS", "https://shop.example/"),
        ("CORS_ALLOWED_ORIGINS", "https://shop.example,shop.example"),
        ("RATE_LIMIT", "0"),
        ("RATE_LIMIT", "fast"),
        ("EVENT_RETENTION", "-5"),
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
    ] {
        let mut command = program();
        command
            .env("DATA_DIR", tempfile::tempdir().unwrap().path())
            .env(name, value);
        let said = refuses_to_start(command);
        assert!(said.contains(name), "{name}={value}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
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
