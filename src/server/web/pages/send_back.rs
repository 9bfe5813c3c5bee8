//! How a form goes back to its page, where the browser itself has sent it and it is refused.

use super::redirect::{came_from, redirect, refuse, sign_in};
use crate::{api::form::Flash, domain::Error, server::web::state::AppState};
use axum::http::{header::SET_COOKIE, request::Parts};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

/// Goes back to a part of the page, with the refusal and what was typed.
pub async fn send_back(request: &Parts, response: &ResponseOptions, part: &str, flash: Flash) {
    let page = came_from(&request.headers);
    match &flash.error {
        // What was typed waits for who comes back.
        Error::NotSignedIn => redirect(response, &sign_in(&page)),
        // The answer says how long to wait, and leads back.
        Error::TooMany(_) => refuse(response, &flash.error),
        _ => redirect(response, &format!("{page}#{part}")),
    }
    let Some(app) = use_context::<AppState>() else {
        return;
    };
    if let Some(cookie) = app.flash.write(&flash).await {
        response.append_header(SET_COOKIE, cookie);
    }
}
