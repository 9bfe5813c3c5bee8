//! Who is on duty: the switch of each driver, and those who are off.

use super::state::{DispatchState, of_drivers};
use crate::{
    api,
    domain::{Time, drivers_off_duty},
    ui::{
        browser::dom::focus_if_lost_soon,
        components::{
            basics::{Icon, changing, icon, name, text},
            form::ActionForm,
            list,
        },
        i18n::locale::{Text, say, t},
        live::reactive::memo,
    },
};
use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};

/// The one form of all switches: each of them is a button of it.
const FORM: &str = "switch-duty";

pub fn form(state: DispatchState) -> AnyView {
    let queries = state.queries;
    ActionForm::new(api::SwitchDuty::PATH)
        .named(FORM)
        .overlapping()
        .on_answer(move || {
            spawn_local(async move {
                queries.read_duty().await;
                focus_if_lost_soon("#off-duty summary".to_owned());
            });
        })
        .form(|_| ().into_any())
}

pub fn switch_off(driver: &str) -> AnyView {
    switch(driver, "off", ["Off duty", "Feierabend"])
}

fn switch(driver: &str, to: &'static str, word: Text) -> AnyView {
    let driver = driver.to_owned();
    let of = format!(": {driver}");
    view! {
        <button class="button quiet" form=FORM name=to value=driver>{t(word)} <span class="unseen">{of}</span></button>
    }
    .into_any()
}

/// The drivers who carry nothing and are off duty, folded.
pub fn off_duty(state: DispatchState) -> AnyView {
    let store = state.store;
    let off = of_drivers(move |board, duty| {
        drivers_off_duty(board, duty, store.about_now(Time::default()))
    });
    let number = memo(move |_| off.with(Vec::len));
    let any = memo(move |_| number.get() > 0);
    let title = text(move || {
        let n = number.get();
        say!("{n} off duty", "{n} nicht im Dienst")
    });
    changing(move || {
        any.get().then(|| {
            view! {
                <details id="off-duty">
                    <summary>{icon(Icon::Down)} {title}</summary>
                    <ul class="free">{list::names(off, off_driver)}</ul>
                </details>
            }
            .into_any()
        })
    })
}

fn off_driver(driver: String) -> AnyView {
    let switch = switch(&driver, "on", ["On duty", "Im Dienst"]);
    view! { <li class="lane chip" data-free="">{icon(Icon::Person)} {name(&driver)} {switch}</li> }
        .into_any()
}
