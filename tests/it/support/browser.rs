//! A browser without JavaScript: it keeps cookies, sends plain forms from pages of the site, and follows no redirect by
//! itself.

use super::{
    Answer, Instance, Socket,
    accounts::{ORIGIN, PASSWORD},
    tls,
};
use reqwest::{Method, header::SET_COOKIE};
use std::collections::{BTreeMap, BTreeSet};
use tokio_tungstenite::tungstenite::{client::IntoClientRequest, http::Request};

/// What the names of cookies begin with that HTTPS has set.
pub const HOST: &str = "__Host-";

#[derive(Clone)]
pub struct Browser {
    url: String,
    /// That of the site.
    pub origin: String,
    /// By their names without [`HOST`].
    pub cookies: BTreeMap<String, String>,
    /// The names that begin with it.
    with_prefix: BTreeSet<String>,
    http: reqwest::Client,
}

impl Browser {
    pub fn on(instance: &Instance) -> Browser {
        let http = tls::http().redirect(reqwest::redirect::Policy::none());
        // A server whose clock is set closes what has been idle since.
        let http = http.pool_max_idle_per_host(0);
        Browser {
            url: instance.url.clone(),
            origin: ORIGIN.to_owned(),
            cookies: BTreeMap::new(),
            with_prefix: BTreeSet::new(),
            http: http.build().unwrap(),
        }
    }

    /// One that has signed in with a password alone.
    pub async fn signed_in(instance: &Instance, email: &str) -> Browser {
        let mut browser = Browser::on(instance);
        let answer = browser.sign_in(email, PASSWORD, "").await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        assert!(browser.cookies.contains_key("session"), "{email}");
        browser
    }

    /// The same browser at another instance of the market.
    pub fn at(&self, instance: &Instance) -> Browser {
        Browser {
            url: instance.url.clone(),
            ..self.clone()
        }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[]).await
    }

    /// A form of one of its own pages.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let origin = self.origin.clone();
        self.send(Method::POST, path, Some(fields), &[("origin", &origin)])
            .await
    }

    pub async fn sign_in(&mut self, email: &str, password: &str, code: &str) -> Answer {
        let fields = [("email", email), ("password", password), ("code", code)];
        self.post("/sign-in", &fields).await
    }

    /// With these headers beside the cookies.
    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        fields: Option<&[(&str, &str)]>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let url = format!("{}{path}", self.url);
        let mut request = self.http.request(method, url);
        if !headers.iter().any(|(name, _)| *name == "accept") {
            request = request.header("accept", "text/html");
        }
        if !self.cookies.is_empty() {
            request = request.header("cookie", self.cookie_header());
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(fields) = fields {
            let mut body = url::form_urlencoded::Serializer::new(String::new());
            request = request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body.extend_pairs(fields).finish());
        }
        let response = request.send().await.unwrap();
        let answer = Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.unwrap(),
        };
        self.keep(&answer);
        answer
    }

    fn cookie_header(&self) -> String {
        let cookies = self.cookies.iter();
        let cookies = cookies.map(|(name, value)| match self.with_prefix.contains(name) {
            true => format!("{HOST}{name}={value}"),
            false => format!("{name}={value}"),
        });
        cookies.collect::<Vec<_>>().join("; ")
    }

    fn keep(&mut self, answer: &Answer) {
        for mut cookie in Cookie::of(answer) {
            if let Some(name) = cookie.name.strip_prefix(HOST) {
                cookie.name = name.to_owned();
                self.with_prefix.insert(cookie.name.clone());
            }
            match cookie.attributes.get("max-age").map(|age| &**age) {
                Some("0") => self.cookies.remove(&cookie.name),
                _ => self.cookies.insert(cookie.name, cookie.value),
            };
        }
    }

    /// Sets a cookie as the site has named it in another browser.
    pub fn plant(&mut self, name: &str, value: &str, other: &Browser) {
        self.cookies.insert(name.to_owned(), value.to_owned());
        self.with_prefix.clone_from(&other.with_prefix);
    }

    /// Sets a cookie as a sibling of the site could: its name has no prefix.
    pub fn plant_bare(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
        self.with_prefix.remove(name);
    }

    /// The value of a cookie that it has.
    pub fn cookie(&self, name: &str) -> &str {
        let value = self.cookies.get(name);
        value.unwrap_or_else(|| panic!("no cookie {name}"))
    }

    /// The id of its session.
    pub fn session(&self) -> String {
        let mut parts = self.cookie("session").split('.');
        parts.nth(1).unwrap().to_owned()
    }

    /// Whether a page is there for it, or leads to signing in.
    pub async fn is_signed_in(&mut self) -> bool {
        match self.get("/account").await.status {
            200 => true,
            303 => false,
            status => panic!("{status}"),
        }
    }

    /// The request by which a page of the site opens a socket.
    pub fn upgrade(&self, query: &str) -> Request<()> {
        let url = format!("{}/ws{query}", self.url.replace("http", "ws"));
        let mut request = url.into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("origin", self.origin.parse().unwrap());
        if !self.cookies.is_empty() {
            headers.insert("cookie", self.cookie_header().parse().unwrap());
        }
        request
    }

    /// A socket from now on: the signal that says that it has begun has been read.
    pub async fn follow(&self) -> Socket {
        let mut socket = Socket::open(self.upgrade("?since=")).await.unwrap();
        socket.signal("stream.heartbeat").await;
        socket
    }
}

