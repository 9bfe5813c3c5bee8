//! The page of one group of options, with a row for each option, and empty rows for new ones.

use super::{
    fields::{hidden, key},
    form::Form,
    group_values::{NUMBERS, place, price_field, price_text, raise, row_count, row_field},
    item_page::{allergens, diets},
    shop::EditedShop,
    shown::Shown,
};
use crate::{
    domain::shop::{
        code::Code,
        menu::{Group, Menu, MenuOption, Outline},
    },
    ui::i18n::locale::{Text, say, t},
};
use leptos::prelude::*;

/// Rows for new options.
const EMPTY: usize = 3;

pub fn form(edited: &EditedShop, menu: &Menu, group: Option<&Group>, shown: &Shown<'_>) -> AnyView {
    let outline = &menu.outline;
    let sent = shown.sent;
    let faults = shown.faults(outline, |one| place(sent?, outline, one));
    let form = Form {
        id: "group",
        sent,
        faults: &faults,
    };
    let code = group.map(|group| group.id.to_string()).unwrap_or_default();
    let name = group.map(|group| group.name.to_string());
    let has_halves = group.is_some_and(|group| group.halves);
    let options = group.map_or(&[][..], |group| &group.options);
    let count = match sent {
        Some(sent) => row_count(sent),
        None => options.len() + EMPTY,
    };
    let rows: Vec<_> = (0..count)
        .map(|row| option_row(&form, outline, row, options.get(row)))
        .collect();
    let remove = group.map(|_| {
        let word = t(["Remove the group", "Gruppe entfernen"]);
        view! { <button class="button" name="act" value="drop-group" formnovalidate>{word}</button> }.into_any()
    });
    let hint = t([
        "One price, or one for each size. A row with neither name nor price is none; saving gives more empty rows.",
        "Ein Preis, oder einer je Größe. Eine Zeile ohne Namen und Preis zählt nicht; nach dem Speichern gibt es neue leere Zeilen.",
    ]);
    view! {
        <p><a href=format!("{}#outline", edited.menu_path())>{t(["‹ The whole menu", "‹ Die ganze Karte"])}</a></p>
        <form class="paper stack" method="post" action=edited.menu_path()>
            // What Enter asks for, in any field.
            <button class="unseen" name="act" value="save-group" tabindex="-1" aria-hidden="true"></button>
            {key()} {hidden("version", outline.version.to_string())} {hidden("group", code)}
            {form.field("name", ["Name of the group", "Name der Gruppe"], name.unwrap_or_default())}
            <div class="area">{numbers(&form, group)}</div>
            {form.check("halves", ["Each option also on one half only", "Jede Zutat auch nur auf einer Hälfte"], has_halves)}
            {used_by(menu, group)}
            <h2>{t(["Options", "Zutaten"])}</h2>
            <p class="hint">{hint}</p>
            {form.message("options")}
            <ol class="stack options">{rows}</ol>
            <div class="row">
                <button class="button primary" name="act" value="save-group">{t(["Save", "Speichern"])}</button>
                {remove}
            </div>
        </form>
    }
    .into_any()
}

fn numbers(form: &Form<'_>, group: Option<&Group>) -> Vec<AnyView> {
    let labels: [Text; 4] = [
        ["At least so many", "Mindestens so viele"],
        ["At most so many", "Höchstens so viele"],
        ["So many are free", "So viele sind kostenlos"],
        ["Each up to so often (1 to 3)", "Jede bis so oft (1 bis 3)"],
    ];
    // A new group: one of its options, or none.
    let now = group.map_or([0, 1, 0, 1], |group| {
        [group.min, group.max, group.free, group.each]
    });
    let all = NUMBERS.into_iter().zip(labels).zip(now);
    all.map(|((name, label), now)| form.field(name, label, now))
        .collect()
}

/// The items that offer it.
fn used_by(menu: &Menu, group: Option<&Group>) -> Option<AnyView> {
    let group = group?;
    let items = menu.items.iter();
    let items = items.filter(|item| !item.gone && item.groups.contains(&group.id));
    let names: Vec<_> = items.map(|item| item.name.to_string()).collect();
    let said = match names.is_empty() {
        true => t([
            "No item offers it yet: tick it on the page of an item.",
            "Noch bietet sie nichts an: Kreuz sie auf der Seite eines Eintrags an.",
        ])
        .to_owned(),
        false => {
            let names = names.join(", ");
            say!("Offered by {names}", "Angeboten von {names}")
        }
    };
    Some(view! { <p class="soft"><bdi>{said}</bdi></p> }.into_any())
}

fn option_row(
    form: &Form<'_>,
    outline: &Outline,
    row: usize,
    option: Option<&MenuOption>,
) -> AnyView {
    let field = |name: &str| row_field(row, name);
    let id = form.value(
        &field("id"),
        option.map(|one| one.id.to_string()).unwrap_or_default(),
    );
    let name = option.map(|one| one.name.to_string()).unwrap_or_default();
    let price = |size: Option<&Code>, label: String| {
        let now = option.map(|one| price_text(one, size)).unwrap_or_default();
        form.price(&field(&price_field(size)), label, now)
    };
    let one = price(None, t(["One price", "Ein Preis"]).to_owned());
    let sizes = outline.sizes.iter();
    let by_size: Vec<_> = sizes
        .map(|size| price(Some(&size.id), size.name.to_string()))
        .collect();
    let has_allergens = option.map_or(&[][..], |one| &one.allergens);
    let has_diets = option.map_or(&[][..], |one| &one.diets);
    let legend = match option {
        Some(option) => option.name.to_string(),
        None => t(["New option", "Neue Zutat"]).to_owned(),
    };
    let up = option.filter(|_| row > 0).map(|_| {
        let of = legend.clone();
        view! { <button class="button quiet" name="act" value=raise(row)>"↑" <span class="unseen">{t(["Move up", "Nach oben"])} ": " {of}</span></button> }
    });
    let of_option = option.map(|option| format!("option-{}", option.id));
    let marks = has_allergens.len() + has_diets.len();
    let marks = (marks > 0).then(|| format!(" ({marks})"));
    let is_default = option.is_some_and(|one| one.default);
    let id_field = field("id");
    view! {
        <li id=of_option>
            <fieldset class="row">
                <legend class="unseen">{legend}</legend>
                <input type="hidden" name=id_field value=id.clone()/>
                {form.bare(&field("name"), t(["Name of the option", "Name der Zutat"]).to_owned(), "input narrow", name)}
                {one} {by_size}
                {form.check(&field("default"), ["Chosen beforehand", "Vorausgewählt"], is_default)}
                {(!id.is_empty()).then(|| form.check(&field("remove"), ["Remove", "Entfernen"], false))}
                {up}
                <details>
                    <summary>{t(["Allergens, diets…", "Allergene, Ernährung\u{a0}…"])} {marks}</summary>
                    {allergens(form, &field("allergens"), has_allergens)}
                    {diets(form, &field("diets"), has_diets)}
                </details>
            </fieldset>
        </li>
    }
    .into_any()
}
