//! What can be wrong with an order: its events do not lead to it by the rules, or its bill does not add up.

use super::findings::FaultKind;
use crate::{
    domain::{Event, Order, verify_event},
    server::{services::order_documents, store::snapshot::Held},
};

type Found = (FaultKind, String);

/// What is wrong with an order that could be read, beside its indexes.
pub fn order_faults(held: &Held, order: &Order) -> Vec<Found> {
    let mut faults = Vec::new();
    if order_documents::key(order.id) != held.key {
        let detail = format!("its text has the id {}", order.id);
        faults.push((FaultKind::Order, detail));
    }
    history(held, order, &mut faults);
    let bill = bill_faults(order).into_iter();
    faults.extend(bill.map(|detail| (FaultKind::Order, detail.to_owned())));
    faults
}

/// Checks that the events of an order lead to it, one after the other.
fn history(held: &Held, order: &Order, faults: &mut Vec<Found>) {
    let mut before: Option<Event> = None;
    for past in &held.history {
        let event: Event = match serde_json::from_str(&past.text) {
            Ok(event) => event,
            Err(error) => {
                let event = format!("event {}", past.seq);
                let detail = order_documents::unreadable(&event, &error).to_string();
                faults.push((FaultKind::History, detail));
                return;
            }
        };
        let steps = step_faults(before.as_ref(), &event, order, past.seq).into_iter();
        faults.extend(steps.map(|detail| (FaultKind::History, detail)));
        before = Some(event);
    }
    match before {
        None => faults.push((FaultKind::History, "has no events".to_owned())),
        Some(last) if last.order != *order => {
            let detail = "is not what its events say".to_owned();
            faults.push((FaultKind::Order, detail));
        }
        Some(_) => {}
    }
}

/// What is wrong with what an order from a menu costs.
fn bill_faults(order: &Order) -> Vec<&'static str> {
    let Some(basket) = &order.basket else {
        return Vec::new();
    };
    let bill = &basket.bill;
    let mut faults = Vec::new();
    if !bill.adds_up(&basket.lines, order.markup_percentage) {
        faults.push("its bill does not add up");
    }
    if bill.supplier_price() != Some(order.supplier_price) {
        faults.push("its supplier_price is not what its bill asks for the supplier");
    }
    if order.customer_price != Some(bill.total) {
        faults.push("its customer_price is not the total of its bill");
    }
    faults
}

/// What is wrong with an event of `order` that follows the event `before`.
fn step_faults(before: Option<&Event>, event: &Event, order: &Order, seq: u64) -> Vec<String> {
    let mut faults = Vec::new();
    if event.order.id != order.id {
        faults.push(format!("event {seq} is about {}", event.order.id));
    }
    if before.is_some_and(|before| before.id.seq >= event.id.seq) {
        faults.push(format!("event {seq} is out of order"));
    }
    let was = before.map(|before| &before.order);
    if let Err(why) = verify_event(was, event.event_type, &event.order) {
        faults.push(format!("event {seq} cannot have happened: {why}"));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Cents, samples::direct};

    #[test]
    fn a_bill_that_does_not_add_up_is_a_fault() {
        let mut order = direct(1);
        assert_eq!(bill_faults(&order), [""; 0]);
        if let Some(basket) = &mut order.basket {
            basket.bill.goods = Cents::new(basket.bill.goods.get() + 1);
        }
        assert_eq!(bill_faults(&order), ["its bill does not add up"]);
        let mut order = direct(1);
        order.customer_price = None;
        let expected = "its customer_price is not the total of its bill";
        assert_eq!(bill_faults(&order), [expected]);
    }
}
