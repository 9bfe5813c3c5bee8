//! The buttons of a counter in a kitchen, as forms name them: `busy 15`, `pause 30`, `pause`, `resume`,
//! `sold-out closing diav`, `sold-out resumed top.olives`, `put-back diav`. One form has all of them.

use super::{
    code::Code,
    counter::{Counter, MenuPart},
};
use crate::domain::Field;
use std::{fmt, str::FromStr};

#[derive(Clone, Debug, PartialEq)]
pub enum CounterButton {
    /// So many minutes more for each order; 0 for none.
    Busy(u16),
    /// For so many minutes, or until it is resumed.
    Pause(Option<u16>),
    Resume,
    SellOut {
        what: MenuPart,
        until_closing: bool,
    },
    PutBack(MenuPart),
}

impl fmt::Display for CounterButton {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CounterButton::Busy(minutes) => write!(f, "busy {minutes}"),
            CounterButton::Pause(Some(minutes)) => write!(f, "pause {minutes}"),
            CounterButton::Pause(None) => f.write_str("pause"),
            CounterButton::Resume => f.write_str("resume"),
            CounterButton::SellOut {
                what,
                until_closing,
            } => {
                let until = if *until_closing { "closing" } else { "resumed" };
                write!(f, "sold-out {until} {what}")
            }
            CounterButton::PutBack(what) => write!(f, "put-back {what}"),
        }
    }
}

impl FromStr for CounterButton {
    /// There is no such button.
    type Err = ();

    fn from_str(text: &str) -> Result<CounterButton, ()> {
        let words: Vec<_> = text.split(' ').collect();
        let minutes = |text: &str| text.parse().map_err(drop);
        match *words {
            ["busy", extra] => minutes(extra).map(CounterButton::Busy),
            ["pause", lasts] => minutes(lasts).map(Some).map(CounterButton::Pause),
            ["pause"] => Ok(CounterButton::Pause(None)),
            ["resume"] => Ok(CounterButton::Resume),
            ["sold-out", until @ ("closing" | "resumed"), what] => Ok(CounterButton::SellOut {
                what: what.parse()?,
                until_closing: until == "closing",
            }),
            ["put-back", what] => what.parse().map(CounterButton::PutBack),
            _ => Err(()),
        }
    }
}

impl FromStr for MenuPart {
    /// It names no part of a menu.
    type Err = ();

    fn from_str(text: &str) -> Result<MenuPart, ()> {
        let code = |text: &str| Code::parse(text).map_err(drop);
        Ok(match text.split_once('.') {
            None => MenuPart::Item(code(text)?),
            Some((group, option)) => MenuPart::Option {
                group: code(group)?,
                option: code(option)?,
            },
        })
    }
}

impl Counter {
    /// Whether it pauses because its kitchen has left orders unanswered.
    pub fn is_paused_by_misses(&self) -> bool {
        let reason = self.paused.as_ref().and_then(|pause| pause.reason.as_ref());
        reason.is_some_and(|reason| **reason == *Counter::UNANSWERED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_button_is_read_back() {
        let [diavola, olives] = ["diav", "top.olives"].map(|text| text.parse::<MenuPart>());
        let (diavola, olives) = (diavola.unwrap(), olives.unwrap());
        let sell_out = |what: &MenuPart, until_closing| CounterButton::SellOut {
            what: what.clone(),
            until_closing,
        };
        for (button, text) in [
            (CounterButton::Busy(15), "busy 15"),
            (CounterButton::Busy(0), "busy 0"),
            (CounterButton::Pause(Some(30)), "pause 30"),
            (CounterButton::Pause(None), "pause"),
            (CounterButton::Resume, "resume"),
            (sell_out(&diavola, true), "sold-out closing diav"),
            (sell_out(&olives, false), "sold-out resumed top.olives"),
            (CounterButton::PutBack(olives), "put-back top.olives"),
            (CounterButton::PutBack(diavola), "put-back diav"),
        ] {
            assert_eq!(button.to_string(), text);
            assert_eq!(text.parse(), Ok(button));
        }
        for text in [
            "",
            "busy",
            "busy -1",
            "busy 1 2",
            "resume 1",
            "sold-out diav",
            "sold-out today diav",
            "put-back DIAV",
            "put-back top.",
            "put-back",
        ] {
            assert_eq!(text.parse::<CounterButton>(), Err(()), "{text:?}");
        }
    }
}
