//! The lines of what was ordered from a menu, as a kitchen and a customer read them.

use crate::{
    domain::shop::{
        basket::{Basket, Line, Part},
        title::dish,
    },
    ui::i18n::{
        domain_texts::quoted,
        locale::t,
        menu_texts::{allergen, no, part},
    },
};
use leptos::prelude::*;

/// Quantity, dish and size; what is on which part of it, what is left out, its note, its allergens.
pub fn line(line: &Line) -> AnyView {
    let title = format!("{}× {}", line.quantity, dish(line));
    let choices: Vec<_> = choices(line)
        .into_iter()
        .map(|text| row("", text))
        .collect();
    let note = line.note.as_ref().map(|note| row("note", quoted(note)));
    let allergens: Vec<_> = line.allergens.iter().copied().map(allergen).collect();
    let allergens = (!allergens.is_empty()).then(|| {
        let text = format!("{}: {}", t(["Contains", "Enthält"]), allergens.join(", "));
        row("soft", text)
    });
    view! { <b><bdi translate="no">{title}</bdi></b> {choices} {note} {allergens} }.into_any()
}

fn row(class: &'static str, text: String) -> AnyView {
    view! { <span class=class><bdi translate="no">{text}</bdi></span> }.into_any()
}

/// `LEFT Olives, 2× Ham`, `RIGHT NO Onions`. The part is not said where all is on the whole of one dish.
fn choices(line: &Line) -> Vec<String> {
    let parts = line.options.iter().map(|option| option.part);
    let mut parts = parts.chain(line.without.iter().map(|without| without.part));
    let is_parted = line.half.is_some() || parts.any(|part| part != Part::Whole);
    let of = |at: Part, prefix: &str, names: Vec<String>| {
        let part = if is_parted { part(at) } else { "" };
        let names = names.join(", ");
        let text = format!("{part} {prefix}{names}");
        (!names.is_empty()).then(|| text.trim_start().to_owned())
    };
    let no = format!("{} ", no());
    let parts = [Part::Left, Part::Right, Part::Whole];
    let rows = parts.into_iter().flat_map(|at| {
        let chosen = line.options.iter().filter(|option| option.part == at);
        let chosen = chosen.map(|option| match option.count {
            1 => option.name.to_string(),
            count => format!("{count}× {}", option.name),
        });
        let without = line.without.iter().filter(|without| without.part == at);
        let without = without.map(|without| without.name.to_string());
        [of(at, "", chosen.collect()), of(at, &no, without.collect())]
    });
    rows.flatten().collect()
}

/// All lines of an order, and the customer's note.
pub fn lines(basket: &Basket) -> AnyView {
    let all: Vec<_> = basket
        .lines
        .iter()
        .map(|one| view! { <li>{line(one)}</li> }.into_any())
        .collect();
    view! { <ul class="lines">{all}</ul> {note(basket)} }.into_any()
}

/// What the customer has written about the order as a whole.
pub fn note(basket: &Basket) -> AnyView {
    let notes = basket.notes.as_ref().map(|notes| quoted(notes));
    notes
        .map(|notes| view! { <p class="note"><bdi translate="no">{notes}</bdi></p> }.into_any())
        .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::BASKET;

    #[test]
    fn a_ticket_says_what_goes_on_which_part() {
        let mut basket: Basket = serde_json::from_str(BASKET).unwrap();
        assert_eq!(dish(&basket.lines[0]), "½ Diavola ½ Funghi Large");
        let said = choices(&basket.lines[0]);
        assert_eq!(said, ["LEFT Olives", "RIGHT NO Onions"]);
        assert!(choices(&basket.lines[1]).is_empty());
        // Of a whole pizza everything is on the whole, and that is not said.
        let line = &mut basket.lines[0];
        line.half = None;
        line.options[0].part = Part::Whole;
        line.options[0].count = 2;
        line.without[0].part = Part::Whole;
        assert_eq!(choices(line), ["2× Olives", "NO Onions"]);
        // But beside a choice that is on one half only.
        let mut left = line.options[0].clone();
        (left.part, left.count) = (Part::Left, 1);
        line.options.push(left);
        let said = ["LEFT Olives", "WHOLE 2× Olives", "WHOLE NO Onions"];
        assert_eq!(choices(line), said);
    }
}
