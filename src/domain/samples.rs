//! Sample times, ids, offers and commands for unit tests.

use super::{Address, Command, Field, Markup, Minutes, Name, Notes, Offer, OrderId, Price, Time};
use uuid::Uuid;

pub fn at(second: i64) -> Time {
    Time::from_millis((1_780_000_000 + second) * 1_000)
}

pub fn id(n: u128) -> OrderId {
    OrderId(Uuid::from_u128(n))
}

pub fn offer() -> Offer {
    Offer {
        supplier_name: Name::parse("Bella Napoli").unwrap(),
        pizza_name: Name::parse("Diavola").unwrap(),
        supplier_price: Price::parse("9.50").unwrap(),
        markup_percentage: Markup::default(),
    }
}

pub fn commands() -> Vec<Command> {
    let name = |n| Name::parse(n).unwrap();
    vec![
        Command::Accept {
            notes: Notes::parse("Hot").ok(),
            minutes: Minutes::parse("25").ok(),
        },
        Command::Reject {
            reason: Notes::parse("Sold out").ok(),
        },
        Command::Take {
            customer_name: name("Ana"),
            delivery_address: Address::parse("Kurze Gasse 1").unwrap(),
            customer_id: None,
        },
        Command::Prepare,
        Command::MarkReady,
        Command::Dispatch {
            driver_name: name("Jonas"),
            driver_id: None,
        },
        Command::SetOff,
        Command::Deliver,
        Command::Cancel { reason: None },
        Command::Recall,
    ]
}
