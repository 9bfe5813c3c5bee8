//! How long a kitchen's pizzas usually take to the door: what its last deliveries say, of the same pizza if there are
//! enough, for as much as there is to bake now.
//!
//! Each delivery had two parts. On the road it is as fast as ever. In the kitchen it takes longer the more tickets wait
//! beside it, so that this part is stretched to the tickets of now, or shrunk.

use super::eta::offered;
use crate::domain::{Minutes, Order, Status, Time, stage_times::percentile};

/// So many deliveries tell what is usual.
const ENOUGH: usize = 5;
/// A kitchen bakes this many tickets side by side: only more of them make each other wait.
const AT_ONCE: i64 = 4;
/// Minutes are promised in steps.
const STEP: i64 = 5;

/// The minutes from a customer's order to the door, in steps of five.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UsualMinutes {
    /// Half of the deliveries were this fast.
    pub half: Minutes,
    /// Four of five were: a promise that usually holds.
    pub most: Minutes,
}

/// What is usual for a pizza of a kitchen, if the orders tell. Of a pizza with too few deliveries, what is usual for all
/// of the kitchen's.
pub fn usual_minutes<'a>(
    orders: impl Iterator<Item = &'a Order>,
    kitchen: &str,
    pizza: &str,
) -> Option<UsualMinutes> {
    let orders: Vec<_> = orders
        .filter(|order| *order.supplier_name == *kitchen)
        .filter_map(|order| Some((order, in_kitchen(order)?)))
        .collect();
    let queue = Queue::of(orders.iter().map(|(_, stay)| *stay));
    // The ticket that is answered is one more.
    let now = queue.now() + 1;
    let (mut all, mut same) = (Vec::new(), Vec::new());
    for (order, stay) in orders {
        let Some(lasted) = lasted(order, stay, queue.at(stay.from), now) else {
            continue;
        };
        all.push(lasted);
        if *order.pizza_name == *pizza {
            same.push(lasted);
        }
    }
    let mut known = [same, all]
        .into_iter()
        .find(|known| known.len() >= ENOUGH)?;
    known.sort_unstable();
    let within = |percent| percentile(&known, percent).and_then(in_steps);
    Some(UsualMinutes {
        half: within(50)?,
        most: within(80)?,
    })
}

/// When a customer's order was in the kitchen. It still is, where it has not left.
#[derive(Clone, Copy)]
struct Stay {
    from: Time,
    left: Option<Time>,
}

fn in_kitchen(order: &Order) -> Option<Stay> {
    let left = match order.status {
        Status::CustomerAccepted | Status::Preparing => None,
        _ => Some(order.times.at(Status::Ready).unwrap_or(order.since())),
    };
    order.ordered().map(|from| Stay { from, left })
}

/// How many tickets a kitchen had, by time.
struct Queue {
    came: Vec<Time>,
    left: Vec<Time>,
}

impl Queue {
    fn of(stays: impl Iterator<Item = Stay> + Clone) -> Queue {
        let mut came: Vec<_> = stays.clone().map(|stay| stay.from).collect();
        let mut left: Vec<_> = stays.filter_map(|stay| stay.left).collect();
        came.sort_unstable();
        left.sort_unstable();
        Queue { came, left }
    }

    /// When something came, which is counted.
    fn at(&self, time: Time) -> i64 {
        let up_to = |times: &[Time]| times.partition_point(|one| *one <= time) as i64;
        up_to(&self.came) - up_to(&self.left)
    }

    fn now(&self) -> i64 {
        self.came.len() as i64 - self.left.len() as i64
    }
}

/// The seconds that a delivery would take with the tickets of now. One for a time that the customer chose waits for that
/// time, and tells nothing.
fn lasted(order: &Order, stay: Stay, then: i64, now: i64) -> Option<i64> {
    let basket = order.basket.as_ref();
    if basket.is_some_and(|basket| !basket.promise.asap) {
        return None;
    }
    let delivered = order.times.at(Status::Delivered)?;
    let left = stay.left?;
    let (kitchen, road) = (
        (left - stay.from).num_seconds(),
        (delivered - left).num_seconds(),
    );
    Some(kitchen * now.max(AT_ONCE) / then.max(AT_ONCE) + road)
}

