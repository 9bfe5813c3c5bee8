//! Every address and the route that is read from it.

use super::*;
use crate::domain::{Minute, Time, Zone};
use proptest::prelude::*;

fn route() -> impl Strategy<Value = Route> {
    let id = any::<u128>().prop_map(|n| OrderId(uuid::Uuid::from_u128(n)));
    let text = "\\PC{1,12}";
    let minute =
        || prop::option::of((0..60u32, 0..24u32, 1..28u32, 1970..2100u32).prop_map(minute));
    let query = (
        prop::option::of(prop::sample::select(Status::ALL)),
        "\\PC{0,8}",
        prop::option::of(text),
        prop::option::of(text),
        minute(),
        minute(),
        prop::option::of(prop::sample::select(Sort::ALL)),
        prop::option::of(id.clone()),
    )
        .prop_map(
            |(status, text, supplier, driver, from, until, sort, below)| OrdersQuery {
                status,
                text,
                supplier,
                driver,
                from,
                until,
                sort,
                below,
            },
        );
    let open = prop::option::of((id.clone(), prop::option::of(1usize..20)));
    let kitchen = prop_oneof![
        Just(Kitchen::Own),
        Just(Kitchen::All),
        "\\PC{1,12}".prop_map(Kitchen::One),
    ];
    prop_oneof![
        Just(Route::Home),
        (kitchen, prop::option::of(id.clone()))
            .prop_map(|(kitchen, more)| Route::Supplier { kitchen, more }),
        (
            prop::option::of(id.clone()),
            "\\PC{0,8}",
            prop::option::of(0..OffersSort::ALL.len())
        )
            .prop_map(|(taking, text, sort)| {
                let sort = sort.map(|n| OffersSort::ALL[n]);
                Route::Customer {
                    taking,
                    query: OffersQuery { text, sort },
                }
            }),
        id.clone().prop_map(Route::Track),
        prop::option::of(id.clone()).prop_map(|more| Route::Dispatch { more }),
        (query, open).prop_map(|(query, open)| Route::Orders {
            query,
            open: open.map(|(id, _)| id),
            at: open.and_then(|(_, at)| at),
        }),
    ]
}

fn minute((minute, hour, day, year): (u32, u32, u32, u32)) -> Minute {
    format!("{year}-02-{day:02}T{hour:02}:{minute:02}")
        .parse()
        .unwrap()
}

proptest! {
    #[test]
    fn every_route_is_found_at_its_address(route in route()) {
        let address = route.address();
        let (path, query) = address.split_once('?').unwrap_or((&address, ""));
        prop_assert_eq!(Route::read(path, query), route);
    }
}

#[test]
fn an_unknown_path_is_nowhere() {
    for path in [
        "/nowhere",
        "/supplier/x",
        "/orders/x",
        "/customer/x",
        "/orders/x/y",
    ] {
        assert_eq!(Route::read(path, ""), Route::Nowhere, "{path}");
    }
    assert_eq!(
        Route::read("/supplier", "?kitchen=Bella+Napoli&x"),
        Route::supplier(Kitchen::One("Bella Napoli".to_owned()))
    );
}

#[test]
fn a_filter_reads_its_minutes_with_the_offset_of_their_day() {
    let Route::Orders { query, .. } =
        Route::read("/orders", "from=2026-10-24T14:00&until=2026-11-24T14:00")
    else {
        panic!("not the orders")
    };
    let zone: Zone = "120_60@29881500".parse().unwrap();
    let span = |zone| {
        let filter = query.filter(zone);
        [filter.from, filter.before].map(|time| time.as_ref().map(Time::to_string).unwrap())
    };
    assert_eq!(
        span(Some(&zone)),
        ["2026-10-24T12:00:00.000Z", "2026-11-24T13:01:00.000Z"]
    );
    assert_eq!(
        span(None),
        ["2026-10-24T14:00:00.000Z", "2026-11-24T14:01:00.000Z"]
    );
}

#[test]
fn every_row_is_reached_and_is_its_own_pattern() {
    let id = "0198c0de-1234-7abc-8def-0123456789ab";
    for row in &ROUTES {
        let path = row.pattern.replace(ID, id);
        let route = Route::read(&path, "");
        assert_eq!(route.panel(), row.panel, "{path}");
        assert_eq!(route.pattern(), Some(row.pattern));
        assert_eq!(route.address(), path);
    }
    assert_eq!(Route::Nowhere.pattern(), None);
}
