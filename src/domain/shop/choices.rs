//! The options that are chosen of one line: whether they may be, and what each adds to the price.

use super::{
    basket::{ChosenOption, Part},
    code::Code,
    menu::{Group, MenuOption},
    request::{ChoiceRequest, MAX_CHOICES},
};
use crate::domain::{Cents, FieldError, InvalidField, half_up};
use std::cmp::Reverse;

/// What the choices of a line are judged by.
pub struct Offered<'a> {
    /// The groups that the item offers; of two halves, those that both do.
    pub groups: Vec<&'a Group>,
    pub size: Option<&'a Code>,
    pub topping_percent: u32,
}

/// An option on one part, all of its portions together.
struct Row<'a> {
    option: &'a MenuOption,
    part: Part,
    count: u32,
    /// Where the request names it first.
    path: String,
}

/// The choices in the order of the menu, whatever the order in which they were made, each with what it adds to one piece.
pub fn price_choices<'a>(
    choices: &[ChoiceRequest],
    offered: &Offered<'a>,
    faults: &mut Vec<InvalidField>,
) -> Vec<(ChosenOption, &'a MenuOption)> {
    check_choices(choices, offered, faults);
    let mut priced = Vec::new();
    for group in &offered.groups {
        let rows = rows(choices, group, faults);
        check_count(&rows, group, faults);
        let adds = amounts(&rows, group, offered, faults);
        priced.extend(rows.iter().zip(adds).map(|(row, price)| {
            let chosen = ChosenOption {
                group: group.id.clone(),
                option: row.option.id.clone(),
                name: row.option.name.clone(),
                part: row.part,
                count: row.count,
                price,
            };
            (chosen, row.option)
        }));
    }
    if priced.len() > MAX_CHOICES {
        let why = format!(
            "At most {MAX_CHOICES} choices fit on a line, not {}.",
            priced.len()
        );
        faults.push(InvalidField::fault("options", why));
    }
    priced
}

/// How many choices of a group there are, in halves: what is on the whole counts two.
pub fn chosen_halves(choices: &[ChoiceRequest], group: &Code) -> u64 {
    let of_group = choices.iter().filter(|choice| choice.group == *group);
    let halves = of_group.map(|choice| u64::from(choice.count) * halves_of(choice.part));
    halves.sum()
}

fn halves_of(part: Part) -> u64 {
    match part {
        Part::Whole => 2,
        Part::Left | Part::Right => 1,
    }
}

/// Whether each choice is one that is offered.
fn check_choices(choices: &[ChoiceRequest], offered: &Offered, faults: &mut Vec<InvalidField>) {
    for (n, choice) in choices.iter().enumerate() {
        let path = || format!("options[{n}]");
        let group = offered.groups.iter().find(|group| group.id == choice.group);
        let Some(group) = group else {
            let why = format!("The group {} is not offered here.", choice.group);
            faults.push(InvalidField::fault(path(), why));
            continue;
        };
        let name = &group.name;
        if group.option(&choice.option).is_none() {
            let why = format!("{name} has no option {}.", choice.option);
            faults.push(InvalidField::fault(path(), why));
        }
        if choice.part != Part::Whole && !group.halves {
            let why = format!("{name} is for the whole, not for a half.");
            faults.push(InvalidField::fault(format!("{}.part", path()), why));
        }
        if choice.count == 0 {
            let error = FieldError::out_of_range(1, group.each);
            faults.push(InvalidField::new(format!("{}.count", path()), error));
        }
    }
}

