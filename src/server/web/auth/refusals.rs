//! Refusals of rights: counted, and in the log with who was refused what kind of thing. What was asked for stands in the
//! span of the request, as its route: never a path.

use super::Door;
use crate::{
    domain::Error,
    server::{
        telemetry::{handles::Handles, metrics::RIGHTS_REFUSED},
        web::{middleware::rate_limit::rate_limit_key, problem::Problem},
    },
};
use axum::{http::StatusCode, response::Response};
use metrics::{Counter, counter};
use std::{net::IpAddr, sync::LazyLock};

/// By role, and by kind of problem.
static COUNTED: LazyLock<Handles<[&'static str; 2], Counter>> = LazyLock::new(|| {
    Handles::new(|[role, problem]| counter!(RIGHTS_REFUSED, "role" => *role, "problem" => *problem))
});

/// Records an answer if it refuses a right.
pub fn record_answer(door: &Door, client: IpAddr, response: &Response) {
    if response.status() == StatusCode::FORBIDDEN {
        // A page and a server function say so in their own way.
        let problem = response.extensions().get();
        let problem = problem.map_or(Error::NotAllowed.name(), Problem::name);
        record(door, client, problem);
    }
}

/// Records the refusal of a right. In the open mode there are none.
pub fn record(door: &Door, client: IpAddr, problem: &'static str) {
    let Some(identity) = door.viewer.identity() else {
        return;
    };
    let (role, network) = (identity.role.name(), rate_limit_key(client));
    match door.account() {
        Some(account) => tracing::info!(%account, role, problem, %network, "refused a right"),
        // The number of clients that are not signed in is unbounded, and must not fill the log.
        None => tracing::debug!(role, problem, %network, "refused a right"),
    }
    COUNTED.get([role, problem]).increment(1);
}
