//! The page of one item, with everything that is said of it.

use super::{
    fields::{hidden, key},
    form::Form,
    item_preview,
    item_values::WHOLE,
    layout::{Page, page},
    menu_rows::{Sheet, category_choice, prices},
    shop::EditedShop,
    shown::Shown,
};
use crate::{
    domain::shop::{
        basket::{Allergen, Diet, TaxClass},
        code::Code,
        menu::{Amount, Item, Outline},
    },
    server::{services::shops::refusal::ShopRefusal, web::pages::account::Visit},
    ui::i18n::{
        locale::{Text, t},
        menu_texts,
    },
};
use axum::response::Response;
use leptos::prelude::*;

const TITLE: Text = ["Item", "Eintrag"];

pub async fn render(visit: &Visit, edited: &EditedShop, code: &Code, shown: Shown<'_>) -> Response {
    let menu = visit.app.shops.menu_at_revision(&edited.known).await;
    let found = menu.and_then(|(menu, _)| match menu.item(code).cloned() {
        Some(item) => Ok((menu, item)),
        None => Err(ShopRefusal::UnknownItem),
    });
    let refusal = shown.refusal.or(found.as_ref().err());
    let layout = Page {
        title: TITLE,
        shop: Some(edited),
        notice: shown.notice,
        refusal,
        outline: found.as_ref().ok().map(|(menu, _)| &menu.outline),
    };
    page(visit, layout, || match &found {
        Ok((menu, item)) => form(&Sheet::new(edited, menu, &shown), item),
        Err(_) => ().into_any(),
    })
    .await
}

fn form(sheet: &Sheet<'_>, item: &Item) -> AnyView {
    let outline = &sheet.menu.outline;
    let form = Form {
        id: "item",
        sent: sheet.sent,
        faults: &sheet.faults,
    };
    let about = item.about.as_ref().map(ToString::to_string);
    let deposit = item.prices.first().map(|price| price.deposit.to_string());
    // What has several prices says this of each, and a form of one field could only make them alike.
    let one_size = (item.prices.len() < 2).then(|| {
        view! {
            {form.field("deposit", ["Deposit", "Pfand"], deposit.unwrap_or_default())}
            {form.field("amount", ["What is in one (330 ml, 400 g)", "Inhalt (330 ml, 400 g)"], amount(item))}
        }
        .into_any()
    });
    view! {
        <p><a href=sheet.edited.menu_path()>{t(["‹ The whole menu", "‹ Die ganze Karte"])}</a></p>
        <form class="beside" id="item" method="post" action=sheet.edited.menu_path()>
            <div class="paper stack">
                {key()} {hidden("item", item.id.to_string())} {hidden("version", item.version.to_string())} {hidden(WHOLE, "true".to_owned())}
                {form.field("name", ["Name", "Name"], &item.name)}
                {form.field("about", ["About", "Beschreibung"], about.unwrap_or_default())}
                <fieldset class="row"><legend>{t(["Prices", "Preise"])}</legend> {prices(&form, outline, Some(item))}</fieldset>
                {one_size}
                <div class="field"><span>{t(["Category", "Kategorie"])}</span> {category_choice(sheet, &item.id, sheet.sent)}</div>
                {groups(&form, outline, item)}
                {form.field("without", ["Can be left out (with commas)", "Kann wegbleiben (mit Kommas)"], list(&item.without))}
                {halves(&form, outline, item)}
                {allergens(&form, "allergens", &item.allergens)}
                {diets(&form, "diets", &item.diets)}
                {form.field("additives", ["Additives (with commas)", "Zusatzstoffe (mit Kommas)"], list(&item.additives))}
                {form.field("pieces", ["Pieces of the kitchen’s room (0 to 4)", "Plätze in der Küche (0 bis 4)"], item.pieces)}
                {tax(item)}
                <div class="row">
                    <button class="button primary" name="act" value="save">{t(["Save", "Speichern"])}</button>
                    <button class="button" name="act" value="preview">{t(["Preview", "Vorschau"])}</button>
                </div>
            </div>
            {item_preview::preview(sheet, item)}
        </form>
    }
    .into_any()
}

fn list<T: ToString>(all: &[T]) -> String {
    all.iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

/// What is in one: of the first price that says it.
fn amount(item: &Item) -> String {
    let amount = item.prices.iter().find_map(|price| price.amount);
    amount.map_or_else(String::new, |amount| match amount {
        Amount::Millilitres(ml) => format!("{ml} ml"),
        Amount::Grams(g) => format!("{g} g"),
    })
}

fn groups(form: &Form<'_>, outline: &Outline, item: &Item) -> Option<AnyView> {
    let groups = outline.groups.iter().map(|group| {
        let has = item.groups.contains(&group.id);
        (group.id.to_string(), group.name.to_string(), has)
    });
    let legend = ["Groups of choices", "Gruppen von Zutaten"];
    form.boxes("groups", legend, groups)
}

fn halves(form: &Form<'_>, outline: &Outline, item: &Item) -> Option<AnyView> {
    let sizes = outline.sizes.iter().map(|size| {
        let has = item.halves.contains(&size.id);
        (size.id.to_string(), size.name.to_string(), has)
    });
    let legend = ["Can be a half in", "Kann eine Hälfte sein in"];
    form.boxes("halves", legend, sizes)
}

/// Boxes for allergens, also of an option.
pub fn allergens(form: &Form<'_>, name: &str, has: &[Allergen]) -> Option<AnyView> {
    let all = Allergen::ALL.iter().map(|&one| {
        let word = menu_texts::allergen(one).to_owned();
        (one.name().to_owned(), word, has.contains(&one))
    });
    form.boxes(name, ["Allergens", "Allergene"], all)
}

/// Boxes for diets, also of an option.
pub fn diets(form: &Form<'_>, name: &str, has: &[Diet]) -> Option<AnyView> {
    let all = Diet::ALL.iter().map(|&one| {
        let word = t(diet(one)).to_owned();
        (one.name().to_owned(), word, has.contains(&one))
    });
    form.boxes(
        name,
        ["Fits the diets", "Passt zu den Ernährungsweisen"],
        all,
    )
}

fn diet(diet: Diet) -> Text {
    match diet {
        Diet::Diabetic => ["diabetic", "für Diabetiker"],
        Diet::GlutenFree => ["gluten-free", "glutenfrei"],
        Diet::Halal => ["halal", "halal"],
        Diet::Hindu => ["Hindu", "hinduistisch"],
        Diet::Kosher => ["kosher", "koscher"],
        Diet::LowCalorie => ["low in calories", "kalorienarm"],
        Diet::LowFat => ["low in fat", "fettarm"],
        Diet::LowLactose => ["low in lactose", "laktosearm"],
        Diet::LowSalt => ["low in salt", "salzarm"],
        Diet::Vegan => ["vegan", "vegan"],
        Diet::Vegetarian => ["vegetarian", "vegetarisch"],
    }
}

fn tax(item: &Item) -> AnyView {
    let classes = [TaxClass::Food, TaxClass::Drink].map(|class| {
        let (value, checked) = (class.name(), item.tax == class);
        let word = menu_texts::tax_class(class);
        view! { <label><input type="radio" name="tax" value=value checked=checked/> {word}</label> }
            .into_any()
    });
    let legend = t(["Taxed as", "Besteuert als"]);
    view! { <fieldset class="chips"><legend>{legend}</legend> {classes.into_iter().collect::<Vec<_>>()}</fieldset> }
        .into_any()
}