/// Adds up what is named several times; the same left and right is on the whole.
fn rows<'a>(
    choices: &[ChoiceRequest],
    group: &'a Group,
    faults: &mut Vec<InvalidField>,
) -> Vec<Row<'a>> {
    let mut rows = Vec::new();
    for option in &group.options {
        let named =
            |choice: &&ChoiceRequest| choice.group == group.id && choice.option == option.id;
        let Some(first) = choices.iter().position(|choice| named(&choice)) else {
            continue;
        };
        // What is wrongly on a half has been refused, and counts as it could be.
        let is_on = |choice: &ChoiceRequest, part| match group.halves {
            true => choice.part == part,
            false => part == Part::Whole,
        };
        let count = |part: Part| {
            let of_part = choices
                .iter()
                .filter(named)
                .filter(|choice| is_on(choice, part));
            of_part.fold(0, |sum: u32, choice| sum.saturating_add(choice.count))
        };
        let (left, right) = (count(Part::Left), count(Part::Right));
        let both = left.min(right);
        let whole = count(Part::Whole).saturating_add(both);
        let most = whole.saturating_add(left.max(right) - both);
        let path = format!("options[{first}]");
        if most > group.each {
            let (option, each) = (&option.name, group.each);
            let why = format!("{option} can be chosen {each} times at most, not {most} times.");
            faults.push(InvalidField::fault(format!("{path}.count"), why));
            continue;
        }
        let parts = [
            (Part::Whole, whole),
            (Part::Left, left - both),
            (Part::Right, right - both),
        ];
        let chosen = parts.into_iter().filter(|(_, count)| *count > 0);
        rows.extend(chosen.map(|(part, count)| Row {
            option,
            part,
            count,
            path: path.clone(),
        }));
    }
    rows
}

/// Whether a group has neither too few choices nor too many.
fn check_count(rows: &[Row], group: &Group, faults: &mut Vec<InvalidField>) {
    let count: u64 = rows
        .iter()
        .map(|row| u64::from(row.count) * halves_of(row.part))
        .sum();
    let (min, max) = (u64::from(group.min), u64::from(group.max));
    if !(2 * min..=2 * max).contains(&count) {
        let bounds = match min == max {
            true => format!("exactly {min}"),
            false => format!("{min} to {max}"),
        };
        let why = format!("{}: choose {bounds}, not {}.", group.name, in_halves(count));
        faults.push(InvalidField::fault("options", why));
    }
}

/// `2`, `1½` or `½`.
fn in_halves(count: u64) -> String {
    match (count / 2, count % 2) {
        (whole, 0) => whole.to_string(),
        (0, _) => "½".to_owned(),
        (whole, _) => format!("{whole}½"),
    }
}

/// What each row adds to one piece. What is free covers the dearest portions, of equal ones those on a half first; a
/// portion that does not fit wholly is passed over. So neither the order of choices nor one choice more makes it cheaper.
fn amounts(
    rows: &[Row],
    group: &Group,
    offered: &Offered,
    faults: &mut Vec<InvalidField>,
) -> Vec<Cents> {
    let mut portions = Vec::new();
    for (n, row) in rows.iter().enumerate() {
        let Some(whole) = row.option.price.at(offered.size) else {
            let why = format!("{} has no price for this size.", row.option.name);
            faults.push(InvalidField::fault(&row.path, why));
            continue;
        };
        let cost = portion(whole, row.part, offered.topping_percent);
        portions.extend((0..row.count).map(|_| (cost, halves_of(row.part), n)));
    }
    portions.sort_by_key(|(cost, halves, _)| (Reverse(*cost), *halves));
    let mut free = 2 * u64::from(group.free);
    let mut adds = vec![0; rows.len()];
    for (cost, halves, row) in portions {
        match free.checked_sub(halves) {
            Some(left) => free = left,
            None => adds[row] += cost,
        }
    }
    // At most 3 times 1,000.00.
    adds.into_iter()
        .map(|cents| Cents::new(cents as u32))
        .collect()
}

/// What one portion costs.
fn portion(whole: Cents, part: Part, topping_percent: u32) -> u64 {
    let whole = u64::from(whole.get());
    match part {
        Part::Whole => whole,
        Part::Left | Part::Right => half_up(whole * u64::from(topping_percent), 100),
    }
}
