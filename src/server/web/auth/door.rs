//! From a request to who has sent it, in the one place where credentials are judged.

use super::{
    Door,
    bearer::{self, Bearer},
    cookies::{self, AuthCookie},
    way::{TOKEN_CALLS, Way},
};
use crate::{
    api::form::ACT,
    domain::{AccountId, AccountKind, AccountRole, Error, Identity, Order, OrderId, Time, Viewer},
    server::{
        clock::now,
        services::accounts::{JOIN, Network, new_guest},
        web::{
            headers::wants_page,
            middleware::{host, origin},
            pages::redirect::{came_from, location, sign_in},
            problem::Problem,
            state::AppState,
        },
    },
    ui::{Route, paths},
};
use axum::{
    Json,
    extract::Request,
    http::{
        HeaderMap, HeaderValue, Method, StatusCode, Uri,
        header::{LOCATION, ORIGIN, SET_COOKIE},
    },
    response::{IntoResponse, Response},
};
use chrono::TimeDelta;
use futures::future::join_all;
use secrecy::ExposeSecret;
use std::net::IpAddr;

/// How long a follow key opens an order that is over.
const FOLLOWED_AFTER: TimeDelta = TimeDelta::hours(24);
/// Pages for who is not signed in: an ended session does not keep anybody from them.
const PUBLIC: [&str; 4] = [paths::SIGN_IN, paths::SIGN_UP, paths::SIGN_OUT, paths::PAIR];

/// Somebody who has come in, and the cookies that the answer gives or removes.
pub struct Entered {
    pub door: Door,
    pub cookies: Vec<HeaderValue>,
}

/// Somebody who has not.
#[derive(Debug)]
pub struct Refusal {
    problem: Problem,
    /// The page on which to sign in, for a person.
    leads_to: Option<String>,
    /// The program of a page has read something: it is told as server functions tell it.
    is_read: bool,
    cookies: Vec<HeaderValue>,
}

