//! The fields of the form of an item.

use super::{
    view::ShopView,
    words::{self, SOLD_OUT, rule, unit_price},
};
use crate::{
    domain::{
        Cents,
        shop::{
            basket::{Part, ShopName},
            menu::{Group, Item, ItemPrice, MenuOption},
        },
    },
    ui::{
        Icon,
        i18n::{
            format::money,
            locale::{Text, say, t},
        },
        icon, name,
        shop::{Draft, Fault, Style},
    },
};
use leptos::prelude::*;

/// What the fields are made from.
#[derive(Clone, Copy)]
pub struct ItemForm<'a> {
    pub shop: &'a ShopView,
    pub item: &'a Item,
    pub draft: &'a Draft,
    /// Of a form that was sent.
    pub faults: &'a [Fault],
}

impl ItemForm<'_> {
    pub fn fields(self) -> AnyView {
        let groups = self.draft.groups(self.item, &self.shop.menu);
        let groups: Vec<_> = groups.iter().map(|group| self.group(group)).collect();
        view! { {self.sizes()} {self.halves()} {groups} {self.without()} {self.note()} {self.quantity()} }
            .into_any()
    }

    fn sizes(self) -> Option<AnyView> {
        if !self.item.is_sold_by_size() {
            return None;
        }
        let size = |price: &ItemPrice| {
            let code = price.size.as_ref()?;
            let size = self.shop.menu.outline.size(code)?;
            let is_chosen = self.draft.line.size.as_ref() == Some(code);
            let unit =
                unit_price(price).map(|unit| view! { " " <span class="small">{unit}</span> });
            Some(
                view! {
                    <label>
                        <input type="radio" name="size" value=code.to_string() checked=is_chosen data-reshapes=""/>
                        <span>{name(&size.name)} " " <b>{money(price.price)}</b> {unit}</span>
                    </label>
                }
                .into_any(),
            )
        };
        let sizes: Vec<_> = self.item.prices.iter().filter_map(size).collect();
        Some(view! { <fieldset class="chips"><legend>{t(["Size", "Größe"])}</legend>{sizes}</fieldset> }.into_any())
    }

    /// The other half, of those that may be one. The rule comes before the choice.
    fn halves(self) -> Option<AnyView> {
        let menu = &self.shop.menu;
        let others: Vec<_> = menu.other_halves(self.item).collect();
        if others.is_empty() {
            return None;
        }
        let option = |other: &&Item| {
            let is_sold_out = self.shop.is_sold_out(&other.id, None);
            let is_chosen = self.draft.line.half.as_ref() == Some(&other.id);
            let word = match is_sold_out {
                true => format!("{} ({})", other.name, t(SOLD_OUT)),
                false => other.name.to_string(),
            };
            let id = other.id.to_string();
            view! { <option value=id.clone() selected=is_chosen disabled=is_sold_out data-parts=id>{word}</option> }
                .into_any()
        };
        let options: Vec<_> = others.iter().map(option).collect();
        let whole = &self.item.name;
        let whole = say!("{whole} on the whole pizza", "{whole} auf der ganzen Pizza");
        Some(
            view! {
                <div class="field">
                    <label for="half">{t(["Half and half: the right half", "Halb und halb: die rechte Hälfte"])}</label>
                    <p class="hint" id="half-hint">{rule(&menu.outline.halves)}</p>
                    <select class="input" id="half" name="half" aria-describedby="half-hint" data-reshapes="">
                        <option value="">{whole}</option>
                        {options}
                    </select>
                </div>
            }
            .into_any(),
        )
    }

    fn group(self, group: &Group) -> AnyView {
        let style = Style::of(group);
        let id = format!("group-{}", group.id);
        let error = format!("{id}-error");
        let fault = self
            .faults
            .iter()
            .find(|fault| fault.group.as_ref() == Some(&group.id));
        // It is there without a fault, too: a script shows what is wrong as soon as it is.
        let words = fault.map(|fault| fault.words.clone());
        let message = view! { <p class="error" id=error.clone() role="alert" hidden=fault.is_none()>{icon(Icon::Alert)} <span>{words}</span></p> };
        let options: Vec<_> = group
            .options
            .iter()
            .map(|option| self.option(group, option, style))
            .collect();
        let none = (style == Style::One && group.min == 0).then(|| {
            let none_chosen = !group
                .options
                .iter()
                .any(|option| self.draft.chosen(&group.id, &option.id).is_some());
            let name = format!("g.{}", group.id);
            view! { <label class="check"><input type="radio" name=name value="" checked=none_chosen/> {t(["None", "Nichts"])}</label> }
        });
        view! {
            <fieldset class="group" id=id aria-describedby=error tabindex="-1">
                <legend>{name(&group.name)} " " <span class="soft small">{bounds(group)}</span></legend>
                {message} {none} {options}
            </fieldset>
        }
        .into_any()
    }

    fn option(self, group: &Group, option: &MenuOption, style: Style) -> AnyView {
        let is_sold_out = self.shop.is_sold_out(&group.id, Some(&option.id));
        let parts_of = format!("{}.{}", group.id, option.id);
        let price = option.price.at(self.draft.line.size.as_ref());
        let word = option_word(option, price, is_sold_out);
        let chosen = self.draft.chosen(&group.id, &option.id);
        let (part_name, count_name) = (
            format!("p.{}.{}", group.id, option.id),
            format!("n.{}.{}", group.id, option.id),
        );
        match style {
            Style::One => {
                let (name, value) = (format!("g.{}", group.id), option.id.to_string());
                view! { <label class="check" data-parts=parts_of><input type="radio" name=name value=value checked=chosen.is_some() disabled=is_sold_out/> <span>{word}</span></label> }
                    .into_any()
            }
            Style::Each => {
                view! { <label class="check" data-parts=parts_of><input type="checkbox" name=part_name value=Part::Whole.name() checked=chosen.is_some() disabled=is_sold_out/> <span>{word}</span></label> }
                    .into_any()
            }
            Style::Count => {
                let count = chosen.map_or(0, |choice| choice.count);
                view! { <div class="counter" data-parts=parts_of><label for=count_name.clone()>{word}</label> {counts(count_name, 0, group.each, count, is_sold_out)}</div> }
                    .into_any()
            }
            Style::Halves => {
                let part = chosen.map(|choice| choice.part);
                let count = (group.each > 1).then(|| {
                    let count = chosen.map_or(1, |choice| choice.count);
                    let how_often = &option.name;
                    let label = say!("How often: {how_often}", "Wie oft: {how_often}");
                    view! { <label class="unseen" for=count_name.clone()>{label}</label> {counts(count_name, 1, group.each, count, is_sold_out)} }
                });
                view! {
                    <fieldset class="parts" data-parts=parts_of>
                        <legend>{word}</legend>
                        <div class="row">{parts(&part_name, part, is_sold_out)} {count}</div>
                    </fieldset>
                }
                .into_any()
            }
        }
    }

    fn without(self) -> Option<AnyView> {
        let line = &self.draft.line;
        let boxes = |item: &Item, name: &'static str, part: Part| {
            let tick = |(at, one): (usize, &ShopName)| {
                let n = at as u32 + 1;
                let is_ticked = line.without.contains(&(n, part));
                let one = crate::ui::name(one);
                view! { <label class="check"><input type="checkbox" name=format!("{name}.{n}") value="1" checked=is_ticked/> <span>{one}</span></label> }
                    .into_any()
            };
            let ticks: Vec<_> = item.without.iter().enumerate().map(tick).collect();
            let of: Text = match part {
                Part::Whole => ["Leave out", "Weglassen"],
                Part::Left => [
                    "Leave out on the left half",
                    "Auf der linken Hälfte weglassen",
                ],
                Part::Right => [
                    "Leave out on the right half",
                    "Auf der rechten Hälfte weglassen",
                ],
            };
            (!ticks.is_empty()).then(|| {
                view! { <fieldset class="group"><legend>{t(of)}</legend>{ticks}</fieldset> }
                    .into_any()
            })
        };
        match self.draft.half(&self.shop.menu) {
            None => boxes(self.item, "w", Part::Whole),
            Some(half) => {
                let (left, right) = (
                    boxes(self.item, "wl", Part::Left),
                    boxes(half, "wr", Part::Right),
                );
                Some(view! { {left} {right} }.into_any())
            }
        }
    }

    fn note(self) -> AnyView {
        let value = self.draft.note.clone();
        view! {
            <div class="field">
                <label for="note">{t(["Note for the kitchen", "Notiz an die Küche"])}</label>
                <input class="input" id="note" name="note" value=value maxlength="140" autocomplete="off"/>
            </div>
        }
        .into_any()
    }

    fn quantity(self) -> AnyView {
        let value = self.draft.line.quantity.to_string();
        view! {
            <div class="field">
                <label for="quantity">{t(["How many", "Wie viele"])}</label>
                <input class="input narrow" id="quantity" name="quantity" type="number" inputmode="numeric" min="1" max="99" value=value/>
            </div>
        }
        .into_any()
    }
}

