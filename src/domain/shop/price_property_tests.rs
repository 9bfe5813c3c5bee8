//! What holds for the price of a line on any menu.

use super::{
    basket::Part,
    choices::chosen_halves,
    menu::{
        HalvesRule, Menu, OptionPrice,
        samples::{code, line, menu},
    },
    price::{PricedLine, price_line},
    request::{ChoiceRequest, LineRequest},
};
use crate::domain::Cents;
use proptest::{prelude::*, sample::select};
use rust_decimal::{Decimal, RoundingStrategy};

fn unit(request: &LineRequest, menu: &Menu) -> u32 {
    price_line(request, menu).unwrap().line.unit.get()
}

/// A menu whose prices and rules are any, and whose groups allow everything.
fn any_menu() -> impl Strategy<Value = Menu> {
    let percent = 50u32..=100;
    let rule = select(HalvesRule::ALL);
    let halves = (rule, percent.clone(), percent, 0u32..500);
    let prices = prop::collection::vec(0u32..=100_000, 6);
    (halves, prices, 0u32..4).prop_map(|((rule, half, topping, fee), prices, free)| {
        let mut menu = menu();
        let halves = &mut menu.outline.halves;
        (halves.rule, halves.half_percent) = (rule, half);
        (halves.topping_percent, halves.fee) = (topping, Cents::new(fee));
        let mut prices = prices.into_iter().map(Cents::new);
        for item in &mut menu.items[..3] {
            item.prices[1].price = prices.next().unwrap();
        }
        let group = &mut menu.outline.groups[0];
        (group.free, group.max, group.each) = (free, 60, 3);
        let mut third = group.options[1].clone();
        third.id = code("ham");
        group.options.push(third);
        for option in &mut group.options {
            option.price = OptionPrice::One(prices.next().unwrap());
        }
        menu
    })
}

/// One topping on one part.
fn any_topping() -> impl Strategy<Value = ChoiceRequest> {
    let option = select(vec!["olives", "cheese", "ham"]);
    (option, select(Part::ALL)).prop_map(|(option, part)| ChoiceRequest {
        group: code("top"),
        option: code(option),
        part,
        count: 1,
    })
}

fn with(toppings: &[ChoiceRequest], half: Option<&str>) -> LineRequest {
    let mut line = line("diav", "l", half, &[]);
    line.options.extend(toppings.iter().cloned());
    line
}

/// As it is seen from the other side of the table.
fn mirrored(toppings: &[ChoiceRequest]) -> Vec<ChoiceRequest> {
    let mirrored = toppings.iter().map(|one| {
        let part = match one.part {
            Part::Left => Part::Right,
            Part::Right => Part::Left,
            Part::Whole => Part::Whole,
        };
        ChoiceRequest {
            part,
            ..one.clone()
        }
    });
    mirrored.collect()
}

fn rounded(exact: Decimal) -> Decimal {
    exact.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

fn decimal(cents: Cents) -> Decimal {
    Decimal::new(cents.get().into(), 2)
}

/// What a line costs, computed another way: portions by their parts, and what is free by going through them one by one.
fn oracle(toppings: &[ChoiceRequest], is_halved: bool, menu: &Menu) -> Decimal {
    let halves = &menu.outline.halves;
    let price = |item: usize| decimal(menu.items[item].prices[1].price);
    let percent = |amount: Decimal, percent: u32| {
        rounded(amount * Decimal::from(percent) / Decimal::ONE_HUNDRED)
    };
    let (one, other) = (price(1), price(2));
    let base = match halves.rule {
        _ if !is_halved => one,
        HalvesRule::Average => rounded((one + other) / Decimal::TWO) + decimal(halves.fee),
        HalvesRule::Dearer => one.max(other) + decimal(halves.fee),
        HalvesRule::SumOfHalves => {
            percent(one, halves.half_percent)
                + percent(other, halves.half_percent)
                + decimal(halves.fee)
        }
    };
    let group = &menu.outline.groups[0];
    let mut portions = Vec::new();
    for option in &group.options {
        let count = |part| {
            let of = |one: &&ChoiceRequest| one.option == option.id && one.part == part;
            toppings.iter().filter(of).count()
        };
        let (left, right) = (count(Part::Left), count(Part::Right));
        let whole = decimal(option.price.at(None).unwrap());
        let half = percent(whole, halves.topping_percent);
        portions.extend(vec![(whole, 2); count(Part::Whole) + left.min(right)]);
        portions.extend(vec![(half, 1); left.abs_diff(right)]);
    }
    let mut free = group.free * 2;
    let mut total = base;
    while let Some(dearest) = portions
        .iter()
        .copied()
        .max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)))
    {
        let place = portions.iter().position(|one| *one == dearest).unwrap();
        portions.remove(place);
        match dearest.1 <= free {
            true => free -= dearest.1,
            false => total += dearest.0,
        }
    }
    total
}

