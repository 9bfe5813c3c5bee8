//! What stands around every route: one layer, which checks a request on its way in and completes the answer on its way
//! out. It is one and not many, since each layer of a router costs every request a copy of all that is inside it.

pub mod body_limit;
mod client_ip;
mod cors;
pub mod host;
pub mod origin;
pub mod rate_limit;
pub mod request_log;
mod secure_cookies;
pub mod security_headers;

use super::{
    auth::{
        Door,
        door::{self, Entered, Head, Refusal},
        refusals,
        way::Way,
    },
    listener::Connection,
    rest::rights,
    state::AppState,
};
use crate::{
    domain::Error,
    server::{config::is_proxy, telemetry::trace},
};
use axum::{
    Router,
    extract::{ConnectInfo, Extension, Request, State},
    http::{HeaderMap, HeaderValue, Method, header::SET_COOKIE},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use futures::FutureExt;
use request_log::{Observed, REQUEST_ID};
use std::{
    net::{IpAddr, SocketAddr},
    panic::AssertUnwindSafe,
};

/// The layer around the routes of the site.
pub fn around(router: Router<AppState>, app: &AppState) -> Router<AppState> {
    router.layer(from_fn_with_state(app.clone(), answer))
}

/// The layer around the metrics at an address of their own.
pub fn around_metrics(router: Router<AppState>, app: &AppState) -> Router<AppState> {
    router.layer(from_fn_with_state(app.clone(), answer_operator))
}

/// Answers a request. Every answer has an id, whatever makes it.
async fn answer(
    State(app): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Extension(connection): Extension<Connection>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = request_log::identify(&mut request);
    let client = client_ip::resolve(&app.config.proxies, peer.ip(), &mut request);
    let entered = match names_trace(&app, &request) {
        Some(head) => Some(door::enter(&app, client, head).await),
        None => None,
    };
    let is_signed_in = matches!(&entered, Some(Ok(entered)) if entered.door.is_signed_in());
    let is_trusted = || is_signed_in || is_proxy(&app.config.proxies, peer.ip().to_canonical());
    let observed = Observed::begin(is_trusted, &id, &request);
    let answering = Box::pin(async {
        let is_program = security_headers::is_program(&request);
        let answering = answer_own_host(&app, client, &connection, entered, request, next);
        let answered = AssertUnwindSafe(answering).catch_unwind().await;
        let mut response = answered.unwrap_or_else(|_| Error::Internal.into_response());
        security_headers::add(&app.config, is_program, response.headers_mut());
        response
    });
    let mut response = match observed {
        Some(observed) => observed.until_answered(answering).await,
        None => answering.await,
    };
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

type EnteredOrNot = Result<Entered, Refusal>;

/// A request that names a trace, where traces are exported and people sign in: who is signed in decides what is sampled,
/// so that who it is has to be known before the request has its place in a trace.
fn names_trace<'a>(app: &AppState, request: &'a Request) -> Option<Head<'a>> {
    let names_trace = app.config.auth.is_required()
        && request.headers().contains_key(trace::TRACEPARENT)
        && tracing::enabled!(target: trace::TARGET, tracing::Level::INFO);
    (names_trace && host::check(&app.config, request).is_ok()).then(|| request.into())
}

/// Answers a request for a host of ours, also that of a foreign page.
async fn answer_own_host(
    app: &AppState,
    client: IpAddr,
    connection: &Connection,
    entered: Option<EnteredOrNot>,
    request: Request,
    next: Next,
) -> Response {
    if let Err(problem) = host::check(&app.config, &request) {
        return problem.into_response();
    }
    let is_required = app.config.auth.is_required();
    // Where people sign in, pages elsewhere read what tokens open, and nothing that cookies do.
    let is_shared = !is_required || Way::of(request.uri().path()) != Way::Page;
    let reader = cors::reader(&app.config.origins, request.headers()).filter(|_| is_shared);
    if request.method() == Method::OPTIONS {
        return cors::preflight(reader, is_required);
    }
    let is_personal = is_required && Way::of(request.uri().path()).is_personal();
    let mut response = match admit(app, client, connection, entered, request).await {
        Ok((request, cookies)) => {
            let door = is_required.then(|| Door::of(request.extensions()));
            let mut response = next.run(request).await;
            door.inspect(|door| refusals::record_answer(door, client, &response));
            append_cookies(cookies, response.headers_mut());
            response
        }
        Err(refusal) => refusal.into_response(),
    };
    if is_personal {
        security_headers::make_personal(&mut response);
    }
    secure_cookies::add(&app.config, response.headers_mut());
    cors::add(reader, response.headers_mut());
    response
}

/// Adds the cookies of the door, except those that the answer sets itself: a session that has just begun, say.
fn append_cookies(cookies: Vec<HeaderValue>, headers: &mut HeaderMap) {
    for cookie in cookies {
        let name = |cookie: &HeaderValue| {
            let name = cookie.as_bytes().split(|byte| *byte == b'=').next();
            name.map(<[u8]>::to_vec)
        };
        let mut set = headers.get_all(SET_COOKIE).iter();
        if !set.any(|set| name(set) == name(&cookie)) {
            headers.append(SET_COOKIE, cookie);
        }
    }
}

/// A request that its route may answer, with who has sent it, and the cookies of its answer. The first check that fails
/// is the answer.
async fn admit(
    app: &AppState,
    client: IpAddr,
    connection: &Connection,
    entered: Option<EnteredOrNot>,
    mut request: Request,
) -> Result<(Request, Vec<HeaderValue>), Refusal> {
    let path = request.uri().path();
    connection.check(path)?;
    // Who is signed in is counted by account, so the door is first; its own refusals are not the first ones.
    let entered = match entered {
        Some(entered) => entered,
        None => door::enter(app, client, (&request).into()).await,
    };
    let account = entered
        .as_ref()
        .ok()
        .and_then(|entered| entered.door.account());
    app.rate_limit.enforce(path, client, account)?;
    connection.check_anonymous(path, account.is_some())?;
    origin::check(&app.config, &request)?;
    let entered = entered?;
    let allowed = rights::check(&entered.door, request.method(), request.uri().path());
    allowed.inspect_err(|error| refusals::record(&entered.door, client, error.name()))?;
    request.extensions_mut().insert(entered.door);
    Ok((body_limit::enforce(request).await?, entered.cookies))
}

async fn answer_operator(
    State(app): State<AppState>,
    Extension(connection): Extension<Connection>,
    request: Request,
    next: Next,
) -> Response {
    let is_program = security_headers::is_program(&request);
    let mut response = match connection.check(request.uri().path()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    security_headers::add(&app.config, is_program, response.headers_mut());
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_that_has_just_begun_is_not_removed() {
        let cookie = HeaderValue::from_static;
        let mut headers = HeaderMap::new();
        headers.append(SET_COOKIE, cookie("session=new; Path=/"));
        let own = vec![cookie("session=; Max-Age=0"), cookie("guest=a; Path=/")];
        append_cookies(own, &mut headers);
        let set: Vec<_> = headers.get_all(SET_COOKIE).iter().collect();
        assert_eq!(set, ["session=new; Path=/", "guest=a; Path=/"]);
    }
}
