//! After a day of sign-ins no secret is in a log, in the metrics, in what `inspect` shows, or in an answer that refuses.

use crate::{
    on_both_engines,
    support::{
        Answer, Instance, Market,
        accounts::{ORIGIN, PASSWORD, Person, required},
        browser::Browser,
        free_port,
        inspect::{inspect, run},
        keys::follow_key,
        member::Member,
    },
};
use reqwest::Method;
use serde_json::{Value, json};

on_both_engines! {
    no_secret_is_told,
    a_page_that_shows_a_secret_is_nobody_elses,
}

const WRONG: &str = "violet anchovy umbrella";
const NEW: &str = "seven copper dough hooks";
const PIN: &str = "80427193";
const PERSONAL: [&str; 5] = [
    "ana@example.org",
    "marco@example.org",
    "cleo@example.org",
    "typed-by-mistake@example.org",
    "example.org",
];

/// What must be nowhere, and what was answered to those who were refused.
struct Day {
    instance: Instance,
    secrets: Vec<String>,
    refusals: Vec<Answer>,
}

async fn no_secret_is_told(market: Market) {
    let metrics = format!("127.0.0.1:{}", free_port());
    let market = required(market)
        .with("METRICS_ADDR", &metrics)
        .with("RUST_LOG", "info,pizza_market=trace");
    let instance = market.open().await;
    let mut day = Day {
        instance,
        secrets: [PASSWORD, WRONG, NEW, PIN].map(str::to_owned).into(),
        refusals: Vec::new(),
    };
    day.people(&market).await;
    day.programs(&market).await;
    let Day {
        instance,
        secrets,
        refusals,
    } = day;
    assert!(
        secrets.iter().all(|secret| secret.len() >= 8),
        "{secrets:?}"
    );
    let url = format!("{}://{metrics}/metrics", instance.scheme());
    let metrics = instance.http.get(url).send().await.unwrap();
    let mut told = vec![
        ("log", instance.said()),
        ("metrics", metrics.text().await.unwrap()),
    ];
    for what in ["keys", "events", "stats", "orders"] {
        let said = run(inspect(&market, Some(&instance), &[what, "--json"]));
        told.push(("inspect", said.out + &said.err));
    }
    assert!(told[0].1.contains("signed in"), "the log tells of sign-ins");
    for (place, text) in &told {
        for secret in secrets.iter().map(|secret| &**secret).chain(PERSONAL) {
            assert!(!text.contains(secret), "{secret} is in the {place}");
        }
    }
    for answer in &refusals {
        for secret in &secrets {
            let text = &answer.text;
            assert!(!text.contains(secret), "{secret}: {} {text}", answer.status);
        }
    }
}

impl Day {
    fn secret(&mut self, secret: &str) {
        self.secrets.push(secret.to_owned());
    }

    /// The secrets that a browser holds.
    fn cookies(&mut self, browser: &Browser) {
        for name in ["session", "guest", "known"] {
            if let Some(value) = browser.cookies.get(name) {
                let secret = value.rsplit('.').next().unwrap();
                self.secrets.push(secret.to_owned());
            }
        }
    }

    /// A form that is refused, and the page that it leads to.
    async fn refused(&mut self, browser: &mut Browser, path: &str, fields: &[(&str, &str)]) {
        let answer = browser.post(path, fields).await;
        assert!(
            [303, 404, 422].contains(&answer.status),
            "{path}: {}",
            answer.status
        );
        let page = browser.get(path).await;
        self.refusals.extend([answer, page]);
    }

    async fn people(&mut self, market: &Market) {
        let mut ana = Member::admin(market, &self.instance, "ana@example.org").await;
        let args = ["manager", "marco@example.org", "--supplier", "Bella Napoli"];
        let mut marco = Member::join(market, &self.instance, &args).await;
        self.secret(&ana.code_secret);
        self.secrets.extend(ana.recovery.iter().cloned());
        self.cookies(&ana.browser);
        let mut browser = Browser::on(&self.instance);
        let wrong_code: String = ana.recovery[9].chars().rev().collect();
        for (email, password, code) in [
            ("ana@example.org", WRONG, "123456"),
            ("typed-by-mistake@example.org", PASSWORD, ""),
            (PASSWORD, WRONG, ""),
            ("ana@example.org", PASSWORD, &*wrong_code),
        ] {
            let fields = [("email", email), ("password", password), ("code", code)];
            browser.post("/sign-in", &fields).await;
        }
        let again = ana.another_browser(&self.instance).await;
        self.cookies(&again);
        let change = [
            ("act", "password"),
            ("password", WRONG),
            ("new_password", NEW),
        ];
        self.refused(&mut ana.browser, "/account", &change).await;
        let change = [
            ("act", "password"),
            ("password", PASSWORD),
            ("new_password", NEW),
        ];
        ana.browser.post("/account", &change).await;
        self.cookies(&ana.browser);
        // An invitation, looked at, altered and left.
        let invited = market.account(&["invite", "driver", "--name", "Jonas"]);
        let link = invited["link"].as_str().unwrap();
        self.secret(link.rsplit('.').next().unwrap());
        let link = link.strip_prefix(ORIGIN).unwrap();
        browser.get(link).await;
        browser.get(&format!("{link}/x")).await;
        browser.get(&format!("/api{link}")).await;
        browser.get(&format!("/sign-in?next={link}")).await;
        self.kitchen(market, &mut marco).await;
    }

