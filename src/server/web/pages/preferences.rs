//! A reader's preferences (theme, language, density, kitchen), as the browser keeps them in cookies.

use super::{
    cookies,
    redirect::{came_from, location},
};
use crate::domain::{Field as _, Name};
use crate::server::{
    config::Config,
    web::{auth::cookies::prefix, state::AppState},
};
use crate::ui::{Density, Kitchen, LOOK, Language, Locale, Route, Settings, Theme, kitchen_cookie};
use axum::{
    Form,
    extract::State,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ACCEPT_LANGUAGE, LOCATION, SET_COOKIE},
    },
    response::{IntoResponse, Response},
};
use serde::Deserialize;

/// What one button of the settings sends.
#[derive(Deserialize)]
pub struct Change {
    theme: Option<Theme>,
    language: Option<Language>,
    density: Option<Density>,
}

/// Keeps a change for a year, and leads back to the open settings of the page that it was made on.
pub async fn change(
    State(app): State<AppState>,
    headers: HeaderMap,
    Form(change): Form<Change>,
) -> Response {
    let values = [
        (cookies::THEME, change.theme.map(Theme::name)),
        (cookies::LANGUAGE, change.language.map(Language::name)),
        (cookies::DENSITY, change.density.map(Density::name)),
    ];
    let mut response = StatusCode::SEE_OTHER.into_response();
    let answer = response.headers_mut();
    let open_settings = format!("{}#{LOOK}", came_from(&headers));
    answer.insert(LOCATION, location(&open_settings));
    for (name, value) in values {
        if let Some(cookie) = value.and_then(|value| cookies::preference(&app.config, name, value))
        {
            answer.append(SET_COOKIE, cookie);
        }
    }
    response
}

/// As a request's cookies say; else as the browser prefers.
pub fn of(headers: &HeaderMap, app: &AppState) -> Settings {
    let language = cookies::read(&app.config, headers, cookies::LANGUAGE)
        .and_then(|name| Language::from_name(&name))
        .or_else(|| preferred(headers));
    Settings {
        locale: Locale {
            language: language.unwrap_or(Language::English),
            currency: app.config.currency,
        },
        theme: cookies::read(&app.config, headers, cookies::THEME)
            .and_then(|name| Theme::from_name(&name))
            .unwrap_or(Theme::System),
        density: cookies::read(&app.config, headers, cookies::DENSITY)
            .and_then(|name| Density::from_name(&name))
            .unwrap_or(Density::Auto),
    }
}

/// The kitchen that a device belongs to.
pub fn kitchen(config: &Config, headers: &HeaderMap) -> Option<Name> {
    Name::parse(&cookies::read(config, headers, cookies::KITCHEN)?).ok()
}

/// The redirect of a device that belongs to a kitchen and asks for none in particular.
pub fn own_kitchen(config: &Config, route: &Route, headers: &HeaderMap) -> Option<Response> {
    let is_own = matches!(route, Route::Supplier { kitchen, .. } if *kitchen == Kitchen::Own);
    let name = cookies::read(config, headers, cookies::KITCHEN).filter(|_| is_own)?;
    let kitchen = Kitchen::from_value(Some(name));
    let address = Route::supplier(kitchen).address();
    Some((StatusCode::SEE_OTHER, [(LOCATION, location(&address))]).into_response())
}

/// The cookie that keeps the kitchen of a device that opens this place.
pub fn kitchen_to_keep(config: &Config, route: &Route) -> Option<HeaderValue> {
    match route {
        Route::Supplier { kitchen, .. } => {
            let cookie = format!("{}{}", prefix(config), kitchen_cookie(kitchen)?);
            HeaderValue::from_str(&cookie).ok()
        }
        _ => None,
    }
}

fn preferred(headers: &HeaderMap) -> Option<Language> {
    let accepted = accept_language::parse(headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?);
    // Of `de-CH` the language is what counts.
    let languages = accepted.iter().filter_map(|tag| tag.split('-').next());
    languages.filter_map(Language::from_name).next()
}
