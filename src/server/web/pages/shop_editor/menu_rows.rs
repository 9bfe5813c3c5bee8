//! The rows of a menu: each item is a form of one line, and each category has one for its name and one for a new item.

use super::{
    counter_bar::{button, names_of},
    fields::{hidden, key},
    form::{Faults, Form},
    item_values::{self, price_field},
    shop::EditedShop,
    shown::Shown,
};
use crate::{
    domain::shop::{
        code::Code,
        counter::MenuPart,
        menu::{Category, Item, Menu, Outline},
    },
    server::{clock::now, web::pages::account::Sent},
    ui::{
        Icon,
        i18n::locale::{Text, say, t},
        icon,
    },
};
use leptos::prelude::*;

/// What the rows are of.
pub struct Sheet<'a> {
    pub edited: &'a EditedShop,
    pub menu: &'a Menu,
    /// The form that was refused.
    pub sent: Option<&'a Sent>,
    /// What is wrong with it.
    pub faults: Faults,
}

impl<'a> Sheet<'a> {
    pub fn new(edited: &'a EditedShop, menu: &'a Menu, shown: &Shown<'a>) -> Sheet<'a> {
        let outline = &menu.outline;
        let sent = shown.sent;
        let faults = shown.faults(outline, |one| item_values::place(sent?, outline, one));
        Sheet {
            edited,
            menu,
            sent,
            faults,
        }
    }

    /// A form of the page: as it was sent, if it is the one that was.
    fn form<'b>(&'b self, id: &'b str, is_it: impl Fn(&Sent) -> bool) -> Form<'b> {
        let sent = self.sent.filter(|sent| is_it(sent));
        let faults = match sent {
            Some(_) => &self.faults,
            None => const { &Faults::none() },
        };
        Form { id, sent, faults }
    }
}

/// A category with its items; without one, what is shown nowhere.
pub fn section(sheet: &Sheet<'_>, category: Option<&Category>) -> AnyView {
    let menu = sheet.menu;
    let items: Vec<&Item> = match category {
        Some(category) => category
            .items
            .iter()
            .filter_map(|code| menu.item(code))
            .collect(),
        None => {
            let is_draft =
                |item: &&Item| !item.gone && menu.outline.category_of(&item.id).is_none();
            menu.items.iter().filter(is_draft).collect()
        }
    };
    let rows: Vec<_> = items.into_iter().map(|item| row(sheet, item)).collect();
    let (id, heading) = match category {
        Some(category) => (
            format!("category-{}", category.id),
            category.name.to_string(),
        ),
        None => (
            "drafts".to_owned(),
            t(["Not shown", "Nicht gezeigt"]).to_owned(),
        ),
    };
    let own = category.map(|category| own_form(sheet, category));
    let add = category.map(|category| add_form(sheet, category));
    view! {
        <section class="paper stack" aria-labelledby=id.clone()>
            <h2 id=id.clone()><bdi translate="no">{heading}</bdi></h2>
            {own}
            <ul class="stack">{rows}</ul>
            {add}
        </section>
    }
    .into_any()
}

/// What leads to the page of a category, and what moves it.
fn own_form(sheet: &Sheet<'_>, category: &Category) -> AnyView {
    let more = format!("{}?category={}", sheet.edited.menu_path(), category.id);
    let name = category.name.to_string();
    let hours = category.hours.is_some().then(|| {
        let said = t(["at its hours only", "nur zu ihren Zeiten"]);
        view! { <span class="badge">{icon(Icon::Clock)} {said}</span> }.into_any()
    });
    view! {
        <form class="row" method="post" action=sheet.edited.menu_path()>
            {key()} {hidden("version", sheet.menu.outline.version.to_string())} {hidden("category", category.id.to_string())}
            {hours}
            <a class="button quiet" href=more>{t(["Name, hours…", "Name, Zeiten\u{a0}…"])} <span class="unseen">": " {name.clone()}</span></a>
            <button class="button quiet" name="act" value="up-category">"↑" <span class="unseen">{t(["Move up", "Nach oben"])} ": " {name}</span></button>
        </form>
    }
    .into_any()
}

const ABOUT: Text = ["About", "Beschreibung"];

/// One item, in a line.
fn row(sheet: &Sheet<'_>, item: &Item) -> AnyView {
    let (edited, code) = (sheet.edited, &item.id);
    let id = format!("item-{code}");
    let form = sheet.form(&id, |sent| sent.get("item") == &**code);
    let name = item.name.to_string();
    let about = item
        .about
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    let more = format!("{}?item={code}", edited.menu_path());
    let is_sold_out = edited
        .known
        .counter
        .is_sold_out(&MenuPart::Item(code.clone()), now());
    let mark = is_sold_out.then_some("");
    let word = say!("Name of {name}", "Name von {name}");
    let searched = name.clone();
    let label = t(ABOUT).to_owned();
    view! {
        <li class="menu-row" id=id.clone() data-name=searched data-sold-out=mark>
            <form class="row" method="post" action=edited.menu_path()>
                {key()} {hidden("item", code.to_string())} {hidden("version", item.version.to_string())}
                {form.bare("name", word, "input narrow", name.clone())}
                {prices(&form, &sheet.menu.outline, Some(item))}
                {form.bare("about", label, "input about", about)}
                {category_choice(sheet, code, form.sent)}
                <button class="button" name="act" value="save">{icon(Icon::Check)} {t(["Save", "Speichern"])} <span class="unseen">": " {name.clone()}</span></button>
                {move_button("move-up", "↑", ["Move up", "Nach oben"], &name)}
                {move_button("move-down", "↓", ["Move down", "Nach unten"], &name)}
                <button class="button quiet" name="act" value="take-off" formnovalidate>{t(["Take off", "Von der Karte"])} <span class="unseen">": " {name.clone()}</span></button>
                <a class="button quiet" href=more>{t(["More…", "Mehr\u{a0}…"])} <span class="unseen">": " {name}</span></a>
            </form>
            {sold_out(edited, item, is_sold_out)}
        </li>
    }
    .into_any()
}

/// Moves a row, with what is typed in it saved.
fn move_button(act: &'static str, arrow: &'static str, word: Text, name: &str) -> AnyView {
    let name = name.to_owned();
    view! { <button class="button quiet" name="act" value=act>{arrow} <span class="unseen">{t(word)} ": " {name}</span></button> }
        .into_any()
}

/// The button by which an item is sold out until it closes, or is there again.
fn sold_out(edited: &EditedShop, item: &Item, is_sold_out: bool) -> AnyView {
    let names = names_of(&MenuPart::Item(item.id.clone()));
    let (act, class, word) = match is_sold_out {
        true => (
            "put-back",
            "button primary",
            ["Sold out. Put back", "Ausverkauft. Wieder da"],
        ),
        false => ("sold-out", "button quiet", ["Sold out", "Ausverkauft"]),
    };
    let name = item.name.to_string();
    let word = view! { {t(word)} <span class="unseen">": " {name}</span> };
    button(edited, act, &names, class, word.into_any())
}

/// A field for the price of each size; and one for what has no sizes, where nothing or this has none.
pub fn prices(form: &Form<'_>, outline: &Outline, item: Option<&Item>) -> Vec<AnyView> {
    let field = |size: Option<&Code>, label: String| {
        let price = item.and_then(|item| item.price(size));
        let now = price
            .map(|price| price.price.to_string())
            .unwrap_or_default();
        form.price(&price_field(size), label, now)
    };
    let sizes = outline.sizes.iter();
    let by_size = sizes.map(|size| field(Some(&size.id), size.name.to_string()));
    let one = field(None, t(["One price", "Ein Preis"]).to_owned());
    by_size.chain([one]).collect()
}

/// In which category an item is shown, if in any.
pub fn category_choice(sheet: &Sheet<'_>, code: &Code, sent: Option<&Sent>) -> AnyView {
    let outline = &sheet.menu.outline;
    let now = outline
        .category_of(code)
        .map(|category| category.id.to_string());
    let chosen = sent.map_or(now.unwrap_or_default(), |sent| {
        sent.get("category").to_owned()
    });
    let option = |value: String, word: String| {
        let selected = value == chosen;
        view! { <option value=value selected=selected>{word}</option> }.into_any()
    };
    let categories = outline.categories.iter();
    let categories: Vec<_> = categories
        .map(|category| option(category.id.to_string(), category.name.to_string()))
        .collect();
    let none = option(String::new(), t(["not shown", "nicht gezeigt"]).to_owned());
    let label = t(["Category", "Kategorie"]);
    view! { <select class="input narrow" name="category" aria-label=label>{categories} {none}</select> }
        .into_any()
}

/// A new item of a category.
fn add_form(sheet: &Sheet<'_>, category: &Category) -> AnyView {
    let id = format!("add-{}", category.id);
    let is_this = |sent: &Sent| sent.get("act") == "add" && sent.get("category") == &*category.id;
    let form = sheet.form(&id, is_this);
    let label = t(["New item", "Neuer Eintrag"]).to_owned();
    view! {
        <form class="row add" id=id.clone() method="post" action=sheet.edited.menu_path()>
            {key()} {hidden("category", category.id.to_string())}
            {form.bare("name", label, "input narrow", String::new())}
            {prices(&form, &sheet.menu.outline, None)}
            <button class="button" name="act" value="add">{icon(Icon::Plus)} {t(["Add", "Hinzufügen"])}</button>
        </form>
    }
    .into_any()
}
