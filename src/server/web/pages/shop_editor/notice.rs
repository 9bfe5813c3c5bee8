//! What an edit leads its page to show once: that it is done, and what undoes it. It travels in the sealed cookie in which
//! refusals of panels do.

use super::shop::EditedShop;
use crate::server::{
    services::shops::menus::Undo,
    web::pages::account::{Visit, redirect},
};
use axum::{http::header::SET_COOKIE, response::Response};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Notice {
    pub done: Done,
    /// What undoes it, as the service takes it.
    #[serde(default)]
    pub undo: Vec<Undo>,
}

/// What has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Done {
    Saved,
    Added,
    TakenOff,
    Imported,
    Undone,
    Redone,
    Unchanged,
}

impl Done {
    /// As the script of the page knows it.
    pub fn name(self) -> &'static str {
        match self {
            Done::Undone => "undone",
            Done::Unchanged => "unchanged",
            _ => "edited",
        }
    }
}

impl Notice {
    pub fn of(done: Done) -> Notice {
        Notice {
            done,
            undo: Vec::new(),
        }
    }

    /// Of an edit of a menu. One that needs no undoing has changed nothing.
    pub fn undoing(done: Done, undo: Vec<Undo>) -> Notice {
        let done = if undo.is_empty() {
            Done::Unchanged
        } else {
            done
        };
        Notice { done, undo }
    }
}

/// What the page of this request is to show once.
pub async fn shown(visit: &Visit) -> Option<Notice> {
    visit.app.flash.open(&visit.headers).await
}

/// Leads to a page, which shows the notice. `None` where that does not fit into a cookie: an import can change hundreds
/// of documents.
pub async fn lead_to(visit: &Visit, to: &str, notice: &Notice) -> Option<Response> {
    let cookie = visit.app.flash.seal(notice).await?;
    let mut response = redirect(to);
    response.headers_mut().append(SET_COOKIE, cookie);
    Some(response)
}

/// The place of an item on the page of its menu.
pub fn at_item(edited: &EditedShop, code: &str) -> String {
    format!("{}#item-{code}", edited.menu_path())
}
