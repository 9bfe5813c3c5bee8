//! How commands read their parameters.

use super::command::{Command, WantedStatus};
use super::lifecycle::{Origin, TRANSITIONS, Transition};
use crate::domain::{CancellationCode, Error, Field, FieldError, Fields, Status, Value};

#[test]
fn a_status_that_needs_more_than_its_name_names_its_command() {
    for &status in Status::ALL {
        let Err(what) = WantedStatus::parse(status.name()) else {
            continue;
        };
        let FieldError::HasItsOwnCall { command } = what else {
            panic!("{status}: {what}");
        };
        let leads =
            |m: &&Transition| m.command == command && m.to == status && m.is_of(Origin::Offer);
        assert_eq!(
            TRANSITIONS.iter().filter(leads).count(),
            1,
            "{status}: {command}"
        );
    }
    assert!(matches!(
        WantedStatus::parse("eaten"),
        Err(FieldError::NotAStatus)
    ));
}

/// What a form or a query gives, by name.
fn fields(given: &[(&str, &str)]) -> Fields {
    let mut fields = Fields::default();
    for (name, value) in given {
        fields.add(*name, Value::Plain((*value).to_owned()));
    }
    fields
}

fn invalid(read: Result<Command, Error>) -> Vec<(String, FieldError)> {
    match read {
        Err(Error::Invalid(all)) => all.into_iter().map(|one| (one.field, one.error)).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_reason_is_a_code_and_goes_with_an_end() {
    let sold_out = |read: Result<Command, Error>| match read.unwrap() {
        Command::Reject { code, .. } | Command::Cancel { code, .. } => code,
        other => panic!("{other:?}"),
    };
    let rejected = fields(&[("accept", "false"), ("reason", "sold_out")]);
    let cancelled = fields(&[("notes", ""), ("reason", "sold_out")]);
    let codes = [
        sold_out(Command::read_answer(rejected)),
        sold_out(Command::read_cancellation(cancelled)),
    ];
    assert_eq!(codes, [CancellationCode::SoldOut; 2]);
    let other = sold_out(Command::read_cancellation(fields(&[])));
    assert_eq!(other, CancellationCode::Other);
    let accepted = fields(&[("accept", "true"), ("reason", "sold_out")]);
    let only = FieldError::OnlyWhenRejecting;
    assert_eq!(
        invalid(Command::read_answer(accepted)),
        [("reason".to_owned(), only)]
    );
    let unanswered = fields(&[("reason", "no_answer")]);
    assert_eq!(
        invalid(Command::read_cancellation(unanswered)),
        [("reason".to_owned(), FieldError::NotAReason)]
    );
}

#[test]
fn people_reject_with_a_code_or_with_words() {
    let code = Command::read_rejection(fields(&[("reason", "closed")]));
    let (code, none) = (code.unwrap(), None);
    let closed = CancellationCode::Closed;
    assert_eq!(
        code,
        Command::Reject {
            code: closed,
            reason: none
        }
    );
    let words = Command::read_rejection(fields(&[("notes", "No dough")]));
    let other = CancellationCode::Other;
    assert!(matches!(words, Ok(Command::Reject { code, reason: Some(_) }) if code == other));
    let neither = Command::read_rejection(fields(&[]));
    assert_eq!(
        invalid(neither),
        [("notes".to_owned(), FieldError::Missing)]
    );
}

#[test]
fn a_delay_and_a_tick_are_numbers_in_a_range() {
    let delay = Command::read_delay(fields(&[("minutes", "121")]));
    let range = FieldError::out_of_range(5, 120);
    assert_eq!(invalid(delay), [("minutes".to_owned(), range)]);
    let delay = Command::read_delay(fields(&[("minutes", "5"), ("notes", " ")])).unwrap();
    assert!(matches!(delay, Command::Delay { notes: None, .. }));
    let check = Command::read_check(fields(&[("line", "-1")]));
    let range = FieldError::out_of_range(0, 49);
    assert_eq!(
        invalid(check),
        [
            ("line".to_owned(), range),
            ("done".to_owned(), FieldError::Missing)
        ]
    );
}
