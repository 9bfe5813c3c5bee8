//! Requests as an attacker sends them: with headers, cookies and addresses that no browser puts together.

use super::{
    Answer, Instance,
    accounts::{ORIGIN, PASSWORD},
    browser::HOST,
    tls,
};
use reqwest::Method;
use tokio_tungstenite::tungstenite::{client::IntoClientRequest, http::Request};

/// A request as it is, whose redirect is not followed.
pub async fn raw(
    instance: &Instance,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
) -> Answer {
    answer(instance, method, path, headers, "a=b").await
}

/// A form that a program sends.
pub async fn sent(instance: &Instance, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let headers = [headers, &[("accept", "application/json")]].concat();
    answer(instance, Method::POST, path, &headers, body).await
}

async fn answer(
    instance: &Instance,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let http = tls::http().redirect(reqwest::redirect::Policy::none());
    let url = format!("{}{path}", instance.url);
    let mut request = http.build().unwrap().request(method.clone(), url);
    if method == Method::POST {
        let form = "application/x-www-form-urlencoded";
        request = request.header("content-type", form).body(body.to_owned());
    }
    if !headers.iter().any(|(name, _)| *name == "accept") {
        request = request.header("accept", "text/html");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    Answer {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        text: response.text().await.unwrap(),
    }
}

/// The cookie of a customer who has just signed up and in.
pub async fn customer_cookie(instance: &Instance, name: &str) -> String {
    let email = format!("{name}@example.org");
    let fields = [("email", &*email), ("password", PASSWORD), ("name", name)];
    assert_eq!(instance.form("/sign-up", &fields).await.status, 303);
    sign_in(instance, &email, &[]).await
}

pub async fn sign_in(instance: &Instance, email: &str, headers: &[(&str, &str)]) -> String {
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    let fields = [("email", email), ("password", PASSWORD)];
    let body = body.extend_pairs(fields).finish();
    let headers = [headers, &[("origin", ORIGIN)]].concat();
    let signed_in = answer(instance, Method::POST, "/sign-in", &headers, &body).await;
    assert_eq!(signed_in.status, 303, "{}", signed_in.text);
    let set = signed_in.headers.get_all("set-cookie").iter();
    let mut set = set.map(|cookie| cookie.to_str().unwrap());
    let is_session = |cookie: &&str| cookie.trim_start_matches(HOST).starts_with("session=");
    let session = set.find(is_session);
    session.unwrap().split(';').next().unwrap().to_owned()
}

/// The request that opens a socket, with headers as they are.
pub fn upgrade(url: &str, headers: &[(&str, &str)]) -> Request<()> {
    let mut request = url.into_client_request().unwrap();
    for (name, value) in headers {
        let name: reqwest::header::HeaderName = name.parse().unwrap();
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    request
}