/// Rounded up, and nothing that cannot be.
fn in_steps(seconds: i64) -> Option<Minutes> {
    let (least, _) = offered(None);
    let (_, most) = Minutes::LIMITS;
    let steps = |minutes: i64| (minutes + STEP - 1) / STEP * STEP;
    let minutes = steps((seconds + 59) / 60).clamp(steps(least), most.into());
    u16::try_from(minutes).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::{at, id, offer};
    use proptest::prelude::*;

    const KITCHEN: &str = "Bella Napoli";

    /// An order that came in a minute, was this many minutes in the kitchen, and this many on the road.
    fn delivery(n: u128, pizza: &str, came: i64, kitchen: i64, road: i64) -> Order {
        let mut order = in_oven(n, pizza, came);
        let ready = came + kitchen;
        for (status, minute) in [(Status::Ready, ready), (Status::Delivered, ready + road)] {
            order.status = status;
            order.times.enter(status, at(minute * 60));
        }
        order
    }

    fn in_oven(n: u128, pizza: &str, came: i64) -> Order {
        let (mut order, _) = Order::new(id(n), offer(), at(0));
        order.pizza_name = pizza.to_owned().try_into().unwrap();
        for status in [Status::CustomerAccepted, Status::Preparing] {
            order.status = status;
            order.times.enter(status, at(came * 60));
        }
        order
    }

    fn usual(orders: &[Order], pizza: &str) -> Option<(u16, u16)> {
        let usual = usual_minutes(orders.iter(), KITCHEN, pizza)?;
        Some((usual.half.get(), usual.most.get()))
    }

    /// One after another, each with these minutes in the kitchen.
    fn evening(pizza: &str, kitchen: &[i64]) -> Vec<Order> {
        let orders = (1..).zip(kitchen);
        orders
            .map(|(n, kitchen)| delivery(n, pizza, 200 * n as i64, *kitchen, 10))
            .collect()
    }

    #[test]
    fn half_were_as_fast_and_four_of_five() {
        let orders = evening("Diavola", &[12, 31, 8, 14, 19]);
        assert_eq!(usual(&orders, "Diavola"), Some((25, 30)));
        // The slowest one does not count, however slow it was.
        let orders = evening("Diavola", &[12, 1_000, 8, 14, 19]);
        assert_eq!(usual(&orders, "Diavola"), Some((25, 30)));
    }

    #[test]
    fn the_same_pizza_comes_first_and_then_the_kitchen() {
        let mut orders = evening("Diavola", &[50; 5]);
        let others = evening("Margherita", &[10; 4]);
        assert_eq!(usual(&others, "Margherita"), None);
        orders.extend(others);
        assert_eq!(usual(&orders, "Diavola"), Some((60, 60)));
        assert_eq!(usual(&orders, "Margherita"), Some((60, 60)));
        assert_eq!(usual_minutes(orders.iter(), "Forno", "Diavola"), None);
    }

    #[test]
    fn the_kitchen_takes_longer_with_more_tickets_and_the_road_does_not() {
        let mut orders = evening("Diavola", &[20; 5]);
        assert_eq!(usual(&orders, "Diavola"), Some((30, 30)));
        for n in 100..103 {
            orders.push(in_oven(n, "Hawaii", 9_000));
        }
        // Four are baked side by side.
        assert_eq!(usual(&orders, "Diavola"), Some((30, 30)));
        for n in 103..107 {
            orders.push(in_oven(n, "Hawaii", 9_000));
        }
        assert_eq!(usual(&orders, "Diavola"), Some((50, 50)));
        // Eight at once took so long; one alone takes half of that in the kitchen.
        let rush: Vec<_> = (1..9).map(|n| delivery(n, "Diavola", 0, 40, 10)).collect();
        assert_eq!(usual(&rush, "Diavola"), Some((30, 30)));
    }

    #[test]
    fn nothing_is_promised_that_cannot_be() {
        assert_eq!(
            usual(&evening("Diavola", &[0; 5]), "Diavola"),
            Some((15, 15))
        );
        let longest = evening("Diavola", &[5_000; 5]);
        assert_eq!(usual(&longest, "Diavola"), Some((1_440, 1_440)));
        let mut cancelled = evening("Diavola", &[10; 5]);
        for order in &mut cancelled {
            order.status = Status::Cancelled;
            order.times = order.times.up_to(Status::Ready).unwrap();
        }
        assert_eq!(usual(&cancelled, "Diavola"), None);
    }

    proptest! {
        #[test]
        fn it_is_within_bounds_in_steps_and_grows_with_the_load(
            past in prop::collection::vec((0i64..3_000, 0i64..2_000, 0i64..300, any::<bool>()), 0..40), open in 0u128..40,
        ) {
            let pizza = |is_same| if is_same { "Diavola" } else { "Hawaii" };
            let past = (1..).zip(past);
            let mut orders: Vec<_> = past
                .map(|(n, (came, kitchen, road, same))| delivery(n, pizza(same), came, kitchen, road))
                .collect();
            let mut before = usual(&orders, "Diavola");
            prop_assert_eq!(before.is_some(), orders.len() >= ENOUGH);
            for n in 0..open {
                orders.push(in_oven(1_000 + n, "Diavola", 9_000));
                let after = usual(&orders, "Diavola");
                for ((half, most), (half_before, most_before)) in after.into_iter().zip(before) {
                    prop_assert!(half_before <= half && most_before <= most);
                    prop_assert!(15 <= half && half <= most && most <= 1_440);
                    prop_assert!(half % 5 == 0 && most % 5 == 0);
                }
                prop_assert_eq!(before.is_some(), after.is_some());
                before = after;
            }
        }
    }
}
