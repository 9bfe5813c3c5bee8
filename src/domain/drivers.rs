//! Who drives, as the orders on a board know it.

use super::{Board, Status, Time};

/// Where a driver has an order.
pub const OUT: [Status; 2] = [Status::Dispatched, Status::InTransit];

/// Somebody who has, or had, an order of the board.
#[derive(Clone, Debug, PartialEq)]
pub struct Driver {
    pub name: String,
    /// So many orders they carry.
    pub out: usize,
    /// When something has happened to one of their orders last.
    pub since: Time,
    /// When the last of what they carry was promised to be at its door.
    pub back: Option<Time>,
}

/// All of them, by name.
pub fn drivers(board: &Board) -> Vec<Driver> {
    let mut drivers: Vec<Driver> = Vec::new();
    for order in board.orders() {
        let Some(name) = order.driver_name.as_deref() else {
            continue;
        };
        let place = drivers.binary_search_by(|driver| driver.name.as_str().cmp(name));
        let place = place.unwrap_or_else(|place| {
            let new = Driver {
                name: name.to_owned(),
                out: 0,
                since: order.updated_at,
                back: None,
            };
            drivers.insert(place, new);
            place
        });
        let driver = &mut drivers[place];
        driver.since = driver.since.max(order.updated_at);
        if OUT.contains(&order.status) {
            driver.out += 1;
            driver.back = driver.back.max(board.promised(order));
        }
    }
    drivers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Counts, Order, Row,
        order::tests::{at, id, offer},
    };
    use chrono::TimeDelta;

    fn row(n: u128, driver: Option<&str>, status: Status, updated: i64) -> Row {
        let (mut order, _) = Order::new(id(n), offer(), at(0));
        order.driver_name = driver.map(|name| name.to_owned().try_into().unwrap());
        order.estimated_delivery_time = Some(20.try_into().unwrap());
        (order.status, order.updated_at) = (status, at(updated));
        let taken = OUT.contains(&status).then(|| at(n as i64));
        Row { order, taken }
    }

    #[test]
    fn drivers_are_known_with_what_they_carry() {
        let rows = vec![
            row(1, Some("Jonas"), Status::InTransit, 10),
            row(2, Some("Jonas"), Status::Dispatched, 30),
            row(3, Some("Giulia"), Status::Delivered, 20),
            row(4, None, Status::Ready, 5),
        ];
        let board = Board::new("e-4".parse().unwrap(), Counts::default(), rows, None);
        let driver = |name: &str, out, since, back| Driver {
            name: name.to_owned(),
            out,
            since: at(since),
            back,
        };
        let back = at(2) + TimeDelta::minutes(20);
        assert_eq!(
            drivers(&board),
            [
                driver("Giulia", 0, 20, None),
                driver("Jonas", 2, 30, Some(back))
            ]
        );
    }
}
