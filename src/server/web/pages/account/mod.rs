//! The pages of accounts: signing in, joining, one's own account, the team. They are still: plain forms that redirect,
//! rendered once, with nothing in the browser's program. Only a market where people sign in has them.

mod after_sign_in;
mod beside;
mod driver;
mod fields;
mod hand_over;
mod history;
mod join;
mod layout;
mod notice;
mod own_account;
mod pair;
mod refusals;
mod sessions;
mod shown_once;
mod sign_in;
mod sign_up;
mod staff;
mod team;
mod team_change;
mod team_row;
mod visit;
mod words;

pub use beside::{Beside, beside};
pub use layout::{Document, render};
pub use visit::{Sent, Visit, redirect};

use crate::{
    domain::Error,
    server::{
        services::accounts::JOIN,
        web::{auth::Door, state::AppState},
    },
    ui::paths,
};
use axum::{
    Router,
    http::{
        HeaderMap, Uri,
        header::{CACHE_CONTROL, CONTENT_TYPE},
        request::Parts,
    },
    response::{IntoResponse, Response},
    routing::{get, post},
};

/// In the open mode there are none.
pub fn routes(app: &AppState) -> Router<AppState> {
    let auth = &app.config.auth;
    if !auth.is_required() {
        return Router::new();
    }
    let routes = Router::new()
        .route(paths::SIGN_IN, get(sign_in::show).post(sign_in::send))
        .route(paths::SIGN_OUT, post(sign_in::sign_out))
        .route(
            &format!("{JOIN}{{invitation}}"),
            get(join::show).post(join::send),
        )
        .route(paths::PAIR, get(pair::show).post(pair::send))
        .route(
            paths::ACCOUNT,
            get(own_account::show).post(own_account::send),
        )
        .route(paths::ACCOUNT_SCRIPT, get(page_script))
        .route(paths::TEAM, get(team::show).post(team_change::send))
        .route(paths::HAND_OVER, get(hand_over::show).post(hand_over::send))
        .route(paths::DRIVER, get(driver::show));
    match auth.sign_up {
        true => routes.route(paths::SIGN_UP, get(sign_up::show).post(sign_up::send)),
        false => routes,
    }
}

/// The page that says that a panel is another role's.
pub async fn denied(app: &AppState, door: &Door, headers: &HeaderMap, uri: &Uri) -> Response {
    let visit = Visit::of(app, door.clone(), headers, uri);
    layout::not_theirs(&visit, &Error::NotAllowed).await
}

/// The answer to a form of a panel that the browser itself has sent, at a limit. `back` is the page of the form.
pub async fn limited(app: &AppState, parts: &Parts, error: &Error, back: String) -> Response {
    let door = Door::of(&parts.extensions);
    let visit = Visit::of(app, door, &parts.headers, &parts.uri);
    layout::limited(&visit, error, back).await
}

/// What these pages can do with JavaScript, and do not need.
async fn page_script() -> Response {
    let head = [
        (CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (CACHE_CONTROL, "public, max-age=3600"),
    ];
    (head, include_str!("page.js")).into_response()
}
