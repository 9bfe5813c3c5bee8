//! Sample times, ids, offers and commands for unit tests.

use super::{
    Address, CancellationCode, Command, Field, Markup, Minutes, Name, Notes, Offer, Order, OrderId,
    Price, Time, order::command::DirectOrder, shop::basket::Basket,
};
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
        restaurant_id: None,
    }
}

/// Half a Diavola, half a Funghi, and two drinks: to be answered within five minutes, at the door 20 to 40 minutes after
/// they are ordered.
pub const BASKET: &str = concat!(
    r#"{"lines":[{"item":"diavola","name":"Diavola","size":"Large","quantity":2,"#,
    r#""half":{"item":"funghi","name":"Funghi"},"options":[{"group":"top","option":"olive","name":"Olives","#,
    r#""part":"left","count":1,"price":0.5}],"without":[{"name":"Onions","part":"right"}],"note":"Well done","#,
    r#""base":12.0,"unit":12.5,"total":25.0,"deposit":0.0,"pieces":1,"allergens":["gluten","milk"],"done":0},"#,
    r#"{"item":"cola","name":"Cola","size":null,"quantity":2,"half":null,"options":[],"without":[],"note":null,"#,
    r#""base":2.5,"unit":2.5,"total":5.0,"deposit":0.5,"pieces":0,"allergens":[],"done":0}],"#,
    r#""bill":{"goods":30.0,"deposit":0.5,"delivery":2.0,"discount":0.0,"tax_added":0.0,"service":3.25,"total":35.75,"#,
    r#""tip":0.0,"to_pay":35.75,"taxes":[{"class":"food","rate":7.0,"of":25.0,"amount":1.64},"#,
    r#"{"class":"drink","rate":19.0,"of":5.5,"amount":0.88},{"class":"delivery","rate":7.0,"of":2.0,"amount":0.13}],"#,
    r#""mode":"included","#,
    r#""currency":"EUR"},"notes":"Ring twice","phone":"+49 30 1234567","place":{"street":"Kurze Gasse 1","#,
    r#""postcode":"10115","town":"Berlin","area":"Mitte","point":{"lat":52.53,"lon":13.38}},"#,
    r#""promise":{"from":"2026-05-28T20:46:40.000Z","to":"2026-05-28T21:06:40.000Z","asap":true},"#,
    r#""kitchen_slots":["2026-05-28T20:15:00.000Z","2026-05-28T20:30:00.000Z"],"#,
    r#""answer_by":"2026-05-28T20:31:40.000Z","answered_at":null,"menu_revision":7}"#,
);

pub fn direct_order() -> DirectOrder {
    let basket: Basket = serde_json::from_str(BASKET).unwrap();
    DirectOrder {
        restaurant_id: Uuid::from_u128(0x9127),
        supplier_name: Name::parse("Bella Napoli").unwrap(),
        pizza_name: Name::parse("2× ½ Diavola ½ Funghi L +1, 2× Cola").unwrap(),
        supplier_price: Price::parse("32.50").unwrap(),
        markup_percentage: Markup::parse("10").unwrap(),
        customer_name: Name::parse("Ana").unwrap(),
        customer_id: None,
        basket: Box::new(basket),
    }
}

/// One that was ordered from a menu.
pub fn direct(n: u128) -> Order {
    Order::direct(id(n), direct_order(), at(0)).0
}

/// What direct orders have beside [`commands`].
pub fn direct_commands() -> Vec<Command> {
    vec![
        Command::Expire,
        Command::Delay {
            minutes: 10_u16.try_into().unwrap(),
            notes: Notes::parse("Oven full").ok(),
        },
        Command::Check {
            line: 0_u16.try_into().unwrap(),
            done: 2_u16.try_into().unwrap(),
        },
    ]
}

pub fn commands() -> Vec<Command> {
    let name = |n| Name::parse(n).unwrap();
    vec![
        Command::Accept {
            notes: Notes::parse("Hot").ok(),
            minutes: Minutes::parse("25").ok(),
        },
        Command::Reject {
            code: CancellationCode::Other,
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
        Command::Cancel {
            code: CancellationCode::Other,
            reason: None,
        },
        Command::Recall,
    ]
}
