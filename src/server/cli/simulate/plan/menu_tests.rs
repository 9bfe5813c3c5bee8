//! What the orders from menus of every plan must have, whatever its seed.

use super::*;
use crate::domain::{
    Actor, Command, CommandKind, Fields, Origin, Status, Value as FieldValue,
    shop::{basket::Part, request::LineRequest},
};
use crate::server::cli::pizzerias::{MarketSize, example};
use std::collections::BTreeSet;

const SIZE: PlanSize = PlanSize {
    orders: 10,
    menu_orders: 800,
    suppliers: 2,
    drivers: 60,
    length: Duration::from_secs(4 * 3600),
};

fn shops() -> Vec<MenuShop> {
    let large = MarketSize { seed: 0, items: 12 };
    let all = example().unwrap().restaurants.into_iter();
    let all = all.chain((0..4).map(|n| large.restaurant(n)));
    all.map(|seed| MenuShop::of(&seed).unwrap()).collect()
}

fn direct(plan: &Plan) -> impl Iterator<Item = &Story> {
    plan.stories.iter().filter(|story| story.visit.is_some())
}

#[test]
fn offers_stay_as_they_are_beside_them() {
    let shops = shops();
    let plan = Plan::new(7, SIZE, &shops);
    assert_eq!(plan, Plan::new(7, SIZE, &shops));
    assert_eq!(direct(&plan).count(), SIZE.menu_orders);
    assert_eq!(plan.stories.len(), SIZE.orders + SIZE.menu_orders);
    let without = Plan::new(7, SIZE, &[]);
    assert_eq!(
        (without.stories.len(), without.acts.len()),
        (SIZE.orders, 0)
    );
}

#[test]
fn a_lively_evening_has_every_kind_of_customer_and_of_answer() {
    let plan = Plan::new(1, SIZE, &shops());
    let visits: Vec<_> = direct(&plan)
        .filter_map(|story| story.visit.as_ref())
        .collect();
    assert!(visits.iter().any(|visit| visit.slot.is_some()));
    assert!(visits.iter().any(|visit| visit.is_abandoned));
    assert!(visits.iter().any(|visit| visit.is_missed));
    let lines: Vec<LineRequest> = direct(&plan)
        .flat_map(|story| {
            story.steps[0].commands[0].body["lines"]
                .as_array()
                .unwrap()
                .clone()
        })
        .map(|line| serde_json::from_value(line).unwrap())
        .collect();
    assert!(lines.iter().any(|line| line.half.is_some()));
    let mut options = lines.iter().flat_map(|line| &line.options);
    assert!(options.any(|option| option.part == Part::Left));
    let kinds: BTreeSet<_> = direct(&plan)
        .flat_map(|story| &story.steps)
        .flat_map(|step| &step.commands)
        .map(|command| command.kind)
        .collect();
    for kind in [
        CommandKind::Order,
        CommandKind::Accept,
        CommandKind::Reject,
        CommandKind::Delay,
        CommandKind::Check,
        CommandKind::Prepare,
        CommandKind::Recall,
        CommandKind::Cancel,
        CommandKind::Deliver,
    ] {
        assert!(kinds.contains(&kind), "{kind}");
    }
    let has = |is: fn(&Deed) -> bool| plan.acts.iter().any(|act| is(&act.does));
    assert!(has(
        |deed| matches!(deed, Deed::SellOut(part) if part["item"].is_string())
    ));
    assert!(has(
        |deed| matches!(deed, Deed::SellOut(part) if part["option"].is_string())
    ));
    assert!(has(|deed| matches!(deed, Deed::Price(..))));
    assert!(has(|deed| matches!(deed, Deed::Pause)) && has(|deed| matches!(deed, Deed::Busy(_))));
}

/// Each step is a transition of the lifecycle, none comes before the one that it needs, and what it says is valid.
#[test]
fn every_story_from_a_menu_is_legal() {
    for story in direct(&Plan::new(2, SIZE, &shops())) {
        let in_order = story.steps.windows(2).all(|two| two[0].at < two[1].at);
        assert!(in_order && story.begins() <= story.steps[0].at, "{story:?}");
        let mut status = Status::CustomerAccepted;
        for step in &story.steps[1..] {
            let command = &step.commands[0];
            let next = status.transition(command.kind, Origin::Direct, Actor::AnyRole);
            status = next.unwrap_or_else(|| panic!("{story:?}")).to;
            assert_eq!(status, command.to, "{story:?}");
            let mut fields = Fields::default();
            for (name, value) in command.body.as_object().unwrap() {
                let raw = serde_json::value::to_raw_value(value).unwrap();
                fields.add(name, FieldValue::Json(raw));
            }
            match command.kind {
                CommandKind::Accept | CommandKind::Reject => {
                    drop(Command::read_answer(fields).unwrap())
                }
                CommandKind::Delay => drop(Command::read_delay(fields).unwrap()),
                CommandKind::Check => drop(Command::read_check(fields).unwrap()),
                _ => {}
            }
        }
        let visit = story.visit.as_ref().unwrap();
        let ends = visit.is_abandoned || visit.is_missed || status.is_final();
        assert!(ends, "{story:?}");
    }
}

#[test]
fn the_acts_of_a_pizzeria_do_not_overlap() {
    let plan = Plan::new(3, SIZE, &shops());
    for two in plan.acts.windows(2) {
        let same = two[0].restaurant == two[1].restaurant;
        assert!(!same || two[0].until < two[1].at, "{two:?}");
    }
}
