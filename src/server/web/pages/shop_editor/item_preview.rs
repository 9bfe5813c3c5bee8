//! Beside the form of an item: what customers see of it, and what they pay for what is tried out, by the price function
//! that bills. It is of what is typed, saved or not.

use super::{item_values::item_of, menu_rows::Sheet, values::all_of};
use crate::{
    domain::{
        Error, Field, InvalidField,
        shop::{
            basket::{Part, TaxMode},
            code::Code,
            menu::{Group, Item, ItemPrice, Menu, MenuOption},
            price::{PricedLine, price_line},
            request::{ChoiceRequest, LineRequest},
        },
    },
    server::{services::shops::refusal::ShopRefusal, web::pages::account::Sent},
    ui::{
        Icon,
        i18n::{
            format::{money, percent},
            locale::{say, t},
            menu_texts,
        },
        icon, name,
    },
};
use leptos::prelude::*;

const SIZE: &str = "try-size";
const HALF: &str = "try-half";

/// The field that tries the options of a group.
fn group_field(group: &Group) -> String {
    format!("try-{}", group.id)
}

pub fn preview(sheet: &Sheet<'_>, item: &Item) -> AnyView {
    let outline = &sheet.menu.outline;
    let typed = sheet.sent.map(|sent| item_of(sent, Some(item), outline));
    let content = match typed {
        Some(Err(refusal)) => not_yet(&refusal),
        Some(Ok(typed)) => shown(sheet, &typed),
        None => shown(sheet, item),
    };
    view! {
        <aside class="paper stack preview" id="preview" aria-labelledby="preview-heading">
            <h2 id="preview-heading">{t(["As customers see it", "Wie Kunden es sehen"])}</h2>
            {content}
        </aside>
    }
    .into_any()
}

/// What is typed is no item yet.
fn not_yet(refusal: &ShopRefusal) -> AnyView {
    let count = match refusal {
        ShopRefusal::Market(Error::Invalid(invalid)) => invalid.len(),
        _ => 1,
    };
    let said = say!(
        "Not complete yet: {count} to put right.",
        "Noch nicht vollständig: {count} zu berichtigen."
    );
    view! { <p class="soft">{said}</p> }.into_any()
}

fn shown(sheet: &Sheet<'_>, item: &Item) -> AnyView {
    let menu = menu_with(sheet.menu, item);
    let request = tried(&menu, item, sheet.sent);
    let groups = item
        .groups
        .iter()
        .filter_map(|code| menu.outline.group(code));
    let size = request.size.as_ref();
    let groups: Vec<_> = groups.map(|one| group(one, size, &request)).collect();
    let about = item.about.as_ref().map(ToString::to_string);
    let allergens: Vec<_> = item
        .allergens
        .iter()
        .map(|&one| menu_texts::allergen(one))
        .collect();
    let allergens = (!allergens.is_empty()).then(|| {
        let all = allergens.join(", ");
        view! { <p class="small">{t(["Contains", "Enthält"])} ": " {all}</p> }.into_any()
    });
    view! {
        <h3>{name(&item.name)}</h3>
        {about.map(|about| view! { <p><bdi>{about}</bdi></p> }.into_any())}
        {sizes(&menu, item, size)} {halves(&menu, item, &request)} {groups} {allergens}
        {total(sheet, price_line(&request, &menu))}
    }
    .into_any()
}

/// The menu with the item as it is typed, which is shown even where it is in no category.
fn menu_with(menu: &Menu, item: &Item) -> Menu {
    let mut menu = menu.clone();
    if let Some(one) = menu.items.iter_mut().find(|one| one.id == item.id) {
        *one = item.clone();
    }
    let is_shown = menu.outline.category_of(&item.id).is_some();
    if let Some(first) = menu.outline.categories.first_mut().filter(|_| !is_shown) {
        first.items.push(item.id.clone());
    }
    menu
}

