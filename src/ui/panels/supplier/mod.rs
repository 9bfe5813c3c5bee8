//! The kitchen's panel: a column for each stage of its orders, the bell, and the form for a new offer.

mod answer;
mod bell;
mod cancel;
mod columns;
mod counter;
mod direct;
mod kitchen;
mod new_offer;
mod print;
mod sold_out;
mod sound;
mod tickets;
mod to_make;
mod usual;

pub use bell::Bell;

use crate::ui::{
    components::basics::{text, zone_note},
    i18n::locale::t,
};
use leptos::prelude::*;

pub fn supplier() -> AnyView {
    let kitchen = kitchen::of_address();
    let bell = Bell::from_context();
    bell.watch(kitchen);
    kitchen::encode_record();
    print::clean_up_after_printing();
    let (columns, stops) = columns::columns(kitchen, bell);
    let heading = text(move || {
        kitchen
            .get()
            .unwrap_or_else(|| t(["All kitchens", "Alle Küchen"]).to_owned())
    });
    view! {
        <main id="main" class="kitchen" tabindex="-1">
            <div class="page-head">
                <h1><bdi translate="no">{heading}</bdi></h1>
                {zone_note()}
                {to_make::still_to_make(kitchen)}
                {bell.ringing(kitchen)}
                {bell.sound.switch()}
                {kitchen::choice(kitchen)}
                {new_offer::sheet(kitchen)}
            </div>
            {counter::bar(kitchen)}
            {kitchen::ask()}
            {kitchen::hint(kitchen)}
            <div class="board">{columns}</div>
            {answer::earlier_notes()}
            {bell.sound.player()}
        </main>
        <nav class="jump" aria-label=t(["Columns", "Spalten"])><ul>{stops}</ul></nav>
    }
    .into_any()
}
