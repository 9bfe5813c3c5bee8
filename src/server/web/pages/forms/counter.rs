//! The form of the counter on a kitchen's page: each of its buttons says what is asked, and of which pizzeria.

use crate::{
    api::form::{Answers, COUNTER, Flash},
    domain::{
        Error, Field, FieldError, Fields, Name, Role, Value,
        shop::{
            counter_button::CounterButton, counter_input::CounterCommand, kitchen_shop::KitchenShop,
        },
    },
    server::{
        services::{
            accounts::Authority,
            command_log,
            idempotency::IdempotentRequest,
            shops::{catalog::ShopRef, refusal::ShopRefusal},
        },
        web::{
            auth::{Door, Interface},
            headers::wants_page,
            pages::{
                redirect::{came_from, redirect, refuse},
                rights::check_form,
                send_back::send_back,
            },
            state::AppState,
        },
    },
};
use axum::http::request::Parts;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use std::time::Instant;

/// What was sent.
pub struct Pressed {
    pub shop: String,
    pub button: String,
    pub reason: String,
    pub key: String,
}

/// Does what a button asks, and answers the program, or leads back to the page of the form.
pub async fn press(pressed: Pressed) -> Result<Answers, Error> {
    let context = use_context::<AppState>().zip(use_context::<Parts>());
    let (app, request) = context.ok_or(Error::Internal)?;
    let answer = act(&app, &Door::of(&request.extensions), &pressed).await;
    let Some(response) = use_context::<ResponseOptions>() else {
        return answer;
    };
    match (&answer, wants_page(&request.headers)) {
        (Ok(_), false) => {}
        (Err(error), false) => refuse(&response, error),
        (Ok(_), true) => {
            let page = came_from(&request.headers);
            redirect(&response, &format!("{page}#{COUNTER}"));
        }
        (Err(error), true) => {
            let flash = Flash {
                form: COUNTER.to_owned(),
                error: error.clone(),
                refused: Vec::new(),
                typed: vec![("reason".to_owned(), pressed.reason)],
            };
            send_back(&request, &response, COUNTER, flash).await;
        }
    }
    answer
}

async fn act(app: &AppState, door: &Door, pressed: &Pressed) -> Result<Answers, Error> {
    let by = door.authority(Interface::Panel(Role::Supplier));
    let read = check_form(door, Role::Supplier).and_then(|()| read(pressed));
    let (named, command) = read.inspect_err(|error| rejected(&by, error))?;
    let content = [&pressed.shop, &pressed.button, &pressed.reason].map(|text| text.as_bytes());
    let request = || IdempotentRequest::new("key", &pressed.key, &content);
    let request = (!pressed.key.is_empty()).then(request);
    let done = app
        .shops
        .at_the_counter(&named, &command, &by, request.as_ref());
    match done.await {
        Ok(_) => Ok(Answers::new()),
        Err(refused) => Err(match refused.into() {
            ShopRefusal::Market(error) => error,
            refusal => Error::invalid("shop", FieldError::fault(refusal.sentence())),
        }),
    }
}

/// Records what was rejected before it came to a pizzeria.
fn rejected(by: &Authority, error: &Error) {
    command_log::record_rejection(Some(by.actor), error.name(), Instant::now());
}

fn read(pressed: &Pressed) -> Result<(ShopRef, CounterCommand), Error> {
    let named = ShopRef::parse(&pressed.shop).map_err(|error| Error::invalid("shop", error))?;
    let no_button = |()| Error::invalid("button", FieldError::fault("There is no such button."));
    let button = pressed.button.parse().map_err(no_button)?;
    Ok((named, command(&button, &pressed.reason)?))
}

