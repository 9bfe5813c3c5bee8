//! What every plan must have, whatever its seed.

use super::*;
use crate::domain::{
    Actor, Command, CommandKind, Field, Fields, Name, Offer, Origin, Status, Value as FieldValue,
};
use crate::server::cli::simulate::names::{CUSTOMERS, KITCHENS};
use std::collections::BTreeSet;

const SIZE: PlanSize = PlanSize {
    orders: 500,
    menu_orders: 0,
    suppliers: 20,
    drivers: 30,
    length: Duration::from_secs(4 * 3600),
};

#[test]
fn a_seed_makes_one_plan_and_another_seed_another() {
    let plan = Plan::new(7, SIZE, &[]);
    assert_eq!(plan, Plan::new(7, SIZE, &[]));
    assert_ne!(plan, Plan::new(8, SIZE, &[]));
    assert_eq!(plan.stories.len(), 500);
}

#[test]
fn a_lively_evening_has_everything() {
    let plan = Plan::new(1, SIZE, &[]);
    let steps = || plan.stories.iter().flat_map(|story| &story.steps);
    let kinds: BTreeSet<_> = steps()
        .flat_map(|step| &step.commands)
        .map(|command| command.kind)
        .collect();
    // All that there is for an offer.
    let has = |kind| {
        let mut statuses = Status::ALL.iter();
        kind == CommandKind::Offer
            || statuses.any(|from| {
                from.transition(kind, Origin::Offer, Actor::AnyRole)
                    .is_some()
            })
    };
    let all = CommandKind::ALL.iter().copied();
    assert_eq!(kinds, all.filter(|kind| has(*kind)).collect());
    let race = |one: CommandKind, other: CommandKind| {
        steps().any(|step| {
            step.commands[0].kind == one
                && step.commands[1..]
                    .iter()
                    .any(|command| command.kind == other)
        })
    };
    assert!(
        race(CommandKind::Take, CommandKind::Take) && race(CommandKind::Take, CommandKind::Cancel)
    );
    assert!(
        race(CommandKind::Prepare, CommandKind::Cancel)
            && race(CommandKind::Dispatch, CommandKind::Dispatch)
    );
    assert!(
        steps()
            .flat_map(|step| &step.commands)
            .any(|command| command.twice)
    );
    let impatient = plan.stories.iter().filter(|story| {
        let last = story.steps.last().map(|step| &step.commands[0]);
        last.is_some_and(|command| command.kind == CommandKind::Cancel && command.by == "customer")
    });
    assert!(impatient.count() > 5);
}

/// No step of a story comes before the one that it needs, and each is a transition of the lifecycle.
#[test]
fn every_story_is_legal() {
    for story in Plan::new(2, SIZE, &[]).stories {
        assert!(
            story.steps.windows(2).all(|two| two[0].at < two[1].at),
            "{story:?}"
        );
        let mut status = Status::PendingSupplier;
        for step in &story.steps[1..] {
            let step = status.transition(step.commands[0].kind, Origin::Offer, Actor::AnyRole);
            status = step.unwrap_or_else(|| panic!("{story:?}")).to;
        }
        assert!(status.is_final(), "{story:?}");
    }
}

#[test]
fn every_command_has_valid_input() {
    for story in Plan::new(3, SIZE, &[]).stories {
        for command in story.steps.iter().flat_map(|step| &step.commands) {
            let mut fields = Fields::default();
            for (name, value) in command.body.as_object().unwrap() {
                let raw = serde_json::value::to_raw_value(value).unwrap();
                fields.add(name, FieldValue::Json(raw));
            }
            match command.kind {
                CommandKind::Offer => drop(Offer::read(fields).unwrap()),
                CommandKind::Accept | CommandKind::Reject => {
                    drop(Command::read_answer(fields).unwrap())
                }
                CommandKind::Take => drop(Command::read_take(fields).unwrap()),
                _ => {}
            }
        }
    }
    for name in [KITCHENS, CUSTOMERS, DRIVERS].concat() {
        assert!(Name::parse(name).is_ok(), "{name}");
    }
}

#[test]
fn more_people_than_names_get_numbers() {
    assert_eq!(names::nth(&["a", "b"], 1), "b");
    assert_eq!(names::nth(&["a", "b"], 4), "a 3");
}
