//! What tests of menus ask of an instance.

use crate::support::{
    Answer, Instance,
    shops::{create_with_menu, path_of, put},
};
use reqwest::Method;
use serde_json::{Value, json};

/// The address of a pizzeria that is not there.
pub const NOBODY: &str = "/api/restaurants/01900000-0000-7000-8000-000000000000";

/// A new item.
pub fn lemonade() -> Value {
    json!({"name": "Lemonade", "prices": [{"price": 3}], "pieces": 0, "tax": "drink"})
}

/// The menu of one pizzeria.
pub struct Menu<'a> {
    pub instance: &'a Instance,
    /// Of the pizzeria.
    pub path: String,
}

impl<'a> Menu<'a> {
    /// That of a new pizzeria: the sample.
    pub async fn sample(instance: &'a Instance) -> Menu<'a> {
        let path = path_of(&create_with_menu(instance).await);
        Menu { instance, path }
    }

    pub fn at(&self, call: &str) -> String {
        format!("{}/{call}", self.path)
    }

    pub async fn get(&self, call: &str) -> Answer {
        self.instance.get(&self.at(call)).await
    }

    /// The whole menu.
    pub async fn read(&self) -> Value {
        let answer = self.get("menu").await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let menu = answer.json();
        let tag = format!("\"{}\"", menu["revision"]);
        assert_eq!(answer.header("etag"), Some(&*tag));
        menu
    }

    pub async fn item(&self, code: &str) -> Value {
        let answer = self.get(&format!("items/{code}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    pub async fn put(&self, call: &str, body: &Value, version: impl ToString) -> Answer {
        let tag = format!("\"{}\"", version.to_string());
        put(self.instance, &self.at(call), body, Some(&tag)).await
    }

    /// A change that goes well.
    pub async fn saved(&self, call: &str, body: &Value, version: impl ToString) -> Value {
        let answer = self.put(call, body, version).await;
        assert_eq!(answer.status, 200, "{call}: {}", answer.text);
        answer.json()
    }

    pub async fn take_off(&self, code: &str, version: impl ToString) -> Answer {
        let tag = format!("\"{}\"", version.to_string());
        let path = self.at(&format!("items/{code}"));
        let request = self.instance.request(Method::DELETE, &path);
        self.instance.send(request.header("if-match", tag)).await
    }

    pub async fn undo(&self, edit: &Value) -> Answer {
        let body = json!({"undo": edit["undo"]});
        self.instance.post(&self.at("menu/restore"), &body).await
    }

    /// A table in place of the menu at a revision.
    pub async fn put_table(&self, table: &str, revision: &Value) -> Answer {
        let request = self.instance.request(Method::PUT, &self.at("menu"));
        let request = request
            .header("content-type", "text/csv")
            .header("if-match", format!("\"{revision}\""));
        self.instance.send(request.body(table.to_owned())).await
    }

    /// The menu as a table.
    pub async fn table(&self) -> String {
        let request = self.instance.request(Method::GET, &self.at("menu"));
        let answer = self
            .instance
            .send(request.header("accept", "text/csv"))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(
            answer.header("content-type"),
            Some("text/csv; charset=utf-8")
        );
        answer.text
    }
}

/// A menu without what counts its edits.
pub fn content(mut menu: Value) -> Value {
    menu["revision"] = Value::Null;
    for item in menu["items"].as_array_mut().unwrap() {
        item["version"] = Value::Null;
    }
    menu
}
