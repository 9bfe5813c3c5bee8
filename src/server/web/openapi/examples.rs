//! The examples of the description: the first moves of an order, and one problem of each kind.

use crate::{
    domain::{
        Actor, Cents, Command, CommandKind, Error, EventType, FieldError, Fields, Offer, Order,
        OrderId, Origin, Refusal, Status, Time, Value,
    },
    server::{
        services::shops::refusal::{Quote, ShopRefusal},
        web::problem::Problem,
    },
};
use serde_json::{Value as Json, json, value::to_raw_value};

/// How a call reads its parameters.
type Read = fn(Fields) -> Result<Command, Error>;

pub fn offer() -> Json {
    json!({"supplier_name": "Bella Napoli", "pizza_name": "Diavola", "supplier_price": 9.5, "markup_percentage": 30})
}

pub fn acceptance() -> Json {
    json!({"accept": true, "notes": "Really hot", "estimated_time": 25})
}

pub fn take() -> Json {
    json!({"customer_name": "Nguyễn Thị Minh Khai", "delivery_address": "Kurze Gasse 1"})
}

pub fn restaurant_body() -> Json {
    let day = json!([["11:30", "14:00"], ["17:00", "23:00"]]);
    json!({
        "name": "Bella Napoli",
        "address": {"street": "Kurze Gasse 1", "postcode": "10115", "town": "Berlin"},
        "time_zone": "Europe/Berlin",
        "hours": {"mon": [], "tue": day, "wed": day, "thu": day, "fri": [["17:00", "02:00"]], "sat": day, "sun": day},
        "areas": [{"name": "Mitte", "postcodes": ["101*"], "fee": 2.5, "minimum": 12, "free_from": 30, "minutes": [10, 25]}]
    })
}

/// A list of one order: the newest.
pub fn orders() -> Vec<Json> {
    let newest = history().pop();
    newest.into_iter().map(|(order, _)| json!(order)).collect()
}

pub fn events() -> Vec<Json> {
    let numbered = history().into_iter().zip(1..);
    numbered
        .map(|((order, event_type), n)| {
            let timestamp = order.updated_at;
            json!({"event_type": event_type, "order": order, "timestamp": timestamp, "id": format!("9d49ffaa7fd6a7aa-{n}")})
        })
        .collect()
}

/// The order after each of its moves, oldest first, and the event of the move.
fn history() -> Vec<(Order, EventType)> {
    let Ok(offer) = Offer::read(fields(offer())) else {
        return Vec::new();
    };
    let mut history = vec![Order::new(id(), offer, second(0))];
    let moves: [(Read, Json); 2] = [
        (Command::read_answer, acceptance()),
        (Command::read_take, take()),
    ];
    for ((read, body), n) in moves.into_iter().zip(1..) {
        let before = history.last().map(|(order, _)| order.clone());
        let command = read(fields(body)).ok();
        let after = before
            .zip(command)
            .and_then(|(order, command)| order.apply(command, Actor::AnyRole, second(40 * n)).ok());
        history.extend(after);
    }
    history
}

fn fields(body: Json) -> Fields {
    let mut fields = Fields::default();
    let members = body.as_object().into_iter().flatten();
    for (name, value) in members {
        if let Ok(raw) = to_raw_value(value) {
            fields.add(name, Value::Json(raw));
        }
    }
    fields
}

fn id() -> OrderId {
    OrderId(uuid::Uuid::from_u128(
        0x019c_6b2f_7a40_7c3e_9d49_ffaa_7fd6_a7aa,
    ))
}

fn second(n: i64) -> Time {
    Time::from_millis(1_771_324_200_000 + n * 1_000)
}

/// One of each kind of problem that a client can meet.
pub fn problems() -> Vec<Problem> {
    vec![
        invalid(),
        unknown_order(),
        Problem::UnknownPath,
        Problem::WrongMethod,
        refused(),
        too_late(),
        outdated(),
        weak_tag(),
        not_signed_in(),
        wrong_credentials(),
        code_needed(),
        not_allowed(),
        not_yours(),
        Problem::WrongHost,
        Problem::ForeignOrigin,
        Problem::TooLarge,
        Problem::NotJson,
        Problem::NotAWebSocket,
        too_many(),
        unavailable(),
        Problem::ConnectionLimitReached,
        Problem::ExportLimitReached,
        internal(),
        unknown_restaurant(),
        unknown_item(),
        precondition_required(),
        name_taken(),
        paused(),
        not_open(),
        slot_full(),
        sold_out(),
        quote_changed(),
        below_minimum(),
        not_delivered_there(),
    ]
}