fn command(button: &CounterButton, reason: &str) -> Result<CounterCommand, Error> {
    let fields = |all: &[(&str, String)]| {
        let mut fields = Fields::default();
        for (name, value) in all {
            fields.add(*name, Value::Plain(value.clone()));
        }
        fields
    };
    let part = |what: &_, more: &[(&str, String)]| {
        let mut all = super::super::shop_editor::names_of(what);
        all.extend(more.iter().cloned());
        fields(&all)
    };
    match button {
        CounterButton::Busy(minutes) => {
            CounterCommand::read_busy(fields(&[("extra_minutes", minutes.to_string())]))
        }
        CounterButton::Pause(minutes) => {
            let minutes = minutes.map(|minutes| ("minutes", minutes.to_string()));
            let reason = ("reason", reason.to_owned());
            let all: Vec<_> = minutes.into_iter().chain([reason]).collect();
            CounterCommand::read_pause(fields(&all))
        }
        CounterButton::Resume => CounterCommand::read_resume(fields(&[])),
        CounterButton::SellOut {
            what,
            until_closing,
        } => {
            let until = if *until_closing { "closing" } else { "resumed" };
            let more = [("sold_out", "true"), ("until", until)];
            let more = more.map(|(name, value)| (name, value.to_owned()));
            CounterCommand::read_sold_out(part(what, &more))
        }
        CounterButton::PutBack(what) => {
            let more = [("sold_out", "false".to_owned())];
            CounterCommand::read_sold_out(part(what, &more))
        }
    }
}

/// The pizzeria of a kitchen, for who may work at its counter.
pub async fn kitchen_shop(kitchen: Name) -> Result<Option<KitchenShop>, Error> {
    let context = use_context::<AppState>().zip(use_context::<Parts>());
    let (app, request) = context.ok_or(Error::Internal)?;
    let viewer = Door::of(&request.extensions).viewer;
    app.shops.of_kitchen(&kitchen, &viewer).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::shop::counter_input::Lasts;
    use chrono::TimeDelta;

    fn asked(button: &str, reason: &str) -> Result<CounterCommand, Error> {
        let pressed = Pressed {
            shop: "roma".to_owned(),
            button: button.to_owned(),
            reason: reason.to_owned(),
            key: String::new(),
        };
        read(&pressed).map(|(_, command)| command)
    }

    #[test]
    fn each_button_asks_for_what_it_says() {
        let quarter = Some((15, TimeDelta::minutes(60)));
        assert_eq!(asked("busy 15", ""), Ok(CounterCommand::Busy(quarter)));
        // What was typed for a pause is no part of anything else.
        assert_eq!(asked("busy 0", "x"), Ok(CounterCommand::Busy(None)));
        assert_eq!(asked("resume", "x"), Ok(CounterCommand::Resume));
        let pause = |lasts, reason: &str| CounterCommand::Pause {
            lasts,
            reason: reason.to_owned().try_into().ok(),
        };
        let half_an_hour = Some(TimeDelta::minutes(30));
        assert_eq!(asked("pause 30", " "), Ok(pause(half_an_hour, "")));
        assert_eq!(asked("pause", "Oven"), Ok(pause(None, "Oven")));
        let what = || "top.olives".parse().unwrap();
        for (name, lasts) in [
            ("closing", Lasts::UntilClosing),
            ("resumed", Lasts::UntilResumed),
        ] {
            let what = what();
            let asked = asked(&format!("sold-out {name} top.olives"), "");
            assert_eq!(asked, Ok(CounterCommand::SellOut { what, lasts }));
        }
        let back = asked("put-back top.olives", "");
        assert_eq!(back, Ok(CounterCommand::PutBack(what())));
    }

    #[test]
    fn what_no_button_asks_is_refused() {
        let field = |button: &str, reason: &str| match asked(button, reason) {
            Err(Error::Invalid(invalid)) => invalid[0].field.clone(),
            other => panic!("{button}: {other:?}"),
        };
        assert_eq!(field("close", ""), "button");
        assert_eq!(field("busy 121", ""), "extra_minutes");
        assert_eq!(field("pause 1", ""), "minutes");
        assert_eq!(field("pause", &"x".repeat(141)), "reason");
    }
}
