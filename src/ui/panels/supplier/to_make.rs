//! What is still to make, by name: pizzas that are to prepare or in the oven, and of orders from a menu each dish and size,
//! of which a half is one half, and each topping.

use super::kitchen::KitchenFilter;
use crate::{
    domain::{
        Order, Status,
        shop::{basket::Part, title::sized},
    },
    ui::{
        components::{
            basics::{Detail, changing, name, pizza, text},
            list,
            more::beyond,
        },
        i18n::locale::{say, t},
        live::{reactive::memo, store::LiveStore},
    },
};
use leptos::prelude::*;

/// Names with how many halves of each are to make, sorted, so that each keeps its place.
type Halves = Vec<(String, u32)>;

fn is_to_make(order: &Order) -> bool {
    let is_to_make = matches!(order.status, Status::CustomerAccepted | Status::Preparing);
    is_to_make && !order.is_unanswered()
}

/// What one order asks for that is not ticked. A drink takes no room in a kitchen, and is not made.
fn add(order: &Order, to: &mut Halves) {
    let Some(basket) = &order.basket else {
        return to.push((order.pizza_name.to_string(), 2));
    };
    for line in basket.lines.iter().filter(|line| line.pieces > 0) {
        let left = line.quantity - line.done.min(line.quantity);
        let each = if line.half.is_some() { 1 } else { 2 };
        let names = [Some(&line.name), line.half.as_ref().map(|half| &half.name)];
        let dishes = names.into_iter().flatten();
        to.extend(dishes.map(|name| (sized(name, line.size.as_ref()), each * left)));
        for option in &line.options {
            let portion = if option.part == Part::Whole { 2 } else { 1 };
            to.push((format!("+ {}", option.name), portion * option.count * left));
        }
    }
}

fn added(mut all: Halves) -> Halves {
    all.sort_unstable();
    all.dedup_by(|one, before| {
        let is_same = one.0 == before.0;
        before.1 += if is_same { one.1 } else { 0 };
        is_same
    });
    all.retain(|(_, halves)| *halves > 0);
    all
}

/// `3`, `1½`, `½`
fn in_words(halves: u32) -> String {
    match (halves / 2, halves % 2) {
        (0, 1) => "½".to_owned(),
        (whole, 0) => whole.to_string(),
        (whole, _) => format!("{whole}½"),
    }
}

/// How many of each are to prepare or in the oven.
pub fn still_to_make(kitchen: KitchenFilter) -> AnyView {
    let all = LiveStore::from_context().view(move |board| {
        let (kitchen, scope) = (kitchen.get(), &board.query().scope);
        let mut all = Vec::new();
        let orders = board.orders().filter(|order| is_to_make(order));
        let orders = orders.filter(|order| scope.is_of_kitchen(order, kitchen.as_deref()));
        orders.for_each(|order| add(order, &mut all));
        added(all)
    });
    let names = memo(move |_| all.with(|all| all.iter().map(|(name, _)| name.clone()).collect()));
    let none = changing(move || {
        all.with(Vec::is_empty)
            .then(|| view! { <p class="soft">{t(["nothing", "nichts"])}</p> }.into_any())
    });
    let count = move |name| count_to_make(name, all);
    view! {
        <section class="all-day" aria-labelledby="all-day">
            <h2 id="all-day">{t(["Still to make", "Noch zu backen"])}</h2>
            <ul tabindex="0" aria-labelledby="all-day">{list::names(names, count)}</ul>
            {none}
            {not_counted()}
        </section>
    }
    .into_any()
}

/// How many orders to make are not on the board, and so not in these numbers.
fn not_counted() -> AnyView {
    let beyond = beyond(&[Status::CustomerAccepted, Status::Preparing]);
    changing(move || match beyond.get() {
        0 => None,
        n => {
            let words = say!("and {n} more pizzas", "und {n} weitere Pizzen");
            Some(view! { <p class="soft">{words}</p> }.into_any())
        }
    })
}

fn count_to_make(of: String, all: Memo<Halves>) -> AnyView {
    // A topping has no drawing.
    let drawn = (!of.starts_with("+ ")).then(|| pizza(&of, Detail::Ticket));
    let named = name(&of);
    let halves = memo(move |_| {
        all.with(|all| {
            let at = all.binary_search_by(|(name, _)| name.cmp(&of));
            at.map_or(0, |at| all[at].1)
        })
    });
    let number = text(move || in_words(halves.get()));
    view! { <li>{drawn} <data value=number>{number}</data> " " {named}</li> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::direct;

    #[test]
    fn halves_and_toppings_are_counted_until_they_are_ticked() {
        let count = |order: &Order| {
            let mut all = Vec::new();
            add(order, &mut all);
            add(order, &mut all);
            let said = added(all).into_iter();
            let said = said.map(|(name, halves)| format!("{} {name}", in_words(halves)));
            said.collect::<Vec<_>>()
        };
        let mut order = direct(1);
        let twice = ["2 + Olives", "2 Diavola Large", "2 Funghi Large"];
        assert_eq!(count(&order), twice);
        let basket = order.basket.as_mut().unwrap();
        (basket.lines[0].quantity, basket.lines[0].done) = (4, 3);
        basket.lines[0].options[0].count = 3;
        let rest = ["3 + Olives", "1 Diavola Large", "1 Funghi Large"];
        assert_eq!(count(&order), rest);
        order.basket.as_mut().unwrap().lines[0].done = 4;
        assert!(count(&order).is_empty());
        assert_eq!([0, 1, 2, 3].map(in_words), ["0", "½", "1", "1½"]);
    }
}
