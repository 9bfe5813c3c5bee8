//! What can be wrong with one named value.

use super::table::{Part, parts, table};
use crate::domain::{
    CommandKind,
    named_enum::named_enum,
    shop::{HoursRefusal, menu::fault::MenuFault},
};
use std::fmt;

named_enum! {
    /// The kinds of JSON values that parameters are.
    ValueKind {
        Text = "string",
        Number = "number",
        Boolean = "boolean",
        List = "array",
        Object = "object",
    }
}

/// What is wrong with one named value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidField {
    pub field: String,
    pub error: FieldError,
}

impl InvalidField {
    pub fn new(field: impl Into<String>, error: FieldError) -> InvalidField {
        let field = field.into();
        InvalidField { field, error }
    }

    /// What a sentence describes.
    pub fn fault(field: impl Into<String>, why: impl Into<String>) -> InvalidField {
        InvalidField::new(field, FieldError::fault(why))
    }
}

table! {
    FieldError {
        Missing = "missing", "This is missing.";
        Unknown = "unknown", "There is no such parameter here.";
        Twice = "twice", "This is given twice.";
        Empty = "empty", "This is empty.";
        TooLong { max: usize, length: usize } = "too-long", "{length} characters are too many: {max} fit.";
        TooShort { min: usize, length: usize } = "too-short", "{length} characters are too few: at least {min} are needed.";
        /// A password that others guess.
        TooWeak = "too-weak", "This password is too easy to guess.";
        ControlCharacter = "control-character", "This holds a control character.";
        NotUnicode = "not-unicode", "This is not valid Unicode text.";
        WrongType { expected: ValueKind } = "wrong-type", "This must be {}.", in_words(*expected);
        NotANumber { given: String } = "not-a-number", "{}", not_a_number(given);
        NotWhole = "not-whole", "This must be a whole number.";
        TooPrecise = "too-precise", "At most two decimals fit.";
        OutOfRange { from: String, to: String } = "out-of-range", "This must be from {from} to {to}.";
        NotTrueOrFalse = "not-true-or-false", "This must be true or false.";
        NotAStatus = "not-a-status", "There is no such status.";
        /// A status that needs more than its name: the command that leads to it.
        HasItsOwnCall { command: CommandKind } = "has-its-own-call", "This status has a call of its own: {command}.";
        OnlyWhenAccepting = "only-when-accepting", "This goes with accept=true only.";
        OnlyWhenRejecting = "only-when-rejecting", "This goes with accept=false only.";
        NotAReason = "not-a-reason", "This is none of the reasons that can be given.";
        NotAnId = "not-an-id", "This is no UUID.";
        NotAnEmail = "not-an-email", "This is no e-mail address.";
        NotADriver = "not-a-driver", "That is no driver who drives here now.";
        SeveralDrivers = "several-drivers", "Several drivers have that name: give the driver_id.";
        NotAPin = "not-a-pin", "This must be 4 to 8 digits.";
        WrongCode = "wrong-code", "This code is not right.";
        WrongPassword = "wrong-password", "This password is not right.";
        /// Of an e-mail address.
        InUse = "in-use", "Another account has this.";
        NotAKind = "not-a-kind", "Nobody is invited as this.";
        NotACursor = "not-a-cursor", "This is no cursor of this market.";
        NotATopic = "not-a-topic", "This is no topic: write supplier:{{name}}, order:{{id}}, customer:{{id}}, driver:{{id}}, kitchen:{{id}}, restaurant:{{id}}, offers, dispatch or shops.";
        TooManyTopics { max: usize } = "too-many-topics", "At most {max} topics fit.";
        NotAVersion = "not-a-version", "Write the version as an ETag gives it, like \"3\".";
        NotAKey = "not-a-key", "This must be one key of 1 to 255 visible ASCII characters.";
        NotACode = "not-a-code", "A code is 1 to 8 of a-z and 0-9.";
        /// Of a menu, a profile or a cart: a sentence that names what is wrong, and where.
        Fault { why: String } = "fault", "{why}";
        /// Of what the parts of a menu demand of each other.
        Menu { fault: MenuFault } = "menu", "{fault}";
        /// Of hours, exceptions and the time zone of a pizzeria.
        Hours { refusal: HoursRefusal } = "hours", "{}", refusal.sentence();
        UsedBefore = "used-before", "This key has come with another request before.";
        Malformed { why: String } = "malformed", "This is not well formed: {why}.";
    }
}

parts! {
    CommandKind = CommandKind::from_name;
    HoursRefusal = HoursRefusal::from_name;
    MenuFault = MenuFault::said;
    ValueKind = ValueKind::from_name;
}

impl FieldError {
    pub fn out_of_range(from: impl fmt::Display, to: impl fmt::Display) -> FieldError {
        FieldError::OutOfRange {
            from: from.to_string(),
            to: to.to_string(),
        }
    }

    pub fn fault(why: impl Into<String>) -> FieldError {
        FieldError::Fault { why: why.into() }
    }

    pub fn no_number(given: &str) -> FieldError {
        FieldError::NotANumber {
            given: given.chars().take(40).collect(),
        }
    }
}

impl From<HoursRefusal> for FieldError {
    fn from(refusal: HoursRefusal) -> FieldError {
        FieldError::Hours { refusal }
    }
}

impl From<MenuFault> for FieldError {
    fn from(fault: MenuFault) -> FieldError {
        FieldError::Menu { fault }
    }
}

fn in_words(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Text => "a string",
        ValueKind::Number => "a number",
        ValueKind::Boolean => "true or false",
        ValueKind::List => "a list",
        ValueKind::Object => "an object",
    }
}

fn not_a_number(given: &str) -> String {
    if given.is_empty() {
        "This is empty. Write a number.".to_owned()
    } else {
        format!("“{given}” is no number.")
    }
}
