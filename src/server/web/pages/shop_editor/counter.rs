//! What the bar of the counter does.

use super::{
    layout::{Page, page},
    notice::{Done, Notice, lead_to},
    open::open,
    shop::{no_such_act, request},
};
use crate::{
    domain::{Fields, Value, shop::counter_input::CounterCommand},
    server::{
        services::shops::refusal::ShopRefusal,
        web::pages::{
            account::{Sent, Visit, redirect},
            redirect::came_from,
        },
    },
};
use axum::{extract::Path, response::Response};
use leptos::prelude::*;

pub async fn send(visit: Visit, Path(named): Path<String>, sent: Sent) -> Response {
    let edited = match open(&visit, &named, true).await {
        Ok(edited) => edited,
        Err(answer) => return *answer,
    };
    let done = match read(&sent) {
        Ok(command) => {
            let request = request(&sent, "counter");
            let (named, by) = (&edited.named, &edited.by);
            let shops = &visit.app.shops;
            let done = shops.at_the_counter(named, &command, by, request.as_ref());
            done.await.map_err(ShopRefusal::from)
        }
        Err(refusal) => Err(refusal),
    };
    let back = came_from(&visit.headers);
    match done {
        Ok(_) => {
            let notice = Notice::of(Done::Saved);
            let led = lead_to(&visit, &back, &notice).await;
            led.unwrap_or_else(|| redirect(&back))
        }
        Err(refusal) => {
            let layout = Page {
                title: ["Counter", "Theke"],
                shop: Some(&edited),
                notice: None,
                refusal: Some(&refusal),
                outline: None,
            };
            page(&visit, layout, || ().into_any()).await
        }
    }
}

/// What its buttons ask for, as the API takes it.
pub fn read(sent: &Sent) -> Result<CounterCommand, ShopRefusal> {
    let mut fields = Fields::default();
    let mut add = |name: &'static str, value: &str| {
        if !value.is_empty() {
            fields.add(name, Value::Plain(value.to_owned()));
        }
    };
    for name in ["item", "group", "option", "until"] {
        add(name, sent.get(name));
    }
    let read = match sent.get("act") {
        "busy" => {
            add("extra_minutes", sent.get("extra_minutes"));
            CounterCommand::read_busy(fields)
        }
        "pause" => {
            add("minutes", sent.get("minutes"));
            CounterCommand::read_pause(fields)
        }
        "resume" => CounterCommand::read_resume(fields),
        "sold-out" => {
            add("sold_out", "true");
            CounterCommand::read_sold_out(fields)
        }
        "put-back" => {
            add("sold_out", "false");
            CounterCommand::read_sold_out(fields)
        }
        _ => return Err(no_such_act()),
    };
    Ok(read?)
}
