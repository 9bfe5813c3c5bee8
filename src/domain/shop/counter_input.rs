//! What is asked of a counter, as it comes in.

use super::{
    code::Code,
    counter::{MenuPart, PauseReason},
};
use crate::domain::{Error, Field, FieldError, Fields, ValueKind, Whole, named_enum};
use chrono::TimeDelta;

/// How long a pause lasts.
pub type PauseMinutes = Whole<5, 1440>;
/// For how long a kitchen is busy; an hour unless given.
pub type BusyMinutes = Whole<15, 480>;

/// What is done at a counter.
#[derive(Clone, Debug, PartialEq)]
pub enum CounterCommand {
    /// No orders for so long, or until they are taken again.
    Pause {
        lasts: Option<TimeDelta>,
        reason: Option<PauseReason>,
    },
    Resume,
    /// So many minutes more for each order, and for how long; `None` ends it.
    Busy(Option<(u16, TimeDelta)>),
    SellOut {
        what: MenuPart,
        lasts: Lasts,
    },
    PutBack(MenuPart),
}

named_enum! {
    /// Until when something is sold out.
    Lasts {
        /// The end of the hours in which the pizzeria is open, else of the next ones.
        UntilClosing = "closing",
        /// It is put back.
        UntilResumed = "resumed",
    }
}

/// More minutes for each order: none, or 5 to 120.
pub struct ExtraMinutes(u16);

impl ExtraMinutes {
    pub const MAX: u16 = 120;
    const MIN: u16 = 5;
}

impl Field for ExtraMinutes {
    const KIND: ValueKind = ValueKind::Number;

    fn parse(text: &str) -> Result<Self, FieldError> {
        match Whole::<0, { ExtraMinutes::MAX }>::parse(text)?.get() {
            minutes @ 1..Self::MIN => Err(FieldError::fault(format!(
                "{minutes} minutes are too few: write {} to {}, or 0 to end it.",
                Self::MIN,
                Self::MAX
            ))),
            minutes => Ok(ExtraMinutes(minutes)),
        }
    }
}

impl CounterCommand {
    /// Reads a pause.
    ///
    /// # Errors
    /// Everything that is invalid; so it is with the others.
    pub fn read_pause(mut fields: Fields) -> Result<CounterCommand, Error> {
        let minutes = fields.optional::<PauseMinutes>("minutes");
        let reason = fields.unless_blank("reason");
        let lasts = minutes.map(|minutes| time_of(minutes.get()));
        fields.finish(|| Some(CounterCommand::Pause { lasts, reason }))
    }

    /// Reads the end of a pause, which has no parameters.
    pub fn read_resume(fields: Fields) -> Result<CounterCommand, Error> {
        fields.finish(|| Some(CounterCommand::Resume))
    }

    /// Reads how busy a kitchen is.
    pub fn read_busy(mut fields: Fields) -> Result<CounterCommand, Error> {
        let extra = fields.required::<ExtraMinutes>("extra_minutes");
        let lasts = fields.optional::<BusyMinutes>("for_minutes");
        let lasts = lasts.unwrap_or(BusyMinutes::of::<60>());
        fields.finish(|| {
            Some(CounterCommand::Busy(match extra?.0 {
                0 => None,
                minutes => Some((minutes, time_of(lasts.get()))),
            }))
        })
    }

    /// Reads what is sold out, or is not any more.
    pub fn read_sold_out(mut fields: Fields) -> Result<CounterCommand, Error> {
        let what = read_part(&mut fields);
        let sold_out = fields.required::<bool>("sold_out");
        let lasts = fields.one_of("until", Lasts::from_name);
        if sold_out == Some(false) && lasts.is_some() {
            let why = "This goes with sold_out=true only.";
            fields.reject("until", FieldError::fault(why));
        }
        fields.finish(|| {
            let what = what?;
            let lasts = lasts.unwrap_or(Lasts::UntilClosing);
            Some(match sold_out? {
                true => CounterCommand::SellOut { what, lasts },
                false => CounterCommand::PutBack(what),
            })
        })
    }
}

/// An item, or an option of a group.
fn read_part(fields: &mut Fields) -> Option<MenuPart> {
    let (has_group, has_option) = (fields.has("group"), fields.has("option"));
    if fields.has("item") {
        let item = fields.required::<Code>("item");
        for (name, is_given) in [("group", has_group), ("option", has_option)] {
            let _ = fields.optional::<Code>(name);
            if is_given {
                let why = "Name either an item, or an option of a group.";
                fields.reject(name, FieldError::fault(why));
            }
        }
        return item.map(MenuPart::Item);
    }
    let _ = fields.optional::<Code>("item");
    if !has_group && !has_option {
        let _ = (
            fields.optional::<Code>("group"),
            fields.optional::<Code>("option"),
        );
        fields.reject("item", FieldError::Missing);
        return None;
    }
    let (group, option) = (fields.required("group"), fields.required("option"));
    Some(MenuPart::Option {
        group: group?,
        option: option?,
    })
}

