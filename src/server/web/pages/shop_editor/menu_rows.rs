//! The rows of a menu: each item is a form of one line, and each category has one for its name and one for a new item.

use super::{
    counter_bar::{button, names_of},
    fields::{hidden, key},
    item_values::price_field,
    shop::EditedShop,
};
use crate::{
    domain::shop::{
        code::Code,
        counter::MenuPart,
        menu::{Category, Item, Menu},
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

/// The name of a category, and taking it off.
fn own_form(sheet: &Sheet<'_>, category: &Category) -> AnyView {
    let label = t(["Name of the category", "Name der Kategorie"]);
    let about = category.about.as_ref().map(ToString::to_string);
    let summary = t(["Rename or remove…", "Umbenennen oder entfernen\u{a0}…"]);
    view! {
        <details>
            <summary>{summary}</summary>
            <form class="row" method="post" action=sheet.edited.menu_path()>
                {key()} {hidden("version", sheet.menu.outline.version.to_string())} {hidden("category", category.id.to_string())}
                <input class="input narrow" name="name" aria-label=label maxlength="60" required value=category.name.to_string()/>
                <input class="input" name="about" aria-label=t(ABOUT) maxlength="300" value=about/>
                <button class="button" name="act" value="save-category">{t(["Save", "Speichern"])}</button>
                <button class="button" name="act" value="drop-category" formnovalidate>{t(["Remove the category", "Kategorie entfernen"])}</button>
            </form>
        </details>
    }
    .into_any()
}

const ABOUT: Text = ["About", "Beschreibung"];

/// One item, in a line.
fn row(sheet: &Sheet<'_>, item: &Item) -> AnyView {
    let (edited, code) = (sheet.edited, &item.id);
    // Where its form has come back, what was typed.
    let sent = sheet.sent.filter(|sent| sent.get("item") == &**code);
    let typed = |name: &str, now: String| sent.map_or(now, |sent| sent.get(name).to_owned());
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
    let typed_name = typed("name", name.clone());
    let searched = name.clone();
    view! {
        <li class="menu-row" id=format!("item-{code}") data-name=searched data-sold-out=mark>
            <form class="row" method="post" action=edited.menu_path()>
                {key()} {hidden("item", code.to_string())} {hidden("version", item.version.to_string())}
                <input class="input narrow" name="name" aria-label=word maxlength="60" required value=typed_name/>
                {prices(sheet, Some(item), sent)}
                <input class="input" name="about" aria-label=t(ABOUT) placeholder=t(ABOUT) maxlength="300" value=typed("about", about)/>
                {category_choice(sheet, code, sent)}
                <button class="button" name="act" value="save">{icon(Icon::Check)} {t(["Save", "Speichern"])} <span class="unseen">": " {name.clone()}</span></button>
                <button class="button quiet" name="act" value="take-off" formnovalidate>{t(["Take off", "Von der Karte"])} <span class="unseen">": " {name.clone()}</span></button>
                <a class="button quiet" href=more>{t(["More…", "Mehr\u{a0}…"])} <span class="unseen">": " {name}</span></a>
            </form>
            {sold_out(edited, item, is_sold_out)}
        </li>
    }
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
pub fn prices(sheet: &Sheet<'_>, item: Option<&Item>, sent: Option<&Sent>) -> Vec<AnyView> {
    let sizes = &sheet.menu.outline.sizes;
    let field = |size: Option<&Code>, label: String| {
        let name = price_field(size);
        let price = item.and_then(|item| item.price(size));
        let now = price
            .map(|price| price.price.to_string())
            .unwrap_or_default();
        let value = sent.map_or(now, |sent| sent.get(&name).to_owned());
        view! { <input class="input price" name=name inputmode="decimal" aria-label=label.clone() placeholder=label value=value/> }
            .into_any()
    };
    let by_size = sizes
        .iter()
        .map(|size| field(Some(&size.id), size.name.to_string()));
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
    let is_this = |sent: &&Sent| sent.get("act") == "add" && sent.get("category") == &*category.id;
    let sent = sheet.sent.filter(is_this);
    let value = sent.map(|sent| sent.get("name").to_owned());
    let label = t(["New item", "Neuer Eintrag"]);
    view! {
        <form class="row add" method="post" action=sheet.edited.menu_path()>
            {key()} {hidden("category", category.id.to_string())}
            <input class="input narrow" name="name" aria-label=label placeholder=label maxlength="60" required value=value/>
            {prices(sheet, None, sent)}
            <button class="button" name="act" value="add">{icon(Icon::Plus)} {t(["Add", "Hinzufügen"])}</button>
        </form>
    }
    .into_any()
}