pub fn unknown_restaurant() -> Problem {
    ShopRefusal::UnknownRestaurant.into()
}

pub fn unknown_item() -> Problem {
    ShopRefusal::UnknownItem.into()
}

pub fn precondition_required() -> Problem {
    ShopRefusal::PreconditionRequired.into()
}

/// Of what a pizzeria has: that of an order has a status.
pub fn shop_outdated() -> Problem {
    ShopRefusal::PreconditionFailed { version: 4 }.into()
}

pub fn name_taken() -> Problem {
    let field = "name".to_owned();
    ShopRefusal::NameTaken { field }.into()
}

pub fn paused() -> Problem {
    let until = Some(second(1_800));
    ShopRefusal::Paused { until }.into()
}

pub fn not_open() -> Problem {
    let (opens_at, slots) = (Some(second(3_600)), Vec::new());
    ShopRefusal::NotOpen { opens_at, slots }.into()
}

pub fn slot_full() -> Problem {
    let (opens_at, slots) = (None, Vec::new());
    ShopRefusal::SlotFull { opens_at, slots }.into()
}

pub fn sold_out() -> Problem {
    ShopRefusal::SoldOut { lines: vec![0] }.into()
}

pub fn quote_changed() -> Problem {
    let bill = concat!(
        r#"{"goods":25.0,"deposit":0.0,"delivery":2.5,"discount":0.0,"tax_added":0.0,"service":0.0,"total":27.5,"tip":0.0,"#,
        r#""to_pay":27.5,"taxes":[],"mode":"included","currency":"EUR"}"#
    );
    let quote = serde_json::from_str(bill).map(|bill| Quote {
        lines: Vec::new(),
        bill,
        promise: None,
        slot: None,
        good_until: None,
        menu_revision: 3,
    });
    quote.map_or_else(
        |_| internal(),
        |quote| {
            let quote = Box::new(quote);
            ShopRefusal::QuoteChanged { quote }.into()
        },
    )
}

pub fn below_minimum() -> Problem {
    let missing = Cents::new(250);
    ShopRefusal::BelowMinimum { missing }.into()
}

pub fn not_delivered_there() -> Problem {
    ShopRefusal::NotDeliveredThere.into()
}

pub fn invalid() -> Problem {
    Error::invalid(
        "supplier_price",
        FieldError::out_of_range("0.01", "10000.00"),
    )
    .into()
}

pub fn unknown_order() -> Problem {
    Error::UnknownOrder(id()).into()
}

pub fn refused() -> Problem {
    let refusal = Refusal {
        status: Status::Preparing,
        command: CommandKind::Dispatch,
        actor: Actor::AnyRole,
        origin: Origin::Offer,
        is_answered: false,
    };
    Error::Refused(refusal).into()
}

pub fn too_late() -> Problem {
    Error::TooLate.into()
}

pub fn outdated() -> Problem {
    let (version, status) = (4, Status::Preparing);
    Error::PreconditionFailed { version, status }.into()
}

pub fn weak_tag() -> Problem {
    let (version, status) = (4, Status::Preparing);
    Error::WeakPrecondition { version, status }.into()
}

pub fn not_signed_in() -> Problem {
    Error::NotSignedIn.into()
}

pub fn wrong_credentials() -> Problem {
    Error::WrongCredentials.into()
}

pub fn code_needed() -> Problem {
    Error::CodeNeeded.into()
}

pub fn not_allowed() -> Problem {
    Error::NotAllowed.into()
}

pub fn not_yours() -> Problem {
    Error::NotYours.into()
}

pub fn too_many() -> Problem {
    Error::TooMany(1).into()
}

pub fn unavailable() -> Problem {
    Error::StoreUnavailable.into()
}

pub fn internal() -> Problem {
    Error::Internal.into()
}
