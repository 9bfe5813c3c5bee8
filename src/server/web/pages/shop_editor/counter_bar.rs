//! The bar of the counter: busy, a pause, what is sold out. It stands on each page of a pizzeria.

use super::{
    fields::{hidden, key},
    shop::EditedShop,
};
use crate::{
    domain::{
        Time,
        shop::{
            counter::{Counter, MenuPart, SoldOut},
            time_label,
        },
    },
    server::{clock::now, services::shops::catalog::zone},
    ui::{
        Icon,
        i18n::locale::{Text, say, t},
        icon,
    },
};
use leptos::prelude::*;

/// More minutes with one tap, and how long a pause is.
const BUSY: [u16; 2] = [15, 30];
const PAUSE: u16 = 30;

/// A form of one button, with what it names.
pub fn button(
    shop: &EditedShop,
    act: &'static str,
    names: &[(&'static str, String)],
    class: &'static str,
    word: AnyView,
) -> AnyView {
    let fields: Vec<_> = names
        .iter()
        .map(|(name, value)| hidden(name, value.clone()))
        .collect();
    view! {
        <form method="post" action=shop.counter_path()>
            {key()} {fields} <button class=class name="act" value=act>{word}</button>
        </form>
    }
    .into_any()
}

pub fn bar(shop: &EditedShop) -> AnyView {
    let counter = &shop.known.counter;
    let at = now();
    let clock = |time: Time| {
        let zone = zone(shop.profile()).ok();
        zone.map_or_else(String::new, |zone| time_label(&zone, time))
    };
    let paused = counter.paused_at(at).map(|pause| {
        let said = pause.reason.as_deref() == Some(Counter::UNANSWERED);
        let until = pause.until.map(clock);
        (paused_words(said, until), said)
    });
    let busy = counter.busy_at(at).map(|busy| {
        let (more, until) = (busy.extra_minutes, clock(busy.until));
        say!(
            "Busy: {more} min more, until {until}",
            "Viel los: {more} min mehr, bis {until}"
        )
    });
    let state = [
        paused.as_ref().map(|(words, _)| words.clone()),
        busy.clone(),
    ];
    let state: Vec<_> = state
        .into_iter()
        .flatten()
        .map(|words| {
            view! { <p class="state"><strong>{icon(Icon::Info)} {words}</strong></p> }.into_any()
        })
        .collect();
    let sold_out: Vec<_> = counter
        .sold_out_at(at)
        .map(|part| sold_out(shop, part))
        .collect();
    let list = (!sold_out.is_empty()).then(|| {
        let heading = t(["Sold out", "Ausverkauft"]);
        view! { <div class="row"><b>{heading}</b> <ul class="row">{sold_out}</ul></div> }.into_any()
    });
    view! {
        <section class="paper stack counter" aria-label=t(["Counter", "Theke"])>
            {state}
            <div class="row">{buttons(shop, paused.is_some(), busy.is_some())}</div>
            {list}
        </section>
    }
    .into_any()
}

/// Why no orders come, and until when.
fn paused_words(is_unanswered: bool, until: Option<String>) -> String {
    match (is_unanswered, until) {
        (true, _) => {
            let missed = Counter::MAX_MISSED;
            say!(
                "{missed} unanswered: paused.",
                "{missed} unbeantwortet: Pause."
            )
        }
        (false, Some(until)) => say!("Paused until {until}.", "Pause bis {until}."),
        (false, None) => t(["Paused until you resume.", "Pause, bis du weitermachst."]).to_owned(),
    }
}

fn buttons(shop: &EditedShop, is_paused: bool, is_busy: bool) -> Vec<AnyView> {
    const PLAIN: &str = "button";
    let word = |word: Text| t(word).into_any();
    let extra = |minutes: u16| vec![("extra_minutes", minutes.to_string())];
    let mut all = Vec::new();
    if is_paused {
        let again = word(["Take orders again", "Wieder Bestellungen annehmen"]);
        all.push(button(shop, "resume", &[], "button primary", again));
    } else {
        let some = say!("Pause {PAUSE} min", "Pause {PAUSE} min").into_any();
        let minutes = [("minutes", PAUSE.to_string())];
        all.push(button(shop, "pause", &minutes, PLAIN, some));
        let open_end = word(["Pause until I resume", "Pause, bis ich weitermache"]);
        all.push(button(shop, "pause", &[], PLAIN, open_end));
    }
    for minutes in BUSY {
        let busy = say!("Busy +{minutes}", "Viel los +{minutes}").into_any();
        all.push(button(shop, "busy", &extra(minutes), PLAIN, busy));
    }
    if is_busy {
        let over = word(["Not busy any more", "Wieder ruhig"]);
        all.push(button(shop, "busy", &extra(0), PLAIN, over));
    }
    all
}

/// What is sold out, and the button that puts it back. It is named by its code: the bar knows no menu.
fn sold_out(shop: &EditedShop, part: &SoldOut) -> AnyView {
    let names = names_of(&part.what);
    let code: Vec<_> = names.iter().map(|(_, code)| code.as_str()).collect();
    let code = code.join(".");
    let word = say!("{code}: put back", "{code}: wieder da").into_any();
    view! { <li>{button(shop, "put-back", &names, "button", word)}</li> }.into_any()
}

/// A part of the menu, as the fields of a form name it.
pub fn names_of(what: &MenuPart) -> Vec<(&'static str, String)> {
    match what {
        MenuPart::Item(code) => vec![("item", code.to_string())],
        MenuPart::Option { group, option } => {
            vec![("group", group.to_string()), ("option", option.to_string())]
        }
    }
}
