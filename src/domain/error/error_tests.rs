//! Errors on their way to the browser and back, and what a refusal tells.

use super::*;
use crate::domain::{
    Role, ValueKind,
    shop::{HoursRefusal, menu::fault::MenuFault},
};

#[test]
fn a_refusal_names_the_state_and_what_is_allowed_from_it() {
    let says = |status, actor| {
        Refusal {
            status,
            command: CommandKind::Prepare,
            actor,
            origin: Origin::Offer,
            is_answered: false,
        }
        .to_string()
    };
    assert_eq!(
        says(Status::Preparing, Actor::AnyRole),
        "The order is preparing. Allowed from there: ready or cancelled."
    );
    assert_eq!(
        says(Status::Dispatched, Actor::AnyRole),
        "The order is dispatched. Allowed from there: in_transit."
    );
    assert_eq!(
        says(Status::Delivered, Actor::AnyRole),
        "The order is delivered. That is final: nothing is allowed any more."
    );
    assert_eq!(
        says(Status::Preparing, Actor::As(Role::Customer)),
        "The order is preparing. Nothing is allowed from there by this role."
    );
    let recall = Refusal {
        status: Status::CustomerAccepted,
        command: CommandKind::Recall,
        actor: Actor::AnyRole,
        origin: Origin::Offer,
        is_answered: false,
    };
    assert_eq!(
        recall.to_string(),
        "The order is customer_accepted. Allowed from there: preparing or cancelled."
    );
    let direct = Refusal {
        command: CommandKind::Take,
        origin: Origin::Direct,
        ..recall
    };
    assert_eq!(
        direct.to_string(),
        "The order is customer_accepted. Allowed from there: preparing, cancelled or supplier_rejected."
    );
    let answered = Refusal {
        command: CommandKind::Reject,
        is_answered: true,
        ..direct
    };
    assert_eq!(
        answered.to_string(),
        "The order is customer_accepted. Allowed from there: preparing or cancelled."
    );
}

fn refused_of(origin: Origin, actor: Actor) -> Error {
    Error::Refused(Refusal {
        status: Status::Ready,
        command: CommandKind::Prepare,
        actor,
        origin,
        is_answered: false,
    })
}

/// One of each kind, and what it is for the browser.
fn errors() -> Vec<(Error, &'static str)> {
    let invalid = [
        InvalidField::new("notes", FieldError::Empty),
        InvalidField::new("markup", FieldError::no_number("a b")),
    ];
    let answered = Error::Refused(Refusal {
        status: Status::CustomerAccepted,
        command: CommandKind::Reject,
        actor: Actor::As(Role::Supplier),
        origin: Origin::Direct,
        is_answered: true,
    });
    let refused = |actor| refused_of(Origin::Offer, actor);
    let outdated = Error::PreconditionFailed {
        version: 4,
        status: Status::Preparing,
    };
    let weak = Error::WeakPrecondition {
        version: 4,
        status: Status::Preparing,
    };
    vec![
        (
            Error::Invalid(invalid.into()),
            "invalid\nnotes empty\nmarkup not-a-number a b",
        ),
        (
            Error::UnknownOrder(OrderId(uuid::Uuid::from_u128(7))),
            "unknown-order 00000000-0000-0000-0000-000000000007",
        ),
        (refused(Actor::AnyRole), "refused ready prepare "),
        (
            refused(Actor::As(Role::Dispatch)),
            "refused ready prepare dispatch",
        ),
        (
            refused_of(Origin::Direct, Actor::AnyRole),
            "refused ready prepare  direct",
        ),
        (
            answered,
            "refused customer_accepted reject supplier direct answered",
        ),
        (Error::TooLate, "too-late"),
        (outdated, "outdated 4 preparing"),
        (weak, "weak-tag 4 preparing"),
        (Error::NotSignedIn, "not-signed-in"),
        (Error::WrongCredentials, "wrong-credentials"),
        (Error::CodeNeeded, "code-needed"),
        (Error::NotAllowed, "not-allowed"),
        (Error::NotYours, "not-yours"),
        (
            Error::Account(AccountRefusal::LastAdmin),
            "account-refused last-admin",
        ),
        (Error::TooMany(3), "too-many 3"),
        (Error::Busy, "busy"),
        (Error::StoreUnavailable, "away"),
        (Error::NoAnswer, "no-answer"),
        (Error::Internal, "internal"),
    ]
}