impl From<Door> for Entered {
    fn from(door: Door) -> Entered {
        Entered {
            door,
            cookies: Vec::new(),
        }
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Refusal {
        Refusal {
            problem,
            leads_to: None,
            is_read: false,
            cookies: Vec::new(),
        }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Refusal {
        Problem::from(error).into()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = match (self.leads_to, &self.problem) {
            (Some(to), _) => (StatusCode::SEE_OTHER, [(LOCATION, location(&to))]).into_response(),
            (None, Problem::Market(error)) if self.is_read => {
                (self.problem.status(), Json(error)).into_response()
            }
            (None, _) => self.problem.into_response(),
        };
        for cookie in self.cookies {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }
}

/// What is looked at of a request.
#[derive(Clone, Copy)]
pub struct Head<'a> {
    method: &'a Method,
    uri: &'a Uri,
    headers: &'a HeaderMap,
}

impl<'a> From<&'a Request> for Head<'a> {
    fn from(request: &'a Request) -> Head<'a> {
        Head {
            method: request.method(),
            uri: request.uri(),
            headers: request.headers(),
        }
    }
}

/// Who has sent a request. In the open mode nothing is looked at.
pub async fn enter(app: &AppState, client: IpAddr, head: Head<'_>) -> Result<Entered, Refusal> {
    if !app.config.auth.is_required() {
        return Ok(Door::open().into());
    }
    match Way::of(head.uri.path()) {
        Way::Free => Ok(Door::nobody().into()),
        // Boxed: what waits for this is as large as the largest of them, in the open mode, too.
        Way::Api => Ok(Box::pin(api(app, client, head)).await?.into()),
        Way::Page => Box::pin(page(app, client, head)).await,
        Way::Socket => Ok(Box::pin(socket(app, client, head)).await?.into()),
    }
}

/// A guest looks; for anything else it needs a token, which it gets without one.
async fn api(app: &AppState, client: IpAddr, head: Head<'_>) -> Result<Door, Error> {
    if let Some(bearer) = bearer::of_header(head.headers)? {
        return by_bearer(app, client, &bearer).await;
    }
    let path = head.uri.path();
    let asks_for_token = TOKEN_CALLS.contains(&path);
    let is_look = head.method.is_safe() && app.config.auth.guests;
    match is_look || asks_for_token {
        true => Ok(guest(app, None)),
        false => Err(Error::NotSignedIn),
    }
}

async fn page(app: &AppState, client: IpAddr, head: Head<'_>) -> Result<Entered, Refusal> {
    let (headers, path) = (head.headers, head.uri.path());
    let follows = followed(app, headers).await;
    let mut given = Vec::new();
    if let Some(session) = AuthCookie::Session.read(&app.config, headers) {
        match app.accounts.by_cookie(&session).await {
            Ok(known) => {
                let door = Door::signed_in(known).following(follows);
                return Ok(door.into());
            }
            Err(Error::NotSignedIn) => {
                app.wrong_credentials.count("cookie", client)?;
                // Of a page that is open. Loaded again it brings the cookie, and so leads to where one signs in.
                if path.starts_with(ACT) {
                    return match head.method.is_safe() {
                        true => Err(ended(head, given)),
                        // A form goes on to refuse it, so that what was typed is not lost.
                        false => Ok(Door::nobody().into()),
                    };
                }
                given.extend(AuthCookie::Session.clear(&app.config));
                if !is_public(path) {
                    return Err(ended(head, given));
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    // What the program of a page reads is somebody's.
    let reads = head.method.is_safe() && path.starts_with(ACT);
    if reads && !app.config.auth.guests && follows.is_empty() {
        return Err(ended(head, given));
    }
    let id = match cookies::read_guest(&app.config, &app.credentials, headers) {
        Some(id) => Some(id),
        None if app.config.auth.guests && begins_guest(head) => {
            let id = new_guest();
            given.extend(cookies::guest(&app.config, &app.credentials, id));
            Some(id)
        }
        None => {
            if AuthCookie::Guest.read(&app.config, headers).is_some() {
                given.extend(AuthCookie::Guest.clear(&app.config));
            }
            None
        }
    };
    Ok(Entered {
        door: guest(app, id).following(follows),
        cookies: given,
    })
}

/// A page of the site by its cookies, anything else by a token. From pages of other sites cookies are as if not there.
async fn socket(app: &AppState, client: IpAddr, head: Head<'_>) -> Result<Door, Problem> {
    let headers = head.headers;
    let bearer = match (bearer::of_header(headers)?, bearer::of_protocols(headers)?) {
        (Some(_), Some(_)) => return Err(bearer::two_credentials().into()),
        (one, other) => one.or(other),
    };
    let requested = host::requested(headers, head.uri);
    let from = headers.get(ORIGIN).map(origin::read);
    let is_own = matches!(&from, Some(Some(from)) if app.config.hosts.have_page(from, requested));
    let session = AuthCookie::Session.read(&app.config, headers);
    match (session.filter(|_| is_own || from.is_none()), bearer) {
        (Some(_), Some(_)) => Err(bearer::two_credentials().into()),
        // A browser always names the origin of a page that opens a socket.
        (Some(_), None) if !is_own => Err(Problem::ForeignOrigin),
        (Some(session), None) => match app.accounts.by_cookie(&session).await {
            Ok(known) => Ok(Door::signed_in(known).following(followed(app, headers).await)),
            Err(error) => Err(app.wrong_credentials.judge("cookie", client, error).into()),
        },
        (None, Some(bearer)) => Ok(by_bearer(app, client, &bearer).await?),
        (None, None) if !app.config.auth.guests && !is_own => Err(Error::NotSignedIn.into()),
        (None, None) if !is_own => Ok(guest(app, None)),
        (None, None) => {
            let id = cookies::read_guest(&app.config, &app.credentials, headers);
            let follows = followed(app, headers).await;
            // A link to one order is followed also where nobody is a guest.
            if !app.config.auth.guests && follows.is_empty() {
                return Err(Error::NotSignedIn.into());
            }
            Ok(guest(app, id).following(follows))
        }
    }
}

async fn by_bearer(app: &AppState, client: IpAddr, bearer: &Bearer) -> Result<Door, Error> {
    let (how, door) = match bearer {
        Bearer::Unreadable => ("unreadable", Err(Error::NotSignedIn)),
        Bearer::ApiKey(key) => (
            "key",
            app.accounts.by_api_key(key).await.map(Door::signed_in),
        ),
        Bearer::AccessToken(token) => {
            let door = by_access_token(app, token.expose_secret(), now()).await;
            ("token", door)
        }
    };
    door.map_err(|error| app.wrong_credentials.judge(how, client, error))
}

/// A token is checked against its account as well, and so ends with its session.
async fn by_access_token(app: &AppState, token: &str, now: Time) -> Result<Door, Error> {
    let claims = app.credentials.read_access_token(token, now);
    let claims = claims.ok_or(Error::NotSignedIn)?;
    let door = match &claims.session {
        None if claims.role == AccountRole::Customer && app.config.auth.guests => {
            guest(app, Some(claims.subject))
        }
        None => return Err(Error::NotSignedIn),
        Some(session) => {
            let known = app.accounts.by_session(claims.subject, session, None);
            Door::signed_in(known.await?)
        }
    };
    let identity = door.viewer.identity();
    match identity.is_some_and(|identity| identity.role == claims.role) {
        true => Ok(Door {
            expires_at: Some(claims.expires_at),
            ..door
        }),
        // Its role was another one when the token was made.
        false => Err(Error::NotSignedIn),
    }
}

/// Somebody who is not signed in, and is known by an id or not at all. What it took while there were guests stays its own.
fn guest(app: &AppState, id: Option<AccountId>) -> Door {
    Door::guest(id, app.config.auth.guests)
}

/// Refuses one more order of a guest from a network that has taken too many.
pub async fn check_take(
    app: &AppState,
    viewer: &Viewer,
    order: Option<OrderId>,
    client: IpAddr,
) -> Result<(), Error> {
    let is_guest = |who: &Identity| who.kind == AccountKind::Guest;
    if !viewer.identity().is_some_and(is_guest) {
        return Ok(());
    }
    // A guest that has too many under way uses up no place of its network.
    app.orders.check_under_way(viewer, order).await?;
    app.accounts.may_take_as_guest(&Network::of(client)).await
}

/// Whether a guest gets its id by this request: its socket then knows it from the start.
fn begins_guest(head: Head<'_>) -> bool {
    let path = head.uri.path();
    match head.method.is_safe() {
        true => matches!(Route::read(path, ""), Route::Customer { .. }),
        false => path.starts_with(ACT) || is_checkout(path),
    }
}

/// Whether an order from a menu is sent to a path.
fn is_checkout(path: &str) -> bool {
    path.starts_with(paths::SHOPS) && path.ends_with("/checkout")
}

fn is_public(path: &str) -> bool {
    PUBLIC.contains(&path) || path.starts_with(JOIN)
}

/// The answer to a session that has ended: a person signs in again and comes back, a program is told.
fn ended(head: Head<'_>, cookies: Vec<HeaderValue>) -> Refusal {
    let is_read = head.uri.path().starts_with(ACT);
    let back = match head.method.is_safe() {
        true => head.uri.path_and_query().map(|address| address.to_string()),
        false => Some(came_from(head.headers)),
    };
    let is_led = !is_read && (head.method.is_safe() || wants_page(head.headers));
    Refusal {
        problem: Error::NotSignedIn.into(),
        leads_to: back.filter(|_| is_led).map(|back| sign_in(&back)),
        is_read,
        cookies,
    }
}

/// The orders that somebody follows by a key which still opens them.
async fn followed(app: &AppState, headers: &HeaderMap) -> Vec<OrderId> {
    let followed = cookies::read_followed(&app.config, &app.credentials, headers);
    let still = followed.into_iter().map(async |id| {
        let is_open = is_key_alive(app, id).await;
        is_open.then_some(id)
    });
    join_all(still).await.into_iter().flatten().collect()
}

/// Whether the follow key of an order opens it: until a day after it is over.
pub async fn is_key_alive(app: &AppState, id: OrderId) -> bool {
    let order = match app.orders.feed().order(id) {
        Some(order) => Some(order),
        None => app.orders.order(id, &Viewer::Open).await.ok(),
    };
    order.is_some_and(|order| opens_by_key(&order, now()))
}

/// The same of an order that has been read.
pub fn opens_by_key(order: &Order, now: Time) -> bool {
    let ended = order.times.at(order.status).unwrap_or(order.updated_at);
    !order.status.is_final() || now - ended < FOLLOWED_AFTER
}
