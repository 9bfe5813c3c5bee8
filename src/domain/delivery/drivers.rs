//! Drivers, as the orders on a board name them: what each of them carries, how a name is spelled, and the
//! assignment of several orders to one driver.

use super::duty::{Duty, OFF_DUTY};
use crate::domain::{Board, Error, FieldError, Fields, Name, OrderId, Status, Time};
use std::cmp::Reverse;

/// The statuses of an order that its driver carries.
pub const WITH_DRIVER: [Status; 2] = [Status::Dispatched, Status::InTransit];

/// A driver who has, or had, an order of the board, or was switched on duty.
#[derive(Clone, Debug, PartialEq)]
pub struct Driver {
    pub name: String,
    /// How many orders they carry, as far as the board shows.
    pub carried: usize,
    /// Whether there may be more of those, beyond the board.
    pub may_carry_more: bool,
    /// The latest change to one of their orders, or when they were switched on duty.
    pub last_change: Time,
    /// Dispatch has switched them off duty, and has assigned nothing to them since.
    pub is_off: bool,
    /// The latest promised delivery among the orders that they carry.
    pub last_promised: Option<Time>,
}

impl Driver {
    fn is_free(&self, now: Time) -> bool {
        self.carried == 0 && !self.is_off && now - self.last_change < OFF_DUTY
    }
}

/// The assignment of several orders to one driver.
#[derive(Clone, Debug, PartialEq)]
pub struct DispatchSeveral {
    pub driver_name: Name,
    /// Each with the version that it is meant for.
    pub orders: Vec<(OrderId, u32)>,
}

impl DispatchSeveral {
    /// The largest number of orders.
    pub const LIMIT: usize = 50;

    /// Each of `orders` is an id, a point and a version.
    pub fn read(mut fields: Fields, orders: &[String]) -> Result<DispatchSeveral, Error> {
        let driver_name = fields.required("driver_name");
        let driver_name = fields.finish(|| driver_name)?;
        Ok(DispatchSeveral {
            driver_name,
            orders: Self::read_orders(orders)?,
        })
    }

    /// Each is an id, a point and a version.
    pub fn read_orders(orders: &[String]) -> Result<Vec<(OrderId, u32)>, Error> {
        if !(1..=Self::LIMIT).contains(&orders.len()) {
            return Err(Error::invalid(
                "order",
                FieldError::out_of_range(1, Self::LIMIT),
            ));
        }
        let read = |order: &String| {
            let (id, version) = order.split_once('.')?;
            Some((id.parse().ok()?, version.parse().ok()?))
        };
        let orders: Option<Vec<_>> = orders.iter().map(read).collect();
        orders.ok_or_else(|| {
            let why = "Each is an id, a point and a version.".to_owned();
            Error::invalid("order", FieldError::Malformed { why })
        })
    }
}

/// A driver's name as the market spells it: the same text, or else the name with the newest order that differs only in
/// what `fold` removes (capitals, Unicode forms). `None` for a driver who is not among `drivers`, each of which has the
/// id of their newest order.
pub fn known_driver_name<'a>(
    drivers: impl Iterator<Item = (&'a Name, OrderId)>,
    name: &Name,
    fold: fn(&str) -> String,
) -> Option<&'a Name> {
    let folded = fold(name);
    let similar = drivers.filter(|(known, _)| *known == name || fold(known) == folded);
    let best = similar.max_by_key(|(known, newest)| (*known == name, *newest));
    best.map(|(known, _)| known)
}

/// Whether a board has every order that a driver carries.
pub fn has_all_carried(board: &Board) -> bool {
    let is_whole = |status: &Status| board.window(*status).is_whole();
    WITH_DRIVER.iter().all(is_whole)
}

/// All drivers of a board, by name: those who carry nothing only where that is known.
pub fn drivers(board: &Board, duty: &Duty) -> Vec<Driver> {
    let has_all = has_all_carried(board);
    let new = |name: &Name, last_change| Driver {
        name: name.to_string(),
        carried: 0,
        may_carry_more: !has_all,
        last_change,
        is_off: duty.off_since(name).is_some(),
        last_promised: None,
    };
    let on = duty.on().map(|(name, since)| new(name, since));
    let mut drivers: Vec<Driver> = on.collect();
    for order in board.orders() {
        let Some(name) = &order.driver_name else {
            continue;
        };
        let place = drivers.binary_search_by(|driver| driver.name.as_str().cmp(name));
        let place = place.unwrap_or_else(|place| {
            drivers.insert(place, new(name, order.updated_at));
            place
        });
        let driver = &mut drivers[place];
        driver.last_change = driver.last_change.max(order.updated_at);
        // Who gets an order is on duty again.
        driver.is_off &= order.times.at(Status::Dispatched) <= duty.off_since(name);
        if WITH_DRIVER.contains(&order.status) {
            driver.carried += 1;
            driver.last_promised = driver.last_promised.max(order.promised());
        }
    }
    drivers.retain(|driver| has_all || driver.carried > 0);
    drivers
}