/// One of it, in the size and with the options that are tried, else with what is chosen from the beginning.
fn tried(menu: &Menu, item: &Item, sent: Option<&Sent>) -> LineRequest {
    let code = |name: &str| Code::parse(sent?.get(name)).ok();
    let first = || item.prices.first()?.size.clone();
    let size = code(SIZE).filter(|size| item.price(Some(size)).is_some());
    let groups = item
        .groups
        .iter()
        .filter_map(|code| menu.outline.group(code));
    // A form that was not tried yet has no choices of its own.
    let tries = sent.filter(|sent| sent.has("tried"));
    let options = groups.flat_map(|group| {
        let ticked = tries.map(|sent| all_of(sent, &group_field(group)));
        let is_chosen = move |option: &&MenuOption| match &ticked {
            Some(ticked) => ticked.contains(&&*option.id),
            None => option.default,
        };
        let chosen: Vec<_> = group.options.iter().filter(is_chosen).collect();
        chosen.into_iter().map(|option| ChoiceRequest {
            group: group.id.clone(),
            option: option.id.clone(),
            part: Part::Whole,
            count: 1,
        })
    });
    LineRequest {
        item: item.id.clone(),
        size: size.or_else(first),
        quantity: 1,
        half: code(HALF).filter(|half| menu.shown(half).is_some()),
        options: options.collect(),
        without: Vec::new(),
        note: None,
    }
}

fn sizes(menu: &Menu, item: &Item, chosen: Option<&Code>) -> AnyView {
    let price = |price: &ItemPrice| {
        let unit = price.unit_price().map(|unit| {
            let unit = money(unit);
            view! { " " <span class="small">"(" {say!("{unit} a litre or kilogram", "{unit} je Liter oder Kilogramm")} ")"</span> }
        });
        let amount = money(price.price);
        let Some(code) = &price.size else {
            return view! { <p><b>{amount}</b> {unit}</p> }.into_any();
        };
        let word = menu.outline.size(code).map(|size| name(&size.name));
        let (value, is_chosen) = (code.to_string(), chosen == Some(code));
        view! {
            <label><input type="radio" name=SIZE value=value checked=is_chosen/> <span>{word} " " <b>{amount}</b> {unit}</span></label>
        }
        .into_any()
    };
    let all: Vec<_> = item.prices.iter().map(price).collect();
    let legend = t(["Size", "Größe"]);
    match item.is_sold_by_size() {
        true => {
            view! { <fieldset class="chips"><legend>{legend}</legend> {all}</fieldset> }.into_any()
        }
        false => all.into_any(),
    }
}

/// The other half, of those that may be one in the size.
fn halves(menu: &Menu, item: &Item, request: &LineRequest) -> Option<AnyView> {
    let size = request
        .size
        .as_ref()
        .filter(|size| item.halves.contains(size))?;
    let others = menu.items.iter().filter(|other| {
        other.id != item.id && other.halves.contains(size) && menu.shown(&other.id).is_some()
    });
    let others: Vec<_> = others
        .map(|other| {
            let (value, word) = (other.id.to_string(), other.name.to_string());
            let is_chosen = request.half.as_ref() == Some(&other.id);
            view! { <option value=value selected=is_chosen>{word}</option> }.into_any()
        })
        .collect();
    let label = t(["The right half", "Die rechte Hälfte"]);
    let whole = t(["the same", "dieselbe"]);
    (!others.is_empty()).then(|| {
        view! {
            <div class="field"><label for=HALF>{label}</label>
                <select class="input" id=HALF name=HALF><option value="">{whole}</option> {others}</select></div>
        }
        .into_any()
    })
}

