//! The form of a pizzeria's settings: who it is, its hours and exceptions, its areas, how it takes orders, its taxes.

use super::{
    areas,
    fields::{hidden, key},
    form::Form,
    hours_text::{day_text, exceptions_text, weekday},
    settings_values::day_field,
    shop::EditedShop,
};
use crate::{
    domain::shop::{Weekday, basket::TaxMode, profile::Profile},
    ui::i18n::locale::{Text, t},
};
use leptos::prelude::*;
use std::ops::Deref;

/// The form of the settings of a pizzeria.
pub struct Fields<'a> {
    pub edited: &'a EditedShop,
    pub form: Form<'a>,
}

impl<'a> Deref for Fields<'a> {
    type Target = Form<'a>;

    fn deref(&self) -> &Form<'a> {
        &self.form
    }
}

pub fn form(fields: &Fields<'_>, preview: AnyView) -> AnyView {
    let profile = fields.edited.profile();
    let version = fields.value("version", profile.version.to_string());
    view! {
        <form class="stack" method="post" action=fields.edited.settings_path()>
            {key()} {hidden("version", version)}
            {section("who", ["The pizzeria", "Die Pizzeria"], who(fields, profile))}
            {section("hours", ["Hours", "Öffnungszeiten"], hours(fields, profile))}
            {preview}
            {section("areas", ["Where it delivers to", "Wohin sie liefert"], areas::fields(&profile.areas, fields))}
            {section("orders", ["Orders", "Bestellungen"], orders(fields, profile))}
            {section("tax", ["Taxes and fees", "Steuern und Gebühren"], tax(fields, profile))}
            <div class="row">
                <button class="button primary" name="act" value="save">{t(["Save the settings", "Einstellungen speichern"])}</button>
                <button class="button" name="act" value="preview">{t(["Preview the next 14 days", "Vorschau der nächsten 14 Tage"])}</button>
            </div>
        </form>
    }
    .into_any()
}

fn section(id: &'static str, heading: Text, content: AnyView) -> AnyView {
    view! {
        <section class="paper stack" aria-labelledby=id><h2 id=id>{t(heading)}</h2> {content}</section>
    }
    .into_any()
}

fn who(fields: &Fields<'_>, profile: &Profile) -> AnyView {
    let tags: Vec<_> = profile.tags.iter().map(ToString::to_string).collect();
    let about = profile.about.as_ref().map(ToString::to_string);
    let phone = profile.phone.as_ref().map(ToString::to_string);
    let json = serde_json::to_value(profile.point).unwrap_or_default();
    let degrees = |name: &str| match &json[name] {
        serde_json::Value::Null => String::new(),
        degrees => degrees.to_string(),
    };
    let address = &profile.address;
    view! {
        {fields.field("name", ["Name", "Name"], &profile.name)}
        {fields.field("slug", ["Address of its page", "Adresse ihrer Seite"], &profile.slug)}
        {fields.lines("about", ["About", "Über uns"], None, about.unwrap_or_default())}
        {fields.field("tags", ["Tags (with commas)", "Stichwörter (mit Kommas)"], tags.join(", "))}
        {fields.field("phone", ["Phone", "Telefon"], phone.unwrap_or_default())}
        {fields.field("street", ["Street", "Straße"], &address.street)}
        {fields.field("postcode", ["Postcode", "Postleitzahl"], &address.postcode)}
        {fields.field("town", ["Town", "Ort"], &address.town)}
        {fields.field("lat", ["Latitude (for distances)", "Breitengrad (für Entfernungen)"], degrees("lat"))}
        {fields.field("lon", ["Longitude", "Längengrad"], degrees("lon"))}
        {fields.field("time_zone", ["Time zone", "Zeitzone"], &profile.time_zone)}
        {fields.check("listed", ["Shown to customers", "Für Kunden sichtbar"], profile.listed)}
    }
    .into_any()
}

fn hours(fields: &Fields<'_>, profile: &Profile) -> AnyView {
    let hint = t([
        "Write 11:30-14:00, 17:00-02:00. An end before its beginning is on the next day; empty is closed.",
        "Schreib 11:30-14:00, 17:00-02:00. Ein Ende vor seinem Anfang ist am nächsten Tag; leer heißt geschlossen.",
    ]);
    let days: Vec<_> = Weekday::ALL
        .iter()
        .map(|&day| {
            let now = day_text(profile.hours.on(day));
            fields.labelled(&day_field(day), t(weekday(day)).to_owned(), now)
        })
        .collect();
    let exceptions = exceptions_text(&profile.exceptions);
    let on_dates = [
        "A line for each date: 2026-12-24 10:00-12:00 Christmas Eve, or 2026-12-25 closed.",
        "Eine Zeile für jeden Tag: 2026-12-24 10:00-12:00 Heiligabend, oder 2026-12-25 geschlossen.",
    ];
    view! {
        <p class="hint">{hint}</p>
        {days}
        {fields.lines("exceptions", ["Exceptions", "Ausnahmen"], Some(on_dates), exceptions)}
    }
    .into_any()
}

fn orders(fields: &Fields<'_>, profile: &Profile) -> AnyView {
    let rules = &profile.orders;
    let slots = [
        ("5", ["5 minutes", "5 Minuten"]),
        ("15", ["15 minutes", "15 Minuten"]),
    ];
    let slot = u16::from(rules.slot_minutes).to_string();
    view! {
        {fields.check("asap", ["As soon as possible", "So bald wie möglich"], rules.asap)}
        {fields.check("auto_accept", ["Accept by itself", "Von selbst annehmen"], rules.auto_accept)}
        {fields.field("days_ahead", ["Days ahead (0 to 14)", "Tage im Voraus (0 bis 14)"], rules.days_ahead.get())}
        {fields.field("answer_minutes", ["Minutes to answer", "Minuten zum Antworten"], rules.answer_minutes.get())}
        {fields.field("prepare_minutes", ["Minutes to prepare", "Minuten zum Backen"], rules.prepare_minutes.get())}
        {fields.choice("slot_minutes", ["A slot has", "Ein Zeitfenster hat"], slot, &slots)}
        {fields.field("slot_orders", ["Orders in a slot", "Bestellungen je Zeitfenster"], rules.slot_orders.get())}
        {fields.field("order_pieces", ["Pieces of an order in a slot", "Stücke einer Bestellung je Zeitfenster"], rules.order_pieces.get())}
    }
    .into_any()
}

fn tax(fields: &Fields<'_>, profile: &Profile) -> AnyView {
    let tax = &profile.tax;
    let modes = [
        (
            TaxMode::Included.name(),
            ["in the prices", "in den Preisen"],
        ),
        (TaxMode::Added.name(), ["on top of them", "kommt dazu"]),
    ];
    view! {
        {fields.choice("tax_mode", ["The tax is", "Die Steuer ist"], tax.mode.name().to_owned(), &modes)}
        {fields.field("tax_food", ["On food, %", "Auf Speisen, %"], tax.rates.food)}
        {fields.field("tax_drink", ["On drinks, %", "Auf Getränke, %"], tax.rates.drink)}
        {fields.field("tax_delivery", ["On delivery, %", "Auf Lieferung, %"], tax.rates.delivery)}
        {fields.field("markup_percentage", ["The market’s service fee, %", "Servicegebühr des Markts, %"], profile.markup_percentage)}
    }
    .into_any()
}