/// The drivers who are out, by what they have to deliver first.
pub fn drivers_out(board: &Board) -> Vec<String> {
    let carried = board
        .orders()
        .filter(|order| WITH_DRIVER.contains(&order.status));
    let mut due: Vec<_> = carried
        .filter_map(|order| Some((order.due(), order.driver_name.as_ref()?.to_string())))
        .collect();
    due.sort_unstable();
    let mut out: Vec<String> = Vec::new();
    for (_, driver) in due {
        if !out.contains(&driver) {
            out.push(driver);
        }
    }
    out
}

/// The drivers who are free, those first who came back last: they are here. Not those who are off duty.
pub fn free_drivers(board: &Board, duty: &Duty, now: Time) -> Vec<String> {
    let mut free = drivers(board, duty);
    free.retain(|driver| driver.is_free(now));
    free.sort_by_key(|driver| Reverse(driver.last_change));
    free.into_iter().map(|driver| driver.name).collect()
}

/// The drivers who carry nothing and are off duty, by name: switched off, or gone home.
pub fn drivers_off_duty(board: &Board, duty: &Duty, now: Time) -> Vec<String> {
    let known = drivers(board, duty).into_iter();
    let off = known.filter(|driver| driver.carried == 0 && !driver.is_free(now));
    off.map(|driver| driver.name).collect()
}