    async fn kitchen(&mut self, market: &Market, marco: &mut Member) {
        let code = marco
            .add(&[("kind", "device"), ("name", "Oven")])
            .await
            .remove(0);
        self.secret(&code);
        let mut device = Browser::on(&self.instance);
        self.refused(&mut device, "/pair", &[("code", &format!("{code}0"))])
            .await;
        device.post("/pair", &[("code", &code)]).await;
        self.cookies(&device);
        let staff = [("kind", "staff"), ("name", "Luca"), ("pin", PIN)];
        marco.add(&staff).await;
        let person = market.account(&["list"]);
        let mut people = person.as_array().unwrap().iter();
        let luca = people.find(|one| one["name"] == "Luca").unwrap()["id"].clone();
        let luca = [("person", luca.as_str().unwrap()), ("pin", PIN)];
        device.post("/hand-over", &luca).await;
        self.refused(&mut device, "/hand-over", &[("person", "x"), ("pin", PIN)])
            .await;
        self.refused(
            &mut marco.browser,
            "/team",
            &[("kind", PASSWORD), ("pin", PIN)],
        )
        .await;
    }

    async fn programs(&mut self, market: &Market) {
        let key = market.key("integrator", &["--role", "integrator"]);
        let secret = key.token.clone().unwrap();
        self.secret(&secret[27..]);
        let fields = [
            ("email", "cleo@example.org"),
            ("password", PASSWORD),
            ("name", "Cleo"),
        ];
        Browser::on(&self.instance).post("/sign-up", &fields).await;
        let given = self
            .ask(&json!({"grant": "password", "email": "cleo@example.org", "password": PASSWORD}))
            .await
            .json();
        let text = |name: &str| given[name].as_str().unwrap().to_owned();
        let (access, refresh) = (text("access_token"), text("refresh_token"));
        self.secret(access.rsplit('.').next().unwrap());
        self.secret(refresh.rsplit('.').next().unwrap());
        for grant in [
            json!({"grant": PASSWORD}),
            json!({"grant": "password", "email": PASSWORD, "password": WRONG}),
            json!({"grant": "password", "email": "cleo@example.org", "password": WRONG}),
            json!({"grant": "password", "email": "cleo@example.org", "password": [WRONG]}),
            json!({"grant": "refresh", "refresh_token": format!("{refresh}x")}),
            json!({"grant": "refresh", "refresh_token": access}),
            json!({"grant": "guest", "password": PASSWORD}),
        ] {
            let answer = self.ask(&grant).await;
            assert!([401, 422].contains(&answer.status), "{grant}");
            self.refusals.push(answer);
        }
        for token in [format!("{secret}x"), format!("{access}x")] {
            let wrong = Person {
                name: "wrong",
                id: None,
                token: Some(token),
            };
            let path = "/api/orders";
            let answer = self.instance.as_(&wrong, Method::GET, path, None).await;
            self.refusals.push(answer);
        }
        // An order that is followed.
        let offer = json!({"supplier_name": "Bella Napoli", "pizza_name": "Diavola", "supplier_price": 9.5});
        let order = self.instance.done_as(&key, "/api/orders", &offer).await;
        let id = order["id"].as_str().unwrap();
        let mut friend = Browser::on(&self.instance);
        friend.get("/customer").await;
        self.cookies(&friend);
        friend
            .get(&format!("/customer/{id}?key={}", follow_key(id)))
            .await;
        self.secret(&follow_key(id));
    }

    async fn ask(&self, grant: &Value) -> Answer {
        let path = "/api/auth/token";
        self.instance
            .as_(&Person::NOBODY, Method::POST, path, Some(grant))
            .await
    }
}

async fn a_page_that_shows_a_secret_is_nobody_elses(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let mut ana = Member::admin(&market, &instance, "ana@example.org").await;
    let device = [
        ("kind", "device"),
        ("name", "Oven"),
        ("supplier_name", "Roma"),
    ];
    let driver = [("kind", "driver"), ("name", "Jonas")];
    let program = [
        ("kind", "integration"),
        ("name", "it"),
        ("role", "integrator"),
    ];
    let codes = [("act", "new-codes"), ("x", "")];
    for (path, fields) in [
        ("/team", &device[..]),
        ("/team", &driver),
        ("/team", &program),
        ("/account", &codes),
    ] {
        assert_eq!(ana.browser.post(path, fields).await.location(), path);
        let compressed = [("accept-encoding", "gzip, br")];
        let page = ana.browser.send(Method::GET, path, None, &compressed).await;
        assert!(page.text.contains("class=\"secret"), "{path} {fields:?}");
        assert_eq!(page.header("content-encoding"), None, "{path} {fields:?}");
        assert_eq!(page.header("cache-control"), Some("no-store"));
        let referrer = page.header("referrer-policy");
        assert_eq!(referrer, Some("no-referrer"), "{path} {fields:?}");
        let again = ana.browser.get(path).await;
        assert!(!again.text.contains("class=\"secret"), "{path} {fields:?}");
    }
}
