//! A market in which people sign in, and who there is in it.

use super::{Answer, Instance, Market, tls};
use reqwest::Method;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{client::IntoClientRequest, http::Request};

/// The origin that its pages have. (The port of a `Host` does not matter.)
pub const ORIGIN: &str = "http://127.0.0.1:8000";
/// Base64 of 32 bytes.
pub const SECRET: &str = "bWFyZ2hlcml0YS1kaWF2b2xhLWZ1bmdoaS1tYXJpbmE=";
pub const PASSWORD: &str = "four wooden pizza peels";

/// Somebody who sends requests.
#[derive(Clone, Debug)]
pub struct Person {
    pub name: &'static str,
    /// The account; of a guest, its id.
    pub id: Option<String>,
    /// A bearer token or key.
    pub token: Option<String>,
}

pub fn required(market: Market) -> Market {
    market
        .with("AUTH", "required")
        .with("AUTH_SECRET", SECRET)
        .with("SITE_ORIGIN", ORIGIN)
}

impl Market {
    /// The answer of `pizza-market account …`.
    pub fn account(&self, args: &[&str]) -> Value {
        let ran = self.run(&[&["account"], args, &["--json"]].concat());
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
        serde_json::from_str(&ran.stdout).unwrap()
    }

    /// A program with a key.
    pub fn key(&self, name: &'static str, args: &[&str]) -> Person {
        let made = self.account(&[&["key", name], args].concat());
        Person {
            name,
            id: made["id"].as_str().map(str::to_owned),
            token: made["key"].as_str().map(str::to_owned),
        }
    }

    /// A driver who has used the link; the id of the account.
    pub async fn driver(&self, instance: &Instance, name: &str) -> String {
        let invited = self.account(&["invite", "driver", "--name", name]);
        let link = invited["link"].as_str().unwrap();
        let path = link.strip_prefix(ORIGIN).unwrap();
        let joined = instance.form(path, &[]).await;
        assert_eq!(joined.status, 303, "{}", joined.text);
        invited["id"].as_str().unwrap().to_owned()
    }
}

impl Person {
    pub const NOBODY: Person = Person {
        name: "nobody",
        id: None,
        token: None,
    };

    /// Somebody with an account, who has signed up.
    pub async fn customer(instance: &Instance, name: &'static str) -> Person {
        let email = format!("{name}@example.org");
        let fields = [("email", &*email), ("password", PASSWORD), ("name", name)];
        let signed_up = instance.form("/sign-up", &fields).await;
        assert_eq!(signed_up.status, 303, "{}", signed_up.text);
        let grant = json!({"grant": "password", "email": email, "password": PASSWORD});
        Person::with_token(instance, name, &grant).await
    }

    /// The request that opens a socket, with the bearer token.
    pub fn upgrade(&self, url: &str) -> Request<()> {
        let mut request = url.into_client_request().unwrap();
        if let Some(token) = &self.token {
            let value = format!("Bearer {token}").parse().unwrap();
            request.headers_mut().insert("authorization", value);
        }
        request
    }

    /// Somebody who takes an offer without an account.
    pub async fn guest(instance: &Instance, name: &'static str) -> Person {
        Person::with_token(instance, name, &json!({"grant": "guest"})).await
    }

    async fn with_token(instance: &Instance, name: &'static str, grant: &Value) -> Person {
        let path = "/api/auth/token";
        let answer = instance
            .as_(&Person::NOBODY, Method::POST, path, Some(grant))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let token = answer.json()["access_token"].as_str().unwrap().to_owned();
        let person = Person {
            name,
            id: None,
            token: Some(token),
        };
        let me = instance
            .as_(&person, Method::GET, "/api/auth/me", None)
            .await
            .json();
        let id = me["id"].as_str().map(str::to_owned);
        Person { id, ..person }
    }
}

impl Instance {
    /// A call of somebody.
    pub async fn as_(
        &self,
        person: &Person,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        let mut request = self.request(method, path);
        if let Some(token) = &person.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        self.send(request).await
    }

    /// A call that must succeed.
    pub async fn done_as(&self, person: &Person, path: &str, body: &Value) -> Value {
        let answer = self.as_(person, Method::POST, path, Some(body)).await;
        assert!(
            answer.status < 300,
            "{} {path}: {}",
            person.name,
            answer.text
        );
        answer.json()
    }

    /// A plain form, sent by a page of the site. A redirect is not followed.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let http = tls::http().redirect(reqwest::redirect::Policy::none());
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        let request = http
            .build()
            .unwrap()
            .post(format!("{}{path}", self.url))
            .header("origin", ORIGIN)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.extend_pairs(fields).finish());
        let response = request.send().await.unwrap();
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.unwrap(),
        }
    }
}
