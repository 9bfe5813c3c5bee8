//! `doctor` on the way to a Redis: address, TLS, sign-in.

use crate::support::{
    doctor::{at, with},
    free_port,
    proxy::{Line, Proxy},
    redis_server::RedisServer,
    tls::Certificate,
};
use std::{
    io::{Read, Write},
    net::TcpListener,
    time::Duration,
};

/// Something that says only this, to everybody.
fn who_says(word: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.write_all(word.as_bytes());
            while stream
                .read(&mut [0; 512])
                .is_ok_and(|n| n > 0 && !word.is_empty())
            {
                let _ = stream.write_all(word.as_bytes());
            }
        }
    });
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn unreachable_addresses_are_named() {
    let refused = at(&format!("redis://127.0.0.1:{}", free_port())).await;
    refused.names("connection", &["nothing listens", "REDIS_URL"]);
    refused.says("sign-in", "skipped", &["there is no connection"]);

    let nobody = with(&[("REDIS_HOST", "redis.invalid")]).await;
    nobody.names("name", &["redis.invalid"]);
    nobody.says("connection", "skipped", &["name is not found"]);

    // Its queue is full, so that it takes nobody any more, and says nothing.
    let hole = tokio::net::TcpSocket::new_v4().unwrap();
    hole.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let hole = hole.listen(1).unwrap();
    let address = hole.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(Ok(one)) = tokio::time::timeout(
        Duration::from_millis(300),
        tokio::net::TcpStream::connect(address),
    )
    .await
    {
        waiting.push(one);
    }
    let hole = at(&format!("redis://{address}")).await;
    hole.names("connection", &["does not answer in time", "firewall"]);

    let server = RedisServer::start();
    let proxy = Proxy::to(server.port).await;
    proxy.next(Line::Dead);
    let silent = at(&proxy.url()).await;
    silent.names("sign-in", &["does not answer in time"]);

    let closed = at(&who_says("")).await;
    assert_eq!(closed.exit, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_credentials_are_explained() {
    let server = RedisServer::with(&["--requirepass", "right", "--appendonly", "yes"]);
    let port = server.port;
    let wrong = at(&format!("redis://:wr0ng-secret@127.0.0.1:{port}")).await;
    wrong.names(
        "sign-in",
        &[
            "invalid username-password pair",
            "no user “default”",
            "Correct REDIS_URL",
        ],
    );
    assert!(!wrong.whole.contains("wr0ng-secret"), "{}", wrong.whole);

    let port_text = port.to_string();
    let parts = [
        ("REDIS_PORT", port_text.as_str()),
        ("REDIS_USERNAME", "market"),
        ("REDIS_PASSWORD", "wr0ng-secret"),
    ];
    let parts = with(&parts).await;
    parts.names(
        "sign-in",
        &["no user “market”", "REDIS_USERNAME and REDIS_PASSWORD"],
    );
    assert!(!parts.whole.contains("wr0ng-secret"), "{}", parts.whole);

    let none = at(&format!("redis://127.0.0.1:{port}")).await;
    none.names(
        "sign-in",
        &["wants a password", "user and password into REDIS_URL"],
    );
    let lone = at(&format!("redis://s3cret@127.0.0.1:{port}")).await;
    lone.names(
        "sign-in",
        &["the user comes without a password", ":password@"],
    );
    lone.says("REDIS_URL", "ok", &["redis://(hidden)@127.0.0.1"]);
    assert!(!lone.whole.contains("s3cret"), "{}", lone.whole);
    let right = at(&format!("redis://:right@127.0.0.1:{port}")).await;
    assert_eq!(right.exit, 0, "{}", right.whole);
    right.says("durability", "ok", &["everysec"]);

    let open = RedisServer::start();
    let needless = at(&format!("redis://:needless@127.0.0.1:{}", open.port)).await;
    needless.names(
        "sign-in",
        &["Redis has none", "Take the password out of REDIS_URL"],
    );
    let number = at(&format!("redis://127.0.0.1:{}/99", open.port)).await;
    number.names("database", &["no database of this number"]);

    for (word, says) in [
        (
            "-DENIED Redis is running in protected mode because protected mode is enabled\r\n",
            "protected mode",
        ),
        (
            "-ERR Client IP address is not in the allowlist.\r\n",
            "address is not allowed",
        ),
        ("-ERR max number of clients reached\r\n", "maxclients"),
    ] {
        at(&who_says(word)).await.names("sign-in", &[says]);
    }
    at(&who_says(
        "-LOADING Redis is loading the dataset in memory\r\n",
    ))
    .await
    .names("answers", &["loading", "Wait"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_without_redis_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            while stream.read(&mut [0; 512]).is_ok_and(|n| n > 0) {
                let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nserver: x\r\n\r\n");
            }
        }
    });
    let report = at(&url).await;
    report.names("sign-in", &["is not a Redis", "Correct REDIS_URL"]);
    for check in &report.checks {
        assert!(!check["says"].as_str().unwrap().contains('\n'), "{check}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tls_mismatch_is_named() {
    let certificate = Certificate::of(&["127.0.0.1"]);
    let server = RedisServer::secured(&certificate, &["--appendonly", "yes"]);
    let authority = certificate.authority();
    let [_, (_, secure), _] = server.parts();
    let port = server.port.to_string();

    let plain = at(&format!("rediss://127.0.0.1:{port}")).await;
    plain.names("TLS", &["does not speak TLS", "REDIS_URL"]);
    let parts = with(&[("REDIS_PORT", &secure)]).await;
    parts.names("sign-in", &["speaks TLS alone", "Turn TLS on in REDIS_TLS"]);
    let unknown = at(&format!("rediss://127.0.0.1:{secure}")).await;
    unknown.names("TLS", &["trusts none", "REDIS_CA"]);
    let trusted = [
        ("REDIS_CA", authority.as_str()),
        ("REDIS_PORT", &secure),
        ("REDIS_TLS", "true"),
    ];
    let report = with(&trusted).await;
    assert_eq!(report.exit, 0, "{}", report.whole);
    report.says("TLS", "ok", &["certificate is good"]);
    let named = [
        ("REDIS_CA", authority.as_str()),
        ("REDIS_HOST", "localhost"),
        ("REDIS_PORT", &secure),
        ("REDIS_TLS", "true"),
    ];
    with(&named).await.names("TLS", &["another name"]);
    server.cli(&["CONFIG", "SET", "tls-auth-clients", "yes"]);
    with(&trusted).await.says(
        "sign-in",
        "error",
        &["certificate from its clients", "tls-auth-clients no"],
    );
}