proptest! {
    #[test]
    fn a_line_costs_what_decimal_arithmetic_says(
        menu in any_menu(),
        toppings in prop::collection::vec(any_topping(), 0..5),
        is_halved: bool,
        quantity in 1u32..=99,
    ) {
        let mut request = with(&toppings, is_halved.then_some("fung"));
        request.quantity = quantity;
        let Ok(PricedLine { line, .. }) = price_line(&request, &menu) else {
            // One topping more often than three times.
            prop_assert!(toppings.len() > 3);
            return Ok(());
        };
        prop_assert!(line.adds_up());
        prop_assert_eq!(decimal(line.unit), oracle(&toppings, is_halved, &menu));
        let quantity = Decimal::from(quantity);
        prop_assert_eq!(Decimal::new(line.total.get().into(), 2), decimal(line.unit) * quantity);
    }

    #[test]
    fn halves_are_symmetric(menu in any_menu(), toppings in prop::collection::vec(any_topping(), 0..4)) {
        let here = with(&toppings, Some("fung"));
        let mut there = with(&mirrored(&toppings), Some("diav"));
        there.item = code("fung");
        prop_assert_eq!(unit(&here, &menu), unit(&there, &menu));
    }

    #[test]
    fn the_order_of_choices_is_irrelevant(
        menu in any_menu(),
        (toppings, shuffled) in prop::collection::vec(any_topping(), 0..4)
            .prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
    ) {
        let one = price_line(&with(&toppings, None), &menu);
        prop_assert_eq!(one, price_line(&with(&shuffled, None), &menu));
    }

    #[test]
    fn the_average_is_never_dearer_than_the_dearer(menu in any_menu()) {
        let cost = |rule| {
            let mut menu = menu.clone();
            menu.outline.halves.rule = rule;
            unit(&with(&[], Some("fung")), &menu)
        };
        prop_assert!(cost(HalvesRule::Average) <= cost(HalvesRule::Dearer));
    }

    #[test]
    fn half_a_topping_costs_at_most_the_whole(
        menu in any_menu(),
        toppings in prop::collection::vec(any_topping(), 0..3),
        mut topping in any_topping(),
    ) {
        let mut cost = |part| {
            topping.part = part;
            let mut all = toppings.clone();
            all.push(topping.clone());
            unit(&with(&all, None), &menu)
        };
        prop_assert!(cost(Part::Left) <= cost(Part::Whole));
    }

    #[test]
    fn one_choice_more_is_never_cheaper(
        menu in any_menu(),
        toppings in prop::collection::vec(any_topping(), 0..3),
        more in any_topping(),
    ) {
        let before = unit(&with(&toppings, None), &menu);
        let mut all = toppings;
        all.push(more);
        prop_assert!(before <= unit(&with(&all, None), &menu));
        let halves: u64 = all.iter().map(|one| if one.part == Part::Whole { 2 } else { 1 }).sum();
        prop_assert_eq!(chosen_halves(&all, &code("top")), halves);
    }
}
