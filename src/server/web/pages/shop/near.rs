//! Where the customer is: a postcode that was typed, or the position of the browser.

use crate::{
    domain::{
        Field, Text,
        shop::{
            area::{Destination, Postcode},
            basket::Point,
        },
    },
    ui::i18n::locale::{say, t},
};

/// A postcode as somebody has typed it.
pub type TypedPostcode = Text<12, false>;

/// What stands before a position. No postcode has it.
const HERE: char = '@';

/// One of the two, or both: a postcode counts for the areas that have it, a position for those that are a distance.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Near {
    pub postcode: Option<TypedPostcode>,
    pub point: Option<Point>,
}

impl Near {
    /// `10117`, `@52.52,13.405` or `10117@52.52,13.405`. `None` for what is neither.
    pub fn parse(text: &str) -> Option<Near> {
        let (postcode, point) = match text.split_once(HERE) {
            Some((postcode, point)) => (postcode, Some(Point::parse(point)?)),
            None => (text, None),
        };
        let postcode = match postcode {
            "" if point.is_some() => None,
            typed => Some(TypedPostcode::parse(typed).ok()?),
        };
        Some(Near { postcode, point })
    }

    /// The text that it is parsed from.
    pub fn text(&self) -> String {
        let postcode = self.postcode.as_deref().unwrap_or_default();
        match self.point {
            Some(point) => format!("{postcode}{HERE}{point}"),
            None => postcode.to_owned(),
        }
    }

    /// As a sentence says where to something is delivered.
    pub fn words(&self) -> String {
        match (&self.postcode, self.point) {
            (Some(postcode), None) => say!("to {postcode}", "nach {postcode}"),
            _ => t(["to where you are", "zu dir"]).to_owned(),
        }
    }

    pub fn destination(&self) -> Destination {
        Destination {
            postcode: self.postcode.as_deref().and_then(Postcode::of),
            point: self.point,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postcode_and_a_position_are_read_back() {
        for text in [
            "10117",
            "SW1A 1AA",
            "@52.52,13.405",
            "10117@-33.9,-151",
            "@0,0",
        ] {
            let near = Near::parse(text).unwrap();
            assert_eq!(near.text(), text);
            let Destination { postcode, point } = near.destination();
            assert_eq!(postcode.is_some(), !text.starts_with('@'), "{text}");
            assert_eq!(point.is_some(), text.contains('@'), "{text}");
        }
    }

    #[test]
    fn garbage_is_nowhere() {
        for text in [
            "",
            " ",
            "@",
            "@52",
            "@91,0",
            "@0,181",
            "@1,2,3",
            "@1.123456,2",
            "@a,b",
            "@NaN,1",
            "1234567890123",
        ] {
            assert_eq!(Near::parse(text), None, "{text}");
        }
    }
}
