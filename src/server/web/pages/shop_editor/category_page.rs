//! The page of one category: its name, and the hours at which it can be had.

use super::{
    fields::{hidden, key},
    form::Form,
    hours_text::{day_text, weekday},
    settings_values::day_field,
    shop::EditedShop,
    shown::Shown,
};
use crate::{
    domain::{
        InvalidField,
        shop::{
            Weekday,
            menu::{Category, Menu},
        },
    },
    ui::i18n::locale::t,
};
use leptos::prelude::*;

pub fn form(edited: &EditedShop, menu: &Menu, category: &Category, shown: &Shown<'_>) -> AnyView {
    let outline = &menu.outline;
    let at = outline
        .categories
        .iter()
        .position(|one| one.id == category.id);
    let faults = shown.faults(outline, |one| place(at?, one));
    let form = Form {
        id: "category",
        sent: shown.sent,
        faults: &faults,
    };
    let about = category.about.as_ref().map(ToString::to_string);
    let hint = t([
        "Hours are for a lunch menu: what is in this category can be ordered only for then. Write 11:30-14:00; all empty is always.",
        "Zeiten sind für eine Mittagskarte: Was in dieser Kategorie steht, gibt es dann nur zu diesen Zeiten. Schreib 11:30-14:00; alles leer heißt immer.",
    ]);
    let days: Vec<_> = Weekday::ALL
        .iter()
        .map(|&day| {
            let hours = category.hours.as_ref();
            let now = hours.map_or_else(String::new, |hours| day_text(hours.on(day)));
            form.labelled(&day_field(day), t(weekday(day)).to_owned(), now)
        })
        .collect();
    view! {
        <p><a href=edited.menu_path()>{t(["‹ The whole menu", "‹ Die ganze Karte"])}</a></p>
        <form class="paper stack" method="post" action=edited.menu_path()>
            {key()} {hidden("version", outline.version.to_string())} {hidden("category", category.id.to_string())}
            {form.field("name", ["Name of the category", "Name der Kategorie"], &category.name)}
            {form.field("about", ["About", "Beschreibung"], about.unwrap_or_default())}
            <fieldset class="area"><legend>{t(["Hours", "Zeiten"])}</legend> <p class="hint">{hint}</p> {days}</fieldset>
            <div class="row">
                <button class="button primary" name="act" value="save-category">{t(["Save", "Speichern"])}</button>
                <button class="button" name="act" value="drop-category" formnovalidate>{t(["Remove the category", "Kategorie entfernen"])}</button>
            </div>
        </form>
    }
    .into_any()
}

/// The field of a fault of this category: `categories[1].hours.fri[0]`.
fn place(at: usize, one: &InvalidField) -> Option<String> {
    let rest = one.field.strip_prefix(&format!("categories[{at}]."))?;
    let mut parts = rest.split(['.', '[']);
    match (parts.next()?, parts.next()) {
        ("hours", Some(day)) => Some(format!("hours-{day}")),
        (name, _) => Some(name.to_owned()),
    }
}
