//! What pages of other sites send with the browser of somebody who is signed in.

use crate::{
    on_both_engines,
    support::{
        Market, Socket,
        accounts::{ORIGIN, required},
        attacker::{customer_cookie, raw, upgrade},
    },
};
use reqwest::Method;

on_both_engines! {
    a_form_of_another_site_does_nothing,
    a_socket_takes_the_cookie_of_its_own_page_alone,
}

async fn a_form_of_another_site_does_nothing(market: Market) {
    let market = required(market).with("CORS_ALLOWED_ORIGINS", "https://listed.example");
    let instance = market.open().await;
    let session = customer_cookie(&instance, "eva").await;
    for (headers, status) in [
        (&[][..], 403),
        (&[("origin", "https://evil.example")], 403),
        (&[("origin", "https://listed.example")], 403),
        (&[("origin", "http://127.0.0.1:9")], 403),
        (&[("origin", "null")], 403),
        (&[("sec-fetch-site", "same-site")], 403),
        (&[("sec-fetch-site", "none")], 403),
        (
            &[("origin", ORIGIN), ("origin", "https://evil.example")],
            403,
        ),
        (&[("sec-fetch-site", "same-origin")], 303),
        (&[("origin", ORIGIN)], 303),
    ] {
        for path in ["/sign-out", "/account", "/settings", "/act/take"] {
            let headers = [headers, &[("cookie", &*session)]].concat();
            // The session goes on: this address ends it where the form counts.
            let path = if status == 303 { "/settings" } else { path };
            let sent = raw(&instance, Method::POST, path, &headers).await;
            assert_eq!(sent.status, status, "{path} {headers:?}: {}", sent.text);
        }
    }
    let account = raw(&instance, Method::GET, "/account", &[("cookie", &*session)]).await;
    assert_eq!(account.status, 200);
}

async fn a_socket_takes_the_cookie_of_its_own_page_alone(market: Market) {
    let market = required(market).with("CORS_ALLOWED_ORIGINS", "https://listed.example");
    let instance = market.open().await;
    let kitchen = market.key("kitchen", &["--role", "integrator"]);
    let session = customer_cookie(&instance, "eva").await;
    let wrong = format!("{}=x.y.z", session.split('=').next().unwrap());
    let url = instance.socket_url("?since=");
    let own = [("cookie", &*session), ("origin", ORIGIN)];
    Socket::open(upgrade(&url, &own)).await.unwrap();
    let bearer = format!("Bearer {}", kitchen.token.as_deref().unwrap());
    let protocol = format!("pizza.v1, bearer.{}", kitchen.token.as_deref().unwrap());
    for (headers, status) in [
        (vec![("cookie", &*session)], 403),
        (
            vec![("cookie", &*session), ("origin", "https://evil.example")],
            403,
        ),
        (
            vec![("cookie", &*session), ("origin", "http://127.0.0.1:9")],
            403,
        ),
        (vec![("cookie", &*wrong), ("origin", ORIGIN)], 401),
        ([&own[..], &[("authorization", &*bearer)]].concat(), 422),
        (
            [&own[..], &[("sec-websocket-protocol", &*protocol)]].concat(),
            422,
        ),
        (
            vec![
                ("authorization", &*bearer),
                ("sec-websocket-protocol", &*protocol),
            ],
            422,
        ),
        (vec![("sec-websocket-protocol", "pizza.v1, bearer.x")], 401),
    ] {
        let refused = Socket::refused(upgrade(&url, &headers)).await;
        assert_eq!(refused.as_u16(), status, "{headers:?}");
    }
    // A page elsewhere has no cookie: it is nobody.
    let listed = [("cookie", &*session), ("origin", "https://listed.example")];
    Socket::open(upgrade(&url, &listed)).await.unwrap();
}
