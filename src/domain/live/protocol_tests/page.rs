//! What a page reads of a market: by its definition, and not as the server's index finds it.

use crate::domain::{
    AccountId, AccountKind, AccountRole, Board, BoardQuery, Counts, Field, Identity, Order, Scope,
    Sequence, Status, Topic, Viewer, Window,
    samples::{id, offer},
    shop::basket::RestaurantId,
    sort_key,
};
use uuid::Uuid;

/// The one pizzeria whose counter changes.
pub const SHOP: RestaurantId = Uuid::from_u128(7);

/// Customers and drivers have one of two ids.
pub fn account(rng: &mut fastrand::Rng) -> AccountId {
    AccountId(Uuid::from_u128(rng.u128(0..2)))
}

/// Half of them see everything.
pub fn viewer(rng: &mut fastrand::Rng) -> Viewer {
    use AccountRole::*;
    let role = match rng.u8(0..8) {
        0 => Customer,
        1 => Driver,
        2 => Dispatch,
        3 => Supplier,
        _ => return Viewer::Open,
    };
    let own = account(rng);
    Viewer::Known(Box::new(Identity {
        supplier_name: (role == Supplier).then(|| offer().supplier_name),
        driver_id: (role == Driver).then_some(own),
        own: Vec::from_iter((role == Customer).then_some(own)),
        sees_offers: role == Customer,
        ..Identity::new(Some(own), AccountKind::Integration, role)
    }))
}

/// What a viewer sees of a market.
pub fn seen(market: &Board, viewer: &Viewer) -> Board {
    if *viewer == Viewer::Open {
        return market.clone();
    }
    let shown = |order: &Order| viewer.shown(order.clone());
    let orders: Vec<Order> = market.orders().filter_map(shown).collect();
    let mut counts = Counts::default();
    orders.iter().for_each(|order| counts.add(order.status));
    let windows = [Window::All; Status::ALL.len()];
    let (cursor, query) = (market.cursor().clone(), market.query().clone());
    Board::new(cursor, query, [counts; 2], windows, orders)
}

/// How many orders of each status a scope holds.
pub fn counts(market: &Board, query: &BoardQuery) -> Counts {
    let mut counts = Counts::default();
    let held = market.orders().filter(|order| query.scope.holds(order));
    held.for_each(|order| counts.add(order.status));
    counts
}

/// What a page reads that shows this.
pub fn within(market: &Board, query: BoardQuery) -> Board {
    let is_listed =
        |order: &&Order| query.statuses.contains(&order.status) && query.scope.holds(order);
    let mut listed: Vec<&Order> = market.orders().filter(is_listed).collect();
    let mut windows = [Window::Closed; Status::ALL.len()];
    match query.sequence {
        Sequence::Newest => {
            listed.sort_unstable_by_key(|order| std::cmp::Reverse(order.id));
            let end = listed.get(query.first).map(|order| order.id);
            let window = end.map_or(Window::All, Window::After);
            for &status in &query.statuses {
                windows[status as usize] = window;
            }
        }
        Sequence::Due => {
            listed.sort_unstable_by_key(|order| sort_key(order));
            for &status in &query.statuses {
                let mut of = listed.iter().filter(|order| order.status == status);
                let last = of.nth(query.first - 1).map(|order| sort_key(order));
                let end = last.filter(|_| of.next().is_some());
                windows[status as usize] = end.map_or(Window::All, Window::UpTo);
            }
        }
    }
    let is_here =
        |order: &&Order| windows[order.status as usize].covers(order) || query.names(order.id);
    let orders = market
        .orders()
        .filter(|order| query.names(order.id) || is_listed(order));
    let orders = orders.filter(is_here).cloned().collect();
    let counts = [market.market(), counts(market, &query)];
    Board::new(market.cursor().clone(), query, counts, windows, orders)
}

/// What a screen may show: half of them are about everything, and most have more than they begin with.
pub fn query(rng: &mut fastrand::Rng) -> BoardQuery {
    let order = format!("order:{}", id(rng.u128(0..5)));
    let about = [
        "offers",
        "dispatch",
        &*order,
        "supplier:Bella%20Napoli",
        "supplier:Nobody",
        &format!("{order},offers"),
        "offers,shops",
        &format!("restaurant:{SHOP}"),
    ];
    let scope = match rng.bool() {
        true => Scope::everything(),
        false => Scope::parse(about[rng.usize(0..about.len())]).unwrap(),
    };
    let sequence = match rng.bool() {
        true => Sequence::Newest,
        false => Sequence::Due,
    };
    // A page lists statuses that its scope holds.
    let is_held = |status: &Status| {
        scope.topics().is_none_or(|topics| {
            // Those of pizzerias hold no orders.
            let of_orders = topics
                .iter()
                .filter(|topic| !matches!(topic, Topic::Shops | Topic::Restaurant(_)));
            let mut limits = of_orders.map(Topic::statuses);
            limits.any(|of| of.is_empty() || of.contains(status))
        })
    };
    let is_listed = |status: &Status| sequence == Sequence::Newest || !status.is_final();
    let statuses = Status::ALL.iter().copied();
    let statuses = statuses.filter(|status| is_held(status) && is_listed(status));
    let statuses = statuses.collect();
    BoardQuery {
        scope,
        statuses,
        sequence,
        first: rng.usize(1..4),
    }
}
