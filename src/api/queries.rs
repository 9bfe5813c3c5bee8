//! What pages read from the server: boards, searches, numbers and names.

use crate::domain::{
    Counts, Cursor, Duty, Error, Event, FieldError, Name, Names, OrderId, OrdersPage, Snapshot,
    StageTimes, Status, Time, Wanting,
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

/// The board of a page: when it starts, reads on, or may have missed an event. `query` is a [`BoardQuery`] as JSON. The
/// board holds everything up to `after`, unless the server lags.
///
/// [`BoardQuery`]: crate::domain::BoardQuery
#[server(prefix = "/act", endpoint = "board", input = GetUrl)]
pub async fn board(query: String, after: Option<Cursor>) -> Result<Snapshot, Error> {
    let query = serde_json::from_str(&query).map_err(|error| {
        let why = error.to_string();
        Error::invalid("query", FieldError::Malformed { why })
    })?;
    let viewer = crate::server::web::pages::forms::door().viewer;
    crate::server::web::pages::forms::order_service()?
        .snapshot(&query, after.as_ref(), &viewer)
        .await
}

/// Past orders that match the filters, older than `below`: created at or after `from` and before `before`.
#[server(prefix = "/act", endpoint = "search", input = GetUrl)]
pub async fn search(
    status: Option<Status>,
    #[server(default)] text: String,
    supplier: Option<String>,
    driver: Option<String>,
    from: Option<Time>,
    before: Option<Time>,
    below: OrderId,
) -> Result<OrdersPage, Error> {
    let filter = crate::domain::OrderFilter {
        status,
        text,
        supplier,
        driver,
        from,
        before,
    };
    let viewer = crate::server::web::pages::forms::door().viewer;
    crate::server::web::pages::forms::order_service()?
        .search(&filter, Some(below), &viewer)
        .await
}

/// How many orders of the whole market have each status, the event up to which they are counted, and what wants somebody
/// now. The tickets are those of one kitchen or of all, and ring on a page whose bell was opened at `opened`, or is now.
#[server(name = ReadCounts, prefix = "/act", endpoint = "counts", input = GetUrl)]
pub async fn counts(
    kitchen: Option<Name>,
    opened: Option<Time>,
) -> Result<(Cursor, Counts, Wanting), Error> {
    let viewer = crate::server::web::pages::forms::door().viewer;
    crate::server::web::pages::forms::order_service()?.counts(kitchen.as_ref(), opened, &viewer)
}

/// The kitchens and drivers of the market.
#[server(name = ReadNames, prefix = "/act", endpoint = "names", input = GetUrl)]
pub async fn names() -> Result<Names, Error> {
    let orders = crate::server::web::pages::forms::order_service()?;
    let viewer = crate::server::web::pages::forms::door().viewer;
    Ok(Names {
        kitchens: orders.kitchens(&viewer),
        drivers: orders.drivers(&viewer),
    })
}

/// Which drivers dispatch has switched on duty, or off.
#[server(name = ReadDuty, prefix = "/act", endpoint = "duty", input = GetUrl)]
pub async fn duty() -> Result<Duty, Error> {
    let viewer = crate::server::web::pages::forms::door().viewer;
    crate::server::web::pages::forms::order_service()?
        .duty(&viewer)
        .await
}

/// The stage times of the last 24 hours.
#[server(name = ReadPace, prefix = "/act", endpoint = "pace", input = GetUrl)]
pub async fn pace() -> Result<StageTimes, Error> {
    let viewer = crate::server::web::pages::forms::door().viewer;
    crate::server::web::pages::forms::order_service()?.pace(&viewer)
}

/// The events of an order, oldest first.
#[server(prefix = "/act", endpoint = "history", input = GetUrl)]
pub async fn history(id: OrderId) -> Result<Vec<Event>, Error> {
    let viewer = crate::server::web::pages::forms::door().viewer;
    crate::server::web::pages::forms::order_service()?
        .events(id, &viewer)
        .await
}

/// The key that opens the page of an order for whom it is shared with; none for a reader who has none to give.
#[server(name = ReadFollowKey, prefix = "/act", endpoint = "follow-key", input = GetUrl)]
pub async fn follow_key(id: OrderId) -> Result<Option<String>, Error> {
    crate::server::web::pages::forms::follow_key(id).await
}