fn group(group: &Group, size: Option<&Code>, request: &LineRequest) -> AnyView {
    let field = group_field(group);
    let kind = if group.max == 1 && group.min == 1 {
        "radio"
    } else {
        "checkbox"
    };
    let option = |option: &MenuOption| {
        let mut chosen = request.options.iter();
        let is_chosen = chosen.any(|one| one.group == group.id && one.option == option.id);
        let price = option.price.at(size).filter(|price| price.get() > 0);
        let price = price.map(|price| view! { " +" {money(price)} });
        let (field, value) = (field.clone(), option.id.to_string());
        view! {
            <label class="check"><input type=kind name=field value=value checked=is_chosen/> <span>{name(&option.name)} {price}</span></label>
        }
        .into_any()
    };
    let options: Vec<_> = group.options.iter().map(option).collect();
    let (min, max) = (group.min, group.max);
    let bounds = match min {
        0 => say!("up to {max}", "bis zu {max}"),
        min if min == max => say!("{min} to choose", "{min} wählen"),
        min => say!("{min} to {max}", "{min} bis {max}"),
    };
    view! {
        <fieldset class="row"><legend>{name(&group.name)} " " <span class="soft small">{bounds}</span></legend> {options}</fieldset>
    }
    .into_any()
}

/// What the customer pays for what is tried.
fn total(sheet: &Sheet<'_>, priced: Result<PricedLine, Vec<InvalidField>>) -> AnyView {
    let profile = sheet.edited.profile();
    let line = match priced {
        Ok(priced) => priced.line,
        Err(_) => {
            let said = t([
                "Chosen like this it cannot be ordered: a group wants more or fewer, or a price is missing.",
                "So gewählt lässt es sich nicht bestellen: Eine Gruppe will mehr oder weniger, oder ein Preis fehlt.",
            ]);
            return view! { {tried_mark()} <p class="error">{icon(Icon::Alert)} <span>{said}</span></p> }
                .into_any();
        }
    };
    let amount = money(line.total);
    let deposit = (line.deposit.get() > 0).then(|| {
        let deposit = money(line.deposit);
        say!("plus {deposit} deposit", "zuzüglich {deposit} Pfand")
    });
    let taxed = (profile.tax.mode == TaxMode::Added)
        .then(|| t(["plus tax", "zuzüglich Steuer"]).to_owned());
    let markup = profile.markup_percentage.to_string();
    let service = markup
        .bytes()
        .any(|digit| (b'1'..=b'9').contains(&digit))
        .then(|| {
            let rate = percent(&markup);
            say!("plus {rate} service fee", "zuzüglich {rate} Servicegebühr")
        });
    let more: Vec<_> = [deposit, taxed, service].into_iter().flatten().collect();
    let more = more.join(", ");
    let word = t(["The customer pays", "Der Kunde zahlt"]);
    view! {
        {tried_mark()}
        <p class="row" aria-live="polite"><span>{word}</span> <output class="total"><b>{amount}</b></output> <span class="soft">{more}</span></p>
    }
    .into_any()
}

/// From now on the choices of the form count.
fn tried_mark() -> AnyView {
    view! { <input type="hidden" name="tried" value="true"/> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::shop::menu::samples;

    #[test]
    fn an_item_is_priced_as_it_is_typed_and_tried() {
        let menu = samples::menu();
        let mut item = menu.items[0].clone();
        item.prices[1].price = crate::domain::Cents::new(2000);
        let fields = [
            ("tried", "true"),
            (SIZE, "l"),
            ("try-top", "olives"),
            ("try-sauce", "plain"),
        ];
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let sent = Sent(fields.iter().map(pair).collect());
        let mut menu = menu_with(&menu, &item);
        // What is in no category is priced all the same.
        menu.outline.categories[0]
            .items
            .retain(|one| *one != item.id);
        let menu = menu_with(&menu, &item);
        let line = price_line(&tried(&menu, &item, Some(&sent)), &menu)
            .unwrap()
            .line;
        assert_eq!(line.total.get(), 2150);
        assert!(price_line(&tried(&menu, &item, None), &menu).is_ok());
    }
}