/// `Olives +€1.50`
fn option_word(option: &MenuOption, price: Option<Cents>, is_sold_out: bool) -> AnyView {
    let price = price.filter(|price| price.get() > 0);
    let price = price.map(|price| format!(" +{}", money(price)));
    let allergens = words::listed(&option.allergens, words::allergen);
    let allergens = (!allergens.is_empty())
        .then(|| view! { <span class="small soft">" (" {allergens} ")"</span> });
    view! { {name(&option.name)} <span class="soft">{price}</span> <span class="sold-out" hidden=!is_sold_out>" · " {t(SOLD_OUT)}</span> {allergens} }
        .into_any()
}

/// `choose 1`, `up to 6, 1 of them free`
fn bounds(group: &Group) -> String {
    let (min, max, free) = (group.min, group.max, group.free);
    let mut bounds = match (min, max) {
        (min, max) if min == max => say!("choose {min}", "wähl {min}"),
        (0, max) => say!("up to {max}", "bis zu {max}"),
        (min, max) => say!("{min} to {max}", "{min} bis {max}"),
    };
    if free > 0 {
        let more = say!(", {free} of them free", ", {free} davon gratis");
        bounds.push_str(&more);
    }
    bounds
}

/// On which part of the pizza.
fn parts(field: &str, chosen: Option<Part>, is_disabled: bool) -> Vec<AnyView> {
    let none: (&str, Text) = ("", ["none", "nicht"]);
    let parts = [Part::Left, Part::Whole, Part::Right];
    let parts = parts.map(|part| (part.name(), words::part(part)));
    let radio = |(value, word): (&'static str, Text)| {
        let is_chosen = chosen.map_or("", |part| part.name()) == value;
        let field = field.to_owned();
        view! { <label><input type="radio" name=field value=value checked=is_chosen disabled=is_disabled/> <span>{t(word)}</span></label> }
            .into_any()
    };
    [none].into_iter().chain(parts).map(radio).collect()
}

fn counts(field: String, from: u32, to: u32, chosen: u32, is_disabled: bool) -> AnyView {
    let option = |n: u32| {
        view! { <option value=n.to_string() selected=n == chosen>{format!("{n}×")}</option> }
            .into_any()
    };
    let options: Vec<_> = (from..=to).map(option).collect();
    view! { <select class="input narrow" id=field.clone() name=field.clone() disabled=is_disabled>{options}</select> }
        .into_any()
}

/// The fields that name the entry of the cart that is replaced.
pub fn replaced(draft: &Draft) -> Option<AnyView> {
    let (at, line) = draft.replaces.clone()?;
    Some(
        view! { <input type="hidden" name="at" value=at.to_string()/> <input type="hidden" name="line" value=line/> }
            .into_any(),
    )
}
