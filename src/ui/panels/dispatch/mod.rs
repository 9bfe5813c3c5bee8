//! The dispatch panel: the queue of pizzas that wait for a driver, most urgent first, and a lane for each driver.

mod assign;
mod duty;
mod lanes;
mod queue;
mod state;
mod steps;

use crate::{
    domain::{Status, WITH_DRIVER, drivers, drivers_out, has_all_carried},
    ui::{
        components::{
            basics::{Icon, changing, count, digits, icon, text, zone_note},
            more::total,
        },
        i18n::locale::{plural, t},
        live::{reactive::memo, store::LiveStore},
    },
};
use leptos::prelude::*;
use state::{DispatchState, of_drivers};

pub fn dispatch() -> AnyView {
    let state = DispatchState::new();
    let lanes = LiveStore::from_context().view(drivers_out);
    let waiting = total(&[Status::Ready], move || state.waiting.with(Vec::len));
    let leave_lane = move |_| state.leave_lane();
    view! {
        <main id="main" class="delivery" tabindex="-1">
            <div class="page-head">
                <h1>{t(["Dispatch", "Auslieferung"])}</h1>
                {at_a_glance(state, waiting)}
                {zone_note()}
            </div>
            <div class="dispatch-board" on:dragover=leave_lane>{queue::queue(state, waiting)} {lanes::lanes(state, lanes)}</div>
        </main>
        {jump_bar(waiting, lanes)}
    }
    .into_any()
}

/// `3 waiting for a driver · 2 out · 4 drivers free`; the last only where it is known
fn at_a_glance(state: DispatchState, waiting: Memo<usize>) -> AnyView {
    let carried = of_drivers(|board, duty| {
        let known = drivers(board, duty);
        known.iter().map(|driver| driver.carried).sum()
    });
    let out = total(&WITH_DRIVER, move || carried.get());
    let free = text(move || {
        plural(
            state.free.with(Vec::len),
            ["driver free", "Fahrer frei"],
            ["drivers free", "Fahrer frei"],
        )
    });
    let is_known = state.store.view(has_all_carried);
    let free = changing(move || {
        is_known.get().then(|| {
            view! { <li class="soft" aria-hidden="true">"·"</li> <li translate="no">{free}</li> }.into_any()
        })
    });
    view! {
        <ul class="row" aria-label=t(["At a glance", "Auf einen Blick"])>
            <li><b translate="no">{digits(waiting)}</b> {t([" waiting for a driver", " warten auf einen Fahrer"])}</li>
            <li class="soft" aria-hidden="true">"·"</li>
            <li><b translate="no">{digits(out)}</b> {t([" out", " unterwegs"])}</li>
            {free}
        </ul>
    }
    .into_any()
}

fn jump_bar(waiting: Memo<usize>, lanes: Memo<Vec<String>>) -> AnyView {
    let lanes = memo(move |_| lanes.with(Vec::len));
    view! {
        <nav class="jump" aria-label=t(["Parts of this page", "Teile dieser Seite"])>
            <ul>
                <li><a href="#waiting">{icon(Icon::Of(Status::Ready))} {t(["Waiting ", "Warten "])} {count(waiting, true)}</a></li>
                <li><a href="#drivers">{icon(Icon::Of(Status::InTransit))} {t(["Drivers ", "Fahrer "])} {count(lanes, false)}</a></li>
            </ul>
        </nav>
    }
    .into_any()
}
