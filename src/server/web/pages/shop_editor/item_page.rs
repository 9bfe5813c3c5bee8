//! The page of one item, with everything that is said of it.

use super::{
    fields::{hidden, key},
    item_values::WHOLE,
    layout::{Page, page},
    menu_rows::{Sheet, category_choice, prices},
    shop::EditedShop,
    shown::Shown,
    values::all_of,
};
use crate::{
    domain::shop::{
        basket::{Allergen, Diet, TaxClass},
        code::Code,
        menu::{Amount, Item},
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
    };
    page(visit, layout, || match &found {
        Ok((menu, item)) => {
            let sheet = Sheet {
                edited,
                menu,
                sent: shown.sent,
            };
            form(&sheet, item)
        }
        Err(_) => ().into_any(),
    })
    .await
}

fn form(sheet: &Sheet<'_>, item: &Item) -> AnyView {
    let sent = sheet.sent;
    let typed = |name: &str, now: String| sent.map_or(now, |sent| sent.get(name).to_owned());
    let about = item.about.as_ref().map(ToString::to_string);
    let without = list(&item.without);
    let additives = list(&item.additives);
    let deposit = item.prices.first().map(|price| price.deposit.to_string());
    // What has several prices says this of each, and a form of one field could only make them alike.
    let one_size = (item.prices.len() < 2).then(|| {
        let deposit = typed("deposit", deposit.unwrap_or_default());
        let amount = typed("amount", amount(item));
        view! {
            {field("deposit", ["Deposit", "Pfand"], deposit)}
            {field("amount", ["What is in one (330 ml, 400 g)", "Inhalt (330 ml, 400 g)"], amount)}
        }
        .into_any()
    });
    view! {
        <p><a href=sheet.edited.menu_path()>{t(["‹ The whole menu", "‹ Die ganze Karte"])}</a></p>
        <form class="paper stack" method="post" action=sheet.edited.menu_path()>
            {key()} {hidden("item", item.id.to_string())} {hidden("version", item.version.to_string())} {hidden(WHOLE, "true".to_owned())}
            {field("name", ["Name", "Name"], typed("name", item.name.to_string()))}
            {field("about", ["About", "Beschreibung"], typed("about", about.unwrap_or_default()))}
            <fieldset class="row"><legend>{t(["Prices", "Preise"])}</legend> {prices(sheet, Some(item), sent)}</fieldset>
            {one_size}
            <div class="field"><span>{t(["Category", "Kategorie"])}</span> {category_choice(sheet, &item.id, sent)}</div>
            {groups(sheet, item)}
            {field("without", ["Can be left out (with commas)", "Kann wegbleiben (mit Kommas)"], typed("without", without))}
            {halves(sheet, item)}
            {allergens(sheet, item)}
            {diets(sheet, item)}
            {field("additives", ["Additives (with commas)", "Zusatzstoffe (mit Kommas)"], typed("additives", additives))}
            {field("pieces", ["Pieces of the kitchen’s room (0 to 4)", "Plätze in der Küche (0 bis 4)"], typed("pieces", item.pieces.to_string()))}
            {tax(item)}
            <button class="button primary" name="act" value="save">{t(["Save", "Speichern"])}</button>
        </form>
    }
    .into_any()
}

fn field(name: &'static str, label: Text, value: String) -> AnyView {
    let id = format!("item-{name}");
    view! { <div class="field"><label for=id.clone()>{t(label)}</label> <input class="input" id=id.clone() name=name value=value/></div> }
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

/// Boxes to tick, each with its value and its word.
fn boxes(
    sheet: &Sheet<'_>,
    name: &'static str,
    legend: Text,
    all: impl Iterator<Item = (String, String, bool)>,
) -> Option<AnyView> {
    let ticked = sheet.sent.map(|sent| all_of(sent, name));
    let one = |(value, word, now): (String, String, bool)| {
        let checked = ticked
            .as_ref()
            .map_or(now, |ticked| ticked.contains(&&*value));
        view! { <label class="check"><input type="checkbox" name=name value=value checked=checked/> <span><bdi>{word}</bdi></span></label> }
            .into_any()
    };
    let boxes: Vec<_> = all.map(one).collect();
    (!boxes.is_empty()).then(|| {
        view! { <fieldset class="row"><legend>{t(legend)}</legend> {boxes}</fieldset> }.into_any()
    })
}

fn groups(sheet: &Sheet<'_>, item: &Item) -> Option<AnyView> {
    let groups = sheet.menu.outline.groups.iter();
    let groups = groups.map(|group| {
        let has = item.groups.contains(&group.id);
        (group.id.to_string(), group.name.to_string(), has)
    });
    boxes(
        sheet,
        "groups",
        ["Groups of choices", "Gruppen von Zutaten"],
        groups,
    )
}

fn halves(sheet: &Sheet<'_>, item: &Item) -> Option<AnyView> {
    let sizes = sheet.menu.outline.sizes.iter();
    let sizes = sizes.map(|size| {
        let has = item.halves.contains(&size.id);
        (size.id.to_string(), size.name.to_string(), has)
    });
    boxes(
        sheet,
        "halves",
        ["Can be a half in", "Kann eine Hälfte sein in"],
        sizes,
    )
}

fn allergens(sheet: &Sheet<'_>, item: &Item) -> Option<AnyView> {
    let all = Allergen::ALL.iter().map(|&one| {
        let word = menu_texts::allergen(one).to_owned();
        (one.name().to_owned(), word, item.allergens.contains(&one))
    });
    boxes(sheet, "allergens", ["Allergens", "Allergene"], all)
}

fn diets(sheet: &Sheet<'_>, item: &Item) -> Option<AnyView> {
    let all = Diet::ALL.iter().map(|&one| {
        let word = t(diet(one)).to_owned();
        (one.name().to_owned(), word, item.diets.contains(&one))
    });
    boxes(
        sheet,
        "diets",
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
