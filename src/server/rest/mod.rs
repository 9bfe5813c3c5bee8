//! The HTTP surface for integrators. Its routes stand here; `orders` answers them.

mod call;
mod description;
mod orders;
mod problem;

pub use call::{LARGEST_BODY, read_body};
pub use description::{Limited, Since, Upgraded, all_problems, beginning, finish};
pub use problem::{Problem, unknown_path, wrong_method};

use super::{docs, state::App};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Everything under `/api`, and under `/api/v1`.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(orders::list, orders::create))
        .routes(routes!(orders::read))
        .routes(routes!(orders::events))
        .routes(routes!(orders::supplier_respond))
        .routes(routes!(orders::customer_accept))
        .routes(routes!(orders::dispatch))
        .routes(routes!(orders::status))
        .routes(routes!(docs::description))
        .fallback(unknown_path)
}