fn time_of(minutes: u16) -> TimeDelta {
    TimeDelta::minutes(minutes.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields_of(json: &str) -> Fields {
        let mut fields = Fields::default();
        fields.add_object(json.as_bytes()).unwrap();
        fields
    }

    type Read = fn(Fields) -> Result<CounterCommand, Error>;

    fn refused(read: Read, json: &str) -> Vec<String> {
        match read(fields_of(json)) {
            Err(Error::Invalid(all)) => all.into_iter().map(|one| one.field).collect(),
            other => panic!("{json}: {other:?}"),
        }
    }

    #[test]
    fn a_pause_has_an_end_or_none() {
        let pause = |json: &str| CounterCommand::read_pause(fields_of(json)).unwrap();
        let endless = CounterCommand::Pause {
            lasts: None,
            reason: None,
        };
        for json in ["{}", r#"{"minutes": null, "reason": "  "}"#] {
            assert_eq!(pause(json), endless, "{json}");
        }
        let lunch = CounterCommand::Pause {
            lasts: Some(TimeDelta::minutes(30)),
            reason: PauseReason::parse("Lunch").ok(),
        };
        assert_eq!(pause(r#"{"minutes": 30, "reason": " Lunch "}"#), lunch);
        for (json, field) in [
            (r#"{"minutes": 4}"#, "minutes"),
            (r#"{"minutes": 1441}"#, "minutes"),
            (r#"{"minutes": 7.5}"#, "minutes"),
            (r#"{"reason": 7}"#, "reason"),
            (r#"{"until": "closing"}"#, "until"),
        ] {
            assert_eq!(refused(CounterCommand::read_pause, json), [field], "{json}");
        }
        assert_eq!(
            refused(CounterCommand::read_resume, r#"{"minutes": 5}"#),
            ["minutes"]
        );
    }

    #[test]
    fn a_kitchen_is_busy_for_an_hour_unless_it_says_so() {
        let busy = |json: &str| CounterCommand::read_busy(fields_of(json)).unwrap();
        let lasts = |minutes| CounterCommand::Busy(Some((15, TimeDelta::minutes(minutes))));
        assert_eq!(busy(r#"{"extra_minutes": 15}"#), lasts(60));
        assert_eq!(
            busy(r#"{"extra_minutes": 15, "for_minutes": 480}"#),
            lasts(480)
        );
        assert_eq!(busy(r#"{"extra_minutes": 0}"#), CounterCommand::Busy(None));
        for (json, field) in [
            ("{}", "extra_minutes"),
            (r#"{"extra_minutes": 4}"#, "extra_minutes"),
            (r#"{"extra_minutes": 121}"#, "extra_minutes"),
            (r#"{"extra_minutes": -1}"#, "extra_minutes"),
            (r#"{"extra_minutes": 5, "for_minutes": 14}"#, "for_minutes"),
        ] {
            assert_eq!(refused(CounterCommand::read_busy, json), [field], "{json}");
        }
    }

    #[test]
    fn an_item_or_an_option_is_sold_out() {
        let read = |json: &str| CounterCommand::read_sold_out(fields_of(json)).unwrap();
        let code = |text: &str| Code::parse(text).unwrap();
        let option = MenuPart::Option {
            group: code("top"),
            option: code("olives"),
        };
        let until_closing = CounterCommand::SellOut {
            what: MenuPart::Item(code("diav")),
            lasts: Lasts::UntilClosing,
        };
        assert_eq!(read(r#"{"item": "diav", "sold_out": true}"#), until_closing);
        let resumed = r#"{"group": "top", "option": "olives", "item": null, "sold_out": true, "until": "resumed"}"#;
        let until_resumed = CounterCommand::SellOut {
            what: option.clone(),
            lasts: Lasts::UntilResumed,
        };
        assert_eq!(read(resumed), until_resumed);
        assert_eq!(
            read(r#"{"group": "top", "option": "olives", "sold_out": false}"#),
            CounterCommand::PutBack(option)
        );
        for (json, fields) in [
            ("{}", &["item", "sold_out"][..]),
            (r#"{"item": "A", "sold_out": true}"#, &["item"]),
            (
                r#"{"item": "a", "group": "b", "sold_out": true}"#,
                &["group"],
            ),
            (r#"{"group": "b", "sold_out": true}"#, &["option"]),
            (r#"{"option": "b", "sold_out": true}"#, &["group"]),
            (
                r#"{"item": "a", "sold_out": false, "until": "closing"}"#,
                &["until"],
            ),
            (
                r#"{"item": "a", "sold_out": true, "until": "monday"}"#,
                &["until"],
            ),
        ] {
            assert_eq!(
                refused(CounterCommand::read_sold_out, json),
                fields,
                "{json}"
            );
        }
    }
}