/// The drivers to choose from: the free ones, those first who came back last; then those who are out, by when they are
/// back.
pub fn drivers_on_duty(board: &Board, duty: &Duty, now: Time) -> Vec<Driver> {
    let free = free_drivers(board, duty, now);
    let place = |driver: &Driver| free.iter().position(|name| *name == driver.name);
    let mut known = drivers(board, duty);
    known.retain(|driver| driver.is_free(now) || (driver.carried > 0 && !driver.is_off));
    known.sort_by_cached_key(|driver| match place(driver) {
        Some(place) => (false, place, None),
        None => (true, 0, driver.last_promised),
    });
    known
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Field, Order, Sequence, Times, Value, Window,
        samples::{at, id, offer},
        sort_key,
    };
    use chrono::TimeDelta;

    fn order(n: u128, driver: Option<&str>, status: Status, updated: i64) -> Order {
        let (mut order, _) = Order::new(id(n), offer(), at(0));
        order.driver_name = driver.map(|name| name.to_owned().try_into().unwrap());
        order.estimated_delivery_time = Some(20.try_into().unwrap());
        (order.status, order.updated_at) = (status, at(updated));
        order.times = Times::known(at(0), Status::CustomerAccepted, at(n as i64));
        order
    }

    #[test]
    fn a_name_is_spelled_as_the_market_spells_it() {
        let names = ["Jonas", "ZOË", "Zoë", "Änne"].map(|name| Name::parse(name).unwrap());
        let known = |name: &str| {
            let drivers = names.iter().zip((1..).map(id));
            let name = Name::parse(name).unwrap();
            known_driver_name(drivers, &name, str::to_lowercase).map(|known| known.to_string())
        };
        assert_eq!(known("  jONAS ").as_deref(), Some("Jonas"));
        assert_eq!(known("änne").as_deref(), Some("Änne"));
        // The same text is preferred, then the newest order's.
        assert_eq!(known("ZOË").as_deref(), Some("ZOË"));
        assert_eq!(known("zoë").as_deref(), Some("Zoë"));
        assert_eq!(known("zoË").as_deref(), Some("Zoë"));
        assert_eq!(known("Jona"), None);
    }

    #[test]
    fn several_orders_are_read_with_their_versions() {
        let read = |driver: &str, orders: &[String]| {
            let mut fields = Fields::default();
            fields.add("driver_name", Value::Plain(driver.to_owned()));
            DispatchSeveral::read(fields, orders)
        };
        let order = |n: u128| format!("{}.{n}", id(n));
        let several = read("Jonas", &[order(1), order(2)]).unwrap();
        assert_eq!(several.orders, [(id(1), 1), (id(2), 2)]);
        assert!(read("Jonas", &vec![order(1); DispatchSeveral::LIMIT]).is_ok());
        for (driver, orders, field) in [
            ("", vec![order(1)], "driver_name"),
            ("Jonas", vec![], "order"),
            ("Jonas", vec![order(1); DispatchSeveral::LIMIT + 1], "order"),
            ("Jonas", vec![order(1), "x.1".to_owned()], "order"),
            ("Jonas", vec![id(1).to_string()], "order"),
        ] {
            let error = read(driver, &orders).unwrap_err();
            assert!(error.field_error(field).is_some(), "{error}");
        }
    }

    #[test]
    fn drivers_are_known_with_what_they_carry() {
        let orders = vec![
            order(1, Some("Jonas"), Status::InTransit, 10),
            order(2, Some("Jonas"), Status::Dispatched, 30),
            order(3, Some("Giulia"), Status::Delivered, 20),
            order(4, None, Status::Ready, 5),
        ];
        let board = Board::whole("e-4", Sequence::Due, orders);
        let driver = |name: &str, carried, last_change, last_promised| Driver {
            name: name.to_owned(),
            carried,
            may_carry_more: false,
            last_change: at(last_change),
            is_off: false,
            last_promised,
        };
        let back = at(2) + TimeDelta::minutes(20);
        assert_eq!(
            drivers(&board, &Duty::default()),
            [
                driver("Giulia", 0, 20, None),
                driver("Jonas", 2, 30, Some(back))
            ]
        );
    }

    #[test]
    fn nobody_is_free_on_a_board_that_does_not_have_all_that_is_out() {
        let orders = vec![
            order(1, Some("Jonas"), Status::InTransit, 10),
            order(2, Some("Giulia"), Status::Delivered, 20),
        ];
        let whole = Board::whole("e-2", Sequence::Due, orders.clone());
        assert!(has_all_carried(&whole));
        let mut windows = std::array::from_fn(|status| whole.window(Status::ALL[status]));
        windows[Status::InTransit as usize] = Window::UpTo(sort_key(&orders[0]));
        let counts = [whole.market(), whole.counts()];
        let part = Board::new(
            whole.cursor().clone(),
            whole.query().clone(),
            counts,
            windows,
            orders,
        );
        let known = drivers(&part, &Duty::default());
        let known: Vec<_> = known
            .iter()
            .map(|driver| (&*driver.name, driver.carried, driver.may_carry_more))
            .collect();
        assert_eq!(known, [("Jonas", 1, true)]);
    }

    /// An order that was assigned then, and brought to the door.
    fn delivered(n: u128, driver: &str, assigned: i64, delivered: i64) -> Order {
        let mut order = order(n, Some(driver), Status::Delivered, delivered);
        for (status, second) in [
            (Status::Dispatched, assigned),
            (Status::Delivered, delivered),
        ] {
            order.times.enter(status, at(second));
        }
        order
    }

    #[test]
    fn a_switch_holds_until_the_driver_gets_an_order_or_would_have_gone_home() {
        let name = |name: &str| Name::parse(name).unwrap();
        let orders = vec![
            delivered(1, "Jonas", 10, 20),
            delivered(2, "Giulia", 30, 40),
            order(3, Some("Ada"), Status::InTransit, 50),
        ];
        let board = Board::whole("e-3", Sequence::Due, orders);
        let now = at(100);
        let duty = |switches: &[(&str, bool, i64)]| {
            let mut duty = Duty::default();
            for (driver, on, second) in switches {
                duty.switch(name(driver), *on, at(*second));
            }
            duty
        };
        let listed = |duty: &Duty, now| {
            let chosen = drivers_on_duty(&board, duty, now).into_iter();
            let chosen: Vec<_> = chosen.map(|driver| driver.name).collect();
            [
                free_drivers(&board, duty, now),
                chosen,
                drivers_off_duty(&board, duty, now),
            ]
            .map(|names| names.join(" "))
        };
        assert_eq!(
            listed(&duty(&[]), now),
            ["Giulia Jonas", "Giulia Jonas Ada", ""]
        );
        // Giulia was switched off while she was out, Jonas before he got his order.
        let off = duty(&[
            ("Jonas", false, 5),
            ("Giulia", false, 35),
            ("Ada", false, 60),
        ]);
        assert_eq!(listed(&off, now), ["Jonas", "Jonas", "Giulia"]);
        let on = duty(&[
            ("Giulia", false, 35),
            ("Giulia", true, 90),
            ("Zoe", true, 95),
        ]);
        assert_eq!(
            listed(&on, now),
            ["Zoe Giulia Jonas", "Zoe Giulia Jonas Ada", ""]
        );
        // Four hours after the last thing that is known of them, all but the switched on have gone home.
        let late = at(50) + OFF_DUTY;
        assert_eq!(listed(&on, late), ["Zoe Giulia", "Zoe Giulia Ada", "Jonas"]);
        let later = at(95) + OFF_DUTY;
        assert_eq!(listed(&on, later), ["", "Ada", "Giulia Jonas Zoe"]);
    }
}