/// A cookie that an answer sets.
pub struct Cookie {
    pub name: String,
    pub value: String,
    /// By their names in lower case.
    pub attributes: BTreeMap<String, String>,
}

impl Cookie {
    pub fn of(answer: &Answer) -> Vec<Cookie> {
        let lines = answer.headers.get_all(SET_COOKIE).iter();
        lines
            .map(|line| Cookie::read(line.to_str().unwrap()))
            .collect()
    }

    fn read(line: &str) -> Cookie {
        let mut parts = line.split(';').map(|part| {
            let (name, value) = part.trim().split_once('=').unwrap_or((part.trim(), ""));
            (name.to_owned(), value.to_owned())
        });
        let (name, value) = parts.next().unwrap();
        Cookie {
            name,
            value,
            attributes: parts
                .map(|(name, value)| (name.to_lowercase(), value))
                .collect(),
        }
    }
}

impl Answer {
    /// Where it leads.
    pub fn location(&self) -> &str {
        assert_eq!(self.status, 303, "{}", self.text);
        self.header("location").unwrap()
    }

    /// The secrets that a page shows once.
    pub fn shown_once(&self) -> Vec<String> {
        let outputs = self.text.split("<output class=\"secret").skip(1);
        let shown = outputs.map(|rest| {
            let text = rest.split_once('>').unwrap().1;
            text.split_once('<').unwrap().0.to_owned()
        });
        shown.collect()
    }

    /// The value of a hidden field of a page.
    pub fn hidden(&self, name: &str) -> Option<String> {
        let (_, rest) = self.text.split_once(&format!("name=\"{name}\" value=\""))?;
        Some(rest.split_once('"')?.0.to_owned())
    }

    /// What a page says of a form that was refused, without its marks.
    pub fn refusals(&self) -> Vec<String> {
        let mut found = Vec::new();
        for class in ["role=\"alert\" class=\"refusal\">", "class=\"error\">"] {
            for rest in self.text.split(class).skip(1) {
                let words = rest.split_once("</svg>").unwrap_or(("", rest)).1;
                let words = words.split_once("</p>").unwrap_or((words, "")).0;
                let mut words = words.to_owned();
                for mark in ["<span>", "</span>", "<!>"] {
                    words = words.replace(mark, "");
                }
                found.push(words);
            }
        }
        found
    }
}