/// As [`errors`], of one field.
fn field_errors() -> Vec<(FieldError, &'static str)> {
    let (min, max, length) = (15, 500, 501);
    let expected = ValueKind::Boolean;
    let command = CommandKind::Dispatch;
    let why = "EOF\nat line 1".to_owned();
    let item = "Cola".to_owned();
    let no_price = MenuFault::NoPrice { item };
    vec![
        (FieldError::Missing, "missing"),
        (FieldError::Unknown, "unknown"),
        (FieldError::Twice, "twice"),
        (FieldError::Empty, "empty"),
        (FieldError::TooLong { max, length }, "too-long 500 501"),
        (FieldError::TooShort { min, length }, "too-short 15 501"),
        (FieldError::TooWeak, "too-weak"),
        (FieldError::ControlCharacter, "control-character"),
        (FieldError::NotUnicode, "not-unicode"),
        (FieldError::WrongType { expected }, "wrong-type boolean"),
        (
            FieldError::no_number("nine fifty"),
            "not-a-number nine fifty",
        ),
        (FieldError::no_number(""), "not-a-number "),
        (FieldError::NotWhole, "not-whole"),
        (FieldError::TooPrecise, "too-precise"),
        (
            FieldError::out_of_range("0.01", "10000.00"),
            "out-of-range 0.01 10000.00",
        ),
        (FieldError::NotTrueOrFalse, "not-true-or-false"),
        (FieldError::NotAStatus, "not-a-status"),
        (
            FieldError::HasItsOwnCall { command },
            "has-its-own-call dispatch",
        ),
        (FieldError::OnlyWhenAccepting, "only-when-accepting"),
        (FieldError::OnlyWhenRejecting, "only-when-rejecting"),
        (FieldError::NotAReason, "not-a-reason"),
        (FieldError::NotAnId, "not-an-id"),
        (FieldError::NotAnEmail, "not-an-email"),
        (FieldError::NotADriver, "not-a-driver"),
        (FieldError::SeveralDrivers, "several-drivers"),
        (FieldError::NotAPin, "not-a-pin"),
        (FieldError::WrongCode, "wrong-code"),
        (FieldError::WrongPassword, "wrong-password"),
        (FieldError::InUse, "in-use"),
        (FieldError::NotAKind, "not-a-kind"),
        (FieldError::NotACursor, "not-a-cursor"),
        (FieldError::NotATopic, "not-a-topic"),
        (FieldError::TooManyTopics { max: 8 }, "too-many-topics 8"),
        (FieldError::NotAVersion, "not-a-version"),
        (FieldError::NotAKey, "not-a-key"),
        (FieldError::NotACode, "not-a-code"),
        (
            FieldError::fault("Large is missing."),
            "fault Large is missing.",
        ),
        (FieldError::from(no_price), "menu Cola has no price."),
        (FieldError::from(HoursRefusal::Overlap), "hours overlap"),
        (FieldError::UsedBefore, "used-before"),
        (FieldError::Malformed { why }, "malformed EOF at line 1"),
    ]
}

#[test]
fn errors_survive_the_wire() {
    let all = errors();
    let mut names: Vec<_> = all.iter().map(|(error, _)| error.name()).collect();
    names.dedup();
    assert_eq!(names, Error::NAMES);
    for (error, text) in all {
        let json = serde_json::to_string(&error).unwrap();
        assert_eq!(json, serde_json::to_string(text).unwrap());
        assert_eq!(serde_json::from_str::<Error>(&json).unwrap(), error);
    }
}

#[test]
fn field_errors_survive_the_wire_in_one_line() {
    let all = field_errors();
    let mut names: Vec<_> = all.iter().map(|(error, _)| error.name()).collect();
    names.dedup();
    assert_eq!(names, FieldError::NAMES);
    for (error, text) in all {
        assert_eq!(String::from(error.clone()), text);
        let read = FieldError::try_from(text.to_owned()).unwrap();
        assert_eq!(read.to_string(), error.to_string().replace('\n', " "));
    }
}

#[test]
fn what_is_no_error_is_not_read_as_one() {
    for text in [
        "",
        "gone",
        "Away",
        "too-many",
        "too-many soon",
        "outdated 4",
        "outdated 4 eaten",
        "refused ready",
        "refused ready prepare owner",
        "refused ready prepare  gift",
        "invalid\nnotes",
        "invalid\nnotes nothing",
        "invalid\nnotes too-long 500",
    ] {
        assert!(Error::try_from(text.to_owned()).is_err(), "{text:?}");
    }
}
